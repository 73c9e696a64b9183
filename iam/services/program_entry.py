"""The way in for programs: a bearer token, or a pass of minutes for whoever signs with a service account's private key. [AC-4, ID-1]

Each process knows live keys from memory for at most a second, so a key, an account or a right that ended stops working everywhere
within that second. There is no session, no cookie and no second factor: what needs one is closed to programs.
"""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import StringConstraints
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, INTEGER
from sqlalchemy.engine import Connection
from sqlmodel import select

from iam.credentials import factors
from iam.credentials.passkeys import origin
from iam.entry import throttle, tickets
from iam.entry.candidates import counters
from iam.entry.entering import Source
from iam.services.models import ED25519, TOKEN, ServiceKey
from kernel import clock, fresh
from kernel.action import Work, action
from kernel.actor import Actor, clerk, service
from kernel.db import Answer, ungoverned_session
from kernel.errors import Unavailable
from kernel.sealing import pseudonym, seal, unseal
from policy import book

PREFIX, PASS = "ows.", "owp."
ABOUT = "service-pass"
CLERK = clerk("signin")
NO = "This key opens nothing here."
TOUCH_EVERY = timedelta(seconds=30)
Nonce = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
Signature = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{86}(==)?$")]


class Pass(Answer):
    """What a program sends as its bearer token for the next minutes."""

    token: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Program:
    """A key as a door needs it: whose, until when, last seen when."""

    key_id: UUID
    account_id: UUID
    name: str
    kind: str
    ends_at: datetime
    seen_at: datetime | None
    version: int
    account_version: int


_LIVE = text(
    """
    select k.handle, k.id, a.id, a.name, k.kind, least(k.ends_at, a.ends_at), n.seen_at, k.version, a.version
      from service_key k join account a on a.id = k.account_id left join service_seen n on n.key_id = k.id
     where k.handle = any(:handles) and k.ended_at is null and a.status = 'active' and a.kind = 'service'
    """
).bindparams(bindparam("handles", type_=ARRAY(BYTEA)))
_SEEN = text(
    """
    insert into service_seen as n (key_id, account_id, seen_at) values (:key, :account, :now)
    on conflict (key_id) do update set seen_at = greatest(n.seen_at, excluded.seen_at)
    """
)


def _read(conn: Connection, handles: list[bytes]) -> dict[bytes, Program]:
    return {bytes(row[0]): Program(*row[1:]) for row in conn.execute(_LIVE, {"handles": handles})}


# When it was last used is not asked again: whoever uses it here notes that twice a minute, and reads it anew.
_CHANGED = text(
    """
    select known.handle from unnest(:handles, :keys, :accounts) as known (handle, key, account)
      left join service_key k on k.handle = known.handle and k.ended_at is null
      left join account a on a.id = k.account_id
     where k.id is null or k.version <> known.key or a.version <> known.account
    """
).bindparams(
    bindparam("handles", type_=ARRAY(BYTEA)),
    bindparam("keys", type_=ARRAY(INTEGER)),
    bindparam("accounts", type_=ARRAY(INTEGER)),
)


def _changed(conn: Connection, known: dict[bytes, Program]) -> set[bytes]:
    asked = {
        "handles": list(known),
        "keys": [one.version for one in known.values()],
        "accounts": [one.account_version for one in known.values()],
    }
    return {bytes(row[0]) for row in conn.execute(_CHANGED, asked)}


LIVE: fresh.LiveCache[Program] = fresh.live(_read, _changed)


def handle_of(secret: str) -> bytes:
    """Return what is kept of a token, and what a public key is known by."""
    return tickets.digest(secret)


def forget(work: Work, key: ServiceKey) -> None:
    """Have this process forget a key right after the commit; the others follow within a second."""
    work.after_commit(partial(LIVE.forget, bytes(key.handle)))


def is_programs(token: str) -> bool:
    """Tell whether a bearer token has the form of a program's."""
    return token.startswith((PREFIX, PASS))


def actor_of(token: str) -> Actor | None:
    """Return the program behind a token or a pass; None when it is unknown, ended or over. Raises Unavailable."""
    now = clock.now()
    handle = handle_of(token) if token.startswith(PREFIX) else _of_pass(token, now)
    found = LIVE.get(handle) if handle is not None else None
    wanted = TOKEN if token.startswith(PREFIX) else ED25519
    if handle is None or found is None or found.kind != wanted or found.ends_at <= now:
        return None
    if found.seen_at is None or now - found.seen_at >= TOUCH_EVERY:
        with ungoverned_session() as conn:
            conn.execute(_SEEN, {"key": found.key_id, "account": found.account_id, "now": now})
        LIVE.forget(handle)
    return service(found.account_id, found.name)


def _of_pass(token: str, now: datetime) -> bytes | None:
    try:
        opened = unseal(base64.urlsafe_b64decode(token.removeprefix(PASS)), ABOUT)
    except (ValueError, Unavailable):
        return None
    return opened[8:] if int.from_bytes(opened[:8]) > now.timestamp() else None


def message(key_id: UUID, stamp: int, nonce: str) -> bytes:
    """Return the bytes a program signs: for this house, this key, this second, once."""
    return f"omniwarden-service-v1\n{origin()}\n{key_id}\n{stamp}\n{nonce}".encode()


@action("sign-in.service", answer=Pass)
def check_signature(
    work: Work, *, key_id: UUID, stamp: int, nonce: Nonce, signature: Signature, source: Source
) -> Pass:
    """Check what a program signed with its private key, and give it a pass for minutes. [AC-4, ID-1]"""
    own, shared = counters(f"key {key_id}", source, None)
    throttle.count((*own, *shared), work.now)
    key = work.session.scalars(select(ServiceKey).where(ServiceKey.id == key_id)).first()
    program = LIVE.get(bytes(key.handle)) if key is not None else None
    late = abs(work.now.timestamp() - stamp) > book.number("AC-4", "clock_seconds")
    if (
        key is None
        or program is None
        or program.ends_at <= work.now
        or late
        or not _signed(key, stamp, nonce, signature)
    ):
        raise factors.wrong("service", NO, source=pseudonym(source.address), key=pseudonym(str(key_id)))
    if not tickets.spend(f"{key_id}\n{nonce}", work.now, 2 + book.number("AC-4", "clock_seconds") // 30):
        raise factors.wrong("service-replay", NO, source=pseudonym(source.address), key=pseudonym(str(key_id)))
    throttle.forgive(own, shared)
    ends_at = min(work.now + timedelta(minutes=book.number("AC-4", "pass_minutes")), program.ends_at)
    work.note("account", str(program.account_id))
    sealed = seal(int(ends_at.timestamp()).to_bytes(8) + bytes(key.handle), ABOUT)
    return Pass(token=PASS + base64.urlsafe_b64encode(sealed).decode(), ends_at=ends_at)


def _signed(key: ServiceKey, stamp: int, nonce: str, signature: str) -> bool:
    if key.public_key is None:
        return False
    try:
        raw = base64.urlsafe_b64decode(signature.rstrip("=") + "==")
        Ed25519PublicKey.from_public_bytes(bytes(key.public_key)).verify(raw, message(key.id, stamp, nonce))
    except (InvalidSignature, ValueError):
        return False
    return True
