"""Service accounts: each with an owner on the roster, a purpose, a scope, narrow roles, keys that rotate, and an end. [AC-4, ID-2]

Its roles are assignments of the subject `account:<id>`, chosen from those the book names for programs. When the owner leaves, a case
asks for another within the book's days; then the account is off. Nobody ever signs in with one.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints
from sqlalchemy import func
from sqlmodel import col, select

from iam.people.models import PLATFORM, REPRESENTATIVE, SERVICE, Account, Person, Platform
from iam.people.roles import Identifier, Reason, RoleView
from iam.services import keys as service_keys
from iam.services.models import ServiceKey, ServiceSeen
from kernel import edition, gate
from kernel.access import RoleAssignment, Scope
from kernel.action import Fact, Work, action, on_fact
from kernel.db import HOUSE, Answer
from kernel.errors import Conflict, NotFound, Refused
from kernel.reading import reading
from policy import book

Name = Annotated[str, StringConstraints(pattern=r"^svc-[a-z][a-z0-9-]{1,26}[a-z0-9]$")]
Purpose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=300)]
MOST = 500


class KeyView(Answer):
    """A key of a service account, without what proves it."""

    id: UUID
    kind: str
    label: str
    made_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    seen_at: datetime | None = None


class ServiceView(Answer):
    """A service account: whose, what for, where, until when, last used when."""

    id: UUID
    name: str
    platform: str
    purpose: str
    owner_id: UUID
    owner: str
    owner_is_here: bool
    scope: str
    status: str
    made_at: datetime
    ends_at: datetime | None
    used_at: datetime | None
    keys: tuple[KeyView, ...] = ()
    roles: tuple[RoleView, ...] = ()


@action("service.open", scope=lambda fields: fields.scope)
def open_service(
    work: Work,
    *,
    name: Name,
    purpose: Purpose,
    owner_id: UUID,
    scope: Identifier = HOUSE,
    platform: Identifier = PLATFORM,
    ends_at: AwareDatetime,
) -> Account:
    """Open a service account with its owner, its purpose and its end. [AC-4, ID-2, ID-3]"""
    _owner(work, owner_id)
    _check_end(work, ends_at)
    if scope != HOUSE and work.session.get(Scope, scope) is None:
        raise NotFound(f"There is no scope {scope}.")
    if platform != PLATFORM and work.select(select(Platform.id).where(Platform.slug == platform)).first() is None:
        raise NotFound(f"There is no platform {platform}.")
    if work.select(select(Account.id).where(Account.platform == platform, Account.name == name)).first() is not None:
        raise Conflict("This id is or was in use already. An id is never given again.")
    made = work.add(
        Account(
            scope=scope, person_id=owner_id, platform=platform, name=name, kind=SERVICE, status="active", purpose=purpose,
            made_at=work.now, activated_at=work.now, ends_at=ends_at,
        )
    )  # fmt: skip
    work.fact("service.opened", account_id=made.id, person_id=owner_id)
    return made


def _owner(work: Work, owner_id: UUID) -> Person:
    if owner_id == work.actor.id:
        raise Refused("AC-1", "Nobody opens an account for himself or takes one over by himself.")
    person = work.get(Person, owner_id)
    if person.status != "active" or person.kind == REPRESENTATIVE:
        raise Refused("AC-4", "The owner of a service account is a person of the house who is here.")
    return person


def _check_end(work: Work, ends_at: datetime) -> None:
    longest = work.now + timedelta(days=book.number("AC-4", "longest_days"))
    if not work.now < ends_at <= longest:
        raise Refused(
            "AC-4", f"A service account ends, within {book.number('AC-4', 'longest_days')} days; then it is looked at."
        )


def _in_use(account: Account) -> None:
    if account.kind != SERVICE:
        raise Refused("AC-4", "This is not a service account.")
    if account.status == "revoked":
        raise Refused("AC-4", "This service account is closed for good.")


@action("service.amend", on=Account)
def amend_service(
    work: Work, account: Account, *, purpose: Purpose | None = None, ends_at: AwareDatetime | None = None
) -> Account:
    """Change what a service account is for, or when it ends. [AC-4]"""
    _in_use(account)
    if ends_at is not None:
        _check_end(work, ends_at)
        account.ends_at = ends_at
    if purpose is not None:
        account.purpose = purpose
    return account


@action("service.transfer", on=Account)
def transfer_service(work: Work, account: Account, *, owner_id: UUID) -> Account:
    """Give a service account another owner; its keys end with the former one, who may know them. [AC-4]"""
    _in_use(account)
    if owner_id == account.person_id:
        raise Refused("AC-4", "This person is its owner already.")
    former = account.person_id
    account.person_id = _owner(work, owner_id).id
    if account.status == "suspended" and (account.ends_at is None or account.ends_at > work.now):
        account.status = "active"
    until = work.now + timedelta(hours=book.number("AC-4", "overlap_hours"))
    for key in service_keys.live_of(work, account.id):
        key.ends_at = min(key.ends_at, until)
    work.fact("service.transferred", account_id=account.id, person_id=owner_id, former_id=former)
    return account


@action("service.close", on=Account)
def close_service(work: Work, account: Account) -> Account:
    """Close a service account for good: keys and roles end at once. [AC-4]"""
    _in_use(account)
    account.status = "revoked"
    service_keys.end_all(work, account.id, "closed")
    for held in roles_of(work, account):
        edition.take_role(work, held)
    work.fact("service.closed", account_id=account.id)
    return account


@action("service.give-role", on=Account, answer=RoleView)
def give_service_role(
    work: Work, account: Account, *, role: Identifier, scope: Identifier | None = None, reason: Reason,
    end: AwareDatetime | None = None,
) -> RoleAssignment:  # fmt: skip
    """Give a program one of the roles the book keeps for programs, within its account's scope and time. [AC-4, AC-10]"""
    _in_use(account)
    allowed = book.parameter("AC-4", "roles")
    if not isinstance(allowed, list) or role not in allowed:
        raise Refused("AC-4", "This role is for people. The book names the roles that a program may hold.")
    place = scope or account.scope
    if account.scope not in gate.current().chain(place):
        raise Refused("AC-4", f"The account is for {account.scope}, and its roles stay within it.")
    if any(held.role == role and held.scope == place for held in roles_of(work, account)):
        raise Conflict("This program holds this role there already.")
    until = min(end or account.ends_at or work.now, account.ends_at or work.now)
    made = edition.give_role(work, account.ref, role, place, end=until, reason=reason)
    work.fact("service.role-given", account_id=account.id, role=role, scope=place, assignment_id=made.id)
    return made


def roles_of(work: Work, account: Account) -> list[RoleAssignment]:
    """Return the roles a service account holds."""
    held = work.select(
        select(RoleAssignment).where(RoleAssignment.subject_ref == account.ref, col(RoleAssignment.taken_at).is_(None))
    )
    return [one for one in held if one.ends_at is None or one.ends_at > work.now]


@on_fact("person.left")
def ask_for_owner(work: Work, fact: Fact) -> None:
    """Have the service accounts of someone who left ask for another owner. [AC-4]"""
    left = work.select(
        select(Account).where(
            Account.person_id == fact.data["person_id"], Account.kind == SERVICE, col(Account.status) != "revoked"
        )
    )
    for account in left:
        work.fact("service.orphaned", account_id=account.id, person_id=account.person_id)


@reading("service.list")
def list_services(work: Work, *, status: str | None = None) -> list[ServiceView]:
    """List the service accounts one may see, those whose owner is gone first, then by name. [AC-4, AC-9]"""
    asked = select(Account, Person).join(Person, col(Person.id) == Account.person_id).where(Account.kind == SERVICE)
    asked = asked.where(gate.visible(work.actor, "service.list", Account, work.now))
    if status is not None:
        asked = asked.where(Account.status == status)
    rows = work.session.execute(asked.order_by(col(Person.status) == "active", col(Account.name)).limit(MOST)).all()
    seen = _last_seen(work, [account.id for account, _ in rows])
    return [_view(account, owner, seen.get(account.id)) for account, owner in rows]


def _last_seen(work: Work, ids: list[UUID]) -> dict[UUID, datetime]:
    asked = select(ServiceSeen.account_id, func.max(ServiceSeen.seen_at)).where(col(ServiceSeen.account_id).in_(ids))
    return {row[0]: row[1] for row in work.session.execute(asked.group_by(col(ServiceSeen.account_id)))}


def _view(account: Account, owner: Person, seen: datetime | None, **more: Any) -> ServiceView:
    shown = account.model_dump(include=set(ServiceView.model_fields) - {"used_at"})
    return ServiceView(
        **shown,
        owner_id=owner.id,
        owner=owner.name,
        owner_is_here=owner.status == "active",
        used_at=seen or account.used_at,
        **more,
    )


@reading("service.read", on=Account)
def read_service(work: Work, account: Account) -> ServiceView:
    """Read a service account with its keys and roles. [AC-4, AC-9]"""
    if account.kind != SERVICE:
        raise NotFound("There is no such service account.")
    rows = work.session.execute(
        select(ServiceKey, ServiceSeen.seen_at)
        .outerjoin(ServiceSeen, col(ServiceSeen.key_id) == ServiceKey.id)
        .where(ServiceKey.account_id == account.id)
        .order_by(col(ServiceKey.made_at).desc())
    ).all()
    keys = tuple(
        KeyView(**key.model_dump(include=set(KeyView.model_fields) - {"seen_at"}), seen_at=seen) for key, seen in rows
    )
    roles = tuple(RoleView.of(held) for held in roles_of(work, account))
    seen = max((key.seen_at for key in keys if key.seen_at), default=None)
    return _view(account, work.get(Person, account.person_id), seen, keys=keys, roles=roles)
