"""The keys that encrypt people's content beside the ledger, remembered for half a minute in each process."""

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import text

from kernel import clock

if TYPE_CHECKING:
    from kernel.action import Work

KEY_SECONDS, MAX_KEYS = 30.0, 10_000
_keys: dict[UUID, tuple[bytes, float]] = {}


def key_of(work: "Work", subject: UUID) -> bytes:
    """Return the key that encrypts a person's content beside the ledger, made at first need; erasing it erases the content.

    A key remembered from before is held in the message that commits (see `hold_keys`), so an erasure never misses a writer.
    """
    at = clock.monotonic()
    known = _keys.get(subject)
    if known is not None and at - known[1] < KEY_SECONDS:
        work.keys[subject] = known[0]
        return known[0]
    key = bytes(work.session.execute(text("select ledger.key_of(:id)"), {"id": subject}).scalar_one())
    if len(_keys) >= MAX_KEYS:
        _keys.clear()
    work.after_commit(lambda: _keys.__setitem__(subject, (key, at)))
    return key


def hold_keys(work: "Work") -> bytes:
    """Return the statements that hold the remembered keys this work used; they fail where one was erased meanwhile."""
    told = [f"select ledger.hold_key('{s}', '\\x{hashlib.sha256(k).hexdigest()}'); " for s, k in work.keys.items()]
    return "".join(told).encode()


def forget_keys() -> None:
    """Forget the remembered keys: one of them was erased by another process."""
    _keys.clear()
