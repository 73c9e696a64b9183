# ruff: noqa: ARG002 - a fixture is asked for what it sets up
"""Duties under a clock that jumps: late marks, never silence; each threshold once; two sweepers at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.actor import Actor, clerk
from kernel.db import read_session, uuid7
from kernel.errors import Denied, Refused
from policy import deadlines, desk, duties
from policy.models import Duty
from policy.reading import Calendar
from policy.recurrence import due_of, period_at, start_of, warning_of
from tests.policy import field
from tests.policy.conftest import Hands, entries_of
from tests.policy.field import someone

WEEKLY = Calendar(anchor="2026-01-05 00:00", every="1 week")


def rows(rule: str, about: str | None = None) -> list[Duty]:
    with read_session() as session:
        found = session.query(Duty).filter_by(rule=rule)
        return list((found.filter_by(about_ref=about) if about else found).order_by(Duty.due_at, Duty.id))


@pytest.fixture
def teller(house: str) -> Actor:
    return someone()


@pytest.fixture
def joined(teller: Actor, hands: Hands) -> UUID:
    """A person who joined just now; nothing else is due."""
    deadlines.sweep()
    who = uuid7()
    field.tell(teller, fact="person.joined", data={"person_id": str(who)})
    return who


class TestCalendar:
    def test_period_holds_its_moment(self) -> None:
        at = datetime(2026, 11, 23, 12, tzinfo=UTC)
        period = period_at(WEEKLY, at)
        assert (period.start, period.end) == (datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC))

    def test_hour_of_the_wall_clock_stays_across_summer_time(self) -> None:
        calendar = Calendar(anchor="2026-03-02 09:00", every="1 week", zone="Europe/Paris")
        assert [start_of(calendar, n).hour for n in range(6)] == [8, 8, 8, 8, 7, 7]

    @given(
        st.sampled_from(["1 day", "1 week", "2 weeks", "1 month", "3 months", "6 months", "1 year", "36 hours"]),
        st.sampled_from(["UTC", "Europe/Paris", "Africa/Porto-Novo", "America/New_York"]),
        st.datetimes(datetime(2026, 1, 31), datetime(2060, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    )
    def test_periods_follow_each_other_without_gap_or_overlap(self, every: str, zone: str, moment: datetime) -> None:
        calendar = Calendar(anchor="2026-01-31 09:30", every=every, zone=zone)
        period = period_at(calendar, moment)
        assert period.start <= moment < period.end or moment < start_of(calendar, 0)
        assert period_at(calendar, period.end).start == period.end

    def test_work_due_within_less_than_the_period(self) -> None:
        period = period_at(WEEKLY, datetime(2026, 11, 23, 12, tzinfo=UTC))
        assert due_of(period, "2 days") == datetime(2026, 11, 25, tzinfo=UTC)
        assert warning_of(period.start, period.end) == datetime(2026, 11, 28, 6, tzinfo=UTC)


class TestOpenedByFacts:
    def test_joining_opens_the_induction_as_the_book_says(self, joined: UUID, hands: Hands) -> None:
        (duty,) = rows("induction", f"person:{joined}")
        assert (duty.clause, duty.holder_id, duty.due_at - duty.opened_at) == ("TR-2", joined, timedelta(days=30))

    def test_joining_twice_opens_one(self, joined: UUID, teller: Actor) -> None:
        field.tell(teller, fact="person.joined", data={"person_id": str(joined)})
        assert len(rows("induction", f"person:{joined}")) == 1

    def test_other_course_fulfils_nothing_the_right_one_does_and_renews(
        self, joined: UUID, teller: Actor, hands: Hands
    ) -> None:
        field.tell(teller, fact="training.passed", data={"person_id": str(joined), "course": "cooking"})
        assert [duty.state for duty in rows("induction", f"person:{joined}")] == ["open"]
        hands.on(days=3)
        field.tell(teller, fact="training.passed", data={"person_id": str(joined), "course": "induction"})
        first, second = rows("induction", f"person:{joined}")
        assert (first.state, first.evidence_ref) == ("fulfilled", "training.passed")
        assert (second.state, second.due_at) == ("open", hands.now().replace(year=hands.now().year + 1))

    def test_leaving_ends_it(self, joined: UUID, teller: Actor) -> None:
        field.tell(teller, fact="person.left", data={"person_id": str(joined)})
        assert [duty.state for duty in rows("induction", f"person:{joined}")] == ["ended"]

    def test_fact_without_the_id_that_the_book_names_fails_loudly(self, teller: Actor) -> None:
        with pytest.raises(LookupError, match="person_id"):
            field.tell(teller, fact="person.joined", data={"name": "Ama"})

    def test_holder_cannot_close_what_a_fact_closes(self, house: str, teller: Actor) -> None:
        learner = someone()
        field.tell(teller, fact="person.joined", data={"person_id": str(learner.id)})
        (duty,) = rows("induction", f"person:{learner.id}")
        with pytest.raises(Refused, match="closes by itself"):
            desk.do_duty(learner, duty.id, evidence_ref="I promise")
        with pytest.raises(Refused, match="no one else can do it"):
            desk.pass_duty_on(learner, duty.id, to=teller.id)


class TestThresholds:
    def marks(self, joined: UUID) -> tuple[bool, bool]:
        (duty,) = rows("induction", f"person:{joined}")
        return duty.warned_at is not None, duty.fired_at is not None

    def test_reminder_at_three_quarters_then_escalation_each_once(self, joined: UUID, hands: Hands, house: str) -> None:
        start = len(entries_of(house, "duty.sweep"))
        assert deadlines.sweep().marked == 0
        hands.on(days=22.4)
        deadlines.sweep()
        assert self.marks(joined) == (False, False)
        hands.on(days=0.2)
        deadlines.sweep()
        assert self.marks(joined) == (True, False)
        assert deadlines.sweep().marked == 0
        hands.on(days=8)
        deadlines.sweep()
        assert self.marks(joined) == (True, True)
        seen = rows("induction", f"person:{joined}")[0].fired_at
        hands.on(days=40)
        deadlines.sweep()
        assert rows("induction", f"person:{joined}")[0].fired_at == seen
        told = [
            entry
            for entry in entries_of(house, "duty.sweep")[start:]
            if f"duty:{rows('induction')[0].id}" in entry["changes"]
        ]
        assert len(told) == 2

    def test_long_downtime_marks_both_at_once(self, joined: UUID, hands: Hands) -> None:
        hands.on(days=300)
        deadlines.sweep()
        assert self.marks(joined) == (True, True)

    def test_clock_set_back_marks_nothing_again(self, joined: UUID, hands: Hands) -> None:
        hands.on(days=31)
        deadlines.sweep()
        before = rows("induction", f"person:{joined}")[0]
        hands.on(days=-20)
        assert deadlines.sweep().marked == 0
        after = rows("induction", f"person:{joined}")[0]
        assert (after.warned_at, after.fired_at) == (before.warned_at, before.fired_at)

    def test_two_sweepers_at_once_mark_each_duty_once(
        self, joined: UUID, teller: Actor, hands: Hands, house: str
    ) -> None:
        for _ in range(30):
            field.tell(teller, fact="person.joined", data={"person_id": str(uuid7())})
        hands.on(days=31)
        start = len(entries_of(house, "duty.sweep"))
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: deadlines.sweep(), range(2)))
        deadlines.sweep()
        told = [ref for entry in entries_of(house, "duty.sweep")[start:] for ref in entry["changes"]]
        assert all(duty.fired_at for duty in rows("induction") if duty.state == "open" and duty.due_at <= hands.now())
        assert [told.count(f"duty:{duty.id}") for duty in rows("induction")] == [1] * 31

    def test_late_work_stays_seen_to_have_been_late(self, joined: UUID, teller: Actor, hands: Hands) -> None:
        officer = someone("officer")
        hands.on(days=31)
        field.tell(teller, fact="training.passed", data={"person_id": str(joined), "course": "induction"})
        listed = [
            duty
            for duty in desk.list_duties(officer, rule="induction", late=True, limit=500)
            if duty.about_ref == f"person:{joined}"
        ]
        assert [duty.state for duty in listed] == ["fulfilled"]

    def test_overdue_is_judged_by_the_clock_before_any_sweep(self, joined: UUID, hands: Hands) -> None:
        with read_session() as session:
            assert duties.overdue(session, "induction", f"person:{joined}", hands.now()) is None
            assert duties.overdue(session, "induction", f"person:{joined}", hands.on(days=30)) is not None


class TestRecurrence:
    @pytest.fixture(autouse=True)
    def monday(self, hands: Hands, house: str) -> None:
        """A Wednesday, with the calendar begun."""
        hands.time = period_at(WEEKLY, hands.now()).end + timedelta(days=2)
        deadlines.sweep()

    def test_first_sweep_opens_the_period_that_runs(self, hands: Hands) -> None:
        last = rows("log-review")[-1]
        assert (last.due_at, last.holder_role, last.about_ref) == (
            period_at(WEEKLY, hands.now()).end,
            "officer",
            "house",
        )

    def test_three_weeks_of_downtime_yield_three_late_reviews_and_the_running_one(self, hands: Hands) -> None:
        before = len(rows("log-review"))
        hands.on(weeks=4)
        deadlines.sweep()
        found = rows("log-review")[before - 1 :]
        assert len(found) == 5
        assert [duty.fired_at is not None for duty in found] == [True, True, True, True, False]
        assert {b.due_at - a.due_at for a, b in pairwise(found)} == {timedelta(weeks=1)}

    def test_sweep_again_opens_nothing_again(self, hands: Hands) -> None:
        before = len(rows("log-review"))
        assert deadlines.sweep().opened == 0
        hands.on(days=-20)
        assert deadlines.sweep().opened == 0
        assert len(rows("log-review")) == before

    def test_two_sweepers_open_each_period_once(self, hands: Hands) -> None:
        before = len(rows("log-review"))
        hands.on(weeks=6)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: deadlines.sweep(), range(2)))
        deadlines.sweep()
        assert len(rows("log-review")) == before + 6
        assert len({duty.period for duty in rows("log-review")}) == before + 6

    def test_any_officer_may_do_it_and_no_other(self, hands: Hands) -> None:
        last = rows("log-review")[-1]
        with pytest.raises(Denied, match="not your duty"):
            desk.do_duty(someone("director"), last.id, evidence_ref="report:1")
        done = desk.do_duty(someone("officer"), last.id, evidence_ref="report:1")
        assert (done.state, done.evidence_ref) == ("fulfilled", "report:1")

    def test_handed_over_to_one_officer_it_is_his_alone(self, hands: Hands) -> None:
        last, ama, bo = rows("log-review")[-1], someone("officer"), someone("officer")
        with pytest.raises(Refused, match="asks a officer"):
            desk.pass_duty_on(ama, last.id, to=someone().id)
        desk.pass_duty_on(ama, last.id, to=bo.id)
        assert last.id in {duty.id for duty in desk.my_duties(bo)}
        assert last.id not in {duty.id for duty in desk.my_duties(ama)}

    def test_late_duty_shows_up_at_whom_it_escalates_to(self, hands: Hands) -> None:
        director, last = someone("director"), rows("log-review")[-1]
        assert last.id not in {duty.id for duty in desk.my_duties(director)}
        hands.on(weeks=1)
        deadlines.sweep()
        assert last.id in {duty.id for duty in desk.my_duties(director)}


class TestExcuse:
    def test_nobody_excuses_himself_and_every_excuse_ends(self, house: str, teller: Actor, hands: Hands) -> None:
        boss, learner = someone("officer"), someone("officer")
        field.tell(teller, fact="person.joined", data={"person_id": str(learner.id)})
        (duty,) = rows("induction", f"person:{learner.id}")
        with pytest.raises(Refused, match="excuses himself"):
            desk.let_duty_be(learner, duty.id, reason="busy", until=hands.now() + timedelta(days=60))
        with pytest.raises(Refused, match="An excuse ends"):
            desk.let_duty_be(boss, duty.id, reason="long illness")
        desk.let_duty_be(boss, duty.id, reason="long illness", until=hands.now() + timedelta(days=60))
        first, second = rows("induction", f"person:{learner.id}")
        assert (first.state, first.reason) == ("excused", "long illness")
        assert (second.state, second.due_at) == ("open", hands.now() + timedelta(days=60))


def test_nothing_due_writes_nothing(house: str, hands: Hands) -> None:
    hands.time = datetime.now(UTC)
    deadlines.sweep()
    before = sum(
        len(entries_of(house, name)) for name in ("duty.sweep", "duty.recur", "waiver.sweep", "approval.sweep")
    )
    deadlines.sweep()
    assert (
        sum(len(entries_of(house, name)) for name in ("duty.sweep", "duty.recur", "waiver.sweep", "approval.sweep"))
        == before
    )


def test_clerk_may_do_nothing_but_sweep(house: str, joined: UUID) -> None:
    (duty,) = rows("induction", f"person:{joined}")
    with pytest.raises(Denied):
        desk.do_duty(clerk("deadlines"), duty.id, evidence_ref="done, surely")
