"""Two unlike channels for a user id and its first secret, a receipt for each; letters leave by the outbox. [ID-5]

Where a channel has no transport its letters wait, the operator sees them, and they leave once it has one.
"""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from pydantic import SecretStr
from sqlmodel import col, select

from iam.letters.envelope import Envelope
from iam.letters.models import MAIL, SMS, Letter, Receipt
from iam.letters.texts import Text, write
from iam.letters.transports import transport_for
from iam.people.models import Account, Person
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import Answer
from kernel.errors import Conflict, Refused
from kernel.outbox import effect
from kernel.reading import reading
from kernel.sealing import seal, unseal

CLERK = clerk("delivery")
_TAIL = 7
LONGEST = 1000
EFFECT = {MAIL: "mail.send", SMS: "sms.send"}


def are_unlike(email: str, phone: str) -> bool:
    """Tell whether a mail address and a telephone number are two channels: none derived from the other (a mail-to-SMS address)."""
    digits = re.sub(r"\D", "", phone)
    return bool(email and digits) and digits[-_TAIL:] not in re.sub(r"\D", "", email)


def channels_of(person: Person) -> tuple[str, str]:
    """Return the two addresses of a person. Raises Refused where they are not two unlike channels. [ID-5]"""
    if not person.email or not person.phone:
        raise Refused(
            "ID-5",
            "A user id and its first secret travel by two channels: a mail address and a telephone number are needed.",
        )
    if not are_unlike(person.email, person.phone):
        raise Refused("ID-5", "This mail address delivers to the same telephone, so the two channels would be one.")
    return person.email, person.phone


def post(work: Work, person: Person, account: Account, purpose: str, channel: str, **words: str) -> Letter:
    """Write a letter and hand it to the outbox; it leaves after the commit. Raises Refused without an address to send it to."""
    return lay(work, person, account.id, purpose, channel, write(purpose, person.language, **words))


def lay(work: Work, person: Person, account_id: UUID | None, purpose: str, channel: str, text: Text) -> Letter:
    """Seal a letter and hand it to the outbox. Raises Refused without an address to send it to."""
    address = person.email if channel == MAIL else person.phone
    if not address:
        raise Refused("ID-5", "There is no address for this letter: the person's record lacks it.")
    letter = Letter(
        scope=person.scope,
        person_id=person.id,
        account_id=account_id,
        purpose=purpose,
        channel=channel,
        address=address,
        made_at=work.now,
    )
    letter.sealed = seal(json.dumps([text.subject, text.body]).encode(), letter.ref)
    work.add(letter)
    work.later(EFFECT[channel], letter_id=str(letter.id))
    return letter


def void_waiting(work: Work, account_id: UUID) -> None:
    """Take back what has not left yet; its text is gone."""
    waiting = work.select(
        select(Letter).where(Letter.account_id == account_id, Letter.state == "waiting").with_for_update()
    )
    for letter in waiting:
        letter.state, letter.sealed = "void", None


class LetterView(Answer):
    """A letter that waits: to whom and how, never what it says."""

    id: UUID
    person_id: UUID
    purpose: str
    channel: str
    made_at: datetime
    has_transport: bool

    @classmethod
    def of(cls, letter: Letter) -> "LetterView":
        """Return what may be shown of a letter."""
        shown = letter.model_dump(include={"id", "person_id", "purpose", "channel", "made_at"})
        return cls(**shown, has_transport=transport_for(letter.channel) is not None)


@reading("letter.waiting")
def waiting_letters(work: Work) -> list[LetterView]:
    """List the letters that have not left, oldest first. [ID-5]"""
    found: Iterable[Letter] = work.select(
        select(Letter).where(Letter.state == "waiting").order_by(col(Letter.made_at)).limit(500)
    )
    return [LetterView.of(letter) for letter in found]


@reading("letter.open", on=Letter)
def open_letter(work: Work, letter: Letter) -> Envelope | None:  # noqa: ARG001 - the frame's own form
    """Open a letter to send it; None when it has left or was taken back. [ID-5]"""
    if letter.state != "waiting" or letter.sealed is None:
        return None
    text = Text(*json.loads(unseal(letter.sealed, letter.ref)))
    return Envelope(
        id=letter.id, channel=letter.channel, address=letter.address, subject=text.subject, body=SecretStr(text.body)
    )


@action("letter.sent", on=Letter)
def note_sent(work: Work, letter: Letter, *, carrier: str) -> Receipt:
    """Write the receipt of a letter that left, and forget its text. [ID-5]"""
    if letter.state != "waiting":
        raise Conflict("This letter has its receipt already.")
    letter.state, letter.sealed = "sent", None
    work.fact("letter.sent", letter_id=letter.id, person_id=letter.person_id)
    return work.add(
        Receipt(
            scope=letter.scope,
            letter_id=letter.id,
            person_id=letter.person_id,
            purpose=letter.purpose,
            channel=letter.channel,
            address=letter.address,
            carrier=carrier[:LONGEST],
            sent_at=work.now,
        )
    )


@action("letter.resend")
def resend_waiting(work: Work) -> int:
    """Hand every waiting letter to the outbox again, once its channel has a transport. [ID-5]"""
    found = work.select(select(Letter).where(Letter.state == "waiting"))
    ready = [letter for letter in found if transport_for(letter.channel) is not None]
    for letter in ready:
        work.later(EFFECT[letter.channel], letter_id=str(letter.id))
    work.note("letters", len(ready))
    return len(ready)


def _send(letter_id: str) -> None:
    """Send one letter and note its receipt; without a transport it goes on waiting. A repeated job sends nothing twice knowingly."""
    envelope = open_letter(CLERK, UUID(letter_id))
    if envelope is None:
        return
    transport = transport_for(envelope.channel)
    if transport is not None:
        note_sent(CLERK, envelope.id, carrier=transport.send(envelope))


@effect("mail.send")
def send_mail(*, letter_id: str) -> None:
    """Send a mail."""
    _send(letter_id)


@effect("sms.send")
def send_sms(*, letter_id: str) -> None:
    """Send a text message."""
    _send(letter_id)
