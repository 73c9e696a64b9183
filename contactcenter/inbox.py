"""What agents see: the one inbox of all channels, a conversation with its words, the customer with the whole history. [OC-1, OC-14]

Lists show the customer's name and words only of conversations in one's own hands; whatever shows more is a watched reading.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import select as sql
from sqlmodel import col, select

from contactcenter import floor
from contactcenter.contacts import masked_email, masked_phone
from contactcenter.models import (
    CLOSED,
    IN_HAND,
    QUEUED,
    AgentProfile,
    AgentState,
    Contact,
    Conversation,
    Disposition,
    Message,
    Note,
    Queue,
)
from contactcenter.views import Card, Mine, Noted, Past, Row, Said, View
from kernel import gate
from kernel.action import Work
from kernel.reading import reading

SHOWN = 200
PAST = 50


@reading("conversation.list")
def list_conversations(
    work: Work,
    *,
    box: Literal["mine", "waiting", "closed", "all"] = "mine",
    limit: Annotated[int, Field(ge=1, le=200)] = 100,
    before: datetime | None = None,
) -> list[Row]:
    """List conversations: mine in hand, those that wait, closed ones, or all I may see; the newest first. [OC-1]"""
    statement = (
        select(Conversation, Queue, Contact.name)
        .join(Queue, col(Queue.id) == col(Conversation.queue_id))
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .where(gate.visible(work.actor, "conversation.list", Conversation, work.now))
    )
    if box == "mine":
        statement = statement.where(Conversation.assignee_id == work.actor.id, col(Conversation.status).in_(IN_HAND))
    elif box == "waiting":
        statement = statement.where(Conversation.status == QUEUED)
    elif box == "closed":
        statement = statement.where(Conversation.status == CLOSED)
    if before is not None:
        statement = statement.where(Conversation.opened_at < before)
    order = col(Conversation.queued_at) if box == "waiting" else col(Conversation.opened_at).desc()
    rows = work.session.execute(statement.order_by(order, col(Conversation.id)).limit(limit)).all()
    return _rows(work, [tuple(row) for row in rows])


@reading("conversation.find")
def find_conversation(work: Work, *, reference: Annotated[str, Field(min_length=4, max_length=12)]) -> list[Row]:
    """Find a conversation that you may read by its reference. [OC-1]"""
    said = reference.upper().translate(str.maketrans("OIL", "011", " -"))
    statement = (
        select(Conversation, Queue, Contact.name)
        .join(Queue, col(Queue.id) == col(Conversation.queue_id))
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .where(gate.visible(work.actor, "conversation.read", Conversation, work.now))
        .where(Conversation.reference == f"{said[:4]}-{said[4:]}")
    )
    return _rows(work, [tuple(row) for row in work.session.execute(statement)])


def _rows(work: Work, found: list[Any]) -> list[Row]:
    mine = {c.id: c.last_sequence for c, _, _ in found if _own(work, c)}
    last = {m.conversation_id: m.text for m in _last_messages(work, mine)} if mine else {}
    return [
        Row(
            id=c.id,
            reference=c.reference,
            channel=c.channel,
            status=c.status,
            queue=queue.label,
            queue_id=queue.id,
            language=c.language,
            who=name if c.id in mine else None,
            last=last.get(c.id),
            last_author=c.last_author,
            since=(c.queued_at if c.status == QUEUED else c.last_message_at) or c.opened_at,
            late=c.status == QUEUED and (work.now - c.queued_at).total_seconds() > queue.target,
            mine=c.id in mine,
        )
        for c, queue, name in found
    ]


def _own(work: Work, conversation: Conversation) -> bool:
    return work.actor.id is not None and conversation.assignee_id == work.actor.id and conversation.status in IN_HAND


def _last_messages(work: Work, newest: dict[UUID, int]) -> list[Message]:
    statement = (
        select(Message)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(col(Conversation.id).in_(newest), Message.sequence == Conversation.last_sequence)
    )
    return list(work.select(statement))


@reading("conversation.read", on=Conversation, watched=True)
def read_conversation(
    work: Work,
    conversation: Conversation,
    *,
    since: Annotated[int, Field(ge=0)] = 0,
    before: Annotated[int, Field(ge=1)] | None = None,
) -> View:
    """Read a conversation with its messages and notes; `since` a sequence for what is new, `before` one for what is older. [OC-1, OC-14]"""
    statement = select(Message).where(Message.conversation_id == conversation.id, Message.sequence > since)
    if before is not None:
        statement = statement.where(Message.sequence < before)
    found: list[Message] = list(work.select(statement.order_by(col(Message.sequence).desc()).limit(SHOWN)))
    found.reverse()
    notes: list[Note] = list(
        work.select(
            select(Note).where(Note.conversation_id == conversation.id).order_by(col(Note.written_at), col(Note.id))
        )
    )
    queue, who, chosen = work.session.execute(_around(conversation)).one()
    names = names_of(work, {m.author_id for m in found} | {n.author_id for n in notes} | {conversation.assignee_id})
    return View(
        **conversation.model_dump(include=set(View.model_fields) - {"queue", "messages", "notes"}),
        queue=queue,
        who=who,
        assignee=names.get(conversation.assignee_id),
        needs_disposition=conversation.disposition_id is None and chosen,
        earlier=bool(found) and found[0].sequence > since + 1,
        messages=[
            Said(
                id=m.id,
                sequence=m.sequence,
                author=m.author,
                author_id=m.author_id,
                author_name=names.get(m.author_id),
                text=m.text,
                at=m.received_at,
            )
            for m in found
        ],
        notes=[
            Noted(id=n.id, author_id=n.author_id, author_name=names.get(n.author_id), text=n.text, at=n.written_at)
            for n in notes
        ],
    )


def _around(conversation: Conversation) -> Any:
    """Ask at once for what stands around a conversation: its queue's label, the customer's name, whether a disposition is asked for."""
    asked = sql(col(Disposition.id)).where(
        col(Disposition.campaign_id) == conversation.campaign_id, col(Disposition.active)
    )
    return (
        sql(col(Queue.label), col(Contact.name), asked.exists())
        .join(Contact, col(Contact.id) == conversation.contact_id)
        .where(col(Queue.id) == conversation.queue_id)
    )


@reading("conversation.customer", on=Conversation, watched=True)
def read_customer(work: Work, conversation: Conversation) -> Card:
    """Read who the customer of a conversation is, with the history on all channels. [OC-1, OC-14]"""
    return card_of(work, work.get(Contact, conversation.contact_id))


@reading("contact.read", on=Contact, watched=True)
def read_contact(work: Work, contact: Contact) -> Card:
    """Read a customer, with the history on all channels. [OC-1, OC-14]"""
    return card_of(work, contact)


def card_of(work: Work, contact: Contact) -> Card:
    """Return a customer's card."""
    rows = work.session.execute(
        select(Conversation, Queue.label, Disposition.labels)
        .join(Queue, col(Queue.id) == col(Conversation.queue_id))
        .join(Disposition, col(Disposition.id) == col(Conversation.disposition_id), isouter=True)
        .where(Conversation.contact_id == contact.id)
        .order_by(col(Conversation.opened_at).desc())
        .limit(PAST)
    )
    return Card(
        id=contact.id,
        name=contact.name,
        phone=masked_phone(contact.phone),
        email=masked_email(contact.email),
        language=contact.language,
        segment=contact.segment,
        first_seen=contact.first_seen,
        past=[
            Past(
                id=c.id,
                reference=c.reference,
                channel=c.channel,
                status=c.status,
                queue=queue,
                at=c.opened_at,
                disposition=labels,
            )
            for c, queue, labels in rows
        ],
    )


def names_of(work: Work, people: set[UUID | None]) -> dict[UUID | None, str]:
    """Return the names of agents by person."""
    known = [p for p in people if p is not None]
    if not known:
        return {}
    asked = select(AgentProfile.person_id, AgentProfile.name).where(col(AgentProfile.person_id).in_(known))
    return {row.person_id: row.name for row in work.session.execute(asked)}


@reading("agent.standing")
def my_standing(work: Work) -> Mine:
    """Read how you stand on the floor. [OC-2]"""
    held = work.session.get(AgentState, work.actor.id) if work.actor.id else None
    if held is None:
        return Mine(enrolled=False)
    profile = floor.profile_of(work, held)
    return Mine(
        enrolled=profile.active,
        state=held.state,
        reason=held.reason,
        presence=held.presence,
        since=held.since,
        chats=floor.load_of(work, held.id).chats,
        most_chats=profile.chats,
        voice=profile.voice,
    )
