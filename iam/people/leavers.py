"""The last second: what a leaver still holds ends with the fact that they left; and contracts end by the clock. [AC-1, AC-3]"""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from iam.credentials.models import Passkey, RecoveryCode, Totp
from iam.entry.models import Device
from iam.people.joiners import leave
from iam.people.models import Person
from iam.requests.execution import CLERK
from iam.requests.models import AccessRequest
from iam.requests.requests import REQUEST_STEPS
from kernel.action import Fact, Work, action, on_fact
from kernel.db import read_session
from kernel.errors import Conflict, Refused
from kernel.sweeps import sweep
from policy.approvals import withdraw_all

log = logging.getLogger("omniwarden.iam")
KEYS: tuple[Any, ...] = (Passkey, Totp, RecoveryCode, Device)


@on_fact("person.left")
def end_keys(work: Work, fact: Fact) -> None:
    """End a leaver's passkeys, authenticators, recovery codes and known devices."""
    for model in KEYS:
        rows = select(model).where(model.person_id == fact.data["person_id"], col(model.ended_at).is_(None))
        for held in work.select(rows.with_for_update()):
            held.ended_at = work.now


@on_fact("person.left")
def drop_requests(work: Work, fact: Fact) -> None:
    """Withdraw what a leaver asked for and what is not carried out yet: its reason has left with them."""
    asked = select(AccessRequest).where(
        AccessRequest.requested_by == fact.data["person_id"],
        col(AccessRequest.state).in_(("draft", "asked", "granted")),
    )
    for request in work.select(asked.with_for_update()).all():
        REQUEST_STEPS.advance(work, request, "withdraw")
        request.settled_at, request.why = work.now, "Who asked for it has left."
        withdraw_all(work, request.ref, "who asked for it has left")


@action("person.end-contract", on=Person)
def end_contract(work: Work, person: Person) -> Person:
    """Let a person go whose contract has ended: accounts, sessions, keys and roles end at once. [AC-1, AC-3]"""
    if person.ends_at is None or person.ends_at > work.now:
        raise Refused("AC-3", "This contract has not ended.")
    return leave(work, person)


def over(session: Any, now: datetime) -> list[UUID]:
    """Give the people whose contract has ended and who are still here."""
    return list(session.scalars(select(Person.id).where(col(Person.ends_at) <= now, Person.status != "left").limit(50)))


@sweep("contracts", seconds=0.5)
def end_contracts(now: datetime) -> None:
    """Let those go whose contract has ended."""
    with read_session() as session:
        ended = over(session, now)
    for person_id in ended:
        try:
            end_contract(CLERK, person_id)
        except (Conflict, Refused) as meanwhile:
            # Another worker let them go, or their contract was made longer, between the question and the deed.
            log.info("a contract did not end by this sweep: %s", meanwhile.why)
