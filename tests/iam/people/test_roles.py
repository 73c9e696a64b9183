"""Roles by scope: never to oneself, never beyond one's own, never both sides of a conflict. [AC-2, AC-6, AC-10]"""

from datetime import timedelta

import pytest

import iam
from kernel import edition, gate
from kernel.access import RoleAssignment
from kernel.action import Work
from kernel.errors import Conflict, Denied, Malformed, Refused, StepUpNeeded
from tests import world
from tests.iam.conftest import Hands
from tests.iam.directory.changes import change

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def admin(database: str, hands: Hands) -> world.Somebody:
    return world.person(role="it-admin")


def give(giver: world.Somebody, taker: world.Somebody, role: str = "agent", **more: object) -> object:
    return iam.give_role(giver.actor, person_id=taker.id, role=role, reason="joins the team", **more)


def test_a_role_works_at_once_and_ends_at_once(admin: world.Somebody) -> None:
    ama = world.person()
    assert not gate.may(ama.actor, "person.list").allowed
    held = give(admin, ama, "supervisor")
    assert gate.may(ama.actor, "person.list").allowed
    iam.take_role(admin.actor, held.id)
    assert not gate.may(ama.actor, "person.list").allowed
    with pytest.raises(Conflict):
        iam.take_role(admin.actor, held.id)


def test_a_role_holds_in_its_scope_and_below(admin: world.Somebody) -> None:
    here, there = world.site("cotonou"), world.site("lome")
    ama = world.person()
    give(admin, ama, "supervisor", scope=here)
    assert gate.may(ama.actor, "person.list", here).allowed
    assert not gate.may(ama.actor, "person.list", there).allowed
    assert not gate.may(ama.actor, "person.list", "house").allowed


def test_a_role_has_its_time(admin: world.Somebody, hands: Hands) -> None:
    ama = world.person()
    give(admin, ama, "supervisor", start=hands.time + timedelta(hours=1), end=hands.time + timedelta(hours=2))
    for ahead, allowed in ((0, False), (61, True), (119, True), (121, False)):
        at = hands.time + timedelta(minutes=ahead)
        assert gate.may(ama.actor, "person.list", now=at).allowed is allowed


def test_a_right_that_has_ended_gets_no_other_end(admin: world.Somebody, hands: Hands) -> None:
    held = give(admin, world.person(), "supervisor", end=hands.time + timedelta(hours=1))

    def amend(work: Work) -> None:
        edition.amend_role(work, work.get(RoleAssignment, held.id, lock=True), end=hands.time + timedelta(hours=2))

    change(amend)
    hands.forward(hours=2)
    with pytest.raises(Refused, match="asked for anew"):
        change(amend)


def test_nobody_gives_himself_a_role_nor_takes_one_from_himself(admin: world.Somebody) -> None:
    with pytest.raises(Refused) as caught:
        give(admin, admin, "agent")
    assert caught.value.clause == "AC-2"
    for own in iam.list_roles(admin.actor, admin.id):
        with pytest.raises(Refused):
            iam.take_role(admin.actor, own.id)


def test_roles_of_control_are_given_by_the_technical_director_alone(admin: world.Somebody) -> None:
    director, ama = world.person(role="technical-director", elevated=True), world.person()
    for role in ("auditor", "security-officer", "technical-director", "it-admin"):
        with pytest.raises(Refused) as caught:
            give(admin, ama, role)
        assert caught.value.clause == "AC-2"
    give(director, ama, "auditor")
    assert [r.role for r in iam.list_roles(director.actor, ama.id)] == ["auditor"]


def test_nobody_holds_both_sides_of_a_conflict(admin: world.Somebody) -> None:
    director, ama = world.person(role="technical-director", elevated=True), world.person(role="auditor")
    with pytest.raises(Refused) as caught:
        give(director, ama, "it-admin")
    assert caught.value.clause == "AC-6"


def test_who_may_not_give_is_denied(admin: world.Somebody) -> None:
    agent, ama = world.person(role="agent"), world.person()
    with pytest.raises(Denied):
        give(agent, ama, "agent")


def test_giving_asks_for_a_fresh_factor(admin: world.Somebody, hands: Hands) -> None:
    ama = world.person()
    hands.forward(minutes=11)
    with pytest.raises(StepUpNeeded):
        give(admin, ama)


def test_a_site_administrator_gives_within_the_site(database: str, hands: Hands) -> None:
    here, there = world.site("cotonou"), world.site("lome")
    admin, ama = world.person(role="it-admin", scope=here), world.person(site=here)
    give(admin, ama, scope=here)
    for elsewhere in (there, "house"):
        with pytest.raises(Denied):
            give(admin, ama, scope=elsewhere)


def test_what_cannot_be_given(admin: world.Somebody, hands: Hands) -> None:
    ama, gone = world.person(), world.person()
    iam.leave_person(admin.actor, gone.id)
    give(admin, ama)
    with pytest.raises(Conflict):
        give(admin, ama)
    with pytest.raises(Refused):
        give(admin, gone)
    with pytest.raises(Refused):
        give(admin, ama, "emperor")
    with pytest.raises(Denied):
        give(admin, ama, scope="site:atlantis")
    with pytest.raises(Refused):
        give(admin, ama, "supervisor", end=hands.time - timedelta(minutes=1))
    with pytest.raises(Malformed):
        iam.give_role(admin.actor, person_id=ama.id, role="agent; drop", reason="x" * 9)
    with pytest.raises(Malformed):
        iam.give_role(admin.actor, person_id=ama.id, role="agent", reason=" ")


def test_giving_and_taking_are_told_as_facts(admin: world.Somebody, auditor) -> None:
    ama = world.person()
    held = give(admin, ama)
    iam.take_role(admin.actor, held.id)
    assert auditor("role.give")[-1]["facts"] == ["role.given"]
    assert auditor("role.take")[-1]["facts"] == ["role.taken"]


def test_one_sees_ones_own_roles(admin: world.Somebody) -> None:
    ama, kofi = world.person(role="agent"), world.person(role="agent")
    (mine,) = iam.list_roles(ama.actor, ama.id)
    assert (mine.role, mine.scope, mine.given_by) == ("agent", "house", "clerk:setup")
    with pytest.raises(Denied):
        iam.list_roles(ama.actor, kofi.id)
