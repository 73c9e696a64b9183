"""Joiner and leaver: people come with an account and leave without one. [ID-1, ID-2, ID-3, AC-1, AC-3]"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

import phonenumbers
from pydantic import AfterValidator, AwareDatetime, StringConstraints
from sqlmodel import col, select

from iam import activations, delivery, names, passwords, presence, tickets
from iam.models_people import HUMAN, PLATFORM, Account, Person
from iam.platforms import convention
from kernel.access import RoleAssignment, Scope
from kernel.action import Work, action
from kernel.edition import take_role
from kernel.errors import Conflict, NotFound, Refused

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Language = Literal["fr", "en"]
Kind = Literal["employee", "contractor", "client-representative"]
Job = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
MOST_LEVELS = 30
"""Managers above one another; a longer line is a mistake."""


def international(phone: str) -> str:
    """Return a telephone number in E.164. Raises ValueError where it cannot be one."""
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException as wrong:
        raise ValueError("write the number with its country code, such as +229 01 97 00 00 00") from wrong
    if not phonenumbers.is_possible_number(number):
        raise ValueError("this is not a possible telephone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


Phone = Annotated[str, StringConstraints(max_length=40), AfterValidator(international)]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s<>\"]{1,64}@[^@\s<>\"]+\.[^@\s<>\".]+$"),
]


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


@action("person.join", scope=lambda fields: fields.site)
def join_person(
    work: Work,
    *,
    given_name: Name,
    family_name: Name,
    email: Email,
    phone: Phone,
    site: str = "house",
    language: Language = "fr",
    user_name: str | None = None,
    kind: Kind = "employee",
    job: Job = "",
    manager_id: UUID | None = None,
    ends_at: AwareDatetime | None = None,
) -> Person:
    """Bring a person into the house: their account, and their user id and first code by two channels. [ID-1, ID-3, ID-5, AC-3]"""
    if work.session.get(Scope, site) is None:
        raise NotFound(f"There is no site {site}.")
    person = Person(
        scope=site, given_name=given_name, family_name=family_name, email=email, phone=phone, language=language,
        joined_at=work.now, kind=kind, job=job,
    )  # fmt: skip
    delivery.channels_of(person)
    _bind(work, person, manager_id, ends_at)
    if user_name is not None:
        _check_name(work, person, user_name)
    work.add(person)
    account = Account(
        scope=site, person_id=person.id, name=user_name or free_name(work, person), kind=HUMAN, made_at=work.now
    )
    work.session.flush()
    work.add(account)
    work.session.flush()
    activations.issue(work, account, person, activations.JOIN)
    work.note("account", str(account.id))
    work.fact("person.joined", person_id=person.id, account_id=account.id, scope=site)
    return person


def _check_name(work: Work, person: Person, user_name: str) -> None:
    fault = names.fault(convention(work.session), user_name, person.given_name, person.family_name)
    if fault is not None:
        raise Refused("ID-3", fault)
    if _taken(work, PLATFORM)(user_name):
        raise Conflict("This user id is or was somebody's. An id is never given again.")


@action("person.amend", on=Person)
def amend_person(
    work: Work,  # noqa: ARG001 - the frame's own form
    person: Person,
    *,
    given_name: Name | None = None,
    family_name: Name | None = None,
    email: Email | None = None,
    phone: Phone | None = None,
    language: Language | None = None,
) -> Person:
    """Correct a person's record; the user id stays as it is. [AC-3]"""
    if person.status == "left":
        raise Refused("AC-3", "This person has left the house.")
    given = {
        "given_name": given_name, "family_name": family_name, "email": email, "phone": phone, "language": language
    }  # fmt: skip
    for field, value in given.items():
        if value is not None:
            setattr(person, field, value)
    delivery.channels_of(person)
    return person


@action("person.move", on=Person)
def move_person(
    work: Work,
    person: Person,
    *,
    site: str | None = None,
    job: Job | None = None,
    manager_id: UUID | None = None,
    ends_at: AwareDatetime | None = None,
) -> Person:
    """Move a person to another site, function, manager or end of contract; what is left out stays. Rights are looked at again. [AC-3]"""
    _expect(person, "active", "joining", "suspended")
    before = (person.scope, person.job, person.manager_id)
    if site is not None:
        if work.session.get(Scope, site) is None:
            raise NotFound(f"There is no site {site}.")
        person.scope = site
        for account in _accounts(work, person, "active", "pending", "suspended"):
            account.scope = site
    if job is not None:
        person.job = job
    _bind(work, person, manager_id or person.manager_id, ends_at or person.ends_at)
    if (person.scope, person.job, person.manager_id) != before:
        work.fact("person.moved", person_id=person.id, scope=person.scope, job=person.job)
    return person


def _bind(work: Work, person: Person, manager_id: UUID | None, ends_at: datetime | None) -> None:
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


@action("person.suspend", on=Person)
def suspend_person(work: Work, person: Person) -> Person:
    """Suspend a person: accounts stop and sessions end at once; what they hold stays theirs. [AC-1, AC-3]"""
    _expect(person, "active", "joining")
    person.status = "suspended"
    for account in _accounts(work, person, "active", "pending"):
        account.status = "suspended"
        work.after_commit(partial(tickets.drop_of, account.id))
    presence.end(work, presence.open_of(work, person.id), "suspended")
    work.fact("person.suspended", person_id=person.id)
    return person


@action("person.reactivate", on=Person)
def reactivate_person(work: Work, person: Person) -> Person:
    """Let a suspended person come in again, with the same account and a new first code where they never came in. [AC-1, AC-3]"""
    _expect(person, "suspended")
    person.status = "active"
    for account in _accounts(work, person, "suspended"):
        account.status = "active" if account.activated_at is not None else "pending"
        if account.status == "pending":
            person.status = "joining"
            activations.issue(work, account, person, activations.JOIN)
    work.fact("person.reactivated", person_id=person.id)
    return person


@action("person.leave", on=Person)
def leave_person(work: Work, person: Person) -> Person:
    """Let a person go: accounts, secrets, sessions and roles end at once. [AC-1, AC-3]"""
    _expect(person, "active", "joining", "suspended")
    person.status, person.left_at = "left", work.now
    for account in _accounts(work, person, "active", "pending", "suspended"):
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


def _accounts(work: Work, person: Person, *states: str) -> list[Account]:
    found = work.select(
        select(Account).where(Account.person_id == person.id, col(Account.status).in_(states)).with_for_update()
    )
    return list(found)


def _expect(person: Person, *states: str) -> None:
    if person.status not in states:
        raise Refused("AC-3", f"This person is {person.status}; this cannot be done now.")
