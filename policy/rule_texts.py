"""The words of rules that a change puts in place on a device, and the digests by which they are approved. Pure. [FW-2, CC-1]

Three ways to write them, told apart by the text: lines that begin with `+ ` (it comes) or `- ` (it goes), a patch as `diff -u` writes it, or the
whole configuration as it will be.
"""

import hashlib
import re
from typing import NamedTuple

from kernel.errors import Fault, Malformed

MOST = 2000
"""Lines that come and go, of one device."""
_HUNK = re.compile(r"@@ -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@")
_SIGNED = ("+ ", "- ")


class Line(NamedTuple):
    """A line that comes (`+`) or goes (`-`), its words apart by single blanks."""

    sign: str
    words: str

    def __str__(self) -> str:
        """Give it as it is written in a change."""
        return f"{self.sign} {self.words}"


def plain(text: str) -> str:
    """The text as it is kept: one kind of line end, no mark of byte order, no NUL, none of the blanks behind the end."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").rstrip() + "\n"


def words_of(text: str) -> str:
    """The words of a line, apart by single blanks."""
    return " ".join(text.split())


def signed_lines(text: str) -> tuple[Line, ...] | None:
    """Give the lines that come and go; None for a text that is a whole configuration.

    Raises Malformed, naming the line, where some lines have a sign and others none, and for more lines than one looks through.
    """
    rows = plain(text).split("\n")
    told = _patch(rows) if any(_HUNK.match(row) for row in rows) else _signed(rows)
    if told is not None and len(told) > MOST:
        raise _fault(f"{MOST} lines come and go at most; paste the whole configuration instead.")
    return told


def _signed(rows: list[str]) -> tuple[Line, ...] | None:
    said = [(number, row.strip()) for number, row in enumerate(rows, 1) if row.strip() and row.lstrip()[0] != "#"]
    if not said or not said[0][1].startswith(_SIGNED):
        return None
    bare = next((number for number, row in said if not row.startswith(_SIGNED)), None)
    if bare is not None:
        raise _fault(f"Line {bare} begins with neither + nor -, as the others do.")
    return tuple(Line(row[0], words_of(row[1:])) for _, row in said)


def _patch(rows: list[str]) -> tuple[Line, ...]:
    """The changed lines of the hunks, each as long as its head says; what stands between them is no part of it."""
    told: list[Line] = []
    went = come = 0
    for row in rows:
        head = _HUNK.match(row)
        if went <= 0 and come <= 0:
            if head:
                went, come = int(head[1] or 1), int(head[2] or 1)
        elif not row.startswith("\\"):
            went, come = went - (row[:1] != "+"), come - (row[:1] != "-")
            if row[:1] in {"+", "-"} and row[1:].strip():
                told.append(Line(row[0], words_of(row[1:])))
    return tuple(told)


def _fault(why: str) -> Malformed:
    return Malformed(why, [Fault("rules", why)])


def digest(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def rule_digest(sign: str, text: str) -> str:
    """The SHA-256 of a rule that comes (`+`) or goes (`-`)."""
    return digest(f"{sign} {words_of(text)}")


def digests(text: str) -> tuple[str, ...]:
    """The digests by which a text is approved: of each line that comes or goes, or of the whole."""
    lines = signed_lines(text)
    return (digest(plain(text)),) if lines is None else tuple(rule_digest(*line) for line in lines)
