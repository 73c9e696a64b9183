"""The agent's desk: inbox, conversation, customer; and the conversation's own page."""

from dataclasses import dataclass, field
from datetime import datetime

from api.console.pages.awareness import Reminder
from api.console.pages.frame import Choice, Form, HistoryRow, State


@dataclass(frozen=True)
class Ticket:
    """A conversation in the inbox."""

    id: str
    who: str
    channel: str  # webchat, voice
    last: str
    since: datetime
    late: bool = False
    unread: bool = False
    current: bool = False
    take: bool = False


@dataclass(frozen=True)
class Section:
    """Tickets that wait for the same thing."""

    label: str
    tickets: tuple[Ticket, ...]


@dataclass(frozen=True)
class Inbox:
    """All of an agent's work, by what is due."""

    sections: tuple[Section, ...]
    topics: str = "waiting"

    @property
    def count(self) -> int:
        """How many conversations there are."""
        return sum(len(section.tickets) for section in self.sections)


@dataclass(frozen=True)
class Message:
    """One line of a conversation. `kind`: theirs, ours, note, event, day."""

    id: str
    kind: str
    text: str
    at: datetime
    author: str = ""
    state: str = ""  # sent, delivered, read, failed


@dataclass(frozen=True)
class Conversation:
    """A conversation as it is read and written."""

    id: str
    reference: str
    who: str
    channel: str
    queue: str
    language: str
    state: State
    since: datetime
    messages: tuple[Message, ...]
    may_reply: bool
    may_note: bool
    may_end: bool
    may_transfer: bool
    why_not: str = ""
    dispositions: tuple[Choice, ...] = ()
    needs_disposition: bool = False
    queues: tuple[Choice, ...] = ()
    may_accept: bool = False
    earlier: bool = False
    status: str = ""
    form: Form = field(default_factory=Form)
    assignee: str = ""
    recording: str = ""
    stale: bool = False
    """Its state has changed since the page was made: the page shows itself anew."""


@dataclass(frozen=True)
class Past:
    """An earlier contact of the customer."""

    id: str
    channel: str
    summary: str
    at: datetime


@dataclass(frozen=True)
class Customer:
    """Who we are talking to, as far as this person may see."""

    name: str
    segment: str
    language: str
    number: str
    email: str
    client: str
    first_seen: datetime | None
    past: tuple[Past, ...]
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Desk:
    """The desk, with or without an open conversation."""

    inbox: Inbox
    conversation: Conversation | None = None
    customer: Customer | None = None
    offered: str = ""
    reminder: Reminder | None = None


@dataclass(frozen=True)
class ConversationPage:
    """A conversation for those who look back at it: words, facts, and its slice of the ledger."""

    conversation: Conversation
    customer: Customer | None
    history: tuple[HistoryRow, ...]
