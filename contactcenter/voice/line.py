"""One caller, from phase to phase. The row says where to go on, so whoever serves the line may be killed at any moment.

The caller always stands in a bridge: one with music, or the one with his agent. Prompts are spoken over the music. So even
when nobody serves the line for a while he hears something. [OC-2, OC-5]
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from contactcenter.voice import board, calls, prompts
from contactcenter.voice.ari import CONFLICT, AriRefusedError, Event
from contactcenter.voice.caller import GONE, Caller, CallerGoneError, MovedError, PhoneChanged
from contactcenter.voice.models import CONNECTED, ENDED, GREETING, QUEUED, RINGING, Call
from contactcenter.voice.recordings import Recorder
from contactcenter.voice.site import APP
from kernel import clock
from kernel.errors import Conflict, Refused

log = logging.getLogger(__name__)

KEYS = {"1": "fr", "2": "en"}
CHOICE_SECONDS = 5.0
CHOICE_ROUNDS = 2
ANNOUNCE_SECONDS = 30.0
PULSE_SECONDS = 1.0
NORMAL, BUSY, UNREACHABLE, NO_ANSWER, REJECTED = 16, 17, 18, 19, 21


@dataclass
class Line(Caller):
    """The life of one call."""

    cause: int = 0
    lost_agent: bool = False

    async def run(self) -> None:
        """Serve the call from where it stands to its end."""
        steps: dict[str, Callable[[], Awaitable[None]]] = {
            GREETING: self.greet, QUEUED: self.wait, RINGING: self.ring, CONNECTED: self.talk,
        }  # fmt: skip
        try:
            self.require(there=self.there)
            if self.call.phase not in {CONNECTED, ENDED} and not self.on_hold:
                await self.hold()
            while self.call.phase != ENDED:
                before = self.call
                with contextlib.suppress(MovedError):
                    await steps[before.phase]()
                await self.leave(before)
            await self.clear()
        except CallerGoneError:
            await self.do(calls.end_call, by="caller")
            await self.clear()

    async def leave(self, before: Call) -> None:
        """Let go of the agent's leg that is no longer the call's; who was talking hears music again."""
        standing = self.call.phase in {RINGING, CONNECTED} and self.call.legs == before.legs
        if before.phase not in {RINGING, CONNECTED} or standing:
            return
        self.leg_up = False
        await self.hang_up(before.leg)
        if before.phase == CONNECTED and self.call.phase != ENDED:
            self.lost_agent = True
            await self.hold()

    async def clear(self) -> None:
        """Let nothing of the call be left in Asterisk."""
        for channel in (self.call.channel, self.call.leg):
            await self.hang_up(channel)
        for bridge in (self.call.hold_bridge, self.call.talk_bridge):
            await self.exchange.ari.attempt("DELETE", f"bridges/{bridge}")

    # --- phases ---

    async def greet(self) -> None:
        """Welcome; ask for the language unless this number chose one before. [OC-5]"""
        language = self.call.language
        digit = await self.say(prompts.media("greeting", language))
        for _ in range(CHOICE_ROUNDS):
            if language or digit in KEYS:
                break
            digit = await self.say(prompts.media("language", None)) or await self.digit(CHOICE_SECONDS)
        if not language:
            chosen = KEYS.get(digit or "")
            await self.do(calls.choose_language, language=chosen or prompts.LANGUAGES[0], chosen=bool(chosen))
        await self.do(calls.queue_call)

    async def wait(self) -> None:
        """Music and the place in the queue, until an agent is found: then the row moves on."""
        if not self.on_hold:
            await self.hold()
        await self.speak(prompts.media("again" if self.lost_agent else "wait", self.call.language))
        self.lost_agent = False
        announce_at = 0.0
        while True:
            if self.playing is None and clock.monotonic() >= announce_at:
                place = await self.exchange.read(board.place_of, self.call.conversation_id)
                await self.speak(prompts.position(place, self.call.language))
                announce_at = clock.monotonic() + ANNOUNCE_SECONDS
            await self.next(0.5 if self.playing else max(0.05, announce_at - clock.monotonic()))

    async def ring(self) -> None:
        """Ring the agent's phone; no answer, and the caller is back at his place."""
        leg = self.call.legs
        why = "" if self.leg_up else await self.dial()
        if not why:
            self.leg_up = True
            try:
                await self.do(calls.connect_call, leg=leg, tries=1)
            except (Refused, Conflict) as late:
                log.warning("an answer came too late", extra={"call": str(self.call.id), "why": late.why})
                why = "late"
        if why:
            await self.hang_up(self.call.leg)
            await self.do(calls.miss_call, leg=leg, why=why)

    async def dial(self) -> str:
        """Ring and wait; why it came to nothing, or the empty word when the agent answered."""
        seconds = self.call.ring_seconds(clock.now())
        query: dict[str, str | int | None] = {"endpoint": f"PJSIP/{self.call.phone}", "app": APP, "appArgs": f"agent,{self.call.conversation_id}",
                 "callerId": f"<{self.call.conversation_id}>", "timeout": seconds,
                 "originator": self.call.channel}  # fmt: skip
        try:
            await self.exchange.ari.attempt("POST", f"channels/{self.call.leg}", query, fine=(CONFLICT,))
        except AriRefusedError as refused:
            log.warning("the phone cannot be rung", extra={"call": str(self.call.id), "why": str(refused)})
            return "phone-gone"
        deadline = clock.monotonic() + seconds + 1
        while (left := deadline - clock.monotonic()) > 0:
            item = await self.next(left)
            if isinstance(item, PhoneChanged) and item.phone == self.call.phone:
                return "phone-gone"
            if isinstance(item, Event) and item.channel == self.call.leg:
                if item.type == "StasisStart":
                    return ""
                if item.type == "ChannelDestroyed":
                    return {BUSY: "rejected", REJECTED: "rejected", NO_ANSWER: "no-answer", NORMAL: "no-answer"}.get(
                        int(item.text("cause") or 0), "phone-gone"
                    )
        return "no-answer"

    async def talk(self) -> None:
        """Caller and agent in one bridge, recorded, until one of them hangs up."""
        call, recorder = self.call, Recorder(self)
        await self.quiet()
        await self.exchange.ari.attempt("POST", f"bridges/{call.talk_bridge}", {"type": "mixing"}, fine=(CONFLICT,))
        why = "lost"
        try:
            if await self.join(call.talk_bridge, call.leg):
                self.require(there=await self.join(call.talk_bridge, call.channel))
                self.on_hold = False
                await recorder.start()
                why = await self.listen(recorder)
        except (CallerGoneError, MovedError):
            await recorder.stop()
            raise
        await recorder.stop()
        if why == "agent":
            await self.do(calls.end_call, by="agent")
        else:
            await self.do(calls.miss_call, leg=call.legs, why=why)

    async def packets(self) -> int:
        """How many packets have come from the agent's phone: a phone that is offline and sends no more is gone."""
        try:
            told = await self.exchange.ari.request("GET", f"channels/{self.call.leg}/rtp_statistics")
        except AriRefusedError:
            return 0
        return int(told.get("rxcount", 0))

    async def listen(self, recorder: Recorder) -> str:
        """While they talk. How the agent left: `agent` hung up, or the word the desk is told."""
        why, heard = "", -1
        while True:
            item = await self.next(PULSE_SECONDS if heard >= 0 else None)
            if isinstance(item, PhoneChanged) and item.phone == self.call.phone:
                why = "" if item.why == "offline" else item.why
                heard = await self.packets() if item.why == "offline" else -1
            elif item is None and heard >= 0:
                before, heard = heard, await self.packets()
                why = "phone-gone" if heard == before else ""
            if why and not isinstance(item, Event):
                heard = -1
                await self.hang_up(self.call.leg)
            if not isinstance(item, Event):
                continue
            await recorder.hear(item)
            if item.channel != self.call.leg:
                continue
            if item.type == "ChannelHangupRequest":
                self.cause = int(item.text("cause") or 0)
            if item.type in GONE:
                return why or ("agent" if self.cause in {0, NORMAL} else "phone-gone")
