"""Changes: drafted, edited, assessed, put before those who decide, taken back. [CC-1, CC-2, CC-3]"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from changecontrol import authorisation, conflicts, keys, templates
from changecontrol import requirements as needed
from changecontrol.contents import Content
from changecontrol.models import Change, ChangeTemplate
from changecontrol.models.changes import EMERGENCY, NORMAL, STANDARD
from changecontrol.revisions import amended, begin, edit_between, unchanged, write
from changecontrol.states import CHANGE_STEPS, FROZEN
from kernel.action import Work, action
from kernel.db import HOUSE, Answer
from kernel.errors import Refused
from kernel.gate import Ask, condition
from policy import changes
from policy.ballots import Edit

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]
Fields = Annotated[dict[str, Any], Field(min_length=1, max_length=40)]


class ChangeView(Answer):
    """A change as a list shows it."""

    id: UUID
    number: str
    model: str
    kind: str
    state: str
    title: str
    risk: str
    revision: int
    digest: str
    requester_id: UUID
    opened_at: datetime
    starts_at: datetime | None
    ends_at: datetime | None
    template_id: UUID | None
    normalises_id: UUID | None
    incident: str | None
    authorised_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    documentation_due: datetime | None
    documented_at: datetime | None
    suspended_at: datetime | None
    outcome: str | None
    ended_at: datetime | None
    ended_why: str | None

    @classmethod
    def of(cls, row: Change) -> "ChangeView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@condition("own-change", where=lambda model, actor: model.requester_id == actor.id)
def own_change(ask: Ask) -> str | None:
    """Tell whether this person asked for the change."""
    mine = isinstance(ask.target, Change) and ask.target.requester_id == ask.actor.id
    return None if mine else "This is another person's change."


@action("change.draft", scope=HOUSE, answer=ChangeView)
def draft_change(
    work: Work, *, content: Content, template_id: UUID | None = None, normalises_id: UUID | None = None
) -> Change:
    """Draft a change: a normal one, a standard one of a template, or the normal one that takes an emergency through design and test. [CC-1, CC-7]"""
    if template_id is not None:
        if normalises_id is not None:
            raise Refused("CC-7", "An emergency goes through a normal change, not a template.")
        template = work.get(ChangeTemplate, template_id)
        filled = templates.filled(work, template, content)
        return begin(work, filled, model=STANDARD, template_id=template.id)
    if normalises_id is not None and work.get(Change, normalises_id).model != EMERGENCY:
        raise Refused("CC-7", "What it takes through design and testing is no emergency.")
    return begin(work, content, model=NORMAL, normalises_id=normalises_id)


@action("change.revise", on=Change, answer=ChangeView)
def revise_change(
    work: Work, change: Change, *, fields: Fields, revision: int | None = None, reason: Reason | None = None
) -> Change:
    """Edit a change. What is material puts it before everyone anew and stops work that has begun; what is clerical needs its reason. [CC-1]"""
    unchanged(change, revision)
    old = needed.content_of(work, change)
    content = amended(old, fields)
    if change.template_id is not None:
        templates.check(work, work.get(ChangeTemplate, change.template_id), content)
    edit = edit_between(old, content.plain())
    if edit == "none":
        return change
    if edit == "clerical" and change.state not in {"draft", "assess"} and reason is None:
        raise Refused("CC-1", "A clerical edit keeps the approvals, so it needs its reason.")
    if change.state in FROZEN and not (change.state == "implementing" and edit == "material"):
        raise Refused("CC-1", f"What a change says stands as it is once it is {change.state}.")
    _follow_edit(work, change, content, edit, reason)
    return change


def _follow_edit(work: Work, change: Change, content: Content, edit: Edit, reason: str | None) -> None:
    """Write the revision and do what its kind asks for: nothing yet, carry the approvals over, or begin anew."""
    before = change.state
    if edit == "material" and before in {"scheduled", "implementing"}:
        keys.take(work, change)
        CHANGE_STEPS.advance(work, change, "void")
        change.started_at = change.started_by = change.authorised_at = None
        changes.end_window(work, change.window_ref, "it was edited")
    write(work, change, content, edit, reason if edit == "clerical" else None)
    if before in {"draft", "assess"}:
        return
    if edit == "material":
        conflicts.lock_systems(work, needed.systems_of(work, change))
        _still_complete(work, change)
    authorisation.put(work, change, reason if edit == "clerical" else None)
    work.fact("change.revised", change_id=change.id, revision=change.revision, edit=edit)
    if edit == "clerical" and before == "scheduled":
        _carry_over(work, change)
    authorisation.settle(work, change)


def _still_complete(work: Work, change: Change) -> None:
    """Refuse an edit after which the change could not be put before anybody."""
    for guard in _ASKED:
        missing = guard.check(work, change)
        if missing is not None:
            raise Refused(guard.clause, missing)


_ASKED = next(step for step in CHANGE_STEPS.steps if (step.source, step.event) == ("assess", "ask")).guards[1:]


def _carry_over(work: Work, change: Change) -> None:
    """Have the authorised window name the clerical revision."""
    window = changes.live_window(work.session, change.window_ref)
    if window is not None and needed.authorised(work, change) is None:
        window.revision, window.digest = change.revision, change.digest
        return
    CHANGE_STEPS.advance(work, change, "void")
    changes.end_window(work, change.window_ref, "an approval did not carry over")


@action("change.submit", on=Change, answer=ChangeView)
def submit_change(work: Work, change: Change) -> Change:
    """Hand a drafted change in for assessment: it says what, why, how and how back. [CC-1]"""
    CHANGE_STEPS.advance(work, change, "submit")
    work.fact("change.submitted", change_id=change.id)
    return change


@action("change.ask", on=Change, answer=ChangeView)
def ask_authorisation(work: Work, change: Change) -> Change:
    """Put a change, tested and documented, before everyone who must say yes. [CC-1, CC-2, CC-3, CC-10]"""
    return put_before_them(work, change)


def put_before_them(work: Work, change: Change) -> Change:
    """Ask for authorisation, inside any action; a standard change that nobody else has to hear is scheduled at once."""
    conflicts.lock_systems(work, needed.systems_of(work, change))
    CHANGE_STEPS.advance(work, change, "ask")
    authorisation.put(work, change)
    work.fact("change.asked", change_id=change.id, normalises_id=change.normalises_id)
    authorisation.settle(work, change)
    return change


@action("change.return", on=Change, answer=ChangeView)
def return_change(work: Work, change: Change, *, reason: Reason) -> Change:
    """Send a change one step back, to be described, tested or documented further; questions are taken back. [CC-1]"""
    authorisation.drop_all(work, change, reason)
    CHANGE_STEPS.advance(work, change, "return")
    work.fact("change.returned", change_id=change.id)
    return change


@action("change.cancel", on=Change, answer=ChangeView)
def cancel_change(work: Work, change: Change, *, reason: Reason) -> Change:
    """Take a change back before it has begun; its approvals end with it. [CC-1]"""
    authorisation.stop(work, change, "cancel", reason)
    work.fact("change.cancelled", change_id=change.id)
    return change
