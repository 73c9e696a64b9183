"""The second factor: which ones an account has, and whether a proof is good. Shared by sign-in, step-up and re-entry. [ID-1]"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, SecretStr, StringConstraints
from sqlalchemy import bindparam
from sqlmodel import col, select

from iam.credentials import passkeys
from iam.credentials.code_words import typed
from iam.credentials.models import Passkey, RecoveryCode, Totp
from iam.credentials.otp_codes import step_of
from iam.entry import throttle
from iam.people.models import Account
from kernel.action import Work
from kernel.errors import Refused
from kernel.sealing import fingerprint, seal, unseal

Factor = Literal["otp", "recovery", "passkey"]
WRONG = "This code is not right, or it was used already. Wait for the next one."
Typed = Annotated[str, StringConstraints(max_length=64)]


class Proof(BaseModel):
    """What a person shows as second factor: six digits, or a recovery code, or a passkey's answer with its ticket."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: SecretStr | None = None
    recovery: SecretStr | None = None
    ticket: passkeys.Token | None = None
    credential: passkeys.Credential | None = None


@dataclass(frozen=True, slots=True)
class Paired:
    """An authenticator as it is kept: its secret sealed to its own row."""

    id: UUID
    sealed: bytes

    def secret(self) -> str:
        """Open the secret; it stays in this process."""
        return unseal(self.sealed, f"{Totp.noun}:{self.id}").decode()


def factor_key(account_id: UUID) -> throttle.Key:
    """Return the counter of wrong second factors; only someone who knows the password gets as far as this."""
    return throttle.key("factor", str(account_id))


def of_account(work: Work, account_id: UUID) -> tuple[Factor, ...]:
    """Return the factors an account can be asked for, the usual one first."""
    found: list[Factor] = []
    if current_totp(work, account_id) is not None:
        found.append("otp")
    if work.select(
        select(Passkey.id).where(Passkey.account_id == account_id, col(Passkey.ended_at).is_(None)).limit(1)
    ).first():
        found.append("passkey")
    if found and work.select(_unused(account_id).limit(1)).first():
        found.append("recovery")
    return tuple(found)


_CURRENT = select(Totp).where(
    col(Totp.account_id) == bindparam("account"), col(Totp.confirmed_at).is_not(None), col(Totp.ended_at).is_(None)
)
_CURRENT_LOCKED = _CURRENT.with_for_update()


def current_totp(work: Work, account_id: UUID, *, lock: bool = False) -> Totp | None:
    """Return the paired authenticator of an account."""
    found: Totp | None = work.session.scalars(_CURRENT_LOCKED if lock else _CURRENT, {"account": account_id}).first()
    return found


def _unused(account_id: UUID):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a select of its own long type
    return select(RecoveryCode).where(
        RecoveryCode.account_id == account_id, col(RecoveryCode.used_at).is_(None), col(RecoveryCode.ended_at).is_(None)
    )


def shown(work: Work, account_id: UUID, proof: Proof) -> Factor | None:
    """Return whether a recovery code or a passkey's answer is good, and use it up; None when it is wrong, used or too old.

    The row is locked, so of two who show the same at the same time one passes.
    """
    if proof.recovery is not None:
        return "recovery" if _good_recovery(work, account_id, proof.recovery.get_secret_value()) else None
    if proof.ticket is not None and proof.credential is not None:
        return "passkey" if passkeys.proves(work, account_id, proof.ticket, proof.credential) else None
    return None


def _good_recovery(work: Work, account_id: UUID, code: str) -> bool:
    wanted = recovery_digest(account_id, code)
    found = work.select(_unused(account_id).where(RecoveryCode.digest == wanted).with_for_update()).first()
    if found is None:
        return False
    found.used_at = work.now
    return True


def recovery_digest(account_id: UUID, code: str) -> bytes:
    """Return what is kept of a recovery code."""
    return fingerprint("recovery", f"{account_id}:{typed(code)}")


def sealed_totp(account: Account, secret: str, made_at: datetime) -> Totp:
    """Return a new, not yet confirmed authenticator; its secret opens only in its own row."""
    made = Totp(scope=account.scope, account_id=account.id, person_id=account.person_id, sealed=b"", made_at=made_at)
    made.sealed = seal(secret.encode(), made.ref)
    return made


def demand(
    work: Work,
    account_id: UUID,
    proof: Proof,
    own: tuple[throttle.Key, ...] = (),
    shared: tuple[throttle.Key, ...] = (),
    paired: Paired | None = None,
) -> Factor:
    """Count a try, check the proof, use it up, and return the factor.

    `own` and `shared` are counters to forgive with it, `paired` is the authenticator where it is at hand.
    Raises Busy while held back, Refused when the proof is wrong.
    """
    key = factor_key(account_id)
    found: Factor | None = None
    if proof.code is not None:
        paired = paired or _paired(work, account_id)
        step = step_of(paired.secret(), proof.code.get_secret_value(), work.now) if paired else None
        if throttle.use(paired.id if paired else account_id, step, key, work.now, own, shared):
            found = "otp"
    else:
        throttle.count([key], work.now)
        found = shown(work, account_id, proof)
        if found is not None:
            throttle.forgive([key, *own], shared)
    if found is None:
        raise wrong("factor", WRONG, account=str(account_id))
    return found


def open_secret(totp: Totp) -> str:
    """Open the secret of an authenticator; it stays in this process."""
    return Paired(totp.id, totp.sealed).secret()


def _paired(work: Work, account_id: UUID) -> Paired | None:
    totp = current_totp(work, account_id)
    return Paired(totp.id, totp.sealed) if totp is not None else None


def wrong(cause: str, why: str, **notes: str) -> Refused:
    """Return the refusal of a wrong proof, with what its entry says: the cause and pseudonyms, never what was typed."""
    error = Refused("ID-1", why)
    error.__dict__["ledger_notes"] = {"cause": cause, **notes}
    return error
