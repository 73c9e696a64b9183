"""The spool: lines on disk before anything is made of them, bounded, safe against a crash, honest about what had no room. [FW-3]

Lines are written every few hundredths of a second and are safe once `sync` has returned. When the disk or the spool's own bound is
reached, lines wait in memory up to a bound; what comes after that is dropped, and counted by device.
"""

import fcntl
import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self

from firewall_audit.intake.segments import CLOSED, OPEN, UNKNOWN, Chunk, recover, sync_folder, written
from kernel.errors import Conflict

SEGMENT_BYTES: Final = 64 << 20
UNKNOWN_BYTES: Final = 64 << 20
"""What is kept at most of senders whom nobody knows: one of them must not fill the house's disk."""
MOST_WAITING: Final = 32 << 20
TOGETHER: Final = 8 << 20
"""Bytes of lines in one chunk at most."""


@dataclass(slots=True)
class _Waiting:
    lines: list[bytes] = field(default_factory=list)
    size: int = 0
    cut: int = 0


@dataclass(slots=True)
class _Segment:
    path: Path
    descriptor: int
    begun: datetime
    size: int = 0
    dirty: bool = False


class Spool:
    """The spool of one receiver; only one process writes it, others take closed segments out."""

    def __init__(self, folder: Path, *, most_bytes: int, age: timedelta) -> None:
        """Open the spool, and close what a receiver before left open. Raises Conflict where another receiver writes it."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder, self.most_bytes, self.age = folder, most_bytes, age
        self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise Conflict("Another receiver writes this spool already.") from None
        self.torn = recover(folder)
        self.dropped: Counter[str] = Counter()
        """Lines that had no room, by device, since it was last asked (`take_dropped`)."""
        self.fault = ""
        """Why the disk takes nothing now; empty while it does."""
        self._waiting: dict[tuple[str, str], _Waiting] = {}
        self._waiting_bytes = 0
        self._segments: dict[tuple[str, str], _Segment] = {}
        self._on_disk = 0
        self._unknown = 0
        self.measure()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_full(self) -> bool:
        """Whether senders that can wait should wait."""
        return bool(self.fault) or self._on_disk >= self.most_bytes or self._waiting_bytes >= MOST_WAITING // 2

    def add(self, device: str, sender: str, lines: list[bytes], *, cut: int = 0) -> int:
        """Take lines of a device; returns how many there was room for, and counts the others."""
        size = sum(map(len, lines)) + len(lines)
        full = self._waiting_bytes + size > MOST_WAITING or (device == UNKNOWN and self._unknown + size > UNKNOWN_BYTES)
        if full:
            self.dropped[device] += len(lines)
            return 0
        waiting = self._waiting.get((device, sender))
        if waiting is None:
            waiting = self._waiting[device, sender] = _Waiting()
        waiting.lines += lines
        waiting.size += size
        waiting.cut += cut
        self._waiting_bytes += size
        if device == UNKNOWN:
            self._unknown += size
        return len(lines)

    def take_dropped(self) -> Counter[str]:
        """Return how many lines had no room since this was last asked."""
        found, self.dropped = self.dropped, Counter()
        return found

    def flush(self, now: datetime) -> None:
        """Write what waits, and begin new segments where one is large or old; what the disk refuses goes on waiting."""
        if self._on_disk < self.most_bytes:
            for key in list(self._waiting):
                if not self._write(key, now):
                    break
        for key, segment in list(self._segments.items()):
            if segment.size >= SEGMENT_BYTES or now - segment.begun >= self.age:
                self._close(key)

    def sync(self) -> None:
        """Make everything that was written safe on disk; it blocks, so call it beside the loop that receives."""
        for segment in list(self._segments.values()):
            if segment.dirty:
                segment.dirty = False
                os.fsync(segment.descriptor)

    def measure(self) -> None:
        """Count anew what lies on disk: others take segments out."""
        sizes: Counter[bool] = Counter()
        for path in self.folder.glob("*/*"):
            try:
                sizes[path.parent.name == UNKNOWN] += path.stat().st_size
            except FileNotFoundError:  # taken in meanwhile
                continue
        self._on_disk, self._unknown = sizes[True] + sizes[False], sizes[True]

    def roll(self) -> None:
        """Close every segment, so that it can be taken in."""
        for key in list(self._segments):
            self._close(key)

    def close(self) -> None:
        """Close every segment and let go of the spool; write what waits first (`flush`)."""
        self.roll()
        os.close(self._lock)

    def _write(self, key: tuple[str, str], now: datetime) -> bool:
        waiting = self._waiting[key]
        while waiting.lines:
            count = len(waiting.lines) if waiting.size <= TOGETHER else max(1, len(waiting.lines) // 8)
            chunk = written(Chunk(key[1], now, waiting.cut, waiting.lines[:count]))
            if not self._append(key, chunk, now):
                return False
            size = sum(map(len, waiting.lines[:count])) + count
            del waiting.lines[:count]
            waiting.size -= size
            waiting.cut = 0
            self._waiting_bytes -= size
        del self._waiting[key]
        return True

    def _append(self, key: tuple[str, str], chunk: bytes, now: datetime) -> bool:
        """Write a chunk as a whole; of one that did not fit nothing stays."""
        try:
            segment = self._segments.get(key) or self._begin(key, now)
            done = os.write(segment.descriptor, chunk)
            while done < len(chunk):
                done += os.write(segment.descriptor, memoryview(chunk)[done:])
        except OSError as error:
            self.fault = error.strerror or "the disk refuses"
            if key in self._segments:
                os.ftruncate(self._segments[key].descriptor, self._segments[key].size)
            return False
        self.fault = ""
        segment.size += len(chunk)
        segment.dirty = True
        self._on_disk += len(chunk)
        return True

    def _begin(self, key: tuple[str, str], now: datetime) -> _Segment:
        folder = self.folder / key[0]
        if not folder.exists():
            folder.mkdir(mode=0o700)
            sync_folder(self.folder)
        path = folder / f"{now:%Y%m%dT%H%M%S%f}-{os.urandom(3).hex()}{OPEN}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        made = self._segments[key] = _Segment(path, os.open(path, flags, 0o600), now)
        sync_folder(folder)
        return made

    def _close(self, key: tuple[str, str]) -> None:
        segment = self._segments.pop(key)
        os.fsync(segment.descriptor)
        os.close(segment.descriptor)
        if segment.size == 0:
            segment.path.unlink()
            return
        segment.path.rename(segment.path.with_suffix(CLOSED))
        sync_folder(segment.path.parent)
