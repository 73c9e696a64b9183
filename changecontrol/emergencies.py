"""Emergencies: the technical director's word first, if need be by telephone; papers in 24 hours; then normal design and test. [CC-5, CC-6, CC-7]

A spoken word opens the way at once and is confirmed in the console in the time the book gives; unconfirmed or denied, the rights end.
"""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints
from sqlmodel import col, select

from changecontrol import authorisation, keys
from changecontrol import requirements as needed
from changecontrol.changes import ChangeView, put_before_them
from changecontrol.contents import Content
from changecontrol.implementation import DOCUMENTATION, give_keys
from changecontrol.models import Change, SpokenAuthorisation
from changecontrol.models.changes import EMERGENCY, NORMAL
from changecontrol.revisions import begin
from changecontrol.states import OVER
from kernel.action import Fact, Work, action, on_fact
from kernel.db import HOUSE, Answer
from kernel.errors import Conflict, Refused
from policy import book, changes
from policy.approvals import person_of
from policy.holders import roles_of
from policy.models import Approval

Documentation = Annotated[str, StringConstraints(strip_whitespace=True, min_length=50, max_length=20_000)]


class SpokenView(Answer):
    """A spoken authorisation as a door shows it."""

    id: UUID
    change_id: UUID
    authority_id: UUID
    channel: str
    said_at: datetime
    witness_id: UUID
    recorded_by: UUID
    recorded_at: datetime
    confirm_by: datetime
    confirmed_at: datetime | None
    denied_at: datetime | None

    @classmethod
    def of(cls, row: SpokenAuthorisation) -> "SpokenView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@action("emergency.raise", scope=HOUSE, answer=ChangeView)
def raise_emergency(work: Work, *, content: Content) -> Change:
    """Raise an emergency change: it is before the technical director at once. [CC-5]"""
    return put_before_them(work, begin(work, content, model=EMERGENCY))


@action("emergency.record-word", on=Change, answer=SpokenView)
def record_word(
    work: Work,
    change: Change,
    *,
    authority_id: UUID,
    channel: Literal["telephone", "radio", "video", "in-person"],
    said_at: AwareDatetime,
    witness_id: UUID,
) -> SpokenAuthorisation:
    """Record that the technical director authorised an emergency by word: by which channel, when, and who heard it. [CC-5]"""
    approval = _waiting(work, change)
    recorder = person_of(work)
    if "technical-director" not in roles_of(authority_id, HOUSE, work.now):
        raise Refused("CC-5", "An emergency is authorised by the technical director.")
    if authority_id in {*needed.authors_of(work, change), *needed.implementers_of(work, change)}:
        raise Refused("CC-5", "Nobody authorises what he asked for or carries out.")
    if len({authority_id, witness_id, recorder}) < 3:  # noqa: PLR2004 - who said it, who heard it, who writes it
        raise Refused("CC-5", "Who gave the word, who heard it and who writes it down are three persons.")
    if not roles_of(witness_id, HOUSE, work.now):
        raise Refused("CC-5", "The witness holds no role in this house.")
    back = timedelta(minutes=book.number("CC-5", "word_minutes"))
    if not work.now - back <= said_at <= work.now:
        raise Refused("CC-5", f"A word is written down within {int(back.total_seconds() // 60)} minutes.")
    if needed.spoken_word(work, change) is not None:
        raise Conflict("The word is on record already.")
    word = work.add(
        SpokenAuthorisation(
            change_id=change.id, revision=change.revision, authority_id=authority_id, channel=channel, said_at=said_at,
            witness_id=witness_id, recorded_by=recorder, recorded_at=work.now, confirm_by=approval.answer_by,
        )
    )  # fmt: skip
    work.session.flush()
    work.fact("emergency.spoken", change_id=change.id, authority_id=authority_id, confirm_by=word.confirm_by)
    authorisation.settle(work, change)
    return word


def _waiting(work: Work, change: Change) -> Approval:
    if change.model != EMERGENCY or change.state != "authorise":
        raise Refused("CC-5", "Only an emergency that waits for its authorisation takes a spoken word.")
    approval: Approval | None = work.select(
        select(Approval).where(
            col(Approval.id).in_([one.approval_id for one in needed.live_authorisations(work, change)]),
            Approval.requirement == needed.EMERGENCY_WORD,
            Approval.state == "open",
            Approval.answer_by > work.now,
        )
    ).first()
    if approval is None:
        raise Refused("CC-5", "Nobody waits for an answer any more; raise it anew.")
    return approval


def last_word(work: Work, change: Change) -> SpokenAuthorisation | None:
    """Give the last spoken word on a change, whatever became of it."""
    found: SpokenAuthorisation | None = work.select(
        select(SpokenAuthorisation)
        .where(SpokenAuthorisation.change_id == change.id)
        .order_by(col(SpokenAuthorisation.id).desc())
        .limit(1)
    ).first()
    return found


@on_fact("change.answered")
def confirm(work: Work, fact: Fact) -> None:
    """Confirm or deny a spoken word as the technical director answers in the console."""
    if fact.data["requirement"] != needed.EMERGENCY_WORD:
        return
    change = work.get(Change, fact.data["change_id"])
    word = last_word(work, change)
    if word is None or word.confirmed_at is not None or word.denied_at is not None:
        return
    if not fact.data["yes"]:
        word.denied_at = work.now
        return
    word.confirmed_at = work.now
    if change.state == "implementing" and change.suspended_at is None:
        keys.take(work, change)
        work.session.flush()
        give_keys(work, change, word)


@on_fact("emergency.unconfirmed")
def end_unconfirmed(work: Work, fact: Fact) -> None:
    """Suspend an emergency whose word was not confirmed in time."""
    change = work.get(Change, fact.data["change_id"], lock=True)
    if change.state == "implementing":
        suspend(work, change, "the spoken word was not confirmed in time")


@on_fact("duty.late")
def end_undocumented(work: Work, fact: Fact) -> None:
    """Suspend an emergency whose documentation is late. [CC-6]"""
    if fact.data["rule"] != DOCUMENTATION:
        return
    change = work.get(Change, UUID(fact.data["about_ref"].partition(":")[2]), lock=True)
    if change.documented_at is None and change.suspended_at is None:
        suspend(work, change, "its documentation is late")


def suspend(work: Work, change: Change, why: str) -> None:
    """Take the implementers' right and tell the security officer; elevations for the change end with its window."""
    keys.take(work, change)
    change.suspended_at, change.suspended_why = work.now, why
    changes.end_window(work, change.window_ref, why)
    work.fact("emergency.suspended", change_id=change.id)


@action("emergency.document", on=Change, answer=ChangeView)
def document_emergency(work: Work, change: Change, *, documentation: Documentation) -> Change:
    """Hand in what was done in an emergency and why; it is due within the book's hours of its beginning. [CC-6]"""
    if change.model != EMERGENCY or change.documentation_due is None:
        raise Refused("CC-6", "Only an emergency that was begun is documented here.")
    if change.documented_at is not None or change.state in OVER - {"rejected"}:
        raise Conflict("Its documentation is in already.")
    change.documented_at, change.documented_by = work.now, person_of(work)
    change.report = f"{change.report}\n\n{documentation}".strip()
    work.session.flush()
    word = last_word(work, change)
    confirmed = word is None or word.confirmed_at is not None
    if change.state == "implementing" and confirmed and needed.in_window(work, change) is None:
        keys.take(work, change)
        change.suspended_at = None
        if changes.live_window(work.session, change.window_ref) is None:
            authorisation.announce(work, change)
            changes.open_window(work, change.window_ref)
        work.session.flush()
        give_keys(work, change, word)
    work.fact("emergency.documented", change_id=change.id)
    return change


@action("emergency.see-breach", on=Change, answer=ChangeView)
def see_breach(
    work: Work, change: Change, *, remark: Annotated[str, StringConstraints(min_length=3, max_length=500)]
) -> Change:
    """Take note, as security officer, of an emergency whose rights were suspended. [CC-6]"""
    if change.suspended_why is None:
        raise Refused("CC-6", "Nothing was suspended here.")
    work.note("remark", len(remark))
    work.fact("emergency.breach-seen", change_id=change.id)
    return change


@on_fact("change.asked")
@on_fact("change.rejected")
def normalise(work: Work, fact: Fact) -> None:
    """Tell that an emergency went through normal design and testing, or that the technical director refused that change. [CC-7]"""
    behind = fact.data["normalises_id"]
    if behind is None:
        return
    emergency = work.get(Change, behind)
    follow = select(Change.id).where(Change.normalises_id == behind, Change.model == NORMAL).limit(1)
    if work.select(follow).first() is not None and needed.normalised(work, emergency) is None:
        work.fact("emergency.normalised", change_id=behind)
