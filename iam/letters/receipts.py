"""Receipts: which letter left by which channel, and what the carrier answered; a user id and its first secret by two of them. [ID-5]"""

import logging
import threading
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, or_, select

from iam.letters import carriers
from iam.letters.models import MAIL, SMS, Letter, Receipt
from iam.letters.smpp import pdu
from iam.people.models import Person
from kernel import clock, gate
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import Answer, read_session
from kernel.reading import reading

CLERK = clerk("delivery")
MOST = 500
KNOWN_FOR = timedelta(days=8)
"""How long an operator may still tell of a message; the longest validity of SMPP is a week or so."""
PATIENCE = (0.2, 0.8, 2.0)
"""Seconds to wait for a message whose receipt was quicker than our own note that it left."""
log = logging.getLogger("omniwarden.sms")


class ReceiptView(Answer):
    """A letter and its receipt, if it has left: to whom, how, when; the address masked, the content never."""

    letter_id: UUID
    person_id: UUID
    person: str
    purpose: str
    channel: str
    address: str
    state: str
    made_at: datetime
    sent_at: datetime | None
    carrier: str | None
    outcome: str | None


@reading("receipt.list")
def list_receipts(
    work: Work, *, person_id: UUID | None = None, state: str | None = None, before: datetime | None = None
) -> list[ReceiptView]:
    """List letters with their receipts, the latest first. [ID-5]"""
    asked = (
        select(Letter, Receipt, Person)
        .join(Person, col(Person.id) == Letter.person_id)
        .outerjoin(Receipt, col(Receipt.letter_id) == Letter.id)
        .where(gate.visible(work.actor, "receipt.list", Letter, work.now))
        .order_by(col(Letter.made_at).desc(), col(Letter.channel))
        .limit(MOST)
    )
    if person_id is not None:
        asked = asked.where(col(Letter.person_id) == person_id)
    if state is not None:
        asked = asked.where(col(Letter.state) == state)
    if before is not None:
        asked = asked.where(col(Letter.made_at) < before)
    return [_view(*row) for row in work.session.execute(asked)]


def _view(letter: Letter, receipt: Receipt | None, person: Person) -> ReceiptView:
    told: dict[str, Any] = letter.model_dump(include={"person_id", "purpose", "channel", "state", "made_at"})
    return ReceiptView(
        **told, letter_id=letter.id, person=person.name, address=masked(letter.address, letter.channel),
        sent_at=receipt.sent_at if receipt else None, carrier=receipt.carrier if receipt else None,
        outcome=carriers.outcome(receipt.carrier) if receipt else None,
    )  # fmt: skip


def masked(address: str, channel: str) -> str:
    """Return an address as a list may show it: enough to tell two apart, too little to write to."""
    if channel == MAIL:
        name, _, host = address.rpartition("@")
        return f"{name[:2]}•••@{host}"
    return f"{address[:4]} ••• {address[-2:]}"


@action("letter.delivered", on=Receipt)
def note_delivery(work: Work, receipt: Receipt, *, reference: str, state: str) -> str | None:
    """Write down what the operator says became of a text message, part by part. [ID-5]"""
    before = carriers.outcome(receipt.carrier)
    receipt.carrier = carriers.stated(receipt.carrier, reference, state)
    outcome = carriers.outcome(receipt.carrier)
    work.note("state", state)
    if outcome and outcome != before:
        work.fact(f"letter.{outcome}", letter_id=receipt.letter_id, person_id=receipt.person_id)
    return outcome


def find(reference: str, now: datetime) -> UUID | None:
    """Return the receipt of the message that an operator calls so, if one of late is."""
    spelt = [col(Receipt.carrier).contains(f" {one}:", autoescape=True) for one in carriers.spellings(reference)]
    asked = select(Receipt.id).where(Receipt.channel == SMS, col(Receipt.sent_at) > now - KNOWN_FOR, or_(*spelt))
    with read_session() as session:
        return session.scalars(asked.order_by(col(Receipt.sent_at).desc()).limit(1)).first()


def heard(notice: pdu.Notice) -> int:
    """Note an operator's delivery receipt; returns what it is answered. One of a message that is not ours is taken and dropped."""
    for wait in (*PATIENCE, None):
        found = find(notice.reference, clock.now())
        if found is not None:
            note_delivery(CLERK, found, reference=notice.reference, state=notice.state[:20])
            return pdu.OK
        if wait is not None:
            threading.Event().wait(wait)
    log.warning("a delivery receipt came for a message that nobody here has sent")
    return pdu.OK
