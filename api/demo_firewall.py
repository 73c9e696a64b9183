"""The demonstration house's firewall: on the register, with the lines of the week before, as its syslog would have brought them.

The review of that week opens by itself; what it finds is what lies in the lines: a scan, somebody who comes back every day, and a
host inside that knocks outside every five minutes.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import select

from firewall_audit import devices
from firewall_audit.intake.batches import CLERK
from firewall_audit.intake.taking import Counted, reading_of, take
from firewall_audit.models import NetworkDevice
from kernel import clock
from kernel.actor import person
from kernel.db import read_session

SLUG: Final = "edge-cotonou"
DAYS: Final = 7
LINE: Final = (
    "<4>{at:%b} {at.day:>2} {at:%H:%M:%S} edge-cotonou kernel: [{up}.{n:06}] {prefix} IN={into} OUT={out} MAC= SRC={src} DST={dst} LEN=60 TOS=0x00 "
    "PREC=0x00 TTL=52 ID={n} DF PROTO={protocol} SPT={spt} DPT={dpt} {tail}"
)
PUBLIC, WEB, INSIDE = "192.0.2.10", "192.0.2.20", "10.20.0.27"
SCANNER, RETURNING, COMMAND = "203.0.113.66", "203.0.113.88", "198.51.100.7"
COMMON: Final = (22, 23, 445, 3389, 5060, 8080, 1433, 3306)


def seed_firewall(owner: UUID, officer: UUID) -> None:
    """Make what is missing; safe to repeat: the lines of a week are the same lines, and are kept once."""
    with read_session() as session:
        known = session.scalars(select(NetworkDevice).where(NetworkDevice.slug == SLUG)).first()
    if known is not None:
        return
    now = clock.now()
    monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    made = devices.add_device(
        person(officer, "demonstration house", factor_at=now), slug=SLUG, name="Edge of Cotonou", kind="firewall",
        vendor="netfilter", owner_id=owner, formats=["netfilter"], time_zone="UTC", senders=["192.0.2.1"],
        prefixes={"FW-DROP": "deny", "FW-ACCEPT": "allow"}, longest_silence=1440,
        zones=[
            devices.Zone(name="lan", side="inside", networks=["10.20.0.0/16"], interfaces=["eth1"]),
            devices.Zone(name="dmz", side="dmz", networks=["192.0.2.0/24"], interfaces=["eth2"]),
            devices.Zone(name="internet", side="outside", interfaces=["eth0"]),
        ],
    )  # fmt: skip
    lines = [line.encode() for _at, line in sorted(week(monday - timedelta(days=DAYS)))]
    counted = Counted(size=sum(len(line) + 1 for line in lines))
    with read_session() as session:
        device = session.get_one(NetworkDevice, made.id)
    take(CLERK, device, [lines], reading_of(device, monday), counted, source="file", name="edge-cotonou.log")


def week(begin: datetime) -> Iterator[tuple[datetime, str]]:
    """Give a week of lines with their moments, in no order; the same each time."""
    chance = random.Random(20_261_116)  # noqa: S311 - an invented week, no secret
    yield from _usual(begin, chance)
    scan = begin + timedelta(days=2, hours=3, minutes=12)
    for port in range(1, 401):
        yield _line(scan + timedelta(seconds=port // 8), SCANNER, PUBLIC, port, port)
    for day in range(DAYS):
        for hour in range(0, 24, 2):
            at = begin + timedelta(days=day, hours=hour, minutes=chance.randrange(60))
            yield _line(at, RETURNING, PUBLIC, 5060, day * 100 + hour, protocol="UDP")
    for knock in range(DAYS * 24 * 12):
        at = begin + timedelta(minutes=5 * knock, seconds=chance.randrange(2))
        yield _line(at, INSIDE, COMMAND, 4444, knock, into="eth1", out="eth0")


def _usual(begin: datetime, chance: random.Random) -> Iterator[tuple[datetime, str]]:
    """Visitors of the web site by day, and what the internet tries on everybody."""
    for n in range(6_000):
        at = begin + timedelta(
            days=chance.randrange(DAYS),
            hours=min(23, max(0, round(chance.gauss(14, 4)))),
            seconds=chance.randrange(3600),
        )
        src = f"198.51.100.{chance.randrange(20, 250)}"
        yield _line(at, src, WEB, 443, n, prefix="FW-ACCEPT", out="eth2")
    for n in range(2_500):
        at = begin + timedelta(seconds=chance.randrange(DAYS * 86_400))
        src = f"203.0.113.{chance.randrange(100, 250)}"
        yield _line(at, src, PUBLIC, chance.choice(COMMON), n)


def _line(
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
) -> tuple[datetime, str]:
    tail = "WINDOW=1024 RES=0x00 SYN URGP=0" if protocol == "TCP" else "LEN=40"
    written = LINE.format(
        at=at.astimezone(UTC), up=1_000_000 + n, n=n, prefix=prefix, into=into, out=out, src=src, dst=dst, spt=32_768 + n % 28_000, dpt=dpt,
        protocol=protocol, tail=tail,
    )  # fmt: skip
    return at, written
