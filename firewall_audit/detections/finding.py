"""What a detection says: what it found, why that is dangerous, and the lines that prove it. Pure. [FW-3, FW-4]"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:  # the columns of the store are a large library: only who asks for lines loads it
    from firewall_audit.store import Line

Danger = Literal["info", "low", "medium", "high"]
DANGERS: Final[tuple[Danger, ...]] = ("info", "low", "medium", "high")
MOST_SOURCES: Final = 50
MOST_LINES: Final = 20


@dataclass(frozen=True, slots=True)
class Selector:
    """Which events a finding is about; what is None may be anything. `refused`: also what says nothing of a decision."""

    src: str | None = None
    dst: str | None = None
    protocol: str | None = None
    dst_port: int | None = None
    user: str | None = None
    device: str | None = None
    rule: str | None = None
    verdict: Literal["refused", "allow"] | None = None
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. The same thing found next week has the same `id`."""

    kind: str
    """Its detection and shape, `scan.vertical`."""
    subject: str
    """What it is about, in words that do not change from week to week: an address, a service, a user."""
    title: str
    reason: str
    """Why it matters."""
    danger: Danger
    count: int
    """Events, repeats multiplied."""
    first: datetime
    last: datetime
    scope: str = ""
    """The device it is of; empty: of the house."""
    sources: tuple[str, ...] = ()
    """Addresses it comes from, at most 50; the known-good list is held against them."""
    persistent: bool = False
    """Seen on as many days as the book calls persistent."""
    figures: Mapping[str, int | str] = field(default_factory=dict)
    selectors: tuple[Selector, ...] = ()
    evidence: "tuple[Line, ...]" = ()

    @property
    def id(self) -> str:
        """Return what stays the same: kind, subject and scope, never a time or a count."""
        return hashlib.sha256(f"{self.kind}\n{self.subject}\n{self.scope}".encode()).hexdigest()[:20]


def rank(finding: Finding) -> tuple[int, bool, int, str]:
    """Return what findings are sorted by, the gravest first."""
    return -DANGERS.index(finding.danger), not finding.persistent, -finding.count, finding.subject


def capped(findings: Sequence[Finding], most: int, title: str, reason: str) -> list[Finding]:
    """Return the gravest of one kind, and one more that stands for the rest: a page is read, a thousand lines are not."""
    ordered = sorted(findings, key=rank)
    rest = ordered[most:]
    if len(rest) <= 1:
        return ordered
    others = Finding(
        kind=f"{rest[0].kind}.others", subject="others", title=title.format(count=len(rest)), reason=reason, danger=rest[0].danger,
        count=sum(one.count for one in rest), first=min(one.first for one in rest), last=max(one.last for one in rest),
        sources=several(source for one in rest for source in one.sources), persistent=any(one.persistent for one in rest),
        figures={"findings": len(rest)}, selectors=tuple(one for found in rest[:5] for one in found.selectors[:2]),
    )  # fmt: skip
    return [*ordered[:most], others]


def several(sources: Iterable[str]) -> tuple[str, ...]:
    """Return the first fifty different ones, in their order."""
    return tuple(list(dict.fromkeys(sources))[:MOST_SOURCES])
