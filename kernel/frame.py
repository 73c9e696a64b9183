"""What actions and readings share: the form of a body, its validation, denials, and the entry that each outcome leaves."""

import inspect
import logging
import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from sqlalchemy import Select, bindparam
from sqlalchemy import select as sql_select

from kernel import clock, gate
from kernel.actor import Actor
from kernel.db import HOUSE, Record, uuid7
from kernel.errors import Denied, Fault, Malformed, NotFound, NotSignedIn, OmniError, StepUpNeeded, Unavailable
from kernel.gate import ANYWHERE, Verdict
from kernel.keys import forget_keys
from kernel.ledger.entries import Detail, Draft
from kernel.ledger.writer import Writer
from kernel.transaction import told

if TYPE_CHECKING:
    from kernel.action import Work

Body = Callable[..., Any]
CLAUSES = re.compile(r"\[((?:[A-Z]{2}-\d+(?:, )?)+)\]")
MAX_WHY = 300
log = logging.getLogger("omniwarden.kernel")


class Frame:
    """A registered use case: its name in the book, what it acts on, where it happens, its fields and its body."""

    kind = ""

    def __init__(
        self,
        name: str,
        body: Body,
        on: type[Record] | None,
        scope: "str | Callable[[Any], str]",
        answer: type[BaseModel] | None,
        *,
        lock: bool,
    ) -> None:
        self.name = name
        self.on = on
        self.scope = scope
        self.answer = answer
        self.body = body
        self.fields, self.doc = frame_of(name, body, on)
        self.clauses = clauses_of(self.doc)
        self._by_id: Select[Any] | None = None
        if on is not None:
            found = sql_select(on).where(on.id == bindparam("id"))  # type: ignore[arg-type]
            # Not the strongest lock: rows that name this one may be written meanwhile, or two actions could wait for one another.
            self._by_id = found.with_for_update(key_share=True) if lock else found

    def target_of(self, args: tuple[Any, ...]) -> Any:
        """Return the id of the target from the positional arguments, or None where there is to be none."""
        if len(args) != (self.on is not None):
            raise TypeError(f"{self.name} takes the actor{', the id of its target' if self.on else ''} and keywords")
        return args[0] if args else None

    def seen(self, target_id: Any) -> dict[str, Any]:
        """Return what the entry will tell of target and scope, so far as it is known."""
        return {"target": f"{self.on.noun}:{target_id}" if self.on and isinstance(target_id, UUID) else None}

    def turn_away(self, actor: Actor, error: OmniError) -> NoReturn:
        """Write down that somebody's request was turned away before it could be read as this use case, and raise why.

        Raises:
            Unavailable: when it cannot be written down.

        """
        fail(self, actor, uuid7(), clock.now(), {}, error)

    def perform(self, work: "Work", target_id: Any, kwargs: dict[str, Any], seen: dict[str, Any]) -> Any:
        """Fetch, ask the gate, validate and run the body; `seen` gathers what the entry tells even of a refusal.

        Who may do this nowhere is denied before the target is looked up, so that nothing is learnt of what exists.
        """
        if self.on is None:
            return self._perform_in_scope(work, kwargs, seen)
        if not gate.could(work.actor, self.name, work.now).allowed:
            self._settle(gate.may(work.actor, self.name, ANYWHERE, work.now), work, None, seen)
        target = self._fetch(work, target_id)
        seen["target"], seen["scope"] = target.ref, target.place()
        self._settle(gate.may(work.actor, self.name, target, work.now, work.session), work, target, seen)
        return self.body(work, target, **validate(self, kwargs))

    def _perform_in_scope(self, work: "Work", kwargs: dict[str, Any], seen: dict[str, Any]) -> Any:
        if not gate.could(work.actor, self.name, work.now).allowed:
            self._ask(work, ANYWHERE, seen)
        if not callable(self.scope):
            self._ask(work, self.scope, seen)
            return self.body(work, **validate(self, kwargs))
        fields = validate(self, kwargs)
        seen["scope"] = self.scope(self.fields.model_construct(**fields))
        self._ask(work, seen["scope"], seen)
        return self.body(work, **fields)

    def _ask(self, work: "Work", scope: str, seen: dict[str, Any]) -> None:
        rows = self.kind == "reading"
        self._settle(gate.may(work.actor, self.name, scope, work.now, work.session, rows=rows), work, None, seen)

    def _fetch(self, work: "Work", target_id: Any) -> Record:
        found = None
        if self._by_id is not None and isinstance(target_id, UUID):
            found = work.session.execute(self._by_id, {"id": target_id}).scalar()
        if not isinstance(found, Record):
            raise NotFound(f"There is no such {self.on.noun if self.on else 'thing'}.")
        return found

    def _settle(self, verdict: Verdict, work: "Work", target: Record | None, seen: dict[str, Any]) -> None:
        seen["edition"], seen["rule"] = verdict.edition, verdict.rule
        if verdict.clause:
            work.cite(verdict.clause)
        if not verdict.allowed:
            raise denied(verdict, work.actor, target, work.now)


def frame_of(name: str, body: Body, on: type[Record] | None) -> tuple[type[BaseModel], str]:
    """Return the model of a body's keywords and its docstring.

    Raises:
        TypeError: when the body has another form than (work[, target], *, keywords).

    """
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", name):
        raise TypeError(f"{name} is not of the form noun.verb")
    doc = inspect.getdoc(body)
    if not doc:
        raise TypeError(f"{name} has no docstring; it is what people read on the button and in the ledger")
    parameters = list(inspect.signature(body, eval_str=True).parameters.values())
    leading = 2 if on else 1
    if any(p.kind is not p.KEYWORD_ONLY for p in parameters[leading:]) or len(parameters) < leading:
        raise TypeError(f"{name}: after work{' and target' if on else ''} a body takes keywords only")
    fields: dict[str, Any] = {
        p.name: (p.annotation, ... if p.default is p.empty else p.default) for p in parameters[leading:]
    }
    model = create_model(
        name.replace(".", "_").replace("-", "_"),
        __config__=ConfigDict(extra="forbid", str_strip_whitespace=False),
        **fields,
    )
    return model, doc


def clauses_of(doc: str) -> list[str]:
    """Return the clause ids a docstring cites: `[OC-2, OC-14]`."""
    return [clause for group in CLAUSES.findall(doc) for clause in group.split(", ")]


def validate(frame: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the keywords in their own types.

    Raises:
        Malformed: naming each field that is wrong.

    """
    try:
        made = frame.fields.__pydantic_validator__.validate_python(kwargs)
    except ValidationError as error:
        raise malformed(error) from None
    return {name: getattr(made, name) for name in frame.fields.model_fields}


def malformed(error: ValidationError) -> Malformed:
    """Return pydantic's findings in the house's own kind; the values sent are not repeated."""
    faults = [
        Fault(".".join(map(str, f["loc"])) or "body", f["msg"])
        for f in error.errors(include_input=False, include_url=False)
    ]
    return Malformed("; ".join(f"{f.field}: {f.why}" for f in faults), faults)


def denied(verdict: Verdict, actor: Actor, target: Record | None, now: datetime) -> OmniError:
    """Return the error a verdict of no becomes: sign in, step up, or denied (hidden where even reading is not allowed)."""
    if actor.kind == "nobody":
        return NotSignedIn("Please sign in.", verdict.clause or "ID-1")
    if verdict.condition == "step-up":
        return StepUpNeeded(verdict.why, verdict.clause)
    hidden = (
        target is not None
        and not gate.current().decide(actor, f"{target.noun}.read", target.place(), now, target).allowed
    )
    return Denied(verdict.why, verdict.clause, hidden=hidden)


def draft_of(
    work: "Work",
    seen: dict[str, Any],
    clauses: list[str],
    outcome: str,
    rows: int,
    changes: dict[str, Any],
    details: list[Detail],
) -> Draft:
    """Return the one entry of a piece of work."""
    return Draft(
        action_id=work.action_id,
        at=work.now,
        actor=work.actor.ref,
        session=work.actor.session,
        action=work.action,
        target=seen.get("target"),
        scope=seen.get("scope") or HOUSE,
        outcome=outcome,
        clauses=list(dict.fromkeys([*clauses, *work.clauses])),
        why=seen.get("rule"),
        edition=seen.get("edition") or 0,
        rows=rows,
        changes=changes,
        facts=[f.name for f in work.facts],
        notes=work.notes,
        details=details,
    )


_writers: list[Writer] = []
_make_writer: list[Callable[[], Writer]] = []


def writer() -> Writer:
    """Return this process's group-commit writer for readings and refusals, made at first use."""
    if not _writers:
        _writers.append(_make_writer[0]())
    return _writers[0]


def write_with(make: Callable[[], Writer]) -> None:
    """Tell how the writer is made (see `kernel.reading`)."""
    _make_writer[:] = [make]


def close_writer() -> None:
    """Write what waits and close the writer; at shutdown, after a fork, between test databases."""
    forget_keys()
    while _writers:
        _writers.pop().close()


def _told(known: OmniError | None) -> str:
    """Return why it was a no, as the person was told (fields keep names and content out of their refusals)."""
    if known is None:
        return "failed"
    return "malformed" if isinstance(known, Malformed) else known.why[:MAX_WHY]


def fail(frame: Any, actor: Actor, action_id: UUID, now: datetime, seen: dict[str, Any], error: Exception) -> NoReturn:
    """Leave the entry of a refusal or a failure, durable before the answer, and raise what the caller is told.

    Raises:
        Unavailable: when a refusal cannot be written: what cannot be written down is not answered.

    """
    known = error if isinstance(error, OmniError) else told(error)
    if known is None:
        log.error("%s failed", frame.name, exc_info=error, extra={"action_id": str(action_id)})
    draft = Draft(
        action_id=action_id,
        at=now,
        actor=actor.ref,
        session=actor.session,
        action=frame.name,
        target=seen.get("target"),
        scope=seen.get("scope") or HOUSE,
        outcome=known.outcome if known else "failed",
        clauses=list(dict.fromkeys([*([known.clause] if known and known.clause else []), *frame.clauses])),
        why=_told(known),
        edition=seen.get("edition") or 0,
        rows=0,
        changes={},
        facts=[],
        notes={"error": type(error).__name__} if known is None else dict(getattr(known, "ledger_notes", {})),
        details=[],
    )
    try:
        writer().write(draft).result(timeout=10)
    except Exception as lost:
        if not isinstance(known, Unavailable):
            raise Unavailable("The ledger cannot be written; nothing was done.") from lost
        log.warning("%s could not be done nor written down: %s", frame.name, lost)
    if known is None or known is error:
        raise error
    raise known from error
