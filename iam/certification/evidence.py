"""What AC-10 is proved by: rights certified again in time, accounts in use or suspended, and nobody certifying himself."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from iam.certification.dormancy import idle_since
from iam.certification.models import Certification, CertificationItem
from iam.certification.reviewers import asked_to_certify
from iam.people.models import PLATFORM, SERVICE, Account
from kernel.action import Work
from kernel.actor import person
from kernel.db import uuid7
from kernel.errors import Denied
from kernel.gate import Ask
from policy import book
from policy.evidence import Evidence, evidence, found, probe


@evidence("AC-10", empty_ok=True)
def rights_are_certified(session: Any, now: datetime) -> Evidence:
    """Every right that a campaign asked about was answered, or ended when time and grace were over, and never by its holder."""
    rows = session.execute(
        select(CertificationItem, Certification.suspend_at)
        .join(Certification, col(Certification.id) == CertificationItem.certification_id)
        .where((col(CertificationItem.state) != "open") | (col(Certification.suspend_at) <= now))
    ).all()
    late = [item.ref for item, until in rows if item.state == "open" and until <= now - timedelta(hours=1)]
    own = [item.ref for item, _ in rows if item.decided_by == f"person:{item.person_id}"]
    return found([item.ref for item, _ in rows], [*late, *own])


@evidence("AC-10", empty_ok=True)
def unused_accounts_are_suspended(session: Any, now: datetime) -> Evidence:
    """No account of a person is active that nobody used for the book's days and its notice."""
    days = book.number("AC-10", "dormant_days") + book.number("AC-10", "notice_days")
    own = select(Account).where(Account.status == "active", Account.kind != SERVICE, Account.platform == PLATFORM)
    idle = session.scalars(own.where(idle_since(now - timedelta(days=days))))
    return found([one.ref for one in session.scalars(own)], [one.ref for one in idle])


@probe("AC-10", guard="nobody-certifies-himself")
def own_right(work: Work) -> None:
    """A right of one's own is not certified by oneself, whoever is named as its reviewer."""
    me = uuid7()
    item = CertificationItem(
        certification_id=uuid7(),
        person_id=me,
        right="agent",
        why="new",
        rank=1,
        reviewer_id=me,
        reviewer_role="manager",
    )
    why = asked_to_certify.check(Ask(person(me, "somebody"), work.action, item, work.now, work.session))
    if why is not None:
        raise Denied(why, "AC-10")
