"""Readings: the same frame for reads. Read-only transaction, same gate; a watched reading is on the ledger before its answer leaves."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, overload
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import bindparam
from sqlmodel import select

from kernel import clock, db, gate
from kernel.action import M_co, Work, _acting
from kernel.actor import Actor
from kernel.db import APP, Record, uuid7
from kernel.errors import NotFound, OmniError, Unavailable
from kernel.frame import Body, clauses_of, denied, draft_of, frame_of, record_outcome, validate, write_with, writer
from kernel.gate import ANYWHERE, Verdict
from kernel.ledger.writer import Writer
from kernel.transaction import read_transaction, told

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=Record)


class _ReadsTarget(Protocol[M_co]):
    def __call__(self, body: Callable[Concatenate[Work, M_co, P], R], /) -> "Reading[Concatenate[UUID, P], R]": ...


class _ReadsList(Protocol):
    def __call__(self, body: Callable[Concatenate[Work, P], R], /) -> "Reading[P, R]": ...


class Reading(Generic[P, R]):
    """A registered reading: call it like an action. `begin` gives the answer and the promise of its entry apart."""

    kind = "reading"

    def __init__(
        self,
        name: str,
        body: Body,
        on: type[Record] | None,
        scope: str | Callable[[Any], str],
        answer: type[BaseModel] | None,
        *,
        watched: bool,
    ) -> None:
        self.name = name
        self.on = on
        self.scope = scope
        self.answer = answer
        self.body = body
        self.watched = watched
        self.fields, self.doc = frame_of(name, body, on)
        self.clauses = clauses_of(self.doc)
        self._fetching = None if on is None else select(on).where(on.id == bindparam("id"))

    def __call__(self, actor: Actor, *args: P.args, **kwargs: P.kwargs) -> R:
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

    def begin(self, actor: Actor, *args: P.args, **kwargs: P.kwargs) -> tuple[R, "Future[None] | None"]:
        """Read, and return the answer with the promise that the entry is durable; the answer must not leave before that."""
        target_id = args[0] if self.on is not None and args else None
        if len(args) != (self.on is not None):
            raise TypeError(f"{self.name} takes the actor{', the id of its target' if self.on else ''} and keywords")
        action_id, now = uuid7(), clock.now()
        seen: dict[str, Any] = {
            "target": f"{self.on.noun}:{target_id}" if self.on and isinstance(target_id, UUID) else None
        }
        token = _acting.set(_acting.get() or self.name)
        try:
            with read_transaction() as session:
                work = Work(actor, self.name, action_id, now, session)
                result = self._do(work, target_id, dict(kwargs), seen)
        except Exception as error:
            known = error if isinstance(error, OmniError) else told(error)
            record_outcome(self, actor, action_id, now, seen, known, error)
            if known is None or known is error:
                raise
            raise known from error
        finally:
            _acting.reset(token)
        if not self.watched:
            return result, None
        return result, writer().write(draft_of(work, seen, self.clauses, "read", 0, {}, []))

    def _do(self, work: Work, target_id: Any, kwargs: dict[str, Any], seen: dict[str, Any]) -> Any:
        if self.on is None:
            self._settle(
                gate.may(
                    work.actor, self.name, ANYWHERE if callable(self.scope) else self.scope, work.now, work.session
                ),
                work,
                None,
                seen,
            )
            fields = validate(self, kwargs)
            if callable(self.scope):
                seen["scope"] = self.scope(self.fields.model_construct(**fields))
                self._settle(gate.may(work.actor, self.name, seen["scope"], work.now, work.session), work, None, seen)
            return self.body(work, **fields)
        if not gate.could(work.actor, self.name, work.now).allowed:
            self._settle(gate.may(work.actor, self.name, ANYWHERE, work.now), work, None, seen)
        target = (
            work.session.execute(self._fetching, {"id": target_id}).scalar() if isinstance(target_id, UUID) else None
        )  # type: ignore[arg-type]
        if target is None:
            raise NotFound(f"There is no such {self.on.noun}.")
        seen["target"], seen["scope"] = target.ref, target.place()
        self._settle(gate.may(work.actor, self.name, target, work.now, work.session), work, target, seen)
        return self.body(work, target, **validate(self, kwargs))

    def _settle(self, verdict: Verdict, work: Work, target: Record | None, seen: dict[str, Any]) -> None:
        seen["edition"], seen["rule"] = verdict.edition, verdict.rule
        if verdict.clause:
            work.cite(verdict.clause)
        if not verdict.allowed:
            raise denied(verdict, work.actor, target, work.now)


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
        READINGS[name] = made = Reading(name, body, on, scope, answer, watched=watched)
        return made

    return register


def _connect_writer() -> Writer:
    return Writer(lambda: db.connect(APP))


write_with(_connect_writer)
