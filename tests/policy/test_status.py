"""Status: computed in a fixed order, as of any time; evidence, probes, duties, waivers and statements feed it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kernel.action import Work
from kernel.actor import Actor
from kernel.db import read_session, uuid7
from kernel.errors import Denied, NotFound, Refused
from policy import deadlines, evidence, inbox, status, trials, waivers
from policy.evidence import Evidence, Query, found
from policy.models import Approval, Attestation, Evaluation, ProbeRun
from policy.reading import Clause
from policy.status import Duties, Known, judge
from tests.policy import field
from tests.policy.conftest import Hands, entries_of
from tests.policy.field import someone

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def clause(**more: Any) -> Clause:
    return Clause.model_validate(
        {"id": "PW-1", "text": "Passwords are long enough.", "kind": "rule", "owner": "officer", **more}
    )


def run(population: int = 3, violations: tuple[str, ...] = (), age: float = 0, fault: str | None = None) -> Evaluation:
    return Evaluation(
        clause="PW-1",
        query="q",
        at=NOW - timedelta(days=age),
        population=population,
        violations=list(violations),
        digest="",
        fault=fault,
    )


def tried(refused: bool = True, age: float = 0) -> ProbeRun:
    return ProbeRun(clause="PW-1", guard="g", at=NOW - timedelta(days=age), refused=refused, why="no")


STATEMENT = Attestation(
    clause="PW-1", statement="I saw it", made_by=uuid7(), made_at=NOW, ends_at=NOW + timedelta(days=9)
)


@pytest.fixture
def query(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(evidence.QUERIES, "q", Query("PW-1", "q", "2 days", False, lambda _s, _n: found([])))


@pytest.mark.usefixtures("query")
@pytest.mark.parametrize(
    ("book_says", "known", "word"),
    [
        ({"evidence": "q"}, Known(), "unproven"),
        ({"evidence": "q"}, Known(evaluations={"q": run()}), "holds"),
        ({"evidence": "q"}, Known(evaluations={"q": run(population=0)}), "not evaluable"),
        ({"evidence": "q"}, Known(evaluations={"q": run(fault="table gone")}), "not evaluable"),
        ({"evidence": "q"}, Known(evaluations={"q": run(age=3)}), "stale"),
        ({"evidence": "q"}, Known(evaluations={"q": run(violations=("a:1",))}), "violated"),
        ({"evidence": "q"}, Known(evaluations={"q": run(violations=("a:1",), age=3)}), "violated"),
        ({"evidence": "q"}, Known(evaluations={"q": run(violations=("a:1",))}, waived=frozenset({"a:1"})), "excepted"),
        (
            {"evidence": "q"},
            Known(evaluations={"q": run(violations=("a:1", "a:2"))}, waived=frozenset({"a:1"})),
            "violated",
        ),
        (
            {"evidence": "q"},
            Known(evaluations={"q": run(violations=("a:1", "a:2"))}, waived=frozenset({"house"})),
            "excepted",
        ),
        ({"evidence": "q", "attestation": "90 days"}, Known(evaluations={"q": run()}, attestation=STATEMENT), "holds"),
        ({"evidence": "q", "attestation": "90 days"}, Known(attestation=STATEMENT), "unproven"),
        ({"guard": "g"}, Known(), "unproven"),
        ({"guard": "g"}, Known(probes={"g": tried()}), "holds"),
        ({"guard": "g"}, Known(probes={"g": tried(refused=False)}), "unproven"),
        ({"guard": "g"}, Known(probes={"g": tried(age=3)}), "stale"),
        (
            {"guard": "g", "evidence": "q"},
            Known(probes={"g": tried(refused=False)}, evaluations={"q": run(violations=("a:1",))}),
            "violated",
        ),
        (
            {"guard": "g", "evidence": "q"},
            Known(probes={"g": tried(age=3)}, evaluations={"q": run(population=0)}),
            "stale",
        ),
        ({"duty": "d"}, Known(), "not evaluable"),
        ({"duty": "d"}, Known(duties=Duties(4)), "holds"),
        ({"duty": "d"}, Known(duties=Duties(4, ("house",))), "violated"),
        ({"duty": "d"}, Known(duties=Duties(4, ("person:1",)), waived=frozenset({"person:1"})), "excepted"),
        ({"attestation": "90 days"}, Known(), "unproven"),
        ({"attestation": "90 days"}, Known(attestation=STATEMENT), "attested"),
        ({"in_force": False}, Known(), "unproven"),
    ],
)
def test_worst_finding_gives_the_word(book_says: dict[str, Any], known: Known, word: str) -> None:
    said, findings = judge(clause(**book_says), known, NOW)
    assert said == word
    assert findings
    assert all(finding.why for finding in findings)


@pytest.fixture
def officer(house: str) -> Actor:
    someone("director")
    return someone("officer")


@pytest.fixture
def passwords(monkeypatch: pytest.MonkeyPatch) -> list[Evidence]:
    """What the sample query answers next."""
    answers = [found(["account:1", "account:2"])]
    monkeypatch.setitem(
        evidence.QUERIES,
        "sample-passwords",
        Query("PW-1", "sample-passwords", "2 days", False, lambda _s, _n: answers[-1]),
    )
    return answers


def word(officer: Actor, clause_id: str, at: datetime | None = None) -> str:
    return status.status(officer, clause=clause_id, at=at)[0].status


def test_life_of_a_clause_from_unproven_to_excepted(officer: Actor, passwords: list[Evidence], hands: Hands) -> None:
    assert word(officer, "PW-1") == "unproven"
    trials.run_nightly()
    assert word(officer, "PW-1") == "holds"
    held_at = hands.now()
    hands.on(days=3)
    assert word(officer, "PW-1") == "stale"
    passwords.append(found(["account:1", "account:2"], ["account:2"]))
    trials.run_nightly()
    assert word(officer, "PW-1") == "violated"
    waiver = waivers.request_waiver(
        officer,
        clause="PW-1",
        about_ref="account:2",
        reason="an old machine",
        compensation="a network of its own",
        ends_at=hands.now() + timedelta(hours=9),
    )
    with read_session() as session:
        approval = session.query(Approval).filter_by(subject_ref=waiver.ref).one()
    inbox.cast(someone("director"), approval.id, yes=True, digest=approval.digest)
    assert word(officer, "PW-1") == "excepted"
    hands.on(hours=9)
    assert word(officer, "PW-1") == "violated"
    passwords.append(found([]))
    trials.run_nightly()
    assert word(officer, "PW-1") == "not evaluable"
    assert word(officer, "PW-1", held_at) == "holds"


def test_overdue_duty_violates_its_clause_before_any_sweep(officer: Actor, hands: Hands) -> None:
    assert word(officer, "FW-3") == "not evaluable"
    deadlines.sweep()
    assert word(officer, "FW-3") == "holds"
    hands.on(days=8)
    assert word(officer, "FW-3") == "violated"


def test_statement_is_shown_as_one_and_ends(officer: Actor, hands: Hands) -> None:
    assert word(officer, "AC-8") == "unproven"
    with pytest.raises(Refused, match="90 days at most"):
        evidence.attest(officer, clause="AC-8", statement="it is published", ends_at=hands.now() + timedelta(days=91))
    with pytest.raises(Refused, match="proven by measurement"):
        evidence.attest(officer, clause="PW-1", statement="they are all long")
    evidence.attest(officer, clause="AC-8", statement="it is published", ends_at=hands.now() + timedelta(days=10))
    assert word(officer, "AC-8") == "attested"
    hands.on(days=10)
    assert word(officer, "AC-8") == "unproven"


@pytest.fixture
def guard(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """A guard of CC-1 that is tried by starting an unapproved order; it can be broken."""
    broken: list[bool] = []

    def attempt(work: Work) -> None:
        order = work.add(field.SampleOrder(content={"plan": "scratch"}))
        work.session.flush()
        if broken:
            return
        field.ORDER.advance(work, order, "start")

    monkeypatch.setitem(evidence.PROBES, "sample-order.move", evidence.Probe("CC-1", "sample-order.move", attempt))
    return broken


def test_probe_is_refused_rolled_back_and_on_the_ledger(officer: Actor, guard: list[bool], house: str) -> None:
    trials.run_probe("sample-order.move")
    assert word(officer, "CC-1") == "holds"
    with read_session() as session:
        assert session.query(field.SampleOrder).count() == 0
    told = entries_of(house, "evidence.probe")[-1]
    assert (told["outcome"], told["notes"], "CC-1" in told["clauses"]) == (
        "refused",
        {"trial": True, "refused": True},
        True,
    )


def test_guard_that_stops_refusing_is_unproven_and_leaves_nothing_behind(
    officer: Actor, guard: list[bool], house: str
) -> None:
    guard.append(True)
    assert trials.run_probe("sample-order.move") is False
    assert word(officer, "CC-1") == "unproven"
    assert "guard.failed" in entries_of(house, "evidence.note-probe")[-1]["facts"]
    with read_session() as session:
        assert session.query(field.SampleOrder).count() == 0


def test_runs_are_kept_and_bound_to_what_they_saw(officer: Actor, passwords: list[Evidence]) -> None:
    trials.run_nightly()
    passwords.append(found(["account:2", "account:1"]))
    trials.run_nightly()
    with read_session() as session:
        runs = session.query(Evaluation).all()
    assert len(runs) == 2
    assert len({r.digest for r in runs}) == 1
    assert found(["a"], ["a"]).digest() != found(["a"]).digest()


def test_clause_not_in_force_is_unproven_without_excuse(officer: Actor) -> None:
    told = status.status(officer, clause="DS-1")[0]
    assert (told.status, told.in_force) == ("unproven", False)


def test_status_is_for_those_who_oversee(house: str) -> None:
    with pytest.raises(Denied):
        status.status(someone())


def test_guard_without_a_probe_of_its_own_is_tried_by_a_stranger(officer: Actor) -> None:
    trials.run_nightly()
    told = status.status(officer, clause="CC-1")[0]
    assert told.status == "holds"
    assert "nobody is let in" in told.findings[0]["why"]
    assert trials.run_probe("own-duty")
    with pytest.raises(NotFound):
        trials.trial_of("ghost")


def test_condition_that_lets_strangers_pass_is_no_failure_unless_it_refused_them_before(
    officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kernel import gate

    answer: list[str | None] = [None]
    monkeypatch.setitem(gate.CONDITIONS, "sample-mood", gate.Condition("sample-mood", lambda _: answer[-1], None))
    for said, kept in ((None, 0), ("no", 1), (None, 2)):
        answer.append(said)
        assert trials.run_probe("sample-mood") is (said is not None)
        with read_session() as session:
            assert session.query(ProbeRun).filter_by(guard="sample-mood").count() == kept


def test_trial_that_breaks_counts_as_not_refused(officer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(work: Work) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(evidence.PROBES, "sample-order.move", evidence.Probe("CC-1", "sample-order.move", breaks))
    assert trials.run_probe("sample-order.move") is False
    assert "broke: ZeroDivisionError" in status.status(officer, clause="CC-1")[0].findings[0]["why"]
