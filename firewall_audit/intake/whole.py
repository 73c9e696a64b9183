"""Whole lines out of pieces of bytes: as one text where nothing in it has to be mended, one by one where something has. Pure. [FW-3]

A file of a week has millions of lines; most are kept as they stand, so nobody makes an object of each before somebody reads it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from firewall_audit.intake.framing import LONGEST

TOGETHER: Final = 65_536
"""Lines that are handed on together, at most."""
TOGETHER_BYTES: Final = 16 << 20

_EMPTY: Final = re.compile(rb"\n\n")

Whole = bytes | Sequence[bytes]
"""Lines: one text in which each has its line feed and is as it is to be kept, or one by one without."""


def count_lines(block: Whole) -> int:
    """Return how many lines a block has."""
    return block.count(b"\n") if isinstance(block, bytes) else len(block)


def split_lines(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield the lines of pieces of bytes, each with whether it was cut at the limit; empty lines are none."""
    rest, skipping = b"", False
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            if not skipping and line not in {b"", b"\r"}:
                yield line[:LONGEST].rstrip(b"\r"), len(line) > LONGEST + line.endswith(b"\r")
            skipping = False
        if len(rest) > LONGEST + 1:
            if not skipping:
                yield rest[:LONGEST].rstrip(b"\r"), True
            rest, skipping = b"", True
    if not skipping and rest not in {b"", b"\r"}:
        yield rest[:LONGEST].rstrip(b"\r"), len(rest) > LONGEST + rest.endswith(b"\r")


def split_blocks(pieces: Iterable[bytes]) -> Iterator[tuple[Whole, int]]:
    """Yield what `split_lines` yields in blocks, each with how many of its lines were cut; what stands before a break comes before its error."""
    held: list[bytes] = []
    size = open_since = 0
    skipping = False
    coming = iter(pieces)
    while True:
        try:
            piece = next(coming, b"")
        except Exception:
            yield from _blocks(_ended(held)[0])
            raise
        if not piece:
            break
        if skipping:
            _, found, piece = piece.partition(b"\n")
            skipping = not found
        end = piece.rfind(b"\n") + 1
        open_since = len(piece) - end if end else open_since + len(piece)
        if open_since > LONGEST + 1:
            whole, rest = _ended([*held, piece])
            yield from _blocks(whole)
            yield [rest[:LONGEST].rstrip(b"\r")], 1
            held, size, open_since, skipping = [], 0, 0, True
        elif end and size + end >= TOGETHER_BYTES:
            yield from _blocks(b"".join([*held, piece[:end]]))
            held, size = [piece[end:]], len(piece) - end
        else:
            held.append(piece)
            size += len(piece)
    whole, rest = _ended(held)
    yield from _blocks(whole + rest + b"\n" if rest else whole)


def _ended(held: list[bytes]) -> tuple[bytes, bytes]:
    """Return the whole lines of pieces, and what follows them."""
    text = b"".join(held)
    end = text.rfind(b"\n") + 1
    return text[:end], text[end:]


def _blocks(text: bytes) -> Iterator[tuple[Whole, int]]:
    """Yield the lines of a text in blocks that are not too many."""
    if not text:
        return
    if text.count(b"\n") > TOGETHER:
        middle = text.rfind(b"\n", 0, len(text) // 2) + 1 or text.index(b"\n") + 1
        if middle < len(text):
            yield from _blocks(text[:middle])
            yield from _blocks(text[middle:])
            return
    if _is_plain(text):
        yield text, 0
        return
    lines = list(split_lines([text]))
    if lines:
        yield [line for line, _ in lines], sum(cut for _, cut in lines)


def _is_plain(text: bytes) -> bool:
    """Whether each line of a text is one as it stands: it has an end, something before it, and is not too long."""
    if text.startswith(b"\n") or _EMPTY.search(text) or (b"\r" in text and b"\r\n" in text):
        return False
    place = 0
    while place < len(text):
        place = text.rfind(b"\n", place, place + LONGEST + 1) + 1
        if not place:
            return False
    return True
