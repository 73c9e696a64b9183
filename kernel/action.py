"""The action frame: one use case is one function, and nothing of what surrounds it can be forgotten.

    @action("change.approve", on=Change)
    def approve_change(work: Work, change: Change, *, comment: Sentence) -> Change: ...

    approve_change(actor, change_id, comment="...")

The decorator opens the one write transaction and stamps it, fetches and locks the target, asks the gate, validates the keywords,
runs the function, hands its facts to whoever listens, writes one ledger entry with before and after, and commits. A refusal or a
failure rolls back and leaves its own entry. [ID-1, AC-10, OC-14]
"""

from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, overload
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Select
from sqlmodel import select
from sqlmodel.sql.expression import SelectOfScalar

from kernel import clock, fresh, gate, once
from kernel.actor import Actor
from kernel.db import Record, uuid7
from kernel.errors import NotFound
from kernel.frame import Body, Frame, draft_of, fail
from kernel.gate import ANYWHERE
from kernel.history import WriteSession, write_alike
from kernel.keys import forget_keys, hold_keys, key_of
from kernel.ledger.entries import insert_statement
from kernel.transaction import KEY_ERASED, finish, write_transaction

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=Record)
M_co = TypeVar("M_co", bound=Record, covariant=True)
MAX_FACTS = 200

_acting: ContextVar[str | None] = ContextVar("acting", default=None)


class Fact:
    """Something that happened, told to other fields in the same transaction."""

    __slots__ = ("data", "name")

    def __init__(self, name: str, data: dict[str, Any]) -> None:
        self.name = name
        self.data = data


class Work:
    """What a use case works with: the session, who acts, the time, and the means to tell what happened."""

    def __init__(self, actor: Actor, name: str, action_id: UUID, now: datetime, session: WriteSession) -> None:
        self.actor = actor
        self.action = name
        self.action_id = action_id
        self.now = now
        self.session = session
        self.facts: list[Fact] = []
        self.clauses: list[str] = []
        self.notes: dict[str, Any] = {}
        self.keys: dict[UUID, bytes] = {}
        self._after: list[Callable[[], None]] = []

    def add(self, record: M) -> M:
        """Add a new record; it is written with the action."""
        self.session.add(record)
        return record

    def get(self, model: type[M], id: UUID, *, lock: bool = False) -> M:  # noqa: A002 - the field's own name
        """Return a record by id, locked where it will be changed.

        Raises:
            NotFound: when there is none.

        """
        found = self.session.get(model, id, with_for_update={"key_share": True} if lock else None)
        if found is None:
            raise NotFound(f"There is no such {model.noun}.")
        return found

    def select(self, statement: Select[Any]) -> Any:
        """Run a select and return its scalars."""
        return self.session.scalars(statement)

    def visible(self, model: type[M]) -> SelectOfScalar[M]:
        """Return a select of the rows this actor may read: the gate as a WHERE clause. [OC-14]"""
        return select(model).where(gate.visible(self.actor, f"{model.noun}.read", model, self.now))

    def write_alike(self, records: Sequence[Record], **values: Any) -> None:
        """Give many records of one kind the same values by one statement; each is told on the ledger as ever."""
        write_alike(self.session, records, values)

    def fact(self, name: str, /, **data: Any) -> None:
        """Tell a fact; whoever listens acts in this same transaction."""
        self.facts.append(Fact(name, data))

    def later(self, effect: str, /, **ids: Any) -> None:
        """Have an effect run by the worker after the commit; ids only, never content."""
        from kernel.outbox import enqueue  # noqa: PLC0415 - jobs are loaded only where used

        enqueue(self.session, effect, ids)

    def cite(self, clause: str) -> None:
        """Put a clause on this action's entry."""
        if clause not in self.clauses:
            self.clauses.append(clause)

    def note(self, key: str, value: Any) -> None:
        """Put a small fact on this action's entry; never personal data, never a secret."""
        self.notes[key] = value

    def refreshes_gate(self) -> None:
        """Have this process read the rights anew right after the commit."""
        self.after_commit(fresh.refresh)

    def after_commit(self, call: Callable[[], None]) -> None:
        """Run something in this process once the commit stands; it must not write."""
        self._after.append(call)

    def committed(self) -> None:
        """Run what waits for the commit."""
        for call in self._after:
            call()


class _NeedsTarget(Protocol[M_co]):
    def __call__(self, body: Callable[Concatenate[Work, M_co, P], R], /) -> "Action[Concatenate[UUID, P], R]": ...


class _NoTarget(Protocol):
    def __call__(self, body: Callable[Concatenate[Work, P], R], /) -> "Action[P, R]": ...


class Action(Frame, Generic[P, R]):
    """A registered use case: call it with the actor, the target's id where it has one, and its keywords."""

    kind = "action"

    def __call__(self, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Do it, or raise one of the house's errors; either way it is written down."""
        target_id = self.target_of(args)
        outer = _acting.get()
        if outer is not None:
            raise RuntimeError(f"{self.name} was called inside {outer}: actions never call actions")
        token = _acting.set(self.name)
        try:
            result = self._run(actor, target_id, dict(kwargs))
        finally:
            _acting.reset(token)
        return result  # type: ignore[no-any-return]

    def _run(self, actor: Actor, target_id: Any, kwargs: dict[str, Any]) -> Any:
        action_id, now, seen = uuid7(), clock.now(), self.seen(target_id)
        try:
            with write_transaction(action_id) as (session, raw):
                work = Work(actor, self.name, action_id, now, session)
                claimed = once.claim(session, actor, self.name, now)
                result = self.perform(work, target_id, kwargs, seen)
                _tell(work)
                session.flush()
                once.keep(session, claimed, result)
                shown, details = session.history.told(lambda subject: key_of(work, subject))
                draft = draft_of(work, seen, self.clauses, "done", session.history.rows, shown, details)
                finish(raw, hold_keys(work) + insert_statement(draft), action_id)
        except Exception as error:  # noqa: BLE001 - `fail` raises it on
            if getattr(error, "sqlstate", None) == KEY_ERASED:
                forget_keys()
            fail(self, actor, action_id, now, seen, error)
        work.committed()
        return result


ACTIONS: dict[str, Action[..., Any]] = {}


@overload
def action(
    name: str, *, scope: str | Callable[[Any], str] = ..., answer: type[BaseModel] | None = ...
) -> _NoTarget: ...
@overload
def action(name: str, *, on: type[M], answer: type[BaseModel] | None = ...) -> _NeedsTarget[M]: ...
def action(
    name: str,
    *,
    on: type[Record] | None = None,
    scope: str | Callable[[Any], str] = ANYWHERE,
    answer: type[BaseModel] | None = None,
) -> Any:
    """Register a use case under its name in the book.

    `on` is what it acts on; without it, `scope` says where it happens: a scope's id, a function of the validated fields, or
    `ANYWHERE` (the right in any scope will do). `answer` is the model a door hands out (`answer.of(result)`).
    """

    def register(body: Body) -> Action[..., Any]:
        if name in ACTIONS:
            raise RuntimeError(f"the action {name} is there already")
        made: Action[..., Any] = Action(name, body, on, scope, answer, lock=True)
        ACTIONS[name] = made
        return made

    return register


Listener = Callable[[Work, Fact], None]
LISTENERS: dict[str, list[Listener]] = {}


def on_fact(name: str) -> Callable[[Listener], Listener]:
    """Have a function called, in the teller's transaction, whenever a fact is told. Keep it to small writes."""

    def register(listener: Listener) -> Listener:
        LISTENERS.setdefault(name, []).append(listener)
        return listener

    return register


def _tell(work: Work) -> None:
    told_so_far = 0
    while told_so_far < len(work.facts):
        if told_so_far >= MAX_FACTS:
            raise RuntimeError(f"{work.action} told more than {MAX_FACTS} facts; do listeners answer one another?")
        fact = work.facts[told_so_far]
        for listener in (*LISTENERS.get(fact.name, ()), *LISTENERS.get("*", ())):
            listener(work, fact)
        told_so_far += 1


def every_action() -> Iterator[str]:
    """Yield the names of all actions, readings and rights of this release."""
    from kernel.reading import READINGS  # noqa: PLC0415 - readings stand beside actions

    yield from ACTIONS
    yield from READINGS
    yield from gate.RIGHTS


def acting() -> str | None:
    """Return the name of the action or reading that runs here, if any."""
    return _acting.get()


fresh.know_actions(every_action)
