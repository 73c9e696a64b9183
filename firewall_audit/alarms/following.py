"""The lines as they come: segments of the spool are read while they are written, and known again after a restart. [FW-6]

An open file stays readable when the intake has taken it in and removed it, so nobody waits for this reader. What was removed while
nobody held it open is counted as missed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BufferedReader
from pathlib import Path
from typing import Final

from firewall_audit.intake.segments import CLOSED, OPEN, UNKNOWN, Chunk, following

AT_ONCE: Final = 4 << 20
"""Bytes of one segment that are read before the next has its turn."""
FRESH: Final = timedelta(minutes=1)
"""Without any position what came in longer ago is not judged: alarms are of now."""


@dataclass(slots=True)
class _Held:
    device: str
    path: Path
    file: BufferedReader
    done: int
    """Bytes that have been handed out."""


@dataclass(frozen=True, slots=True)
class Came:
    """A chunk of a device's lines; `is_known`: it was judged before the restart, and is only remembered."""

    segment: str
    device: str
    chunk: Chunk
    end: int
    is_known: bool


class Follower:
    """Reads every segment of devices to where it is written."""

    def __init__(self, folder: Path, positions: Mapping[str, int] | None, now: datetime, horizon: timedelta) -> None:
        self.folder = folder
        self.positions: dict[str, int] = {}
        self._before = dict(positions or {})
        self._since = None if positions is not None else now - FRESH
        self._remember = now - horizon
        self._held: dict[str, _Held] = {}
        self._look()
        self.missed = sum(done >= 0 and name not in self._held for name, done in self._before.items())

    def read(self) -> Iterator[Came]:
        """Yield what has come since it was last asked, a bounded part of each segment in turn."""
        self._look()
        for name, held in list(self._held.items()):
            yield from self._read(name, held)

    def settled(self) -> dict[str, int]:
        """Return how far each segment has been read, below zero where that is its end; those that are gone are forgotten."""
        told: dict[str, int] = {}
        for name, held in list(self._held.items()):
            is_open = held.path.with_suffix(OPEN).exists()
            is_read = not held.file.peek(1)
            if not is_open and is_read and not held.path.with_suffix(CLOSED).exists():
                held.file.close()
                del self._held[name], self.positions[name]
            else:
                told[name] = -self.positions[name] if is_read and not is_open else self.positions[name]
        return told

    def close(self) -> None:
        """Let go of every file."""
        for held in self._held.values():
            held.file.close()

    def _look(self) -> None:
        for path in self.folder.glob("*/*"):
            name = f"{path.parent.name}/{path.stem}"
            if path.suffix not in {OPEN, CLOSED} or path.parent.name == UNKNOWN or name in self._held:
                continue
            try:
                file = path.open("rb")
            except FileNotFoundError:  # renamed or taken in meanwhile; under its new name it is found at the next look
                continue
            self._held[name] = _Held(path.parent.name, path, file, abs(self._before.get(name, 0)))
            self.positions.setdefault(name, abs(self._before.get(name, 0)))

    def _read(self, name: str, held: _Held) -> Iterator[Came]:
        begun = held.file.tell()
        while held.file.tell() - begun < AT_ONCE:
            chunk = following(held.file)
            if chunk is None:
                return
            end = held.file.tell()
            is_known = end <= held.done
            self.positions[name] = max(end, held.done)
            if self._since is not None and chunk.received < self._since:
                continue
            if is_known and chunk.received < self._remember:
                continue
            yield Came(name, held.device, chunk, end, is_known)
