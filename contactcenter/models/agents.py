"""Agents: what they bring, how they stand on the floor, and what is offered to them."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from contactcenter.models.lines import one_of
from kernel.db import Record, Utc, personal

OFFLINE, READY, AGENT_RESERVED, BUSY, AFTER_WORK, PAUSED = "offline", "ready", "reserved", "busy", "wrap-up", "paused"
AGENT_STATES = (OFFLINE, READY, AGENT_RESERVED, BUSY, AFTER_WORK, PAUSED)
PAUSE_REASONS = ("break", "lunch", "training", "meeting", "back-office", "technical", "no-answer")


class AgentProfile(Record, table=True):
    """What a person brings as an agent: site, languages, how much at once. [OC-2]

    Voice is exclusive: during a call nothing else comes; `blended` lets a call come while chats are open.
    """

    __tablename__ = "agent_profile"

    person_id: UUID = Field(unique=True)
    name: str = personal()
    site_id: UUID = Field(foreign_key="site.id", index=True)
    scope: str
    languages: list[str] = Field(sa_type=JSONB)
    voice: bool = True
    chats: int = 3
    blended: bool = False
    active: bool = True

    def subject(self) -> UUID | None:
        """The name is the agent's own."""
        return self.person_id


class AgentSkill(Record, table=True):
    """An agent's level (1 to 10) in a skill."""

    __tablename__ = "agent_skill"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("profile_id", "skill_id", name="agent_skill_once"),
        CheckConstraint("level between 1 and 10", name="agent_skill_level"),
        {"info": {"governed": True}},
    )

    profile_id: UUID = Field(foreign_key="agent_profile.id", index=True)
    skill_id: UUID = Field(foreign_key="skill.id")
    level: int


class AgentState(Record, table=True):
    """How an agent stands on the floor; its id is the person's. `presence` is what the agent wants, `state` what is. [OC-2]

    `pause` says why a pause is wanted, `reason` why the agent stands as he stands.
    `idle_since` orders those who are ready: who was last given or freed of work the longest ago comes first.
    """

    __tablename__ = "agent_state"
    __table_args__: ClassVar[Any] = (
        one_of("state", AGENT_STATES, "agent_state_state"),
        one_of("presence", (OFFLINE, READY, PAUSED), "agent_state_presence"),
        Index("agent_state_ready", "idle_since", postgresql_where=text("state = 'ready'")),
        {"info": {"governed": True}},
    )

    scope: str
    profile_id: UUID = Field(foreign_key="agent_profile.id", unique=True)
    presence: str = OFFLINE
    pause: str | None = None
    state: str = OFFLINE
    reason: str | None = None
    since: datetime = Field(sa_type=Utc)
    idle_since: datetime = Field(sa_type=Utc)
    session_id: UUID | None = None


class AgentInterval(Record, table=True):
    """A stretch of time an agent spent in one state, written when it ends. [OC-14]"""

    __tablename__ = "agent_interval"
    __table_args__: ClassVar[Any] = (
        Index("agent_interval_of", "agent_id", "started_at"),
        {"info": {"governed": True}},
    )

    agent_id: UUID
    scope: str
    state: str
    reason: str | None
    session_id: UUID | None
    started_at: datetime = Field(sa_type=Utc)
    ended_at: datetime = Field(sa_type=Utc)


class Reservation(Record, table=True):
    """An offer of a conversation to an agent; it expires by itself. `outcome` is empty while it stands. [OC-2]"""

    __tablename__ = "reservation"
    __table_args__: ClassVar[Any] = (
        Index("reservation_standing", "conversation_id", unique=True, postgresql_where=text("outcome is null")),
        Index("reservation_of_agent", "agent_id", "offered_at"),
        Index("reservation_expiring", "expires_at", postgresql_where=text("outcome is null")),
        {"info": {"governed": True}},
    )

    conversation_id: UUID = Field(foreign_key="conversation.id")
    agent_id: UUID
    scope: str
    channel: str
    offered_at: datetime = Field(sa_type=Utc)
    expires_at: datetime = Field(sa_type=Utc)
    settled_at: datetime | None = Field(default=None, sa_type=Utc)
    outcome: str | None = None
