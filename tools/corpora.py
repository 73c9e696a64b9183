"""The lines that other projects labelled, and whether what we read of a line is what they say of it; rules as the corpora's own notes give them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from firewall_audit.events import Event
from firewall_audit.formats import read_line
from firewall_audit.formats.fields import address, protocol
from tools.corrections import corrected

STRICT = frozenset(
    "cisco_asa cisco_ftd fortinet_fortigate iptables juniper_srx paloalto pf_filterlog suricata_eve".split()  # noqa: SIM905
)
"""Those of which 97 of 100 lines must be right; of the others 90."""
# Where fail2ban's own tests live: its times are local to this zone.
LOCAL = ZoneInfo("Europe/Zurich")
# What another project's harness assumes of lines without a zone.
ASSUMED = timezone(timedelta(hours=-2))
# Lines of which the label needs the lines before them: an accepted login counts as a failure after failures elsewhere.
CONTEXT = ("Accepted password for known",)


@dataclass
class Score:
    """What was right of one vendor's lines."""

    vendor: str
    lines: int = 0
    right: int = 0
    as_labelled: int = 0
    """Lines that are as their label says, its known errors included."""
    turned: list[str] = field(default_factory=list)
    """Lines read as allowed that are denied."""
    stopped: list[str] = field(default_factory=list)
    """Lines read as denied of which the label says allowed."""
    wrong: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Right lines out of all."""
        return self.right / self.lines if self.lines else 0.0

    @property
    def bar(self) -> float:
        """What the share must reach."""
        return 0.97 if self.vendor in STRICT else 0.90


def records(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of one file."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def score(file: Path) -> Score:
    """Read every line of a vendor's file and compare it with what is expected of it."""
    found = Score(file.stem)
    for record in records(file):
        event = read_line(record["line"].encode())
        found.as_labelled += not differences(record, event)
        record["expected"], _ = corrected(record["line"], record["expected"])
        differing = differences(record, event)
        found.lines += 1
        found.right += not differing
        if differing:
            found.wrong.append(f"{', '.join(differing)}: {record['line'][:300]!r} -> {event}")
        if event is not None and {record["expected"]["action"], event.action} == {"allow", "deny"}:
            (found.turned if event.action == "allow" else found.stopped).append(record["line"][:300])
    return found


def differences(record: dict[str, Any], event: Event | None) -> list[str]:
    """Name the expected fields that the event has otherwise; fields of which nothing is expected are free."""
    expected = record["expected"]
    if event is None:
        silent = all(value is None for name, value in expected.items() if name != "time")
        return [] if (silent and expected["time"] is None) or _not_counted(record) else ["unread"]
    pairs = {
        "src_ip": (_address(expected["src_ip"]), event.src),
        "dst_ip": (_address(expected["dst_ip"]), event.dst),
        "src_port": (expected["src_port"], event.src_port),
        "dst_port": (expected["dst_port"], event.dst_port),
        "protocol": (expected["protocol"] and protocol(str(expected["protocol"])), event.protocol),
    }
    wrong = [name for name, (theirs, ours) in pairs.items() if theirs not in (None, "") and theirs != ours]
    if not _action_is_right(record, event):
        wrong.append("action")
    if expected["time"] is not None and not same_time(expected["time"], event):
        wrong.append("time")
    return wrong


def _not_counted(record: dict[str, Any]) -> bool:
    return record["source"].startswith("fail2ban") and record["expected"]["action"] is None


def _action_is_right(record: dict[str, Any], event: Event) -> bool:
    wanted = record["expected"]["action"]
    if wanted in ("allow", "deny"):
        return event.action == wanted
    failed = event.outcome == "failure"
    if _not_counted(record):
        return not failed
    return wanted is None or failed or any(words in record["line"] for words in CONTEXT)


def _address(text: str | None) -> str:
    """Return an address as we write it; empty for names, which an event never has."""
    return address(text) if text else ""


def same_time(text: str, event: Event) -> bool:
    """Compare instants, or what the clock on the wall showed where the line has no zone and the corpus had to assume one; without a year only the rest."""
    theirs, ours = datetime.fromisoformat(text), event.at
    if ours is None:
        return False
    if not event.has_year:
        theirs, ours = (one.replace(year=1904) for one in (theirs, ours))
    near = timedelta(milliseconds=2) if theirs.microsecond else timedelta(seconds=1)
    wall = abs(theirs.replace(tzinfo=None) - ours.replace(tzinfo=None)) < near
    if ours.tzinfo is None:
        return wall or (theirs.tzinfo is not None and abs(theirs - ours.replace(tzinfo=ASSUMED)) < near)
    if wall:
        return True
    return abs((theirs if theirs.tzinfo else theirs.replace(tzinfo=LOCAL)) - ours) < near
