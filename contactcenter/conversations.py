"""Conversations: opened by a channel, accepted, answered, noted, transferred, ended and closed by agents. [OC-1, OC-2, OC-14]"""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select

from contactcenter import agents, offers, routing
from contactcenter.models import (
    AGENT,
    CLOSED,
    CUSTOMER,
    IN_HAND,
    NEW,
    OPEN,
    QUEUED,
    RESERVED,
    VOICE,
    WRAP_UP,
    Campaign,
    Contact,
    Conversation,
    Disposition,
    Message,
    Note,
    Queue,
)
from contactcenter.texts import Text
from kernel.action import Work, action
from kernel.db import Answer, uuid7
from kernel.errors import Conflict, NotFound, Refused
from kernel.gate import Ask, condition

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letters that look like figures."""
NOT_YOURS = "This conversation is in another agent's hands."


@condition("assigned-to-you", where=lambda model, actor: model.assignee_id == actor.id)
def assigned(ask: Ask) -> str | None:
    """In one's own hands now, or closed by oneself."""
    mine = isinstance(ask.target, Conversation) and ask.actor.id is not None and ask.target.assignee_id == ask.actor.id
    return None if mine else NOT_YOURS


@condition(
    "assigned-or-history",
    where=lambda model, actor: or_(
        model.assignee_id == actor.id,
        model.contact_id.in_(
            select(Conversation.contact_id).where(
                Conversation.assignee_id == actor.id, col(Conversation.status).in_(IN_HAND)
            )
        ),
    ),
)
def assigned_or_history(ask: Ask) -> str | None:
    """In one's own hands, or an earlier conversation of a customer one serves just now."""
    if not isinstance(ask.target, Conversation) or ask.actor.id is None:
        return NOT_YOURS
    if ask.target.assignee_id == ask.actor.id:
        return None
    serving = select(Conversation.id).where(
        Conversation.assignee_id == ask.actor.id,
        Conversation.contact_id == ask.target.contact_id,
        col(Conversation.status).in_(IN_HAND),
    )
    found = ask.session is not None and ask.session.execute(serving.limit(1)).first() is not None
    return None if found else NOT_YOURS


@condition("assigned-or-waiting", where=lambda model, actor: or_(model.assignee_id == actor.id, model.status == QUEUED))
def assigned_or_waiting(ask: Ask) -> str | None:
    """In one's own hands, or waiting for anyone."""
    waits = isinstance(ask.target, Conversation) and ask.target.status == QUEUED
    return None if waits else assigned.check(ask)


class Sent(Answer):
    """A message as it was taken: its number in the conversation."""

    id: UUID
    sequence: int
    received_at: datetime

    @classmethod
    def of(cls, message: Message) -> "Sent":
        """Return the answer for a row."""
        return cls(id=message.id, sequence=message.sequence, received_at=message.received_at)


class Status(Answer):
    """A conversation as it stands after an action."""

    id: UUID
    reference: str
    status: str

    @classmethod
    def of(cls, conversation: Conversation) -> "Status":
        """Return the answer for a row."""
        return cls(id=conversation.id, reference=conversation.reference, status=conversation.status)


# --- steps for the actions of every channel -----------------------------------------------------------------------


def new_reference() -> str:
    """Return a short reference people can say on the telephone: eight signs, `K7QD-92MF`."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{signs[:4]}-{signs[4:]}"


def open_conversation(work: Work, *, queue: Queue, contact: Contact, channel: str, language: str) -> Conversation:
    """Open a conversation with a customer, not yet queued (see `routing.enqueue`).

    Raises:
        Refused: when the queue does not take the channel.

    """
    if channel not in queue.channels:
        raise Refused("OC-2", f"The queue {queue.label} does not take {channel}.")
    conversation = work.add(
        Conversation(
            reference=new_reference(),
            scope=queue.scope,
            campaign_id=queue.campaign_id,
            queue_id=queue.id,
            contact_id=contact.id,
            channel=channel,
            language=language if language in queue.languages else queue.languages[0],
            status=NEW,
            opened_at=work.now,
        )
    )
    work.fact("conversation.opened", conversation_id=conversation.id, channel=channel)
    return conversation


def post(
    work: Work, conversation: Conversation, *, author: str, text: str, key: UUID, author_id: UUID | None = None
) -> Message:
    """Add a message to a conversation, whose row is held; the same key again is the same message."""
    sent = work.select(
        select(Message).where(Message.conversation_id == conversation.id, Message.client_key == key)
    ).first()
    if sent is not None:
        return sent  # type: ignore[no-any-return]
    conversation.last_sequence += 1
    conversation.last_message_at, conversation.last_author = work.now, author
    message = work.add(
        Message(
            conversation_id=conversation.id,
            contact_id=conversation.contact_id,
            sequence=conversation.last_sequence,
            author=author,
            author_id=author_id,
            text=text,
            client_key=key,
            received_at=work.now,
        )
    )
    work.fact(
        "message.received" if author == CUSTOMER else "message.sent",
        conversation_id=conversation.id,
        sequence=message.sequence,
    )
    return message


# --- what agents do -----------------------------------------------------------------------------------------------


@action("conversation.accept", on=Conversation, answer=Status)
def accept(work: Work, conversation: Conversation) -> Conversation:
    """Take a conversation that is offered to you or that waits. [OC-2, OC-14]"""
    if conversation.channel == VOICE:
        raise Refused("OC-3", "Answer the call on the phone.")
    return offers.accept(work, conversation, work.actor.id)


@action("conversation.decline", on=Conversation, answer=Status)
def decline(work: Work, conversation: Conversation) -> Conversation:
    """Give an offer back: it goes to others first. [OC-2, OC-14]"""
    if conversation.status != RESERVED:
        raise Conflict("This conversation is not on offer any more.")
    offers.give_back(work, conversation, "declined")
    return conversation


@action("conversation.reply", on=Conversation, answer=Sent)
def reply(work: Work, conversation: Conversation, *, text: Text, key: UUID | None = None) -> Message:
    """Write to the customer; the same key again is the same message. [OC-1, OC-14]"""
    if conversation.channel == VOICE:
        raise Refused("OC-1", "A call is spoken; write a note instead.")
    if conversation.status != OPEN:
        raise Refused(
            "OC-2",
            "Accept the conversation first." if conversation.status == RESERVED else "This conversation has ended.",
        )
    return post(work, conversation, author=AGENT, author_id=work.actor.id, text=text, key=key or uuid7())


@action("conversation.note", on=Conversation)
def note(work: Work, conversation: Conversation, *, text: Text) -> Note:
    """Write a note for colleagues; the customer never sees it. [OC-1, OC-14]"""
    return work.add(
        Note(
            conversation_id=conversation.id,
            contact_id=conversation.contact_id,
            scope=conversation.scope,
            author_id=work.actor.id,
            text=text,
            written_at=work.now,
        )
    )


@action("conversation.transfer", on=Conversation, answer=Status)
def transfer(work: Work, conversation: Conversation, *, queue_id: UUID) -> Conversation:
    """Hand a conversation to another queue of the same client. [OC-2, OC-14]"""
    queue = work.get(Queue, queue_id)
    if conversation.channel == VOICE:
        raise Refused("OC-12", "A call is transferred on the phone.")
    if conversation.channel not in queue.channels:
        raise Refused("OC-2", f"The queue {queue.label} does not take {conversation.channel}.")
    if conversation.language not in queue.languages:
        raise Refused("OC-2", f"The queue {queue.label} does not serve this customer's language.")
    if _client(work, queue.campaign_id) != _client(work, conversation.campaign_id):
        raise Refused("OC-14", "A customer of one client is never handed to another client's queue.")
    if conversation.status not in {RESERVED, OPEN, QUEUED}:
        raise Conflict("This conversation has ended.")
    conversation.queue_id, conversation.campaign_id, conversation.scope = queue.id, queue.campaign_id, queue.scope
    work.fact("conversation.transferred", conversation_id=conversation.id, queue_id=queue.id)
    if conversation.status == QUEUED:
        routing.enqueue(work, conversation, at=conversation.queued_at)
    else:
        offers.give_back(work, conversation, "transferred")
    return conversation


@action("conversation.close", on=Conversation, answer=Status)
def close(work: Work, conversation: Conversation, *, disposition_id: UUID | None = None) -> Conversation:
    """End a conversation; without its disposition it waits in wrap-up until that is chosen. [OC-2, OC-14]"""
    chosen = _disposition(work, conversation, disposition_id) if disposition_id else None
    if conversation.status == CLOSED:
        raise Conflict("This conversation is closed already.")
    offers.finish(work, conversation, "agent")
    if conversation.status == WRAP_UP and (chosen or not agents.needs_disposition(work, conversation)):
        offers.close(work, conversation, chosen)
    return conversation


@action("disposition.set", on=Conversation, answer=Status)
def set_disposition(work: Work, conversation: Conversation, *, disposition_id: UUID) -> Conversation:
    """Say how a conversation ended; in wrap-up this closes it and you are free again. [OC-2, OC-14]"""
    if conversation.status not in {OPEN, WRAP_UP, CLOSED}:
        raise Refused("OC-2", "Nobody has spoken with this customer yet.")
    conversation.disposition_id = _disposition(work, conversation, disposition_id)
    if conversation.status == WRAP_UP:
        offers.close(work, conversation)
    return conversation


def _disposition(work: Work, conversation: Conversation, disposition_id: UUID) -> UUID:
    found = work.get(Disposition, disposition_id)
    if found.campaign_id != conversation.campaign_id or not found.active:
        raise NotFound("There is no such disposition in this campaign.")
    return found.id


def _client(work: Work, campaign_id: UUID) -> UUID:
    return work.get(Campaign, campaign_id).client_id
