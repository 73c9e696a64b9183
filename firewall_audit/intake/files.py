"""Files of lines: plain, gzip, zstd, journal exports, folders of them; as streams, whatever their size. [FW-3]

A file that breaks off is refused with the count of what was readable, and nothing of it is kept, unless that is asked for.
"""

import codecs
import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, Literal, Protocol, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from firewall_audit.intake.batches import CLERK, BatchView
from firewall_audit.intake.journal import JOURNAL, journal_lines
from firewall_audit.intake.taking import Counted, reading_of, take
from firewall_audit.intake.whole import TOGETHER, TOGETHER_BYTES, Whole, count_lines, split_blocks, split_lines
from firewall_audit.models import NetworkDevice
from kernel import clock
from kernel.actor import Actor
from kernel.errors import Malformed, NotFound

READ: Final = 1 << 20
_GZIP, _ZSTD = PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
BROKEN: Final = (EOFError, OSError, zlib.error, ValueError)
Seen = Callable[[int], None]
Told = Callable[[int, int], None]


def listed(paths: Iterable[Path]) -> list[Path]:
    """Return the files, those of folders by name; hidden ones and what is no file are left out. Raises NotFound."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(one for one in path.rglob("*") if one.is_file() and not one.name.startswith("."))
        elif path.is_file():
            found.append(path)
        else:
            raise NotFound("There is no such file or folder.")
    return found


def take_file(
    device: NetworkDevice,
    path: Path,
    *,
    zone: str = "",
    partial: bool = False,
    workers: int = 0,
    seen: Seen | None = None,
    actor: Actor = CLERK,
    source: Literal["file", "upload"] = "file",
    name: str = "",
    dated: datetime | None = None,
    told: Told | None = None,
) -> BatchView:
    """Take a file of a device's lines in as one batch; `dated`: by when years are found, where it is not when the file was last written.

    `seen` is told how many bytes of the file are done, `told` how many lines, and how many of them no format could read.

    Raises Malformed for a file that breaks off or cannot be read, Conflict naming the batch for one that was taken in before.
    """
    check_zone(zone)
    counted = Counted()
    with path.open("rb") as file:
        arrived = min(dated or datetime.fromtimestamp(path.stat().st_mtime, UTC), clock.now())
        blocks = _blocks(file, counted, partial=partial, seen=seen)
        reading = reading_of(device, arrived, zone=zone)
        return take(
            actor, device, blocks, reading, counted, source=source, name=name or path.name, workers=workers, seen=told
        )  # fmt: skip


def check_zone(zone: str) -> None:
    """Refuse a time zone that there is not. Raises Malformed."""
    try:
        ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Malformed("There is no such time zone; IANA calls them such as Africa/Porto-Novo.") from None


def _blocks(file: BinaryIO, counted: Counted, *, partial: bool, seen: Seen | None) -> Iterator[Whole]:
    """Yield the lines of a file in blocks; count them meanwhile."""
    lines = 0
    try:
        for block, cut in _opened_blocks(file):
            here = count_lines(block)
            lines += here
            counted.size += len(block) if isinstance(block, bytes) else sum(map(len, block)) + here
            counted.cut += cut
            yield block
            if seen is not None:
                seen(file.tell())
    except BROKEN as fault:
        if not partial:
            raise Malformed(
                f"The file breaks off or cannot be unpacked at byte {file.tell()}, after {lines} lines; nothing of it was kept. What is readable can be kept."
            ) from fault
        counted.partial = True


def _opened_blocks(file: BinaryIO) -> Iterator[tuple[Whole, int]]:
    pieces, journal = _opened_pieces(file)
    if not journal:
        yield from split_blocks(pieces)
        return
    waiting: list[bytes] = []
    size = cuts = 0
    try:
        for line, cut in journal_lines(pieces):
            waiting.append(line)
            size += len(line) + 1
            cuts += cut
            if len(waiting) >= TOGETHER or size >= TOGETHER_BYTES:
                yield waiting, cuts
                waiting, size, cuts = [], 0, 0
    except BROKEN:
        if waiting:
            yield waiting, cuts
        raise
    if waiting:
        yield waiting, cuts


def opened_lines(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Yield the lines of a file, packed or not, each with whether it was cut. Raises what `BROKEN` names where it breaks off."""
    pieces, journal = _opened_pieces(file)
    return journal_lines(pieces) if journal else split_lines(pieces)


def _opened_pieces(file: BinaryIO) -> tuple[Iterator[bytes], bool]:
    """Return what a file holds in UTF-8, and whether it is a journal's export."""
    stream = _opened(file)
    first = stream.read1(READ)
    wide = next((name for mark, name in _WIDE.items() if first.startswith(mark)), "")
    pieces = _pieces(stream, first.removeprefix(codecs.BOM_UTF8))
    if wide:
        pieces = _narrowed(pieces, wide)
    return pieces, JOURNAL.match(first) is not None


class Readable(Protocol):
    """A stream that gives what it has: of a file that breaks off, all that stands before the break."""

    def read1(self, size: int, /) -> bytes:
        """Return some bytes, at most so many; none at the end."""


def _opened(file: BinaryIO) -> Readable:
    """Return what a file holds, unpacked where its first bytes say that it is packed, whatever its name."""
    start = file.read(4)
    file.seek(0)
    if start.startswith(_GZIP):
        return gzip.GzipFile(fileobj=file, mode="rb")
    if start == _ZSTD:
        from firewall_audit.store.packed import unpacked  # noqa: PLC0415 - a large library, for such files alone

        return cast("Readable", unpacked(file))
    return cast("Readable", file)


def _pieces(stream: Readable, first: bytes) -> Iterator[bytes]:
    piece = first
    while piece:
        yield piece
        piece = stream.read1(READ)


def _narrowed(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Return UTF-16 as UTF-8; what is no text in it is replaced, so that lines stay lines."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for piece in pieces:
        yield decoder.decode(piece).lstrip("\ufeff").encode()
    yield decoder.decode(b"", final=True).encode()
