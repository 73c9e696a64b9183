"""What service accounts come to by themselves: off when no new owner was found or their end has come; keys near their end. [AC-4]"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import col, select

from iam.people.models import SERVICE, Account, Person
from iam.services import keys as service_keys
from iam.services.models import ServiceKey, ServiceSeen
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import read_session
from kernel.errors import Conflict
from kernel.sweeps import sweep
from policy import book
from policy.duties import open_duty, overdue
from policy.models import Duty

CLERK = clerk("services")
TRANSFER, ROTATION = "service-transfer", "service-key-rotation"
AT_ONCE = 50
NOTED = timedelta(hours=12)
"""How far the account's own note of its last use may lie behind."""


def to_switch_off(session: Any, now: datetime) -> list[Account]:
    """List the service accounts in use whose end has come, or whose case for a new owner has run out."""
    asked: Iterable[tuple[Account, str]] = session.execute(
        select(Account, Person.status)
        .join(Person, col(Person.id) == Account.person_id)
        .where(Account.kind == SERVICE, Account.status == "active")
        .where(or_(col(Account.ends_at) <= now, col(Person.status) != "active"))
        .order_by(col(Account.id))
    ).all()
    return [
        account
        for account, owner in asked
        if (account.ends_at is not None and account.ends_at <= now)
        or (owner == "left" and overdue(session, TRANSFER, account.ref, now) is not None)
    ]


def to_rotate(session: Any, now: datetime) -> list[tuple[Account, ServiceKey]]:
    """List the accounts whose newest key nears its end, with that key."""
    ahead = now + timedelta(days=book.number("AC-4", "key_notice_days"))
    rows = session.execute(
        select(Account, ServiceKey)
        .join(ServiceKey, col(ServiceKey.account_id) == Account.id)
        .where(Account.status == "active", col(ServiceKey.ended_at).is_(None), col(ServiceKey.ends_at) > now)
        .order_by(col(ServiceKey.made_at))
    ).all()
    newest = {account.id: (account, key) for account, key in rows}
    return [
        (account, key) for account, key in newest.values() if key.ends_at <= ahead and key.ends_at != account.ends_at
    ]


def to_note(session: Any) -> list[tuple[Account, datetime]]:
    """List the accounts that were used since they last noted it."""
    last = (
        select(col(ServiceSeen.account_id).label("id"), func.max(ServiceSeen.seen_at).label("at"))
        .group_by(col(ServiceSeen.account_id))
        .subquery()
    )
    rows = session.execute(select(Account, last.c.at).join(last, last.c.id == Account.id)).all()
    return [(account, at) for account, at in rows if account.used_at is None or at - account.used_at >= NOTED]


@action("service.sweep", scope="house")
def keep_services(work: Work) -> int:
    """Switch off what is over, ask for keys that near their end, and note when accounts were last used. [AC-4]"""
    off = to_switch_off(work.session, work.now)[:AT_ONCE]
    for account in off:
        account.status = "suspended"
        service_keys.end_all(work, account.id, "switched off")
        work.fact("service.switched-off", account_id=account.id)
    asked = 0
    for account, key in to_rotate(work.session, work.now)[:AT_ONCE]:
        made = open_duty(
            work, ROTATION, about_ref=account.ref, due_at=key.ends_at, period=str(key.id), holder_id=account.person_id
        )
        asked += made is not None
    noted = to_note(work.session)[:AT_ONCE]
    for account, at in noted:
        account.used_at = at
    work.note("switched_off", len(off))
    work.note("keys_asked", asked)
    work.note("noted", len(noted))
    return len(off) + asked + len(noted)


@sweep("services", seconds=60)
def sweep_services(now: datetime) -> None:
    """Do what is due; where nothing is, nothing is written."""
    while _stirs(now):
        try:
            if not keep_services(CLERK):
                return
        except Conflict:
            return  # another worker was quicker; what is left is found at the next turn


def _stirs(now: datetime) -> bool:
    with read_session() as session:
        return bool(to_switch_off(session, now) or to_note(session) or _unasked(session, now))


def _unasked(session: Any, now: datetime) -> bool:
    """Tell whether a key near its end has no duty yet."""
    told = set(session.scalars(select(Duty.period).where(Duty.rule == ROTATION)))
    return any(str(key.id) not in told for _, key in to_rotate(session, now))
