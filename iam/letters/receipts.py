"""Receipts: which letter left by which channel, and what the carrier answered; a user id and its first secret by two of them. [ID-5]"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from iam.letters.models import MAIL, Letter, Receipt
from iam.people.models import Person
from kernel import gate
from kernel.action import Work
from kernel.db import Answer
from kernel.reading import reading

MOST = 500


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
    )  # fmt: skip


def masked(address: str, channel: str) -> str:
    """Return an address as a list may show it: enough to tell two apart, too little to write to."""
    if channel == MAIL:
        name, _, host = address.rpartition("@")
        return f"{name[:2]}•••@{host}"
    return f"{address[:4]} ••• {address[-2:]}"
