"""The store of log lines: batches come in whole, are read again, shown and dropped. [FW-3]"""

import errno
import fcntl
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final
from uuid import uuid4

from firewall_audit.formats import BY_NAME
from firewall_audit.store.columns import Reading
from firewall_audit.store.layout import (
    MANIFEST,
    Manifest,
    Part,
    checked,
    events_file,
    lines_file,
    name_batch,
    read_manifest,
    sync_folder,
    write_manifest,
)
from firewall_audit.store.writing import Blocks, read_part, write_parts
from kernel.clock import now
from kernel.errors import NotFound, Refused

NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
ALREADY: Final = (errno.EEXIST, errno.ENOTEMPTY)
LOCK: Final = "lock"
JUST_BEGUN: Final = 3600
"""Seconds in which a desk without a lock may belong to somebody who is about to lock it."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of lines that were handed in; `already`: they had come before, and nothing was written twice."""

    manifest: Manifest
    already: bool


class Store:
    """The batches in a folder. Any number of processes may read and write it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.batches = folder / "batches"
        self.work = folder / "work"

    def write_batch(
        self,
        blocks: Blocks,
        reading: Reading,
        *,
        source: str,
        workers: int = 0,
        seen: Callable[[int, int], None] | None = None,
    ) -> Written:
        """Read and keep lines (some 100,000 a block); what is not read is kept too.

        Nothing of them is there before all of them are. `seen` is told how many lines are done, and unread. Raises Refused when the disk is full, and
        whatever `blocks` raises; nothing is left behind.
        """
        checked(reading.device)
        with self._desk() as desk, _room(source):
            parts, digest = write_parts(desk, 1, blocks, reading, workers, seen or _unseen)
            batch = name_batch(reading.device, reading.sender, digest)
            manifest = Manifest(
                batch, digest, source, reading.device, reading.sender, reading.zone, reading.arrived,
                _versions(reading), tuple(parts),
            )  # fmt: skip
            write_manifest(desk, manifest)
            already = not self._adopt(desk, batch)
        return Written(self.find(batch) if already else manifest, already)

    def find(self, batch: str) -> Manifest:
        """Return the manifest of a batch. Raises NotFound."""
        try:
            return read_manifest(self._place(batch))
        except FileNotFoundError:
            raise NotFound("There is no such batch of lines in the store.") from None

    def manifests(self) -> Iterator[Manifest]:
        """Yield what every batch says of itself, in the order of their ids."""
        for folder in sorted(self.batches.glob(f"*/{MANIFEST}")):
            with suppress(FileNotFoundError):  # dropped in between
                yield read_manifest(folder.parent)

    def rebuild(self, batch: str, reading: Reading) -> Manifest:
        """Read the lines of a batch once more, with the formats of today; until it is done the events of before hold.

        Days that were dropped stay so. Raises NotFound, and Refused when the disk is full.
        """
        old, folder = self.find(batch), self._place(batch)
        edition = old.edition + 1
        dropped = [part for part in old.parts if not lines_file(folder, part.number).exists()]
        with self._locked(folder), _room(old.source):
            shutil.rmtree(folder / f"events-{edition}", ignore_errors=True)  # of somebody who was killed
            kept = [part for part in old.parts if part not in dropped]
            fresh = [read_part(folder, edition, part, reading, _before(part, kept)) for part in kept]
            parts = sorted([*dropped, *fresh], key=lambda part: part.number)
            manifest = replace(
                old, parts=tuple(parts), edition=edition, formats=_versions(reading), zone=reading.zone,
                arrived=reading.arrived,
            )  # fmt: skip
            write_manifest(folder, manifest)
        shutil.rmtree(folder / f"events-{old.edition}", ignore_errors=True)
        return manifest

    def remove_batch(self, batch: str) -> None:
        """Take a batch out of the store, as a whole. Raises NotFound."""
        folder = self._place(batch)
        self.work.mkdir(parents=True, exist_ok=True)
        gone = self.work / f"gone-{uuid4().hex}"
        try:
            folder.rename(gone)
        except FileNotFoundError:
            raise NotFound("There is no such batch of lines in the store.") from None
        sync_folder(self.batches)
        shutil.rmtree(gone, ignore_errors=True)

    def drop_days(self, before: date, held: Iterable[str] = ()) -> list[str]:
        """Drop the UTC days before one, but for batches that are held; return the batches of which something went.

        Lines go with the last day that was read of their part; lines of which nothing was read go with their batch.
        """
        kept = set(held)
        return [one.batch for one in self.manifests() if one.batch not in kept and self._dropped(one, before)]

    def drop_batch_days(self, batch: str, before: date) -> bool:
        """Drop the UTC days before one of a batch; return whether something went. Raises NotFound."""
        return self._dropped(self.find(batch), before)

    def _dropped(self, manifest: Manifest, before: date) -> bool:
        old = {piece.day for _, piece in manifest.pieces if piece.day < before}
        spent = manifest.last is None and manifest.arrived.date() < before
        if not (old or spent):
            return False
        rest = manifest.without(old)
        if rest.last is None:
            self.remove_batch(manifest.batch)
        else:
            self._drop(manifest, rest)
        return True

    def sweep(self) -> int:
        """Clear away what somebody who was killed left half-written; return how many pieces of work that were."""
        cleared = 0
        for desk in self.work.glob("*"):
            with suppress(FileNotFoundError):
                cleared += _cleared(desk)
        for manifest in self.manifests():
            cleared += _trimmed(self._place(manifest.batch), manifest.edition)
        return cleared

    def _place(self, batch: str) -> Path:
        return self.batches / checked(batch)

    def _drop(self, old: Manifest, rest: Manifest) -> None:
        folder = self._place(old.batch)
        write_manifest(folder, rest)
        left = {(number, piece) for number, piece in rest.pieces}
        for number, piece in old.pieces:
            if (number, piece) not in left:
                events_file(folder, old.edition, number, piece).unlink(missing_ok=True)
        for part in rest.parts:
            if not part.pieces:
                lines_file(folder, part.number).unlink(missing_ok=True)

    @contextmanager
    def _desk(self) -> Iterator[Path]:
        """A folder to write in, locked for as long as this process lives."""
        desk = self.work / uuid4().hex
        desk.mkdir(parents=True)
        try:
            with self._locked(desk):
                yield desk
        finally:
            shutil.rmtree(desk, ignore_errors=True)

    @staticmethod
    @contextmanager
    def _locked(folder: Path) -> Iterator[None]:
        with (folder / LOCK).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _adopt(self, desk: Path, batch: str) -> bool:
        """Make a batch of what lies on a desk; False: it is there already."""
        self.batches.mkdir(parents=True, exist_ok=True)
        sync_folder(desk)
        try:
            desk.rename(self._place(batch))
        except OSError as error:
            if error.errno in ALREADY:
                return False
            raise
        sync_folder(self.batches)
        return True


def _unseen(_lines: int, _unread: int) -> None:
    """Nobody watches."""


def _before(part: Part, parts: list[Part]) -> Part | None:
    return next((one for one in parts if one.number == part.number - 1), None)


def _versions(reading: Reading) -> dict[str, int]:
    return {name: BY_NAME[name].version for name in reading.formats or BY_NAME}


def _cleared(desk: Path) -> bool:
    """Remove a desk unless the one who writes there lives."""
    if not (desk / LOCK).exists() and now().timestamp() - desk.stat().st_mtime < JUST_BEGUN:
        return False
    with _free(desk) as free:
        if free:
            shutil.rmtree(desk)
    return free


def _trimmed(folder: Path, edition: int) -> int:
    """Remove editions of events that no manifest names, unless somebody is reading the lines again just now."""
    others = [one for one in folder.glob("events-*") if one.name != f"events-{edition}"]
    if not others:
        return 0
    with _free(folder) as free:
        for one in others if free else []:
            shutil.rmtree(one, ignore_errors=True)
    return len(others) if free else 0


@contextmanager
def _free(folder: Path) -> Iterator[bool]:
    """Tell whether nobody works in a folder, and keep others away from it meanwhile."""
    with (folder / LOCK).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _room(source: str) -> Iterator[None]:
    """Say in plain words that a disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise Refused("FW-3", f"There is no room for {Path(source).name}: nothing of it was kept.") from error
        raise
