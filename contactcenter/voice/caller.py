"""The telephone's small words for one caller: hold, speak, listen for a key, join, hang up, and what happens next."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from contactcenter.voice import prompts
from contactcenter.voice.ari import BAD_REQUEST, CONFLICT, NOT_FOUND, Ari, Event
from contactcenter.voice.models import Call
from kernel import clock

if TYPE_CHECKING:
    from contactcenter.voice.exchange import Exchange

SORRY_SECONDS = 12
GONE = ("StasisEnd", "ChannelDestroyed")
NOT_THERE = (BAD_REQUEST, NOT_FOUND, 422)


class CallerGoneError(Exception):
    """The caller has hung up, or his channel is no more."""


class MovedError(Exception):
    """Others moved the call on (routing, the desk): its row says where it stands now."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The call's row as it stands now."""

    call: Call


@dataclass(frozen=True, slots=True)
class PhoneChanged:
    """A phone went offline, came back elsewhere, or was taken away. `why` is said to the desk."""

    phone: str
    why: str


Item = Event | Changed | PhoneChanged


@dataclass
class Caller:
    """One caller's channel, and the row of his call as we know it."""

    exchange: Exchange
    call: Call
    leg_up: bool = False
    there: bool = True
    inbox: asyncio.Queue[Item] = field(default_factory=asyncio.Queue)
    playing: str | None = None
    on_hold: bool = False

    async def hold(self) -> None:
        """Give the caller music."""
        await self.quiet()
        self.require(there=await play_music(self.exchange.ari, self.call.channel, self.call.hold_bridge))
        self.on_hold = True

    def require(self, *, there: bool) -> None:
        """Raise CallerGoneError unless the caller's channel is there."""
        if not there:
            raise CallerGoneError

    async def join(self, bridge: str, channel: str) -> bool:
        """Put a channel into a bridge; False when there is no such channel any more."""
        return await self.exchange.ari.attempt(
            "POST", f"bridges/{bridge}/addChannel", {"channel": channel}, fine=NOT_THERE
        )

    async def speak(self, media: list[str]) -> None:
        """Begin to say something over the music; what was being said before ends."""
        await self.quiet()
        playing = uuid4().hex
        if await self.exchange.ari.attempt(
            "POST",
            f"channels/{self.call.channel}/play/{playing}",
            {"media": ",".join(media)},
            fine=(NOT_FOUND, CONFLICT),
        ):
            self.playing = playing

    async def say(self, media: list[str]) -> str | None:
        """Say something to its end, or until a key is pressed: then which."""
        await self.speak(media)
        while self.playing is not None:
            digit = digit_of(await self.next(30))
            if digit:
                await self.quiet()
                return digit
        return None

    async def digit(self, seconds: float) -> str | None:
        """The key that is pressed within a time."""
        deadline = clock.monotonic() + seconds
        while (left := deadline - clock.monotonic()) > 0:
            digit = digit_of(await self.next(left))
            if digit:
                return digit
        return None

    async def quiet(self) -> None:
        """Stop what is being said: a channel that speaks does not change bridges."""
        if self.playing is not None:
            playing, self.playing = self.playing, None
            await self.exchange.ari.attempt("DELETE", f"playbacks/{playing}")

    async def hang_up(self, channel: str) -> None:
        """End a channel, if it is still there."""
        await self.exchange.ari.attempt("DELETE", f"channels/{channel}")

    async def next(self, seconds: float | None) -> Item | None:
        """What happens next to this call; None when nothing did in time.

        Raises: CallerGoneError, MovedError.
        """
        try:
            item = await asyncio.wait_for(self.inbox.get(), seconds)
        except TimeoutError:
            return None
        if isinstance(item, Changed):
            self.take(item.call)
        if isinstance(item, Event):
            if item.channel == self.call.channel and item.type in GONE:
                raise CallerGoneError
            if item.type == "PlaybackFinished" and item.playback == self.playing:
                self.playing = None
        return item

    async def do(self, step: Callable[..., Call], *, tries: int = 6, **fields: Any) -> None:
        """Have an action done on this call, however long the database is away."""
        call = await self.exchange.do(step, self.call.conversation_id, tries=tries, **fields)
        with contextlib.suppress(MovedError):
            self.take(call)

    def take(self, call: Call) -> None:
        """Know the call's row as it stands now. Raises MovedError when it stands elsewhere than we thought."""
        if call.version <= self.call.version:
            return
        before, self.call = self.call, call
        if (before.phase, before.legs) != (call.phase, call.legs):
            raise MovedError


async def play_music(ari: Ari, channel: str, bridge: str) -> bool:
    """Answer a channel and put it into a bridge with music; False when it is not there any more."""
    await ari.attempt("POST", f"channels/{channel}/answer", fine=(NOT_FOUND, CONFLICT, 412))
    await ari.attempt("POST", f"bridges/{bridge}", {"type": "holding,dtmf_events"}, fine=(CONFLICT,))
    if not await ari.attempt("POST", f"bridges/{bridge}/addChannel", {"channel": channel}, fine=NOT_THERE):
        return False
    # Music stops when a bridge has been empty, so it is asked for each time.
    await ari.attempt("POST", f"bridges/{bridge}/moh", fine=(NOT_FOUND, CONFLICT))
    return True


async def send_away(ari: Ari, channel: str, bridge: str) -> None:
    """Tell a caller that we are sorry, and end the call."""
    await ari.attempt("POST", f"channels/{channel}/play", {"media": ",".join(prompts.media("sorry", None))})
    await asyncio.sleep(SORRY_SECONDS)
    await ari.attempt("DELETE", f"channels/{channel}")
    await ari.attempt("DELETE", f"bridges/{bridge}")


def digit_of(item: Item | None) -> str | None:
    """The key that was pressed, where that is what happened."""
    return item.text("digit") if isinstance(item, Event) and item.type == "ChannelDtmfReceived" else None
