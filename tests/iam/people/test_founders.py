"""The first people of a real house: one for each founding role, then the way is shut and everything is asked for. [AC-1, AC-5]"""

from datetime import timedelta
from threading import Thread
from uuid import UUID

import pyotp
import pytest
from sqlmodel import select

import iam
from iam.entry.models import Session
from iam.people import founders
from iam.people.models import Account, Person
from iam.privileged import elevations, standing
from kernel import clock, db, gate
from kernel.access import RoleAssignment
from kernel.actor import Actor
from kernel.actor import person as acting
from kernel.errors import Denied, Malformed, OmniError, Refused
from policy import inbox
from policy.models import Approval
from tests import world
from tests.iam.conftest import Hands

PEOPLE = {
    "technical-director": ("Jean", "Hounsou"),
    "customer-operations-director": ("Afi", "Gbaguidi"),
    "security-officer": ("Sena", "Ahouansou"),
    "it-admin": ("Fatou", "Diallo"),
}


@pytest.fixture(autouse=True)
def _real_house(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(founders, "TRIAL", False)


def begin(role: str, **more: object) -> founders.Founder:
    given, family = PEOPLE.get(role, ("Ama", "Mensah"))
    told = {"email": f"{given.lower()}@house.example", "phone": f"+2290197{len(role):06d}"}
    return founders.bring_first_person(
        world.SETUP, role=role, given_name=given, family_name=family, **told | more  # type: ignore[arg-type]
    )  # fmt: skip


def come_in(role: str) -> Actor:
    """Take both letters and come in by them, as the person does."""
    came = begin(role)
    with db.read_session() as session:
        person = session.get_one(Person, UUID(came.ref.removeprefix("person:")))
    carrier = world.deliver()
    opened = iam.open_code(came.user_name, world.code_in(carrier.last_to(str(person.phone))), source=world.HERE)
    iam.choose_password(opened.ticket, world.PASSWORD)
    code = pyotp.TOTP(iam.begin_enrolment(opened.ticket).secret).at(clock.now())
    entered = iam.finish(opened.ticket, code, source=world.HERE).entered
    signed = iam.who(entered.token)
    assert signed is not None
    return signed.actor


def rows(model: type, **where: object) -> list:
    with db.read_session() as session:
        return list(session.scalars(select(model).filter_by(**where)))


def test_from_an_empty_house_to_the_first_person_somebody_asked_for(hands: Hands) -> None:
    director, admin = come_in("technical-director"), come_in("it-admin")
    newcomer = {
        "given_name": "Ama", "family_name": "Mensah", "email": "ama@house.example", "phone": "+2290197555555",
    }  # fmt: skip
    with pytest.raises(Denied):
        iam.join_person(admin, **newcomer)
    asked = elevations.ask_elevation(
        admin, role="privileged-operator", reason="the first agents join", bound_to="incident:IN-1",
        until=clock.now() + timedelta(hours=2),
    )  # fmt: skip
    (approval,) = rows(Approval, subject_ref=f"elevation:{asked.id}")
    inbox.cast(director, approval.id, yes=True, digest=approval.digest)
    elevations.take_up(admin, asked.id)
    ama = iam.join_person(admin, **newcomer)
    iam.give_role(admin, person_id=ama.id, role="agent", reason="joins the care team")
    hands.forward(hours=2)
    with pytest.raises(Denied):
        iam.join_person(acting(admin.id, admin.name, factor_at=clock.now()), **newcomer | {"email": "b@house.example"})


def test_nobody_but_the_four_begins_a_house() -> None:
    for role in ("agent", "auditor", "privileged-operator", "emergency-operator", "clerk-setup", "emperor", ""):
        with pytest.raises((Refused, Malformed)):
            begin(role)
    assert rows(Person) == []


def test_the_way_is_shut_once_the_first_has_come_in_and_stays_shut_when_they_leave(hands: Hands) -> None:
    officer = come_in("security-officer")
    for email in ("sena@house.example", "thief@house.example"):
        with pytest.raises(Refused) as caught:
            begin("security-officer", email=email)
        assert caught.value.clause == "AC-5"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(founders, "TRIAL", True)
        admin = world.person(role="it-admin")
    iam.leave_person(admin.actor, officer.id)
    with pytest.raises(Refused):
        begin("security-officer", email="thief@house.example")


def test_a_lost_letter_is_sent_anew_and_a_wrong_address_replaced() -> None:
    first = begin("it-admin", email="fatuo@house.example")
    assert (first.is_new, begin("it-admin", email="fatuo@house.example").is_new) == (True, False)
    second = begin("it-admin")
    assert second.is_new
    assert second.user_name != first.user_name, "an id is never given again"
    states = {person.email: person.status for person in rows(Person)}
    assert states == {"fatuo@house.example": "left", "fatou@house.example": "joining"}
    (held,) = [one for one in rows(RoleAssignment, role="it-admin") if one.taken_at is None]
    assert held.subject_ref == second.ref


def test_two_at_once_make_one_first_person() -> None:
    done: list[object] = []

    def once(number: int) -> None:
        try:
            done.append(begin("technical-director", email=f"jean{number}@house.example"))
        except OmniError as error:
            done.append(error)

    threads = [Thread(target=once, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 3
    assert len([one for one in rows(Account) if one.status == "pending"]) == 1
    assert len([one for one in rows(RoleAssignment) if one.taken_at is None]) == 1


def test_in_a_real_house_the_setup_clerk_neither_joins_people_nor_gives_roles() -> None:
    first = begin("it-admin")
    with pytest.raises(Denied):
        iam.join_person(
            world.SETUP, given_name="Ama", family_name="Mensah", email="a@house.example", phone="+2290197000001"
        )
    with pytest.raises(Denied):
        iam.give_role(
            world.SETUP, person_id=UUID(first.ref.removeprefix("person:")), role="auditor", reason="because I can"
        )
    assert rows(Session) == []


def test_no_role_that_people_hold_for_good_brings_in_gives_or_shapes() -> None:
    weighty = (
        "person.join", "person.move", "person.reactivate", "role.give", "role.escalate", "profile.give", "platform.add",
        "platform.amend", "directory.add", "directory.amend", "directory.govern", "directory.bind", "directory.import",
        "service.give-role",
    )  # fmt: skip
    index = gate.current()
    ending = standing.names("AC-5", "privileged_roles")
    people = [role for role in index.parents if not role.startswith(("clerk-", "program-")) and role not in ending]
    found = {
        (rule.role, deed) for rule in index.rules for deed in weighty
        if rule.effect == "allow" and rule.role in people and rule.covers(deed)
    }  # fmt: skip
    assert found == set()
