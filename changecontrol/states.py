"""The states of a change and the steps between them, as a table that the database keeps as well. [CC-1, CC-5, CC-7]

A normal change is drafted, assessed, authorised, scheduled, implemented, reviewed and closed. A standard one and an emergency are
not assessed first; one that was found without a word is accepted or rolled back. What a step needs stands in `changecontrol.requirements`.
"""

from collections.abc import Callable

from changecontrol import requirements as needed
from changecontrol.models import Change, ChangeTemplate
from changecontrol.models.changes import EMERGENCY, NORMAL, STANDARD, UNAUTHORISED
from kernel.action import Work
from policy.workflow import Guard, Step, Workflow

FROZEN = frozenset({"implementing", "review", "rolled-back", "closed", "rejected", "cancelled"})
"""States in which the content stands as it is; while it is being implemented a new revision stops the work."""
OVER = frozenset({"closed", "rejected", "cancelled"})

SEALED_SQL = """exists (select 1 from change_revision r where r.change_id = new.id and r.number = new.revision and r.digest = new.digest)"""
SPOKEN_SQL = """exists (select 1 from spoken_authorisation s where s.change_id = new.id and s.revision = new.revision and s.denied_at is null)"""
TESTED_SQL = """(new.model <> 'normal' or exists (select 1 from change_test t where t.change_id = new.id and t.outcome = 'passed'))"""
NOBODY_OPEN_SQL = f"""not exists (
    select 1 from change_authorisation a where a.change_id = new.id and a.dropped_at is null
    and not (a.revision = new.revision and (a.scope = new.scope or a.acknowledged_at is not null) and exists (
      select 1 from approval p join approval_vote v
        on v.approval_id = p.id and v.revision = p.revision and v.digest = p.digest and v.yes and v.voided_at is null
      where p.id = a.approval_id and p.state in ('granted', 'used') and p.digest = a.digest))
    and not (a.requirement = 'change.emergency' and {SPOKEN_SQL}))"""
DIRECTOR_SQL = f"""case new.model
    when 'standard' then exists (
      select 1 from change_template t where t.id = new.template_id and t.state = 'in-force' and t.ends_at >= new.ends_at)
    when 'emergency' then {SPOKEN_SQL} or exists (
      select 1 from change_authorisation a where a.change_id = new.id and a.dropped_at is null and a.requirement = 'change.emergency')
    else exists (
      select 1 from change_authorisation a where a.change_id = new.id and a.dropped_at is null and a.requirement = 'change.authorise') end"""
ACCEPTED_SQL = """exists (
    select 1 from change_authorisation a join approval p on p.id = a.approval_id
    where a.change_id = new.id and a.dropped_at is null and a.requirement = 'change.accept' and p.state = 'granted' and p.digest = a.digest)"""
KEY_SQL = """(new.started_at >= new.starts_at and new.started_at < new.ends_at and exists (
    select 1 from change_implementer i where i.change_id = new.id and i.person_id = new.started_by))"""
NORMALISED_SQL = """(new.model <> 'emergency' or exists (
    select 1 from change f where f.normalises_id = new.id and f.model = 'normal'
    and f.state in ('authorise', 'scheduled', 'implementing', 'review', 'closed', 'rolled-back', 'rejected')))"""


def _of(*models: str) -> Guard:
    def check(_: Work, change: Change) -> str | None:
        return None if change.model in models else f"A {change.model} change does not go this way."

    said = ", ".join(f"'{model}'" for model in models)
    return Guard(" or ".join(models), check, "CC-1", f"new.model in ({said})")


def _guard(label: str, check: Callable[[Work, Change], str | None], clause: str, sql: str | None = None) -> Guard:
    return Guard(label, check, clause, sql)


SUBMITTED = _guard("described", needed.described("submit", "CC-1"), "CC-1")
ASKED = (
    _guard("described", needed.described("ask", "CC-1"), "CC-1"),
    _guard("documented", needed.described("ask", "CC-3"), "CC-3"),
    _guard("secure by design", needed.described("ask", "SW-4"), "SW-4"),
    _guard("recoverable and traceable", needed.described("ask", "SW-5"), "SW-5"),
    _guard("licences reviewed", needed.described("ask", "SW-12"), "SW-12"),
    _guard("tested", needed.tested, "CC-2", TESTED_SQL),
    _guard("nothing in the way", needed.unhindered, "CC-1"),
)
AUTHORISED = (
    _guard("every yes to this revision", needed.authorised, "CC-1", f"{SEALED_SQL} and {NOBODY_OPEN_SQL} and ({DIRECTOR_SQL})"),
)  # fmt: skip
STARTED = (
    _guard("inside the window", needed.in_window, "CC-1"),
    _guard("a named person", needed.by_implementer, "CC-1", KEY_SQL),
    *AUTHORISED,
    _guard("tested", needed.tested, "CC-2", TESTED_SQL),
    _guard("every affected client asked", needed.same_clients, "CC-10"),
    _guard("implementers have its courses", needed.trained, "CC-3"),
    _guard("nothing in the way", needed.unhindered, "CC-1"),
)
CLOSED = (
    _guard("documented", needed.documented, "CC-6", "(new.model <> 'emergency' or new.documented_at is not null)"),
    _guard("designed and tested", needed.normalised, "CC-7", NORMALISED_SQL),
    _guard("reviewed by another", needed.looked_at, "CC-4", "new.reviewed_by is not null"),
)

CHANGE_STEPS = Workflow(
    Change,
    "draft",
    [
        Step("draft", "submit", "assess", (_of(NORMAL, UNAUTHORISED), SUBMITTED)),
        Step("draft", "ask", "authorise", (_of(STANDARD, EMERGENCY), SUBMITTED, *ASKED), "CC-1"),
        Step("draft", "cancel", "cancelled"),
        Step("assess", "ask", "authorise", (_of(NORMAL, UNAUTHORISED), *ASKED), "CC-1"),
        Step("assess", "return", "draft"),
        Step("assess", "cancel", "cancelled"),
        Step("authorise", "schedule", "scheduled", (_of(NORMAL, STANDARD, EMERGENCY), *AUTHORISED), "CC-1"),
        Step("authorise", "accept", "review", (_of(UNAUTHORISED), _guard("accepted", needed.authorised, "CC-1", ACCEPTED_SQL)), "CC-1"),
        Step("authorise", "reject", "rejected", clause="CC-1"),
        Step("authorise", "return", "assess", (_of(NORMAL, UNAUTHORISED),)),
        Step("authorise", "cancel", "cancelled"),
        Step("scheduled", "start", "implementing", STARTED, "CC-1"),
        Step("scheduled", "void", "authorise"),
        Step("scheduled", "reject", "rejected", clause="CC-1"),
        Step("scheduled", "cancel", "cancelled"),
        Step("implementing", "finish", "review", (_guard("on record", needed.recorded, "CC-11"),), "CC-11"),
        Step("implementing", "roll-back", "rolled-back", clause="CC-11"),
        Step("implementing", "void", "authorise"),
        Step("implementing", "reject", "rejected", clause="CC-5"),
        Step("rejected", "roll-back", "rolled-back", (_guard("something was done", lambda _, change: None if change.started_at or change.model == UNAUTHORISED else "Nothing was done that could be rolled back.", "CC-1"),), "CC-11"),
        Step("review", "close", "closed", CLOSED, "CC-4"),
        Step("rolled-back", "close", "closed", CLOSED, "CC-4"),
    ],
)  # fmt: skip

TEMPLATE_STEPS = Workflow(
    ChangeTemplate,
    "draft",
    [
        Step("draft", "ask", "asked"),
        Step("draft", "drop", "ended"),
        Step("asked", "grant", "in-force", clause="CC-1"),
        Step("asked", "refuse", "refused"),
        Step("asked", "drop", "ended"),
        Step("in-force", "end", "ended"),
    ],
)
