"""Emergencies: the director's word first, papers in their hours or the rights end, normal design and test before the close. [CC-5, CC-6, CC-7]"""

from datetime import timedelta

import pytest

import changecontrol
from changecontrol import emergencies
from kernel import clock, db, gate
from kernel.errors import Conflict, Denied, NotFound, Refused
from policy import book, changes, deadlines, duties
from policy.models import Duty
from policy.spans import span
from tests.changecontrol.builders import House, fresh

PAPERS = "The switch lost its licence at night; the key was put in again and calls came back within four minutes."


def raised(house: House, *on, **fields):
    now = clock.now()
    content = house.content(
        *(on or (house.system(),)), **{"starts_at": now, "ends_at": now + timedelta(hours=30)} | fields
    )
    return changecontrol.raise_emergency(fresh(house.engineer), content=content)


def by_word(house: House, *on, **fields):
    change = raised(house, *on)
    changecontrol.record_word(
        fresh(house.engineer),
        change.id,
        **{"authority_id": house.director.id, "channel": "telephone", "said_at": clock.now(), "witness_id": house.officer.id} | fields,
    )  # fmt: skip
    return house.now(change)


def begun(house: House, *on):
    change = raised(house, *on)
    house.vote(house.director, change, "change.emergency")
    return changecontrol.start_change(fresh(house.second), change.id)


def open_duties(rule: str) -> list[Duty]:
    with db.read_session() as session:
        return session.query(Duty).filter_by(rule=rule, state="open").all()


def holds(house: House, system) -> bool:
    return gate.may(fresh(house.second), "system.work", system.scope).allowed


def test_without_the_directors_word_nothing_begins(house: House) -> None:
    change = raised(house)
    assert change.state == "authorise"
    with pytest.raises(Refused):
        changecontrol.start_change(fresh(house.second), change.id)
    house.vote(house.director, change, "change.emergency")
    assert changecontrol.start_change(fresh(house.second), change.id).state == "implementing"


def test_a_word_by_telephone_opens_the_way_until_it_is_confirmed(house: House) -> None:
    switch = house.system()
    change = by_word(house, switch)
    assert change.state == "scheduled"
    changecontrol.start_change(fresh(house.second), change.id)
    confirm_by = span(book.requirement("change.emergency").answer_within).after(clock.now())
    assert house.now(change).keys_until <= confirm_by
    house.vote(house.director, change, "change.emergency")
    assert house.now(change).keys_until > confirm_by, "confirmed: until the papers are due"
    assert holds(house, switch)


def test_a_word_that_is_not_confirmed_ends_by_the_clock_and_the_officer_is_told(house: House) -> None:
    switch = house.system()
    change = by_word(house, switch)
    changecontrol.start_change(fresh(house.second), change.id)
    assert holds(house, switch)
    house.hands.forward(hours=4)
    assert not holds(house, switch), "no sweep has run"
    deadlines.sweep()
    assert house.now(change).suspended_why == "the spoken word was not confirmed in time"
    assert [one.holder_role for one in open_duties("emergency-breach")] == ["security-officer"]
    emergencies.see_breach(fresh(house.officer), change.id, remark="spoken to both")
    assert open_duties("emergency-breach") == []


def test_a_word_that_is_denied_stops_the_work(house: House) -> None:
    switch = house.system()
    change = by_word(house, switch)
    changecontrol.start_change(fresh(house.second), change.id)
    house.vote(house.director, change, "change.emergency", yes=False)
    assert (house.now(change).state, holds(house, switch)) == ("rejected", False)
    rolled = changecontrol.roll_back(fresh(house.second), change.id, report="Taken back as it was before.")
    assert rolled.state == "rolled-back"


@pytest.mark.parametrize(("who", "why"), [
    ("engineer", "technical director"), ("officer", "technical director"), ("self", "three persons"), ("old", "within"), ("future", "within"),
])  # fmt: skip
def test_whose_word_counts(house: House, who: str, why: str) -> None:
    fields = {
        "engineer": {"authority_id": house.second.id},
        "officer": {"authority_id": house.officer.id},
        "self": {"witness_id": house.engineer.id},
        "old": {"said_at": clock.now() - timedelta(hours=2)},
        "future": {"said_at": clock.now() + timedelta(minutes=1)},
    }[who]
    with pytest.raises(Refused, match=why):
        by_word(house, **fields)


def test_a_director_who_carries_it_out_gives_no_word(house: House) -> None:
    now = clock.now()
    content = house.content(
        house.system(), starts_at=now, ends_at=now + timedelta(hours=3), implementers=[house.director.id]
    )
    change = changecontrol.raise_emergency(fresh(house.engineer), content=content)
    with pytest.raises(Refused, match="asked for or carries out"):
        changecontrol.record_word(
            fresh(house.engineer), change.id, authority_id=house.director.id, channel="telephone", said_at=clock.now(), witness_id=house.officer.id
        )  # fmt: skip
    with pytest.raises((Refused, Denied)):
        house.vote(house.director, change, "change.emergency")
    with pytest.raises((Refused, Denied, NotFound)):
        changecontrol.record_word(
            fresh(house.engineer), house.asked().id, authority_id=house.deputy.id, channel="telephone", said_at=clock.now(), witness_id=house.officer.id
        )  # fmt: skip


def test_the_papers_are_due_reminded_of_and_late_ends_the_rights(house: House) -> None:
    switch = house.system()
    change = begun(house, switch)
    due = clock.now() + timedelta(hours=book.number("CC-6", "documentation_hours"))
    assert house.now(change).documentation_due == due, "the duty and the clause say the same hours"
    (duty,) = open_duties("emergency-documentation")
    assert (duty.due_at, duty.holder_id) == (due, house.engineer.id)
    house.hands.forward(hours=18)
    deadlines.sweep()
    assert open_duties("emergency-documentation")[0].warned_at is not None
    assert holds(house, switch)
    house.hands.time = due
    assert not holds(house, switch), "by the clock alone"
    deadlines.sweep()
    late = house.now(change)
    assert (late.state, late.suspended_why) == ("implementing", "its documentation is late")
    other = house.scheduled()
    house.into(other)
    with pytest.raises(Refused, match="documentation of an earlier emergency is late"):
        changecontrol.start_change(fresh(house.second), other.id)
    changecontrol.document_emergency(fresh(house.second), change.id, documentation=PAPERS)
    assert holds(house, switch), "the papers are in and the window is open"
    assert changecontrol.start_change(fresh(house.second), other.id).state == "implementing"
    with pytest.raises(Conflict):
        changecontrol.document_emergency(fresh(house.second), change.id, documentation=PAPERS)


def test_it_is_closed_once_documented_and_behind_a_normal_change_that_was_designed_and_tested(house: House) -> None:
    change = begun(house)
    changecontrol.finish_change(fresh(house.second), change.id, report="Calls are back again.")
    close = lambda: changecontrol.close_change(fresh(house.officer), change.id, review="Right, and well told.")  # noqa: E731
    with pytest.raises(Refused, match="documentation") as no:
        close()
    assert no.value.clause == "CC-6"
    changecontrol.document_emergency(fresh(house.engineer), change.id, documentation=PAPERS)
    with pytest.raises(Refused, match="normal change") as no:
        close()
    assert no.value.clause == "CC-7"
    follow = changecontrol.draft_change(
        fresh(house.engineer), content=house.content(house.system()), normalises_id=change.id
    )
    changecontrol.submit_change(fresh(house.engineer), follow.id)
    with pytest.raises(Refused, match="passed design and testing"):
        close()
    house.test(follow)
    changecontrol.ask_authorisation(fresh(house.engineer), follow.id)
    assert open_duties("emergency-normalisation") == []
    assert close().state == "closed"


def test_a_director_who_refuses_the_normal_change_lets_the_emergency_close(house: House) -> None:
    change = begun(house)
    changecontrol.roll_back(fresh(house.second), change.id, report="Taken back as it was before.")
    changecontrol.document_emergency(fresh(house.engineer), change.id, documentation=PAPERS)
    follow = changecontrol.draft_change(
        fresh(house.engineer), content=house.content(house.system()), normalises_id=change.id
    )
    changecontrol.submit_change(fresh(house.engineer), follow.id)
    house.test(follow)
    changecontrol.ask_authorisation(fresh(house.engineer), follow.id)
    house.vote(house.director, follow, yes=False)
    assert changecontrol.close_change(fresh(house.officer), change.id, review="Right, and well told.").state == "closed"


def test_only_an_emergency_is_taken_through_design_and_test(house: House) -> None:
    with pytest.raises(Refused, match="no emergency"):
        changecontrol.draft_change(
            fresh(house.engineer), content=house.content(house.system()), normalises_id=house.draft().id
        )


def test_a_freeze_does_not_hold_an_emergency(house: House) -> None:
    now = clock.now()
    changecontrol.freezes.declare_freeze(
        fresh(house.director), title="The audit week", starts_at=now, ends_at=now + timedelta(days=7)
    )
    assert begun(house).state == "implementing"


def test_a_day_of_downtime_yields_a_late_mark_and_not_silence(house: House) -> None:
    change = begun(house)
    house.hands.forward(days=2)
    deadlines.sweep()
    assert house.now(change).suspended_at == clock.now()
    with db.read_session() as session:
        assert duties.overdue(session, "emergency-documentation", change.ref, clock.now()) is not None


def test_a_found_change_has_an_owner_and_is_accepted_or_rolled_back(house: House) -> None:
    kept, undone = (
        changecontrol.found.report_found(
            fresh(house.officer),
            content={"title": "A rule that nobody asked for", "summary": "seen at night", "reason": "a test left over", "systems": [house.system().id]},
            owner_id=house.engineer.id,
        )
        for _ in range(2)
    )  # fmt: skip
    for change in (kept, undone):
        assert (change.model, change.requester_id) == ("unauthorised", house.engineer.id)
        changecontrol.submit_change(fresh(house.engineer), change.id)
        changecontrol.ask_authorisation(fresh(house.engineer), change.id)
    house.vote(house.director, kept, "change.accept")
    assert house.now(kept).state == "review"
    house.vote(house.director, undone, "change.accept", yes=False)
    assert house.now(undone).state == "rejected"
    assert (
        changecontrol.roll_back(fresh(house.director), undone.id, report="The rule is gone again.").state
        == "rolled-back"
    )
    assert changecontrol.close_change(fresh(house.officer), kept.id, review="Now it is on paper.").state == "closed"


def test_an_emergency_edited_under_way_keeps_its_first_clock(house: House) -> None:
    switch = house.system()
    change = begun(house, switch)
    due = house.now(change).documentation_due
    house.hands.forward(hours=2)
    changecontrol.revise_change(
        fresh(house.engineer), change.id, fields={"summary": "more", "plan": "The cable as well."}
    )
    assert not holds(house, switch)
    house.vote(house.director, change, "change.emergency")
    changecontrol.start_change(fresh(house.second), change.id)
    assert (house.now(change).documentation_due, house.now(change).keys_until) == (due, due)
    assert len(open_duties("emergency-documentation")) == 1


def test_a_word_confirmed_after_the_start_is_not_called_unconfirmed_later(house: House) -> None:
    change = by_word(house)
    changecontrol.start_change(fresh(house.second), change.id)
    house.vote(house.director, change, "change.emergency")
    changecontrol.document_emergency(fresh(house.engineer), change.id, documentation=PAPERS)
    house.hands.time = change.ends_at + timedelta(minutes=1)
    deadlines.sweep()
    changecontrol.sweeping.run(clock.now())
    late = house.now(change)
    assert (late.state, late.suspended_why, late.keys_until) == ("implementing", None, None)


def test_late_papers_after_the_changes_clerk_has_been_open_the_window_again(house: House) -> None:
    switch = house.system()
    change = begun(house, switch)
    house.hands.time = house.now(change).documentation_due
    changecontrol.sweeping.run(clock.now())
    changecontrol.document_emergency(fresh(house.engineer), change.id, documentation=PAPERS)
    assert holds(house, switch)
    with db.read_session() as session:
        window = changes.live_window(session, change.window_ref)
        assert window is not None
        assert window.opened_at == clock.now()
