"""Deviations: one case a thing, with owner and limit; corrected, closed, or accepted until an end. [AC-7, AC-8]"""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from iam.deviations import cases
from iam.deviations import findings as deviations
from iam.directory.models import Deviation
from kernel import db
from kernel.errors import Conflict, Denied, Refused, StepUpNeeded
from policy import deadlines, inbox, waivers
from policy.models import Approval, Duty
from tests import world
from tests.iam.conftest import Hands
from tests.iam.directory.changes import change

pytestmark = pytest.mark.usefixtures("database")
HOW = {"reason": "the printer must go on until spring", "compensation": "it stands in a network of its own"}


@pytest.fixture
def admin(database: str, hands: Hands) -> world.Somebody:
    return world.person(role="it-admin")


@pytest.fixture
def officer(database: str, hands: Hands) -> world.Somebody:
    return world.person(role="security-officer")


def found(**more: Any) -> Deviation:
    """What a part of identity does when it finds something, inside an action of a clerk."""
    told = {
        "kind": "old-secret", "about_ref": f"account:{uuid4()}", "platform": None, "clause": "ID-4", "detail": {"days": 91}
    }  # fmt: skip
    return change(lambda work: deviations.raise_deviation(work, **{**told, **more}))


def now(deviation: Deviation) -> Deviation:
    with db.read_session() as session:
        return session.get(Deviation, deviation.id)


def duty_of(deviation: Deviation) -> list[Duty]:
    with db.read_session() as session:
        return list(session.scalars(select(Duty).where(Duty.about_ref == deviation.ref).order_by(Duty.opened_at)))


def grant(waiver_id: UUID | None, by: world.Somebody) -> None:
    with db.read_session() as session:
        approval = session.scalars(select(Approval).where(Approval.subject_ref == f"waiver:{waiver_id}")).one()
    inbox.cast(by.actor, approval.id, yes=True, digest=approval.digest)


def test_the_same_finding_is_one_case_until_it_is_settled(admin: world.Somebody) -> None:
    first = found(about_ref="account:x")
    assert found(about_ref="account:x").id == first.id
    assert found(about_ref="account:x", kind="bad-name").id != first.id
    cases.end_deviation(admin.actor, first.id, how="this printer was replaced today")
    again = found(about_ref="account:x")
    assert again.id != first.id
    assert [d.id for d in cases.list_deviations(admin.actor, kind="old-secret")] == [again.id]


def test_the_limit_is_the_books_and_is_shorter_for_what_is_urgent(admin: world.Somebody) -> None:
    slow, quick = found(), found(kind="re-enabled-leaver")
    assert slow.due_at - slow.found_at == timedelta(days=7)
    assert quick.due_at - quick.found_at == timedelta(days=1)
    assert [d.id for d in cases.list_deviations(admin.actor)] == [quick.id, slow.id], "due first stands first"
    assert duty_of(quick)[0].due_at == quick.due_at
    assert duty_of(quick)[0].holder_role == "it-admin"


def test_the_owner_of_a_case_has_its_duty_and_closing_fulfils_it(
    admin: world.Somebody, officer: world.Somebody
) -> None:
    case = found(owner_id=admin.id)
    assert duty_of(case)[0].holder_id == admin.id
    cases.end_deviation(officer.actor, case.id, how="the account was deleted by hand")
    assert (now(case).state, duty_of(case)[0].state) == ("closed", "fulfilled")
    assert now(case).settled_by == officer.actor.ref


def test_a_case_is_accepted_only_when_another_grants_the_waiver_and_opens_again_at_its_end(
    admin: world.Somebody, officer: world.Somebody, hands: Hands
) -> None:
    case = found()
    asked = cases.accept_deviation(admin.actor, case.id, **HOW, ends_at=hands.now() + timedelta(days=30))
    assert now(case).state == "open", "asking accepts nothing"
    with pytest.raises(Conflict):
        cases.accept_deviation(admin.actor, case.id, **HOW, ends_at=hands.now() + timedelta(days=30))
    grant(asked.waiver_id, officer)
    assert now(case).state == "accepted"
    assert duty_of(case)[0].state == "ended"
    assert found(about_ref=case.about_ref).id == case.id, "what is accepted is not raised again"
    hands.forward(days=31)
    waivers.sweep_waivers(deadlines.CLERK)
    assert (now(case).state, now(case).waiver_id) == ("open", None)
    assert now(case).due_at == hands.now() + timedelta(days=7)
    assert duty_of(case)[-1].state == "open"


def test_a_waiver_ended_early_opens_the_case_at_once(
    admin: world.Somebody, officer: world.Somebody, hands: Hands
) -> None:
    case = found()
    asked = cases.accept_deviation(admin.actor, case.id, **HOW, ends_at=hands.now() + timedelta(days=30))
    grant(asked.waiver_id, officer)
    waivers.end_waiver(officer.actor, asked.waiver_id, reason="not any more")
    assert now(case).state == "open"


def test_nobody_settles_what_was_found_about_himself(admin: world.Somebody, hands: Hands) -> None:
    case = found(person_id=admin.id)
    with pytest.raises(Refused, match="about you"):
        cases.end_deviation(admin.actor, case.id, how="nothing to see here, go on")
    with pytest.raises(Refused, match="about you"):
        cases.accept_deviation(admin.actor, case.id, **HOW, ends_at=hands.now() + timedelta(days=3))
    assert now(case).state == "open"


def test_nobody_approves_that_what_was_found_about_himself_may_stand(
    admin: world.Somebody, officer: world.Somebody, hands: Hands
) -> None:
    other, own = world.person(role="security-officer"), found(person_id=officer.id)
    asked = cases.accept_deviation(admin.actor, own.id, **HOW, ends_at=hands.now() + timedelta(days=9))
    with pytest.raises(Denied):
        grant(asked.waiver_id, officer)
    grant(asked.waiver_id, other)
    assert now(own).state == "accepted"
    assert cases.read_deviation(admin.actor, own.id).accepted_until == hands.now() + timedelta(days=9)


def test_a_closed_case_stays_closed_and_nothing_is_accepted_for_ever(admin: world.Somebody, hands: Hands) -> None:
    case = found()
    with pytest.raises(Refused, match="lasts"):
        cases.accept_deviation(admin.actor, case.id, **HOW, ends_at=hands.now() + timedelta(days=5000))
    with pytest.raises(Refused, match="future"):
        cases.accept_deviation(admin.actor, case.id, **HOW, ends_at=hands.now() - timedelta(days=1))
    cases.end_deviation(admin.actor, case.id, how="it was none, the clock was wrong")
    with pytest.raises(Refused):
        cases.end_deviation(admin.actor, case.id, how="it was none, the clock was wrong")
    with pytest.raises(Refused):
        cases.accept_deviation(admin.actor, case.id, **HOW, ends_at=hands.now() + timedelta(days=3))


def test_only_those_who_may_and_only_with_a_fresh_factor(admin: world.Somebody, hands: Hands) -> None:
    case = found()
    agent = world.person(role="agent")
    for act in (cases.read_deviation, lambda who, one: cases.end_deviation(who, one, how="ten letters and more")):
        with pytest.raises(Denied):
            act(agent.actor, case.id)
    hands.forward(minutes=11)
    with pytest.raises(StepUpNeeded):
        cases.end_deviation(admin.actor, case.id, how="the account was deleted by hand")


def test_what_was_found_is_not_readable_on_the_ledger(admin: world.Somebody, auditor: Any) -> None:
    case = found(detail={"name": "afi.mensah"}, person_id=admin.id)
    cases.read_deviation(admin.actor, case.id)
    assert auditor("deviation.read")[-1]["target"] == case.ref
    assert "afi.mensah" not in repr(auditor("site.add"))


def test_an_unknown_kind_is_a_mistake_of_ours() -> None:
    with pytest.raises(LookupError):
        found(kind="bad-weather")
