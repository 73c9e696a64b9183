"""Joiner and leaver: people come with an account and leave without one. [ID-1, ID-2, ID-3, AC-1, AC-3]"""

from typing import Annotated, Literal
from uuid import UUID

import phonenumbers
from pydantic import AfterValidator, AwareDatetime, StringConstraints

from iam.letters import delivery
from iam.people.joiners import join, leave, move, reactivate, suspend
from iam.people.models import Person
from kernel.action import Work, action
from kernel.errors import Refused

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Language = Literal["fr", "en"]
Kind = Literal["employee", "contractor", "client-representative"]
Job = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]


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
    person = Person(
        scope=site, given_name=given_name, family_name=family_name, email=email, phone=phone, language=language,
        joined_at=work.now, kind=kind, job=job,
    )  # fmt: skip
    return join(work, person, user_name=user_name, manager_id=manager_id, ends_at=ends_at)


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
    if move(work, person, site=site, job=job, manager_id=manager_id, ends_at=ends_at):
        work.fact("person.moved", person_id=person.id, scope=person.scope, job=person.job, given=[])
    return person


@action("person.suspend", on=Person)
def suspend_person(work: Work, person: Person) -> Person:
    """Suspend a person: accounts stop and sessions end at once; what they hold stays theirs. [AC-1, AC-3]"""
    return suspend(work, person)


@action("person.reactivate", on=Person)
def reactivate_person(work: Work, person: Person) -> Person:
    """Let a suspended person come in again, with the same account and a new first code where they never came in. [AC-1, AC-3]"""
    return reactivate(work, person)


@action("person.leave", on=Person)
def leave_person(work: Work, person: Person) -> Person:
    """Let a person go: accounts, secrets, sessions and roles end at once. [AC-1, AC-3]"""
    return leave(work, person)
