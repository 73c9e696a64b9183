"""Reading people and accounts: one's own, a colleague's, and lists of those one may see. [AC-7, AC-9, OC-14]"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_
from sqlmodel import col, select

from iam.credentials import factors, passwords, rotation
from iam.credentials.models import Passkey, RecoveryCode
from iam.credentials.passkeys import PasskeyView
from iam.entry.models import Device
from iam.people.models import HUMAN, PLATFORM, Account, Person
from kernel import gate
from kernel.action import Work
from kernel.db import Answer
from kernel.errors import NotFound
from kernel.reading import reading

MOST = 500
"""People on one page of a list."""


class PersonLine(Answer):
    """A person in a list."""

    id: UUID
    name: str
    sorted_as: str
    user_name: str | None
    site: str
    status: str
    language: str


class AccountView(Answer):
    """An account of a person."""

    id: UUID
    platform: str
    name: str
    kind: str
    status: str
    made_at: datetime
    activated_at: datetime | None
    purpose: str = ""
    ends_at: datetime | None = None
    used_at: datetime | None = None

    @classmethod
    def of(cls, account: Account) -> "AccountView":
        """Return what is shown of an account."""
        return cls(**account.model_dump(include=set(cls.model_fields)))


class PersonView(Answer):
    """A person's record."""

    id: UUID
    given_name: str
    family_name: str
    name: str
    email: str | None
    phone: str | None
    site: str
    language: str
    status: str
    joined_at: datetime
    left_at: datetime | None
    kind: str = "employee"
    job: str = ""
    manager_id: UUID | None = None
    ends_at: datetime | None = None
    accounts: tuple[AccountView, ...] = ()

    @classmethod
    def of(cls, person: Person) -> "PersonView":
        """Return what is shown of a person."""
        return cls(**person.model_dump(include=set(cls.model_fields)), name=person.name, site=person.scope)


class DeviceView(Answer):
    """A known device as its owner sees it."""

    id: UUID
    agent: str
    known_at: datetime
    ends_at: datetime


class MyAccount(Answer):
    """One's own account: what proves who one is, without showing any of it."""

    person: PersonView
    account_id: UUID
    user_name: str
    password_set_at: datetime | None
    change_due_at: datetime | None
    has_otp: bool
    passkeys: list[PasskeyView]
    recovery_codes_left: int
    devices: list[DeviceView]


@reading("person.read", on=Person, watched=True)
def read_person(work: Work, person: Person) -> PersonView:
    """Read a person's record. [AC-9]"""
    accounts = work.select(select(Account).where(Account.person_id == person.id).order_by(col(Account.made_at)))
    return PersonView.of(person).model_copy(update={"accounts": tuple(map(AccountView.of, accounts))})


@reading("person.list")
def list_people(
    work: Work,
    *,
    status: str | None = None,
    after: str = "",
    after_id: UUID | None = None,
    only: list[UUID] | None = None,
    limit: int = 100,
) -> list[PersonLine]:
    """List the people one may list or read, by family name; those of `only` where it is told. [AC-9]

    A page goes on where the one before ended: after `sorted_as` of its last line, and among people of one name after its id.
    """
    key = func.concat(col(Person.family_name), " ", col(Person.given_name))
    asked = (
        select(Person, col(Account.name))
        .where(or_(*(gate.visible(work.actor, name, Person, work.now) for name in ("person.list", "person.read"))))
        .outerjoin(
            Account,
            and_(col(Account.person_id) == Person.id, col(Account.kind) == HUMAN, col(Account.platform) == PLATFORM),
        )
        .where(key > after if after_id is None else or_(key > after, and_(key == after, col(Person.id) > after_id)))
        .order_by(key, col(Person.id))
        .limit(max(1, min(limit, MOST)))
    )
    if status is not None:
        asked = asked.where(col(Person.status) == status)
    if only is not None:
        asked = asked.where(col(Person.id).in_(only))
    return [
        PersonLine(
            id=person.id,
            name=person.name,
            sorted_as=f"{person.family_name} {person.given_name}",
            user_name=user_name,
            site=person.scope,
            status=person.status,
            language=person.language,
        )
        for person, user_name in work.session.execute(asked)
    ]


@reading("account.mine")
def my_account(work: Work) -> MyAccount:
    """Read one's own account. [ID-1]"""
    row = work.session.execute(
        select(Person, Account)
        .join(Account, col(Account.person_id) == Person.id)
        .where(Person.id == work.actor.id, Account.kind == HUMAN)
        .order_by(col(Account.made_at))
    ).first()
    if row is None:
        raise NotFound("There is no account here.")
    person, account = row
    held = passwords.current(work, account.id)
    rotating = rotation.standings(work.session, account_id=account.id)
    has_otp = factors.current_totp(work, account.id) is not None
    return MyAccount(
        person=PersonView.of(person),
        account_id=account.id,
        user_name=account.name,
        password_set_at=held.set_at if held else None,
        change_due_at=rotating[0].due_at if rotating else None,
        has_otp=has_otp,
        passkeys=_passkeys(work, account.id),
        recovery_codes_left=_codes_left(work, account.id),
        devices=_devices(work, account.id),
    )


def _passkeys(work: Work, account_id: UUID) -> list[PasskeyView]:
    found = work.select(
        select(Passkey)
        .where(Passkey.account_id == account_id, col(Passkey.ended_at).is_(None))
        .order_by(col(Passkey.made_at))
    )
    return [PasskeyView.of(key) for key in found]


def _devices(work: Work, account_id: UUID) -> list[DeviceView]:
    found = work.select(
        select(Device)
        .where(Device.account_id == account_id, col(Device.ended_at).is_(None), col(Device.ends_at) > work.now)
        .order_by(col(Device.known_at).desc())
    )
    return [DeviceView(**device.model_dump(include=set(DeviceView.model_fields))) for device in found]


def _codes_left(work: Work, account_id: UUID) -> int:
    return int(
        work.session.execute(
            select(func.count()).where(
                RecoveryCode.account_id == account_id,
                col(RecoveryCode.used_at).is_(None),
                col(RecoveryCode.ended_at).is_(None),
            )
        ).scalar_one()
    )
