"""Access profiles: written, approved by another, applied few at a time; what was foreseen is what is done. [AC-6, AC-10]"""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import select

import iam
from iam.directory.models import Deviation
from iam.profiles import holders as profile_holders
from iam.profiles import profiles
from iam.profiles import readings as profile_readings
from iam.profiles.models import ProfileHolding
from iam.profiles.rights import rights_of
from kernel import db, gate
from kernel.access import RoleAssignment
from kernel.db import read_session
from kernel.errors import Conflict, Denied, Malformed, Refused, StepUpNeeded
from policy import inbox
from policy.evidence import QUERIES
from tests import world
from tests.iam.conftest import Hands

pytestmark = pytest.mark.usefixtures("database")
WHY = "what this function needs"


@pytest.fixture
def admin(database: str, hands: Hands) -> world.Somebody:
    return world.person(role="it-admin")


@pytest.fixture
def officer(admin: world.Somebody) -> world.Somebody:
    return world.person(role="security-officer")


def publish(admin: world.Somebody, officer: world.Somebody, profile: Any, roles: list[str], **more: Any) -> Any:
    version = profiles.write_version(admin.actor, profile.id, roles=roles, summary=WHY, **more)
    profiles.ask_publication(admin.actor, version.id)
    vote(officer, version)
    profiles.publish_approved(version_id=str(version.id))
    return version


def vote(officer: world.Somebody, version: Any, *, yes: bool = True) -> None:
    (asked,) = [one for one in inbox.approvals_waiting(officer.actor) if one.subject_ref == version.ref]
    inbox.cast(officer.actor, asked.id, yes=yes, digest=asked.digest)


def voice(admin: world.Somebody, officer: world.Somebody, roles: tuple[str, ...] = ("agent",), **more: Any) -> Any:
    profile = profiles.add_profile(admin.actor, slug="voice-agent", label="Voice agent", scope_kind="site", job="agent")
    publish(admin, officer, profile, list(roles), **more)
    return profile


def give(admin: world.Somebody, profile: Any, taker: world.Somebody, scope: str, **more: Any) -> ProfileHolding:
    return profile_holders.give_profile(
        admin.actor, person_id=taker.id, profile_id=profile.id, scope=scope, reason="joins the team", **more
    )


def roles_of(who: world.Somebody) -> set[tuple[str, str]]:
    with read_session() as session:
        rows = session.scalars(select(RoleAssignment).where(RoleAssignment.subject_ref == f"person:{who.id}"))
        return {(row.role, row.scope) for row in rows if row.taken_at is None}


def holding(made: ProfileHolding) -> ProfileHolding:
    with read_session() as session:
        return session.get_one(ProfileHolding, made.id)


def state(version: Any) -> str:
    with read_session() as session:
        return session.get_one(type(version), version.id).state


def apply(hands: Hands) -> None:
    profile_holders.bring_up_to_date(hands.now())


def test_a_profile_gives_its_roles_in_its_place_and_takes_them_back(admin, officer) -> None:
    here = world.site("cotonou")
    profile, ama = voice(admin, officer, ("supervisor",)), world.person()
    held = give(admin, profile, ama, here)
    assert gate.may(ama.actor, "person.list", here).allowed
    assert not gate.may(ama.actor, "person.list", world.site("lome")).allowed
    (right,) = iam.list_roles(admin.actor, ama.id)
    assert right.reason == "Profile voice-agent, version 1: joins the team"
    profile_holders.withdraw_profile(admin.actor, held.id)
    assert not gate.may(ama.actor, "person.list", here).allowed
    with pytest.raises(Conflict):
        profile_holders.withdraw_profile(admin.actor, held.id)


def test_the_author_does_not_approve_and_nothing_is_in_force_before(admin, officer) -> None:
    profile = profiles.add_profile(admin.actor, slug="x", label="X", scope_kind="house")
    version = profiles.write_version(admin.actor, profile.id, roles=["agent"], summary=WHY)
    with pytest.raises(Refused):
        give(admin, profile, world.person(), "house")
    profiles.ask_publication(admin.actor, version.id)
    profiles.publish_approved(version_id=str(version.id))
    assert state(version) == "dropped", "an unapproved version was not published"
    assert inbox.approvals_waiting(admin.actor) == []


def test_a_no_closes_the_version(admin, officer) -> None:
    profile = profiles.add_profile(admin.actor, slug="x", label="X", scope_kind="house")
    version = profiles.write_version(admin.actor, profile.id, roles=["agent"], summary=WHY)
    profiles.ask_publication(admin.actor, version.id)
    vote(officer, version, yes=False)
    assert state(version) == "refused"


def test_a_granted_version_is_published_by_the_clerk_and_not_by_the_voter(admin, officer, auditor) -> None:
    profile = profiles.add_profile(admin.actor, slug="x", label="X", scope_kind="house")
    version = profiles.write_version(admin.actor, profile.id, roles=["agent"], summary=WHY)
    profiles.ask_publication(admin.actor, version.id)
    vote(officer, version)
    assert state(version) == "asked"
    profiles.publish_approved(version_id=str(version.id))
    profiles.publish_approved(version_id=str(version.id))
    assert state(version) == "in-force"
    assert [one["actor"] for one in auditor("profile.publish") if one["outcome"] == "done"] == ["clerk:profiles"]


@pytest.mark.parametrize(
    ("roles", "conflicts"),
    [
        (["client-representative", "agent"], {}),
        (["supervisor", "agent"], {}),
        (["it-admin"], {}),
        (["clerk-voice"], {}),
        (["member"], {}),
        (["emperor"], {}),
        (["agent", "agent"], {}),
        (["agent"], {"agent": "it holds it itself"}),
        (["agent"], {"emperor": "there is none such"}),
    ],
)
def test_what_a_profile_may_not_hold(admin, roles, conflicts) -> None:
    profile = profiles.add_profile(admin.actor, slug="x", label="X", scope_kind="house")
    with pytest.raises(Refused) as caught:
        profiles.write_version(admin.actor, profile.id, roles=roles, conflicts=conflicts, summary=WHY)
    assert caught.value.clause == "AC-6"


@pytest.mark.parametrize("roles", [[], ["agent"] * 13, ["Agent; drop table"], ["a" * 200]])
def test_a_malformed_list_of_roles(admin, roles) -> None:
    profile = profiles.add_profile(admin.actor, slug="x", label="X", scope_kind="house")
    with pytest.raises(Malformed):
        profiles.write_version(admin.actor, profile.id, roles=roles, summary=WHY)


def test_what_a_version_holds_is_never_changed(admin, officer, database) -> None:
    voice(admin, officer)
    with db.connect("none", database) as conn:
        conn.execute("begin; select set_config('app.action_id', gen_random_uuid()::text, true)")
        with pytest.raises(Exception, match="never changed"):
            conn.execute("update profile_version set roles = '[\"manager\"]'")


def test_declared_conflicts_hold_in_both_directions(admin, officer) -> None:
    here = world.site("cotonou")
    profile = voice(admin, officer, conflicts={"trainer": "who is trained does not set the tests"})
    ama, kofi = world.person(), world.person(role="trainer")
    give(admin, profile, ama, here)
    for attempt in (
        lambda: give(admin, profile, kofi, here),
        lambda: iam.give_role(admin.actor, person_id=ama.id, role="trainer", reason="helps out"),
    ):
        with pytest.raises(Refused) as caught:
            attempt()
        assert caught.value.clause == "AC-6"
    assert roles_of(ama) == {("agent", here)}
    assert roles_of(kofi) == {("trainer", "house")}


def test_places_persons_and_times_that_do_not_fit(admin, officer, hands: Hands) -> None:
    here = world.site("cotonou")
    profile, ama, gone = voice(admin, officer), world.person(), world.person()
    iam.leave_person(admin.actor, gone.id)
    give(admin, profile, ama, here)
    for who, scope, kind in (
        (ama, "house", Refused),
        (gone, here, Refused),
        (ama, here, Conflict),
        (admin, here, Refused),
    ):
        with pytest.raises(kind):
            give(admin, profile, who, scope)
    with pytest.raises(Refused):
        give(admin, profile, world.person(), here, end=hands.time - timedelta(seconds=1))
    with pytest.raises(Denied):
        give(world.person(role="agent"), profile, world.person(), here)
    hands.forward(minutes=11)
    with pytest.raises(StepUpNeeded):
        give(admin, profile, world.person(), here)


def test_a_profile_has_its_time(admin, officer, hands: Hands) -> None:
    here, ama = world.site("cotonou"), world.person()
    held = give(admin, voice(admin, officer, ("supervisor",)), ama, here, end=hands.time + timedelta(minutes=5))
    assert gate.may(ama.actor, "person.list", here).allowed
    hands.forward(minutes=5)
    assert not gate.may(ama.actor, "person.list", here).allowed
    apply(hands)
    assert holding(held).ended_at == hands.time


def test_a_leavers_profiles_end(admin, officer) -> None:
    ama = world.person()
    held = give(admin, voice(admin, officer), ama, world.site("cotonou"))
    iam.leave_person(admin.actor, ama.id)
    assert holding(held).ended_at is not None
    assert roles_of(ama) == set()


def test_an_edit_follows_to_every_holder_and_leaves_other_rights_alone(admin, officer, hands: Hands) -> None:
    here = world.site("cotonou")
    profile, ama, kofi = voice(admin, officer), world.person(), world.person(role="trainer")
    for who in (ama, kofi):
        give(admin, profile, who, here)
    publish(admin, officer, profile, ["manager"])
    assert roles_of(ama) == {("agent", here)}
    apply(hands)
    assert roles_of(ama) == {("manager", here)}
    assert roles_of(kofi) == {("manager", here), ("trainer", "house")}


def test_a_role_taken_by_hand_is_not_given_again(admin, officer, hands: Hands) -> None:
    here, ama = world.site("cotonou"), world.person()
    profile = voice(admin, officer, ("agent", "trainer"))
    give(admin, profile, ama, here)
    (right,) = [one for one in iam.list_roles(admin.actor, ama.id) if one.role == "trainer"]
    iam.take_role(admin.actor, right.id)
    publish(admin, officer, profile, ["agent", "trainer", "manager"])
    apply(hands)
    assert roles_of(ama) == {("agent", here), ("manager", here)}


def test_publishing_survives_a_kill_between_two_lots(admin, officer, hands: Hands, monkeypatch) -> None:
    here = world.site("cotonou")
    profile, people = voice(admin, officer), [world.person() for _ in range(5)]
    for who in people:
        give(admin, profile, who, here)
    publish(admin, officer, profile, ["manager"])
    monkeypatch.setattr(profile_holders.book, "number", lambda *_: 2)
    assert profile_holders.apply_profiles(profile_holders.CLERK) == 2

    real = profile_holders._do

    def killed(*args: Any) -> int:
        real(*args)
        raise KeyboardInterrupt

    with monkeypatch.context() as mid:
        mid.setattr(profile_holders, "_do", killed)
        with pytest.raises(KeyboardInterrupt):
            profile_holders.apply_profiles(profile_holders.CLERK)
    assert sorted(len(roles_of(who) & {("manager", here)}) for who in people) == [0, 0, 0, 1, 1]
    apply(hands)
    assert all(roles_of(who) == {("manager", here)} for who in people)
    assert profile_holders.apply_profiles(profile_holders.CLERK) == 0


def test_a_conflict_that_arose_meanwhile_blocks_one_holder_and_not_the_others(admin, officer, hands: Hands) -> None:
    here = world.site("cotonou")
    profile, ama, kofi = voice(admin, officer, ("manager",)), world.person(), world.person()
    held = [give(admin, profile, who, here) for who in (ama, kofi)]
    iam.give_role(admin.actor, person_id=ama.id, role="client-representative", reason="speaks for the client")
    seen = profile_readings.preview_edit(admin.actor, profile.id, roles=["agent"])
    assert (len(seen.blocked), seen.roles_given, seen.roles_taken) == (1, {"agent": 1}, {"manager": 1})
    publish(admin, officer, profile, ["agent"])
    apply(hands)
    assert roles_of(ama) == {("manager", here), ("client-representative", "house")}
    assert roles_of(kofi) == {("agent", here)}
    assert "client-representative" in holding(held[0]).blocked
    assert not holding(held[1]).blocked
    answer = QUERIES["profiles-are-as-approved"].ask
    with read_session() as session:
        assert answer(session, hands.now()).violations == [held[0].ref]
        (case,) = session.scalars(select(Deviation).where(Deviation.about_ref == held[0].ref))
        assert (case.kind, case.state, case.clause) == ("missing-right", "open", "AC-6")
    (other,) = [one for one in iam.list_roles(admin.actor, ama.id) if one.role == "client-representative"]
    iam.take_role(admin.actor, other.id)
    apply(hands)
    assert roles_of(ama) == {("agent", here)}
    assert not holding(held[0]).blocked
    with read_session() as session:
        assert session.get_one(Deviation, case.id).state == "corrected"


def test_retiring_takes_the_roles_of_every_holder(admin, officer, hands: Hands) -> None:
    here, ama = world.site("cotonou"), world.person()
    profile = voice(admin, officer)
    give(admin, profile, ama, here)
    profiles.retire_profile(officer.actor, profile.id, reason="the function is no more")
    apply(hands)
    assert roles_of(ama) == set()
    with pytest.raises(Refused):
        give(admin, profile, world.person(), here)
    with pytest.raises(Refused):
        profiles.write_version(admin.actor, profile.id, roles=["agent"], summary=WHY)


def test_a_version_written_before_another_came_in_force_is_outdated(admin, officer) -> None:
    profile = voice(admin, officer)
    stale = profiles.write_version(admin.actor, profile.id, roles=["trainer"], summary=WHY)
    publish(admin, officer, profile, ["manager"])
    with pytest.raises(Refused):
        profiles.ask_publication(admin.actor, stale.id)
    profiles.drop_version(admin.actor, stale.id)
    assert state(stale) == "dropped"


ROLES = ["agent", "supervisor", "manager", "trainer", "client-representative"]
BOOKS = st.fixed_dictionaries(
    {
        "before": st.sampled_from([["agent"], ["manager"], ["manager", "trainer"], ["supervisor"]]),
        "after": st.sampled_from([["agent"], ["manager"], ["agent", "trainer"], ["supervisor", "manager"]]),
        "declared": st.sampled_from([{}, {"client-representative": "who accepts does not deliver"}]),
        "people": st.lists(
            st.fixed_dictionaries(
                {
                    "place": st.sampled_from(["cotonou", "lome"]),
                    "extra": st.lists(st.tuples(st.sampled_from(ROLES), st.booleans()), max_size=2, unique=True),
                    "loses": st.booleans(),
                    "ends": st.booleans(),
                }
            ),
            min_size=1,
            max_size=4,
        ),
    }
)


@pytest.mark.slow
@settings(
    max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(plan=BOOKS)
def test_what_was_foreseen_is_what_is_done(database, hands: Hands, plan: dict[str, Any]) -> None:
    admin, officer = world.person(role="it-admin"), world.person(role="security-officer")
    with read_session() as session:
        number = session.execute(text("select count(*) from access_profile")).scalar_one()
    profile = profiles.add_profile(admin.actor, slug=f"p{number}", label="P", scope_kind="site")
    publish(admin, officer, profile, plan["before"])
    people = [_holder(admin, profile, one, hands) for one in plan["people"]]
    places = [(who, world.site(one["place"])) for who, one in zip(people, plan["people"], strict=True)]
    seen = profile_readings.preview_edit(admin.actor, profile.id, roles=plan["after"], conflicts=plan["declared"])
    before = [_stands(who, scope, hands) for who, scope in places]
    publish(admin, officer, profile, plan["after"], conflicts=plan["declared"])
    apply(hands)
    after = [_stands(who, scope, hands) for who, scope in places]
    foreseen = {
        one.person_id: tuple(map(set, (one.roles_given, one.roles_taken, one.rights_given, one.rights_taken)))
        for one in seen.people
    }
    for (who, _), old, new in zip(places, before, after, strict=True):
        done = (new[0] - old[0], old[0] - new[0], new[1] - old[1], old[1] - new[1])
        assert foreseen.get(who.id, (set(), set(), set(), set())) == done
    for role in ROLES:
        gained = sum(role in new[0] - old[0] for old, new in zip(before, after, strict=True))
        assert seen.roles_given.get(role, 0) == gained


def _holder(admin: world.Somebody, profile: Any, one: dict[str, Any], hands: Hands) -> world.Somebody:
    who, scope = world.person(), world.site(one["place"])
    give(admin, profile, who, scope, end=hands.time + timedelta(hours=1) if one["ends"] else None)
    for role, everywhere in one["extra"]:
        try:
            iam.give_role(
                admin.actor, person_id=who.id, role=role, scope="house" if everywhere else scope, reason="also"
            )
        except (Refused, Conflict):
            continue
    if one["loses"]:
        right = iam.list_roles(admin.actor, who.id)[0]
        iam.take_role(admin.actor, right.id)
    return who


def _stands(who: world.Somebody, scope: str, hands: Hands) -> tuple[set[str], set[str]]:
    index = gate.current()
    held = {one.role for one in index.held(f"person:{who.id}", scope, hands.now())} - {"member"}
    return held, set(rights_of(index, f"person:{who.id}", scope, hands.now()))
