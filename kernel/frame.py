"""What actions and readings share: the form of a body, its validation, denials, and the entry that each outcome leaves."""

import inspect
import logging
import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from sqlalchemy import text

from kernel import gate
from kernel.actor import Actor
from kernel.db import HOUSE, Record
from kernel.errors import Denied, Fault, Malformed, NotSignedIn, OmniError, StepUpNeeded, Unavailable
from kernel.gate import Verdict
from kernel.ledger.entries import Detail, Draft
from kernel.ledger.writer import Writer

if TYPE_CHECKING:
    from kernel.action import Work

Body = Callable[..., Any]
CLAUSES = re.compile(r"\[((?:[A-Z]{2}-\d+(?:, )?)+)\]")
log = logging.getLogger("omniwarden.kernel")


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


def key_of(work: "Work", subject: UUID) -> bytes:
    """Return the key that encrypts a person's content beside the ledger, made at first need; erasing it erases the content."""
    known = work.people.get(subject)
    if known is None:
        known = bytes(work.session.execute(text("select ledger.key_of(:id)"), {"id": subject}).scalar_one())
        work.people[subject] = known
    return known


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
    while _writers:
        _writers.pop().close()


def record_outcome(
    frame: Any,
    actor: Actor,
    action_id: UUID,
    now: datetime,
    seen: dict[str, Any],
    known: OmniError | None,
    error: Exception,
) -> None:
    """Leave the entry of a refusal or a failure, durable before the answer.

    Raises:
        Unavailable: when a refusal cannot be written: what cannot be written down is not answered.

    """
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
        why=type(known).__name__
        if known is None or isinstance(known, Malformed)
        else (seen.get("rule") or type(known).__name__),
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
        if isinstance(known, Unavailable):
            log.warning("%s could not be done nor written down: %s", frame.name, lost)
            return
        raise Unavailable("The ledger cannot be written; nothing was done.") from lost
