"""The register of network devices: added, revised, taken out of service; by what their lines are known. [FW-3, SW-18]"""

import ipaddress
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from sqlmodel import col, select

from firewall_audit import senders
from firewall_audit.models import DeviceSender, NetworkDevice
from firewall_audit.models.devices import IN_SERVICE, RETIRED
from kernel.access import Scope
from kernel.action import Work, action
from kernel.db import HOUSE, Answer
from kernel.errors import Conflict, Fault, Malformed, NotFound, Refused
from kernel.reading import reading

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Vendor = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Formats = Annotated[list[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]], Field(max_length=20)]
Place = Annotated[str, StringConstraints(pattern=r"^(house|site:[a-z0-9_.-]{1,60})$")]
Kind = Literal["firewall", "router", "switch", "ids", "vpn", "other"]
MOST = 500


def _zone(name: str) -> str:
    """Return the name of a time zone that this machine knows. Raises ValueError."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("There is no such time zone; IANA calls them such as Africa/Porto-Novo.") from None
    return name


def _sender(name: str) -> str:
    return senders.written(name)[1]


def _network(text: str) -> str:
    return str(ipaddress.ip_network(text.strip(), strict=False))


TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)]
Sender = Annotated[str, StringConstraints(max_length=260), AfterValidator(_sender)]
Network = Annotated[str, StringConstraints(max_length=50), AfterValidator(_network)]
Interface = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Prefix = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Prefixes = Annotated[dict[Prefix, Literal["allow", "deny"]], Field(max_length=200)]
Daily = Annotated[int, Field(ge=0, le=2_000_000_000)]
Silence = Annotated[int, Field(ge=1, le=44_640)]


class Zone(BaseModel):
    """A zone of a device: its networks, its interfaces, and on which side it lies."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    side: Literal["inside", "outside", "dmz"]
    networks: Annotated[list[Network], Field(max_length=200)] = []
    interfaces: Annotated[list[Interface], Field(max_length=50)] = []


Zones = Annotated[list[Zone], Field(max_length=50)]
Senders = Annotated[list[Sender], Field(max_length=50)]


class DeviceView(Answer):
    """A device as a door shows it; never how a collector signs in to it."""

    id: UUID
    slug: str
    name: str
    kind: str
    vendor: str
    formats: list[str]
    owner_id: UUID
    scope: str
    time_zone: str
    zones: list[Zone]
    prefixes: dict[str, str]
    expected_daily: int
    longest_silence: int
    state: str
    added_at: datetime
    retired_at: datetime | None

    @classmethod
    def of(cls, row: NetworkDevice) -> "DeviceView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@action("network-device.add", scope=HOUSE, answer=DeviceView)
def add_device(
    work: Work,
    *,
    slug: Slug,
    name: Name,
    kind: Kind,
    vendor: Vendor,
    owner_id: UUID,
    formats: Formats = [],  # noqa: B006 - pydantic copies it
    site: Place = HOUSE,
    time_zone: TimeZone = "UTC",
    senders: Senders = [],  # noqa: B006
    zones: Zones = [],  # noqa: B006
    prefixes: Prefixes = {},  # noqa: B006
    expected_daily: Daily = 0,
    longest_silence: Silence = 60,
) -> NetworkDevice:
    """Put a firewall, router or other network device on the register. [FW-3, SW-18]"""
    if work.select(select(NetworkDevice.id).where(NetworkDevice.slug == slug)).first() is not None:
        raise Conflict("There is a device of this short name already, in service or retired.")
    _check_formats(formats)
    _check_place(work, site)
    _check_zones(zones)
    made = work.add(
        NetworkDevice(
            slug=slug, name=name, kind=kind, vendor=vendor, formats=list(formats), owner_id=owner_id, scope=site,
            time_zone=time_zone, zones=[zone.model_dump() for zone in zones], prefixes=dict(prefixes),
            expected_daily=expected_daily, longest_silence=longest_silence, added_at=work.now,
        )
    )  # fmt: skip
    work.session.flush()
    _set_senders(work, made, senders)
    work.fact("network-device.added", device_id=made.id, slug=slug)
    return made


@action("network-device.revise", on=NetworkDevice, answer=DeviceView)
def revise_device(
    work: Work,
    device: NetworkDevice,
    *,
    name: Name | None = None,
    kind: Kind | None = None,
    vendor: Vendor | None = None,
    owner_id: UUID | None = None,
    formats: Formats | None = None,
    site: Place | None = None,
    time_zone: TimeZone | None = None,
    senders: Senders | None = None,
    zones: Zones | None = None,
    prefixes: Prefixes | None = None,
    expected_daily: Daily | None = None,
    longest_silence: Silence | None = None,
) -> NetworkDevice:
    """Revise what the register says of a device. Its short name stays, so that it keeps its history. [FW-3, SW-18]"""
    in_service(device)
    _check_formats(formats or [])
    _check_place(work, site or device.scope)
    if zones is not None:
        _check_zones(zones)
        device.zones = [zone.model_dump() for zone in zones]
    given = {
        "name": name, "kind": kind, "vendor": vendor, "owner_id": owner_id, "formats": formats, "scope": site,
        "time_zone": time_zone, "prefixes": prefixes, "expected_daily": expected_daily,
        "longest_silence": longest_silence,
    }  # fmt: skip
    for field, value in given.items():
        if value is not None:
            setattr(device, field, value)
    if senders is not None:
        _set_senders(work, device, senders)
    work.fact("network-device.revised", device_id=device.id, slug=device.slug)
    return device


@action("network-device.retire", on=NetworkDevice, answer=DeviceView)
def retire_device(work: Work, device: NetworkDevice) -> NetworkDevice:
    """Take a device out of service. Its lines stay; who sends from its addresses is unknown from now on. [FW-3, SW-18]"""
    in_service(device)
    device.state, device.retired_at = RETIRED, work.now
    _set_senders(work, device, [])
    work.fact("network-device.retired", device_id=device.id, slug=device.slug)
    return device


@reading("network-device.list", scope=HOUSE)
def list_devices(
    work: Work,
    *,
    retired: bool = False,
    after: str = "",
    limit: Annotated[int, Field(ge=1, le=MOST)] = 100,
) -> list[DeviceView]:
    """List the network devices by short name; `after` continues after the last one seen. [FW-3]"""
    rows = select(NetworkDevice).where(NetworkDevice.slug > after).order_by(col(NetworkDevice.slug)).limit(limit)
    if not retired:
        rows = rows.where(NetworkDevice.state == IN_SERVICE)
    return [DeviceView.of(row) for row in work.select(rows)]


def in_service(device: NetworkDevice) -> None:
    """Refuse a device that is out of service. [SW-18]"""
    if device.state != IN_SERVICE:
        raise Refused("SW-18", "This device is out of service.")


def by_slug(work: Work, slug: str) -> NetworkDevice:
    """Return a device by its short name. Raises NotFound."""
    found: NetworkDevice | None = work.select(select(NetworkDevice).where(NetworkDevice.slug == slug)).first()
    if found is None:
        raise NotFound("There is no such device on the register.")
    return found


def senders_of(session: Any, device_id: UUID) -> list[str]:
    """List by what the lines of a device are known."""
    rows = select(DeviceSender.sender).where(DeviceSender.device_id == device_id).order_by(col(DeviceSender.sender))
    return list(session.scalars(rows))


def _set_senders(work: Work, device: NetworkDevice, wanted: Sequence[str]) -> None:
    """Make these, and no others, the senders of a device. Raises Conflict for one that another device has."""
    held = {row.sender: row for row in work.select(select(DeviceSender).where(DeviceSender.device_id == device.id))}
    for name in set(held) - set(wanted):
        work.session.delete(held[name])
    new = sorted(set(wanted) - set(held))
    taken = work.select(select(DeviceSender.sender).where(col(DeviceSender.sender).in_(new))).first()
    if taken is not None:
        raise Conflict("One of these senders is another device's; a line is of one device only.")
    for name in new:
        kind, sender = senders.written(name)
        work.add(DeviceSender(device_id=device.id, kind=kind, sender=sender))


def _check_formats(formats: Sequence[str]) -> None:
    """Refuse formats that this release cannot read. Raises Malformed."""
    from firewall_audit.formats import BY_NAME  # noqa: PLC0415 - the formats are many, and only named here

    if not set(formats) <= set(BY_NAME):
        why = "This release knows no such format of lines."
        raise Malformed(why, [Fault("formats", why)])


def _check_place(work: Work, site: str) -> None:
    """Refuse places that the house does not have. Raises NotFound."""
    if work.session.get(Scope, site) is None:
        raise NotFound("There is no such site.")


def _check_zones(zones: Sequence[Zone]) -> None:
    """Refuse two zones of one name, and a network or an interface in two of them. Raises Malformed."""
    for told in (
        [z.name for z in zones],
        [n for z in zones for n in z.networks],
        [i for z in zones for i in z.interfaces],
    ):
        if len(told) != len(set(told)):
            why = "A zone, a network and an interface stand once in the zones of a device."
            raise Malformed(why, [Fault("zones", why)])
