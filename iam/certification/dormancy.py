"""Accounts nobody uses: their people are told, and days later the accounts suspend by themselves. [AC-10]

The house is never left without its guardians: the last active security officer and technical director are spared.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import col, select

from iam.certification.models import DormancyNotice
from iam.entry.models import Session, SessionSeen
from iam.letters import notices
from iam.people import states as account_states
from iam.people.models import PLATFORM, SERVICE, Account, Person
from iam.privileged import standing
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import read_session
from kernel.errors import Refused
from kernel.sweeps import sweep
from policy import book
from policy.local_time import local

CLERK = clerk("dormancy")
AT_ONCE = 40
SPARED_FOR = timedelta(days=30)
"""How long one who was spared is let be before the account is looked at again."""


def idle_since(cut: datetime) -> Any:
    """Return, as a WHERE clause, that an account was not used after a time: no session seen, no use told by its platform."""
    seen = func.coalesce(SessionSeen.seen_at, Session.started_at)
    used = (
        select(Session.id)
        .outerjoin(SessionSeen, col(SessionSeen.session_id) == Session.id)
        .where(Session.account_id == Account.id, seen > cut)
        .exists()
    )
    since = func.greatest(Account.made_at, Account.activated_at, Account.used_at)
    return ~used & (since <= cut)


def _unused(now: datetime) -> Any:
    """Select the accounts of people that will be dormant within the days of notice, and whose people were not told yet."""
    days = book.number("AC-10", "dormant_days") - book.number("AC-10", "notice_days")
    told = (
        select(DormancyNotice.id)
        .where(
            DormancyNotice.account_id == Account.id,
            or_(
                col(DormancyNotice.state) == "open",
                (col(DormancyNotice.state) == "spared") & (col(DormancyNotice.ended_at) > now - SPARED_FOR),
            ),
        )
        .exists()
    )
    return (
        select(Account)
        .join(Person, col(Person.id) == Account.person_id)
        .where(
            Account.status == "active",
            Person.status == "active",
            Account.kind != SERVICE,
            or_(col(Account.platform) == PLATFORM, col(Account.used_at).is_not(None)),
            idle_since(now - timedelta(days=days)),
            ~told,
        )
        .order_by(col(Account.id))
    )


def _ripe(now: datetime) -> Any:
    return (
        select(DormancyNotice)
        .where(DormancyNotice.state == "open", col(DormancyNotice.suspend_at) <= now)
        .order_by(col(DormancyNotice.suspend_at))
    )


@action("dormancy.tell", scope="house")
def tell(work: Work) -> int:
    """Tell people that an account nobody uses will be suspended. [AC-10]"""
    rows = list(work.select(_unused(work.now).limit(AT_ONCE).with_for_update(skip_locked=True, of=Account)))
    days = book.number("AC-10", "notice_days")
    for account in rows:
        until = work.now + timedelta(days=days)
        person = work.get(Person, account.person_id)
        work.add(
            DormancyNotice(
                scope=account.scope, account_id=account.id, person_id=person.id, used_at=_used_at(work, account),
                told_at=work.now, suspend_at=until,
            )
        )  # fmt: skip
        work.session.flush()
        notices.tell(work, person, account.id, "dormant", user_name=account.name, day=f"{local(until):%d/%m/%Y}")
        work.fact("account.dormant-soon", account_id=account.id, person_id=person.id)
    work.note("told", len(rows))
    return len(rows)


def _used_at(work: Work, account: Account) -> datetime:
    last = (
        select(func.max(func.coalesce(SessionSeen.seen_at, Session.started_at)))
        .select_from(Session)
        .outerjoin(SessionSeen, col(SessionSeen.session_id) == Session.id)
        .where(Session.account_id == account.id)
    )
    seen = work.session.execute(last).scalar()
    return max(one for one in (seen, account.used_at, account.activated_at, account.made_at) if one is not None)


@action("dormancy.suspend", scope="house")
def suspend_dormant(work: Work) -> int:
    """Suspend the accounts whose notice is over and that were not used meanwhile. [AC-10]"""
    rows = list(work.select(_ripe(work.now).limit(AT_ONCE).with_for_update(skip_locked=True)))
    for notice in rows:
        account = work.get(Account, notice.account_id, lock=True)
        notice.state, notice.ended_why = _outcome(work, notice, account)
        notice.ended_at = work.now
        if notice.state == "suspended":
            account_states.suspend_account(work, account, "dormant")
    work.note("suspended", sum(notice.state == "suspended" for notice in rows))
    return len(rows)


def _outcome(work: Work, notice: DormancyNotice, account: Account) -> tuple[str, str]:
    if account.status != "active":
        return "ended", f"the account is {account.status}"
    if _used_at(work, account) > notice.told_at:
        return "ended", "it was used again"
    guardian = standing.is_last_guardian(work, account.person_id) if account.platform == PLATFORM else None
    if guardian is not None:
        work.fact("account.spared", account_id=account.id, person_id=account.person_id, role=guardian)
        return "spared", f"the house's last {guardian}"
    return "suspended", "nobody used it"


@action("account.restore", on=Account)
def restore(work: Work, account: Account) -> Account:
    """Let an account that was suspended by itself work again. [AC-1, AC-10]"""
    if account.status != "suspended":
        raise Refused("AC-10", f"This account is {account.status}.")
    account_states.restore_account(work, account)
    if account.status == "suspended":
        raise Refused("AC-10", "Its person is not active; the person is let in again first.")
    account.used_at = work.now
    return account


@sweep("dormancy", seconds=3600)
def look(now: datetime) -> int:
    """Have the dormancy clerk tell and suspend; nothing is written where nothing is dormant."""
    done = 0
    for wanted, act in ((_unused, tell), (_ripe, suspend_dormant)):
        while _is_any(wanted(now)):
            moved = act(CLERK)
            if not moved:
                break
            done += moved
    return done


def _is_any(statement: Any) -> bool:
    with read_session() as session:
        return session.scalars(statement.limit(1)).first() is not None
