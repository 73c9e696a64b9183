"""Passkeys (WebAuthn level 2): registering one, and proving oneself with it. [ID-1]

Challenges are random, kept here as tickets, and good once. User verification is asked for, so a passkey is a strong factor.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from pydantic import StringConstraints
from sqlmodel import col, select
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from iam.credentials.models import Passkey
from iam.entry import tickets
from iam.people.models import Account, for_people_only
from kernel import clock
from kernel.action import Work, action
from kernel.actor import Actor
from kernel.db import Answer, read_session
from kernel.errors import Refused
from kernel.settings import settings

HOUSE_NAME = "Omniwarden"
REGISTER, ASSERT = "passkey-register", "passkey-assert"
MINUTES = 5
MOST = 20
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Credential = Annotated[str, StringConstraints(min_length=2, max_length=16_384)]
Token = Annotated[str, StringConstraints(min_length=20, max_length=100)]


class PasskeyView(Answer):
    """A passkey as its owner sees it."""

    id: UUID
    label: str
    made_at: datetime
    used_at: datetime | None

    @classmethod
    def of(cls, key: Passkey) -> "PasskeyView":
        """Return what is shown of a passkey."""
        return cls(**key.model_dump(include=set(cls.model_fields)))


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the browser is given (`options`, JSON for navigator.credentials) and the ticket it comes back with."""

    ticket: str
    options: str


def origin() -> str:
    """Return the address people use in their browser, which a passkey is bound to."""
    return settings.base_url.rstrip("/") or f"http://localhost:{settings.port}"


def relying_party() -> str:
    """Return the host name a passkey is bound to."""
    return urlsplit(origin()).hostname or "localhost"


def _of(account_id: UUID) -> list[Passkey]:
    with read_session() as session:
        return list(
            session.scalars(select(Passkey).where(Passkey.account_id == account_id, col(Passkey.ended_at).is_(None)))
        )


def has_any(account_id: UUID) -> bool:
    """Tell whether an account has a passkey."""
    return bool(_of(account_id))


def registration(account_id: UUID, user_name: str, display_name: str) -> Challenge:
    """Begin to register a passkey; keys the person has already are named, so that one device is not registered twice."""
    options = webauthn.generate_registration_options(
        rp_id=relying_party(),
        rp_name=HOUSE_NAME,
        user_id=account_id.bytes,
        user_name=user_name,
        user_display_name=display_name,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=key.credential_id) for key in _of(account_id)],
    )
    return _challenge(REGISTER, account_id, options.challenge, options_to_json(options))


def assertion(account_id: UUID) -> Challenge:
    """Begin to prove oneself with one of an account's passkeys."""
    options = webauthn.generate_authentication_options(
        rp_id=relying_party(),
        allow_credentials=[PublicKeyCredentialDescriptor(id=key.credential_id) for key in _of(account_id)],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _challenge(ASSERT, account_id, options.challenge, options_to_json(options))


def _challenge(purpose: str, account_id: UUID, challenge: bytes, options: str) -> Challenge:
    ticket = tickets.issue(purpose, account_id, clock.now(), MINUTES, challenge=bytes_to_base64url(challenge))
    return Challenge(ticket, options)


def _asked(ticket: str, purpose: str, account_id: UUID, work: Work) -> bytes:
    step = tickets.take(ticket, purpose, work.now)
    if step.account_id != account_id:
        raise Refused("ID-1", tickets.OVER)
    return base64url_to_bytes(str(step.data["challenge"]))


@action("passkey.register", on=Account, answer=PasskeyView)
def register_passkey(work: Work, account: Account, *, ticket: Token, credential: Credential, label: Label) -> Passkey:
    """Register a passkey. [ID-1]"""
    for_people_only(account)
    challenge = _asked(ticket, REGISTER, account.id, work)
    try:
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=relying_party(),
            expected_origin=origin(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError) as wrong:
        raise Refused("ID-1", "This passkey could not be verified.") from wrong
    if len(list(work.select(select(Passkey.id).where(Passkey.account_id == account.id)))) >= MOST:
        raise Refused("ID-1", f"An account has at most {MOST} passkeys; remove one first.")
    work.fact("passkey.registered", person_id=account.person_id, account_id=account.id)
    return work.add(
        Passkey(
            scope=account.scope,
            account_id=account.id,
            person_id=account.person_id,
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            label=label,
            made_at=work.now,
        )
    )


def proves(work: Work, account_id: UUID, ticket: str, credential: str) -> bool:
    """Tell whether an answer to a challenge comes from one of the account's passkeys; the challenge is used up either way."""
    try:
        challenge = _asked(ticket, ASSERT, account_id, work)
    except Refused:
        return False
    answer = Presented.read(credential)
    known = find(work, answer.id) if answer is not None else None
    if answer is None or known is None or known.account_id != account_id:
        return False
    return is_good(known, answer, challenge, work.now)


@dataclass(frozen=True, slots=True)
class Presented:
    """A browser's answer to a challenge: which credential it says it is, whose (none where it is not discoverable), and all of it."""

    id: bytes
    holder: bytes | None
    content: dict[str, Any]

    @classmethod
    def read(cls, credential: str) -> "Presented | None":
        """Read an answer; None for what is none."""
        try:
            content = json.loads(credential)
            holder = content["response"].get("userHandle")
            return cls(
                base64url_to_bytes(str(content["rawId"])), base64url_to_bytes(holder) if holder else None, content
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None


def find(work: Work, credential_id: bytes) -> Passkey | None:
    """Return the passkey of a credential, locked; None for one that is unknown or removed."""
    found: Passkey | None = work.select(
        select(Passkey).where(Passkey.credential_id == credential_id, col(Passkey.ended_at).is_(None)).with_for_update()
    ).first()
    return found


def is_good(known: Passkey, answer: Presented, challenge: bytes, now: datetime) -> bool:
    """Tell whether an answer was signed by a passkey for this challenge, with its user verified; its counter moves on."""
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer.content,
            expected_challenge=challenge,
            expected_rp_id=relying_party(),
            expected_origin=origin(),
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return False
    known.sign_count, known.used_at = verified.new_sign_count, now
    return True


def begin_own(actor: Actor, account_id: UUID, user_name: str) -> Challenge:
    """Begin to register a passkey for the person who is signed in."""
    return registration(account_id, user_name, actor.name)
