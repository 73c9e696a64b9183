"""The same request sent twice is done once: a key from the sender, unique in the action's own transaction.

Source: the IETF draft "The Idempotency-Key HTTP Header Field". A repeat waits for the first to end, then gets its answer. Kept a day,
encrypted under the sender's own key, of which we keep a digest only: answers may hold what is shown once.
"""

import base64
import hashlib
import os
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from kernel.actor import Actor
from kernel.db import Utc, ungoverned_session
from kernel.errors import Conflict, Malformed
from kernel.sweeps import sweep

KEPT = timedelta(days=1)
MAX_KEY = 200


class OnceKey(SQLModel, table=True):
    """A request that was done, by the digest of sender, action and key, with the answer it got, encrypted."""

    __tablename__ = "once_key"
    __table_args__: ClassVar[Any] = {"info": {"governed": False}}

    digest: str = Field(primary_key=True)
    body: str
    answer: Any = Field(default=None, sa_type=JSONB, nullable=True)
    at: datetime = Field(sa_type=Utc, index=True)


class Repeated(Conflict):
    """It was done before; `answer` is what it got then."""

    def __init__(self, answer: Any) -> None:
        super().__init__("This request was done before.")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Once:
    """A sender's key, the digest of what was sent, and how the result is shown at the door."""

    key: str
    body: str
    render: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that is claimed: the digest it is known by, and what its answer is encrypted with."""

    digest: str
    seal: bytes


ONCE: ContextVar[Once | None] = ContextVar("once", default=None)


def claim(session: Session, actor: Actor, action: str, now: datetime) -> Claim | None:
    """Claim the sender's key for this action, waiting for whoever holds it; None where there is no key.

    Raises:
        Repeated: it was done before. Malformed: the key was used for something else, or is too long.

    """
    once = ONCE.get()
    if once is None:
        return None
    if not 0 < len(once.key) <= MAX_KEY:
        raise Malformed(f"An idempotency key has 1 to {MAX_KEY} characters.")
    named = f"{actor.ref}\n{action}\n{once.key}".encode(errors="replace")
    digest, seal = hashlib.sha256(named).hexdigest(), hashlib.sha256(b"answer\n" + named).digest()
    fresh = session.execute(
        text("insert into once_key (digest, body, at) values (:d, :b, :at) on conflict do nothing returning digest"),
        {"d": digest, "b": once.body, "at": now},
    ).first()
    if fresh is None:
        row = session.execute(text("select body, answer from once_key where digest = :d"), {"d": digest}).one()
        if row.body != once.body:
            raise Malformed("This idempotency key was used for another request.")
        raise Repeated(_opened(row.answer, seal))
    return Claim(digest, seal)


def _opened(kept: Any, seal: bytes) -> Any:
    try:
        raw = base64.b64decode(str(kept))
        return orjson.loads(AESGCM(seal).decrypt(raw[:12], raw[12:], None))
    except (ValueError, InvalidTag):
        raise Conflict("This request was done before; its answer cannot be read any more.") from None


def keep(session: Session, claimed: Claim | None, result: Any) -> None:
    """Keep the answer beside the key, in the same transaction."""
    once = ONCE.get()
    if claimed is not None and once is not None:
        nonce = os.urandom(12)
        sealed = nonce + AESGCM(claimed.seal).encrypt(nonce, orjson.dumps(once.render(result)), None)
        answer = orjson.dumps(base64.b64encode(sealed).decode()).decode()
        session.execute(
            text("update once_key set answer = cast(:a as jsonb) where digest = :d"), {"a": answer, "d": claimed.digest}
        )


@sweep("once-keys", seconds=3600)
def forget_old(now: datetime) -> None:
    """Forget keys older than a day."""
    with ungoverned_session() as conn:
        conn.execute(text("delete from once_key where at < :edge"), {"edge": now - KEPT})
