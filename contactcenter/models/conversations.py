"""Customers and what is said with them."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from contactcenter.models.lines import one_of
from kernel.db import Record, Utc, personal, secret
from kernel.errors import Conflict

NEW, QUEUED, RESERVED, OPEN, WRAP_UP, CLOSED = "new", "queued", "reserved", "open", "wrap-up", "closed"
STATUSES = (NEW, QUEUED, RESERVED, OPEN, WRAP_UP, CLOSED)
IN_HAND = (RESERVED, OPEN, WRAP_UP)
STEPS: dict[str, frozenset[str]] = {
    NEW: frozenset({QUEUED, CLOSED}),
    QUEUED: frozenset({RESERVED, OPEN, CLOSED}),
    RESERVED: frozenset({QUEUED, OPEN, CLOSED}),
    OPEN: frozenset({QUEUED, WRAP_UP, CLOSED}),
    WRAP_UP: frozenset({CLOSED}),
    CLOSED: frozenset(),
}
"""Where a conversation may go from where it stands; everything else is refused."""

CUSTOMER, AGENT, SYSTEM = "customer", "agent", "system"


class Contact(Record, table=True):
    """A customer of a client, whatever the channel. [OC-1]"""

    __tablename__ = "contact"

    client_id: UUID = Field(foreign_key="client.id", index=True)
    scope: str
    name: str | None = personal(default=None)
    phone: str | None = personal(default=None)
    email: str | None = personal(default=None)
    language: str | None = None
    segment: str | None = None
    first_seen: datetime = Field(sa_type=Utc)

    def subject(self) -> UUID | None:
        """A contact's data is their own."""
        return self.id


class ContactIdentity(Record, table=True):
    """How a channel knows a contact: a number, a page-scoped id, a browser's visit. Never only a telephone number."""

    __tablename__ = "contact_identity"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("client_id", "channel", "external_id", name="contact_identity_once"),
        {"info": {"governed": True}},
    )

    contact_id: UUID = Field(foreign_key="contact.id", index=True)
    client_id: UUID = Field(foreign_key="client.id")
    channel: str
    external_id: str = personal()

    def subject(self) -> UUID | None:
        """The contact's."""
        return self.contact_id


class Conversation(Record, table=True):
    """One matter with one customer on one channel, from arrival to disposition. It is its own place in the queue. [OC-1, OC-2]

    `queued_at` is its place (kept when it must be offered again), `last_sequence` the number of its newest message.
    """

    __tablename__ = "conversation"
    __table_args__: ClassVar[Any] = (
        one_of("status", STATUSES, "conversation_status"),
        CheckConstraint(
            "(assignee_id is not null) or status not in ('reserved', 'open')", name="conversation_in_hands"
        ),
        Index("conversation_waiting", "queue_id", "queued_at", postgresql_where=text("status = 'queued'")),
        Index(
            "conversation_in_hand", "assignee_id", postgresql_where=text("status in ('reserved', 'open', 'wrap-up')")
        ),
        Index("conversation_of_queue", "queue_id", "opened_at"),
        {"info": {"governed": True}},
    )

    reference: str = Field(unique=True)
    scope: str
    campaign_id: UUID = Field(foreign_key="campaign.id")
    queue_id: UUID = Field(foreign_key="queue.id")
    contact_id: UUID = Field(foreign_key="contact.id", index=True)
    channel: str
    language: str
    priority: int = 0
    status: str = NEW
    assignee_id: UUID | None = None
    opened_at: datetime = Field(sa_type=Utc)
    first_queued_at: datetime | None = Field(default=None, sa_type=Utc)
    queued_at: datetime | None = Field(default=None, sa_type=Utc)
    answered_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_by: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=Utc)
    disposition_id: UUID | None = Field(default=None, foreign_key="disposition.id")
    last_sequence: int = 0
    last_message_at: datetime | None = Field(default=None, sa_type=Utc)
    last_author: str | None = None

    def move(self, to: str) -> None:
        """Go to another status.

        Raises:
            Conflict: when there is no such step from where it stands.

        """
        if to not in STEPS[self.status]:
            raise Conflict(f"Conversation {self.reference} is {self.status}; it cannot become {to}.")
        self.status = to


class Message(Record, table=True):
    """What was said in a conversation, in the server's order; `client_key` makes a repeated sending the same message."""

    __tablename__ = "message"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("conversation_id", "sequence", name="message_sequence"),
        UniqueConstraint("conversation_id", "client_key", name="message_client_key"),
        one_of("author", (CUSTOMER, AGENT, SYSTEM), "message_author"),
        {"info": {"governed": True}},
    )

    conversation_id: UUID = Field(foreign_key="conversation.id")
    contact_id: UUID
    sequence: int
    author: str
    author_id: UUID | None = None
    text: str = personal()
    client_key: UUID
    sent_at: datetime | None = Field(default=None, sa_type=Utc)
    received_at: datetime = Field(sa_type=Utc)

    def subject(self) -> UUID | None:
        """What is said with a customer is about the customer."""
        return self.contact_id


class Note(Record, table=True):
    """A note of the house on a conversation; the customer never sees it."""

    __tablename__ = "note"

    conversation_id: UUID = Field(foreign_key="conversation.id", index=True)
    contact_id: UUID
    scope: str
    author_id: UUID | None
    text: str = personal()
    written_at: datetime = Field(sa_type=Utc)

    def subject(self) -> UUID | None:
        """A note is about the customer."""
        return self.contact_id


class Visit(Record, table=True):
    """A web chat visitor's browser: an opaque token (only its hash is here), and the conversation at hand.

    `opened_with` is the digest of the key of the request that opened it: the same request again is the same visit.
    """

    __tablename__ = "visit"

    token_hash: bytes = secret(unique=True)
    opened_with: bytes = secret(unique=True)
    widget_id: UUID = Field(foreign_key="widget.id")
    scope: str
    contact_id: UUID = Field(foreign_key="contact.id")
    conversation_id: UUID | None = Field(default=None, foreign_key="conversation.id", index=True)
    language: str
    started_at: datetime = Field(sa_type=Utc)
