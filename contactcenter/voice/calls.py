"""What is done with a telephone call, each step an action of the voice clerk on the call's conversation. [OC-2, OC-5, OC-14]

Every step may come twice: the second time it finds itself done. Locks are taken in the order conversation, agent, call.
Routing speaks by facts, in its own transaction: an offer makes the call ring, an offer given back lets it wait again.
"""

from typing import Annotated, Literal

from pydantic import StringConstraints
from sqlmodel import col, select

from contactcenter import contacts, offers, routing
from contactcenter.models import CLOSED, NEW, VOICE, WRAP_UP, Contact, Conversation, Reservation
from contactcenter.voice import numbers
from contactcenter.voice.models import CONNECTED, ENDED, GREETING, QUEUED, RINGING, Call, PhoneCredential
from contactcenter.voice.prompts import LANGUAGES
from kernel.action import Fact, Work, action, on_fact
from kernel.errors import Conflict, NotFound

Channel = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,80}$")]
Language = Literal["fr", "en"]
Why = Literal["no-answer", "rejected", "phone-gone", "late", "lost"]
PAUSES: dict[str, str | None] = {
    "no-answer": "no-answer", "rejected": "no-answer", "phone-gone": "technical", "late": None, "lost": None,
}  # fmt: skip
OUTCOMES = {"rejected": "declined", "no-answer": "expired", "phone-gone": "agent-gone", "late": "withdrawn", "lost": "withdrawn"}  # fmt: skip


@action("call.arrive")
def arrive(work: Work, *, channel: Channel, called: str, number: str) -> Call:
    """A call has come in: know the caller again, and his language, and open the conversation. [OC-1, OC-5]

    `channel` is Asterisk's, `called` and `number` as the trunk sends them; a withheld number is empty.
    """
    known: Call | None = work.select(select(Call).where(Call.channel == channel)).first()
    if known is not None:
        return known
    from contactcenter import conversations  # noqa: PLC0415

    campaign = numbers.campaign_of(work, called[:32])
    contact = contacts.known(
        work, campaign.client_id, VOICE, number[:32] or f"withheld:{channel}", phone=number[:32] or None
    )
    language = contact.language if contact.language in LANGUAGES else None
    queue = numbers.queue_of(work, campaign.id, language or LANGUAGES[0])
    conversation = conversations.open_conversation(
        work, queue=queue, contact=contact, channel=VOICE, language=language or LANGUAGES[0]
    )
    work.session.flush()
    work.fact("call.arrived", conversation_id=conversation.id)
    return work.add(Call(scope=conversation.scope, conversation_id=conversation.id, channel=channel, language=language,
                         arrived_at=work.now))  # fmt: skip


@action("call.choose-language", on=Conversation)
def choose_language(work: Work, conversation: Conversation, *, language: Language, chosen: bool) -> Call:
    """The caller has chosen a language, or is given the house's first; a choice is remembered for this number. [OC-5]"""
    call = call_of(work, conversation)
    if call.phase == GREETING:
        call.language = conversation.language = language
        conversation.queue_id = numbers.queue_of(work, conversation.campaign_id, language).id
        if chosen:
            contacts.remember_language(work.get(Contact, conversation.contact_id, lock=True), language)
    return call


@action("call.queue", on=Conversation)
def queue_call(work: Work, conversation: Conversation) -> Call:
    """The caller waits from now on; where an agent is free his phone rings at once. [OC-2]"""
    call = call_of(work, conversation)
    if call.phase == GREETING:
        call.phase, call.queued_at = QUEUED, work.now
        if conversation.status == NEW:
            routing.enqueue(work, conversation)
    return call


@action("call.connect", on=Conversation)
def connect_call(work: Work, conversation: Conversation, *, leg: int) -> Call:
    """The agent has answered the attempt of number `leg`: the conversation is his. [OC-2, OC-14]

    Raises:
        Conflict: when the offer has expired or another attempt is on.

    """
    call = call_of(work, conversation)
    if call.phase == CONNECTED and call.legs == leg:
        return call
    if call.phase != RINGING or call.legs != leg:
        raise Conflict("The phone was answered too late; the caller is offered to another agent.")
    offers.accept(work, conversation, call.agent_id)
    call.phase, call.connected_at = CONNECTED, work.now
    work.fact("call.connected", conversation_id=conversation.id, agent_id=call.agent_id)
    return call


@action("call.miss", on=Conversation)
def miss_call(work: Work, conversation: Conversation, *, leg: int, why: Why) -> Call:
    """The attempt of number `leg` came to nothing, or its agent was lost: the caller is back at his place. [OC-2]

    Who let it ring, turned it down or has no phone is paused with the reason, so that he is not rung again at once.
    """
    call = call_of(work, conversation)
    if call.phase in {RINGING, CONNECTED} and call.legs == leg:
        work.note("why", why)
        # Whoever loses his phone in mid-call (a page loaded anew) gets the caller back when it is there again.
        pause = PAUSES[why] if call.phase == RINGING else None
        offers.give_back(work, conversation, OUTCOMES[why], pause=pause)
        _wait_again(call)
    return call


@action("call.record-start", on=Conversation)
def start_recording(work: Work, conversation: Conversation) -> Call:
    """The talk is recorded from now on, under a name of the conversation's own. [OC-13]"""
    call = call_of(work, conversation)
    if call.phase == CONNECTED and call.recording_leg != call.legs:
        call.recordings, call.recording_leg = call.recordings + 1, call.legs
        call.recording = f"{work.now:%Y/%m}/{conversation.id}-{call.recordings}"
        work.fact("recording.started", conversation_id=conversation.id)
    return call


@action("call.record-stop", on=Conversation)
def stop_recording(work: Work, conversation: Conversation) -> Call:
    """The talk's recording is complete. [OC-13]"""
    work.fact("recording.stopped", conversation_id=conversation.id)
    return call_of(work, conversation)


@action("call.record-fail", on=Conversation)
def fail_recording(work: Work, conversation: Conversation, *, why: str) -> Call:
    """The talk is not, or not wholly, recorded: a deviation to be looked into; the talk itself goes on. [OC-13, DS-7]"""
    work.note("why", why[:200])
    work.fact("recording.failed", conversation_id=conversation.id)
    return call_of(work, conversation)


@action("call.end", on=Conversation)
def end_call(work: Work, conversation: Conversation, *, by: Literal["caller", "agent", "system"]) -> Call:
    """The call is over: in talk it goes to wrap-up and its disposition, before that it is abandoned. [OC-2, OC-14]"""
    call = call_of(work, conversation)
    if conversation.status not in {WRAP_UP, CLOSED}:
        offers.finish(work, conversation, "customer" if by == "caller" else by)
    _end(work, call, abandoned=call.connected_at is None)
    return call


def call_of(work: Work, conversation: Conversation) -> Call:
    """The call of a conversation, locked. Raises NotFound when it is no call."""
    call: Call | None = work.select(
        select(Call).where(Call.conversation_id == conversation.id).with_for_update()
    ).first()
    if call is None:
        raise NotFound("This conversation is not a call.")
    return call


# --- what routing and the desk tell, heard in their own transaction ---


@on_fact("conversation.offered")
def ring_agent(work: Work, fact: Fact) -> None:
    """Routing has found an agent for a caller: his phone is to ring. [OC-2]"""
    if fact.data["channel"] != VOICE:
        return
    call = _of(work, fact)
    if call is None or call.phase == ENDED:
        return
    offer = work.get(Reservation, fact.data["reservation_id"])
    with work.session.no_autoflush:
        phone = work.select(
            select(PhoneCredential)
            .where(PhoneCredential.person_id == offer.agent_id, col(PhoneCredential.voided_at).is_(None))
            .order_by(col(PhoneCredential.online).desc(), col(PhoneCredential.made_at).desc())
        ).first()
    call.phase, call.legs = RINGING, call.legs + 1
    call.agent_id, call.reservation_id, call.phone_id = offer.agent_id, offer.id, phone.id if phone else None
    call.rung_at, call.ring_until = work.now, offer.expires_at


@on_fact("conversation.given-back")
def wait_again(work: Work, fact: Fact) -> None:
    """An offer expired or was taken back: the caller waits again, with music. [OC-2]"""
    call = _of(work, fact)
    if call is not None and call.phase in {RINGING, CONNECTED}:
        _wait_again(call)


@on_fact("conversation.ended")
def end_with_conversation(work: Work, fact: Fact) -> None:
    """Whoever ends the conversation ends the call. [OC-2]"""
    call = _of(work, fact)
    if call is not None:
        _end(work, call, abandoned=call.connected_at is None)


def _of(work: Work, fact: Fact) -> Call | None:
    work.session.flush()
    statement = select(Call).where(Call.conversation_id == fact.data["conversation_id"]).with_for_update()
    found: Call | None = work.select(statement).first()
    return found


def _wait_again(call: Call) -> None:
    call.phase = QUEUED
    call.agent_id = call.phone_id = call.reservation_id = call.ring_until = None


def _end(work: Work, call: Call, *, abandoned: bool) -> None:
    if call.phase == ENDED:
        return
    call.phase, call.ended_at = ENDED, work.now
    call.outcome = "abandoned" if abandoned else "ended"
    work.fact(f"call.{call.outcome}", conversation_id=call.conversation_id)
