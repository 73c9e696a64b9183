"""What a privileged role serves: an incident that a field of the house keeps and that is open, or a series that the book names. [AC-5]"""

from datetime import timedelta

import pytest

import iam
from iam.credentials import disclosure
from iam.privileged import breakglass, elevations
from kernel import clock, gate
from kernel.db import uuid7
from kernel.errors import Malformed, Refused
from policy import incidents
from tests import world
from tests.iam.conftest import Hands
from tests.iam.privileged.test_elevations import RIGHT, ask, fresh, taken, vote
from training.awareness import breaches

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def director(database: str, hands: Hands) -> world.Somebody:
    return world.person(role="technical-director")


@pytest.fixture
def officer(director: world.Somebody) -> world.Somebody:
    return world.person(role="security-officer")


def breach():
    return breaches.report_breach(world.person(role="agent").actor, kind="lost", told="A laptop was left in a taxi.")


def state_of(asked, reader: world.Somebody) -> str:
    return next(one.state for one in elevations.list_elevations(reader.actor) if one.id == asked.id)


@pytest.mark.parametrize(
    "unknown",
    [
        "incident:because",
        "incident:IN-",
        "incident:IN-77-drop",
        "incident:XX-77",
        "incident:in-77",
        "breach-report:IN-77",
        "lunch:1",
        "person:1",
    ],
)
def test_nobody_asks_for_an_incident_that_no_field_knows(director: world.Somebody, unknown: str) -> None:
    with pytest.raises(Refused) as caught:
        ask(world.person(role="agent"), bound_to=unknown)
    assert caught.value.clause == "AC-5"
    assert elevations.list_elevations(director.actor) == []


@pytest.mark.parametrize("wrong", ["breach-report:", "breach-report:1; drop table", "Breach:1", "x" * 200])
def test_what_is_no_reference_at_all_is_not_understood(director: world.Somebody, wrong: str) -> None:
    with pytest.raises(Malformed):
        ask(world.person(role="agent"), bound_to=wrong)


def test_it_serves_an_open_case_of_the_house_and_ends_with_it(
    director: world.Somebody, officer: world.Somebody
) -> None:
    ama, kofi = world.person(role="agent"), world.person(role="agent")
    case, other = breach(), breach()
    held, asked = taken(ama, director, bound_to=case.ref), ask(kofi, bound_to=other.ref)
    assert gate.may(fresh(ama), RIGHT).allowed
    breaches.close_breach(fresh(officer), case.id, outcome="It was found; its disk is encrypted.")
    assert not gate.may(fresh(ama), RIGHT).allowed
    assert (state_of(held, director), state_of(asked, director)) == ("ended", "asked")
    for ref in (case.ref, f"breach-report:{uuid7()}", f"disclosure:{other.id}"):
        with pytest.raises(Refused, match="no open incident"):
            ask(world.person(role="agent"), bound_to=ref)


def test_a_case_that_closes_before_the_role_is_taken_up_takes_the_approval_with_it(
    director: world.Somebody, officer: world.Somebody
) -> None:
    ama, case = world.person(role="agent"), breach()
    asked = ask(ama, bound_to=case.ref)
    vote(director, asked)
    breaches.close_breach(fresh(officer), case.id, outcome="It was found; its disk is encrypted.")
    assert state_of(asked, director) == "dropped"
    with pytest.raises(Refused):
        elevations.take_up(fresh(ama), asked.id)


def test_a_case_of_disclosure_is_an_incident_until_it_is_closed(
    director: world.Somebody, officer: world.Somebody
) -> None:
    ama, kofi = world.person(role="agent"), world.person(role="agent")
    case = iam.report_disclosure(fresh(officer), kofi.account_id, disclosure="suspected")
    held = taken(ama, director, bound_to=case.ref)
    iam.suspend_person(fresh(world.person(role="it-admin")), kofi.id)
    disclosure.close_disclosure(fresh(officer), case.id, finding="nobody but the person had it")
    assert state_of(held, director) == "ended"


def test_the_glass_is_broken_for_a_known_incident_alone(director: world.Somebody, officer: world.Somebody) -> None:
    asked = {"person_id": world.person().id, "role": "emergency-operator", "reason": "nobody can sign in at all"}
    for unknown in ("incident:because", f"breach-report:{uuid7()}"):
        with pytest.raises(Refused) as caught:
            breakglass.ask_break_glass(fresh(director), **asked, bound_to=unknown)
        assert caught.value.clause == "AC-5"
    case = breach()
    made = breakglass.ask_break_glass(fresh(director), **asked, bound_to=case.ref)
    assert (made.state, made.answer_by > clock.now() + timedelta(minutes=1)) == ("asked", True)


def test_a_kind_of_incident_has_one_keeper_and_says_whether_it_is_over() -> None:
    class Again:
        noun, model_fields = "breach-report", {"state": None}

    class Stateless:
        noun, model_fields = "lunch", {}

    for wrong in (Again, Stateless):
        with pytest.raises(RuntimeError):
            incidents.keep_incidents(wrong)
    assert incidents.KINDS.keys() == {"breach-report", "disclosure"}
