"""What the clauses on living secrets and on service accounts are proved by. [ID-4, PW-5, AC-4]"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_
from sqlmodel import col, select

from iam.credentials.models import Passkey, Password, RecoveryCode, Totp
from iam.credentials.models_cases import Disclosure
from iam.entry.models import Session
from iam.people.models import PLATFORM, SERVICE, Account, Person, for_people_only
from iam.services.models import ServiceKey
from iam.services.upkeep import TRANSFER
from kernel.action import Work
from policy import book
from policy.duties import overdue
from policy.evidence import Evidence, evidence, found, probe
from policy.models import OPEN, Duty

MADE: dict[Any, Any] = {
    Password: Password.set_at, Totp: Totp.made_at, RecoveryCode: RecoveryCode.made_at, Passkey: Passkey.made_at, ServiceKey: ServiceKey.made_at
}  # fmt: skip


@evidence("PW-5", empty_ok=True)
def disclosed_secrets_are_void(session: Any, now: datetime) -> Evidence:  # noqa: ARG001 - the frame's own form
    """No session and no secret outlived the disclosure it was ended by."""
    cases = list(session.scalars(select(Disclosure)))
    outlived = or_(
        exists().where(
            col(Session.account_id) == Disclosure.account_id,
            col(Session.started_at) < Disclosure.signalled_at,
            col(Session.ended_at).is_(None),
        ),
        *(
            exists().where(
                col(model.account_id) == Disclosure.account_id,
                col(made) < Disclosure.signalled_at,
                or_(col(model.ended_at).is_(None), col(model.ended_at) > Disclosure.locked_at),
                *((col(model.used_at).is_(None),) if model is RecoveryCode else ()),
            )
            for model, made in MADE.items()
        ),
    )
    return found([c.ref for c in cases], [c.ref for c in session.scalars(select(Disclosure).where(outlived))])


@evidence("PW-5", empty_ok=True)
def disclosures_locked_in_time(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """From the signal until all was locked no more than the book's seconds went by."""
    limit = timedelta(seconds=book.number("PW-5", "lock_seconds"))
    cases = list(session.scalars(select(Disclosure)))
    return found([c.ref for c in cases], [c.ref for c in cases if c.locked_at - c.signalled_at > limit])


@evidence("AC-4", empty_ok=True)
def service_accounts_are_kept(session: Any, now: datetime) -> Evidence:
    """Every service account in use has an owner who is here (or a case that runs), a purpose, an end, young keys, and no person's secret."""
    rows = session.execute(
        select(Account, Person.status)
        .join(Person, col(Person.id) == Account.person_id)
        .where(Account.kind == SERVICE, Account.status == "active")
    ).all()
    broken = [
        account.ref
        for account, owner in rows
        if (owner != "active" and not _is_being_settled(session, account, owner, now))
        or not account.purpose
        or account.ends_at is None
        or account.ends_at <= now - timedelta(hours=1)
        or _has_old_key(session, account, now)
        or _has_persons_secret(session, account)
    ]
    return found([account.ref for account, _ in rows], broken)


def _is_being_settled(session: Any, account: Account, owner: str, now: datetime) -> bool:
    if owner != "left":
        return True
    asked = select(Duty.id).where(Duty.rule == TRANSFER, Duty.about_ref == account.ref, Duty.state == OPEN)
    late = overdue(session, TRANSFER, account.ref, now)
    return session.scalars(asked).first() is not None and (late is None or now - late.due_at <= timedelta(hours=1))


def _has_old_key(session: Any, account: Account, now: datetime) -> bool:
    oldest = now - timedelta(days=book.number("AC-4", "key_days"), hours=1)
    asked = select(ServiceKey.id).where(
        ServiceKey.account_id == account.id, col(ServiceKey.ended_at).is_(None), ServiceKey.ends_at > now, ServiceKey.made_at < oldest
    )  # fmt: skip
    return session.scalars(asked.limit(1)).first() is not None


def _has_persons_secret(session: Any, account: Account) -> bool:
    return any(
        session.scalars(select(model.id).where(model.account_id == account.id).limit(1)).first() is not None
        for model in (Password, Totp, RecoveryCode, Passkey)
    )


@probe("AC-4", guard="programs-never-sign-in")
def password_for_a_program(work: Work) -> None:
    """A service account is given no password."""
    for_people_only(
        Account(person_id=work.action_id, platform=PLATFORM, name="svc-probe", kind=SERVICE, made_at=work.now)
    )
