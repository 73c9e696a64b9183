"""Certification: small campaigns, unused rights first, decided one by one, never by their holder; overdue rights suspend. [AC-10]"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlmodel import select

import iam
from iam.certification import campaigns as certification
from iam.certification import choice as certification_choice
from iam.certification import decisions as certification_decisions
from iam.certification import pages as certification_pages
from iam.certification.models import Certification, CertificationItem
from kernel import clock, db, gate
from kernel.action import Work
from kernel.actor import person as acting
from kernel.db import uuid7
from kernel.errors import Conflict, Denied, Malformed, NotFound, OmniError, Refused, StepUpNeeded
from policy.duties import duties_of
from tests import world
from tests.iam.conftest import Hands

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def officer(database: str, hands: Hands) -> world.Somebody:
    return world.settled(role="security-officer")


@pytest.fixture
def admin(officer: world.Somebody) -> world.Somebody:
    return world.settled(role="it-admin")


@pytest.fixture
def manager(admin: world.Somebody) -> world.Somebody:
    return world.settled(role="manager")


def fresh(who: world.Somebody):
    return acting(who.id, who.name, factor_at=clock.now())


def campaign(officer: world.Somebody, **more: object) -> Certification:
    fields = {"kind": "manager", "reason": "half-yearly"}
    made = certification.open_certification(fresh(officer), **fields | more)
    certification.draw_all(certification_id=str(made.id))
    return made


def waiting(who: world.Somebody, made: Certification, **how: object) -> list:
    return certification_pages.open_page(fresh(who), made.id, **how).items


def right_of(who: world.Somebody) -> list[str]:
    return sorted(
        one.role for one in gate.current().assignments.get(who.actor.ref, ()) if one.start <= clock.now() < one.end
    )


def tasks(who: world.Somebody) -> list[str]:
    with db.read_session() as session:
        work = Work(who.actor, "duty.mine", uuid7(), clock.now(), session)
        return [one.rule for one in duties_of(work, who.id)]


def test_a_manager_answers_for_his_people_and_a_withdrawn_right_ends_at_once(officer, admin, manager) -> None:
    ama, kofi = (world.settled(role="agent", manager=manager) for _ in range(2))
    made = campaign(officer, about=str(manager.id))
    assert {item.person_id for item in waiting(manager, made)} == {ama.id, kofi.id}
    assert tasks(manager) == ["certification-review"]
    one, two = waiting(manager, made)
    assert certification_decisions.keep_right(manager.actor, one.id).state == "kept"
    gone = {ama.id: ama, kofi.id: kofi}[two.person_id]
    certification_decisions.withdraw_right(manager.actor, two.id, reason="works elsewhere now")
    assert right_of(gone) == []
    assert tasks(manager) == []
    with db.read_session() as session:
        assert session.get(Certification, made.id).state == "closed"


def test_the_last_two_decided_at_once_close_the_campaign(officer, admin, manager, monkeypatch) -> None:
    for _ in range(2):
        world.settled(role="agent", manager=manager)
    made = campaign(officer, about=str(manager.id))
    both, lives = Barrier(2, timeout=30), certification_decisions._right_lives

    def together(work: Work, item: CertificationItem) -> bool:
        both.wait()
        return lives(work, item)

    monkeypatch.setattr(certification_decisions, "_right_lives", together)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda item: certification_decisions.keep_right(manager.actor, item.id), waiting(manager, made)))
    assert tasks(manager) == []
    with db.read_session() as session:
        assert session.get(Certification, made.id).state == "closed"


def test_who_is_not_asked_sees_and_decides_nothing(officer, admin, manager) -> None:
    ama = world.settled(role="agent", manager=manager)
    made = campaign(officer, about=str(manager.id))
    (item,) = waiting(manager, made)
    for other in (ama, admin, world.person(role="manager"), officer):
        assert waiting(other, made) == []
        for deed, fields in (
            (certification_decisions.keep_right, {}),
            (certification_decisions.withdraw_right, {"reason": "not mine to say"}),
        ):
            with pytest.raises((Denied, NotFound)):
                deed(fresh(other), item.id, **fields)
    assert right_of(ama) == ["agent"]


def test_nobody_certifies_himself(officer, admin, manager) -> None:
    made = campaign(officer)
    with db.read_session() as session:
        items = {one.person_id: one for one in session.scalars(select(CertificationItem))}
    assert items[manager.id].reviewer_id is None, "nobody leads him, so a role answers"
    assert items[officer.id].reviewer_role == "technical-director", "not the role he holds himself"
    assert officer.id not in {one.person_id for one in waiting(officer, made)}
    with pytest.raises((Denied, Refused)):
        certification_decisions.keep_right(fresh(officer), items[officer.id].id)
    with pytest.raises((Denied, Refused)):
        certification_decisions.keep_right(fresh(manager), items[manager.id].id)


def test_a_campaign_is_small_by_nature(officer, admin, manager, hands: Hands) -> None:
    people = [world.settled(role="agent", manager=manager) for _ in range(3)]
    first = campaign(officer, about=str(manager.id))
    for item in waiting(manager, first):
        assert item.why == "new"
        certification_decisions.keep_right(manager.actor, item.id)
    newcomer = world.settled(role="agent", manager=manager)
    second = campaign(officer, about=str(manager.id))
    assert [(item.person_id, item.why) for item in waiting(manager, second)] == [(newcomer.id, "new")]
    (shown,) = certification.list_certifications(manager.actor)
    assert (shown.asked, shown.left_out, shown.open, shown.mine) == (1, 3, 1, 1)
    certification_decisions.keep_right(manager.actor, waiting(manager, second)[0].id)
    hands.forward(days=200)
    third = campaign(officer, about=str(manager.id))
    assert {item.why for item in waiting(manager, third)} == {"unused"}
    assert len(waiting(manager, third)) == len(people) + 1


def test_closed_campaigns_are_found_again_by_whoever_sees_all(officer, admin, manager, hands: Hands) -> None:
    world.settled(role="agent", manager=manager)
    made = [campaign(officer, about=str(manager.id))]
    for item in waiting(manager, made[0]):
        certification_decisions.keep_right(manager.actor, item.id)
    hands.forward(days=200)
    made.append(campaign(officer, about=str(manager.id)))
    assert [one.id for one in certification.list_certifications(fresh(officer), which="closed")] == [made[0].id]
    for item in waiting(manager, made[1]):
        certification_decisions.keep_right(fresh(manager), item.id)
    closed = certification.list_certifications(fresh(officer), which="closed")
    assert [one.id for one in closed] == [made[1].id, made[0].id], "the last closed first"
    assert certification.list_certifications(fresh(manager), which="closed") == []


def test_decided_once_by_whoever_is_quicker(officer, admin, manager) -> None:
    world.settled(role="agent", manager=manager)
    made = campaign(officer, about=str(manager.id))
    (item,) = waiting(manager, made)

    def decide(number: int) -> str:
        try:
            if number % 2:
                return certification_decisions.keep_right(manager.actor, item.id).state
            return certification_decisions.withdraw_right(manager.actor, item.id, reason="not needed").state
        except Conflict:
            return "late"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(decide, range(4)))
    assert answers.count("late") == 3


def test_a_decision_is_taken_back_within_minutes_and_the_right_works_again(officer, admin, manager, hands) -> None:
    ama = world.settled(role="agent", manager=manager)
    made = campaign(officer, about=str(manager.id))
    (item,) = waiting(manager, made)
    certification_decisions.withdraw_right(manager.actor, item.id, reason="a slip of the key")
    assert right_of(ama) == []
    certification_decisions.undo_decision(manager.actor, item.id)
    assert right_of(ama) == ["agent"]
    assert [one.id for one in waiting(manager, made)] == [item.id]
    assert tasks(manager) == ["certification-review"]
    certification_decisions.keep_right(manager.actor, item.id)
    hands.forward(minutes=16)
    with pytest.raises(Refused, match="15 minutes"):
        certification_decisions.undo_decision(manager.actor, item.id)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
def test_a_withdrawal_says_why(officer, admin, manager, reason: str) -> None:
    ama = world.settled(role="agent", manager=manager)
    (item,) = waiting(manager, campaign(officer, about=str(manager.id)))
    with pytest.raises(Malformed):
        certification_decisions.withdraw_right(manager.actor, item.id, reason=reason)
    assert right_of(ama) == ["agent"]


def test_what_nobody_answers_is_suspended_after_the_grace_and_can_come_back(officer, admin, manager, hands) -> None:
    ama = world.settled(role="agent", manager=manager)
    made = campaign(officer, about=str(manager.id), days=30)
    (item,) = waiting(manager, made)
    hands.forward(days=43)
    assert certification_decisions.advance(clock.now()) == 0
    assert right_of(ama) == ["agent"], "the grace is not over"
    hands.forward(days=1, minutes=1)
    assert certification_decisions.advance(clock.now()) == 1
    assert right_of(ama) == []
    certification_decisions.keep_right(fresh(manager), item.id, reason="late, but needed")
    assert right_of(ama) == ["agent"]


def test_the_last_guardians_are_spared(officer, admin, hands: Hands) -> None:
    director = world.settled(role="technical-director")
    made = campaign(officer)
    hands.forward(days=45)
    certification_decisions.advance(clock.now())
    assert right_of(officer) == ["security-officer"]
    assert right_of(director) == ["technical-director"]
    assert right_of(admin) == ["privileged-operator"], "what is held for an elevation has a review of its own"
    with db.read_session() as session:
        states = {one.right: one.state for one in session.scalars(select(CertificationItem))}
        assert session.get(Certification, made.id).state == "closed"
    assert states == {"security-officer": "spared", "technical-director": "spared", "it-admin": "suspended"}


def test_a_review_is_handed_on_once_and_never_to_the_holder(officer, admin, manager) -> None:
    ama, kofi = (world.settled(role="agent", manager=manager) for _ in range(2))
    deputy = world.settled(role="manager")
    made = campaign(officer, about=str(manager.id))
    assert certification_decisions.delegate_review(fresh(manager), made.id, to=ama.id, reason="she knows") == 1
    assert [one.person_id for one in waiting(ama, made)] == [kofi.id]
    assert [one.person_id for one in waiting(manager, made)] == [ama.id]
    with pytest.raises(Refused):
        certification_decisions.delegate_review(fresh(ama), made.id, to=deputy.id, reason="passed on")
    certification_decisions.delegate_review(fresh(manager), made.id, to=deputy.id, reason="on leave")
    assert tasks(manager) == []
    (item,) = waiting(deputy, made)
    assert item.delegated_by == manager.id
    with pytest.raises(Refused):
        certification_decisions.delegate_review(fresh(manager), made.id, to=manager.id, reason="to myself")


def test_a_move_opens_a_small_review_for_the_new_manager(officer, admin, manager) -> None:
    ama = world.settled(role="agent", manager=manager)
    other = world.settled(role="manager")
    iam.move_person(fresh(admin), ama.id, job="trainer", manager_id=other.id)
    (shown,) = certification.list_certifications(other.actor)
    assert (shown.kind, shown.about, shown.mine) == ("person", str(ama.id), 1)
    (item,) = certification_pages.open_page(other.actor, shown.id).items
    assert (item.person_id, item.why) == (ama.id, "moved")
    assert certification.list_certifications(manager.actor) == []
    iam.move_person(fresh(admin), world.person().id, job="agent")
    assert len(certification.list_certifications(officer.actor)) == 1, "who holds nothing is asked nothing"


def test_who_leaves_is_asked_about_no_more_and_answers_no_more(officer, admin, manager) -> None:
    ama, kofi = (world.settled(role="agent", manager=manager) for _ in range(2))
    made = campaign(officer, about=str(manager.id))
    iam.leave_person(fresh(admin), ama.id)
    assert [one.person_id for one in waiting(manager, made)] == [kofi.id]
    iam.leave_person(fresh(admin), manager.id)
    assert [one.person_id for one in waiting(officer, made)] == [kofi.id], "a role answers in his place"


def test_a_right_that_ended_meanwhile_is_passed_over(officer, admin, manager) -> None:
    ama = world.settled(role="agent", manager=manager)
    made = campaign(officer, about=str(manager.id))
    (item,) = waiting(manager, made)
    (held,) = iam.list_roles(admin.actor, ama.id)
    iam.take_role(fresh(admin), held.id)
    assert certification_decisions.keep_right(manager.actor, item.id).state == "gone"
    assert right_of(ama) == []


def test_a_platforms_accounts_are_certified_by_its_owner(officer, admin, manager) -> None:
    ama = world.settled(role="agent", manager=manager)
    made = campaign(officer, kind="platform", about="omniwarden")
    mine = {one.person_id: one for one in waiting(officer, made)}
    assert mine[ama.id].is_account
    certification_decisions.withdraw_right(fresh(officer), mine[ama.id].id, reason="two accounts")
    with db.read_session() as session:
        from iam.people.models import Account

        assert session.get(Account, ama.account_id).status == "suspended"
    certification_decisions.undo_decision(fresh(officer), mine[ama.id].id)
    with db.read_session() as session:
        assert session.get(Account, ama.account_id).status == "active"


def test_a_roles_holders_are_certified_by_its_owner(officer, admin, manager) -> None:
    ama = world.settled(role="supervisor", manager=manager)
    world.settled(role="agent", manager=manager)
    made = campaign(officer, kind="role", about="supervisor")
    with db.read_session() as session:
        items = list(session.scalars(select(CertificationItem).where(CertificationItem.certification_id == made.id)))
    assert [(one.person_id, one.reviewer_id) for one in items] == [(ama.id, None)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "role", "about": "emperor"},
        {"kind": "platform", "about": "nowhere"},
        {"kind": "person", "about": "not-an-id"},
        {"kind": "person", "about": ""},
        {"kind": "person", "about": "00000000-0000-0000-0000-000000000000"},
        {"kind": "whim"},
        {"scope": "site:atlantis"},
        {"days": 0},
        {"days": 400},
    ],
)
def test_what_cannot_be_opened(officer, wrong: dict) -> None:
    with pytest.raises((Refused, NotFound, Malformed, Denied)):
        campaign(officer, **wrong)


def test_opened_once_by_those_who_may_with_a_fresh_factor(officer, admin, manager, hands: Hands) -> None:
    campaign(officer)
    with pytest.raises(Conflict):
        campaign(officer)
    with pytest.raises(Denied):
        campaign(manager, about=str(manager.id))
    stale = fresh(officer)
    hands.forward(minutes=11)
    with pytest.raises(StepUpNeeded):
        certification.open_certification(stale, kind="role", about="agent", reason="half-yearly")


def test_pages_follow_one_another_and_miss_nothing(officer, admin, manager) -> None:
    people = {world.settled(role="agent", manager=manager).id for _ in range(7)}
    made = campaign(officer, about=str(manager.id))
    seen, after = [], ""
    while True:
        page = certification_pages.open_page(manager.actor, made.id, after=after, limit=3)
        seen += [item.person_id for item in page.items]
        certification_decisions.keep_right(manager.actor, page.items[0].id)
        after = page.next
        if not after:
            break
    assert set(seen) == people
    assert len(seen) == 7
    for wrong in ("x", "AAAA", "LTEgMA==", "🙂"):
        with pytest.raises(OmniError):
            certification_pages.open_page(manager.actor, made.id, after=wrong)


def test_many_rights_are_drawn_in_small_actions(officer, admin, manager, monkeypatch) -> None:
    monkeypatch.setattr(certification_choice, "AT_ONCE", 2)
    for _ in range(5):
        world.settled(role="agent", manager=manager)
    assert len(waiting(manager, campaign(officer, about=str(manager.id)))) == 5
