"""Joiner and leaver as plain steps: what actions on people, and requests that were granted, do inside their own action. [AC-1, AC-3]"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import col, select

from iam.credentials import passwords
from iam.entry import activations, presence, tickets
from iam.letters import delivery
from iam.people import names
from iam.people.models import HUMAN, PLATFORM, SERVICE, Account, Person
from iam.people.platforms import convention
from kernel.access import RoleAssignment, Scope
from kernel.action import Work
from kernel.edition import take_role
from kernel.errors import Conflict, NotFound, Refused

MOST_LEVELS = 30
"""Managers above one another; a longer line is a mistake."""


def _taken(work: Work, platform: str) -> Callable[[str], bool]:
    def asked(name: str) -> bool:
        return (
            work.select(select(Account.id).where(Account.platform == platform, Account.name == name)).first()
            is not None
        )

    return asked


def free_name(work: Work, person: Person, platform: str = PLATFORM) -> str:
    """Return the user id the convention gives a person: one that nobody has or ever had. Raises Refused. [ID-3]"""
    try:
        return names.propose(
            convention(work.session, platform), person.given_name, person.family_name, _taken(work, platform)
        )
    except ValueError as none:
        raise Refused("ID-3", f"No user id can be made for this person: {none}.") from none


def join(
    work: Work,
    person: Person,
    *,
    user_name: str | None = None,
    manager_id: UUID | None = None,
    ends_at: datetime | None = None,
) -> Person:
    """Bring a new person in: their account, and their user id and first code by two channels.

    Raises NotFound for an unknown site, Refused for channels, managers, dates or names that cannot be, Conflict for a name in use.
    """
    if work.session.get(Scope, person.scope) is None:
        raise NotFound(f"There is no site {person.scope}.")
    delivery.channels_of(person)
    bind(work, person, manager_id, ends_at)
    if user_name is not None:
        _check_name(work, person, user_name)
    work.add(person)
    name = user_name or free_name(work, person)
    account = Account(scope=person.scope, person_id=person.id, name=name, kind=HUMAN, made_at=work.now)
    work.session.flush()
    work.add(account)
    work.session.flush()
    activations.issue(work, account, person, activations.JOIN)
    work.note("account", str(account.id))
    work.fact("person.joined", person_id=person.id, account_id=account.id, scope=person.scope)
    return person


def _check_name(work: Work, person: Person, user_name: str) -> None:
    fault = names.fault(convention(work.session), user_name, person.given_name, person.family_name)
    if fault is not None:
        raise Refused("ID-3", fault)
    if _taken(work, PLATFORM)(user_name):
        raise Conflict("This user id is or was somebody's. An id is never given again.")


def bind(work: Work, person: Person, manager_id: UUID | None, ends_at: datetime | None) -> None:
    """Say who leads a person and until when they are here; a ring of managers, or one who has left, is refused."""
    if ends_at is not None and ends_at <= work.now:
        raise Refused("AC-3", "The end of a contract lies ahead; whoever is to go now leaves.")
    person.ends_at = ends_at
    if manager_id is None or manager_id == person.manager_id:
        return
    manager = work.get(Person, manager_id)
    if manager.status == "left" or manager.kind == "client-representative":
        raise Refused("AC-3", "This person cannot lead anybody: they have left, or are a client's.")
    above: Person | None = manager
    for _ in range(MOST_LEVELS):
        if above is None:
            person.manager_id = manager_id
            return
        if above.id == person.id:
            raise Refused("AC-3", "Nobody leads those who lead him.")
        above = work.session.get(Person, above.manager_id) if above.manager_id else None
    raise Refused("AC-3", f"There are more than {MOST_LEVELS} managers above this person.")


def move(
    work: Work,
    person: Person,
    *,
    site: str | None = None,
    job: str | None = None,
    manager_id: UUID | None = None,
    ends_at: datetime | None = None,
) -> bool:
    """Give a person another site, function, manager or end of contract; what is left out stays. Tells whether they moved.

    Whoever calls it tells `person.moved` once all is done, so that what is left from before is looked at again.
    Raises NotFound for an unknown site, Refused for a manager or a date that cannot be.
    """
    expect(person, "active", "joining", "suspended")
    before = (person.scope, person.job, person.manager_id)
    if site is not None:
        if work.session.get(Scope, site) is None:
            raise NotFound(f"There is no site {site}.")
        person.scope = site
        for account in accounts_of(work, person, "active", "pending", "suspended"):
            account.scope = site
    if job is not None:
        person.job = job
    bind(work, person, manager_id or person.manager_id, ends_at or person.ends_at)
    return (person.scope, person.job, person.manager_id) != before


def suspend(work: Work, person: Person) -> Person:
    """Suspend a person: accounts stop and sessions end at once; what they hold stays theirs. Raises Refused."""
    expect(person, "active", "joining")
    person.status = "suspended"
    for account in accounts_of(work, person, "active", "pending"):
        account.status = "suspended"
        work.after_commit(partial(tickets.drop_of, account.id))
    presence.end(work, presence.open_of(work, person.id), "suspended")
    work.fact("person.suspended", person_id=person.id)
    return person


def reactivate(work: Work, person: Person) -> Person:
    """Let a suspended person come in again. Raises Refused."""
    expect(person, "suspended")
    person.status = "active"
    for account in accounts_of(work, person, "suspended"):
        account.status = "active" if account.activated_at is not None else "pending"
        if account.status == "pending":
            person.status = "joining"
            activations.issue(work, account, person, activations.JOIN)
    work.fact("person.reactivated", person_id=person.id)
    return person


def leave(work: Work, person: Person) -> Person:
    """Let a person go: accounts, secrets, sessions and roles end at once. Raises Refused."""
    expect(person, "active", "joining", "suspended")
    person.status, person.left_at = "left", work.now
    for account in accounts_of(work, person, "active", "pending", "suspended"):
        account.status = "revoked"
        passwords.end_secret(work, account, "left")
        activations.withdraw(work, account)
        work.after_commit(partial(tickets.drop_of, account.id))
    presence.end(work, presence.open_of(work, person.id), "left")
    for held in roles_of(work, person.id):
        take_role(work, held)
    work.fact("person.left", person_id=person.id)
    return person


def roles_of(work: Work, person_id: UUID) -> list[RoleAssignment]:
    """Return the roles a person holds or will hold."""
    found = work.select(
        select(RoleAssignment).where(
            RoleAssignment.subject_ref == f"person:{person_id}", col(RoleAssignment.taken_at).is_(None)
        )
    )
    return list(found)


def accounts_of(work: Work, person: Person, *states: str) -> list[Account]:
    """Return a person's own accounts in these states, locked for change; service accounts wait to be handed over."""
    found = work.select(
        select(Account)
        .where(Account.person_id == person.id, Account.kind != SERVICE, col(Account.status).in_(states))
        .with_for_update()
    )
    return list(found)


def expect(person: Person, *states: str) -> None:
    """Raise Refused where a person is in none of these states."""
    if person.status not in states:
        raise Refused("AC-3", f"This person is {person.status}; this cannot be done now.")
