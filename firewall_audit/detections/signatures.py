"""Tries by which a campaign is known: services that only its programs ask for together. [FW-3]"""

from dataclasses import dataclass
from typing import Final

from firewall_audit.detections.finding import Finding, Selector, several
from firewall_audit.detections.ground import counted, moment, prepare
from firewall_audit.detections.parameters import Parameters
from firewall_audit.detections.scans import found as found_scans
from firewall_audit.store import Window


@dataclass(frozen=True, slots=True)
class Signature:
    """A source that was refused every one of these services is one of the campaign's."""

    name: str
    services: tuple[tuple[str, int], ...]
    title: str
    reason: str


SIGNATURES: Final = (
    Signature(
        "mirai", (("tcp", 23), ("tcp", 2323)), "{who} looked for devices with the passwords of their makers",
        "Hijacked cameras and routers look for others of their kind. A machine of the house that does so is one of them.",
    ),
    Signature(
        "single-packet", (("udp", 62201),), "{who} knocked with a single packet of the kind that opens a hidden service",
        "Somebody believes that a service is hidden here which opens when it is knocked at; ask whether there is one.",
    ),
)  # fmt: skip
ASKED: Final = """
SELECT address, sum(n)::BIGINT, min(first), max(last), bit_or(days), inside FROM services JOIN addresses ON id = src
WHERE {services} AND src NOT IN (SELECT id FROM swept_ids) GROUP BY ALL HAVING count(*) = {count} ORDER BY ALL"""


def detect(window: Window, parameters: Parameters) -> list[Finding]:
    """Return one finding for each campaign; those who try everything anyway are no sign of it."""
    prepare(window, parameters)
    found_scans(window, parameters)
    found = [_finding(window, one, parameters) for one in SIGNATURES]
    return [one for one in found if one is not None]


def _finding(window: Window, one: Signature, parameters: Parameters) -> Finding | None:
    services = " OR ".join(f"(protocol = '{protocol}' AND dst_port = {port})" for protocol, port in one.services)
    rows = window.ask(ASKED.format(services=f"({services})", count=len(one.services)))
    if not rows:
        return None
    inside = any(row[5] for row in rows)
    return Finding(
        kind="signature", subject=one.name, title=one.title.format(who=rows[0][0] if len(rows) == 1 else counted(len(rows), "address", "addresses")),
        reason=one.reason, danger="high" if inside else "info", count=sum(row[1] for row in rows), first=moment(min(row[2] for row in rows)),
        last=moment(max(row[3] for row in rows)), sources=several(row[0] for row in rows), figures={"addresses": len(rows)},
        persistent=inside and any(row[4].bit_count() >= parameters.persistent_days for row in rows),
        selectors=tuple(Selector(row[0], None, protocol, port, verdict="refused") for row in rows[:5] for protocol, port in one.services),
    )  # fmt: skip
