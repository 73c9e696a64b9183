"""The periodic review: on record what it rested on, a sample that anybody can draw again, and nobody reviews his own."""

from datetime import timedelta
from typing import Any

import pytest

import changecontrol
from changecontrol.models import Change
from changecontrol.observed import reviews
from changecontrol.observed.models import ObservedChange
from kernel import clock, db
from kernel.errors import Conflict, Denied, Malformed, Refused
from policy import deadlines
from policy.models import Duty
from tests import world
from tests.changecontrol.builders import House, fresh

CONCLUSION = "Every change of the quarter was authorised, and the sample shows it."


def done(house: House, **fields: Any) -> Change:
    system = house.system()
    change = house.started(system, **fields)
    changecontrol.work_on(fresh(house.second), system.id, change_id=change.id, what="installed it")
    return changecontrol.finish_change(fresh(house.second), change.id, report="It went as planned.")


def due(house: House) -> Duty:
    """A review that the calendar has opened."""
    deadlines.sweep()
    house.hands.forward(days=93)
    deadlines.sweep()
    with db.read_session() as session:
        return session.query(Duty).filter_by(rule=reviews.RULE, state="open").order_by(Duty.due_at).first()


def begun(house: House) -> Any:
    done(house)
    return reviews.open_review(fresh(house.officer), duty_id=due(house).id)


def test_a_review_is_answered_signed_and_closes_its_duty(house: House) -> None:
    review = begun(house)
    assert review.sample
    assert review.verdicts == {}
    for ref in review.sample:
        reviews.answer_sample(fresh(house.officer), review.id, ref=ref, in_order=True)
    signed = reviews.sign_review(
        fresh(house.officer), review.id, name=house.officer.name.upper(), conclusion=CONCLUSION
    )
    assert signed.signed_at == clock.now()
    with db.read_session() as session:
        duty = session.get_one(Duty, review.duty_id)
    assert (duty.state, duty.evidence_ref) == ("fulfilled", review.ref)
    with pytest.raises(Conflict):
        reviews.answer_sample(fresh(house.officer), review.id, ref=review.sample[0], in_order=False, remark="late")


def test_anybody_draws_the_same_sample_again(house: House) -> None:
    for _ in range(3):
        done(house)
        house.hands.forward(hours=1)
    review = reviews.open_review(fresh(house.officer), duty_id=due(house).id)
    with db.read_session() as session:
        work = type("Asked", (), {"select": staticmethod(session.scalars)})
        refs = reviews.population(work, review.since, review.until)  # type: ignore[arg-type]
    assert len(refs) == review.population
    assert reviews.draw(refs, review.seed, 12) == review.sample
    assert reviews.draw(refs, "another seed", 1) != [] != reviews.draw(refs, review.seed, 1)


def test_an_unanswered_sample_another_name_and_a_bare_no_are_refused(house: House) -> None:
    review = begun(house)
    officer = fresh(house.officer)
    with pytest.raises(Refused, match="not answered"):
        reviews.sign_review(officer, review.id, name=house.officer.name, conclusion=CONCLUSION)
    with pytest.raises(Refused, match="Say what"):
        reviews.answer_sample(officer, review.id, ref=review.sample[0], in_order=False)
    with pytest.raises(Malformed):
        reviews.answer_sample(officer, review.id, ref="change:none", in_order=True)
    for ref in review.sample:
        reviews.answer_sample(officer, review.id, ref=ref, in_order=False, remark="the test report is of last year")
    with pytest.raises(Refused, match="own name"):
        reviews.sign_review(officer, review.id, name="Somebody Else", conclusion=CONCLUSION)


def test_who_is_named_to_carry_a_change_out_does_not_review_it(house: House) -> None:
    done(house, implementers=[house.second.id, house.officer.id])
    duty = due(house)
    with pytest.raises(Refused, match="another person"):
        reviews.open_review(fresh(house.officer), duty_id=duty.id)
    other = world.person(role="security-officer")
    assert reviews.open_review(fresh(other), duty_id=duty.id).reviewer_id == other.id


def test_a_review_begins_once_and_others_neither_answer_nor_sign_it(house: House) -> None:
    review = begun(house)
    other = world.person(role="security-officer")
    with pytest.raises(Conflict):
        reviews.open_review(fresh(other), duty_id=review.duty_id)
    with pytest.raises(Refused, match="Another person"):
        reviews.answer_sample(fresh(other), review.id, ref=review.sample[0], in_order=True)
    with pytest.raises(Denied):
        reviews.read_review(world.person(role="agent").actor, review.id)


def test_a_privilege_held_for_a_change_in_which_nothing_happened_is_on_record(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = house.started()
    world.tell(
        monkeypatch, "elevation.ended", elevation_id=change.id, person_id=house.second.id, bound_to=change.window_ref,
        since=clock.now() - timedelta(hours=1),
    )  # fmt: skip
    with db.read_session() as session:
        (row,) = session.query(ObservedChange).filter_by(verdict="idle-session").all()
    assert (row.person_id, row.bound_to) == (house.second.id, change.window_ref)
