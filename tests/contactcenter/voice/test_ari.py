"""A caller reaches our application through a real Asterisk, hears, presses, speaks, is recorded, and hangs up."""

from __future__ import annotations

import array
import asyncio
import math
import time
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from contactcenter.voice import prompts
from contactcenter.voice.ari import Address, Ari, AriLostError, AriRefusedError, Event, LeadershipLostError
from contactcenter.voice.site import APP, Site
from tests.contactcenter.voice.telephone import Network

pytestmark = [pytest.mark.needs("asterisk", "sipp"), pytest.mark.xdist_group("voice")]


class Line:
    """The holder of the application, and the events it was handed."""

    def __init__(self, site: Site) -> None:
        self.ari = Ari(Address.of(site.url), APP)
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.resyncs = 0
        self.up = asyncio.Event()
        self.task: asyncio.Task[None]

    async def resync(self) -> None:
        await self.ari.request("GET", f"applications/{APP}")
        self.resyncs += 1
        self.up.set()

    async def until(self, kind: str, channel: str | None = None) -> Event:
        while True:
            event = await asyncio.wait_for(self.events.get(), 10)
            if event.type == kind and channel in {None, event.channel}:
                return event


@asynccontextmanager
async def holding(site: Site) -> AsyncIterator[Line]:
    line = Line(site)
    line.task = asyncio.create_task(line.ari.serve(line.resync, line.events.put_nowait))
    await asyncio.wait_for(line.up.wait(), 10)
    try:
        yield line
    finally:
        line.task.cancel()
        await asyncio.gather(line.task, return_exceptions=True)


async def add_phone(ari: Ari, name: str, port: int) -> None:
    """A SIP telephone at 127.0.0.3 in the place of a browser."""
    endpoint = {"transport": "udp", "aors": name, "disallow": "all", "allow": "alaw", "context": "phones",
                "media_address": "127.0.0.1"}  # fmt: skip
    for kind, fields in (("aor", {"contact": f"sip:agent@127.0.0.3:{port}"}), ("endpoint", endpoint)):
        body = {"fields": [{"attribute": key, "value": value} for key, value in fields.items()]}
        await ari.request("PUT", f"asterisk/config/dynamic/res_pjsip/{kind}/{name}", body=body)


def loudness(path: Path) -> float:
    with wave.open(str(path)) as recording:
        samples = array.array("h", recording.readframes(recording.getnframes()))
    return math.sqrt(sum(sample * sample for sample in samples) / max(1, len(samples)))


def test_caller_hears_presses_speaks_and_is_recorded(site: Site, network: Network) -> None:
    async def journey() -> None:
        async with holding(site) as line:
            ask = line.ari.request
            caller = network.call(number="+33612345678", called="1000")
            start = await line.until("StasisStart")
            assert start.args == ["inbound", "1000", "+33612345678"]
            channel = str(start.channel)
            await ask("POST", f"channels/{channel}/answer")
            hold, mix, leg = (f"{kind}-{uuid4().hex}" for kind in ("hold", "mix", "leg"))
            await ask("POST", f"bridges/{hold}", {"type": "holding,dtmf_events"})
            await ask("POST", f"bridges/{hold}/addChannel", {"channel": channel})
            await ask("POST", f"bridges/{hold}/moh")
            await ask("POST", f"channels/{channel}/play/{leg}", {"media": ",".join(prompts.media("language", None))})
            await asyncio.sleep(0.5)
            await asyncio.to_thread(caller.handset.press, "2")
            assert (await line.until("ChannelDtmfReceived")).text("digit") == "2"
            await ask("DELETE", f"playbacks/{leg}")
            await line.until("PlaybackFinished")
            began = time.monotonic()
            await asyncio.sleep(1)
            assert caller.handset.longest_silence(began, time.monotonic()) < 0.2, "music is heard while waiting"

            phone = network.phone(ring_ms=100)
            await add_phone(line.ari, leg, phone.port)
            await ask(
                "POST", f"channels/{leg}", {"endpoint": f"PJSIP/{leg}", "app": APP, "appArgs": "agent", "timeout": 5}
            )
            await line.until("StasisStart", leg)
            await ask("POST", f"bridges/{mix}", {"type": "mixing"})
            for each in (leg, channel):
                await ask("POST", f"bridges/{mix}/addChannel", {"channel": each})
            await ask("POST", f"bridges/{mix}/record", {"name": f"2026/11/{leg}", "format": "wav", "ifExists": "fail"})
            began = time.monotonic()
            await asyncio.sleep(1)
            assert caller.handset.loudness(began) > 2000
            assert phone.handset.loudness(began) > 2000
            await ask("DELETE", f"channels/{channel}")
            await ask("DELETE", f"channels/{leg}")
            await line.until("RecordingFinished")
            assert [caller.wait(), phone.wait()] == [0, 0]
            for bridge in (hold, mix):
                await ask("DELETE", f"bridges/{bridge}")
            assert await ask("GET", "channels") == []
            assert loudness(site.recordings / "2026" / "11" / f"{leg}.wav") > 2000

    asyncio.run(journey())


def test_caller_hears_words_and_music_while_nobody_holds_the_application(site: Site, network: Network) -> None:
    caller = network.call()
    time.sleep(1)
    began = time.monotonic()
    time.sleep(2)
    assert caller.handset.longest_silence(began, time.monotonic()) < 1.0

    async def taken() -> None:
        async with holding(site) as line:
            start = await asyncio.wait_for(line.until("StasisStart"), 30)
            await line.ari.request("DELETE", f"channels/{start.channel}")

    asyncio.run(taken())
    assert caller.wait() == 0, "the caller was tried again as soon as the application came back"


def test_second_holder_takes_the_leadership(site: Site) -> None:
    async def rivals() -> None:
        async with holding(site) as first, holding(site):
            with pytest.raises(LeadershipLostError):
                await asyncio.wait_for(first.task, 5)
            with pytest.raises(AriLostError):
                await first.ari.request("GET", "channels")

    asyncio.run(rivals())


def test_refusals_and_losses_are_told_apart(site: Site) -> None:
    async def errors() -> None:
        async with holding(site) as line:
            with pytest.raises(AriRefusedError) as refused:
                await line.ari.request("DELETE", "channels/nobody")
            assert refused.value.status == 404
            assert not await line.ari.attempt("DELETE", "channels/nobody")
            waiting = asyncio.create_task(line.ari.request("GET", "channels"))
            await asyncio.sleep(0)
            assert line.ari._socket is not None
            line.up.clear()
            line.ari._socket.transport.abort()
            with pytest.raises(AriLostError):
                await waiting
            await asyncio.wait_for(line.up.wait(), 10)
            assert line.resyncs == 2

    asyncio.run(errors())
