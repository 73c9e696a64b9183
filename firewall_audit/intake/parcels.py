"""A file that arrives in parts: on disk at once, each part proved by its digest, whatever is killed in between. [FW-3]

uploads/<id>/data           the file, each part at its place
uploads/<id>/parts          which parts are here: a line each, written when the part is safe on disk
uploads/<id>/progress.json  how far the worker has read it
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from firewall_audit import place
from kernel.errors import Conflict, Malformed, Refused
from policy import book

PART: Final = 4 << 20
"""Bytes of a part: what a line that breaks down loses at most."""

DIGEST: Final = 64
"""Characters of a SHA-256."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file has been read: bytes of it, lines, and of these the ones that no format could read."""

    bytes: int = 0
    lines: int = 0
    unread: int = 0


def uploads_folder() -> Path:
    """Return where files that are on their way lie."""
    return place.folder() / "uploads"


def parts_of(size: int, part_size: int) -> int:
    """Return how many parts a file has."""
    return -(-size // part_size)


def check_room(size: int, promised: int) -> None:
    """Refuse a file for which the disk has no room beside what others were promised and what must stay free."""
    uploads_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    free = shutil.disk_usage(uploads_folder()).free
    reserve = book.number("FW-3", "free_megabytes") << 20
    if size > free - promised - reserve:
        room = max(0, free - promised - reserve) >> 20
        raise Refused("FW-3", f"The disk has room for {room} MB more; this file has {-(-size >> 20)} MB.")


class Parcel:
    """One file on its way."""

    def __init__(self, upload: UUID, size: int, part_size: int) -> None:
        self.folder = uploads_folder() / str(upload)
        self.data = self.folder / "data"
        self.size, self.part_size = size, part_size
        self._parts = self.folder / "parts"
        self._progress = self.folder / "progress.json"

    def held(self) -> dict[int, str]:
        """Return the numbers of the parts that are here, with their digests."""
        try:
            lines = self._parts.read_text("ascii").splitlines()
        except FileNotFoundError:
            return {}
        told = (line.partition(" ") for line in lines)
        return {int(number): digest for number, _, digest in told if len(digest) == DIGEST}

    @property
    def is_whole(self) -> bool:
        """Tell whether every part is here."""
        return len(self.held()) == parts_of(self.size, self.part_size)

    def put(self, number: int, content: bytes, digest: str) -> None:
        """Keep a part; the same part twice is kept once.

        Raises Malformed for one that is not what its digest says or has no place in the file, Conflict for another in its place, Refused
        when the disk is full: what came before stays, and the part can be sent again.
        """
        length = min(self.part_size, self.size - number * self.part_size)
        if number < 0 or length <= 0 or len(content) != length:
            raise Malformed("This part has no place in the file.")
        if hashlib.sha256(content).hexdigest() != digest:
            raise Malformed("This part did not arrive as it was sent; send it again.")
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with self._alone() as listed:
                self._keep(number, content, digest, listed)
        except OSError as error:
            raise Refused("FW-3", "There is no room for this part. Go on when there is.") from error

    def _keep(self, number: int, content: bytes, digest: str, listed: int) -> None:
        known = self.held().get(number)
        if known is not None:
            if known != digest:
                raise Conflict("This is another file: the part that is here is not the same.")
            return
        handle = os.open(self.data, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            done = 0
            while done < len(content):
                done += os.pwrite(handle, memoryview(content)[done:], number * self.part_size + done)
            os.fsync(handle)
        finally:
            os.close(handle)
        # After a crash a line may be torn: it is no part, and the next one begins a line of its own.
        os.write(listed, f"\n{number} {digest}\n".encode())
        os.fsync(listed)

    @contextmanager
    def _alone(self) -> Iterator[int]:
        handle = os.open(self._parts, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle
        finally:
            os.close(handle)

    def tell(self, progress: Progress) -> None:
        """Put down how far the file has been read."""
        draft = self._progress.with_suffix(".new")
        draft.write_text(json.dumps(asdict(progress)), "ascii")
        draft.replace(self._progress)

    def progress(self) -> Progress:
        """Return how far the file has been read."""
        try:
            return Progress(**json.loads(self._progress.read_text("ascii")))
        except (FileNotFoundError, ValueError, TypeError):
            return Progress()

    def touched(self) -> float:
        """Return when something of it last came, in seconds since 1970; 0 where nothing is here."""
        with suppress(FileNotFoundError):
            return self._parts.stat().st_mtime
        return 0.0

    def remove(self) -> None:
        """Remove everything of it from the disk."""
        shutil.rmtree(self.folder, ignore_errors=True)
