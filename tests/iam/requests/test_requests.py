"""Requests: asked, answered by manager and owner, carried out by a clerk; and everything that may go wrong on the way. [AC-1, AC-2]"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

import iam
from iam.requests import execution as request_execution
from iam.requests import requests
from iam.requests import views as request_views
from kernel import gate
from kernel.actor import clerk
from kernel.db import uuid7
from kernel.errors import Conflict, Denied, Malformed, NotFound, OmniError, Refused
from policy import delegations, inbox
from tests import world
from tests.iam.conftest import Hands
from tests.iam.requests import world as here
from tests.iam.requests.world import House, allocate, answer, ask, carry_out, draft, granted, lines, now, question
from tests.rows import Worlds

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def house(worlds: Worlds, hands: Hands) -> House:
    return worlds.stand(here.settle)


def may(who: world.Somebody, deed: str) -> bool:
    return gate.may(who.actor, deed).allowed


def test_manager_then_owner_then_clerk_gives_the_right(house: House, auditor) -> None:
    request = ask(house.ama.actor, allocate(house.ama.id, "trainer"))
    assert (request.state, question(request).requirement) == ("asked", "access.right")
    assert [one.id for one in inbox.approvals_waiting(house.boss.actor)] == [question(request).id]
    assert inbox.approvals_waiting(house.owner.actor) == []
    answer(house.boss, request)
    assert inbox.approvals_waiting(house.boss.actor) == []
    answer(house.owner, request)
    assert now(request).state == "granted"
    assert not may(house.ama, "request.for-others"), "nothing is given in the voter's own act"
    assert carry_out(request).state == "executed"
    assert may(house.ama, "request.for-others")
    entry = auditor("request.execute")[-1]
    assert entry["actor"] == "clerk:provisioning"
    assert entry["notes"]["requester"] == str(house.ama.id)
    assert entry["notes"]["approvers"] == [str(house.boss.id), str(house.owner.id)]
    assert "role.given" in entry["facts"]


def test_owner_waits_for_the_manager_and_strangers_are_not_asked(house: House) -> None:
    request = ask(house.ama.actor, allocate(house.ama.id, "trainer"))
    for other in (house.owner, house.head, house.second, world.person(role="manager"), house.ama):
        with pytest.raises(Denied):
            answer(other, request)
    assert now(request).state == "asked"


def test_manager_who_asks_is_passed_over_for_the_one_above(house: House) -> None:
    request = ask(house.boss.actor, allocate(house.ama.id, "trainer"))
    with pytest.raises(Denied, match="asked for it"):
        answer(house.boss, request)
    answer(house.head, request)
    answer(house.owner, request)
    assert carry_out(request).state == "executed"


def test_manager_who_is_owner_as_well_counts_once(house: House) -> None:
    request = ask(house.boss.actor, allocate(house.ama.id, "trainer"))
    answer(house.head, request)
    with pytest.raises((Refused, Denied)):
        answer(house.head, request)
    assert now(request).state == "asked"


@pytest.mark.parametrize("gone", ["leaves", "suspended", "moved"])
def test_a_manager_gone_before_answering_leaves_it_answerable(house: House, gone: str) -> None:
    request = ask(house.ama.actor, allocate(house.ama.id, "trainer"))
    admin = here.ADMIN()
    if gone == "moved":
        here.lead(house.ama, house.head)
    else:
        {"leaves": iam.leave_person, "suspended": iam.suspend_person}[gone](admin, house.boss.id)
    with pytest.raises(Denied):
        answer(house.boss, request)
    assert [one.id for one in inbox.approvals_waiting(house.head.actor)] == [question(request).id]
    answer(house.head, request)
    answer(house.owner, request)
    assert carry_out(request).state == "executed"


def test_whom_nobody_leads_is_answered_for_by_the_directors(house: House) -> None:
    alone = here.here(world.person(role="agent"))
    request = ask(alone.actor, allocate(alone.id, "trainer"))
    with pytest.raises(Denied):
        answer(house.boss, request)
    answer(house.second, request)
    answer(house.owner, request)
    assert carry_out(request).state == "executed"


def test_a_delegate_speaks_for_the_manager_and_never_for_himself(house: House, hands: Hands) -> None:
    deputy = here.here(world.person(role="agent"))
    for to in (deputy, house.ama):
        delegations.give_delegation(
            house.boss.actor, to=to.id, role="manager-of-subject", ends_at=hands.now() + timedelta(days=3), reason="leave"
        )  # fmt: skip
    request = ask(house.ama.actor, allocate(house.ama.id, "trainer"))
    with pytest.raises(Denied):
        answer(house.ama, request, on_behalf_of=house.boss.id)
    answer(deputy, request, on_behalf_of=house.boss.id)
    with pytest.raises(OmniError):
        answer(house.boss, request)
    delegations.give_delegation(
        house.owner.actor,
        to=deputy.id,
        role="security-officer",
        ends_at=hands.now() + timedelta(days=3),
        reason="leave",
    )
    with pytest.raises(Refused, match="One person counts once"):
        answer(deputy, request, on_behalf_of=house.owner.id)
    assert now(request).state == "asked"


def test_one_no_refuses_and_only_another_request_is_asked_again(house: House) -> None:
    request = ask(house.ama.actor, allocate(house.ama.id, "trainer"))
    answer(house.boss, request, yes=False)
    assert (now(request).state, carry_out(request).state) == ("refused", "refused")
    with pytest.raises(Refused, match="change it before you ask again"):
        requests.amend_request(
            house.ama.actor, request.id, wishes=[allocate(house.ama.id, "trainer")], reason=here.REASON
        )
    smaller = allocate(house.ama.id, "trainer", ends_at=request.drafted_at + timedelta(days=1))
    requests.amend_request(house.ama.actor, request.id, wishes=[smaller], reason=here.REASON)
    assert now(request).state == "asked"


def test_amended_after_approval_is_asked_anew_and_not_carried_out(house: House) -> None:
    request = ask(house.ama.actor, allocate(house.ama.id, "trainer"))
    answer(house.boss, request)
    answer(house.owner, request)
    until = request.drafted_at + timedelta(days=900)
    requests.amend_request(
        house.ama.actor, request.id, wishes=[allocate(house.ama.id, "supervisor", ends_at=until)], reason=here.REASON
    )
    assert now(request).state == "asked"
    assert carry_out(request).state == "asked"
    assert not may(house.ama, "floor.watch")
    answer(house.boss, request)
    answer(house.owner, request)
    assert carry_out(request).state == "executed"
    assert may(house.ama, "floor.watch")


def test_what_was_read_before_the_amendment_cannot_be_approved(house: House) -> None:
    request = ask(house.ama.actor, allocate(house.ama.id, "trainer"))
    seen = question(request).digest
    requests.amend_request(
        house.ama.actor, request.id, wishes=[allocate(house.ama.id, "supervisor")], reason=here.REASON
    )
    with pytest.raises(Conflict, match="changed since you read it"):
        answer(house.boss, request, digest=seen)


def test_two_owners_at_once_count_once_and_it_is_carried_out_once(house: House) -> None:
    request = ask(house.boss.actor, allocate(house.ama.id, "it-admin"))
    other = here.here(world.person(role="technical-director"))
    answer(house.head, request)

    def press(who: world.Somebody) -> str:
        try:
            answer(who, request)
        except OmniError as no:
            return type(no).__name__
        return "yes"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(press, (house.second, other)))
    assert said[1] == "yes"
    assert said[0] in {"Conflict", "Denied", "Refused"}
    carry_out(request)
    assert carry_out(request).state == "executed"
    assert [one.role for one in iam.list_roles(here.ADMIN(), house.ama.id)] == ["agent", "it-admin"]


def test_the_same_right_asked_twice_is_given_once(house: House) -> None:
    first, second = (ask(house.ama.actor, allocate(house.ama.id, "trainer")) for _ in range(2))
    assert any("asks for the same" in one.why for one in request_views.check_request(house.ama.actor, second.id))
    for request in (first, second):
        answer(house.boss, request)
        answer(house.owner, request)
    assert carry_out(first).state == "executed"
    late = carry_out(second)
    assert (late.state, late.why) == ("failed", "Line 1: This person holds this role there already.")


def test_a_right_removed_twice_is_gone_and_both_requests_end_well(house: House) -> None:
    (held,) = iam.list_roles(here.ADMIN(), house.ama.id)
    wish = {"deed": "withdraw", "assignment_id": held.id}
    first, second = (ask(house.boss.actor, wish) for _ in range(2))
    for request in (first, second):
        answer(house.head, request)
        answer(house.owner, request)
    assert carry_out(first).state == "executed"
    assert not may(house.ama, "agent.ready")
    assert (carry_out(second).state, lines(second)[0].outcome) == ("executed", "already")
    with pytest.raises(Refused, match="has ended already"):
        ask(house.boss.actor, wish)


def test_a_right_gets_another_end_and_stops_at_that_moment(house: House, hands: Hands) -> None:
    (held,) = iam.list_roles(here.ADMIN(), house.ama.id)
    end = hands.now() + timedelta(hours=2)
    request = ask(house.boss.actor, {"deed": "amend", "assignment_id": held.id, "ends_at": end})
    answer(house.head, request)
    answer(house.owner, request)
    assert carry_out(request).state == "executed"
    assert may(house.ama, "agent.ready")
    hands.forward(hours=1, minutes=59, seconds=59)
    assert may(house.ama, "agent.ready")
    hands.forward(seconds=1)
    assert not may(house.ama, "agent.ready")


def test_a_right_starts_later_and_ends_by_itself(house: House, hands: Hands) -> None:
    begin = hands.now()
    spell = {"starts_at": begin + timedelta(days=1), "ends_at": begin + timedelta(days=2)}
    assert granted(house, house.ama.actor, allocate(house.ama.id, "trainer", **spell)).state == "executed"
    seen = []
    for hours in (23, 1, 23, 1):
        hands.forward(hours=hours)
        seen.append(may(house.ama, "request.for-others"))
    assert seen == [False, True, True, False]


@pytest.mark.parametrize("noun", ["change", "incident", "shift"])
def test_a_right_bound_to_something_ends_with_it(house: House, hands: Hands, noun: str) -> None:
    key, until = uuid7(), hands.now() + timedelta(days=1)
    bound = allocate(house.ama.id, "trainer", ends_at=until, bound_to=f"{noun}:{key}")
    assert granted(house, house.ama.actor, bound).state == "executed"
    assert may(house.ama, "request.for-others")
    here.told(f"{noun}.ended", bound_to=f"{noun}:{uuid7()}")
    assert may(house.ama, "request.for-others"), "another's end changes nothing"
    here.told(f"{noun}.ended", bound_to=f"{noun}:{key}")
    assert not may(house.ama, "request.for-others")


def test_toxic_pairs_stop_a_request_before_it_is_sent_also_over_time(house: House, hands: Hands) -> None:
    later = hands.now() + timedelta(days=30)
    iam.give_role(world.SETUP, person_id=house.ama.id, role="auditor", reason="for the test", start=later)
    request = draft(house.boss.actor, allocate(house.ama.id, "it-admin"))
    (found,) = request_views.check_request(house.boss.actor, request.id)
    assert (found.line, found.stop) == (1, True)
    assert "who audits the systems does not run them" in found.why
    with pytest.raises(Refused, match="conflict") as no:
        requests.send_request(house.boss.actor, request.id)
    assert no.value.clause == "AC-6"
    before = draft(house.boss.actor, allocate(house.ama.id, "it-admin", ends_at=later - timedelta(days=1)))
    assert request_views.check_request(house.boss.actor, before.id) == []


def test_two_lines_of_one_request_that_conflict_stop_it(house: House) -> None:
    request = draft(house.boss.actor, allocate(house.ama.id, "it-admin"), allocate(house.ama.id, "auditor"))
    assert {one.line for one in request_views.check_request(house.boss.actor, request.id) if one.stop} == {1, 2}


def test_oneself_one_asks_for_and_not_for_strangers_nor_for_roles_of_control(house: House) -> None:
    with pytest.raises(Denied, match="those whom you lead"):
        draft(house.ama.actor, allocate(house.boss.id, "trainer"))
    reserved = draft(house.ama.actor, allocate(house.ama.id, "it-admin"))
    with pytest.raises(Refused, match="not asked for by oneself"):
        requests.send_request(house.ama.actor, reserved.id)
    for role in ("clerk-signin", "member", "nobody", "no-such-role"):
        with pytest.raises(Refused, match="cannot be asked for"):
            ask(house.boss.actor, allocate(house.ama.id, role))
    with pytest.raises(NotFound):
        draft(house.boss.actor, allocate(uuid7(), "trainer"))


def test_a_basket_is_split_by_owner_and_answered_apart(house: House) -> None:
    made = requests.draft_request(
        house.boss.actor, wishes=[allocate(house.ama.id, "trainer"), allocate(house.ama.id, "it-admin")], reason=here.REASON
    )  # fmt: skip
    assert {tuple(one.owners) for one in made} == {
        ("customer-operations-director", "security-officer"), ("technical-director",)
    }  # fmt: skip
    assert len({one.basket for one in made}) == 1


def test_only_its_author_touches_a_request_and_only_while_it_lives(house: House) -> None:
    request = ask(house.ama.actor, allocate(house.ama.id, "trainer"))
    for deed in (requests.send_request, lambda who, id_: requests.withdraw_request(who, id_, reason=here.REASON)):
        with pytest.raises((Denied, NotFound)):
            deed(house.boss.actor, request.id)
    with pytest.raises(Refused):
        requests.send_request(house.ama.actor, request.id)
    requests.withdraw_request(house.ama.actor, request.id, reason="it is needed no more")
    assert (now(request).state, question(request).state) == ("withdrawn", "withdrawn")
    assert carry_out(request).state == "withdrawn"


def test_nobody_but_the_clerk_carries_out(house: House) -> None:
    request = ask(house.ama.actor, allocate(house.ama.id, "trainer"))
    for actor in (house.ama.actor, house.owner.actor, here.ADMIN(), clerk("signin")):
        with pytest.raises(Denied):
            request_execution.execute_request(actor, request.id)


def test_lines_that_say_too_little_are_named(house: House) -> None:
    for wish in (
        {"deed": "allocate", "person_id": house.ama.id},
        {"deed": "suspend"},
        {"deed": "create"},
        {"deed": "withdraw", "person_id": house.ama.id},
        allocate(house.ama.id, "trainer", bound_to="change:1"),
        allocate(house.ama.id, "trainer", bound_to="lunch:1", ends_at=house.ama.actor.factor_at),
        allocate(house.ama.id, "trainer", colour="red"),
    ):
        with pytest.raises(Malformed):
            draft(house.boss.actor, wish)
    for wishes in ([], [allocate(house.ama.id, "trainer")] * 501):
        with pytest.raises(Malformed):
            requests.draft_request(house.boss.actor, wishes=wishes, reason=here.REASON)
