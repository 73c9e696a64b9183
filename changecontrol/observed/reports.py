r"""What collectors send, read: lists of packages and of files' hashes are states, deployments and DDL are events. Pure. [CC-4]

Sources: dpkg-query(1) `-W -f '${binary:Package}\t${Version}\t${db:Status-Abbrev}\n'`, rpm(8) `-qa --qf '%{NAME}.%{ARCH}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\n'`,
sha256sum(1), git-for-each-ref(1) `--format='%(refname:short)%09%(objectname)%09%(creatordate:iso-strict)%09%(creator)' refs/tags`,
and the rows that the event trigger of `changecontrol.observed.ddl` keeps, one JSON object on each line.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import orjson

from kernel.errors import Malformed

Source = Literal["packages", "files", "deployments", "database"]
MOST_LINES = 200_000
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ESCAPES = {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a time: to what, what it became, and the account by which it was done."""

    at: datetime
    what: str
    after: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says: a whole state (thing to value), or events. One of the two is empty."""

    state: dict[str, str] | None
    events: tuple[Event, ...] = ()


def read_report(source: Source, text: str) -> Report:
    """Read a report. Raises Malformed, naming the line, for what is not of its form; nothing is guessed or left out."""
    if text.count("\n") > MOST_LINES:
        raise Malformed(f"A report has {MOST_LINES} lines at most; report fewer files at once.")
    if source in _STATES:
        return Report(_state(text, _STATES[source]))
    return Report(None, tuple(_each(text, _EVENTS[source])))


def _state(text: str, read: Callable[[str], tuple[str, str] | None]) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in _lines(text):
        try:
            pair = read(line)
        except ValueError as fault:
            raise Malformed(f"Line {number}: {fault}") from None
        if pair is None:
            continue
        if pair[0] in found:
            raise Malformed(f"Line {number}: {pair[0][:80]} stands there twice.")
        found[pair[0]] = pair[1]
    if not found:
        raise Malformed("The report says nothing; an empty list would mean that everything is gone.")
    return found


def _each(text: str, read: Callable[[str], Event]) -> Iterator[Event]:
    for number, line in _lines(text):
        try:
            yield read(line)
        except (ValueError, KeyError, TypeError) as fault:
            raise Malformed(f"Line {number}: {fault}") from None


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line.removesuffix("\r")


def _package(line: str) -> tuple[str, str] | None:
    name, tab, rest = line.partition("\t")
    version, _, status = rest.partition("\t")
    if not tab or not name.strip() or not version.strip():
        if tab and status[:1] in {"u", "p", "r"}:
            return None  # known to dpkg and not installed: it has no version
        raise ValueError("expected a package, a tab and its version")
    if status and status[1:2] in {"n", "c"}:
        return None  # not installed, or its configuration alone is left
    return f"package {name.strip()}", version.strip()


def _file(line: str) -> tuple[str, str]:
    escaped = line.startswith("\\")
    digest, name = line[1:65] if escaped else line[:64], line[67:] if escaped else line[66:]
    if not _DIGEST.fullmatch(digest) or not name:
        raise ValueError("expected what sha256sum writes: 64 digits, two characters, a path")
    if escaped:
        name = re.sub(r"\\[\\nr]", lambda found: _ESCAPES[found[0]], name)
    return f"file {name}", digest


def _deployment(line: str) -> Event:
    tag, commit, at, *who = line.split("\t")
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit):
        raise ValueError("expected a tag, a commit, a time and who made it, with tabs between")
    return Event(_time(at), f"deployment {tag}", commit, _account("\t".join(who)))


def _account(creator: str) -> str:
    """The address in git's `Name <address> 1700000000 +0100`, or the whole where there is none."""
    found = re.search(r"<([^<>]*)>", creator)
    return (found[1] if found else creator).strip()


def _ddl(line: str) -> Event:
    row = orjson.loads(line)
    if not isinstance(row, dict):
        raise TypeError("expected a JSON object")
    return Event(
        _time(str(row["at"])), f"{str(row['kind']).lower()} {row['object']}", str(row["command"]), str(row.get("account", ""))
    )  # fmt: skip


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("the time has no offset")
    return at


_STATES: dict[str, Callable[[str], tuple[str, str] | None]] = {"packages": _package, "files": _file}
_EVENTS: dict[str, Callable[[str], Event]] = {"deployments": _deployment, "database": _ddl}
STATES = frozenset(_STATES)
