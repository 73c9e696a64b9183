"""Where batches lie on disk: folders, names, and the manifest that says what is in one. [FW-3]

    batches/<batch>/manifest.json
    batches/<batch>/lines/<part>.parquet                          the lines as they came
    batches/<batch>/events-<edition>/<device>/<day>-<part>.parquet  what was read of them, by UTC day
    work/<name>/                                                  being written; nobody reads it

A batch is made in `work` and comes into being by one rename; a new edition of its events by the rename of its manifest.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

MANIFEST: Final = "manifest.json"
DEVICE: Final = re.compile(r"[a-z0-9_][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of events: of one device, one UTC day and one part of a batch."""

    device: str
    day: date
    rows: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that follow one another in a batch, read together. `unparsed`: how many no format could read."""

    number: int
    place: int
    """Of its first line, counted from 0 in the batch."""
    lines: int
    unparsed: int
    repeated: int
    """How many more events than rows: repeats that one line stands for."""
    undated: int
    """Rows without a time of their own; they have that of the batch's arrival."""
    jumps: int
    """How often the clock of a sender went back by more than a minute."""
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a batch is: by it, and by its digest on the ledger, a review proves what it looked at."""

    batch: str
    digest: str
    """SHA-256 of the lines, each ended by a line feed: the same for a file and the same file packed."""
    source: str
    device: str
    sender: str
    zone: str
    arrived: datetime
    formats: Mapping[str, int]
    """The formats that were tried, with their versions; none named means all there were."""
    parts: tuple[Part, ...]
    edition: int = 1
    """Grows each time the lines are read again."""

    @property
    def lines(self) -> int:
        """Return how many lines came."""
        return sum(part.lines for part in self.parts)

    @property
    def unparsed(self) -> int:
        """Return how many lines no format could read."""
        return sum(part.unparsed for part in self.parts)

    @property
    def read(self) -> int:
        """Return how many lines became events."""
        return self.lines - self.unparsed

    @property
    def repeated(self) -> int:
        """Return how many events stand behind lines that say they are repeated."""
        return sum(part.repeated for part in self.parts)

    @property
    def undated(self) -> int:
        """Return how many events have no time of their own."""
        return sum(part.undated for part in self.parts)

    @property
    def jumps(self) -> int:
        """Return how often a sender's clock went back."""
        return sum(part.jumps for part in self.parts)

    @property
    def pieces(self) -> Iterator[tuple[int, Piece]]:
        """Yield every file of events with the number of its part."""
        return ((part.number, piece) for part in self.parts for piece in part.pieces)

    @property
    def devices(self) -> list[str]:
        """Return the devices whose events are in it."""
        return sorted({piece.device for _, piece in self.pieces})

    @property
    def first(self) -> datetime | None:
        """Return the time of its first event, in UTC; None when no line was read."""
        return min((piece.first for _, piece in self.pieces), default=None)

    @property
    def last(self) -> datetime | None:
        """Return the time of its last event, in UTC."""
        return max((piece.last for _, piece in self.pieces), default=None)

    def without(self, days: set[date]) -> "Manifest":
        """Return it without the files of some days. The parts stay: they say what once came."""
        parts = (replace(part, pieces=tuple(one for one in part.pieces if one.day not in days)) for part in self.parts)
        return replace(self, parts=tuple(parts))


def name_batch(device: str, sender: str, digest: str) -> str:
    """Return a batch's id: the same lines of the same sender are one batch, those of two partners are two."""
    return hashlib.sha256(f"{device}\n{sender}\n{digest}".encode()).hexdigest()[:32]


def checked(device: str) -> str:
    """Return a device's slug. Raises ValueError where it could not be the name of a folder."""
    if not DEVICE.fullmatch(device):
        raise ValueError("A device is named by small letters, digits and hyphens.")
    return device


def events_file(folder: Path, edition: int, part: int, piece: Piece) -> Path:
    """Return where the events of a part lie."""
    return folder / f"events-{edition}" / piece.device / f"{piece.day.isoformat()}-{part:06d}.parquet"


def lines_file(folder: Path, part: int) -> Path:
    """Return where the lines of a part lie."""
    return folder / "lines" / f"{part:06d}.parquet"


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put the manifest in place at once: what was there before holds until what comes is safe on disk."""
    fresh = folder / f".{MANIFEST}.{os.getpid()}"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, default=_plain, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / MANIFEST)
    sync_folder(folder)


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a batch. Raises FileNotFoundError when there is none."""
    return _manifest(json.loads((folder / MANIFEST).read_text("utf-8")))


def sync_folder(folder: Path) -> None:
    """Make what was named or renamed in a folder safe on disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _plain(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a manifest")


def _manifest(told: dict[str, Any]) -> Manifest:
    parts = tuple(
        Part(**part | {"pieces": tuple(_piece(piece) for piece in part["pieces"])}) for part in told.pop("parts")
    )
    return Manifest(**told | {"arrived": datetime.fromisoformat(told["arrived"]), "parts": parts})


def _piece(told: dict[str, Any]) -> Piece:
    return Piece(
        told["device"], date.fromisoformat(told["day"]), told["rows"],
        datetime.fromisoformat(told["first"]), datetime.fromisoformat(told["last"]),
    )  # fmt: skip
