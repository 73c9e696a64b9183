"""Scans scripts, shared folders and configuration exports for secrets that lie readable. [PW-3]

A finding is a path, a line, a kind and a keyed fingerprint: never the secret. The same secret in two places has the same fingerprint,
so that it is seen to be one, and nobody without the house's key can try passwords against it. Memory is bounded whatever the files
are: text is read in pieces, links are not followed, nothing but regular files is opened.
"""

import codecs
import fnmatch
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from iam.plaintext.finder import OVERLAP, Hit, Reader
from kernel import sealing

PIECE = 262_144
LONGEST_LINE = 131_072
HEAD = 8192
MOST_IN_FILE = 200
"""More findings of one file say nothing more."""
FINGERPRINT = 16
SHORTEST_MASKED = 6
LEFT_OUT = ("node_modules", "__pycache__", ".git/objects", ".venv", ".svn")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE, _NARROW = 0.3, 0.02
"""Share of NUL bytes that one half of the positions has at least, and the other at most, in UTF-16 without a mark."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Where a secret lies readable: everything that is ever said of it."""

    path: str
    line: int
    kind: str
    fingerprint: str


@dataclass(slots=True)
class Scan:
    """What a scan saw: the findings, what it could not read and why, and how much it looked at."""

    roots: list[str]
    findings: list[Finding] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    files: int = 0
    read_bytes: int = 0
    not_text: int = 0
    links: int = 0


def _as_latin(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are no UTF-8 as Latin-1, so that a file of two minds is read to its end."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("omniwarden-latin", _as_latin)


def scan(roots: Sequence[Path], *, leave_out: Iterable[str] = (), told: Callable[[str], None] | None = None) -> Scan:
    """Look through files and folders; `leave_out` are patterns of paths, `told` hears the name of each file.

    What cannot be read is named with its reason and never stops the rest.
    """
    places = [Path(os.path.realpath(root)) for root in roots]
    seen = Scan([written(place) for place in places])
    patterns = [*LEFT_OUT, *leave_out]
    for place in dict.fromkeys(places):
        for path in _files(place, patterns, seen):
            if told is not None:
                told(written(path))
            try:
                _look(path, seen)
            except OSError as error:
                seen.unread.append((written(path), error.strerror or type(error).__name__))
    return seen


def written(path: Path) -> str:
    """Return a path as it can be shown and stored: names that are no UTF-8, and control characters, are written out."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _files(place: Path, patterns: list[str], seen: Scan) -> Iterator[Path]:
    """Yield the regular files at and below a place, in order of names, without recursion and without following links."""
    try:
        mode = os.lstat(place).st_mode
    except OSError as error:
        seen.unread.append((written(place), error.strerror or type(error).__name__))
        return
    if stat.S_ISREG(mode):
        yield place
        return
    waiting = [place]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            seen.unread.append((written(folder), error.strerror or type(error).__name__))
            continue
        for entry in entries:
            path = Path(entry.path)
            if entry.is_symlink():
                seen.links += 1
            elif _is_left_out(path, patterns):
                continue
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            elif entry.is_file(follow_symlinks=False):
                yield path


def _is_left_out(path: Path, patterns: list[str]) -> bool:
    text = str(path)
    return any(text.endswith(f"/{one}") or fnmatch.fnmatch(text, one) or path.name == one for one in patterns)


def _look(path: Path, seen: Scan) -> None:
    """Read one file, in pieces. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return
        head = file.read(HEAD)
        encoding = encoding_of(head)
        if encoding is None:
            seen.not_text += 1
            return
        seen.files += 1

        def pieces() -> Iterator[bytes]:
            yield head
            while piece := file.read(PIECE):
                seen.read_bytes += len(piece)
                yield piece

        seen.read_bytes += len(head)
        found = findings_of(path, pieces(), encoding)
        seen.findings += found[:MOST_IN_FILE]
        if len(found) > MOST_IN_FILE:
            seen.unread.append((written(path), f"holds more than {MOST_IN_FILE} secrets; the rest of it was not read"))


def encoding_of(head: bytes) -> str | None:
    """Tell from a file's first bytes how its text is encoded; None where it is no text."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if b"\0" not in head:
        return "utf-8"
    pairs = max(1, len(head) // 2)
    even, odd = head[0::2].count(0) / pairs, head[1::2].count(0) / pairs
    if odd >= _WIDE and even <= _NARROW:
        return "utf-16-le"
    return "utf-16-be" if even >= _WIDE and odd <= _NARROW else None


def findings_of(path: Path, pieces: Iterable[bytes], encoding: str) -> list[Finding]:
    """Return the findings of one file's bytes, each secret once per line; one more than `MOST_IN_FILE` where there are more."""
    reader, hits = Reader(path.name), dict[tuple[int, str], Hit]()
    for number, line in _lines(pieces, encoding):
        for hit in reader.read(line):
            hits.setdefault((number, hit.value), hit)
        if len(hits) > MOST_IN_FILE:
            break
    place = _masked(written(path), [hit.value for hit in hits.values()])
    return [
        Finding(place, number, hit.kind, sealing.fingerprint("plaintext", hit.value).hex()[:FINGERPRINT])
        for (number, _), hit in list(hits.items())[: MOST_IN_FILE + 1]
    ]


def _masked(place: str, values: list[str]) -> str:
    """Return a path without the secrets that its file holds, or long parts of them: people name files after passwords."""
    words = {word for value in values for word in (value, *re.split(r"[\s;,&:/@\"']+", value))}
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= SHORTEST_MASKED:
            place = place.replace(word, "***")
    return place


def _lines(pieces: Iterable[bytes], encoding: str) -> Iterator[tuple[int, str]]:
    """Yield numbered lines; a line without end comes in parts that overlap, under the same number."""
    errors = "omniwarden-latin" if encoding == "utf-8" else "replace"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    number, rest = 1, ""
    for piece in pieces:
        lines = (rest + decoder.decode(piece).replace("\r\n", "\n").replace("\r", "\n")).split("\n")
        rest = lines.pop()
        for line in lines:
            yield number, line.lstrip("\ufeff")
            number += 1
        if len(rest) > LONGEST_LINE:
            yield number, rest
            rest = rest[-OVERLAP:]
    rest += decoder.decode(b"", final=True)
    if rest:
        yield number, rest.lstrip("\ufeff")
