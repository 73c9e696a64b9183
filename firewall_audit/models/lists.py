"""Tables of what the house says itself of addresses and services: lists of threats, countries, published services. [FW-1, FW-3]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from firewall_audit.models.devices import GOVERNED
from kernel.db import HOUSE, Record, Utc

THREATS, COUNTRIES = "threats", "countries"


class GivenList(Record, table=True):
    """A list of addresses that somebody warns of, or a file that tells countries of addresses; its content lies on disk by its digest."""

    __tablename__ = "given_list"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("kind in ('threats', 'countries')", name="given_list_kind"),
        CheckConstraint("entries >= 0 and unread >= 0", name="given_list_counts"),
        CheckConstraint("(retired_at is null) = (retired_by is null)", name="given_list_retired"),
        Index("given_list_once", "kind", "name", unique=True, postgresql_where=text("retired_at is null")),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    kind: str
    name: str
    source: str
    """Who publishes it, and where it was fetched."""
    digest: str
    """SHA-256 of what is kept: networks in their one form and order, or the file as it came."""
    entries: int
    unread: int = 0
    """Lines of the file that were neither address nor network."""
    ends_at: datetime = Field(sa_type=Utc)
    """It counts until then: an old list warns of addresses that are somebody else's by now."""
    given_by: UUID
    given_at: datetime = Field(sa_type=Utc)
    retired_by: UUID | None = None
    retired_at: datetime | None = Field(default=None, sa_type=Utc)


class PublishedService(Record, table=True):
    """A service that strangers may reach on purpose: the written policy that accepted traffic is held against. [FW-1]"""

    __tablename__ = "published_service"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("protocol in ('tcp', 'udp')", name="published_service_protocol"),
        CheckConstraint("port between 1 and 65535", name="published_service_port"),
        CheckConstraint("(withdrawn_at is null) = (withdrawn_by is null)", name="published_service_withdrawn"),
        Index("published_service_order", "ends_at"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    name: str
    protocol: str
    port: int
    destination: str
    """Network in which the service lies."""
    source: str
    """Network from which it may be reached."""
    owner_id: UUID
    reason: str
    ends_at: datetime = Field(sa_type=Utc)
    published_by: UUID
    published_at: datetime = Field(sa_type=Utc)
    withdrawn_by: UUID | None = None
    withdrawn_at: datetime | None = Field(default=None, sa_type=Utc)
