"""What readings of the contact centre show: answers, never table records."""

from datetime import datetime
from uuid import UUID

from kernel.db import Answer


class Row(Answer):
    """A conversation in a list. `who` and `last` are told of one's own only; `since`: waiting since, or the last message."""

    id: UUID
    reference: str
    channel: str
    status: str
    queue: str
    queue_id: UUID
    language: str
    who: str | None
    last: str | None
    last_author: str | None
    since: datetime
    late: bool
    mine: bool


class Said(Answer):
    """A message. `author`: customer, agent, system."""

    id: UUID
    sequence: int
    author: str
    author_id: UUID | None
    author_name: str | None
    text: str
    at: datetime


class Noted(Answer):
    """A note of the house."""

    id: UUID
    author_id: UUID | None
    author_name: str | None
    text: str
    at: datetime


class View(Answer):
    """A conversation with its words, the newest 200 unless asked otherwise; `earlier` tells that there are older ones."""

    id: UUID
    reference: str
    channel: str
    status: str
    queue: str
    queue_id: UUID
    campaign_id: UUID
    language: str
    contact_id: UUID
    who: str | None
    assignee_id: UUID | None
    assignee: str | None
    opened_at: datetime
    queued_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    closed_at: datetime | None
    disposition_id: UUID | None
    needs_disposition: bool
    last_sequence: int
    earlier: bool
    messages: list[Said]
    notes: list[Noted]


class Past(Answer):
    """An earlier or present conversation of a customer; its words are read by `conversation.read` with its own right."""

    id: UUID
    reference: str
    channel: str
    status: str
    queue: str
    at: datetime
    disposition: dict[str, str] | None


class Card(Answer):
    """A customer; number and address are masked."""

    id: UUID
    name: str | None
    phone: str
    email: str
    language: str | None
    segment: str | None
    first_seen: datetime
    past: list[Past]


class Mine(Answer):
    """How I stand as an agent, and how much I have in hand; `enrolled` is false for whoever is no agent."""

    enrolled: bool
    state: str | None = None
    reason: str | None = None
    presence: str | None = None
    since: datetime | None = None
    chats: int = 0
    most_chats: int = 0
    voice: bool = False
