"""A week of lines of the demonstration house's firewalls, made up anew each time, and the same each time. [FW-3]

What a review finds is what lies in them: a scan, somebody who comes back every day, and a host inside that knocks outside every
five minutes.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

DAYS: Final = 7
EDGE_SLUG, BRANCH_SLUG, GATE_SLUG = "edge-cotonou", "edge-bohicon", "gate-cotonou"
LINE: Final = (
    "<4>{at:%b} {at.day:>2} {at:%H:%M:%S} edge-cotonou kernel: [{up}.{n:06}] {prefix} IN={into} OUT={out} MAC= SRC={src} DST={dst} LEN=60 TOS=0x00 "
    "PREC=0x00 TTL=52 ID={n} DF PROTO={protocol} SPT={spt} DPT={dpt} {tail}"
)
ASA: Final = (
    "<164>{at:%b} {at.day:>2} {at:%Y} {at:%H:%M:%S} edge-bohicon : %ASA-4-106023: Deny {protocol} src outside:{src}/{spt} dst inside:{dst}/{dpt} "
    'by access-group "OUTSIDE_IN" [0x0, 0x0]'
)
FORTI: Final = (
    '<189>date={at:%Y-%m-%d} time={at:%H:%M:%S} devname="gate-cotonou" devid="FGT60F0000000001" eventtime={ns} tz="+0000" logid="0000000013" '
    'type="traffic" subtype="forward" level="notice" vd="root" srcip={src} srcport={spt} srcintf="{into}" srcintfrole="{role}" dstip={dst} '
    'dstport={dpt} dstintf="{out}" sessionid={n} proto={number} action="{action}" policyid={policy} policytype="policy" service="{service}" '
    "duration=30 sentbyte=1200 rcvdbyte=3400 sentpkt=9 rcvdpkt=11"
)
PUBLIC, WEB, INSIDE = "192.0.2.10", "192.0.2.20", "10.20.0.27"
SCANNER, EARLIER, RETURNING, COMMAND = "203.0.113.66", "203.0.113.41", "203.0.113.88", "198.51.100.7"
COMMON: Final = (22, 23, 445, 3389, 5060, 8080, 1433, 3306)
Told = tuple[datetime, str]


def week(begin: datetime, *, quiet: bool = False) -> dict[str, list[Told]]:
    """Give a week of lines by firewall, each with its moment, in no order; `quiet`: nobody knocks outside yet."""
    chance = random.Random(20_261_116)  # noqa: S311 - an invented week, no secret
    edge = [*_usual(begin, chance), *_scan(begin, EARLIER if quiet else SCANNER), *_returning(begin, chance)]
    if not quiet:
        edge += _knocking(begin, chance)
    return {EDGE_SLUG: edge, BRANCH_SLUG: list(_branch(begin, chance)), GATE_SLUG: list(_gate(begin, chance))}


def _usual(begin: datetime, chance: random.Random) -> Iterator[Told]:
    """Visitors of the web site by day, and what the internet tries on everybody."""
    for n in range(6_000):
        at = begin + timedelta(
            days=chance.randrange(DAYS),
            hours=min(23, max(0, round(chance.gauss(14, 4)))),
            seconds=chance.randrange(3600),
        )
        src = f"198.51.100.{chance.randrange(20, 250)}"
        yield line(at, src, WEB, 443, n, prefix="FW-ACCEPT", out="eth2")
    for n in range(2_500):
        at = begin + timedelta(seconds=chance.randrange(DAYS * 86_400))
        src = f"203.0.113.{chance.randrange(100, 250)}"
        yield line(at, src, PUBLIC, chance.choice(COMMON), n)


def _scan(begin: datetime, src: str) -> Iterator[Told]:
    scan = begin + timedelta(days=2, hours=3, minutes=12)
    for port in range(1, 401):
        yield line(scan + timedelta(seconds=port // 8), src, PUBLIC, port, port)


def _returning(begin: datetime, chance: random.Random) -> Iterator[Told]:
    for day in range(DAYS):
        for hour in range(0, 24, 2):
            at = begin + timedelta(days=day, hours=hour, minutes=chance.randrange(60))
            yield line(at, RETURNING, PUBLIC, 5060, day * 100 + hour, protocol="UDP")


def _knocking(begin: datetime, chance: random.Random) -> Iterator[Told]:
    for knock in range(DAYS * 24 * 12):
        at = begin + timedelta(minutes=5 * knock, seconds=chance.randrange(2))
        yield line(at, INSIDE, COMMAND, 4444, knock, into="eth1", out="eth0")


def _branch(begin: datetime, chance: random.Random) -> Iterator[Told]:
    """What the branch's firewall refuses."""
    for n in range(400):
        at = (begin + timedelta(seconds=chance.randrange(DAYS * 86_400))).astimezone(UTC)
        src = f"203.0.113.{chance.randrange(100, 250)}"
        yield (
            at,
            ASA.format(at=at, protocol="tcp", src=src, spt=32_768 + n, dst="198.51.100.130", dpt=chance.choice(COMMON)),
        )


def _gate(begin: datetime, chance: random.Random) -> Iterator[Told]:
    """The tunnels of remote agents, who reach the desk."""
    for n in range(400):
        at = (begin + timedelta(days=n % 5, hours=7, seconds=chance.randrange(12 * 3600))).astimezone(UTC)
        yield at, FORTI.format(
            at=at, ns=int(at.timestamp()) * 10**9, src=f"10.40.8.{chance.randrange(10, 40)}", spt=40_000 + n, into="internal", role="lan",
            dst="10.20.3.10", dpt=443, out="wan1", n=n, number=6, action="accept", policy=20, service="HTTPS",
        )  # fmt: skip


def line(
    at: datetime,
    src: str,
    dst: str,
    dpt: int,
    n: int,
    *,
    prefix: str = "FW-DROP",
    into: str = "eth0",
    out: str = "",
    protocol: str = "TCP",
) -> Told:
    """Give a line of the edge, as its kernel writes it."""
    tail = "WINDOW=1024 RES=0x00 SYN URGP=0" if protocol == "TCP" else "LEN=40"
    written = LINE.format(
        at=at.astimezone(UTC), up=1_000_000 + n, n=n, prefix=prefix, into=into, out=out, src=src, dst=dst, spt=32_768 + n % 28_000, dpt=dpt,
        protocol=protocol, tail=tail,
    )  # fmt: skip
    return at, written
