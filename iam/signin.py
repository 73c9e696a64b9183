"""The way in: name and password, then a second factor, then a session. [ID-1, PW-4, PW-5]

A name nobody has, a wrong password, a suspended person: the same answer after the same work, so nobody learns who exists.
Every try is counted before it is looked at, and is on the ledger whatever came of it.
"""

import unicodedata
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import SecretStr, StringConstraints
from sqlalchemy import and_, bindparam
from sqlalchemy import select as select_all
from sqlmodel import col, select

from iam import factors, hashing, passkeys, throttle, tickets
from iam.entering import Entered, Source, start_session
from iam.factors import Factor, Proof
from iam.keys import pseudonym
from iam.models_people import PLATFORM, Account, Person
from iam.models_secrets import Password, Totp
from iam.models_sessions import Device
from iam.password_rules import normal
from kernel import clock
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.errors import Refused

CLERK = clerk("signin")
NO = "The user id and the password do not belong together, or this account cannot sign in."
FACTOR_MINUTES = 10
FACTOR = "factor"

UserName = Annotated[str, StringConstraints(max_length=128)]


@dataclass(frozen=True, slots=True)
class FactorNeeded:
    """The password was right; the ticket leads to the second step."""

    ticket: str
    factors: tuple[Factor, ...]


@dataclass(frozen=True, slots=True)
class Passed:
    """What the first step found."""

    account_id: UUID
    password_id: UUID
    factors: tuple[Factor, ...]
    entered: Entered | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whom a name stands for, and all that decides whether they may come in."""

    account: Account | None
    person: Person | None
    password: Password | None
    device: Device | None
    totp: Totp | None


def plain_name(name: str) -> str:
    """Return a typed user id in the form it is looked up."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


_LOOK_UP = (
    select_all(Account, Person, Password, Device, Totp)
    .join(Person, col(Person.id) == Account.person_id)
    .outerjoin(Password, and_(col(Password.account_id) == Account.id, col(Password.ended_at).is_(None)))
    .outerjoin(
        Device,
        and_(
            col(Device.account_id) == Account.id,
            col(Device.digest) == bindparam("device"),
            col(Device.ended_at).is_(None),
            col(Device.ends_at) > bindparam("now"),
        ),
    )
    .outerjoin(
        Totp,
        and_(col(Totp.account_id) == Account.id, col(Totp.confirmed_at).is_not(None), col(Totp.ended_at).is_(None)),
    )
    .where(col(Account.platform) == PLATFORM, col(Account.name) == bindparam("name"))
)


def look_up(work: Work, name: str, device: str | None) -> Candidate:
    """Find who a name stands for, in one question whether they exist or not."""
    asked = {"name": plain_name(name), "device": tickets.digest(device or ""), "now": work.now}
    row = work.session.execute(_LOOK_UP, asked).first()
    return Candidate(*row) if row is not None else Candidate(None, None, None, None, None)


def counters(
    name: str, source: Source, device: Device | None
) -> tuple[tuple[throttle.Key, ...], tuple[throttle.Key, ...]]:
    """Return what a try is counted under: one's own counters, and those shared with others.

    A known device of the account has its own counter and no other, so strangers cannot hold its owner back.
    """
    if device is not None:
        return (throttle.key("device", str(device.id)),), ()
    plain = plain_name(name)
    own = (throttle.key("pair", plain, source.address),)
    return own, (throttle.key("source", source.address), throttle.key("account", plain))


def may_enter(found: Candidate) -> bool:
    """Tell whether an account and its person are in a state to come in."""
    return (
        found.account is not None
        and found.person is not None
        and found.account.status == "active"
        and found.person.status == "active"
    )


@action("sign-in.password")
def check_password(
    work: Work,
    *,
    name: UserName,
    password: SecretStr,
    source: Source,
    device: SecretStr | None = None,
    proof: Proof | None = None,
) -> Passed:
    """Check a user id and password, and the second factor where it came along. [ID-1, PW-4]"""
    found = look_up(work, name, device.get_secret_value() if device else None)
    own, shared = counters(name, source, found.device)
    throttle.count((*own, *shared), work.now)
    known = found.password.hash if found.password is not None and may_enter(found) else None
    if not hashing.verify(known, password.get_secret_value()):
        raise _refusal(found, name, source)
    account, person, held = found.account, found.person, found.password
    assert account is not None and person is not None and held is not None  # noqa: S101, PT018 - told by verify
    if hashing.is_outdated(held.hash):
        held.hash = hashing.hashed(normal(password.get_secret_value()))
    work.note("account", str(account.id))
    if proof is None:
        throttle.forgive(own, shared)
        work.note("step", "password")
        asked = factors.of_account(work, account.id)
        return Passed(account.id, held.id, asked, None)
    factor = factors.demand(work, account, proof, own, shared, found.totp)
    entered = start_session(work, account, person, factor, source, found.device)
    return Passed(account.id, held.id, (factor,), entered)


def _refusal(found: Candidate, name: str, source: Source) -> Refused:
    who = {"account": str(found.account.id)} if found.account else {"unknown": pseudonym(plain_name(name))}
    return factors.wrong("password", NO, source=pseudonym(source.address), **who)


@action("sign-in.factor", on=Account)
def check_factor(
    work: Work,
    account: Account,
    *,
    password_id: UUID,
    proof: Proof,
    source: Source,
    device: SecretStr | None = None,
) -> Entered:
    """Check the second factor of someone whose password was right, and begin the session. [ID-1]"""
    person = work.get(Person, account.person_id)
    held = work.get(Password, password_id)
    if account.status != "active" or person.status != "active" or held.ended_at is not None:
        raise Refused("ID-1", tickets.OVER)
    factor = factors.demand(work, account, proof)
    found = known_device(work, account.id, device.get_secret_value() if device else None)
    return start_session(work, account, person, factor, source, found)


def known_device(work: Work, account_id: UUID, device: str | None) -> Device | None:
    """Return the device behind a browser's token, where it is this account's."""
    found: Device | None = work.select(
        select(Device).where(
            Device.digest == tickets.digest(device or ""),
            Device.account_id == account_id,
            col(Device.ended_at).is_(None),
            col(Device.ends_at) > work.now,
        )
    ).first()
    return found


def sign_in(
    name: str, password: str, *, source: Source, device: str | None = None, proof: Proof | None = None
) -> Entered | FactorNeeded:
    """Sign in: with a proof in one step, without it a ticket for the second step comes back. [ID-1]

    Raises:
        Refused: the one answer for all that is wrong. Busy: held back after wrong tries, or too many at once.

    """
    secret = SecretStr(device) if device else None
    with hashing.SLOTS.taken():
        passed = check_password(
            CLERK, name=name, password=SecretStr(password), source=source, device=secret, proof=proof
        )
    if passed.entered is not None:
        return passed.entered
    ticket = tickets.issue(FACTOR, passed.account_id, clock.now(), FACTOR_MINUTES, password_id=str(passed.password_id))
    return FactorNeeded(ticket, passed.factors)


def give_factor(ticket: str, proof: Proof, *, source: Source, device: str | None = None) -> Entered:
    """Show the second factor and come in. A wrong one may be tried again while the ticket lasts. [ID-1]

    Raises:
        Refused: wrong or used code, or the step has run out. Busy: held back after wrong tries.

    """
    step = tickets.look(ticket, FACTOR, clock.now())
    entered = check_factor(
        CLERK,
        step.account_id,
        password_id=UUID(step.data["password_id"]),
        proof=proof,
        source=source,
        device=SecretStr(device) if device else None,
    )
    tickets.drop(ticket)
    return entered


def ask_passkey(ticket: str) -> passkeys.Challenge:
    """Return the challenge for a passkey as second factor. Raises Refused when the step has run out."""
    return passkeys.assertion(tickets.look(ticket, FACTOR, clock.now()).account_id)
