"""What people do with sessions: lock, come back, show the factor again, list and end them. [ID-1, PW-5, TR-6]"""

from datetime import datetime
from functools import partial
from uuid import UUID

from pydantic import SecretStr
from sqlmodel import col, select

from iam.credentials import factors, hashing, passwords
from iam.credentials.factors import Proof
from iam.entry import presence, throttle, tickets
from iam.entry.models import Device, Session, SessionSeen
from iam.entry.signin import CLERK
from iam.people.models import Account, Person
from kernel import clock
from kernel.action import Work, action
from kernel.actor import Actor
from kernel.db import Answer
from kernel.errors import NotFound, Refused
from kernel.reading import reading


class SessionView(Answer):
    """A session as its owner sees it."""

    id: UUID
    agent: str
    source: str | None
    factor: str
    started_at: datetime
    seen_at: datetime
    ends_at: datetime
    is_this: bool = False

    @classmethod
    def of(cls, session: Session) -> "SessionView":
        """Return what is shown of a session."""
        return cls(**session.model_dump(include=set(cls.model_fields)), seen_at=session.started_at)


@action("session.end", on=Session)
def end_session(work: Work, session: Session) -> None:
    """End a session: sign out, or shut one left open elsewhere. [ID-1]"""
    if not presence.end(work, [session], "ended"):
        raise Refused("ID-1", "This session has ended already.")


@action("session.end-all", on=Person)
def end_all_sessions(work: Work, person: Person, *, keep_this: bool = False) -> int:
    """End all sessions of a person, everywhere; the one that asks may be kept. Returns how many ended. [PW-5]"""
    kept = work.actor.session if keep_this else None
    return presence.end(work, presence.open_of(work, person.id, but=kept), "ended everywhere")


@action("session.lock", on=Session)
def lock_session(work: Work, session: Session) -> None:
    """Lock the screen; coming back takes the password or a passkey, not a whole sign-in. [TR-6]"""
    _still_on(work, session)
    session.locked_at = session.locked_at or work.now
    work.after_commit(partial(presence.LIVE.forget, bytes(session.digest)))


@action("session.unlock", on=Session)
def unlock_session(
    work: Work, session: Session, *, password: SecretStr | None = None, proof: Proof | None = None
) -> None:
    """Come back to a locked session with the password, or with a passkey. [ID-1]"""
    _still_on(work, session)
    account = work.get(Account, session.account_id)
    person = work.get(Person, session.person_id)
    if account.status != "active" or person.status != "active":
        raise Refused("ID-1", "This session is over. Please sign in.")
    if password is not None:
        throttle.count([factors.factor_key(account.id)], work.now)
        held = passwords.current(work, account.id)
        if not hashing.verify(held.hash if held else None, password.get_secret_value()):
            raise factors.wrong("unlock", "This is not the password.", account=str(account.id))
        throttle.forgive([factors.factor_key(account.id)])
    elif proof is None or proof.credential is None or factors.demand(work, account.id, proof) != "passkey":
        raise factors.wrong("unlock", "The password or a passkey is needed.", account=str(account.id))
    session.locked_at = None
    work.after_commit(partial(presence.LIVE.forget, bytes(session.digest)))


@action("session.step-up", on=Session)
def step_up(work: Work, session: Session, *, proof: Proof) -> None:
    """Show the second factor again before something dangerous. [ID-1]"""
    _still_on(work, session)
    if session.id != work.actor.session:
        raise Refused("ID-1", "The factor is shown in the session that needs it.")
    session.factor = factors.demand(work, session.account_id, proof)
    session.factor_at = work.now
    work.after_commit(partial(presence.LIVE.forget, bytes(session.digest)))


def _still_on(work: Work, session: Session) -> None:
    if session.ended_at is not None or session.ends_at <= work.now:
        raise Refused("ID-1", "This session is over. Please sign in.")


@action("device.forget", on=Device)
def forget_device(work: Work, device: Device) -> None:
    """Forget a known device: the next sign-in from it counts as one from a strange place. [ID-1]"""
    device.ended_at = device.ended_at or work.now


@reading("session.list-mine")
def my_sessions(work: Work) -> list[SessionView]:
    """List one's own sessions that are on, the latest first. [ID-1]"""
    rows = work.session.execute(
        select(Session, SessionSeen.seen_at)
        .outerjoin(SessionSeen, col(SessionSeen.session_id) == Session.id)
        .where(Session.person_id == work.actor.id, col(Session.ended_at).is_(None), col(Session.ends_at) > work.now)
        .order_by(col(Session.started_at).desc())
    )
    return [
        SessionView.of(session).model_copy(
            update={"seen_at": seen or session.started_at, "is_this": session.id == work.actor.session}
        )
        for session, seen in rows
    ]


def come_back(token: str, *, password: str | None = None, proof: Proof | None = None) -> presence.Signed:
    """Unlock the session behind a token. Raises NotFound, Refused when the proof is wrong, Busy."""
    found = presence.who(token, touch=False)
    if found is None:
        raise NotFound("There is no such session.")
    secret = SecretStr(password) if password is not None else None
    with hashing.SLOTS.taken():
        unlock_session(CLERK, found.id, password=secret, proof=proof)
    presence.note_seen(found.id, clock.now())
    presence.LIVE.forget(tickets.digest(token))
    back = presence.who(token)
    if back is None:
        raise NotFound("There is no such session.")
    return back


def show_factor(actor: Actor, proof: Proof) -> None:
    """Step up in one's own session. Raises Refused when the proof is wrong, Busy when held back."""
    if actor.session is None or actor.id is None:
        raise Refused("ID-1", "There is no session to show a factor in.")
    step_up(actor, actor.session, proof=proof)


def actor_of(token: str) -> Actor | None:
    """Return the person behind a session token, as the kernel knows them; None while the session is locked or over.

    Raises Unavailable when neither memory nor the database can tell.
    """
    signed = presence.who(token)
    return signed.actor if signed is not None and signed.state(clock.now()) == "open" else None
