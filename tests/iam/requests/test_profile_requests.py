"""Access profiles asked for: by who joins, who moves and who is here; what was approved is what is given. [AC-1, AC-2, AC-3, AC-6, AC-10]"""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

import iam
from iam.certification.models import Certification, CertificationItem
from iam.people.models import Person
from iam.profiles import holders as profile_holders
from iam.profiles import profiles
from iam.profiles.models import AccessProfile, ProfileHolding
from iam.requests import evidence as evidence_requests
from iam.requests import requests, views
from kernel import clock, db, gate
from kernel.access import RoleAssignment
from kernel.errors import Malformed, NotFound, Refused
from policy import inbox
from tests import world
from tests.iam.conftest import Hands
from tests.iam.requests import world as here
from tests.iam.requests.world import House, answer, ask, carry_out, draft, granted, lines, now
from tests.rows import Worlds

pytestmark = pytest.mark.usefixtures("database")
WHY = "what this function needs"


@pytest.fixture
def house(worlds: Worlds, hands: Hands) -> House:
    return worlds.stand(here.settle)


def profile(house: House, slug: str, *roles: str, kind: str = "site", job: str = "", **more: Any) -> AccessProfile:
    """A profile in force, written by an administrator and approved by the security officer."""
    writer = world.person(role="it-admin").actor
    made = profiles.add_profile(writer, slug=slug, label=slug.title(), scope_kind=kind, job=job)  # type: ignore[arg-type]
    another_version(house, made, *roles, **more)
    return made


def another_version(house: House, made: AccessProfile, *roles: str, **more: Any) -> None:
    writer = world.person(role="it-admin").actor
    version = profiles.write_version(writer, made.id, roles=list(roles), summary=WHY, **more)
    profiles.ask_publication(writer, version.id)
    (asked,) = [one for one in inbox.approvals_waiting(house.owner.actor) if one.subject_ref == version.ref]
    inbox.cast(house.owner.actor, asked.id, yes=True, digest=asked.digest)
    profiles.publish_approved(version_id=str(version.id))


def newcomer(house: House, made: AccessProfile | None, site: str, **more: Any) -> dict[str, Any]:
    told = {
        "given_name": "Abla", "family_name": "Houngbédji", "email": "abla@example.com", "phone": "+2290196555999",
        "manager_id": house.boss.id, "site": site,
    }  # fmt: skip
    return {"deed": "create", "newcomer": told | more, "profile_id": made and made.id}


def move(who: world.Somebody, made: AccessProfile | None = None, **where: Any) -> dict[str, Any]:
    return {"deed": "move", "person_id": who.id, "removal": where, "profile_id": made and made.id}


def person(id_: Any) -> Person:
    with db.read_session() as session:
        return session.get_one(Person, id_)


def held(who: Any) -> list[ProfileHolding]:
    with db.read_session() as session:
        rows = select(ProfileHolding).where(ProfileHolding.person_id == who).order_by(ProfileHolding.id)  # type: ignore[arg-type]
        return [one for one in session.scalars(rows) if one.ended_at is None]


def roles(who: Any) -> set[tuple[str, str]]:
    with db.read_session() as session:
        rows = session.scalars(select(RoleAssignment).where(RoleAssignment.subject_ref == f"person:{who}"))
        return {(row.role, row.scope) for row in rows if row.taken_at is None}


def reviewed(who: Any) -> set[str]:
    """The rights that a review of a move asks about."""
    with db.read_session() as session:
        of = select(Certification.id).where(Certification.about == str(who), Certification.reason == "the person moved")
        items = session.scalars(select(CertificationItem).where(CertificationItem.certification_id.in_(of)))  # type: ignore[attr-defined]
        return {item.right for item in items}


def test_a_newcomer_comes_in_with_the_profile_of_the_function(house: House, auditor) -> None:
    site = world.site("cotonou")
    made = profile(house, "floor-lead", "supervisor", job="team leader")
    request = granted(house, house.head.actor, newcomer(house, made, site))
    assert request.state == "executed", request.why
    (line,) = lines(request)
    (holding,) = held(line.person_id)
    assert (line.holding_id, holding.scope, holding.reason) == (holding.id, site, request.ref)
    assert roles(line.person_id) == {("supervisor", site)}
    assert person(line.person_id).job == "team leader", "the function is the profile's"
    entry = auditor("request.execute")[-1]
    assert {"person.joined", "profile.given", "role.given"} <= set(entry["facts"])
    with db.read_session() as session:
        proof = evidence_requests.rights_were_asked_for(session, clock.now())
    assert len(proof.population) == 1, "the right that came with the profile is judged by the request behind it"
    assert proof.violations == []


def test_a_later_version_is_not_given_for_an_earlier_yes(house: House) -> None:
    made = profile(house, "floor", "agent")
    request = ask(house.head.actor, newcomer(house, made, world.site("cotonou")))
    answer(house.boss, request)
    answer(house.owner, request)
    another_version(house, made, "supervisor")
    done = carry_out(request)
    assert (done.state, lines(request)[0].outcome) == ("failed", "failed")
    assert "another version in force" in done.why
    assert lines(request)[0].person_id is None, "nobody joined without what they were to have"


def test_a_contractors_profile_ends_with_the_contract(house: House, hands: Hands) -> None:
    made, end = profile(house, "floor", "agent"), hands.now() + timedelta(days=30)
    request = granted(
        house, house.head.actor, newcomer(house, made, world.site("cotonou"), kind="contractor", ends_at=end)
    )
    (line,) = lines(request)
    (holding,) = held(line.person_id)
    assert holding.ends_at == end


def test_somebody_who_is_here_gets_a_profile_and_gives_it_back_by_request(house: House, hands: Hands) -> None:
    site = world.site("cotonou")
    made = profile(house, "coach", "trainer")
    request = granted(
        house, house.ama.actor, {"deed": "allocate", "person_id": house.ama.id, "profile_id": made.id, "place": site}
    )
    assert request.state == "executed", request.why
    assert gate.may(house.ama.actor, "request.for-others", site).allowed
    twice = draft(
        house.ama.actor, {"deed": "allocate", "person_id": house.ama.id, "profile_id": made.id, "place": site}
    )
    with pytest.raises(Refused, match="holds this profile there already"):
        requests.send_request(house.ama.actor, twice.id)
    (holding,) = held(house.ama.id)
    end = hands.now() + timedelta(days=9)
    assert (
        granted(house, house.ama.actor, {"deed": "amend", "holding_id": holding.id, "ends_at": end}).state == "executed"
    )
    assert held(house.ama.id)[0].ends_at == end
    hands.forward(days=9, seconds=1)
    assert not gate.may(house.ama.actor, "request.for-others", site).allowed


def test_a_profile_is_withdrawn_once_and_asked_twice_is_no_failure(house: House) -> None:
    made = profile(house, "coach", "trainer", kind="house")
    granted(house, house.ama.actor, {"deed": "allocate", "person_id": house.ama.id, "profile_id": made.id})
    (holding,) = held(house.ama.id)
    both = [ask(house.ama.actor, {"deed": "withdraw", "holding_id": holding.id}) for _ in range(2)]
    for request in both:
        answer(house.boss, request)
        answer(house.owner, request)
        carry_out(request)
    assert [lines(request)[0].outcome for request in both] == ["done", "already"]
    assert roles(house.ama.id) == {("agent", "house")}


def test_a_mover_loses_the_former_profile_and_gets_the_new_one_at_once(house: House, hands: Hands) -> None:
    cotonou, bohicon = world.site("cotonou"), world.site("bohicon")
    floor, lead = profile(house, "floor", "agent"), profile(house, "lead", "supervisor", job="team leader")
    admin = world.person(role="it-admin").actor
    profile_holders.give_profile(admin, person_id=house.ama.id, profile_id=floor.id, scope=cotonou, reason="her team")
    request = granted(house, house.head.actor, move(house.ama, lead, site=bohicon))
    assert request.state == "executed", request.why
    assert roles(house.ama.id) == {("agent", "house"), ("supervisor", bohicon)}
    assert [(one.profile_id, one.scope) for one in held(house.ama.id)] == [(lead.id, bohicon)]
    ama = person(house.ama.id)
    assert (ama.scope, ama.job, ama.manager_id) == (bohicon, "team leader", house.boss.id)
    assert reviewed(house.ama.id) == {"agent"}, "only what is left from before is asked about"


def test_a_move_within_a_function_keeps_what_fits(house: House) -> None:
    cotonou = world.site("cotonou")
    floor, coach = profile(house, "floor", "agent"), profile(house, "coach", "trainer")
    admin = world.person(role="it-admin").actor
    for one in (floor, coach):
        profile_holders.give_profile(admin, person_id=house.ama.id, profile_id=one.id, scope=cotonou, reason="her team")
    before = {one.profile_id: one.id for one in held(house.ama.id)}
    request = granted(house, house.head.actor, {**move(house.ama, floor, job="senior agent"), "place": cotonou})
    assert request.state == "executed", request.why
    assert [one.id for one in held(house.ama.id)] == [before[floor.id]], "the same holding, not another"


def test_a_move_without_a_profile_leaves_all_to_the_review_and_says_so(house: House) -> None:
    cotonou, bohicon = world.site("cotonou"), world.site("bohicon")
    floor = profile(house, "floor", "agent")
    admin = world.person(role="it-admin").actor
    profile_holders.give_profile(admin, person_id=house.ama.id, profile_id=floor.id, scope=cotonou, reason="her team")
    request = draft(house.head.actor, move(house.ama, site=bohicon))
    assert "until the review of the move" in views.check_request(house.head.actor, request.id)[0].why
    requests.send_request(house.head.actor, request.id)
    answer(house.boss, request)
    answer(house.owner, request)
    assert carry_out(request).state == "executed"
    assert roles(house.ama.id) == {("agent", "house"), ("agent", cotonou)}
    assert reviewed(house.ama.id) == {"agent"}


def test_conflicts_of_a_profile_stop_a_request_before_it_is_sent(house: House) -> None:
    made = profile(house, "for-the-client", "client-representative", kind="house")
    request = draft(house.ama.actor, {"deed": "allocate", "person_id": house.ama.id, "profile_id": made.id})
    with pytest.raises(Refused, match="duties conflict"):
        requests.send_request(house.ama.actor, request.id)


def test_a_move_away_from_a_conflict_is_no_conflict(house: House) -> None:
    site = world.site("cotonou")
    kofi = here.here(world.person())
    here.lead(kofi, house.boss)
    floor = profile(house, "floor", "agent", conflicts={"trainer": "who is trained does not set the tests"})
    coach = profile(house, "coach", "trainer")
    admin = world.person(role="it-admin").actor
    profile_holders.give_profile(admin, person_id=kofi.id, profile_id=floor.id, scope=site, reason="his team")
    beside = draft(house.head.actor, {"deed": "allocate", "person_id": kofi.id, "profile_id": coach.id, "place": site})
    with pytest.raises(Refused, match="duties conflict"):
        requests.send_request(house.head.actor, beside.id)
    assert granted(house, house.head.actor, move(kofi, coach, site=site)).state == "executed"
    assert roles(kofi.id) == {("trainer", site)}


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ({"site": "site:nowhere"}, "no site"),
        ({}, "Nothing would change"),
        ({"manager_id": "boss-under-ama"}, "leads those who lead"),
        ({"ends_at": "past"}, "lies ahead"),
    ],
)
def test_a_move_that_cannot_be_is_named_before_it_is_sent(house: House, hands: Hands, where: Any, why: str) -> None:
    if "manager_id" in where:
        where = {"manager_id": house.ama.id}
        request = draft(house.head.actor, move(house.boss, **where))
    else:
        where = {"ends_at": hands.now() - timedelta(days=1)} if "ends_at" in where else where
        request = draft(house.head.actor, move(house.ama, **where))
    with pytest.raises(Refused, match=why):
        requests.send_request(house.head.actor, request.id)


def test_profiles_that_cannot_be_asked_for(house: House) -> None:
    made = profile(house, "floor", "agent")
    empty = profiles.add_profile(world.person(role="it-admin").actor, slug="empty", label="Empty", scope_kind="house")
    ama = house.ama
    for wish, kind in (
        ({"deed": "allocate", "person_id": ama.id, "profile_id": empty.id}, Refused),
        ({"deed": "allocate", "person_id": ama.id, "profile_id": ama.id}, NotFound),
        ({"deed": "allocate", "person_id": ama.id, "profile_id": made.id, "role": "trainer"}, Malformed),
        ({"deed": "suspend", "person_id": ama.id, "profile_id": made.id}, Malformed),
        ({"deed": "withdraw", "holding_id": ama.id, "assignment_id": ama.id}, Malformed),
        ({"deed": "move", "person_id": ama.id}, Malformed),
    ):
        with pytest.raises(kind):
            draft(house.head.actor, wish)
    elsewhere = draft(
        house.head.actor, {"deed": "allocate", "person_id": ama.id, "profile_id": made.id, "place": "house"}
    )
    with pytest.raises(Refused, match="place of the kind site"):
        requests.send_request(house.head.actor, elsewhere.id)


def test_a_leaver_loses_the_profile_and_a_move_that_waited_fails(house: House) -> None:
    site = world.site("cotonou")
    made = profile(house, "floor", "agent")
    granted(
        house, house.head.actor, {"deed": "allocate", "person_id": house.ama.id, "profile_id": made.id, "place": site}
    )
    waiting = ask(house.head.actor, move(house.ama, made, site=world.site("bohicon")))
    iam.leave_person(here.ADMIN(), house.ama.id)
    assert held(house.ama.id) == []
    assert roles(house.ama.id) == set()
    assert now(waiting).state == "asked"
    answer(house.boss, waiting)
    answer(house.owner, waiting)
    assert "left" in carry_out(waiting).why
