"""A change from draft to close: what each step asks for, who must say yes to exactly what, and what an edit does to that. [CC-1, CC-2, CC-3]"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import changecontrol
from changecontrol import readings, schedule
from changecontrol.models import ChangeRevision
from changecontrol.windows import Window, clashes
from kernel import clock, db, gate
from kernel.errors import Conflict, Denied, Malformed, NotFound, Refused, StepUpNeeded
from policy import changes, delegations, inbox, local_time
from tests import world
from tests.changecontrol.builders import House, fresh


def test_a_change_walks_its_whole_way(house: House) -> None:
    switch = house.system()
    change = house.draft(switch)
    assert change.number.startswith("CH-20")
    assert changecontrol.submit_change(fresh(house.engineer), change.id).state == "assess"
    house.test(change)
    assert changecontrol.ask_authorisation(fresh(house.engineer), change.id).state == "authorise"
    house.vote(house.director, change)
    change = house.now(change)
    assert change.state == "scheduled"
    with db.read_session() as session:
        window = changes.live_window(session, change.window_ref)
        assert window.things == [switch.scope]
        assert window.implementers == [str(house.second.id)]
        assert window.digest == change.digest
    house.into(change)
    assert changecontrol.start_change(fresh(house.second), change.id).state == "implementing"
    changecontrol.work_on(fresh(house.second), switch.id, change_id=change.id, what="the new version is in")
    assert changecontrol.finish_change(fresh(house.second), change.id, report="It went as planned.").state == "review"
    closed = changecontrol.close_change(fresh(house.officer), change.id, review="As planned; nothing else was touched.")
    assert (closed.state, closed.outcome) == ("closed", "done")
    page = readings.read_change(fresh(house.officer), change.id)
    assert [one.person_id for one in page.work] == [house.second.id]
    assert page.asked[0].state == "used"


@pytest.mark.parametrize("field", ["summary", "reason", "plan", "rollback", "systems", "implementers"])
def test_what_is_not_said_is_not_handed_in(house: House, field: str) -> None:
    change = house.draft(**{field: "" if field not in {"systems", "implementers"} else []})
    with pytest.raises(Refused, match=field):
        changecontrol.submit_change(fresh(house.engineer), change.id)


def test_a_change_without_window_documentation_or_training_asks_nobody(house: House) -> None:
    change = house.draft(starts_at=None, ends_at=None)
    with pytest.raises(Refused, match="window"):
        changecontrol.submit_change(fresh(house.engineer), change.id)
    change = house.draft(documentation="", no_training="")
    changecontrol.submit_change(fresh(house.engineer), change.id)
    house.test(change)
    with pytest.raises(Refused, match="documentation, training") as no:
        changecontrol.ask_authorisation(fresh(house.engineer), change.id)
    assert no.value.clause == "CC-3"


def test_an_untested_change_asks_nobody_and_a_failed_test_counts(house: House) -> None:
    change = house.draft()
    changecontrol.submit_change(fresh(house.engineer), change.id)
    ask = lambda: changecontrol.ask_authorisation(fresh(house.engineer), change.id)  # noqa: E731
    with pytest.raises(Refused, match="No result of a test"):
        ask()
    house.test(change)
    house.hands.forward(minutes=1)
    house.test(change, outcome="failed")
    with pytest.raises(Refused, match="did not pass"):
        ask()
    house.hands.forward(minutes=1)
    house.test(change)
    assert ask().state == "authorise"


def test_at_a_risk_somebody_else_than_the_author_tests(house: House) -> None:
    change = house.draft(risk="high")
    changecontrol.submit_change(fresh(house.engineer), change.id)
    house.test(change, by=house.engineer)
    with pytest.raises(Refused, match="did not write"):
        changecontrol.ask_authorisation(fresh(house.engineer), change.id)
    house.test(change, by=house.second)
    assert changecontrol.ask_authorisation(fresh(house.engineer), change.id).state == "authorise"


@pytest.mark.parametrize(
    ("kind", "lacking", "clause"), [("design", "security", "SW-4"), ("release", "recovery", "SW-5")]
)
def test_a_design_names_security_recovery_and_trail(house: House, kind: str, lacking: str, clause: str) -> None:
    said = {"security": "TLS everywhere", "recovery": "restart from the queue", "audit": "the ledger"} | {lacking: ""}
    change = house.draft(kind=kind, **said)
    changecontrol.submit_change(fresh(house.engineer), change.id)
    house.test(change)
    with pytest.raises(Refused, match=lacking) as no:
        changecontrol.ask_authorisation(fresh(house.engineer), change.id)
    assert no.value.clause == clause


def test_open_source_comes_in_after_a_review_of_its_licence(house: House) -> None:
    change = house.draft(open_source=[{"name": "somelib", "licence": "MIT"}])
    changecontrol.submit_change(fresh(house.engineer), change.id)
    house.test(change)
    with pytest.raises(Refused, match="open_source") as no:
        changecontrol.ask_authorisation(fresh(house.engineer), change.id)
    assert no.value.clause == "SW-12"
    reviewed = [{"name": "somelib", "licence": "MIT", "review": "may be used and passed on"}]
    changecontrol.revise_change(fresh(house.engineer), change.id, fields={"open_source": reviewed})
    assert changecontrol.ask_authorisation(fresh(house.engineer), change.id).state == "authorise"


def test_requester_author_and_implementer_may_not_approve_through_a_delegation_either(house: House) -> None:
    change = house.draft(by=house.director)
    changecontrol.submit_change(fresh(house.director), change.id)
    house.test(change)
    changecontrol.ask_authorisation(fresh(house.director), change.id)
    with pytest.raises((Denied, Refused)):
        house.vote(house.director, change)
    delegations.give_delegation(
        fresh(house.deputy), to=house.second.id, role="technical-director", ends_at=clock.now() + timedelta(days=1), reason="away"
    )  # fmt: skip
    with pytest.raises((Denied, Refused)):
        house.vote(house.second, change, on_behalf_of=house.deputy.id)
    house.vote(house.deputy, change)
    assert house.now(change).state == "scheduled"


def test_whoever_edited_it_may_not_approve_it(house: House) -> None:
    change = house.draft(by=house.director, title="What the director wrote")
    changecontrol.submit_change(fresh(house.director), change.id)
    house.test(change)
    with pytest.raises((Denied, NotFound)):
        changecontrol.revise_change(fresh(house.engineer), change.id, fields={"plan": "mine now"})
    changecontrol.ask_authorisation(fresh(house.director), change.id)
    assert house.director.id in inbox.read_approval(fresh(house.officer), house.question(change).id).barred


def test_nobody_who_could_approve_is_an_error_and_not_a_yes(house: House) -> None:
    change = house.draft(by=house.director, implementers=[house.deputy.id])
    changecontrol.submit_change(fresh(house.director), change.id)
    house.test(change)
    with pytest.raises(Refused, match="Nobody could approve"):
        changecontrol.ask_authorisation(fresh(house.director), change.id)
    assert house.now(change).state == "assess"


def test_a_material_edit_voids_what_was_approved_and_the_old_digest_counts_no_more(house: House) -> None:
    change = house.scheduled()
    old = house.question(change).digest
    edited = changecontrol.revise_change(
        fresh(house.engineer), change.id, fields={"plan": "Something quite different."}
    )
    assert edited.state == "authorise"
    with db.read_session() as session:
        assert changes.live_window(session, change.window_ref) is None
    with pytest.raises(Conflict, match="changed since you read it"):
        house.vote(house.director, change, digest=old)
    house.into(change)
    with pytest.raises(Refused):
        changecontrol.start_change(fresh(house.second), change.id)
    house.vote(house.director, change)
    assert house.now(change).state == "scheduled"


def test_a_clerical_edit_keeps_the_approval_and_needs_its_reason(house: House) -> None:
    change = house.scheduled()
    with pytest.raises(Refused, match="reason"):
        changecontrol.revise_change(fresh(house.engineer), change.id, fields={"title": "A title without the slip"})
    edited = changecontrol.revise_change(
        fresh(house.engineer), change.id, fields={"title": "A title without the slip"}, reason="a slip of the pen"
    )
    assert (edited.state, edited.revision) == ("scheduled", 2)
    with db.read_session() as session:
        assert changes.live_window(session, change.window_ref).digest == edited.digest
    house.into(change)
    assert changecontrol.start_change(fresh(house.second), change.id).state == "implementing"


def test_the_same_content_again_is_no_edit_and_an_old_revision_is_a_conflict(house: House) -> None:
    change = house.draft()
    same = changecontrol.revise_change(fresh(house.engineer), change.id, fields={"risk": "low"})
    assert same.revision == 1
    changecontrol.revise_change(fresh(house.engineer), change.id, fields={"plan": "another"}, revision=1)
    with pytest.raises(Conflict):
        changecontrol.revise_change(fresh(house.engineer), change.id, fields={"plan": "a third"}, revision=1)
    with db.read_session() as session:
        assert session.query(ChangeRevision).filter_by(change_id=change.id).count() == 2


def test_a_no_rejects_and_a_cancelled_change_asks_nobody(house: House) -> None:
    change = house.asked()
    house.vote(house.director, change, yes=False)
    assert house.now(change).state == "rejected"
    other = house.scheduled()
    changecontrol.cancel_change(fresh(house.engineer), other.id, reason="no longer needed")
    assert house.now(other).state == "cancelled"
    with db.read_session() as session:
        assert changes.live_window(session, other.window_ref) is None
    with pytest.raises(Refused):
        changecontrol.revise_change(fresh(house.engineer), other.id, fields={"plan": "again"})


def test_an_approval_ends_with_the_window(house: House) -> None:
    change = house.scheduled()
    assert house.question(change).valid_until == change.ends_at
    house.hands.time = change.ends_at
    with pytest.raises(Refused, match="window"):
        changecontrol.start_change(fresh(house.second), change.id)
    changecontrol.sweeping.run(clock.now())
    assert house.now(change).state == "cancelled"


def test_an_approver_who_takes_back_the_yes_takes_the_change_off_the_calendar(house: House) -> None:
    change = house.asked()
    vote = house.vote(house.director, change)
    assert house.now(change).state == "scheduled"
    inbox.take_vote_back(fresh(house.director), vote.id, reason="I misread the plan")
    assert house.now(change).state == "authorise"
    house.into(change)
    with pytest.raises(Refused):
        changecontrol.start_change(fresh(house.second), change.id)


def test_asking_needs_a_fresh_factor(house: House) -> None:
    change = house.draft()
    changecontrol.submit_change(fresh(house.engineer), change.id)
    house.test(change)
    stale = fresh(house.engineer)
    house.hands.forward(minutes=20)
    with pytest.raises(StepUpNeeded):
        changecontrol.ask_authorisation(stale, change.id)


def test_the_reviewer_neither_wrote_approved_nor_carried_it_out(house: House) -> None:
    change = house.started()
    changecontrol.finish_change(fresh(house.second), change.id, report="It went as planned.")
    for who in (house.engineer, house.second, house.director):
        assert not gate.may(fresh(who), "change.close").allowed or who is house.director
    with pytest.raises((Refused, Denied)):
        changecontrol.close_change(fresh(house.director), change.id, review="I approved it and find it good.")
    closed = changecontrol.close_change(fresh(house.officer), change.id, review="Looked at it; as planned.")
    assert closed.reviewed_by == house.officer.id


@pytest.mark.parametrize("fields", [
    {"ends_at": timedelta(minutes=30)}, {"ends_at": timedelta(days=9)}, {"starts_at": timedelta(days=400), "ends_at": timedelta(days=400, hours=1)},
    {"starts_at": timedelta(hours=-3), "ends_at": timedelta(hours=-1)},
])  # fmt: skip
def test_a_window_lies_ahead_is_not_endless_and_ends_after_it_begins(house: House, fields: dict) -> None:
    with pytest.raises(Refused, match="window"):
        house.draft(**{name: clock.now() + span for name, span in fields.items()})


def test_half_a_window_unknown_systems_and_strangers_are_refused(house: House) -> None:
    with pytest.raises(Refused, match="window"):
        house.draft(ends_at=None)
    with pytest.raises(NotFound):
        house.draft(systems=[house.engineer.id])
    with pytest.raises(Refused, match="no role"):
        house.draft(implementers=[house.system().id])
    for wrong in ({"title": "x"}, {"kind": "miracle"}, {"things": ["no colon"]}, {"texts": ["beef"]}, {"unknown": 1}):
        with pytest.raises(Malformed):
            house.draft(**wrong)


@pytest.mark.slow
def test_a_change_of_five_hundred_systems(house: House) -> None:
    many = [house.system() for _ in range(500)]
    change = house.started(*many)
    assert gate.may(fresh(house.second), "system.work", many[499].scope).allowed
    changecontrol.finish_change(fresh(house.second), change.id, report="All five hundred of them.")
    assert not gate.may(fresh(house.second), "system.work", many[0].scope).allowed
    with pytest.raises(Malformed):
        house.draft(systems=[house.engineer.id] * 501)


def test_a_window_across_midnight_and_across_the_change_of_the_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_time, "zone", lambda: ZoneInfo("Europe/Paris"))
    spring = (
        local_time.moment(datetime(2027, 3, 27, 23, 30)),  # noqa: DTZ001 - on the wall
        local_time.moment(datetime(2027, 3, 28, 4, 0)),  # noqa: DTZ001
    )
    assert spring[1] - spring[0] == timedelta(hours=3, minutes=30)
    night, next_one = Window(*spring), Window(spring[1], spring[1] + timedelta(hours=1))
    assert not night.overlaps(next_one)
    assert clashes(next_one, [night, Window(spring[0], spring[1] + timedelta(seconds=1))]) != []


def test_lists_show_ones_own_and_a_calendar_shows_windows(house: House) -> None:
    change = house.scheduled()
    assert [one.id for one in readings.list_changes(fresh(house.officer))] == [change.id]
    assert [one.id for one in readings.list_changes(fresh(house.second))] == [change.id]
    assert readings.list_changes(fresh(world.person(role="agent"))) == []
    assert readings.list_changes(fresh(house.officer), search=change.number.lower())[0].id == change.id
    assert readings.list_changes(fresh(house.officer), search="100%_") == []
    shown = schedule.calendar(fresh(house.officer), starts_at=change.starts_at, ends_at=change.ends_at)
    assert [one.id for one in shown.changes] == [change.id]
    later = schedule.calendar(
        fresh(house.officer), starts_at=change.ends_at, ends_at=change.ends_at + timedelta(days=1)
    )
    assert later.changes == []
    with pytest.raises(Malformed):
        schedule.calendar(fresh(house.officer), starts_at=change.ends_at, ends_at=change.starts_at)
