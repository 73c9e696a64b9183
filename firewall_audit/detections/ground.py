"""What several detections ask first: what was refused, what was let through, who lies inside. [FW-3]"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from firewall_audit.detections.parameters import Parameters
from firewall_audit.networks import Networks, number
from firewall_audit.store import Window

REFUSED: Final = "(action = 'deny' OR (action = '' AND message = ''))"
"""netfilter without a known prefix says nothing; whoever logs every packet logs mostly what is refused."""
LATE: Final = """(list_contains([{ports}]::INTEGER[], src_port) AND dst_port >= 1024 AND (
    (protocol = 'tcp' AND flags <> 'SYN' AND (flags <> '' OR dst_port >= 32768)) OR (protocol = 'udp' AND dst_port >= 32768)))"""
"""The answer of a server that came after the connection was forgotten: no attempt at all. A list is looked through sooner than `IN` is joined."""


def net_of(address: str) -> str:
    """Return the /24 or /64 an address lies in; the address itself where it is none."""
    found = number(address)
    if found is None:
        return address
    if ":" not in address:
        return address.rpartition(".")[0] + ".0/24"
    upper = f"{found[1] >> 64:016x}"
    groups = [upper[place : place + 4].lstrip("0") for place in range(0, 16, 4)]
    while groups and not groups[-1]:
        groups.pop()
    return ":".join(one or "0" for one in groups) + "::/64"


def prepare(window: Window, parameters: Parameters) -> "Ground":
    """Return what is asked of a window first; it is worked out once, so one window is asked with one set of parameters.

    Tables: `addresses` (id, address, inside); `refused` and `accepted` (src and dst by id, protocol, dst_port, n, days, first, last), one row
    for whatever differs in the first four; `hosts` and `services`, which are `refused` by (src, dst) and by (src, protocol, dst_port).
    `days` has a bit for each day of the window.
    """
    if "ground" not in window.notes:
        window.notes["ground"] = _prepared(window, parameters)
    ground: Ground = window.notes["ground"]
    return ground


@dataclass(frozen=True, slots=True)
class Ground:
    """The addresses of a window by their ids."""

    names: Sequence[str]
    inside: Sequence[bool]


def present(window: Window, column: str) -> frozenset[str]:
    """Return which values a column of few has (kinds, flags), so that nobody looks for what cannot be there."""
    note = f"present {column}"
    if note not in window.notes:
        window.notes[note] = frozenset(row[0] for row in window.ask(f"SELECT DISTINCT {column} FROM events"))
    found: frozenset[str] = window.notes[note]
    return found


def _prepared(window: Window, parameters: Parameters) -> Ground:
    names = [
        row[0]
        for row in window.ask(
            "SELECT src FROM events WHERE src <> '' UNION SELECT dst FROM events WHERE src <> '' ORDER BY 1"
        )
    ]
    networks = Networks(parameters.inside)
    inside = [name in networks for name in names]
    window.load("addresses", {"id": list(range(len(names))), "address": names, "inside": inside})
    ports = ", ".join(str(port) for port in parameters.answering)
    verdicts = {
        "refused": f"{REFUSED} AND NOT coalesce({LATE.format(ports=ports)}, false)",
        "accepted": "action = 'allow'",
    }
    for table, verdict in verdicts.items():
        window.table(
            table,
            f"SELECT a.id AS src, b.id AS dst, protocol, dst_port, {_tally(window)} "
            "FROM events JOIN addresses AS a ON a.address = events.src JOIN addresses AS b ON b.address = events.dst "
            f"WHERE kind IN ('traffic', 'threat') AND {verdict} GROUP BY ALL",
        )
    for table, keys, width in (("hosts", "src, dst", "ports"), ("services", "src, protocol, dst_port", "hosts")):
        window.table(
            table,
            f"SELECT {keys}, count(*) AS {width}, sum(n)::BIGINT AS n, bit_or(days) AS days, min(first) AS first, max(last) AS last "
            "FROM refused WHERE dst_port IS NOT NULL GROUP BY ALL",
        )
    return Ground(names, inside)


def _tally(window: Window) -> str:
    days = f"bit_or(1::BIGINT << (epoch_us(moment - {window.start}) // 86400000000 % 62)::INTEGER)"
    return f"sum(times)::BIGINT AS n, {days} AS days, min(moment) AS first, max(moment) AS last"


def counted(number: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many}"


def service(protocol: str, port: int | None) -> str:
    """Return `tcp/22`, or the protocol alone where there are no ports."""
    return protocol if port is None else f"{protocol}/{port}"


def moment(at: datetime) -> datetime:
    """Return a time of the window as an aware one."""
    return at.replace(tzinfo=UTC)


def busiest(times: Sequence[float], span: float) -> int:
    """Return how many of sorted times, in seconds, lie at most within a span of one another."""
    best = start = 0
    for end, time in enumerate(times):
        while time - times[start] > span:
            start += 1
        best = max(best, end - start + 1)
    return best


def widest(tries: Sequence[tuple[float, Any]], span: float) -> int:
    """Return how many different things sorted tries (seconds, thing) name within a span."""
    within: dict[Any, int] = {}
    best = start = 0
    for time, thing in tries:
        within[thing] = within.get(thing, 0) + 1
        while time - tries[start][0] > span:
            gone = tries[start][1]
            within[gone] -= 1
            if not within[gone]:
                del within[gone]
            start += 1
        best = max(best, len(within))
    return best
