"""Sweeps: sources that try many hosts and many ports. What the internet does to everybody is one finding, a burst is one of its own. [FW-3]"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final

from firewall_audit.detections.finding import Finding, Selector, capped
from firewall_audit.detections.ground import REFUSED, counted, moment, prepare
from firewall_audit.detections.parameters import Parameters
from firewall_audit.store import Window

SWEEPING: Final = """
SELECT src, wide.tries, wide.hosts, ports, wide.n, days, first, last, inside
FROM (SELECT src, sum(ports)::BIGINT AS tries, count(*) AS hosts, sum(n)::BIGINT AS n, bit_or(days) AS days, min(first) AS first, max(last) AS last
      FROM hosts GROUP BY ALL HAVING tries >= {tries} AND count(*) >= {hosts}) AS wide
JOIN (SELECT src, count(*) AS ports FROM services GROUP BY ALL HAVING count(*) >= {ports}) USING (src)
JOIN addresses ON id = src ORDER BY wide.n DESC, src"""
BURSTS: Final = """
SELECT src, max(n)::BIGINT FROM (
    SELECT src, epoch_us(moment - {start}) // 3600000000 AS hour, sum(times) AS n FROM events
    WHERE src IN (SELECT address FROM swept) AND dst_port IS NOT NULL AND {refused} GROUP BY ALL)
GROUP BY ALL HAVING max(n) >= {least}"""
DAY: Final = 24


def sweeps(window: Window, parameters: Parameters, told: Collection[int]) -> tuple[set[int], list[Finding]]:
    """Return the ids of the addresses that sweep, and what is to be told of them; `told`: found otherwise already."""
    asked = SWEEPING.format(tries=parameters.block_tries, hosts=parameters.block_hosts, ports=parameters.block_ports)
    names = prepare(window, parameters).names
    sweeping = [row for row in window.ask(asked) if row[0] not in told]
    rows = [(names[row[0]], *row[1:]) for row in sweeping]
    window.load("swept_ids", {"id": [row[0] for row in sweeping] or [-1]})
    loud = [row for row in rows if row[4] >= parameters.block_burst]
    bursts = {}
    if loud:
        window.load("swept", {"address": [row[0] for row in loud]})
        bursts = dict(window.ask(BURSTS.format(start=window.start, refused=REFUSED, least=parameters.block_burst)))
    single = [row for row in rows if row[8] or _burst(window, parameters, row, bursts.get(row[0], 0))]
    alone = {row[0] for row in single}
    rest = [row for row in rows if row[0] not in alone]
    each = [_finding(row, bursts.get(row[0], 0), parameters) for row in single]
    many = (
        "{count} more addresses tried everything",
        "Each tried many ports of many hosts within a short time, and was refused.",
    )
    return {row[0] for row in sweeping}, [*capped(each, parameters.most, *many), *_background(rest, parameters)]


def _burst(window: Window, parameters: Parameters, row: tuple[Any, ...], most: int) -> bool:
    """Tell whether an hour of it stands out from the rest of its week."""
    hours = (window.until - window.since) / timedelta(hours=1)
    return most >= parameters.block_burst and (hours < DAY or most >= parameters.stands_out * row[4] / hours)


def _finding(row: tuple[Any, ...], burst: int, parameters: Parameters) -> Finding:
    who, tries, hosts, ports, count, days, first, last, inside = row
    return Finding(
        kind="scan.block", subject=who, title=f"{who} tried {counted(ports, 'port', 'ports')} on {counted(hosts, 'host', 'hosts')}",
        reason="A machine of the house looks for open doors everywhere: it may be in other hands." if inside
        else "Somebody looks at everything the house has, at once: often the day before an attack.",
        danger="high" if inside else "medium", count=count, first=moment(first), last=moment(last), sources=(who,),
        persistent=days.bit_count() >= parameters.persistent_days,
        figures={"tries": tries, "hosts": hosts, "ports": ports, "busiest hour": burst, "days": days.bit_count()},
        selectors=(Selector(who, verdict="refused"),),
    )  # fmt: skip


def _background(rows: list[tuple[Any, ...]], parameters: Parameters) -> list[Finding]:
    if not rows:
        return []
    persistent = sum(row[5].bit_count() >= parameters.persistent_days for row in rows)
    return [
        Finding(
            kind="scan.background", subject="internet", title=f"{counted(len(rows), 'address', 'addresses')} tried everything a little and were refused",
            reason="The internet does this to everybody. It matters when it grows, or when one of them is let in.",
            danger="info", count=sum(row[4] for row in rows), first=moment(min(row[6] for row in rows)),
            last=moment(max(row[7] for row in rows)), sources=tuple(row[0] for row in rows[:50]),
            figures={"addresses": len(rows), "on many days": persistent},
            selectors=tuple(Selector(row[0], verdict="refused") for row in rows[:3]),
        )
    ]  # fmt: skip
