"""The first people of a house: whoever asks, approves and operates must be there before anything can be asked for. [AC-1, AC-5]

Whoever may run commands on the house's machine names one person for each role the book says, and no more: as soon as that one
has come in, the way is shut and everybody else is asked for by a request.
"""

from uuid import UUID

from sqlmodel import col, select

from iam.entry import activations
from iam.people.joiners import accounts_of, join, leave
from iam.people.models import Person
from iam.people.people import Email, Language, Name, Phone
from iam.people.roles import Identifier
from kernel import edition
from kernel.access import RoleAssignment
from kernel.action import Work, action
from kernel.db import HOUSE, Answer
from kernel.errors import Refused
from kernel.gate import Ask, condition
from kernel.settings import settings
from policy import book

REASON = "the house is founded"
TRIAL = settings.demo
"""Whether nothing here is real, so that the setup clerk may fill it with people at will."""


class Founder(Answer):
    """Whom the house begins with: the person, and the user id that went out by mail."""

    ref: str
    user_name: str
    is_new: bool


@condition("trial-house")
def is_trial(_: Ask) -> str | None:
    """Fulfilled where nothing is real: in the demonstration house."""
    return None if TRIAL else "A real house begins with its first people and asks for everybody else. [AC-5]"


def founding_roles() -> list[str]:
    """Return the roles that a house needs before anything can be asked for, as the book names them."""
    found = book.parameter("AC-5", "founding_roles")
    return [str(role) for role in found] if isinstance(found, list) else []


@action("house.first-person", scope=HOUSE, answer=Founder)
def bring_first_person(
    work: Work,
    *,
    role: Identifier,
    given_name: Name,
    family_name: Name,
    email: Email,
    phone: Phone,
    language: Language = "fr",
) -> Founder:
    """Bring in the first person of one of the founding roles; shut for a role as soon as one has come in with it. [AC-1, AC-5]

    Said again with the same address before they came in, they get a new code; with another address, whoever was named before
    is let go.
    """
    if role not in founding_roles():
        raise Refused("AC-5", f"A house begins with: {', '.join(founding_roles())}. Everybody else is asked for.")
    before = _named(work, role)
    if any(one.status != "joining" for one in before):
        raise Refused("AC-5", f"The first {role} has come in already. Who comes next is asked for at /requests.")
    for one in before:
        if one.email == email:
            (account,) = accounts_of(work, one, "pending")
            activations.issue(work, account, one, activations.JOIN)
            return Founder(ref=one.ref, user_name=account.name, is_new=False)
        leave(work, one)
    person = Person(
        scope=HOUSE, given_name=given_name, family_name=family_name, email=email, phone=phone, language=language,
        joined_at=work.now, job=role.replace("-", " "),
    )  # fmt: skip
    join(work, person)
    (account,) = accounts_of(work, person, "pending")
    given = edition.give_role(work, person.ref, role, HOUSE, reason=REASON)
    work.session.flush()
    work.fact("role.given", person_id=person.id, role=role, scope=HOUSE, assignment_id=given.id)
    return Founder(ref=person.ref, user_name=account.name, is_new=True)


def _named(work: Work, role: str) -> list[Person]:
    """Give whoever was ever given this role for the whole house and has not left it before coming in."""
    edition.locked_state(work)
    refs = select(RoleAssignment.subject_ref).where(RoleAssignment.role == role, RoleAssignment.scope == HOUSE)
    ids = [UUID(ref.removeprefix("person:")) for ref in work.select(refs) if ref.startswith("person:")]
    found = work.select(select(Person).where(col(Person.id).in_(ids)).order_by(col(Person.id)).with_for_update())
    return [one for one in found if one.left_at is None or _came_in(work, one)]


def _came_in(work: Work, person: Person) -> bool:
    return any(one.activated_at is not None for one in accounts_of(work, person, "revoked"))
