"""What was let in although nobody outside may reach it: services that are not essential. [FW-1]"""

from collections.abc import Sequence
from typing import Any, Final

from firewall_audit.detections.finding import Finding, Selector, capped
from firewall_audit.detections.ground import counted, moment, prepare, service
from firewall_audit.detections.parameters import Parameters, Service
from firewall_audit.networks import Networks
from firewall_audit.store import Window

LET_IN: Final = """
SELECT b.address, protocol, dst_port, a.address, n, days, first, last
FROM accepted JOIN addresses AS a ON a.id = src AND NOT a.inside JOIN addresses AS b ON b.id = dst AND b.inside
WHERE protocol || '/' || dst_port IN ({services}) ORDER BY ALL"""


def detect(window: Window, parameters: Parameters) -> list[Finding]:
    """Return each service inside that strangers reached and may not, with who they were."""
    if not parameters.non_essential:
        return []
    prepare(window, parameters)
    names = ", ".join("'" + one.replace("'", "''") + "'" for one in sorted(parameters.non_essential))
    published = [(one, Networks([one.dst]), Networks([one.src])) for one in parameters.published]
    together: dict[tuple[str, str, int], list[tuple[Any, ...]]] = {}
    for row in window.ask(LET_IN.format(services=names)):
        if not _published(row, published):
            together.setdefault(row[:3], []).append(row)
    found = [_finding(rows, parameters) for rows in together.values()]
    more = "{count} more services inside were reached by strangers", "The written policy forbids each of them."
    return capped(found, parameters.most, *more)


def _published(row: tuple[Any, ...], published: Sequence[tuple[Service, Networks, Networks]]) -> bool:
    dst, protocol, port, src = row[:4]
    return any(one.protocol == protocol and one.port == port and dst in to and src in by for one, to, by in published)


def _finding(rows: list[tuple[Any, ...]], parameters: Parameters) -> Finding:
    dst, protocol, port = rows[0][:3]
    name = parameters.non_essential[service(protocol, port)]
    sources = sorted({row[3] for row in rows})
    days = 0
    for row in rows:
        days |= row[5]
    who = sources[0] if len(sources) == 1 else counted(len(sources), "address", "addresses") + " outside"
    return Finding(
        kind="service.forbidden", subject=f"{dst} {service(protocol, port)}",
        title=f"{name} ({service(protocol, port)}) of {dst} was open to {who}",
        reason="The house's policy lets nobody outside reach this service, and the firewall did.",
        danger="high", count=sum(row[4] for row in rows), first=moment(min(row[6] for row in rows)),
        last=moment(max(row[7] for row in rows)), sources=tuple(sources[:50]), persistent=days.bit_count() >= parameters.persistent_days,
        figures={"addresses": len(sources), "days": days.bit_count()},
        selectors=tuple(Selector(src, dst, protocol, port, verdict="allow") for src in sources[:10]),
    )  # fmt: skip
