"""Readings: the same frame for reads. Read-only transaction, same gate; a watched reading is on the ledger before its answer leaves."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, overload
from uuid import UUID

from pydantic import BaseModel

from kernel import clock, db
from kernel.action import M_co, Work, _acting
from kernel.actor import Actor
from kernel.db import APP, Record, uuid7
from kernel.errors import Unavailable
from kernel.frame import Body, Frame, draft_of, fail, write_with, writer
from kernel.gate import ANYWHERE
from kernel.ledger.writer import Writer
from kernel.transaction import read_transaction

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=Record)


class _ReadsTarget(Protocol[M_co]):
    def __call__(self, body: Callable[Concatenate[Work, M_co, P], R], /) -> "Reading[Concatenate[UUID, P], R]": ...


class _ReadsList(Protocol):
    def __call__(self, body: Callable[Concatenate[Work, P], R], /) -> "Reading[P, R]": ...


class Reading(Frame, Generic[P, R]):
    """A registered reading: call it like an action. `begin` gives the answer and the promise of its entry apart."""

    kind = "reading"

    watched: bool = False

    def __call__(self, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Read it, or raise one of the house's errors. A watched reading and every refusal is written down first.

        Raises:
            Unavailable: when a watched reading cannot be written down; then there is no answer.

        """
        result, promise = self.begin(actor, *args, **kwargs)
        if promise is not None:
            try:
                promise.result(timeout=10)
            except Exception as lost:
                raise Unavailable("The ledger cannot be written, so this cannot be shown.") from lost
        return result

    def begin(self, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> tuple[R, "Future[None] | None"]:
        """Read, and return the answer with the promise that the entry is durable; the answer must not leave before that."""
        target_id = self.target_of(args)
        action_id, now, seen = uuid7(), clock.now(), self.seen(target_id)
        token = _acting.set(_acting.get() or self.name)
        try:
            with read_transaction() as session:
                work = Work(actor, self.name, action_id, now, session)
                result = self.perform(work, target_id, dict(kwargs), seen)
        except Exception as error:  # noqa: BLE001 - `fail` raises it on
            fail(self, actor, action_id, now, seen, error)
        finally:
            _acting.reset(token)
        if not self.watched:
            return result, None
        return result, writer().write(draft_of(work, seen, self.clauses, "read", 0, {}, []))


READINGS: dict[str, Reading[..., Any]] = {}


@overload
def reading(
    name: str, *, scope: str | Callable[[Any], str] = ..., watched: bool = ..., answer: type[BaseModel] | None = ...
) -> _ReadsList: ...
@overload
def reading(
    name: str, *, on: type[M], watched: bool = ..., answer: type[BaseModel] | None = ...
) -> _ReadsTarget[M]: ...
def reading(
    name: str,
    *,
    on: type[Record] | None = None,
    scope: str | Callable[[Any], str] = ANYWHERE,
    watched: bool = False,
    answer: type[BaseModel] | None = None,
) -> Any:
    """Register a reading under its name in the book; `watched` puts it on the ledger before the answer leaves. [OC-14]"""

    def register(body: Body) -> Reading[..., Any]:
        if name in READINGS:
            raise RuntimeError(f"the reading {name} is there already")
        made: Reading[..., Any] = Reading(name, body, on, scope, answer, lock=False)
        made.watched = watched
        READINGS[name] = made
        return made

    return register


def _connect_writer() -> Writer:
    return Writer(lambda: db.connect(APP))


write_with(_connect_writer)
