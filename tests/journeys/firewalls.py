"""A firewall at the other end of the wire: its lines as it would write them, the receiver that hears them, and its entry on the register."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from playwright.sync_api import Page, expect

from tests.journeys.browsing import TIMEOUT
from tests.journeys.house import ROOT, House, free_port, until

PUBLIC, WEB, INSIDE = "192.0.2.10", "192.0.2.20", "10.20.0.27"
AXE = ROOT / "node_modules/axe-core/axe.min.js"
SERIOUS = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
.filter(one => ['serious', 'critical'].includes(one.impact)).map(one => one.id + ': ' + one.nodes.map(node => node.target.join(' ')).join(' | '))"""
ZONES = "lan inside 10.20.0.0/16 eth1\ndmz dmz 192.0.2.0/24 eth2\ninternet outside - eth0"


def line(
    at: datetime,
    src: str,
    port: int,
    *,
    n: int = 0,
    dst: str = PUBLIC,
    prefix: str = "FW-DROP",
    into: str = "eth0",
    out: str = "",
) -> bytes:
    """Write a line as a netfilter firewall sends it."""
    text = (
        f"<4>{at.astimezone(UTC):%b} {at.day:>2} {at:%H:%M:%S} edge kernel: [{1_000_000 + n}.{n % 1_000_000:06}] {prefix} IN={into} OUT={out} "
        f"MAC= SRC={src} DST={dst} LEN=60 TOS=0x00 PREC=0x00 TTL=52 ID={n % 65_000} DF PROTO=TCP SPT={32_768 + n % 28_000} DPT={port} WINDOW=1024 RES=0x00 SYN URGP=0"
    )  # fmt: skip
    return text.encode()


def last_week() -> datetime:
    """Give the Monday, 00:00 UTC, on which the week began that is over."""
    now = datetime.now(UTC)
    return (now - timedelta(days=now.weekday() + 7)).replace(hour=0, minute=0, second=0, microsecond=0)


class Wire:
    """The receiver's port, and devices that send to it, each from an address of its own."""

    def __init__(self, port: int) -> None:
        self.port = port

    def send(self, sender: str, lines: Iterable[bytes]) -> int:
        """Send lines as datagrams, no faster than a receiver on a busy machine hears them. Returns how many."""
        count = 0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.bind((sender, 0))
            for count, one in enumerate(lines, start=1):
                out.sendto(one, ("127.0.0.1", self.port))
                if count % 50 == 0:
                    time.sleep(0.02)
        return count


@contextmanager
def wired(house: House) -> Iterator[Wire]:
    """Run the receiver beside the house, whose own processes take its lines in and watch them."""
    port = free_port()
    environment = house.environment | {
        "OMNIWARDEN_STATE_FOLDER": str(house.state), "OMNIWARDEN_SYSLOG_UDP_PORT": str(port), "OMNIWARDEN_SYSLOG_BATCH_SECONDS": "5",
        "OMNIWARDEN_LOG_JSON": "false",
    }  # fmt: skip
    said = house.folder / "syslog.log"
    with said.open("ab") as out:
        running = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "syslog-receive"], cwd=ROOT, env=environment, stdout=out, stderr=out, stdin=subprocess.DEVNULL
        )  # fmt: skip
    try:
        until(lambda: listens(port), "the receiver to listen", 60, lambda: said.read_text(errors="replace")[-2000:])
        yield Wire(port)
    finally:
        running.terminate()
        running.wait(30)


def listens(port: int) -> bool:
    """Tell whether something on this machine has a UDP port."""
    rows = Path("/proc/net/udp").read_text().splitlines()[1:]
    return any(row.split()[1].endswith(f":{port:04X}") for row in rows)


def register(page: Page, slug: str, name: str, sender: str, owner: str) -> str:
    """Put a firewall on the register, by its form. Returns its id."""
    page.goto("/firewalls/new")
    for field, words in {
        "slug": slug, "name": name, "vendor": "netfilter", "owner": owner, "time_zone": "UTC", "senders": sender, "zones": ZONES,
        "prefixes": "FW-DROP deny\nFW-ACCEPT allow", "longest_silence": "1440",
    }.items():  # fmt: skip
        page.fill(f"#{field}", words)
    page.select_option("#kind", "firewall")
    page.select_option("#format", "netfilter")
    page.click("main form .panel-foot button[type=submit]")
    page.wait_for_url("**done=*")
    expect(page.locator("h1")).to_have_text(name, timeout=TIMEOUT)
    return page.url.partition("?")[0].rpartition("/")[2]


def let_pass(house: House, table: str, column: str, which: str) -> None:
    """Have the time that a row waits for be over, as if it had gone by."""
    with psycopg.connect(house.url) as owner:
        found = owner.execute(
            "select tgname, tgenabled from pg_trigger where tgrelid = %s::regclass and not tgisinternal", [table]
        ).fetchall()
        owner.execute(f"alter table {table} disable trigger user")  # type: ignore[arg-type]
        owner.execute(f"update {table} set {column} = now(), version = version + 1 where id = %s", [which])  # type: ignore[arg-type]
        for name, mode in found:
            always = "always" if mode == "A" else ""
            owner.execute(f"alter table {table} enable {always} trigger {name}")  # type: ignore[arg-type]


def accessible(page: Page) -> None:
    """No serious finding of axe-core on the page that stands open."""
    page.evaluate(AXE.read_text())
    assert page.evaluate(SERIOUS) == []
