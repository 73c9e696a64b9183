"""Firewalls: the register of network devices, one of them with its batches, its form, and lines that no format could read."""

from dataclasses import dataclass, field
from datetime import datetime

from api.console.pages.frame import Choice, Form, HistoryRow, State


@dataclass(frozen=True)
class Row:
    """A device in the list."""

    id: str
    slug: str
    name: str
    kind: str
    vendor: str
    place: str
    state: State


@dataclass(frozen=True)
class Event:
    """Something that was amiss with the intake."""

    word: str
    device: str
    count: int
    since: datetime
    until: datetime
    detail: str


@dataclass(frozen=True)
class Stranger:
    """Somebody who sends lines and is no device of the register."""

    sender: str
    transport: str
    first: datetime
    last: datetime
    lines: int
    sample: str


@dataclass(frozen=True)
class Batch:
    """Lines that were taken in together."""

    id: str
    name: str
    source: str
    first: datetime | None
    last: datetime | None
    taken: datetime
    lines: int
    unparsed: int
    repeated: int
    cut: int
    backwards: int
    digest: str
    partial: bool


@dataclass(frozen=True)
class Devices:
    """The register, what was amiss with the intake, and who sends without being known."""

    rows: tuple[Row, ...]
    retired: bool
    may_add: bool = False
    events: tuple[Event, ...] = ()
    strangers: tuple[Stranger, ...] = ()
    sees_strangers: bool = False


@dataclass(frozen=True)
class Zone:
    """A zone of a device."""

    name: str
    side: str
    networks: tuple[str, ...]
    interfaces: tuple[str, ...]


@dataclass(frozen=True)
class Credential:
    """That a collector has something to show to the device; never what."""

    purpose: str
    kind: str
    user_name: str
    given: datetime


@dataclass(frozen=True)
class Collector:
    """How a device's configuration is fetched."""

    recipe: str
    title: str
    address: str
    port: int
    has_authority: bool
    trusted: str
    offered: str
    state: State | None
    failures: int
    failing: datetime | None
    asked: bool


@dataclass(frozen=True)
class Attempt:
    """One attempt to fetch a configuration."""

    begun: datetime
    ended: datetime | None
    outcome: State
    asked: bool
    number: int | None
    size: int


@dataclass(frozen=True)
class Device:
    """A device with how its lines come in."""

    id: str
    slug: str
    name: str
    kind: str
    vendor: str
    formats: tuple[str, ...]
    owner: str
    place: str
    time_zone: str
    state: State
    senders: tuple[str, ...]
    zones: tuple[Zone, ...]
    prefixes: tuple[tuple[str, str], ...]
    expected_daily: int
    longest_silence: int
    heard: datetime | None
    received: int
    credentials: tuple[Credential, ...] = ()
    events: tuple[Event, ...] = ()
    batches: tuple[Batch, ...] = ()
    sees_batches: bool = False
    history: tuple[HistoryRow, ...] = ()
    form: Form = field(default_factory=Form)
    may_revise: bool = False
    may_retire: bool = False
    may_credential: bool = False
    collector: Collector | None = None
    attempts: tuple[Attempt, ...] = ()
    recipes: tuple[Choice, ...] = ()
    collecting: Form = field(default_factory=Form)
    may_collector: bool = False
    may_collect: bool = False
    may_trust: bool = False


@dataclass(frozen=True)
class Edit:
    """The form of a device, new or known."""

    form: Form
    id: str
    name: str
    kinds: tuple[Choice, ...]
    places: tuple[Choice, ...]
    formats: tuple[Choice, ...]


@dataclass(frozen=True)
class Unparsed:
    """The first lines of a batch that no format could read."""

    device_id: str
    batch: Batch
    lines: tuple[tuple[int, str], ...]
    may_ask: bool
