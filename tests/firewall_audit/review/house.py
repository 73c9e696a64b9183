"""A house with one firewall, a week of its lines, and those who review them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import select

from firewall_audit import devices
from firewall_audit.review import drawing, readings
from firewall_audit.review.models import LogFinding, LogReview
from firewall_audit.review.readings import ReviewPage
from firewall_audit.store import Reading, Store
from kernel import clock, db
from tests import world
from tests.changecontrol.builders import fresh

SCANNER, KNOCKER, INSIDE = "203.0.113.66", "203.0.113.88", "10.20.0.27"
LINE = (
    "{at:%b %d %H:%M:%S} edge kernel: [{n}.000] {prefix} IN={into} OUT={out} MAC= SRC={src} DST={dst} LEN=60 TOS=0x00 PREC=0x00 TTL=52 "
    "ID={n} DF PROTO=TCP SPT={spt} DPT={dpt} WINDOW=1024 RES=0x00 SYN URGP=0"
)


def line(
    at: datetime,
    src: str,
    dst: str,
    dpt: int,
    *,
    n: int = 1,
    prefix: str = "FW-DROP",
    into: str = "eth0",
    out: str = "",
) -> bytes:
    """A line as iptables writes it."""
    return LINE.format(
        at=at, n=n, prefix=prefix, into=into, out=out, src=src, dst=dst, spt=40_000 + n % 20_000, dpt=dpt
    ).encode()


def week_of(monday: datetime, *, scan: bool = True) -> list[bytes]:
    """A quiet week in which, where asked, one source tries 200 ports of a host in a minute."""
    told = [
        (monday + timedelta(hours=hour), line(monday + timedelta(hours=hour), f"198.51.100.{hour % 100 + 1}", "192.0.2.10", 443, n=hour, prefix="FW-ACCEPT", out="eth1"))
        for hour in range(24 * 7)
    ]  # fmt: skip
    if scan:
        begin = monday + timedelta(days=2, hours=3)
        told += [
            (
                begin + timedelta(seconds=port % 60),
                line(begin + timedelta(seconds=port % 60), SCANNER, "192.0.2.11", 1 + port, n=port),
            )
            for port in range(200)
        ]
    return [one for _at, one in sorted(told, key=lambda one: one[0])]


@dataclass
class House:
    """The firewall, the officer, the director, and the store of lines."""

    store: Store
    officer: Any
    director: Any
    monday: datetime
    """When the week under review began."""

    def take(self, lines: list[bytes], *, source: str = "edge.log", week: int = 0) -> None:
        """Put lines into the store as a batch of the firewall."""
        reading = Reading(
            device="edge",
            arrived=self.monday + timedelta(days=7 * (week + 1), minutes=5),
            formats=("netfilter",),
            zone="UTC",
        )
        self.store.write_batch([lines], reading, source=source)

    def look(self) -> None:
        """Have the machine look at what waits."""
        drawing.run(clock.now())

    def review(self) -> LogReview:
        """The review of the week."""
        with db.read_session() as session:
            return session.scalars(select(LogReview).where(LogReview.since == self.monday)).one()

    def page(self, week: int = 0) -> ReviewPage:
        """The page of a week's review, as the officer has it."""
        officer = fresh(self.officer)
        begun = self.monday + timedelta(weeks=week)
        (one,) = [each for each in readings.list_reviews(officer) if each.since == begun]
        return readings.read_review(officer, one.id)

    def findings(self) -> list[LogFinding]:
        """What was found in the week, the gravest first."""
        with db.read_session() as session:
            rows = session.scalars(select(LogFinding).where(LogFinding.review_id == self.review().id)).all()
        return sorted(rows, key=lambda one: ("high", "medium", "low", "info").index(one.danger))


def found(folder: Path) -> House:
    """Bring the people and the firewall in."""
    engineer = world.person(role="network-engineer")
    devices.add_device(
        engineer.actor, slug="edge", name="Edge", kind="firewall", vendor="netfilter", owner_id=engineer.id, formats=["netfilter"],
        prefixes={"FW-DROP": "deny", "FW-ACCEPT": "allow"}, longest_silence=44_640,
        zones=[{"name": "lan", "side": "inside", "networks": ["192.0.2.0/24"], "interfaces": ["eth1"]},
               {"name": "internet", "side": "outside", "interfaces": ["eth0"]}],
    )  # fmt: skip
    return House(
        Store(folder / "firewall"),
        world.person(role="security-officer"),
        world.person(role="technical-director"),
        clock.now(),
    )
