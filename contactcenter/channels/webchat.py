"""Web chat: a visitor writes from a client's web site; who he is lies in an opaque token of which only the hash is kept. [OC-1]

What the door (`api/webchat.py`) speaks, all JSON, the token as `Authorization: Bearer <token>`:

    POST /chat/{widget}/open      {"name"?, "language", "text", "once"}  -> {"token", "id", "sequence"}
    POST /chat/{widget}/messages  {"text", "once"}                       -> {"id", "sequence"}
    GET  /chat/{widget}/messages[?since=<sequence>&conversation=<id>]    -> Transcript
    GET  /chat/{widget}/live      server-sent events: a `data:` line at each change
    POST /chat/{widget}/leave     {}                                     -> {}

`once` is a UUID of the sender's: the same one again is the same message, never a second one. After a lost connection the
visitor asks from the last sequence he has; nothing is lost or doubled.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, text
from sqlalchemy.engine import Connection
from sqlmodel import col, select

from contactcenter import contacts, conversations, offers, routing
from contactcenter.models import (
    CLOSED,
    CUSTOMER,
    NEW,
    OPEN,
    QUEUED,
    RESERVED,
    WEBCHAT,
    WRAP_UP,
    AgentProfile,
    Campaign,
    Contact,
    Conversation,
    Message,
    Queue,
    Visit,
    Widget,
)
from contactcenter.texts import Language, Line, Slug, Text
from kernel import clock, fresh
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import Answer
from kernel.errors import Busy, NotFound, Refused
from kernel.reading import reading

CLERK = clerk("webchat")
LIFE = timedelta(days=30)
BURST, WINDOW = 10, timedelta(seconds=10)
"""How many messages a visitor may write in a window of time."""
SHOWN = 500


class Opened(Answer):
    """A visit that has begun; the token is told here and never again."""

    token: str
    id: UUID
    sequence: int


class Said(Answer):
    """A message as the visitor sees it: `ours` is the visitor's own."""

    id: UUID
    sequence: int
    kind: Literal["ours", "theirs"]
    text: str
    at: datetime


class Transcript(Answer):
    """A visit's conversation as the visitor sees it. `place` is his place in the queue while he waits, 1 is next."""

    conversation: UUID | None
    reference: str | None
    state: Literal["waiting", "open", "over"]
    agent: str | None
    place: int | None
    last: int
    messages: list[Said]


def digest_of(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _live_visits(conn: Connection, digests: list[bytes]) -> dict[bytes, UUID]:
    rows = conn.execute(
        text("select token_hash, id from visit where token_hash = any(:known) and started_at > :edge"),
        {"known": digests, "edge": clock.now() - LIFE},
    )
    return {bytes(digest): visit for digest, visit in rows}


_visits = fresh.live(_live_visits)


def visit_of(token: str) -> UUID | None:
    """Return the visit that a token stands for, None where it is unknown or too old."""
    return _visits.get(digest_of(token))


@action("webchat.open", answer=Opened)
def open_visit(
    work: Work, *, widget: Slug, language: Language, text: Text, once: UUID, name: Line | None = None
) -> Opened:
    """Begin a visit with the visitor's first words; they wait in the widget's queue at once. [OC-1, OC-2]"""
    token = secrets.token_urlsafe(32)
    opened_with = hashlib.sha256(once.bytes).digest()
    begun: Visit | None = work.select(select(Visit).where(Visit.opened_with == opened_with).with_for_update()).first()
    if begun is not None:
        return _again(work, begun, token, once)
    place: Widget | None = work.select(select(Widget).where(Widget.slug == widget, Widget.active)).first()
    if place is None:
        raise NotFound("There is no chat at this address.")
    queue = work.get(Queue, place.queue_id)
    client_id = work.get(Campaign, queue.campaign_id).client_id
    contact = contacts.known(work, client_id, WEBCHAT, opened_with.hex(), name=name, language=language)
    conversation = conversations.open_conversation(
        work, queue=queue, contact=contact, channel=WEBCHAT, language=language
    )
    work.session.flush()
    work.add(
        Visit(
            token_hash=digest_of(token),
            opened_with=opened_with,
            widget_id=place.id,
            scope=queue.scope,
            contact_id=contact.id,
            conversation_id=conversation.id,
            language=conversation.language,
            started_at=work.now,
        )
    )
    message = conversations.post(work, conversation, author=CUSTOMER, text=text, key=once)
    routing.enqueue(work, conversation)
    return Opened(token=token, id=message.id, sequence=message.sequence)


def _again(work: Work, visit: Visit, token: str, once: UUID) -> Opened:
    """The answer to the first request was lost: the visit gets a new token in place of the one nobody has."""
    visit.token_hash = digest_of(token)
    first: Message | None = work.select(select(Message).where(Message.client_key == once)).first()
    if first is None:
        raise NotFound("This visit has no messages.")
    return Opened(token=token, id=first.id, sequence=first.sequence)


@action("webchat.post", on=Visit, answer=conversations.Sent)
def post(work: Work, visit: Visit, *, text: Text, once: UUID) -> Message:
    """Take a visitor's message; after the end of a conversation it opens the next one. [OC-1, OC-2]"""
    conversation = work.get(Conversation, visit.conversation_id, lock=True) if visit.conversation_id else None
    if conversation is not None and conversation.status in {NEW, QUEUED, RESERVED, OPEN}:
        _slow_down(work, conversation)
        return conversations.post(work, conversation, author=CUSTOMER, text=text, key=once)
    if conversation is not None:
        sent: Message | None = work.select(
            select(Message).where(Message.conversation_id == conversation.id, Message.client_key == once)
        ).first()
        if sent is not None:
            return sent
    widget = work.get(Widget, visit.widget_id)
    if not widget.active:
        raise Refused("OC-1", "This chat is closed.")
    conversation = conversations.open_conversation(
        work,
        queue=work.get(Queue, widget.queue_id),
        contact=work.get(Contact, visit.contact_id),
        channel=WEBCHAT,
        language=visit.language,
    )
    work.session.flush()
    visit.conversation_id = conversation.id
    message = conversations.post(work, conversation, author=CUSTOMER, text=text, key=once)
    routing.enqueue(work, conversation)
    return message


def _slow_down(work: Work, conversation: Conversation) -> None:
    recent = select(func.count()).where(
        Message.conversation_id == conversation.id,
        Message.sequence > conversation.last_sequence - 2 * BURST,
        Message.author == CUSTOMER,
        Message.received_at > work.now - WINDOW,
    )
    if work.session.execute(recent).scalar_one() >= BURST:
        raise Busy("You write faster than anyone can read; wait a moment.", retry_after=3)


@action("webchat.leave", on=Visit)
def leave(work: Work, visit: Visit) -> None:
    """End the conversation as the visitor; leaving twice is once. [OC-2]"""
    if visit.conversation_id is not None:
        offers.finish(work, work.get(Conversation, visit.conversation_id, lock=True), CUSTOMER)


@reading("webchat.read", on=Visit)
def read(
    work: Work,
    visit: Visit,
    *,
    since: Annotated[int, Field(ge=0)] = 0,
    conversation: UUID | None = None,
) -> Transcript:
    """Read one's own conversation as the visitor, from a sequence on; from the start where another one has begun. [OC-1]"""
    if visit.conversation_id is None:
        return Transcript(conversation=None, reference=None, state="over", agent=None, place=None, last=0, messages=[])
    found = work.get(Conversation, visit.conversation_id)
    after = since if conversation in {None, found.id} else 0
    messages: list[Any] = list(
        work.select(
            select(Message)
            .where(Message.conversation_id == found.id, Message.sequence > after)
            .order_by(col(Message.sequence).desc())
            .limit(SHOWN)
        )
    )
    talking = found.status == OPEN
    return Transcript(
        conversation=found.id,
        reference=found.reference,
        state="over" if found.status in {WRAP_UP, CLOSED} else "open" if talking else "waiting",
        agent=_agent_name(work, found.assignee_id) if talking else None,
        place=routing.place_of(work.session, found) if found.status == QUEUED else None,
        last=found.last_sequence,
        messages=[
            Said(
                id=m.id,
                sequence=m.sequence,
                kind="ours" if m.author == CUSTOMER else "theirs",
                text=m.text,
                at=m.received_at,
            )
            for m in reversed(messages)
        ],
    )


def _agent_name(work: Work, agent_id: UUID | None) -> str | None:
    """The first of an agent's names is all that visitors learn."""
    name: str | None = work.select(select(AgentProfile.name).where(AgentProfile.person_id == agent_id)).first()
    return name.split()[0] if name else None


class Place(Answer):
    """A widget as its page shows it: greetings by language, the languages served, the sites that may frame it."""

    label: str
    greetings: dict[str, str]
    languages: list[str]
    origins: list[str]


@reading("webchat.place")
def read_place(work: Work, *, widget: Slug) -> Place:
    """Read what a widget's page shows. [OC-1]"""
    row = work.session.execute(
        select(Widget, Queue.languages)
        .join(Queue, col(Queue.id) == col(Widget.queue_id))
        .where(Widget.slug == widget, Widget.active)
    ).first()
    if row is None:
        raise NotFound("There is no chat at this address.")
    found, languages = row
    return Place(label=found.label, greetings=found.greetings, languages=languages, origins=found.origins)


@reading("webchat.first")
def first_place(work: Work) -> str:
    """Read the address of the house's first widget. [OC-1]"""
    found: str | None = work.select(select(Widget.slug).where(Widget.active).order_by(col(Widget.id)).limit(1)).first()
    if found is None:
        raise NotFound("This house has no web chat yet.")
    return found
