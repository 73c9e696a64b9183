"""Deviations: what is differs from what is wanted. Each is a case with an owner and a limit. [AC-7, AC-9]

Any part of identity raises them: the directories' reconciliation, the scanner of plaintext secrets, the owners of service accounts.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from iam.directory.models import ACCEPTED, CLOSED, CORRECTED, LIVE, OPEN, Deviation
from iam.people.models import Platform
from kernel.action import Fact, Work, on_fact
from kernel.errors import Refused
from policy import book
from policy.approvals import subject_of
from policy.duties import end_duties, fulfil, open_duty
from policy.models import Waiver
from policy.waivers import REQUIREMENT
from policy.workflow import Guard, Step, Workflow

DUTY = "settle-deviation"
KINDS = frozenset({
    "unknown-account", "missing-account", "extra-right", "missing-right", "re-enabled-leaver", "shared-id", "no-otp", "bad-name",
    "old-secret", "reused-id", "disabled-elsewhere", "renamed", "attributes-differ", "plaintext-secret", "orphan-service-account",
})  # fmt: skip


def _has_waiver(work: Work, deviation: Deviation) -> str | None:
    waiver = work.session.get(Waiver, deviation.waiver_id) if deviation.waiver_id else None
    granted = waiver is not None and waiver.state == "granted" and waiver.ends_at > work.now
    return None if granted else "A deviation is accepted by a waiver that was granted and has an end."


DEVIATION_STEPS = Workflow(
    Deviation,
    OPEN,
    [
        Step(OPEN, "correct", CORRECTED),
        Step(OPEN, "accept", ACCEPTED, (Guard("waiver", _has_waiver, "AC-8", "new.waiver_id is not null"),)),
        Step(OPEN, "close", CLOSED),
        Step(ACCEPTED, "reopen", OPEN),
        Step(ACCEPTED, "correct", CORRECTED),
        Step(ACCEPTED, "close", CLOSED),
    ],
)


def raise_deviation(
    work: Work,
    *,
    kind: str,
    about_ref: str,
    platform: str | None,
    clause: str,
    detail: dict[str, Any],
    owner_id: UUID | None = None,
    person_id: UUID | None = None,
    scope: str = "house",
) -> Deviation:
    """Open a case, or return the one that is open or accepted for the same kind and thing. [AC-7]

    Without an owner the platform's owner has it, else whoever holds the role that the book's duty names. Raises LookupError for
    an unknown kind.
    """
    if kind not in KINDS:
        raise LookupError(f"there is no kind of deviation {kind}")
    there = live_deviation(work, kind, about_ref)
    if there is not None:
        return there
    made = work.add(
        Deviation(
            scope=scope,
            kind=kind,
            about_ref=about_ref,
            platform=platform,
            clause=clause,
            detail=detail,
            person_id=person_id,
            owner_id=owner_id or _owner_of(work, platform),
            found_at=work.now,
            due_at=work.now + limit_of(kind),
        )
    )
    work.session.flush()
    work.cite(clause)
    _open(work, made, "deviation.opened")
    return made


def limit_of(kind: str) -> timedelta:
    """Return how long the book lets a kind of deviation stand open."""
    urgent = book.parameter("AC-7", "urgent_kinds")
    name = "urgent_days" if isinstance(urgent, list) and kind in urgent else "limit_days"
    return timedelta(days=book.number("AC-7", name))


def live_deviation(work: Work, kind: str, about_ref: str) -> Deviation | None:
    """Return the open or accepted case of a kind about a thing."""
    rows = select(Deviation).where(
        Deviation.kind == kind, Deviation.about_ref == about_ref, col(Deviation.state).in_(LIVE)
    )
    found: Deviation | None = work.select(rows.limit(1)).first()
    return found


def close_deviation(work: Work, deviation: Deviation, how: str, *, corrected: bool = False) -> Deviation:
    """Close a case with a sentence that says how; `corrected` where what was found is found no more. Raises Refused when closed."""
    DEVIATION_STEPS.advance(work, deviation, "correct" if corrected else "close")
    deviation.settled_at, deviation.settled_by, deviation.how = work.now, work.actor.ref, how
    fulfil(work, DUTY, deviation.ref)
    work.fact(
        "deviation.corrected" if corrected else "deviation.closed", deviation_id=deviation.id, kind=deviation.kind
    )
    return deviation


def bar_subject(work: Work, deviation: Deviation) -> None:
    """Refuse whoever a case is about: nobody settles what was found about himself. Raises Refused. [AC-6]"""
    if work.actor.id is not None and work.actor.id == deviation.person_id:
        raise Refused("AC-6", "This case is about you; somebody else settles it.")


@on_fact("waiver.granted")
def accept(work: Work, fact: Fact) -> None:
    """Accept a case once its waiver is granted. [AC-8]"""
    deviation = _of_waiver(work, fact.data["waiver_id"])
    if deviation is not None and deviation.state == OPEN:
        DEVIATION_STEPS.advance(work, deviation, "accept")
        end_duties(work, DUTY, deviation.ref, "accepted by a waiver")
        work.fact("deviation.accepted", deviation_id=deviation.id, kind=deviation.kind)


@on_fact("waiver.ended")
def reopen(work: Work, fact: Fact) -> None:
    """Open a case again, with a new limit, when the waiver that accepted it has ended. [AC-8]"""
    _reopen(work, fact.data["waiver_id"])


@on_fact("approval.voided")
def reopen_voided(work: Work, fact: Fact) -> None:
    """Open a case again when what was approved is approved no more. [AC-8]"""
    if fact.data["requirement"] == REQUIREMENT:
        _reopen(work, subject_of(fact))


def _reopen(work: Work, waiver_id: UUID) -> None:
    deviation = _of_waiver(work, waiver_id)
    if deviation is not None and deviation.state == ACCEPTED:
        DEVIATION_STEPS.advance(work, deviation, "reopen")
        deviation.waiver_id, deviation.due_at = None, work.now + limit_of(deviation.kind)
        _open(work, deviation, "deviation.reopened")


def _of_waiver(work: Work, waiver_id: UUID) -> Deviation | None:
    rows = select(Deviation).where(Deviation.waiver_id == waiver_id).with_for_update()
    found: Deviation | None = work.select(rows).first()
    return found


def _open(work: Work, deviation: Deviation, fact: str) -> None:
    open_duty(work, DUTY, about_ref=deviation.ref, due_at=deviation.due_at, holder_id=deviation.owner_id)
    work.fact(fact, deviation_id=deviation.id, kind=deviation.kind, clause=deviation.clause)


def _owner_of(work: Work, platform: str | None) -> UUID | None:
    if platform is None:
        return None
    found: UUID | None = work.select(select(Platform.owner_id).where(Platform.slug == platform)).first()
    return found
