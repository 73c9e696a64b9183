"""Whom a typed user id stands for, found by one question whether they exist or not, and what their tries count under. [ID-1]"""

import unicodedata
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, bindparam
from sqlalchemy import select as select_columns
from sqlmodel import col

from iam.credentials.factors import Paired
from iam.credentials.models import Password, Totp
from iam.entry import throttle, tickets
from iam.entry.entering import Source, Who
from iam.entry.models import Device
from iam.people.models import PLATFORM, SERVICE, Account, Person
from kernel.action import Work
from kernel.sealing import pseudonym


@dataclass(frozen=True, slots=True)
class Candidate:
    """All of an account that decides whether someone may come in by it. Plain columns: every sign-in reads them."""

    account_id: UUID
    account_status: str
    person_id: UUID
    person_status: str
    scope: str
    password_id: UUID | None
    hash: str | None
    device_id: UUID | None
    totp_id: UUID | None
    sealed: bytes | None

    @property
    def may_enter(self) -> bool:
        """Whether account and person are in a state to come in."""
        return self.account_status == self.person_status == "active"

    @property
    def who(self) -> Who:
        """Whose session would begin."""
        return Who(self.person_id, self.account_id, self.scope)

    @property
    def paired(self) -> Paired | None:
        """The authenticator, if one is paired."""
        return (
            Paired(self.totp_id, bytes(self.sealed)) if self.totp_id is not None and self.sealed is not None else None
        )


_LOOK_UP = (
    select_columns(
        col(Account.id),
        col(Account.status),
        col(Person.id),
        col(Person.status),
        col(Person.scope),
        col(Password.id),
        col(Password.hash),
        col(Device.id),
        col(Totp.id),
        col(Totp.sealed),
    )
    .select_from(Account)
    .join(Person, col(Person.id) == Account.person_id)
    .outerjoin(Password, and_(col(Password.account_id) == Account.id, col(Password.ended_at).is_(None)))
    .outerjoin(
        Device,
        and_(
            col(Device.account_id) == Account.id,
            col(Device.digest) == bindparam("device"),
            col(Device.ended_at).is_(None),
            col(Device.ends_at) > bindparam("now"),
        ),
    )
    .outerjoin(
        Totp,
        and_(col(Totp.account_id) == Account.id, col(Totp.confirmed_at).is_not(None), col(Totp.ended_at).is_(None)),
    )
    .where(col(Account.platform) == PLATFORM, col(Account.name) == bindparam("name"), col(Account.kind) != SERVICE)
)


def plain_name(name: str) -> str:
    """Return a typed user id in the form it is looked up."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def look_up(work: Work, name: str, device: str | None) -> Candidate | None:
    """Find who a name stands for, and whether the browser is one of theirs."""
    asked = {"name": plain_name(name), "device": tickets.digest(device or ""), "now": work.now}
    row = work.session.execute(_LOOK_UP, asked).first()
    return Candidate(*tuple(row)) if row is not None else None


def counters(
    name: str, source: Source, device_id: UUID | None
) -> tuple[tuple[throttle.Key, ...], tuple[throttle.Key, ...]]:
    """Return what a try is counted under: one's own counters, and those shared with others.

    A known device of the account has its own counter and no other, so strangers cannot hold its owner back.
    """
    if device_id is not None:
        return (throttle.key("device", str(device_id)),), ()
    plain = plain_name(name)
    own = (throttle.key("pair", plain, source.address),)
    return own, (throttle.key("source", source.address), throttle.key("account", plain))


def told(found: Candidate | None, name: str) -> dict[str, str]:
    """Return what the ledger says of whom a try was for: an account by its id, an unknown name by its pseudonym."""
    return {"account": str(found.account_id)} if found is not None else {"unknown": pseudonym(plain_name(name))}
