"""Keys of service accounts: a token shown once, or an Ed25519 key pair whose private half never comes here. [AC-4, PW-4]

A new key begins at once; the former one goes on for the book's hours, so that programs change over without a gap. Every key ends.
"""

import base64
import binascii
import os
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import StringConstraints
from sqlmodel import col, select

from iam.people.models import SERVICE, Account
from iam.services.models import ED25519, TOKEN, ServiceKey
from iam.services.program_entry import PREFIX, forget, handle_of
from kernel.action import Work, action
from kernel.db import Answer
from kernel.errors import Refused
from policy import book

Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
PublicKey = Annotated[str, StringConstraints(strip_whitespace=True, min_length=40, max_length=1000)]
RAW = 32
TOGETHER = 2
"""How many keys of an account are good at once: the new one, and the former one for the time of the change-over."""


class IssuedKey(Answer):
    """A key that was just made. The token, if it is one, is shown now and never again."""

    id: UUID
    kind: str
    ends_at: str
    token: str | None = None


@action("service.issue-key", on=Account, answer=IssuedKey)
def issue_key(work: Work, account: Account, *, label: Label, public_key: PublicKey | None = None) -> IssuedKey:
    """Give a service account a new key; the former one goes on for the time of the change-over. Only its owner sees a token. [AC-4]

    With a public key (Ed25519, PEM or base64) nothing secret is made here; without it a token is, and shown once.
    """
    if account.kind != SERVICE:
        raise Refused("AC-4", "Keys are for service accounts; a person signs in.")
    if account.status != "active" or account.ends_at is None or account.ends_at <= work.now:
        raise Refused("AC-4", "This service account is not in use.")
    token = None if public_key else PREFIX + base64.urlsafe_b64encode(os.urandom(RAW)).decode().rstrip("=")
    raw = read_public(public_key) if public_key else None
    _let_former_run_out(work, account)
    made = ServiceKey(
        scope=account.scope, account_id=account.id, person_id=account.person_id, kind=ED25519 if raw else TOKEN, label=label,
        handle=handle_of(token) if token else _handle(work, raw), public_key=raw, made_at=work.now,
        ends_at=min(work.now + timedelta(days=book.number("AC-4", "key_days")), account.ends_at),
    )  # fmt: skip
    work.add(made)
    work.fact("service.key-issued", account_id=account.id, key_id=made.id)
    return IssuedKey(id=made.id, kind=made.kind, ends_at=made.ends_at.isoformat(), token=token)


def read_public(text: str) -> bytes:
    """Return the 32 bytes of an Ed25519 public key in PEM or base64. Raises Refused for anything else, a private key above all."""
    if "PRIVATE" in text:
        raise Refused(
            "PW-4", "This is a private key. It stays with you; take its public half. Treat this one as disclosed."
        )
    try:
        if text.startswith("-----"):
            key = load_pem_public_key(text.encode())
            if not isinstance(key, Ed25519PublicKey):
                raise Refused("AC-4", "This is not an Ed25519 key.")
            return key.public_bytes_raw()
        raw = base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        raise Refused("AC-4", "This is not an Ed25519 public key in PEM or base64.") from None
    if len(raw) != RAW or len(set(raw)) < RAW // 4:
        raise Refused("AC-4", "This is not an Ed25519 public key in PEM or base64.")
    return raw


def _handle(work: Work, raw: bytes | None) -> bytes:
    made = handle_of((raw or b"").hex())
    if work.select(select(ServiceKey.id).where(ServiceKey.handle == made)).first() is not None:
        raise Refused("AC-4", "This key is or was in use already. Make a new pair.")
    return made


def live_of(work: Work, account_id: UUID) -> list[ServiceKey]:
    """Return the keys of an account that are good now, the newest first, locked."""
    asked = select(ServiceKey).where(
        ServiceKey.account_id == account_id, col(ServiceKey.ended_at).is_(None), col(ServiceKey.ends_at) > work.now
    )
    return list(
        work.select(asked.order_by(col(ServiceKey.made_at).desc(), col(ServiceKey.id).desc()).with_for_update())
    )


def _let_former_run_out(work: Work, account: Account) -> None:
    """Have the newest key end with the change-over, and older ones at once."""
    until = work.now + timedelta(hours=book.number("AC-4", "overlap_hours"))
    for number, former in enumerate(live_of(work, account.id)):
        if number < TOGETHER - 1:
            former.ends_at = min(former.ends_at, until)
        else:
            _end(work, former, "replaced")


def _end(work: Work, key: ServiceKey, why: str) -> None:
    key.ended_at, key.ended_why = work.now, why
    forget(work, key)


def end_all(work: Work, account_id: UUID, why: str) -> int:
    """End every key of an account; they stop working everywhere within a second. Returns how many."""
    live = live_of(work, account_id)
    for key in live:
        _end(work, key, why)
    return len(live)


@action("service.end-key", on=ServiceKey)
def end_key(work: Work, key: ServiceKey) -> None:
    """End a key of a service account; it stops working everywhere within a second. [AC-4, PW-5]"""
    if key.ended_at is not None:
        raise Refused("AC-4", "This key has ended already.")
    _end(work, key, "ended")
    work.fact("service.key-ended", account_id=key.account_id, key_id=key.id)
