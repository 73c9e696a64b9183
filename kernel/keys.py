"""The keys that encrypt people's content beside the ledger, remembered for half a minute in each process."""

import hashlib
import os
from typing import TYPE_CHECKING
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel import clock
from kernel.errors import Unavailable

if TYPE_CHECKING:
    from kernel.action import Work

NONCE = 12
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


def seal_content(work: "Work", subject: UUID, content: bytes) -> bytes:
    """Encrypt content of a subject (AES-256-GCM, fresh nonce) under its key; erasing the key erases the content."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key_of(work, subject)).encrypt(nonce, content, subject.bytes)


def open_content(session: Session, subject: UUID, sealed: bytes) -> bytes | None:
    """Decrypt content of a subject, in a reading too; None where its key was erased. Raises Unavailable where it was changed."""
    key = session.execute(text("select ledger.find_key(:id)"), {"id": subject}).scalar_one()
    if key is None:
        return None
    try:
        return AESGCM(bytes(key)).decrypt(sealed[:NONCE], sealed[NONCE:], subject.bytes)
    except (InvalidTag, ValueError):
        raise Unavailable("What was kept encrypted does not open with its key: one of them was changed.") from None


def hold_keys(work: "Work") -> bytes:
    """Return the statements that hold the remembered keys this work used; they fail where one was erased meanwhile."""
    told = [f"select ledger.hold_key('{s}', '\\x{hashlib.sha256(k).hexdigest()}'); " for s, k in work.keys.items()]
    return "".join(told).encode()


def forget_keys() -> None:
    """Forget the remembered keys: one of them was erased by another process."""
    _keys.clear()
