"""Configurations of network devices: the devices, the versions of one, a version in plain words, two versions, and what changed."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.applied import Row
from api.console.pages.frame import Choice, Form, State


@dataclass(frozen=True)
class Device:
    """A device with the last version of its configuration."""

    id: str
    name: str
    slug: str
    number: int
    rules: int
    seen: datetime | None
    state: State


@dataclass(frozen=True)
class Devices:
    """Every device in service."""

    rows: tuple[Device, ...]
    open: int


@dataclass(frozen=True)
class Version:
    """A version as a list shows it."""

    id: str
    number: int
    kind: str
    rules: int
    unmodelled: int
    secrets: int
    added: int
    removed: int
    taken: datetime
    seen: datetime
    by: str
    baseline: str
    """Who approved it; empty: nobody did."""


@dataclass(frozen=True)
class Versions:
    """The versions of one device, and the form that hands the next one in."""

    id: str
    name: str
    slug: str
    rows: tuple[Version, ...]
    older: str
    may_take: bool
    may_read: bool
    kinds: tuple[Choice, ...]
    most_bytes: int
    form: Form
    may_preview: bool = False


@dataclass(frozen=True)
class Rule:
    """One rule in plain words."""

    place: int
    action: State
    traffic: tuple[str, ...]
    more: int
    notes: tuple[str, ...]
    comment: str
    text: str
    off: bool


@dataclass(frozen=True)
class Rules:
    """One list of rules."""

    name: str
    applied: str
    default: State
    rows: tuple[Rule, ...]


@dataclass(frozen=True)
class Listing:
    """A version, readable and ready to be printed."""

    id: str
    device: str
    device_name: str
    version: Version
    filters: tuple[Rules, ...]
    unmodelled: tuple[str, ...]
    verdict: State | None
    bound: str
    found: str
    text: str
    may_approve: bool
    form: Form


@dataclass(frozen=True)
class Traffic:
    """Traffic that fares otherwise."""

    state: State
    words: str
    place: str
    certain: bool


@dataclass(frozen=True)
class Difference:
    """Two versions: what passes otherwise, then the rules, then the lines."""

    id: str
    device: str
    device_name: str
    before: int
    """0: nothing was seen before."""
    after: int
    """0: it is only proposed."""
    traffic: tuple[Traffic, ...]
    more: int
    undecided: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    lines: str
    digest: str
    verdict: State | None = None
    bound: str = ""
    """The change that the verdict speaks of."""
    compared: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Drift:
    """Something that changed on a device, with its verdict."""

    id: str
    device: str
    device_name: str
    kind: str
    what: str
    lines: tuple[str, ...]
    version: str
    by: str
    since: datetime | None
    at: datetime
    count: int
    verdict: State
    note: str
    bound: str
    found: str
    settled: bool


@dataclass(frozen=True)
class Drifts:
    """What changed on the devices."""

    form: Form
    shows: tuple[Choice, ...]
    rows: tuple[Drift, ...]
    open: bool
    older: str
