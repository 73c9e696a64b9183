"""The signer: signs checkpoints with keys the web processes do not hold, and remembers what it signed.

Its own state file, outside the database, holds the last size and root it signed. It refuses to sign a smaller tree, or one
that does not begin with the last: a restored older database is refused, and one regrown from it too.
"""

import contextlib
import fcntl
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import orjson

from kernel.errors import Conflict, Refused, Unavailable
from kernel.ledger.entries import Draft
from kernel.ledger.merkle import EMPTY_ROOT, verify_consistency
from kernel.ledger.notes import Checkpoint, SigningKey, Verifier, sign_checkpoint

ROTATE = "ledger.key.rotate"
Prove = Callable[[int], list[bytes]]


@dataclass(frozen=True, slots=True)
class Signed:
    """What was signed last; `note` is empty before the first time."""

    size: int
    root: bytes
    note: str
    keys: tuple[str, ...]


class Signer:
    """Signs the checkpoints of one log. `key_file` holds its signing keys, one a line, the oldest first (mode 0600)."""

    def __init__(self, origin: str, key_file: Path, state_file: Path) -> None:
        self.origin = origin
        self._key_file = key_file
        self._state_file = state_file
        self._keys = _read_keys(key_file, origin)
        self.signed = self._read_state()

    @classmethod
    def create(cls, origin: str, key_file: Path, state_file: Path) -> "Signer":
        """Make a key and the state of a log that nobody has signed yet; Conflict if either is there already."""
        for file in (key_file, state_file):
            if file.exists():
                raise Conflict(f"{file.name} is there already; the log has a signer.")
            file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(key_file, SigningKey.generate(origin).secret_text() + "\n")
        _write_state(state_file, origin, Signed(0, EMPTY_ROOT, "", ()))
        return cls(origin, key_file, state_file)

    @classmethod
    def open(cls, origin: str, key_file: Path, state_file: Path) -> "Signer":
        """Open the signer, or create it when neither of its files is there. Half a signer is refused."""
        if key_file.exists() or state_file.exists():
            return cls(origin, key_file, state_file)
        return cls.create(origin, key_file, state_file)

    @property
    def verifiers(self) -> list[Verifier]:
        """The public keys that sign now, the oldest first."""
        return [key.verifier for key in self._keys]

    def check(self, size: int, root: bytes, prove: Prove) -> None:
        """Refuse a tree that does not begin with the last one signed. `prove(old size)` gives the consistency proof."""
        last = self.signed
        if size < last.size:
            raise Refused(
                None, f"The log has {size} entries, but {last.size} have been signed: an older state was restored."
            )
        if last.size and not verify_consistency(last.size, size, last.root, root, prove(last.size)):
            raise Refused(None, f"The log does not begin with the {last.size} entries that have been signed.")

    def sign(self, size: int, root: bytes, prove: Prove) -> str:
        """Sign a tree as a checkpoint note, after remembering it durably. Raises Refused as check does."""
        with self._alone():
            self.reload()
            self.check(size, root, prove)
            note = sign_checkpoint(Checkpoint(self.origin, size, root), self._keys)
            signed = Signed(size, root, note, tuple(key.verifier.vkey for key in self._keys))
            _write_state(self._state_file, self.origin, signed)
            self.signed = signed
            return note

    def reload(self) -> None:
        """Read keys and state again, for another process may have signed or rotated meanwhile."""
        self._keys = _read_keys(self._key_file, self.origin)
        self.signed = self._read_state()

    def begin_rotation(self, at: datetime, actor: str, action_id: UUID) -> Draft:
        """Add a new key beside the old: both sign from now on. Returns the entry that commits the new key to the log.

        Begun again after an interruption, it keeps the new key there is.
        """
        with self._alone():
            self.reload()
            if len(self._keys) == 1:
                new = SigningKey.generate(self.origin)
                replace_file(self._key_file, f"{self._keys[0].secret_text()}\n{new.secret_text()}\n")
                self._keys.append(new)
        old, coming = self.verifiers
        return Draft(
            action_id=action_id,
            at=at,
            actor=actor,
            session=None,
            action=ROTATE,
            target=None,
            scope="house",
            outcome="done",
            notes={"old": old.vkey, "new": coming.vkey},
        )

    def end_rotation(self, size: int) -> None:
        """Forget the old key, once both have signed a checkpoint of at least this size (which holds the entry).

        Raises Refused before that, Conflict when no rotation is under way.
        """
        with self._alone():
            self.reload()
            if len(self._keys) == 1:
                raise Conflict("No rotation of the ledger's key is under way.")
            if self.signed.size < size or len(self.signed.keys) != len(self._keys):
                raise Refused(None, "Both keys have not signed the entry of the rotation yet.")
            self._keys = self._keys[-1:]
            replace_file(self._key_file, self._keys[0].secret_text() + "\n")

    def _read_state(self) -> Signed:
        try:
            state = orjson.loads(self._state_file.read_bytes())
            signed = Signed(state["size"], bytes.fromhex(state["root"]), state["note"], tuple(state["keys"]))
        except FileNotFoundError as error:
            raise Refused(None, f"{self._state_file.name} is missing: nobody knows what has been signed.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise Refused(None, f"{self._state_file.name} cannot be read.") from error
        if state["origin"] != self.origin:
            raise Refused(None, f"{self._state_file.name} belongs to the log {state['origin']}.")
        return signed

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the state for this process, so that reading, checking and remembering are one step."""
        with self._state_file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _read_keys(file: Path, origin: str) -> list[SigningKey]:
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
        lines = file.read_text().split()
    except OSError as error:
        raise Unavailable(f"The ledger's signing key cannot be read: {error.strerror}.") from error
    if mode & 0o077:
        raise Refused(None, f"{file.name} may be read by others (mode {mode:03o}); it must be 600.")
    keys = [SigningKey.parse(line) for line in lines]
    if not keys or any(key.verifier.name != origin for key in keys):
        raise Refused(None, f"{file.name} holds no key of the log {origin}.")
    return keys


def _write_state(file: Path, origin: str, signed: Signed) -> None:
    state = {
        "origin": origin,
        "size": signed.size,
        "root": signed.root.hex(),
        "note": signed.note,
        "keys": signed.keys,
    }
    replace_file(file, orjson.dumps(state).decode())


def replace_file(file: Path, text: str) -> None:
    """Replace a file durably by one that only its owner may read."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    with os.fdopen(handle, "w") as fresh:
        fresh.write(text)
        fresh.flush()
        os.fsync(fresh.fileno())
    Path(name).replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
