"""Security patches: known with their severity, due on their day, brought by a change that was tested. [CC-9]"""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints
from sqlmodel import col, select

from changecontrol.changes import Reason
from changecontrol.models import Change, ChangeSystem, Patch
from changecontrol.models.changes import UNAUTHORISED
from changecontrol.systems import by_slug, standing
from kernel.action import Fact, Work, action, on_fact
from kernel.db import HOUSE, Answer
from kernel.errors import Refused
from kernel.reading import reading
from policy import book, duties
from policy.approvals import person_of
from policy.workflow import Step, Workflow

DUTY = "patch-due"
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=120)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
Severity = Literal["critical", "high", "medium", "low"]

PATCH_STEPS = Workflow(
    Patch,
    "open",
    [
        Step("open", "install", "installed", clause="CC-9"),
        Step("open", "drop", "dropped"),
    ],
)


class PatchView(Answer):
    """A patch as a list shows it."""

    id: UUID
    name: str
    severity: str
    system_id: UUID
    released_at: datetime
    due_at: datetime
    change_id: UUID | None
    state: str
    installed_at: datetime | None

    @classmethod
    def of(cls, row: Patch) -> "PatchView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@action("patch.note", scope=HOUSE, answer=PatchView)
def note_patch(work: Work, *, name: Name, severity: Severity, on: Slug, released_at: AwareDatetime) -> Patch:
    """Note a security patch that a system needs; its severity gives the day by which it is in. [CC-9]"""
    system = by_slug(work, on)
    standing(system)
    if released_at > work.now:
        raise Refused("CC-9", "A patch is noted once it is released.")
    due = released_at + timedelta(days=book.number("CC-9", f"{severity}_days"))
    patch = work.add(
        Patch(
            name=name, severity=severity, system_id=system.id, released_at=released_at, due_at=due,
            noted_by=person_of(work), noted_at=work.now,
        )
    )  # fmt: skip
    work.session.flush()
    duties.open_duty(work, DUTY, about_ref=patch.ref, due_at=max(due, work.now + timedelta(minutes=1)))
    work.fact("patch.noted", patch_id=patch.id, severity=severity)
    return patch


@action("patch.plan", on=Patch, answer=PatchView)
def plan_patch(work: Work, patch: Patch, *, change_id: UUID) -> Patch:
    """Say which change brings a patch; it must touch the patch's system. [CC-9, CC-2]"""
    if patch.state != "open":
        raise Refused("CC-9", f"This patch is {patch.state}.")
    change = work.get(Change, change_id)
    touched = select(ChangeSystem.id).where(
        ChangeSystem.change_id == change.id, ChangeSystem.system_id == patch.system_id
    )
    if change.model == UNAUTHORISED or change.ended_at is not None or work.select(touched).first() is None:
        raise Refused("CC-9", "A patch comes by an authorised change of its own system.")
    patch.change_id = change.id
    return patch


@on_fact("change.done")
def install(work: Work, fact: Fact) -> None:
    """Mark the patches that a finished change brought, and close their duties."""
    rows = select(Patch).where(Patch.change_id == fact.data["change_id"], Patch.state == "open")
    for patch in list(work.select(rows.with_for_update())):
        PATCH_STEPS.advance(work, patch, "install")
        patch.installed_at = work.now
        duties.fulfil(work, DUTY, patch.ref, f"change:{fact.data['change_id']}")
        work.fact("patch.installed", patch_id=patch.id)


@action("patch.drop", on=Patch, answer=PatchView)
def drop_patch(work: Work, patch: Patch, *, reason: Reason) -> Patch:
    """Say, with the reason, that a patch does not concern its system after all. [CC-9]"""
    PATCH_STEPS.advance(work, patch, "drop")
    patch.closed_why = reason
    duties.end_duties(work, DUTY, patch.ref, "the patch does not concern the system")
    return patch


@reading("patch.list", scope=HOUSE)
def list_patches(
    work: Work, *, open_only: bool = True, limit: Annotated[int, Field(ge=1, le=500)] = 100
) -> list[PatchView]:
    """List patches, the soonest due first. [CC-9]"""
    rows = select(Patch).order_by(col(Patch.due_at), col(Patch.id)).limit(limit)
    if open_only:
        rows = rows.where(Patch.state == "open")
    return [PatchView.of(row) for row in work.select(rows)]
