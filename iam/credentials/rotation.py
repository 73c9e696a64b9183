"""When a password must change: never with one-time passwords; without them the book's days after it was set, or after they went. [ID-4]

Rotation begins the day the authenticator goes and stops the day one is paired again. Notices go out some days before, each once; a
password that is due is changed at the next sign-in before anything else: until then no session begins.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from iam.credentials.factors import Factor
from iam.credentials.models import Password, Totp
from iam.credentials.models_cases import RotationNotice
from iam.entry import tickets
from iam.letters import notices
from iam.people.models import HUMAN, PLATFORM, Account, Person
from kernel import clock
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import read_session
from kernel.errors import Conflict
from kernel.sweeps import sweep
from policy import book
from policy.local_time import local

CLERK = clerk("rotation")
TICKET, TICKET_MINUTES = "rotation", 10
LETTER = "rotation"
AT_ONCE = 80


@dataclass(frozen=True, slots=True)
class Due:
    """Every proof was good, but the password is due: which one, and the factor that was shown."""

    account_id: UUID
    password_id: UUID
    factor: Factor


@dataclass(frozen=True, slots=True)
class ChangeNeeded:
    """A new password is chosen first; the ticket leads there."""

    ticket: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A password without a one-time password beside it, and when it is due."""

    account_id: UUID
    person_id: UUID
    password_id: UUID
    due_at: datetime


def due_at(set_at: datetime, otp_gone_at: datetime | None, *, has_otp: bool) -> datetime | None:
    """Return when a password must be changed: never with OTP, else the book's days after it was set or OTP went. [ID-4]"""
    if has_otp:
        return None
    begun = set_at if otp_gone_at is None else max(set_at, otp_gone_at)
    return begun + timedelta(days=book.number("ID-4", "days"))


_GONE = (
    select_columns(func.max(col(Totp.ended_at)))
    .where(col(Totp.account_id) == Account.id, col(Totp.confirmed_at).is_not(None))
    .correlate(Account)
    .scalar_subquery()
)
_PAIRED = (
    select_columns(col(Totp.id))
    .where(col(Totp.account_id) == Account.id, col(Totp.confirmed_at).is_not(None), col(Totp.ended_at).is_(None))
    .correlate(Account)
    .exists()
)


def _rotating() -> Any:
    return (
        select_columns(col(Account.id), col(Account.person_id), col(Password.id), col(Password.set_at), _GONE)
        .select_from(Account)
        .join(Password, and_(col(Password.account_id) == Account.id, col(Password.ended_at).is_(None)))
        .where(col(Account.status) == "active", col(Account.kind) == HUMAN, col(Account.platform) == PLATFORM, ~_PAIRED)
    )


def standings(session: Any, *, before: datetime | None = None, account_id: UUID | None = None) -> list[Standing]:
    """List the passwords that rotate, those due by a time or of one account where asked, soonest first."""
    asked = _rotating()
    if account_id is not None:
        asked = asked.where(col(Account.id) == account_id)
    if before is not None:
        asked = asked.where(col(Password.set_at) <= before - timedelta(days=book.number("ID-4", "days")))
    found = []
    for account, person, password, set_at, gone in session.execute(asked):
        due = due_at(set_at, gone, has_otp=False)
        if due is not None and (before is None or due <= before):
            found.append(Standing(account, person, password, due))
    return sorted(found, key=lambda one: one.due_at)


def due(work: Work, account_id: UUID, factor: Factor) -> Due | None:
    """Tell, of someone who proved who they are, whether the password is to be changed before they come in. [ID-4]"""
    if factor == "otp":
        return None
    for standing in standings(work.session, account_id=account_id):
        if standing.due_at <= work.now:
            work.note("rotation", "due")
            work.cite("ID-4")
            return Due(account_id, standing.password_id, factor)
    return None


def to_change(found: Due) -> ChangeNeeded:
    """Give the ticket to the page where the new password is chosen."""
    told = {"password_id": str(found.password_id), "factor": found.factor}
    return ChangeNeeded(tickets.issue(TICKET, found.account_id, clock.now(), TICKET_MINUTES, **told))


def notice_days() -> list[int]:
    """Return how many days ahead people are told, the last notice first."""
    return sorted(_days("notice_days"))


def _days(name: str) -> list[int]:
    days = book.parameter("ID-4", name)
    return [int(n) for n in days] if isinstance(days, list) else []


def unnoticed(session: Any, now: datetime) -> list[tuple[Standing, int]]:
    """List whom to tell now, and which notice: the nearest whose day has come, unless it or a later one went out."""
    days = notice_days()
    if not days:
        return []
    found = []
    for standing in standings(session, before=now + timedelta(days=days[-1])):
        left = standing.due_at - now
        level = next((n for n in days if left <= timedelta(days=n)), None)
        if level is None or left <= timedelta(0):
            continue
        told = select(RotationNotice.id).where(
            RotationNotice.password_id == standing.password_id,
            RotationNotice.due_at == standing.due_at,
            RotationNotice.days <= level,
        )
        if session.scalars(told.limit(1)).first() is None:
            found.append((standing, level))
    return found


@action("rotation.notify", scope="house")
def notify(work: Work) -> int:
    """Tell those whose password is to be changed soon, each once for each of the book's days. [ID-4]"""
    told = unnoticed(work.session, work.now)[:AT_ONCE]
    urgent = _days("urgent_days")
    for standing, days in told:
        account, person = work.get(Account, standing.account_id), work.get(Person, standing.person_id)
        work.add(
            RotationNotice(
                scope=account.scope, account_id=account.id, person_id=person.id, password_id=standing.password_id,
                due_at=standing.due_at, days=days, told_at=work.now,
            )
        )  # fmt: skip
        work.fact("rotation.noticed", account_id=account.id, person_id=person.id, days=days)
        notices.tell(
            work,
            person,
            account.id,
            LETTER,
            urgent=days in urgent,
            user_name=account.name,
            day=f"{local(standing.due_at):%d/%m/%Y}",
        )
    work.note("notices", len(told))
    return len(told)


@sweep("rotation-notices", seconds=600)
def send_notices(now: datetime) -> None:
    """Send the notices whose day has come; where none has nothing is written."""
    while _any(now):
        try:
            if not notify(CLERK):
                return
        except Conflict:
            return  # another worker was quicker; what is left is found at the next turn


def _any(now: datetime) -> bool:
    with read_session() as session:
        return bool(unnoticed(session, now))
