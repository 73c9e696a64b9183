"""Lists of threats and countries are given, replaced and retired; services are published and withdrawn: each with who, why and until when. [FW-1, FW-3]"""

import ipaddress
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints
from sqlalchemy.orm import Session
from sqlmodel import col, or_, select

from firewall_audit.given import kept_file
from firewall_audit.models import GivenList, PublishedService
from kernel.action import Work, action
from kernel.db import HOUSE, Answer
from kernel.errors import Conflict, Refused
from kernel.reading import reading
from policy.approvals import person_of


def _network(text: str) -> str:
    return str(ipaddress.ip_network(text.strip(), strict=False))


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Network = Annotated[str, StringConstraints(max_length=50), AfterValidator(_network)]
Port = Annotated[int, Field(ge=1, le=65_535)]
LISTED = 500


class GivenView(Answer):
    """A list as a page shows it."""

    id: UUID
    kind: str
    name: str
    source: str
    digest: str
    entries: int
    unread: int
    ends_at: datetime
    given_by: UUID
    given_at: datetime
    retired_at: datetime | None

    @classmethod
    def of(cls, row: GivenList) -> "GivenView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class ServiceView(Answer):
    """A published service as a page shows it."""

    id: UUID
    name: str
    protocol: str
    port: int
    destination: str
    source: str
    owner_id: UUID
    reason: str
    ends_at: datetime
    published_by: UUID
    published_at: datetime
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, row: PublishedService) -> "ServiceView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@action("given-list.load", scope=HOUSE, answer=GivenView)
def load_list(
    work: Work,
    *,
    kind: Literal["threats", "countries"],
    name: Name,
    source: Text,
    digest: Digest,
    entries: Annotated[int, Field(gt=0)],
    unread: Annotated[int, Field(ge=0)] = 0,
    ends_at: AwareDatetime,
) -> GivenList:
    """Put a list in force whose content is kept already; one of the same name is replaced by it. [FW-3]"""
    if ends_at <= work.now:
        raise Refused("FW-3", "A list counts until a day that comes.")
    kept_file(digest)
    rows = select(GivenList).where(GivenList.kind == kind, GivenList.name == name, col(GivenList.retired_at).is_(None))
    for old in work.select(rows.with_for_update()):
        if old.digest == digest and old.ends_at == ends_at:
            raise Conflict("This very list is in force already.")
        old.retired_at, old.retired_by = work.now, person_of(work)
    work.session.flush()
    return work.add(
        GivenList(
            kind=kind, name=name, source=source, digest=digest, entries=entries, unread=unread, ends_at=ends_at,
            given_by=person_of(work), given_at=work.now,
        )
    )  # fmt: skip


@action("given-list.retire", on=GivenList, answer=GivenView)
def retire_list(work: Work, given: GivenList) -> GivenList:
    """Take a list out of force; what it warned of is not looked for any more. [FW-3]"""
    if given.retired_at is not None:
        raise Conflict("This list is not in force any more.")
    given.retired_at, given.retired_by = work.now, person_of(work)
    return given


@reading("given-list.list", scope=HOUSE)
def list_given(work: Work) -> list[GivenView]:
    """List the lists in force, those that ended too, by kind and name. [FW-3]"""
    rows = (
        select(GivenList).where(col(GivenList.retired_at).is_(None)).order_by(col(GivenList.kind), col(GivenList.name))
    )
    return [GivenView.of(row) for row in work.select(rows.limit(LISTED))]


@action("published-service.publish", scope=HOUSE, answer=ServiceView)
def publish_service(
    work: Work,
    *,
    name: Name,
    protocol: Literal["tcp", "udp"],
    port: Port,
    destination: Network,
    source: Network,
    owner_id: UUID,
    reason: Text,
    ends_at: AwareDatetime,
) -> PublishedService:
    """Write into the service policy that strangers may reach a service until a day. [FW-1]"""
    if ends_at <= work.now:
        raise Refused("FW-1", "A service is published until a day that comes.")
    return work.add(
        PublishedService(
            name=name, protocol=protocol, port=port, destination=destination, source=source, owner_id=owner_id,
            reason=reason, ends_at=ends_at, published_by=person_of(work), published_at=work.now,
        )
    )  # fmt: skip


@action("published-service.withdraw", on=PublishedService, answer=ServiceView)
def withdraw_service(work: Work, service: PublishedService) -> PublishedService:
    """Take a service out of the service policy; strangers who reach it are a finding from now on. [FW-1]"""
    if service.withdrawn_at is not None:
        raise Conflict("This service is not published any more.")
    service.withdrawn_at, service.withdrawn_by = work.now, person_of(work)
    return service


@reading("published-service.list", scope=HOUSE)
def list_services(work: Work) -> list[ServiceView]:
    """List the services that are published, those whose day is over too, the first to end first. [FW-1]"""
    rows = select(PublishedService).where(col(PublishedService.withdrawn_at).is_(None))
    return [ServiceView.of(row) for row in work.select(rows.order_by(col(PublishedService.ends_at)).limit(LISTED))]


def lists_in_force(session: Session, since: datetime) -> list[GivenList]:
    """Give the lists that a period from then on is held against: not retired, and not ended before it began."""
    rows = select(GivenList).where(GivenList.ends_at > since, col(GivenList.retired_at).is_(None))
    return list(session.scalars(rows.order_by(col(GivenList.kind), col(GivenList.name))))


def services_in_force(session: Session, until: datetime) -> list[PublishedService]:
    """Give the services that were published before a period ended and are so to its end."""
    rows = select(PublishedService).where(
        PublishedService.ends_at >= until,
        or_(col(PublishedService.withdrawn_at).is_(None), col(PublishedService.withdrawn_at) >= until),
        PublishedService.published_at <= until,
    )
    return list(session.scalars(rows.order_by(col(PublishedService.id))))
