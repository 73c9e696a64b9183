"""The register of network devices: firewalls, routers, intrusion detection; by what their lines are known, how they are reached. [FW-3, SW-18]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc, secret

GOVERNED: dict[str, Any] = {"info": {"governed": True}}
IN_SERVICE, RETIRED = "in-service", "retired"
KINDS = ("firewall", "router", "switch", "ids", "vpn", "other")
SIDES = ("inside", "outside", "dmz")
SENDER_KINDS = ("address", "hostname", "certificate")


class NetworkDevice(Record, table=True):
    """A device whose logs are reviewed and whose configuration is guarded.

    `slug` never changes: it names the device in changes (`device:<slug>`) and in the store of its lines, so that a device which gets
    another name, address or host name keeps its history.
    """

    __tablename__ = "network_device"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("slug", name="network_device_slug"),
        CheckConstraint("state in ('in-service', 'retired')", name="network_device_state"),
        CheckConstraint("(state = 'retired') = (retired_at is not null)", name="network_device_retired"),
        CheckConstraint("expected_daily >= 0 and longest_silence > 0", name="network_device_volume"),
        GOVERNED,
    )

    slug: str
    name: str
    kind: str
    vendor: str
    formats: list[str] = Field(sa_type=JSONB)
    """Names of the formats its lines are written in, the likeliest first; empty: all are tried."""
    owner_id: UUID = Field(index=True)
    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    """The site it stands at."""
    time_zone: str = "UTC"
    """IANA's name of the zone in which it writes times that name none."""
    zones: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    """`{"name": "lan", "side": "inside", "networks": ["10.20.0.0/16"], "interfaces": ["eth1"]}`."""
    prefixes: dict[str, str] = Field(default_factory=dict, sa_type=JSONB)
    """What a log prefix means of the packet: `{"FW-DROP": "deny"}`; it speaks before a format's guess."""
    expected_daily: int = 0
    """Lines a day that are usual; 0: not known yet."""
    longest_silence: int = 60
    """Minutes without a line after which it counts as silent."""
    state: str = IN_SERVICE
    added_at: datetime = Field(sa_type=Utc)
    retired_at: datetime | None = Field(default=None, sa_type=Utc)

    @property
    def thing(self) -> str:
        """What changes call this device."""
        return f"device:{self.slug}"


class DeviceSender(Record, table=True):
    """An address, host name or certificate by which lines are known to be of a device; of one device only."""

    __tablename__ = "device_sender"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("sender", name="device_sender_once"),
        CheckConstraint("kind in ('address', 'hostname', 'certificate')", name="device_sender_kind"),
        Index("device_sender_device", "device_id"),
        GOVERNED,
    )

    device_id: UUID = Field(foreign_key="network_device.id")
    kind: str
    sender: str
    """An address as `ipaddress` writes it, a host name in small letters, or the SHA-256 of a certificate in hexadecimal."""


class CollectorCredential(Record, table=True):
    """What a collector shows to a device to read its configuration; sealed to its row, given anew and never shown. [SW-18, PW-4]"""

    __tablename__ = "collector_credential"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("device_id", "purpose", name="collector_credential_once"),
        CheckConstraint("kind in ('password', 'private-key', 'token')", name="collector_credential_kind"),
        GOVERNED,
    )

    device_id: UUID = Field(foreign_key="network_device.id")
    purpose: str
    """`ssh`, `api`, `enable` (the second password of Cisco's devices): one of each for a device."""
    kind: str
    user_name: str = ""
    sealed: bytes = secret()
    given_by: str
    given_at: datetime = Field(sa_type=Utc)
