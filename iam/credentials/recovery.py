"""One's own authenticator and recovery codes: pair another, confirm it, remove it, make new codes. [ID-1]"""

from uuid import UUID

from pydantic import SecretStr
from sqlmodel import col, select

from iam.credentials import factors
from iam.credentials.code_words import new_recovery_codes
from iam.credentials.models import Passkey, RecoveryCode, Totp
from iam.credentials.otp_codes import Enrolment, enrolment, new_secret, step_of
from iam.credentials.passkeys import HOUSE_NAME
from iam.entry import throttle
from iam.people.models import Account, for_people_only
from kernel.action import Work, action
from kernel.actor import Actor
from kernel.errors import Refused


def confirm_newest(work: Work, account: Account, code: str) -> Totp:
    """Confirm the authenticator that was paired last by a code of it. Raises Refused when it is wrong, Busy while held back."""
    newest: Totp | None = work.select(
        select(Totp)
        .where(Totp.account_id == account.id, col(Totp.confirmed_at).is_(None), col(Totp.ended_at).is_(None))
        .order_by(col(Totp.made_at).desc(), col(Totp.id).desc())
        .limit(1)
        .with_for_update()
    ).first()
    step = step_of(factors.open_secret(newest), code, work.now) if newest is not None else None
    if newest is None or not throttle.use(newest.id, step, factors.factor_key(account.id), work.now):
        raise factors.wrong(
            "enrolment", "This code is not right. Is the telephone's clock right?", account=str(account.id)
        )
    newest.confirmed_at = work.now
    work.fact("otp.enrolled", person_id=account.person_id, account_id=account.id)
    return newest


def renew_codes(work: Work, account: Account) -> list[str]:
    """End the recovery codes there are and make ten new ones; they are shown once and kept as fingerprints."""
    former = work.select(
        select(RecoveryCode).where(
            RecoveryCode.account_id == account.id,
            col(RecoveryCode.used_at).is_(None),
            col(RecoveryCode.ended_at).is_(None),
        )
    )
    for code in former:
        code.ended_at = work.now
    codes = new_recovery_codes()
    for shown in codes:
        work.add(
            RecoveryCode(
                scope=account.scope,
                account_id=account.id,
                person_id=account.person_id,
                digest=factors.recovery_digest(account.id, shown),
                made_at=work.now,
            )
        )
    return codes


@action("otp.enrol", on=Account, answer=Enrolment)
def enrol_otp(work: Work, account: Account) -> Enrolment:
    """Begin to pair another authenticator; the present one stays good until the new one is confirmed. [ID-1]"""
    for_people_only(account)
    for begun in work.select(
        select(Totp).where(
            Totp.account_id == account.id, col(Totp.confirmed_at).is_(None), col(Totp.ended_at).is_(None)
        )
    ):
        begun.ended_at = work.now
    secret = new_secret()
    work.add(factors.sealed_totp(account, secret, work.now))
    return enrolment(secret, account.name, HOUSE_NAME)


@action("otp.confirm", on=Account)
def confirm_otp(work: Work, account: Account, *, code: SecretStr) -> None:
    """Confirm the new authenticator by a code of it; the former one ends. [ID-1]"""
    former = factors.current_totp(work, account.id, lock=True)
    if former is not None:
        former.ended_at = work.now
        work.session.flush()
    confirm_newest(work, account, code.get_secret_value())


@action("otp.remove", on=Account)
def remove_otp(work: Work, account: Account) -> None:
    """Remove one's authenticator, where a passkey remains: everyone has a strong second factor. [ID-1]"""
    if "passkey" not in factors.of_account(work, account.id):
        raise Refused("ID-1", "Register a passkey first: everyone has a strong second factor.")
    totp = factors.current_totp(work, account.id, lock=True)
    if totp is None:
        raise Refused("ID-1", "There is no authenticator to remove.")
    totp.ended_at = work.now
    work.fact("otp.removed", person_id=account.person_id, account_id=account.id)


@action("recovery.renew", on=Account)
def renew_recovery(work: Work, account: Account) -> list[str]:
    """Make ten new recovery codes; the former ones end. They are shown once. [ID-1]"""
    for_people_only(account)
    return renew_codes(work, account)


@action("passkey.remove", on=Passkey)
def remove_passkey(work: Work, key: Passkey) -> None:
    """Remove a passkey, where another strong second factor remains. [ID-1]"""
    if key.ended_at is not None:
        raise Refused("ID-1", "This passkey is removed already.")
    others = work.select(
        select(Passkey.id).where(
            Passkey.account_id == key.account_id, col(Passkey.ended_at).is_(None), Passkey.id != key.id
        )
    ).first()
    if factors.current_totp(work, key.account_id) is None and others is None:
        raise Refused("ID-1", "Pair an authenticator first: everyone has a strong second factor.")
    key.ended_at = work.now


def confirm_own(actor: Actor, account_id: UUID, code: str) -> None:
    """Confirm one's new authenticator. Raises Refused, Busy."""
    confirm_otp(actor, account_id, code=SecretStr(code))
