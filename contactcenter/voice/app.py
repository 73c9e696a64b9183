"""The process `omniwarden voice`: one at a time holds Asterisk's application; others stand by.

Leadership is an advisory lock of the database, and Asterisk itself fences: whoever connects last holds the application,
and the one before is told so and stops acting. While the database is away the leader serves on; callers hear music.
"""

import asyncio
import logging
from pathlib import Path
from typing import Any

import psycopg

from contactcenter.voice import server
from contactcenter.voice.ari import LeadershipLostError
from contactcenter.voice.exchange import Exchange
from kernel import db
from kernel.settings import settings

log = logging.getLogger(__name__)
LOCK = "select pg_try_advisory_lock(hashtext('omniwarden.voice'))"
LOOK_EVERY = 1.0
STAND_BY = 2.0


class Leadership:
    """The one right to serve calls, held by a connection of its own."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection[Any] | None = None

    def take(self) -> bool | None:
        """True when we lead, False when another does, None when the database does not say. Blocks shortly."""
        try:
            if self._connection is None or self._connection.closed:
                self._connection = db.connect(db.APP)
                return bool(self._connection.execute(LOCK).fetchone()[0])  # type: ignore[index]
            self._connection.execute("select 1")
        except psycopg.OperationalError:
            self.leave()
            return None
        return True

    def leave(self) -> None:
        """Let others lead."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


async def run(stop: asyncio.Event) -> None:
    """Serve telephone calls until `stop`; start our own Asterisk where none is given and one lies ready."""
    asterisk = own_asterisk()
    leadership = Leadership()
    ending = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            if await asyncio.to_thread(leadership.take):
                if asterisk is not None:
                    await asyncio.to_thread(_start, asterisk)
                serving = asyncio.create_task(_serve(leadership, asterisk))
                await asyncio.wait({serving, ending}, return_when=asyncio.FIRST_COMPLETED)
                serving.cancel()
                (how,) = await asyncio.gather(serving, return_exceptions=True)
                if isinstance(how, Exception):
                    log.warning(
                        "serving calls ended: %s", how, exc_info=None if isinstance(how, LeadershipLostError) else how
                    )
            await asyncio.wait({ending}, timeout=STAND_BY)
    finally:
        ending.cancel()
        leadership.leave()
        if asterisk is not None:
            await asyncio.to_thread(asterisk.stop)


async def _serve(leadership: Leadership, asterisk: server.Asterisk | None) -> None:
    address = server.address()
    if address is None:
        log.warning("voice is not connected: there is no Asterisk; set OMNIWARDEN_ASTERISK_URL or unpack one")
        await asyncio.sleep(30)
        return
    serving = asyncio.create_task(Exchange(address).serve())
    try:
        while not serving.done():
            await asyncio.wait({serving}, timeout=LOOK_EVERY)
            if await asyncio.to_thread(leadership.take) is False:
                raise LeadershipLostError("another process leads")
            if asterisk is not None and asterisk.pid() is None and not serving.done():
                log.error("asterisk is gone; it is started again")
                await asyncio.to_thread(_start, asterisk)
        serving.result()
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


def own_asterisk() -> server.Asterisk | None:
    """Our own Asterisk, where no other is set and its tree lies ready."""
    tree = Path(settings.asterisk_tree)
    if settings.asterisk_url or not tree.exists():
        return None
    return server.Asterisk(server.install(server.own_folder(), tree, settings.state_folder / "recordings"))


def _start(asterisk: server.Asterisk) -> None:
    try:
        asterisk.start()
    except server.VoiceUnavailableError as why:
        log.error("voice is not connected: %s", why)  # noqa: TRY400 - the sentence says it all
