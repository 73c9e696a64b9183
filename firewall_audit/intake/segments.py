"""Segments of the spool: chunks of lines on disk, each with its sender, its time and a check sum, so that a torn end shows. [FW-3]

    spool/<device>/<name>.open      being written
    spool/<device>/<name>.closed    whole; waits to be taken in

A chunk is written in one go and counts only when all of it is there: what follows the last whole one was torn by a crash.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from kernel.errors import Unavailable

OPEN: Final = ".open"
CLOSED: Final = ".closed"
UNKNOWN: Final = "_unknown"
"""Where the lines of senders lie who are no device of the register."""
_MAGIC: Final = b"OWS1"
_HEAD: Final = struct.Struct(">4sIQIB")
_SUM: Final = struct.Struct(">I")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MOST_CHUNK: Final = 1 << 26


@dataclass(frozen=True, slots=True)
class Chunk:
    """Lines that came in together: from whom, when, and how many of them were cut."""

    sender: str
    received: datetime
    cut: int
    lines: list[bytes]


def written(chunk: Chunk) -> bytes:
    """Return a chunk as it lies on disk."""
    sender = chunk.sender.encode()[:255]
    payload = sender + b"\n".join(chunk.lines)
    micros = (chunk.received - _EPOCH) // timedelta(microseconds=1)
    head = _HEAD.pack(_MAGIC, len(payload), micros, chunk.cut, len(sender))
    return head + _SUM.pack(zlib.crc32(payload, zlib.crc32(head))) + payload


def chunks(path: Path) -> Iterator[Chunk]:
    """Yield the whole chunks of a segment, in their order; what is torn at the end is left out."""
    with path.open("rb") as file:
        while (found := _next(file.read(_HEAD.size + _SUM.size), file)) is not None:
            yield found


def following(file: BinaryIO) -> Chunk | None:
    """Return the next whole chunk of a segment that is still being written; None, and the file where it stood, while there is none."""
    stood = file.tell()
    found = _next(file.read(_HEAD.size + _SUM.size), file)
    if found is None:
        file.seek(stood)
    return found


def _next(head: bytes, file: BinaryIO) -> Chunk | None:
    if len(head) < _HEAD.size + _SUM.size:
        return None
    magic, length, micros, cut, named = _HEAD.unpack_from(head)
    if magic != _MAGIC or length > MOST_CHUNK or named > length:
        return None
    payload = file.read(length)
    if (
        len(payload) < length
        or zlib.crc32(payload, zlib.crc32(head[: _HEAD.size])) != _SUM.unpack_from(head, _HEAD.size)[0]
    ):
        return None
    at = _EPOCH + timedelta(microseconds=micros)
    return Chunk(payload[:named].decode("utf-8", "replace"), at, cut, payload[named:].split(b"\n"))


def whole_bytes(path: Path) -> int:
    """Return how many bytes of a segment are whole chunks."""
    whole = 0
    with path.open("rb") as file:
        while _next(file.read(_HEAD.size + _SUM.size), file) is not None:
            whole = file.tell()
    return whole


def recover(folder: Path) -> int:
    """Close what a receiver that was killed left open: torn ends are cut off, empty segments removed. Returns how many bytes were torn."""
    torn = 0
    for path in sorted(folder.glob(f"*/*{OPEN}")):
        whole, size = whole_bytes(path), path.stat().st_size
        torn += size - whole
        if whole == 0:
            path.unlink()
            continue
        with path.open("r+b") as file:
            file.truncate(whole)
            os.fsync(file.fileno())
        path.rename(path.with_suffix(CLOSED))
        sync_folder(path.parent)
    return torn


def closed(folder: Path) -> list[Path]:
    """List the segments that wait to be taken in, the oldest first."""
    return sorted(folder.glob(f"*/*{CLOSED}"), key=lambda path: path.name)


def sync_folder(folder: Path) -> None:
    """Make what was named or renamed in a folder safe on disk. Raises Unavailable where the disk refuses."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise Unavailable(f"The spool's folder cannot be opened: {error.strerror}.") from error
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
