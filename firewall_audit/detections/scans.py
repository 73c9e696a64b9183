"""Scans: of one host, of one port; quick ones and such as take a week; by an address and by a whole network. [FW-3]"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from firewall_audit.detections.finding import Danger, Finding, Selector, capped
from firewall_audit.detections.ground import REFUSED, counted, moment, net_of, prepare, widest
from firewall_audit.detections.parameters import Parameters
from firewall_audit.detections.sweeps import sweeps
from firewall_audit.store import Window

SPANS: Final = (("a minute", 60.0), ("an hour", 3600.0), ("a day", 86_400.0), ("a week", 604_800.0))
VERTICAL: Final = """
WITH totals AS (SELECT {who}, count(*) AS hosts, sum(ports) AS ports FROM {hosts} GROUP BY ALL)
SELECT {who}, dst, NULL, NULL, one.ports, n, days, first, last FROM {hosts} AS one JOIN totals USING ({who})
WHERE one.ports >= {least} AND (totals.hosts <= {few} OR one.ports >= {times} * (totals.ports - one.ports) / (totals.hosts - 1))"""
HORIZONTAL: Final = """
WITH ranked AS (
    SELECT *, row_number() OVER (PARTITION BY {who} ORDER BY hosts DESC, protocol, dst_port) AS place
    FROM {services} WHERE {who} IN (SELECT {who} FROM {services} WHERE hosts >= {least})),
totals AS (SELECT {who}, count(*) AS ports, sum(hosts) AS hosts FROM ranked WHERE place <= 10 GROUP BY ALL)
SELECT {who}, NULL, protocol, dst_port, one.hosts, n, days, first, last FROM ranked AS one JOIN totals USING ({who})
WHERE one.hosts >= {least} AND (totals.ports <= {few} OR one.hosts >= {times} * (totals.hosts - one.hosts) / (totals.ports - 1))"""
NETS: Final = """
SELECT net, {keys}, count(DISTINCT {other}) AS {width}, sum(n)::BIGINT AS n, bit_or(days) AS days, min(first) AS first, max(last) AS last
FROM refused JOIN nets USING (src) WHERE dst_port IS NOT NULL GROUP BY ALL"""
COMMON: Final = "SELECT protocol, dst_port FROM services JOIN addresses ON id = src AND inside GROUP BY ALL HAVING count(*) > {most}"
TRIES: Final = """
SELECT shape, epoch(moment), CASE WHEN shapes.dst IS NULL THEN events.dst ELSE events.protocol || '/' || events.dst_port END AS thing
FROM events JOIN shapes ON events.src = shapes.src AND (shapes.dst IS NULL OR events.dst = shapes.dst)
     AND (shapes.dst_port IS NULL OR (events.dst_port = shapes.dst_port AND events.protocol = shapes.protocol))
WHERE events.dst_port IS NOT NULL AND {refused} ORDER BY ALL"""
LOOKED_AT: Final = 200
"""Shapes whose every try is looked at for how quick they were; the widest first."""
WIDE: Final = 100
"""Ports or hosts of a scan that is no small one."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One source, address or network, and one host it tried the ports of, or one service it looked for on hosts."""

    who: str
    members: tuple[str, ...]
    dst: str | None
    protocol: str | None
    port: int | None
    width: int
    count: int
    days: int
    first: Any
    last: Any
    inside: bool


def detect(window: Window, parameters: Parameters) -> list[Finding]:
    """Return scans by addresses, those by networks none of whose addresses is told already, and sweeps."""
    shapes, swept = found(window, parameters)
    together: dict[tuple[str, bool], list[Shape]] = {}
    for shape in sorted(shapes, key=lambda one: (-one.width, one.who, one.dst or "", one.port or 0)):
        together.setdefault((shape.who, shape.dst is None), []).append(shape)
    groups = list(together.values())[:LOOKED_AT]
    tries = _tries(window, [group[0] for group in groups])
    common = set(window.ask(COMMON.format(most=parameters.most)))
    each = [_finding(group, tries.get(place, []), common, parameters) for place, group in enumerate(groups)]
    rest = "{count} more addresses scanned", "Each tried many ports or many hosts, and was refused."
    return [*capped([one for one in each if one is not None], parameters.most, *rest), *swept]


def scanners(window: Window, parameters: Parameters) -> dict[str, bool]:
    """Return the addresses that scanned one host or one port, and whether on as many days as is called persistent."""
    shapes, _ = found(window, parameters)
    days: Counter[str] = Counter()
    for shape in shapes:
        days[shape.who] = max(days[shape.who], shape.days.bit_count())
    return {who: most >= parameters.persistent_days for who, most in days.items()}


def found(window: Window, parameters: Parameters) -> tuple[list[Shape], list[Finding]]:
    """Return the shapes, and what is to be told of sweeps; worked out once for each window."""
    if "scans" not in window.notes:
        ground = prepare(window, parameters)
        rows = _ask(window, parameters, "src", "hosts", "services")
        single = [_shape(row, ground.names[row[0]], (ground.names[row[0]],), ground) for row in rows]
        told, swept = sweeps(window, parameters, {row[0] for row in rows})
        window.notes["scans"] = [*single, *_by_network(window, parameters, {row[0] for row in rows} | told)], swept
    answer: tuple[list[Shape], list[Finding]] = window.notes["scans"]
    return answer


def _ask(window: Window, parameters: Parameters, who: str, hosts: str, services: str) -> list[tuple[Any, ...]]:
    shared = {"who": who, "few": parameters.few, "times": parameters.stands_out}
    vertical = window.ask(VERTICAL.format(hosts=hosts, least=parameters.scan_ports, **shared))
    return vertical + window.ask(HORIZONTAL.format(services=services, least=parameters.scan_hosts, **shared))


def _shape(row: tuple[Any, ...], who: str, members: tuple[str, ...], ground: Any) -> Shape:
    dst = None if row[1] is None else ground.names[row[1]]
    return Shape(
        who,
        members,
        dst,
        row[2],
        row[3],
        row[4],
        row[5],
        row[6],
        row[7],
        row[8],
        len(members) == 1 and ground.inside[row[0]],
    )


def _by_network(window: Window, parameters: Parameters, told: set[int]) -> list[Shape]:
    """Return what several addresses of one network outside did together, none of which is told by itself."""
    ground = prepare(window, parameters)
    members: dict[str, list[int]] = {}
    for (src,) in window.ask("SELECT DISTINCT src FROM services ORDER BY 1"):
        if not ground.inside[src] and src not in told:
            members.setdefault(net_of(ground.names[src]), []).append(src)
    members = {net: ids for net, ids in members.items() if len(ids) >= parameters.prefix_sources}
    if not members:
        return []
    nets = sorted(members)
    window.load(
        "nets",
        {
            "net": [place for place, net in enumerate(nets) for _ in members[net]],
            "src": [src for net in nets for src in members[net]],
        },
    )
    window.table("net_hosts", NETS.format(keys="dst", other="(protocol, dst_port)", width="ports"))
    window.table("net_services", NETS.format(keys="protocol, dst_port", other="dst", width="hosts"))
    rows = _ask(window, parameters, "net", "net_hosts", "net_services")
    return [
        _shape(row, nets[row[0]], ("", *(ground.names[src] for src in members[nets[row[0]]])), ground) for row in rows
    ]


def _tries(window: Window, shapes: Sequence[Shape]) -> dict[int, list[tuple[float, str]]]:
    """Return every try of each shape: when, in seconds, and which host or service."""
    if not shapes:
        return {}
    rows = [
        (place, who, one.dst, one.protocol, one.port) for place, one in enumerate(shapes) for who in one.members if who
    ]
    columns = ("shape", "src", "dst", "protocol", "dst_port")
    window.load("shapes", {name: [row[place] for row in rows] for place, name in enumerate(columns)})
    tries: dict[int, list[tuple[float, str]]] = {}
    for place, second, thing in window.ask(TRIES.format(refused=REFUSED)):
        tries.setdefault(place, []).append((second, thing))
    return tries


def _finding(
    shapes: list[Shape], tries: list[tuple[float, str]], common: set[Any], parameters: Parameters
) -> Finding | None:
    one, days = shapes[0], 0
    for shape in shapes:
        days |= shape.days
    # What many machines of the house try alike, and slowly, is a service that the rules refuse, and is told as such.
    if one.inside and (one.protocol, one.port) in common and widest(tries, 3600.0) < parameters.scan_hosts:
        return None
    persistent = days.bit_count() >= parameters.persistent_days
    tempo = next((name for name, span in SPANS if widest(tries, span) * 2 >= one.width), "weeks")
    target = (
        f"{counted(one.width, 'port', 'ports')} of {one.dst}"
        if one.dst
        else f"{counted(one.width, 'host', 'hosts')} for {one.protocol}/{one.port}"
    )
    more = "" if len(shapes) == 1 else f", and {len(shapes) - 1:,} more"
    sources = tuple(who for who in one.members if who)
    kind = ("vertical" if one.dst else "horizontal") + ("" if len(one.members) == 1 else ".network")
    return Finding(
        kind=f"scan.{kind}", subject=one.who, title=f"{one.who} {'tried' if one.dst else 'searched'} {target}{more}",
        reason=_reason(tempo, inside=one.inside, persistent=persistent), danger=_danger(tempo, one.width, inside=one.inside, persistent=persistent),
        count=sum(shape.count for shape in shapes), first=moment(min(shape.first for shape in shapes)),
        last=moment(max(shape.last for shape in shapes)), sources=sources[:50], persistent=persistent,
        figures={"width": one.width, "most of it within": tempo, "days": days.bit_count()},
        selectors=tuple(Selector(src, shape.dst, shape.protocol, shape.port, verdict="refused") for src in sources[:3] for shape in shapes[:3]),
    )  # fmt: skip


def _danger(tempo: str, width: int, *, inside: bool, persistent: bool) -> Danger:
    if inside:
        return "high"
    return "medium" if persistent or width >= WIDE or tempo in ("a day", "a week", "weeks") else "low"


def _reason(tempo: str, *, inside: bool, persistent: bool) -> str:
    if inside:
        return "A machine of the house looks for open doors: it may be in other hands."
    if persistent:
        return "Somebody looks for open doors day after day, and takes care not to be noticed."
    if tempo in ("a day", "a week", "weeks"):
        return "Somebody looks for open doors so slowly that no alarm by the minute would tell."
    return "Somebody looks for open doors; what they find comes next."
