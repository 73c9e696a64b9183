"""Joiner, leaver and the end of a contract, by request and by the clock: the last second ends everything. [AC-1, AC-3]"""

from datetime import timedelta

import pytest
from sqlmodel import select

import iam
from iam.credentials.models import Passkey, Password, RecoveryCode, Totp
from iam.entry.models import Device, Session
from iam.people import leavers
from iam.people.models import Account, Person
from iam.requests import requests
from kernel import db, gate
from kernel.errors import Denied, Refused
from tests import world
from tests.iam.conftest import Hands
from tests.iam.requests import world as here
from tests.iam.requests.world import House, answer, ask, carry_out, draft, granted, lines, now
from tests.rows import Worlds

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def house(worlds: Worlds, hands: Hands) -> House:
    return worlds.stand(here.settle)


def newcomer(**more: object) -> dict[str, object]:
    number = next(world._numbers)
    told = {"given_name": "Afi", "family_name": "Kponton", "email": f"n{number}@example.com"}
    return {"deed": "create", "newcomer": told | {"phone": f"+22901{80_000_000 + number}"} | more}


def person(person_id: object) -> Person:
    with db.read_session() as session:
        return session.get_one(Person, person_id)


def test_a_joiner_is_asked_for_and_comes_in_by_two_letters(house: House, auditor) -> None:
    request = ask(house.boss.actor, newcomer(manager_id=house.boss.id, job="agent"))
    with pytest.raises(Denied):
        answer(house.boss, request)
    answer(house.head, request)
    answer(house.owner, request)
    assert carry_out(request).state == "executed"
    joined = person(lines(request)[0].person_id)
    assert (joined.family_name, joined.manager_id, joined.status) == ("Kponton", house.boss.id, "joining")
    assert world.code_in(world.deliver().last_to(joined.phone))
    for entry in (*auditor("request.draft"), *auditor("request.send"), *auditor("request.execute")):
        assert not any(word in repr(entry) for word in ("Kponton", "example.com", "+229"))


def test_a_leaver_loses_sessions_accounts_keys_and_roles_in_one_second(house: House) -> None:
    ama = house.ama
    assert ama.entered is not None
    assert iam.who(ama.entered.token) is not None
    request = ask(house.boss.actor, {"deed": "revoke", "person_id": ama.id})
    answer(house.head, request)
    answer(house.owner, request)
    assert iam.who(ama.entered.token) is not None, "the voters do not carry it out"
    carry_out(request)
    assert iam.who(ama.entered.token) is None
    assert not gate.may(ama.actor, "agent.ready").allowed
    left = person(ama.id)
    with db.read_session() as session:
        for model in (Session, Passkey, Totp, RecoveryCode, Device):
            assert all(
                row.ended_at == left.left_at for row in session.scalars(select(model).filter_by(person_id=ama.id))
            ), model
        assert all(row.ended_at for row in session.scalars(select(Password).filter_by(person_id=ama.id)))
        assert {row.status for row in session.scalars(select(Account).filter_by(person_id=ama.id))} == {"revoked"}
        assert session.scalars(select(Totp).filter_by(person_id=ama.id)).first() is not None
        assert session.scalars(select(RecoveryCode).filter_by(person_id=ama.id)).first() is not None


def test_what_a_leaver_asked_for_is_not_given_any_more(house: House) -> None:
    wish = here.allocate(house.ama.id, "trainer")
    waiting, granted_, drafted = (ask(house.boss.actor, wish) for _ in range(2)), None, draft(house.boss.actor, wish)
    first, second = waiting
    answer(house.head, second)
    answer(house.owner, second)
    granted_ = now(second)
    assert granted_.state == "granted"
    iam.leave_person(here.ADMIN(), house.boss.id)
    assert {now(one).state for one in (first, second, drafted)} == {"withdrawn"}
    assert carry_out(second).state == "withdrawn"
    assert not gate.may(house.ama.actor, "request.for-others").allowed


def test_suspended_and_let_in_again_by_request(house: House) -> None:
    for deed, status in (("suspend", "suspended"), ("reactivate", "active")):
        request = ask(house.boss.actor, {"deed": deed, "person_id": house.ama.id})
        answer(house.head, request)
        answer(house.owner, request)
        assert carry_out(request).state == "executed"
        assert person(house.ama.id).status == status
    with pytest.raises(Refused, match="is active; this cannot be done now"):
        ask(house.boss.actor, {"deed": "reactivate", "person_id": house.ama.id})


def test_nobody_asks_for_his_own_identity(house: House) -> None:
    with pytest.raises(Refused, match="Nobody asks for this for himself"):
        ask(house.ama.actor, {"deed": "revoke", "person_id": house.ama.id})


def test_a_contractor_goes_by_the_clock_in_the_middle_of_a_session(house: House, hands: Hands) -> None:
    end = hands.now() + timedelta(hours=1)
    iam.move_person(here.ADMIN(), house.ama.id, ends_at=end)
    granted(house, house.ama.actor, here.allocate(house.ama.id, "trainer"))
    assert gate.may(house.ama.actor, "request.for-others").allowed
    hands.forward(minutes=59, seconds=59)
    leavers.end_contracts(hands.now())
    assert person(house.ama.id).status == "active"
    hands.forward(seconds=1)
    assert not gate.may(house.ama.actor, "request.for-others").allowed, "the right ends with the contract, sweep or not"
    leavers.end_contracts(hands.now())
    assert person(house.ama.id).status == "left"
    assert house.ama.entered is not None
    assert iam.who(house.ama.entered.token) is None
    leavers.end_contracts(hands.now())


def test_a_contract_that_runs_is_not_ended(house: House, hands: Hands) -> None:
    iam.move_person(here.ADMIN(), house.ama.id, ends_at=hands.now() + timedelta(days=1))
    for person_id in (house.ama.id, house.boss.id):
        with pytest.raises(Refused, match="has not ended"):
            leavers.end_contract(leavers.CLERK, person_id)


def test_a_list_is_done_line_by_line_and_what_failed_is_named(house: House) -> None:
    kofi = here.here(world.person(role="agent"))
    here.lead(kofi, house.boss)
    request = ask(house.boss.actor, *(here.allocate(one.id, "trainer") for one in (house.ama, kofi)))
    answer(house.head, request)
    answer(house.owner, request)
    iam.leave_person(here.ADMIN(), kofi.id)
    done = carry_out(request)
    assert (done.state, done.why) == ("failed", "Line 2: This person is left and is given no role.")
    assert [line.outcome for line in lines(request)] == ["done", "failed"]
    assert gate.may(house.ama.actor, "request.for-others").allowed


def test_a_list_over_two_teams_is_answered_by_who_leads_both(house: House) -> None:
    other = here.here(world.person(role="manager"))
    here.lead(other, house.head)
    kofi = here.here(world.person(role="agent"))
    here.lead(kofi, other)
    requester = here.here(world.person(role="trainer"))
    request = ask(requester.actor, *(here.allocate(one.id, "supervisor") for one in (house.ama, kofi)))
    for one in (house.boss, other):
        with pytest.raises(Denied):
            answer(one, request)
    answer(house.head, request)
    answer(house.owner, request)
    assert carry_out(request).state == "executed"


def test_drafts_are_nobody_elses_business(house: House) -> None:
    request = draft(house.ama.actor, here.allocate(house.ama.id, "trainer"))
    from iam.requests import views as request_views

    for one in (house.boss, house.owner):
        assert request.id not in {row.id for row in request_views.list_requests(one.actor) if row.state == "asked"}
    with pytest.raises(Denied):
        request_views.read_request(house.boss.actor, request.id)
    assert requests.REQUEST_STEPS.possible("draft") == ["ask", "withdraw"]
