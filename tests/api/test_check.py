"""The door that other applications ask before they let somebody through. [ID-1, AC-10]"""

import pytest

import iam
from kernel import clock, fresh, gate
from kernel.action import every_action
from tests import world
from tests.api.conftest import TestClient, is_problem


def asked(programs: TestClient, token: str, action: str, **more: str):
    return programs.get("/check", params={"action": action, **more}, headers={"authorization": f"Bearer {token}"})


def test_yes_names_the_person_and_no_says_why(programs: TestClient) -> None:
    ama = world.activated(role="supervisor")
    fresh.refresh(force=True)
    yes = asked(programs, ama.entered.token, "person.list")
    assert (yes.status_code, yes.content, yes.headers["x-person"]) == (204, b"", f"person:{ama.id}")
    no = asked(programs, ama.entered.token, "role.give")
    assert no.status_code == 403
    assert is_problem(no)
    assert "x-person" not in no.headers


def test_a_scope_is_held_against_what_is_asked(programs: TestClient) -> None:
    ama = world.activated(role="supervisor", scope=world.site("lome"), site=world.site("lome"))
    fresh.refresh(force=True)
    assert asked(programs, ama.entered.token, "person.list", scope="site:lome").status_code == 204
    assert asked(programs, ama.entered.token, "person.list", scope=world.site("accra")).status_code == 403
    assert asked(programs, ama.entered.token, "person.list", scope="site:nowhere").status_code == 403


def test_nobody_a_false_token_and_an_ended_session_are_asked_to_sign_in(programs: TestClient) -> None:
    ama = world.activated(role="supervisor")
    fresh.refresh(force=True)
    assert programs.get("/check", params={"action": "person.list"}).status_code == 401
    assert asked(programs, "made-up", "person.list").status_code == 401
    assert asked(programs, ama.entered.token, "person.list").status_code == 204
    iam.end_session(ama.actor, ama.entered.session_id)
    assert asked(programs, ama.entered.token, "person.list").status_code == 401


def test_conditions_are_asked_too(programs: TestClient) -> None:
    """Giving a role needs a factor shown in the last minutes."""
    kofi = world.activated(role="it-admin")
    fresh.refresh(force=True)
    assert asked(programs, kofi.entered.token, "role.give").status_code == 204


@pytest.mark.parametrize("action", ["", "x" * 500, "no.such"])
def test_what_is_no_action_is_a_no(programs: TestClient, action: str) -> None:
    ama = world.activated()
    assert asked(programs, ama.entered.token, action).status_code in (403, 422)


def test_every_action_can_be_asked_for(programs: TestClient) -> None:
    kofi = world.activated(role="it-admin")
    fresh.refresh(force=True)
    told = {asked(programs, kofi.entered.token, action).status_code for action in every_action()}
    assert told == {204, 403}


def test_memory_says_what_the_gate_says(database: str) -> None:
    """Where no condition speaks both decide alike; where one does, memory leaves it to the gate."""
    kofi = world.person(role="it-admin").actor
    fresh.refresh(force=True)
    quick = {action: gate.at_once(kofi, action, "house", clock.now()) for action in every_action()}
    assert {None, True, False} <= {verdict and verdict.allowed for verdict in quick.values()}
    for action, verdict in quick.items():
        assert verdict is None or verdict.allowed == gate.may(kofi, action, "house").allowed
