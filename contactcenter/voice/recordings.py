"""Recording of a talk: as long as the disk lasts the whole talk is kept; a recording that fails never ends the call. [OC-13, DS-7]"""

from __future__ import annotations

import logging
import shutil
from typing import TYPE_CHECKING

from contactcenter.voice import calls
from contactcenter.voice.ari import AriRefusedError, Event, name
from kernel.settings import settings

if TYPE_CHECKING:
    from contactcenter.voice.line import Line

log = logging.getLogger(__name__)
LEAST_FREE = 200 * 2**20
EXISTS = 409


class Recorder:
    """The recording of one talk on its bridge."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.running = False

    async def start(self) -> None:
        """Begin, or go on with the one that runs since before we served the line."""
        line = self.line
        await line.do(calls.start_recording)
        call = line.call
        why = "" if free_enough() else "disk full"
        if not why:
            query = {"name": call.recording, "format": "wav", "ifExists": "fail"}
            try:
                await line.exchange.ari.attempt("POST", f"bridges/{call.talk_bridge}/record", query, fine=(EXISTS,))
            except AriRefusedError as refused:
                why = str(refused)
        if why:
            await self.fail(why)
        else:
            self.running = True

    async def hear(self, event: Event) -> None:
        """Take note when Asterisk could not go on recording."""
        if event.type == "RecordingFailed" and event.text("recording", "name") == self.line.call.recording:
            await self.fail(event.text("recording", "cause") or "asterisk could not write")

    async def stop(self) -> None:
        """End it; what was recorded stays."""
        if self.running:
            self.running = False
            await self.line.exchange.ari.attempt("POST", f"recordings/live/{name(self.line.call.recording or '')}/stop")
            await self.line.do(calls.stop_recording)

    async def fail(self, why: str) -> None:
        """Tell that this talk is not, or not wholly, recorded; the talk goes on."""
        self.running = False
        log.error("a recording failed", extra={"call": str(self.line.call.id), "why": why})
        await self.line.do(calls.fail_recording, why=why[:200])


def free_enough() -> bool:
    """Whether the disk of the recordings has room for more."""
    folder = settings.state_folder / "recordings"
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free >= LEAST_FREE
