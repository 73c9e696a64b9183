"""Events of a made-up week, written as lines of a format of our own, and what is found in them."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from firewall_audit import formats
from firewall_audit.detections.finding import Finding
from firewall_audit.detections.parameters import Parameters
from firewall_audit.events import Event
from firewall_audit.formats.format import Format, Framed
from firewall_audit.store import Reading, Store, Window

START = datetime(2026, 10, 5, tzinfo=UTC)
"""A Monday."""
WEEK = timedelta(days=7)
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0


def parse(framed: Framed) -> Event | None:
    try:
        told = json.loads(framed.text)
        return Event(**told | {"at": datetime.fromisoformat(told["at"])})
    except (ValueError, TypeError, KeyError):
        return None


PLAIN = Format("plain", "A format of the tests", 1, (), parse)


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "FORMATS", (*formats.FORMATS, PLAIN))
    monkeypatch.setitem(formats.BY_NAME, "plain", PLAIN)


def event(seconds: float, kind: str = "traffic", **told: Any) -> dict[str, Any]:
    """One event, so many seconds into the week."""
    return {"kind": kind, "at": (START + timedelta(seconds=seconds)).isoformat(), "host": "fw1"} | told


def denied(seconds: float, src: str, dst: str = "198.51.100.1", port: int = 80, **told: Any) -> dict[str, Any]:
    return event(
        seconds,
        src=src,
        dst=dst,
        dst_port=port,
        **{"src_port": 40_000, "protocol": "tcp", "action": "deny", "flags": "SYN"} | told,
    )


def allowed(seconds: float, src: str, dst: str = "10.30.0.5", port: int = 443, **told: Any) -> dict[str, Any]:
    return denied(seconds, src, dst, port, action="allow", **told)


def signed_in(seconds: float, src: str, user: str = "admin", *, ok: bool = False, **told: Any) -> dict[str, Any]:
    return event(seconds, "auth", src=src, user=user, outcome="success" if ok else "failure", **told)


def lines(events: Iterable[dict[str, Any]]) -> list[bytes]:
    return [json.dumps(one).encode() for one in events]


def reading(**told: Any) -> Reading:
    return Reading(**{"device": "fw", "arrived": START + WEEK, "formats": ("plain",)} | told)


def write(store: Store, events: Sequence[dict[str, Any]], *, block: int = 1000, batches: int = 1, **told: Any) -> None:
    """Write events as so many batches of blocks of so many lines."""
    raw = lines(events)
    size = max(1, -(-len(raw) // batches))
    for start in range(0, len(raw), size):
        here = raw[start : start + size]
        store.write_batch([here[at : at + block] for at in range(0, len(here), block)], reading(**told), source="test")


def window(store: Store, **told: Any) -> Window:
    return Window(store, **{"since": START, "until": START + WEEK, "threads": 1} | told)


Detect = Callable[..., list[Finding]]


@pytest.fixture
def look(tmp_path: Path, plain: None) -> Callable[..., list[Finding]]:
    """Write events into an empty store and ask one detection."""
    count = iter(range(1000))

    def looked(
        detect: Detect, events: Sequence[dict[str, Any]], *more: Any, batches: int = 1, **parameters: Any
    ) -> list[Finding]:
        store = Store(tmp_path / str(next(count)))
        write(store, events, batches=batches)
        with window(store) as week:
            return detect(week, Parameters(**parameters), *more)

    return looked
