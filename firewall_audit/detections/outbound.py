"""From inside out: what was refused, and what goes to one address at regular intervals. [FW-3]"""

import statistics
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from firewall_audit.detections.finding import Danger, Finding, Selector, capped
from firewall_audit.detections.ground import REFUSED, counted, moment, prepare, service
from firewall_audit.detections.parameters import Parameters
from firewall_audit.store import Window

OUT: Final = (
    "FROM {table} JOIN addresses AS a ON a.id = src AND a.inside JOIN addresses AS b ON b.id = dst AND NOT b.inside"
)
GROUPS: Final = f"""
SELECT protocol, dst_port, count(DISTINCT src) AS hosts, sum(n)::BIGINT AS n, bit_or(days), min(first), max(last), max_by(a.address, (n, a.address))
{OUT.format(table="refused")}
WHERE (src, dst, protocol, coalesce(dst_port, -1)) NOT IN (SELECT (src, dst, protocol, coalesce(dst_port, -1)) FROM beacons)
GROUP BY ALL HAVING hosts >= {{hosts}} AND sum(n) >= {{least}} ORDER BY n DESC, protocol, dst_port"""
FLOWS: Final = f"""
SELECT a.address, b.address, protocol, dst_port, n::BIGINT, days, first, last, {{allowed}} AS allowed
{OUT}
WHERE n >= {{least}} AND datediff('second', first, last) >= {{seconds}}
  AND protocol || '/' || coalesce(dst_port::VARCHAR, '') NOT IN ({{quiet}})"""
COMPANY: Final = f"SELECT b.address, count(DISTINCT src) {OUT.format(table='accepted')} WHERE b.address IN (SELECT dst FROM reached) GROUP BY ALL"
STEADY: Final = """
SELECT events.src, events.dst, events.protocol, events.dst_port, list(epoch(moment) ORDER BY moment)
FROM events JOIN flows ON events.src = flows.src AND events.dst = flows.dst AND events.protocol = flows.protocol
     AND events.dst_port IS NOT DISTINCT FROM flows.dst_port
WHERE (flows.allowed AND action = 'allow') OR (NOT flows.allowed AND {refused}) GROUP BY ALL"""
LOUD_PORTS: Final = {
    25: "mail sent past the house's own mail server: often a machine that sends spam", 445: "Windows file sharing towards strangers: how worms spread",
    6667: "chat of the kind by which hijacked machines take orders", 3389: "remote desktops of strangers", 23: "Telnet: how hijacked devices spread",
}  # fmt: skip


def detect(window: Window, parameters: Parameters) -> list[Finding]:
    """Return regular connections to one address outside, and services outside that were refused to the inside."""
    prepare(window, parameters)
    beacons = _beacons(window, parameters)
    _told(window, parameters, beacons)
    groups = [
        _group(row, parameters)
        for row in window.ask(GROUPS.format(hosts=parameters.outbound_hosts, least=parameters.outbound_least))
    ]
    others = "{count} more services outside were refused", "The inside asked for services that the rules do not allow."
    more = "{count} more regular connections to outside", "Each goes to one address at regular intervals."
    return [*capped(beacons, parameters.most, *more), *capped(groups, max(1, parameters.most // 2), *others)]


def _beacons(window: Window, parameters: Parameters) -> list[Finding]:
    quiet = ", ".join(f"'{one}'" for one in parameters.beacon_quiet)
    rows: list[tuple[Any, ...]] = []
    for table, allowed in (("refused", "false"), ("accepted", "true")):
        rows += window.ask(
            FLOWS.format(
                table=table,
                allowed=allowed,
                least=parameters.beacon_least,
                seconds=int(parameters.beacon_hours * 3600),
                quiet=quiet,
            )
        )
    window.load("reached", {"dst": sorted({row[1] for row in rows if row[8]}) or [""]})
    company = dict(window.ask(COMPANY))
    rows = [row for row in rows if not row[8] or company.get(row[1], 0) <= parameters.beacon_sources]
    if not rows:
        return []
    names = ("src", "dst", "protocol", "dst_port")
    window.load(
        "flows",
        {name: [row[place] for row in rows] for place, name in enumerate(names)}
        | {"allowed": [row[8] for row in rows]},
    )
    times = {tuple(row[:4]): row[4] for row in window.ask(STEADY.format(refused=REFUSED))}
    found = []
    for row in sorted(rows, key=lambda row: (row[0], row[1], row[2], row[3] or 0)):
        score, pause = regularity(times.get(tuple(row[:4]), ()))
        if score >= parameters.beacon_share:
            found.append(_beacon(row, score, pause, parameters))
    return found


def _told(window: Window, parameters: Parameters, beacons: Sequence[Finding]) -> None:
    """Put the flows that are told already aside."""
    ids = {name: place for place, name in enumerate(prepare(window, parameters).names)}
    flows = [
        (ids[one.src or ""], ids[one.dst or ""], one.protocol, one.dst_port)
        for beacon in beacons
        for one in beacon.selectors
    ]
    rows = flows or [(-1, -1, "", -1)]
    window.load(
        "beacons",
        {name: [row[place] for row in rows] for place, name in enumerate(("src", "dst", "protocol", "dst_port"))},
    )


def regularity(times: Sequence[float]) -> tuple[float, float]:
    """Return which part of the pauses between sorted times (seconds) is like the usual one, and how long that is."""
    pauses = [later - earlier for earlier, later in pairwise(times)]
    if not pauses:
        return 0.0, 0.0
    usual = statistics.median(pauses)
    if usual < 1:  # a burst is no beat
        return 0.0, usual
    return sum(abs(one - usual) <= max(2.0, usual / 10) for one in pauses) / len(pauses), usual


def _beacon(row: tuple[Any, ...], score: float, pause: float, parameters: Parameters) -> Finding:
    src, dst, protocol, port, count, days, first, last, allowed = row
    return Finding(
        kind="outbound.beacon", subject=f"{src} {dst} {service(protocol, port)}",
        title=f"{src} calls {dst} ({service(protocol, port)}) every {pause:,.0f} seconds, " + ("and is let out" if allowed else "and is refused"),
        reason="A machine inside reports to one address like clockwork: that is how hijacked machines ask for orders.",
        danger="medium" if allowed else "high", count=count, first=moment(first), last=moment(last), sources=(src,),
        persistent=days.bit_count() >= parameters.persistent_days,
        figures={"seconds between": round(pause), "per cent alike": round(100 * score), "days": days.bit_count()},
        selectors=(Selector(src, dst, protocol, port, verdict="allow" if allowed else "refused"),),
    )  # fmt: skip


def _group(row: tuple[Any, ...], parameters: Parameters) -> Finding:
    protocol, port, hosts, count, days, first, last, one = row
    loud = LOUD_PORTS.get(port) if protocol == "tcp" else None
    danger: Danger = "medium" if loud else "low"
    return Finding(
        kind="outbound.refused", subject=service(protocol, port),
        title=f"{counted(hosts, 'machine', 'machines')} inside asked for {service(protocol, port)} outside and {'was' if hosts == 1 else 'were'} refused",
        reason=f"This is {loud}." if loud else "Either something is set up wrongly, or something runs that should not.",
        danger=danger, count=count, first=moment(first), last=moment(last), persistent=days.bit_count() >= parameters.persistent_days,
        sources=(one,) if hosts == 1 else (), figures={"machines": hosts, "days": days.bit_count()},
        selectors=(Selector(one, None, protocol, port, verdict="refused"),),
    )  # fmt: skip
