"""Clients, campaigns, sites, skills, queues, dispositions and widgets: what is set up before the first customer comes."""

from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import Record

VOICE, WEBCHAT = "voice", "webchat"
CHANNELS = (VOICE, WEBCHAT)


def one_of(column: str, values: tuple[str, ...], name: str) -> CheckConstraint:
    """Return the database's own check that a column holds one of some words."""
    return CheckConstraint(f"{column} in ({', '.join(repr(v) for v in values)})", name=name)


class Site(Record, table=True):
    """A place where agents sit; its scope is `site:<slug>`."""

    __tablename__ = "site"

    slug: str = Field(unique=True)
    label: str
    zone: str = "UTC"
    scope: str


class Client(Record, table=True):
    """A company we answer for; its scope is `client:<slug>`."""

    __tablename__ = "client"

    slug: str = Field(unique=True)
    label: str
    scope: str


class Campaign(Record, table=True):
    """A line of work for a client; its scope is `campaign:<slug>`, below the client's."""

    __tablename__ = "campaign"

    slug: str = Field(unique=True)
    client_id: UUID = Field(foreign_key="client.id", index=True)
    label: str
    scope: str


class Skill(Record, table=True):
    """Something agents can do at a level of 1 to 10."""

    __tablename__ = "skill"

    slug: str = Field(unique=True)
    label: str


class Queue(Record, table=True):
    """A line in which conversations wait. [OC-2]

    `skills`: level needed by skill slug; `relaxing`: [{"after": seconds, "by": levels}], each step lowers what is needed.
    `target` is the service level's time in seconds; `priority` counts as so many minutes of waiting.
    """

    __tablename__ = "queue"

    campaign_id: UUID = Field(foreign_key="campaign.id", index=True)
    scope: str
    slug: str = Field(unique=True)
    label: str
    channels: list[str] = Field(sa_type=JSONB)
    languages: list[str] = Field(sa_type=JSONB)
    skills: dict[str, int] = Field(default_factory=dict, sa_type=JSONB)
    relaxing: list[dict[str, int]] = Field(default_factory=list, sa_type=JSONB)
    priority: int = 0
    target: int = 20
    offer_seconds: int = 20
    wrap_up_seconds: int = 60
    auto_accept: bool = False


class Disposition(Record, table=True):
    """How a conversation of a campaign may have ended; `labels` by language."""

    __tablename__ = "disposition"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("campaign_id", "code", name="disposition_code"),
        {"info": {"governed": True}},
    )

    campaign_id: UUID = Field(foreign_key="campaign.id")
    scope: str
    code: str
    labels: dict[str, str] = Field(sa_type=JSONB)
    active: bool = True


class Widget(Record, table=True):
    """A place on a client's web site from which visitors write; `origins` are the sites that may frame it."""

    __tablename__ = "widget"

    slug: str = Field(unique=True)
    queue_id: UUID = Field(foreign_key="queue.id")
    scope: str
    label: str
    greetings: dict[str, str] = Field(default_factory=dict, sa_type=JSONB)
    origins: list[str] = Field(default_factory=list, sa_type=JSONB)
    active: bool = True
