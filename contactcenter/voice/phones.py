"""The browser phone's one-time credentials: issued to a session, void with it. [OC-3, OC-14, PW-4]

The row is written first, then Asterisk is told; what Asterisk holds beyond a live row is cleared by the exchange.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from sqlmodel import col, select

from contactcenter import candidates, floor, routing
from contactcenter.models import AgentState
from contactcenter.voice.ari import AriLostError, AriRefusedError
from contactcenter.voice.models import PhoneCredential
from contactcenter.voice.server import address
from kernel.action import Fact, Work, action, on_fact
from kernel.db import HOUSE, Answer
from kernel.errors import Conflict, NotSignedIn, Refused, Unavailable
from kernel.gate import Ask, condition

LIFE = timedelta(hours=12)
AWAY = "Voice is not connected just now; the phone will try again."


class Ticket(Answer):
    """What a browser phone registers with, shown once."""

    id: UUID
    username: str
    password: str
    realm: str = "asterisk"
    expires_at: datetime


@condition("own-phone", where=lambda model, actor: model.person_id == actor.id)
def own_phone(ask: Ask) -> str | None:
    """One's own phone credential, and nobody else's."""
    mine = isinstance(ask.target, PhoneCredential) and ask.target.person_id == ask.actor.id
    return None if mine else "This phone belongs to somebody else."


@action("phone.credential", answer=Ticket)
def issue_credential(work: Work) -> Ticket:
    """Issue a one-time credential for the browser phone of this session; an earlier one of the session is void. [OC-3]"""
    if work.actor.id is None or work.actor.session is None:
        raise NotSignedIn("A phone belongs to a signed-in session.", "ID-1")
    _void(work, work.actor.session, "replaced")
    password = secrets.token_urlsafe(24)
    agent = work.session.get(AgentState, work.actor.id)
    credential = work.add(PhoneCredential(
        scope=agent.scope if agent else HOUSE, person_id=work.actor.id, session_id=work.actor.session, made_at=work.now, expires_at=work.now + LIFE,
        secret_hash=hashlib.sha256(password.encode()).hexdigest(),
    ))  # fmt: skip
    work.fact("phone.issued", phone_id=credential.id, person_id=credential.person_id)
    ticket = Ticket(id=credential.id, username=credential.name, password=password, expires_at=credential.expires_at)
    work.after_commit(lambda: tell_asterisk(ticket))
    return ticket


@action("phone.revoke", on=PhoneCredential)
def revoke_credential(work: Work, phone: PhoneCredential, *, reason: str = "revoked") -> None:
    """Void a phone's credential: it is unregistered and what it speaks is hung up. [PW-5]"""
    if phone.voided_at is None:
        phone.voided_at, phone.void_reason = work.now, reason[:40]
        work.fact("phone.voided", phone_id=phone.id, person_id=phone.person_id)


@action("phone.online", on=PhoneCredential)
def phone_online(work: Work, phone: PhoneCredential) -> None:
    """A browser phone has registered: calls may be offered to its agent, and what waits for him is. [OC-2, OC-3]

    Raises:
        Conflict: when the agent is being dealt with just now; it is tried again, so that no offer falls between two.

    """
    if phone.online or phone.voided_at is not None:
        return
    phone.online = True
    work.session.flush()
    if work.session.get(AgentState, phone.person_id) is None:
        return
    held = floor.hold_if_free(work, phone.person_id)
    if held is None:
        raise Conflict("The agent is being dealt with just now.")
    routing.fill(work, held)


@action("phone.offline", on=PhoneCredential)
def phone_offline(_: Work, phone: PhoneCredential) -> None:
    """A browser phone is registered no more: no call is offered to its agent. [OC-2, OC-3]"""
    phone.online = False


@candidates.reached_by_voice
def reachable(session: Session, agents: list[UUID]) -> set[UUID]:
    """Return which of these agents have a browser phone that is registered now."""
    statement = select(PhoneCredential.person_id).where(
        col(PhoneCredential.person_id).in_(agents), col(PhoneCredential.voided_at).is_(None), PhoneCredential.online
    )
    return set(session.scalars(statement))


@action("phone.clear", on=PhoneCredential)
def clear_credential(work: Work, phone: PhoneCredential) -> None:
    """Note that Asterisk has forgotten a void or expired credential."""
    if phone.voided_at is None and phone.expires_at > work.now:
        raise Refused("OC-3", "This phone's credential is still good.")
    phone.voided_at = phone.voided_at or work.now
    phone.void_reason = phone.void_reason or "expired"
    phone.online = False
    phone.cleared_at = phone.cleared_at or work.now


@on_fact("session.ended")
def void_with_session(work: Work, fact: Fact) -> None:
    """The phone goes with the session that it was issued to. [PW-5]"""
    _void(work, UUID(str(fact.data["session_id"])), "session ended")


def _void(work: Work, session_id: UUID, reason: str) -> None:
    statement = select(PhoneCredential).where(
        PhoneCredential.session_id == session_id, col(PhoneCredential.voided_at).is_(None)
    )
    for phone in work.select(statement.with_for_update()):
        phone.voided_at, phone.void_reason = work.now, reason
        work.fact("phone.voided", phone_id=phone.id, person_id=phone.person_id)


def tell_asterisk(ticket: Ticket) -> None:
    """Have Asterisk know a phone.

    Raises:
        Unavailable: when it does not take it.

    """
    asterisk = address()
    if asterisk is None:
        raise Unavailable("Voice is not connected: there is no Asterisk.", retry_after=30)
    try:
        for kind, fields in objects(ticket):
            body = {"fields": [{"attribute": key, "value": value} for key, value in fields.items()]}
            asterisk.ask("PUT", path(kind, ticket.username), body)
    except (AriLostError, AriRefusedError) as away:
        raise Unavailable(AWAY) from away


def path(kind: str, username: str) -> str:
    """Where an object of a phone lies in ARI."""
    return f"asterisk/config/dynamic/res_pjsip/{kind}/{username}"


KINDS = ("endpoint", "aor", "auth")


def objects(ticket: Ticket) -> list[tuple[str, dict[str, Any]]]:
    """What Asterisk must know of a phone, in the order in which it must be told."""
    name = ticket.username
    return [
        ("auth", {"auth_type": "userpass", "username": name, "password": ticket.password}),
        ("aor", {"max_contacts": "1", "remove_existing": "yes", "maximum_expiration": "120"}),
        ("endpoint", {
            "transport": "ws", "context": "phones", "webrtc": "yes", "dtls_auto_generate_cert": "yes", "disallow": "all",
            "allow": "opus,alaw,ulaw", "aors": name, "auth": name, "direct_media": "no", "rtp_timeout": "10",
            "rtp_timeout_hold": "0", "timers": "no",
        }),
    ]  # fmt: skip
