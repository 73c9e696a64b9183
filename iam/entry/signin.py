"""The way in: name and password, then a second factor, then a session. [ID-1, PW-4, PW-5]

A name nobody has, a wrong password, a suspended person: the same answer after the same work, so nobody learns who exists.
Every try is counted before it is looked at, and is on the ledger whatever came of it.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import SecretStr, StringConstraints
from sqlmodel import col, select

from iam.credentials import factors, hashing, passkeys, rotation
from iam.credentials.factors import Factor, Proof
from iam.credentials.models import Password
from iam.entry import throttle, tickets
from iam.entry.candidates import counters, look_up, told
from iam.entry.entering import Entered, Source, Who, start_session
from iam.entry.models import Device
from iam.people.models import Account, Person
from kernel import clock
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.errors import Refused
from kernel.sealing import pseudonym

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
    entered: Entered | rotation.Due | None


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
    own, shared = counters(name, source, found.device_id if found else None)
    throttle.count((*own, *shared), work.now)
    known = found.hash if found is not None and found.may_enter else None
    is_right = hashing.verify(known, password.get_secret_value())
    if found is None or found.hash is None or found.password_id is None or not is_right:
        raise factors.wrong("password", NO, source=pseudonym(source.address), **told(found, name))
    if hashing.is_outdated(found.hash):
        work.get(Password, found.password_id, lock=True).hash = hashing.hashed(password.get_secret_value())
    work.note("account", str(found.account_id))
    if proof is None:
        throttle.forgive(own, shared)
        work.note("step", "password")
        return Passed(found.account_id, found.password_id, factors.of_account(work, found.account_id), None)
    factor = factors.demand(work, found.account_id, proof, own, shared, found.paired)
    due = rotation.due(work, found.account_id, factor)
    entered = due or start_session(work, found.who, factor, source, found.device_id)
    return Passed(found.account_id, found.password_id, (factor,), entered)


@action("sign-in.factor", on=Account)
def check_factor(
    work: Work,
    account: Account,
    *,
    password_id: UUID,
    proof: Proof,
    source: Source,
    device: SecretStr | None = None,
) -> Entered | rotation.Due:
    """Check the second factor of someone whose password was right, and begin the session. [ID-1]"""
    person = work.get(Person, account.person_id)
    held = work.get(Password, password_id)
    if account.status != "active" or person.status != "active" or held.ended_at is not None:
        raise Refused("ID-1", tickets.OVER)
    factor = factors.demand(work, account.id, proof)
    due = rotation.due(work, account.id, factor)
    if due is not None:
        return due
    known = known_device(work, account.id, device.get_secret_value() if device else None)
    return start_session(work, Who(person.id, account.id, person.scope), factor, source, known)


def known_device(work: Work, account_id: UUID, device: str | None) -> UUID | None:
    """Return the device behind a browser's token, where it is this account's."""
    found: UUID | None = work.select(
        select(Device.id).where(
            Device.digest == tickets.digest(device or ""),
            Device.account_id == account_id,
            col(Device.ended_at).is_(None),
            col(Device.ends_at) > work.now,
        )
    ).first()
    return found


def sign_in(
    name: str, password: str, *, source: Source, device: str | None = None, proof: Proof | None = None
) -> Entered | FactorNeeded | rotation.ChangeNeeded:
    """Sign in: with a proof in one step, without it a ticket for the second step comes back; another where the password is due.

    Raises:
        Refused: the one answer for all that is wrong. Busy: held back after wrong tries, or too many at once.

    """
    secret = SecretStr(device) if device else None
    with hashing.SLOTS.taken():
        passed = check_password(
            CLERK, name=name, password=SecretStr(password), source=source, device=secret, proof=proof
        )
    if isinstance(passed.entered, rotation.Due):
        return rotation.to_change(passed.entered)
    if passed.entered is not None:
        return passed.entered
    ticket = tickets.issue(FACTOR, passed.account_id, clock.now(), FACTOR_MINUTES, password_id=str(passed.password_id))
    return FactorNeeded(ticket, passed.factors)


def give_factor(
    ticket: str, proof: Proof, *, source: Source, device: str | None = None
) -> Entered | rotation.ChangeNeeded:
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
    return rotation.to_change(entered) if isinstance(entered, rotation.Due) else entered


def ask_passkey(ticket: str) -> passkeys.Challenge:
    """Return the challenge for a passkey as second factor. Raises Refused when the step has run out."""
    return passkeys.assertion(tickets.look(ticket, FACTOR, clock.now()).account_id)
