"""What voice keeps: each telephone call beside its conversation, and the one-time credentials of browser phones."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Field, Index, text

from kernel.db import Record, Utc, secret

GREETING, QUEUED, RINGING, CONNECTED, ENDED = "greeting", "queued", "ringing", "connected", "ended"
PHASES = (GREETING, QUEUED, RINGING, CONNECTED, ENDED)


class Call(Record, table=True):
    """One telephone call. Its conversation holds who, what and the place in the queue; this holds the telephone's side.

    `channel` is the caller's channel in Asterisk, `leg` the agent's; names of bridges and recordings follow from
    `conversation_id`. Whoever serves the call can be killed at any moment: `phase` says where to go on. [OC-2]
    """

    __tablename__ = "call"
    __table_args__ = (
        Index("call_live", "phase", postgresql_where=text("phase <> 'ended'")),
        {"info": {"governed": True}},
    )

    scope: str = "house"
    conversation_id: UUID = Field(foreign_key="conversation.id", unique=True)
    channel: str = Field(unique=True)
    phase: str = GREETING
    language: str | None = None
    arrived_at: datetime = Field(sa_type=Utc)
    queued_at: datetime | None = Field(default=None, sa_type=Utc)
    reservation_id: UUID | None = None
    agent_id: UUID | None = None
    phone_id: UUID | None = None
    legs: int = 0
    ring_until: datetime | None = Field(default=None, sa_type=Utc)
    rung_at: datetime | None = Field(default=None, sa_type=Utc)
    connected_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    outcome: str | None = None
    recording: str | None = None
    recordings: int = 0
    recording_leg: int = 0

    def ring_seconds(self, now: datetime) -> int:
        """How long the agent's phone may still ring; at least a second."""
        return 1 if self.ring_until is None else max(1, int((self.ring_until - now).total_seconds()))

    @property
    def phone(self) -> str:
        """What Asterisk calls the agent's phone of the present attempt."""
        return self.phone_id.hex if self.phone_id else ""

    @property
    def leg(self) -> str:
        """The id of the agent's channel of the present attempt."""
        return f"leg-{self.conversation_id}-{self.legs}"

    @property
    def hold_bridge(self) -> str:
        """The bridge in which the caller hears music."""
        return f"hold-{self.channel}"

    @property
    def talk_bridge(self) -> str:
        """The bridge in which caller and agent talk."""
        return f"talk-{self.conversation_id}"


class Number(Record, table=True):
    """A dialled number and the campaign it belongs to. `digits` as the trunk sends them, such as +22901970000 or 1000."""

    __tablename__ = "number"

    digits: str = Field(unique=True)
    campaign_id: UUID = Field(foreign_key="campaign.id", index=True)
    scope: str


class PhoneCredential(Record, table=True):
    """A browser phone's right to register, for one session of one person; the password itself is nowhere. [OC-3, PW-4]"""

    __tablename__ = "phone_credential"
    noun: ClassVar[str] = "phone"
    __table_args__ = (
        Index("phone_credential_uncleared", "id", postgresql_where=text("cleared_at is null")),
        {"info": {"governed": True}},
    )

    scope: str = "house"
    person_id: UUID = Field(index=True)
    session_id: UUID = Field(index=True)
    secret_hash: str = secret()
    made_at: datetime = Field(sa_type=Utc)
    expires_at: datetime = Field(sa_type=Utc)
    online: bool = False
    voided_at: datetime | None = Field(default=None, sa_type=Utc)
    void_reason: str | None = None
    cleared_at: datetime | None = Field(default=None, sa_type=Utc)

    @property
    def name(self) -> str:
        """What Asterisk calls this phone."""
        return self.id.hex
