"""From a log line sent by UDP to the hint at a signed-in client that an alarm is there, p95; 2,000 other lines a second come in meanwhile.

The real receiver, the real evaluator, the sequencer and a web process. A client listens at /live as the page does and fetches the list of
alarms at each hint; the clock starts when the line is sent and stops when the answer that shows its alarm is there.
"""

import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import httpx

from api.caller import cookie_name
from bench import web
from bench.harness import Measured, Options, figure
from firewall_audit import devices
from firewall_audit.alarms import rules
from firewall_audit.alarms.models import AlarmWatch
from firewall_audit.alarms.telling import CLERK
from firewall_audit.alarms.terms import Terms
from kernel import db
from kernel.actor import person
from kernel.clock import now
from tests import world

ALARMS, WARM = 55, 3
"""Below the bound of alarms that the house is told one by one in an hour."""
BACKGROUND = 2_000
PATIENCE, LONGEST = 20, 300
MOMENTS = secrets.SystemRandom()
LINE = (
    "<4>Nov 23 10:00:00 edge kernel: [1.000000] {prefix} IN=eth0 OUT={out} MAC= SRC={src} DST=192.0.2.11 LEN=60 TOS=0x00 PREC=0x00 TTL=52 "
    "ID=1 DF PROTO=TCP SPT=40000 DPT={port} WINDOW=1024 RES=0x00 SYN URGP=0"
)
SENDER = """
import socket, sys, time
port, rate, seconds = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
out.connect(("127.0.0.1", port))
line, begin, sent = sys.argv[4], time.monotonic(), 0
while time.monotonic() - begin < seconds:
    for one in range(rate // 100):
        out.send(line.replace("198.51.100.1", f"198.51.{sent % 200}.{one}").encode())
        sent += 1
    time.sleep(max(0.0, begin + sent / rate - time.monotonic()))
"""


@figure("alarm_delay", unit="ms", bar="<= 2000", against="a line sent by UDP to its alarm at a connected page, p95")
def measure(options: Options) -> Measured:
    count = options.size(ALARMS)
    with web.house(conversations=0) as made:
        token = prepare()
        with running("sequencer"), intake() as port, web.serving(made, workers=1) as address:
            until_watched()
            sender = background(port)
            try:
                took = sorted(delays(address, token, port, count))
            finally:
                sender.kill()
                sender.wait()
    note = f"{count} alarms, {BACKGROUND:,} other lines a second; median {median(took):.0f} ms"
    return Measured(took[int(len(took) * 0.95)], None, took, note)


def prepare() -> str:
    """Put a firewall on the register and a rule in force; return the officer's session token."""
    officer = world.activated(role="security-officer")
    devices.add_device(
        world.person(role="network-engineer").actor, slug="edge", name="Edge", kind="firewall", vendor="netfilter",
        owner_id=officer.id, formats=["netfilter"], senders=["127.0.0.1"], prefixes={"FW-DROP": "deny", "FW-ACCEPT": "allow"},
    )  # fmt: skip
    rules.ship(CLERK)
    terms = Terms.model_validate(
        {"look": {"services": ["tcp/7"]}, "group": ["src"], "danger": "low", "most_hourly": 1000}
    )
    acting = person(officer.id, officer.name, factor_at=now())
    rules.add_rule(acting, slug="echo", name="Echo is asked for", terms=terms, why="It is measured.")
    assert officer.entered is not None
    return officer.entered.token


@contextmanager
def running(*arguments: str) -> Iterator[None]:
    """A process of the house."""
    process = subprocess.Popen([sys.executable, "-m", "api.cli", *arguments], env=os.environ)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def intake() -> Iterator[int]:
    """The receiver, who takes its lines in, and the evaluator; yields the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    os.environ["OMNIWARDEN_SYSLOG_UDP_PORT"], os.environ["OMNIWARDEN_SYSLOG_HOST"] = str(port), "127.0.0.1"
    with running("syslog"):
        yield port


def until_watched() -> None:
    """Wait until the evaluator has given a sign of life, the receiver with it."""
    for _ in range(1200):
        with db.read_session() as session:
            if session.get(AlarmWatch, 1) is not None:
                break
        time.sleep(0.1)
    time.sleep(2)


def background(port: int) -> "subprocess.Popen[bytes]":
    """Send lines that no rule is about, until killed."""
    line = LINE.format(prefix="FW-ACCEPT", out="eth1", src="198.51.100.1", port=443)
    return subprocess.Popen([sys.executable, "-c", SENDER, str(port), str(BACKGROUND), str(LONGEST), line])


def delays(address: str, token: str, port: int, count: int) -> list[float]:
    """Send one line after the other; return how many milliseconds each took to be in the list that the page fetches."""
    headers, hint, ready, stop = (
        {"Cookie": f"{cookie_name()}={token}"},
        threading.Event(),
        threading.Event(),
        threading.Event(),
    )

    def listen() -> None:
        with httpx.stream("GET", f"{address}/live", headers=headers, timeout=60) as answer:
            for line in answer.iter_lines():
                ready.set()
                if '"alarms"' in line:
                    hint.set()
                if stop.is_set():
                    return

    threading.Thread(target=listen, daemon=True).start()
    assert ready.wait(PATIENCE), "the page does not listen"
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.connect(("127.0.0.1", port))
    found = []
    with httpx.Client(base_url=address, headers=headers, timeout=30) as client:
        for number in range(-WARM, count):
            source = f"203.0.113.{number + WARM + 1}"
            hint.clear()
            began = time.perf_counter()
            out.send(LINE.format(prefix="FW-DROP", out="", src=source, port=7).encode())
            deadline = began + (PATIENCE if number >= 0 else 2 * PATIENCE)
            while True:
                assert hint.wait(max(0.0, deadline - time.perf_counter())), f"{source} raised nothing"
                hint.clear()
                if source in client.get("/firewalls/alarms/list", headers={"hx-request": "true"}).text:
                    break
            if number >= 0:
                found.append((time.perf_counter() - began) * 1000)
            time.sleep(MOMENTS.uniform(0.05, 0.4))
    stop.set()
    return found
