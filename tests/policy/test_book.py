"""The book: its form, its faults told by file, clause and field, and its lint."""

import re

import pytest

from policy.ballots import reachable
from policy.lint import CLAUSE_IDS, Vocabulary, conflicts, lint
from policy.loading import BookError, merge, read_folder, read_text
from policy.reading import Book
from policy.spans import span

CLAUSE = """
clauses:
  - id: PW-1
    text: Passwords have at least 8 characters.
    kind: rule
    owner: officer
    parameters: {min_length: 8}
    guard: password.change
"""
ROLES = "roles:\n  officer: {label: Officer, may: [password.change]}\n"


def test_shipped_book_reads_and_survives_the_database() -> None:
    book = read_folder()
    assert Book.model_validate(book.document()) == book


def test_shipped_book_carries_every_clause_once_and_lints_clean() -> None:
    book = read_folder()
    assert len({clause.id for clause in book.clauses}) == len(book.clauses)
    assert lint(book) == []


def test_shipped_book_names_only_what_this_release_knows() -> None:
    from api import fields
    from policy.evidence import vocabulary

    fields.load()
    assert lint(read_folder(), vocabulary()) == []


@pytest.mark.parametrize(
    ("clause_id", "name", "value"),
    [
        ("CC-6", "documentation_hours", 24),
        ("CC-9", "critical_days", 30),
        ("IS-5", "ups_minutes", 120),
        ("DS-6", "offline_years", 5),
    ],
)
def test_figures_of_the_requirements_stand_in_the_book(clause_id: str, name: str, value: int) -> None:
    clause = next(clause for clause in read_folder().clauses if clause.id == clause_id)
    assert clause.parameters[name] == value


def test_every_response_limit_of_the_risk_map_stands_in_the_book() -> None:
    given = next(clause for clause in read_folder().clauses if clause.id == "BC-3").parameters
    minutes = {name: value for name, value in given.items() if name.endswith("_minutes")}
    assert minutes == {
        "power_cut_minutes": 5,
        "equipment_failure_minutes": 30,
        "link_loss_minutes": 15,
        "application_unavailable_minutes": 15,
        "bad_audio_minutes": 60,
        "server_crash_minutes": 60,
        "site_reduced_minutes": [30, 120],
        "site_unreachable_minutes": [120, 460],
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (CLAUSE.replace("min_length: 8", "min_length: 8.5"), "test.yaml, clause PW-1, field parameters.min_length"),
        (CLAUSE.replace("owner: officer", "owner: The Officer"), "test.yaml, clause PW-1, field owner"),
        (CLAUSE.replace("owner:", "ownr:"), "test.yaml, clause PW-1, field ownr"),
        (CLAUSE.replace("PW-1", "PW1"), "test.yaml, clause PW1, field id"),
        (CLAUSE.replace("kind: rule", "kind: rules"), "test.yaml, clause PW-1, field kind"),
        (
            "roles: {agent: {label: A, may: [Conversation.read]}}",
            'roles agent, field may: .*"Conversation.read" is not written as',
        ),
        ("roles: {agent: {label: A, may: ['a.b if c and d']}}", "roles agent, field may"),
        ("roles: {agent: {label: A}, agent: {label: B}}", '"agent" is written twice'),
        ("approvals: {x.y: {clause: CC-1, requires: []}}", "approvals x.y, field requires"),
        ("approvals: {x.y: {clause: CC-1, requires: [{role: a, count: 0}]}}", r"field requires\.0\.count"),
        (
            "approvals: {x.y: {clause: CC-1, requires: [{role: a}], barred: [subject]}}",
            "the requester and the implementer are always barred",
        ),
        (
            "duties: {x: {clause: FW-3, title: Look twice, holder: a, escalates_to: b, within: 30}}",
            "duties x, field within",
        ),
        (
            "duties: {x: {clause: FW-3, title: Look twice, holder: a, escalates_to: b, within: thirty days}}",
            '"thirty days" is not a span',
        ),
        ("- a list", "the file must hold"),
        ("clauses: [", "not readable as YAML"),
    ],
)
def test_fault_names_file_clause_and_field(text: str, told: str) -> None:
    with pytest.raises(BookError, match=re.compile(told, re.DOTALL)):
        read_text("test.yaml", text)


def test_words_that_older_yaml_takes_for_booleans_stay_words() -> None:
    book = read_text(
        "test.yaml", CLAUSE.replace("{min_length: 8}", "{answer: no, other: on, flag: true, day: 2026-01-05}")
    )
    assert book.clauses[0].parameters == {"answer": "no", "other": "on", "flag": True, "day": "2026-01-05"}


def test_roles_of_several_files_become_one() -> None:
    one = read_text("a.yaml", "roles: {agent: {label: Agent, may: [a.b]}}")
    two = read_text("b.yaml", "roles: {agent: {is: [member], may: [c.d, a.b]}, member: {label: M}}")
    merged = merge({"a.yaml": one, "b.yaml": two})
    assert merged.roles["agent"].may == ["a.b", "c.d"]
    assert merged.roles["agent"].is_ == ["member"]


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (CLAUSE, CLAUSE, "b.yaml: clause PW-1 is already written in a.yaml"),
        ("roles: {a: {label: A}}", "roles: {a: {label: B}}", 'b.yaml, roles a, field label: "B" here, "A" elsewhere'),
        ("roles: {a: {may: [x.y]}}", "roles: {a: {may: [x.z]}}", "roles a: no file gives a label"),
    ],
)
def test_files_that_contradict_each_other_are_refused(first: str, second: str, told: str) -> None:
    with pytest.raises(BookError, match=re.escape(told)):
        merge({"a.yaml": read_text("a.yaml", first), "b.yaml": read_text("b.yaml", second)})


def faults(text: str) -> list[str]:
    return [fault for fault in lint(read_text("t.yaml", text)) if "is not in the book" not in fault or "field" in fault]


def test_clause_in_force_without_proof_is_a_fault() -> None:
    text = ROLES + CLAUSE.replace("    guard: password.change\n", "")
    assert faults(text) == ["clause PW-1 is in force with neither guard, duty, evidence nor attestation"]
    assert faults(ROLES + CLAUSE.replace("guard: password.change", "in_force: false")) == []


def test_unknown_and_missing_clauses_are_faults() -> None:
    found = lint(read_text("t.yaml", ROLES + CLAUSE.replace("PW-1", "SW-11")))
    assert "clause SW-11 is not a clause of the house" in found
    assert "clause PW-1 is not in the book" in found
    assert len(CLAUSE_IDS) == 105


def test_circle_of_roles_is_a_fault() -> None:
    found = faults(
        "roles: {a: {label: A, is: [b]}, b: {label: B, is: [c]}, c: {label: C, is: [a]}, d: {label: D, is: [lost]}}"
    )
    assert "roles a: the role includes itself" in found
    assert 'roles d, field is: "lost" is not a role' in found


def test_line_of_ten_inclusions_is_too_deep() -> None:
    lines = ", ".join(f"r{n}: {{label: R, is: [r{n + 1}]}}" for n in range(10))
    found = faults(f"roles: {{{lines}, r10: {{label: R}}}}")
    assert found == ["roles r0: 10 roles include one another in a line, 9 are allowed"]


def test_role_that_holds_both_sides_of_a_conflict_is_a_fault() -> None:
    text = """
roles: {payer: {label: P}, buyer: {label: B}, boss: {label: Boss, is: [payer, buyer]}}
toxic: [{roles: [payer, buyer], clause: AC-6, why: who buys does not pay}]
"""
    assert faults(text) == ["roles boss holds both sides of a conflict, payer and buyer: who buys does not pay [AC-6]"]
    book = read_text("t.yaml", text)
    assert conflicts(book, ["payer"]) == []
    assert conflicts(book, ["payer", "buyer"]) == ["payer and buyer: who buys does not pay [AC-6]"]


def test_names_that_code_does_not_know_are_faults() -> None:
    text = (
        ROLES.replace("password.change", "password.change, ghost.walk if haunted, ghost.*")
        + CLAUSE
        + "    evidence: nothing\nactions: {ghost.walk: {needs: [moon]}}\n"
    )
    known = Vocabulary(actions=frozenset({"password.change"}), conditions=frozenset(), evidence={"other": "PW-2"})
    found = [fault for fault in lint(read_text("t.yaml", text), known) if "is not in the book" not in fault]
    assert found == [
        'roles officer: "ghost.walk" covers no action',
        'roles officer: "haunted" is not a condition',
        'roles officer: "ghost.*" covers no action',
        'actions ghost.walk: "ghost.walk" covers no action',
        'actions ghost.walk: "moon" is not a condition',
        'clause PW-1, field evidence: "nothing" is not a registered query',
    ]


def test_duty_must_have_one_way_to_open() -> None:
    text = (
        ROLES + CLAUSE + "duties: {look: {clause: PW-1, title: Look at it, holder: officer, escalates_to: officer}}\n"
    )
    assert faults(text) == ["duties look: a duty is opened either by a fact (opened_by) or by a calendar"]
    wrong = text.replace("officer}}", "officer, calendar: {anchor: soon, every: 1 week, zone: Mars/Olympus}}}")
    assert faults(wrong) == [
        'duties look, field calendar.anchor: "soon" is not a date and hour',
        'duties look, field calendar.zone: "Mars/Olympus" is not a time zone',
    ]


def test_month_is_a_calendar_month_and_keeps_its_day() -> None:
    from datetime import UTC, datetime

    anchor = datetime(2027, 1, 31, 9, tzinfo=UTC)
    assert [span("1 month").after(anchor, n).strftime("%m-%d") for n in (1, 2, 3)] == ["02-28", "03-31", "04-30"]
    assert str(span("6 months")) == "6 months"


def test_quorum_can_be_reached_only_by_enough_different_people() -> None:
    from uuid import uuid4

    from policy.reading import Requirement

    rule = Requirement.model_validate({"clause": "CC-1", "requires": [{"role": ["a"]}, {"role": ["b", "a"]}]})
    one, two = uuid4(), uuid4()
    assert not reachable(rule, {one: frozenset("ab")})
    assert reachable(rule, {one: frozenset("ab"), two: frozenset("a")})
    assert not reachable(rule, {one: frozenset("b"), two: frozenset("b")})
