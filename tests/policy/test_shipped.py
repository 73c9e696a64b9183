"""The shipped book on a house that was just founded: every guard of a clause in force is tried, and refuses."""

import pytest

from kernel.db import read_session
from policy import book, deadlines, status, trials
from policy.models import Duty, ProbeRun


@pytest.mark.usefixtures("database")
def test_every_guard_of_the_shipped_book_refuses() -> None:
    trials.run_nightly()
    live = [clause for clause in book.in_force().clauses if clause.in_force]
    wanted = {guard for clause in live for guard in clause.guard}
    with read_session() as session:
        runs = {run.guard: run for run in session.query(ProbeRun)}
    assert {guard: run.why for guard, run in runs.items() if not run.refused} == {}
    assert wanted - runs.keys() <= {"account_name_once", "not-own-identity"}


@pytest.mark.usefixtures("database")
def test_status_of_every_clause_is_computed_and_none_is_violated_in_a_new_house() -> None:
    from kernel import clock

    trials.run_nightly()
    clauses = book.in_force().clauses
    with read_session() as session:
        known = status.known_of(session, clauses, clock.now())
    words = {clause.id: status.judge(clause, known[clause.id], clock.now())[0] for clause in clauses}
    assert len(words) == 105
    assert "violated" not in words.values()
    assert {words[clause.id] for clause in clauses if not clause.in_force} == {"unproven"}
    assert words["PW-1"] == "holds"
    assert words["AC-8"] == "not evaluable", "no directive is published in a new house, and nothing is no proof"


@pytest.mark.usefixtures("database")
def test_deadlines_clerk_opens_what_the_shipped_calendars_ask() -> None:
    assert deadlines.sweep().opened >= 1
    with read_session() as session:
        opened = {duty.rule: duty for duty in session.query(Duty)}
    asked = {name for name, rule in book.duty_rules().items() if rule.calendar is not None}
    assert opened.keys() == asked
    assert opened["access-review"].holder_role == "manager"
    assert deadlines.sweep() == deadlines.Swept(0, 0, 0, 0)


def test_serving_a_customer_asks_for_no_second_factor_again() -> None:
    """A caller waits; what is dangerous is not what agents do all day."""
    shipped = book.shipped()
    serving = [name for name in shipped.actions if name.partition(".")[0] in {"phone", "call", "conversation", "agent"}]
    assert [name for name in serving if "step-up" in shipped.actions[name].needs] == []
