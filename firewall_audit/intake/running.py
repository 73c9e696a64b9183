"""The two processes of the intake: one that receives and makes nothing of it, one that takes segments in. [FW-3]"""

import asyncio
import logging
import signal
import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import col, select

from firewall_audit.intake import draining, events
from firewall_audit.intake.batches import CLERK
from firewall_audit.intake.directory import Directory
from firewall_audit.intake.receiver import Ports, Receiver, Tally, context_of
from firewall_audit.intake.segments import UNKNOWN
from firewall_audit.intake.spool import Spool
from firewall_audit.models import NetworkDevice
from kernel import clock
from kernel.db import read_session
from kernel.errors import OmniError
from kernel.settings import settings

log = logging.getLogger("omniwarden.intake")
TELL_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 1.0
LOST: Final = (OmniError, DBAPIError, PoolTimeout, OSError)


def ports() -> Ports:
    """Return where the settings say to listen."""
    return Ports(settings.syslog_host, settings.syslog_udp_port, settings.syslog_tcp_port, settings.syslog_tls_port)


async def receive() -> None:
    """Receive until SIGTERM or Ctrl-C. Raises Conflict where a port or the spool is taken, Refused for a faulty certificate."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    folder = draining.spool_folder()
    age = timedelta(seconds=settings.syslog_batch_seconds)
    with Spool(folder, most_bytes=settings.syslog_spool_megabytes << 20, age=age) as spool:
        directory = Directory(folder)
        await asyncio.to_thread(directory.refresh)
        receiver = Receiver(spool, directory)
        await receiver.listen(ports(), context_of(settings.syslog_certificate, settings.syslog_authority))
        log.info("receiving: %s", receiver.listening)
        telling = asyncio.create_task(_tell(receiver))
        await receiver.run(stop)
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        await asyncio.to_thread(Teller().tell, receiver.tally())


async def _tell(receiver: Receiver) -> None:
    teller = Teller()
    while True:
        await asyncio.sleep(TELL_SECONDS)
        await asyncio.to_thread(teller.tell, receiver.tally())


class Teller:
    """Tells the house what came in; what it cannot tell now it tells later."""

    def __init__(self) -> None:
        self._lines: Counter[str] = Counter()
        self._dropped: Counter[str] = Counter()
        self._since = clock.now()

    def tell(self, tally: Tally) -> None:
        """Tell one tally, with what is left of those before."""
        now = clock.now()
        self._lines += tally.lines
        self._dropped += tally.dropped
        try:
            self._tell(tally, now)
        except LOST as fault:
            log.warning("what came in could not be told now: %s", fault)
        else:
            self._since = now

    def _tell(self, tally: Tally, now: datetime) -> None:
        known = _ids()
        counted = {known[slug]: count for slug, count in self._lines.items() if slug in known and count}
        events.count_lines(counted, now)
        self._lines.clear()
        strangers = {
            sender: (one.transport, one.lines, one.sample.decode("utf-8", "replace").replace("\x00", ""))
            for sender, one in tally.strangers.items()
        }
        new = events.count_strangers(strangers, now)
        if new:
            detail = "Nothing on the register is known by this sender."
            events.note_event(CLERK, kind="unknown", since=self._since, until=now, count=len(new), detail=detail)
        for slug, count in list(self._dropped.items()):
            where = "The receiver could not keep up." if not slug else "There was no room in the spool."
            detail = f"Unknown senders: {where}" if slug == UNKNOWN else where
            events.note_event(
                CLERK,
                kind="dropped",
                device_id=known.get(slug),
                since=self._since,
                until=now,
                count=count,
                detail=detail,
            )
            del self._dropped[slug]


def _ids() -> dict[str, UUID]:
    with read_session() as session:
        return {row[0]: row[1] for row in session.execute(select(col(NetworkDevice.slug), col(NetworkDevice.id)))}


def take_in(stop: threading.Event) -> None:
    """Take closed segments in until told to stop; what cannot be taken in now is tried again."""
    folder = draining.spool_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    while not stop.wait(LOOK_SECONDS):
        try:
            draining.drain(folder)
            draining.adopt(folder, clock.now())
        except LOST as fault:
            log.warning("segments wait: %s", fault)
            stop.wait(LOOK_SECONDS * 5)
