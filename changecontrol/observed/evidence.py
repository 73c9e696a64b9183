"""What CC-4 is proved by: everything seen was authorised or has an owner, and an unanswered review is never signed."""

from datetime import datetime
from typing import Any

from sqlmodel import col, select

from changecontrol.models import Change
from changecontrol.observed.models import IDLE_SESSION, NEVER_SEEN, ObservedChange
from changecontrol.observed.reviews import unanswered
from changecontrol.states import OVER
from kernel.action import Work
from kernel.errors import Refused
from policy.evidence import Evidence, evidence, found, probe


@evidence("CC-4")
def what_was_seen_was_authorised(session: Any, now: datetime) -> Evidence:  # noqa: ARG001 - the frame's own form
    """Everything that was seen to change was authorised, or what was opened for it has been settled."""
    settled = select(Change.id).where(col(Change.state).in_(OVER))
    rows = list(
        session.scalars(select(ObservedChange).where(col(ObservedChange.verdict).not_in([NEVER_SEEN, IDLE_SESSION])))
    )
    done = set(session.scalars(settled))
    return found(
        (row.ref for row in rows), (row.ref for row in rows if row.verdict != "matched" and row.found_id not in done)
    )


@probe("CC-4", guard="unanswered-review")
def sign_unanswered(work: Work) -> None:  # noqa: ARG001
    """A review whose sample is not answered is not signed."""
    why = unanswered(["change:none"], {})
    if why is not None:
        raise Refused("CC-4", why)
