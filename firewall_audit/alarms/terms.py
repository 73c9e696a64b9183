"""What a rule of the alarms says, as data: what it looks at, how often, by what it tells apart, how grave it is. Pure. [FW-6]"""

import ipaddress
import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from firewall_audit.events import Kind, Outcome, Verdict

Danger = Literal["low", "medium", "high"]
Step = Literal["on-call", "second-line", "security-officer", "technical-director"]
Part = Literal["device", "src", "dst", "user", "dst_port"]
Distinct = Literal["", "src", "dst", "dst_port", "dst+dst_port", "user", "device"]
Told = Literal[
    "intake.silent", "intake.dropped", "intake.unknown", "intake.uncollected", "intake.host-key", "firewall.changed-without-approval",
]  # fmt: skip
STEPS: Final[tuple[Step, ...]] = ("on-call", "second-line", "security-officer", "technical-director")
DAY: Final = 86_400
_SERVICE: Final = re.compile(r"(?:(?P<protocol>[a-z0-9-]+)/)?(?P<first>[0-9]{1,5})(?:-(?P<last>[0-9]{1,5}))?")
HIGHEST_PORT: Final = 65_535


def _network(text: str) -> str:
    return str(ipaddress.ip_network(text.strip(), strict=False))


def _service(text: str) -> str:
    spans_of(text)
    return text.strip().lower()


def spans_of(text: str) -> tuple[str, int, int]:
    """Return protocol (empty: any), first and last port of `tcp/22`, `8000-8010`, `udp/53`. Raises ValueError."""
    found = _SERVICE.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(f"{text!r} is no service; write tcp/22, 8000-8010 or udp/53")
    first = int(found["first"])
    last = int(found["last"] or first)
    if not first <= last <= HIGHEST_PORT:
        raise ValueError(f"{text!r} names no ports")
    return found["protocol"] or "", first, last


Network = Annotated[str, AfterValidator(_network)]
Service = Annotated[str, AfterValidator(_service)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Look(BaseModel):
    """Plain conditions on one event; what is left out is not asked, and of several values one is enough."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    devices: Annotated[list[Word], Field(max_length=200)] = []
    kinds: Annotated[list[Kind], Field(max_length=7)] = []
    actions: Annotated[list[Verdict], Field(max_length=3)] = []
    outcomes: Annotated[list[Outcome], Field(max_length=3)] = []
    src: Annotated[list[Network], Field(max_length=500)] = []
    src_side: Literal["", "inside", "outside"] = ""
    dst: Annotated[list[Network], Field(max_length=500)] = []
    dst_side: Literal["", "inside", "outside"] = ""
    services: Annotated[list[Service], Field(max_length=200)] = []
    non_essential: bool = False
    """Only services that the house calls not essential. [FW-1]"""
    severity: Annotated[int, Field(ge=0, le=7)] | None = None
    """Of syslog: this grave or graver (0 is the gravest)."""
    users: Annotated[list[Word], Field(max_length=200)] = []
    words: Annotated[list[Word], Field(max_length=50)] = []
    """In the rule, the message or the detail; in whatever letters."""
    off_hours: bool = False
    """Only outside the working hours of the house."""


class Terms(BaseModel):
    """A rule: either it looks at lines, or it hears of what the house itself notices."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    look: Look | None = None
    told: Told | None = None
    before: Look | None = None
    """What must have been seen of the same group within the span before."""
    before_at_least: Annotated[int, Field(ge=1, le=1000)] = 1
    at_least: Annotated[int, Field(ge=1, le=10_000)] = 1
    distinct: Distinct = ""
    within: Annotated[int, Field(ge=1, le=DAY)] = 60
    """Seconds."""
    group: Annotated[list[Part], Field(max_length=3)] = ["device"]
    danger: Danger = "medium"
    quiet: Annotated[int, Field(ge=10, le=7 * DAY)] = 3600
    """Seconds in which the same group adds to the alarm that stands, and raises none."""
    most_hourly: Annotated[int, Field(ge=1, le=1000)] = 20
    steps: Annotated[list[Step], Field(min_length=1, max_length=4)] = list(STEPS)
    """Who is told first, and who next where nobody answers."""

    @model_validator(mode="after")
    def _one_source(self) -> "Terms":
        if (self.look is None) == (self.told is None):
            raise ValueError("a rule looks at lines, or hears of what the house notices: one of both")
        if self.told is not None and (self.before is not None or self.at_least != 1):
            raise ValueError("what the house notices is noticed once; it is not counted")
        if self.before is not None and self.at_least != 1:
            raise ValueError("what follows something else is not counted as well")
        if len(set(self.steps)) != len(self.steps):
            raise ValueError("nobody is told twice by the same rule")
        return self
