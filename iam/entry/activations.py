"""Activation: from the user id (by mail) and the one-use code (by text message) to a password and a paired authenticator.

The code is made here, leaves sealed, and is kept only as a fingerprint: nobody inside ever sees it. The same way repairs a lost
secret: an administrator can start it, never choose or see what comes of it. [ID-5, PW-4, PW-5]
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from pydantic import SecretStr
from sqlmodel import col, select

from iam.credentials import factors, hashing, passwords, recovery
from iam.credentials.code_words import ACTIVATION_LENGTH, new_code, typed
from iam.credentials.code_words import shown as grouped
from iam.credentials.models import Activation, Passkey
from iam.credentials.otp_codes import Enrolment, enrolment, new_secret
from iam.credentials.passkeys import HOUSE_NAME, origin
from iam.entry import presence, signin, throttle, tickets
from iam.entry.candidates import counters, look_up, told
from iam.entry.entering import Entered, Source, Who, start_session
from iam.letters.delivery import channels_of, post, void_waiting
from iam.letters.models import MAIL, SMS
from iam.letters.texts import CODE
from iam.people.models import Account, Person, for_people_only
from kernel import clock
from kernel.action import Work, action
from kernel.errors import Refused
from kernel.sealing import fingerprint, pseudonym
from policy import book

JOIN, PASSWORD, FACTOR, VOIDED = "join", "password", "factor", "voided"
LETTER = {JOIN: "user-id", PASSWORD: "lost-password", FACTOR: "new-factor", VOIDED: "new-secret"}
TICKET = "activation"
TICKET_MINUTES = 30
NO = "The user id and the code do not belong together, or the code was used or has run out."
Need = Literal["password", "otp"]


@dataclass(frozen=True, slots=True)
class Opened:
    """The code was right: what is left to do, under a ticket for half an hour."""

    ticket: str
    name: str
    user_name: str
    language: str
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """The authenticator is paired: ten recovery codes to keep, shown once, and the session that begins."""

    codes: tuple[str, ...]
    entered: Entered


@dataclass(frozen=True, slots=True)
class _Allowed:
    activation_id: UUID
    account_id: UUID
    name: str
    user_name: str
    language: str
    needs: tuple[Need, ...]


def issue(work: Work, account: Account, person: Person, purpose: str) -> Activation:
    """Send the user id by mail and a one-use code by text message; codes and letters on their way before are void. [ID-5]"""
    for_people_only(account)
    channels_of(person)
    withdraw(work, account)
    code, hours = new_code(ACTIVATION_LENGTH), book.number("ID-5", "code_hours")
    made = Activation(
        scope=person.scope,
        account_id=account.id,
        person_id=person.id,
        purpose=purpose,
        digest=_digest(account.id, code),
        made_at=work.now,
        expires_at=work.now + timedelta(hours=hours),
    )
    work.add(made)
    words = {"name": person.given_name, "user_name": account.name, "address": f"{origin()}/activate"}
    post(work, person, account, LETTER[purpose], MAIL, **words)
    post(work, person, account, CODE, SMS, code=grouped(code), hours=str(hours))
    work.fact("activation.issued", person_id=person.id, account_id=account.id, purpose=purpose)
    return made


def withdraw(work: Work, account: Account) -> None:
    """End an account's unused codes, and take back letters that have not left."""
    for former in _unused(work, account.id):
        former.ended_at = work.now
    void_waiting(work, account.id)


def _digest(account_id: UUID, code: str) -> bytes:
    return fingerprint("activation", f"{account_id}:{typed(code)}")


def _unused(work: Work, account_id: UUID) -> list[Activation]:
    statement = select(Activation).where(
        Activation.account_id == account_id, col(Activation.used_at).is_(None), col(Activation.ended_at).is_(None)
    )
    return list(work.select(statement.with_for_update()))


def _matching(work: Work, account_id: UUID, code: str) -> Activation | None:
    """Return the unused activation of this code. One question for whoever exists and whoever does not, so that its time tells nothing."""
    statement = select(Activation).where(
        Activation.account_id == account_id,
        Activation.digest == _digest(account_id, code),
        col(Activation.used_at).is_(None),
        col(Activation.ended_at).is_(None),
        col(Activation.expires_at) > work.now,
    )
    found: Activation | None = work.select(statement.with_for_update()).first()
    return found


@action("activation.issue", on=Account)
def issue_again(work: Work, account: Account, *, purpose: Literal["join", "password", "factor"]) -> None:
    """Send a new activation code: to someone who has not come in yet, or whose password or authenticator is lost. [ID-5]

    It starts a reset and chooses nothing: a lost password still asks for the second factor, a lost factor for the password.
    """
    person = work.get(Person, account.person_id)
    if purpose == JOIN and account.status != "pending":
        raise Refused("ID-5", "This account is active already; void its password or replace its authenticator instead.")
    if purpose != JOIN and (account.status != "active" or person.status != "active"):
        raise Refused("ID-5", "Only an account in use can get a new password or authenticator.")
    issue(work, account, person, purpose)


@action("activation.open")
def open_activation(
    work: Work, *, name: signin.UserName, code: SecretStr, source: Source, password: SecretStr | None = None
) -> _Allowed:
    """Use an activation code. A new authenticator also asks for the password, so one stolen telephone is not enough. [ID-5]"""
    found = look_up(work, name, None)
    own, shared = counters(name, source, None)
    throttle.count((*own, *shared), work.now)
    held = _matching(work, found.account_id if found else UUID(int=0), code.get_secret_value())
    is_allowed = held is not None
    if password is not None:
        is_allowed = hashing.verify(found.hash if found else None, password.get_secret_value()) and is_allowed
    elif held is not None and held.purpose == FACTOR:
        is_allowed = False
    if found is None or held is None or not is_allowed or not _may_open(found.account_status, found.person_status):
        raise factors.wrong("activation", NO, source=pseudonym(source.address), **told(found, name))
    throttle.forgive(own, shared)
    account, person = work.get(Account, found.account_id), work.get(Person, found.person_id)
    held.used_at = work.now
    needs = _needs(work, account, held)
    return _Allowed(held.id, account.id, person.name, account.name, person.language, needs)


def _may_open(account_status: str, person_status: str) -> bool:
    return account_status in {"pending", "active"} and person_status in {"joining", "active"}


def _needs(work: Work, account: Account, held: Activation) -> tuple[Need, ...]:
    has_factor = any(f in {"otp", "passkey"} for f in factors.of_account(work, account.id))
    needs: list[Need] = ["password"] if held.purpose != FACTOR else []
    if held.purpose == FACTOR or not has_factor:
        needs.append("otp")
    return tuple(needs)


def _in_use(work: Work, account: Account, activation_id: UUID) -> Activation:
    """Return the activation a step belongs to. Raises Refused when it is over or voided."""
    held = work.get(Activation, activation_id, lock=True)
    over = held.used_at is None or work.now - held.used_at > timedelta(minutes=TICKET_MINUTES)
    if held.account_id != account.id or held.ended_at is not None or over:
        raise Refused("ID-5", tickets.OVER)
    if not _may_open(account.status, work.get(Person, account.person_id).status):
        raise Refused("ID-5", tickets.OVER)
    return held


@action("activation.password", on=Account)
def choose_first(work: Work, account: Account, *, activation_id: UUID, password: SecretStr) -> bool:
    """Choose the password an activation is for; returns whether an authenticator is still to be paired. [PW-1, PW-2]"""
    held = _in_use(work, account, activation_id)
    if held.purpose == FACTOR:
        raise Refused("ID-5", "This code is for a new authenticator, not for a password.")
    passwords.choose(work, account, work.get(Person, account.person_id), password.get_secret_value())
    presence.end(work, presence.open_of(work, account.person_id), "password changed")
    left = "otp" in _needs(work, account, held)
    if not left:
        held.ended_at = work.now
    return left


@action("activation.enrol", on=Account)
def enrol_first(work: Work, account: Account, *, activation_id: UUID) -> Enrolment:
    """Begin to pair the authenticator an activation is for. [ID-1]"""
    held = _in_use(work, account, activation_id)
    if "otp" not in _needs(work, account, held) or passwords.current(work, account.id) is None:
        raise Refused("ID-5", tickets.OVER)
    secret = new_secret()
    work.add(factors.sealed_totp(account, secret, work.now))
    return enrolment(secret, account.name, HOUSE_NAME)


@action("activation.finish", on=Account)
def finish_first(work: Work, account: Account, *, activation_id: UUID, code: SecretStr, source: Source) -> Finished:
    """Confirm the authenticator by its first code: the account is active, recovery codes are made, a session begins. [ID-1]"""
    held = _in_use(work, account, activation_id)
    person = work.get(Person, account.person_id, lock=True)
    _end_factors(work, account)
    recovery.confirm_newest(work, account, code.get_secret_value())
    codes = recovery.renew_codes(work, account)
    held.ended_at = work.now
    if account.status == "pending":
        account.status, account.activated_at, person.status = "active", work.now, "active"
        work.fact("person.activated", person_id=person.id, account_id=account.id)
    entered = start_session(work, Who(person.id, account.id, person.scope), "otp", source, None)
    return Finished(tuple(codes), entered)


def _end_factors(work: Work, account: Account) -> None:
    """End the authenticator and passkeys that a new authenticator replaces: whatever was lost opens nothing any more."""
    former = factors.current_totp(work, account.id, lock=True)
    if former is not None:
        former.ended_at = work.now
    for key in work.select(select(Passkey).where(Passkey.account_id == account.id, col(Passkey.ended_at).is_(None))):
        key.ended_at = work.now
    work.session.flush()


def open_code(name: str, code: str, *, source: Source, password: str | None = None) -> Opened:
    """Use an activation code and get the ticket for the next steps. [ID-5]

    Raises:
        Refused: the one answer for all that is wrong. Busy: held back after wrong tries, or too many at once.

    """
    secret = SecretStr(password) if password is not None else None
    with hashing.SLOTS.taken():
        allowed = open_activation(signin.CLERK, name=name, code=SecretStr(code), source=source, password=secret)
    ticket = tickets.issue(
        TICKET, allowed.account_id, clock.now(), TICKET_MINUTES, activation=str(allowed.activation_id)
    )
    return Opened(ticket, allowed.name, allowed.user_name, allowed.language, allowed.needs)


def choose_password(ticket: str, password: str) -> bool:
    """Choose the password; returns whether an authenticator is still to be paired. Raises Refused naming each flaw."""
    step = tickets.look(ticket, TICKET, clock.now())
    with hashing.SLOTS.taken():
        return choose_first(
            signin.CLERK, step.account_id, activation_id=UUID(step.data["activation"]), password=SecretStr(password)
        )


def begin_enrolment(ticket: str) -> Enrolment:
    """Return the picture and secret to pair. Raises Refused when the step has run out."""
    step = tickets.look(ticket, TICKET, clock.now())
    return enrol_first(signin.CLERK, step.account_id, activation_id=UUID(step.data["activation"]))


def finish(ticket: str, code: str, *, source: Source) -> Finished:
    """Confirm by the first code and come in. A wrong code may be tried again while the ticket lasts. Raises Refused, Busy."""
    step = tickets.look(ticket, TICKET, clock.now())
    finished = finish_first(
        signin.CLERK,
        step.account_id,
        activation_id=UUID(step.data["activation"]),
        code=SecretStr(code),
        source=source,
    )
    tickets.drop(ticket)
    return finished
