"""Plain steps on one account, for those who decide about it: suspended, and let work again. [AC-1, AC-10]"""

from functools import partial

from sqlmodel import col, select

from iam.entry import presence, tickets
from iam.entry.models import Session
from iam.people.models import Account, Person
from kernel.action import Work


def suspend_account(work: Work, account: Account, why: str) -> None:
    """Suspend an account: its sessions end at once; the person and their other accounts stay as they are."""
    if account.status not in {"active", "pending"}:
        return
    account.status = "suspended"
    live = select(Session).where(Session.account_id == account.id, col(Session.ended_at).is_(None))
    presence.end(work, list(work.select(live.with_for_update())), why)
    work.after_commit(partial(tickets.drop_of, account.id))
    work.fact(
        "account.suspended", account_id=account.id, person_id=account.person_id, platform=account.platform, why=why
    )


def restore_account(work: Work, account: Account) -> None:
    """Let a suspended account work again where its person is active."""
    person = work.get(Person, account.person_id)
    if account.status != "suspended" or person.status != "active":
        return
    account.status = "active" if account.activated_at is not None else "pending"
    work.fact("account.restored", account_id=account.id, person_id=account.person_id, platform=account.platform)
