"""The policy book in force, and as it stood at any time: clauses, parameters, roles, and what is asked of people."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache

from sqlmodel import col, select

from kernel import fresh, gate
from kernel.access import PolicyEdition
from kernel.db import read_session
from kernel.errors import NotFound
from policy import lint
from policy.loading import read_folder
from policy.reading import Book, Clause, DutyRule, Parameter, Requirement

_opened: ContextVar[Book | None] = ContextVar("opened_book", default=None)


@lru_cache(maxsize=1)
def shipped() -> Book:
    """Give the book that comes with this release: the first edition. Raises BookError."""
    return read_folder()


def in_force(at: datetime | None = None) -> Book:
    """Give the edition in force now, or the one that was in force at a time.

    Before the first edition was published the shipped book stands. Raises Unavailable when the edition cannot be confirmed.
    """
    opened = _opened.get()
    if opened is not None:
        return opened
    if at is None:
        fresh.confirm()
        number = gate.current().edition
    else:
        number = number_at(at)
    return _edition(number) if number else shipped()


def number_at(at: datetime) -> int:
    """Give the number of the edition that was in force at a time; 0 before the first."""
    with read_session() as session:
        earlier = select(PolicyEdition.number).where(PolicyEdition.published_at <= at)
        found = session.scalars(earlier.order_by(col(PolicyEdition.number).desc()).limit(1)).first()
    return found or 0


def known() -> Book:
    """Give the edition that this process knows to be in force, unconfirmed: for what is shown, never for what is allowed."""
    opened = _opened.get()
    if opened is not None:
        return opened
    number = gate.current().edition
    return _edition(number) if number else shipped()


@lru_cache(maxsize=16)
def _edition(number: int) -> Book:
    with read_session() as session:
        found = session.scalars(select(PolicyEdition).where(PolicyEdition.number == number)).first()
    if found is None:
        raise NotFound(f"There is no edition {number} of the policy book.")
    return Book.model_validate(found.document)


def forget_editions() -> None:
    """Forget the editions read so far; between test databases."""
    _edition.cache_clear()


@contextmanager
def opened(book: Book) -> Iterator[None]:
    """Judge by this book inside the block: a proposal before it is in force, a rule by itself."""
    token = _opened.set(book)
    try:
        yield
    finally:
        _opened.reset(token)


def clause(clause_id: str, at: datetime | None = None) -> Clause:
    """Give a clause as it stands, or stood. Raises NotFound."""
    found = in_force(at).clauses_by_id.get(clause_id)
    if found is None:
        raise NotFound(f"The book has no clause {clause_id}.")
    return found


def parameter(clause_id: str, name: str, at: datetime | None = None) -> Parameter:
    """Give a parameter of a clause by the edition in force, or in force at a time: history is judged by its own rules.

    Raises NotFound when the clause or the parameter is not in that edition.
    """
    found = clause(clause_id, at).parameters.get(name)
    if found is None:
        raise NotFound(f"Clause {clause_id} has no parameter {name}.")
    return found


def number(clause_id: str, name: str, at: datetime | None = None) -> int:
    """Give a parameter that must be a whole number; raises NotFound when it is another kind of value."""
    found = parameter(clause_id, name, at)
    if isinstance(found, bool) or not isinstance(found, int):
        raise NotFound(f"Clause {clause_id}, parameter {name} is not a whole number.")
    return found


def requirement(name: str, at: datetime | None = None) -> Requirement:
    """Give what an approval asks for. Raises NotFound: an approval that the book does not know is not granted by anyone."""
    found = in_force(at).approvals.get(name)
    if found is None:
        raise NotFound(f"The book knows no approval {name}.")
    return found


def duty_rules(at: datetime | None = None) -> dict[str, DutyRule]:
    """Give the duties whose clause is in force."""
    return in_force(at).live_duties


def conflicts(roles: Iterable[str]) -> list[str]:
    """List the conflicts of duties in roles that one person would hold, one sentence each. [AC-6]"""
    return lint.conflicts(in_force(), roles)
