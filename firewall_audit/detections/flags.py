"""Packets that nobody sends by accident: impossible flags and forged senders. [FW-3]"""

from typing import Any, Final

from firewall_audit.detections.finding import Finding, Selector, capped
from firewall_audit.detections.ground import counted, moment, prepare, present
from firewall_audit.detections.parameters import Parameters
from firewall_audit.store import Window

ODD: Final = """
SELECT src, name, sum(times)::BIGINT, min(moment), max(moment), count(DISTINCT dst), count(DISTINCT dst_port) FROM (
    SELECT *, CASE
        WHEN flags = 'NONE' THEN 'no flag at all'
        WHEN contains(flags, 'FIN') AND contains(flags, 'URG') AND contains(flags, 'PSH') AND NOT contains(flags, 'ACK') THEN 'FIN, PSH and URG'
        WHEN contains(flags, 'SYN') AND contains(flags, 'FIN') THEN 'SYN and FIN'
        WHEN contains(flags, 'SYN') AND contains(flags, 'RST') THEN 'SYN and RST'
        WHEN flags = 'FIN' THEN 'FIN alone'
        WHEN regexp_matches(flags, '^(8|0)/') AND protocol = 'icmp' AND NOT ends_with(flags, '/0') THEN 'an ICMP code that does not exist'
        WHEN regexp_matches(flags, '^(128|129|13[3-6])/') AND protocol = 'ipv6-icmp' AND NOT ends_with(flags, '/0') THEN 'an ICMP code that does not exist'
        END AS name
    FROM events
    WHERE kind IN ('traffic', 'threat') AND protocol IN ('tcp', 'icmp', 'ipv6-icmp') AND src <> '' AND action <> 'allow' AND flags NOT IN ('', 'SYN', '8/0'))
WHERE name IS NOT NULL GROUP BY ALL
HAVING name <> 'FIN alone' OR count(DISTINCT dst_port) >= {ports} ORDER BY ALL"""
PLAIN: Final = frozenset({"", "SYN", "ACK", "SYN ACK", "8/0", "0/0"})
CANNOT: Final = """
SELECT address, CASE
    WHEN starts_with(address, '127.') OR address = '::1' THEN 'its own loopback'
    WHEN starts_with(address, '0.') OR address = '::' THEN 'no address'
    WHEN regexp_matches(address, '^(22[4-9]|23[0-9])[.]') OR (starts_with(address, 'ff') AND contains(address, ':')) THEN 'a group of machines'
    WHEN inside THEN 'the house itself' END AS why
FROM addresses WHERE why IS NOT NULL"""
FORGED: Final = """
SELECT device, in_interface, why, sum(times)::BIGINT, min(moment), max(moment), list(DISTINCT src ORDER BY src)[1:50]
FROM events JOIN cannot ON address = src LEFT JOIN outer_sides USING (device, in_interface)
WHERE kind = 'traffic' AND in_interface <> 'lo' AND protocol NOT IN ('igmp', 'ipv6-icmp') AND NOT (why = 'no address' AND coalesce(dst_port, 0) IN (67, 68, 547))
  AND (why <> 'the house itself' OR side) GROUP BY ALL ORDER BY ALL"""


def detect(window: Window, parameters: Parameters) -> list[Finding]:
    """Return senders of impossible flags, and senders that cannot be where their packets came from."""
    plain = present(window, "flags") <= PLAIN
    odd = [] if plain else [_odd(row) for row in window.ask(ODD.format(ports=parameters.scan_ports))]
    prepare(window, parameters)
    sides = [(device, one) for device, names in parameters.outside_interfaces.items() for one in names]
    known = sides or [("", "")]
    window.load("outer_sides", {
        "device": [device for device, _ in known], "in_interface": [one for _, one in known], "side": [True] * len(known),
    })  # fmt: skip
    window.table("cannot", CANNOT if sides else f"SELECT * FROM ({CANNOT}) WHERE why <> 'the house itself'")
    forged = [_forged(row) for row in window.ask(FORGED)] if window.ask("SELECT 1 FROM cannot LIMIT 1") else []
    more = (
        "{count} more addresses sent impossible packets",
        "Such packets are made by scanners, to learn what stands behind a firewall.",
    )
    return [
        *capped(odd, parameters.most, *more),
        *capped(forged, parameters.most, "{count} more kinds of forged senders", "Nobody sends like that by accident."),
    ]


def _odd(row: tuple[Any, ...]) -> Finding:
    src, name, count, first, last, hosts, ports = row
    return Finding(
        kind="packet.flags", subject=f"{src} {name}", title=f"{src} sent {counted(count, 'packet', 'packets')} with {name}",
        reason="No program connects like that: a scanner does, to slip past simple filters.", danger="medium", count=count,
        first=moment(first), last=moment(last), sources=(src,), figures={"hosts": hosts, "ports": ports},
        selectors=(Selector(src, kinds=("traffic", "threat")),),
    )  # fmt: skip


def _forged(row: tuple[Any, ...]) -> Finding:
    device, interface, why, count, first, last, sources = row
    return Finding(
        kind="packet.forged", subject=f"{interface or 'any interface'} {why}", scope=device,
        title=f"{device} took {counted(count, 'packet', 'packets')} on {interface or 'an interface'} whose sender claims to be {why}",
        reason="Such a sender cannot be there: it is forged, or the network is wired wrongly.", danger="medium", count=count,
        first=moment(first), last=moment(last), sources=tuple(sources),
        selectors=tuple(Selector(src, device=device) for src in sources[:5]),
    )  # fmt: skip
