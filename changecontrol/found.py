"""Found changes: something changed and nobody had authorised it. It gets an owner, and is accepted or rolled back. [CC-1, CC-4]"""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from changecontrol.changes import ChangeView
from changecontrol.contents import Content
from changecontrol.models import Change
from changecontrol.models.changes import UNAUTHORISED
from changecontrol.revisions import begin
from kernel import gate
from kernel.action import Work, action
from kernel.db import HOUSE
from kernel.errors import Refused


@action("change.report-found", scope=HOUSE, answer=ChangeView)
def report_found(
    work: Work, *, content: Content, owner_id: Annotated[UUID, Field(description="who answers for it")]
) -> Change:
    """Report a change that nobody authorised, and name who answers for it. [CC-1, CC-4]"""
    return open_found(work, content, owner_id)


def open_found(work: Work, content: Content, owner_id: UUID) -> Change:
    """Open an unauthorised change with its owner, inside any action, a machine's too. Tells `change.found`."""
    if f"person:{owner_id}" not in gate.current().assignments:
        raise Refused("CC-1", "Who answers for it holds no role in this house.")
    change = begin(work, content, model=UNAUTHORISED, by=owner_id)
    work.fact("change.found", change_id=change.id, owner_id=owner_id)
    return change
