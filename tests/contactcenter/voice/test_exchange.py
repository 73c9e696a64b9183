"""What the exchange does with events that come at awkward moments."""

import asyncio

import pytest

from contactcenter.voice import exchange
from contactcenter.voice.ari import Address, Ari, Event
from contactcenter.voice.exchange import Exchange


def arrival(channel: str) -> Event:
    return Event("StasisStart", {"channel": {"id": channel}, "args": ["inbound", "1000", "+22997000001"]})


def test_caller_listed_a_moment_before_he_arrives_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """He stands in the list of channels on his way in: the first try finds him not yet there, and his arrival comes during it."""
    tried: list[str] = []

    async def there(_: object, channel: str, __: str) -> bool:
        tried.append(channel)
        if len(tried) == 1:
            house.on_event(arrival(channel))
            return False
        raise asyncio.CancelledError  # he is found: no more is asked here

    async def attempt(*_: object, **__: object) -> bool:
        return True

    async def run() -> None:
        monkeypatch.setattr(Ari, "attempt", attempt)
        house._arrive("channel-1", ["inbound", "1000", "+22997000001"])
        for _ in range(20):
            await asyncio.sleep(0)

    house = Exchange(Address("127.0.0.1", 1, "nobody:nothing", secure=False))
    monkeypatch.setattr(exchange, "play_music", there)
    asyncio.run(run())
    assert tried == ["channel-1", "channel-1"]
