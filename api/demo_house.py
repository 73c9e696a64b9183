"""Who and what is in the demonstration house: one person per role, made by the same actions and letters as in a real one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pyotp
from sqlmodel import col, select

import contactcenter.demo
import iam
from api import fields  # noqa: F401 - registers every use case
from api.demo_changes import Makers, seed_changes
from api.demo_courses import seed_courses
from api.demo_history import seed_history
from api.demo_profiles import seed_profiles
from api.demo_words import PASSWORD
from iam.entry.entering import Source
from iam.letters import delivery
from iam.letters.models import SMS, Letter
from iam.letters.transports import spool
from iam.people.models import Account, Person
from kernel import clock
from kernel.access import RoleAssignment
from kernel.actor import clerk
from kernel.db import HOUSE, read_session
from kernel.errors import Conflict, NotFound

SETUP = clerk("setup")
HERE = Source(address="127.0.0.1", agent="demonstration set-up")
CODE = re.compile(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b")


@dataclass(frozen=True, slots=True)
class Inhabitant:
    """Somebody of the house: role, scope, site, language."""

    given_name: str
    family_name: str
    role: str
    scope: str
    site: str
    language: str = "fr"


INHABITANTS = (
    Inhabitant("Ama", "Mensah", "agent", HOUSE, "site:cotonou"),
    Inhabitant("Kofi", "Adjovi", "agent", HOUSE, "site:bohicon", "en"),
    Inhabitant("Zoé", "Kpadé", "supervisor", HOUSE, "site:cotonou"),
    Inhabitant("Mawuli", "Dossou", "manager", HOUSE, "site:cotonou"),
    Inhabitant("Fatou", "Diallo", "it-admin", HOUSE, "site:cotonou"),
    Inhabitant("Jean", "Hounsou", "technical-director", HOUSE, "site:cotonou"),
    Inhabitant("Afi", "Gbaguidi", "customer-operations-director", HOUSE, "site:cotonou"),
    Inhabitant("Sena", "Ahouansou", "security-officer", HOUSE, "site:cotonou"),
    Inhabitant("Yao", "Akakpo", "trainer", HOUSE, "site:bohicon"),
    Inhabitant("Claire", "Durand", "client-representative", "client:soleil", "site:cotonou"),
    Inhabitant("Edem", "Lawson", "auditor", HOUSE, "site:cotonou"),
    Inhabitant("Rachid", "Bio", "network-engineer", HOUSE, "site:cotonou"),
)


LED_BY = {
    "agent": "supervisor",
    "supervisor": "manager",
    "trainer": "manager",
    "manager": "customer-operations-director",
    "it-admin": "technical-director",
    "network-engineer": "technical-director",
}
"""Who leads whom, by role; nobody leads the directors, those who control, and the client's representative."""


@dataclass(frozen=True, slots=True)
class Row:
    """How to sign in as a role."""

    role: str
    user_id: str
    password: str


def seed(tell: Callable[[str], None]) -> None:
    """Make what is missing; safe to repeat, and to be killed in the middle."""
    tell("sites, clients, queues")
    contactcenter.demo.seed_lines()
    for number, who in sorted(enumerate(INHABITANTS), key=lambda one: len(_above(one[1].role))):
        tell(f"{who.given_name} {who.family_name}, {who.role}")
        person_id = _join(who, number)
        _give(person_id, who)
        _activate(person_id)
        if who.role in {"agent", "supervisor"}:
            contactcenter.demo.seed_agent(
                person_id, f"{who.given_name} {who.family_name}", who.site.removeprefix("site:")
            )
    tell("access profiles")
    seed_profiles(_holding("it-admin"), _holding("security-officer"))
    tell("courses")
    agents = [_known(number) for number, who in enumerate(INHABITANTS) if who.role == "agent"]
    seed_courses(_holding("trainer"), _holding("security-officer"), [one for one in agents if one is not None])
    tell("systems and changes")
    makers = Makers(_holding("it-admin"), _holding("technical-director"), _holding("security-officer"))
    seed_changes(makers)
    tell("firewalls, their audits, reviews and alarms")
    seed_history(makers, _holding("network-engineer"))


def _holding(role: str) -> UUID:
    """The inhabitant who holds a role."""
    found = next((_known(number) for number, who in enumerate(INHABITANTS) if who.role == role), None)
    if found is None:
        raise NotFound("Nobody of the house holds this role.")
    return found


def _above(role: str) -> list[str]:
    """The roles of a line of managers, the nearest first: whoever leads joins before those who are led."""
    line = []
    while (leader := LED_BY.get(role)) is not None:
        line.append(leader)
        role = leader
    return line


def _known(number: int) -> UUID | None:
    with read_session() as session:
        return session.scalars(select(col(Person.id)).where(Person.email == f"person.{number}@demo.example")).first()


def _leader(who: Inhabitant) -> UUID | None:
    leader = LED_BY.get(who.role)
    return next((_known(n) for n, other in enumerate(INHABITANTS) if other.role == leader), None)


def _join(who: Inhabitant, number: int) -> UUID:
    found = _known(number)
    if found is not None:
        return found
    joined = iam.join_person(
        SETUP,
        given_name=who.given_name,
        family_name=who.family_name,
        email=f"person.{number}@demo.example",
        phone=f"+2290197{number:06d}",
        site=who.site,
        language="en" if who.language == "en" else "fr",
        kind="client-representative" if who.role == "client-representative" else "employee",
        job=who.role.replace("-", " "),
        manager_id=_leader(who),
    )
    return joined.id


def _give(person_id: UUID, who: Inhabitant) -> None:
    with read_session() as session:
        held = select(RoleAssignment).where(
            RoleAssignment.subject_ref == f"person:{person_id}", RoleAssignment.role == who.role
        )
        if session.scalars(held).first() is None:
            iam.give_role(SETUP, person_id=person_id, role=who.role, scope=who.scope, reason="demonstration house")


def _activate(person_id: UUID) -> None:
    """Take the letters that wait, use the code, choose the password, pair the authenticator: as its owner would."""
    with read_session() as session:
        account = session.scalars(select(Account).where(Account.person_id == person_id)).one()
        letters = session.scalars(select(Letter).where(Letter.person_id == person_id, Letter.state == "waiting")).all()
        phone = session.scalars(select(col(Person.phone)).where(Person.id == person_id)).one()
    if account.status != "pending":
        return
    for letter in letters:
        (delivery.send_sms if letter.channel == SMS else delivery.send_mail)(letter_id=str(letter.id))
    bodies = [row["body"] for row in spool().letters() if row["address"] == phone and row["channel"] == SMS]
    opened = iam.open_code(account.name, _code_in(bodies), source=HERE)
    iam.choose_password(opened.ticket, PASSWORD)
    secret = iam.begin_enrolment(opened.ticket).secret
    iam.finish(opened.ticket, pyotp.TOTP(secret).at(clock.now()), source=HERE)


def _code_in(bodies: list[str]) -> str:
    found = [match[0] for body in bodies if (match := CODE.search(body))]
    if not found:
        raise Conflict("The demonstration's letters are lost; begin anew with: omniwarden demo --fresh")
    return found[0]


def people() -> list[Row]:
    """Return how to sign in as each role."""
    roles = {f"person.{number}@demo.example": who.role for number, who in enumerate(INHABITANTS)}
    with read_session() as session:
        rows = session.execute(
            select(Person.email, Account.name).join(Account, col(Account.person_id) == Person.id)
        ).all()
    return [Row(roles[email], name, PASSWORD) for email, name in rows if email in roles]
