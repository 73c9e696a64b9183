"""The gate against casbin, and its own laws: silence is deny, deny beats grant, unknown is deny."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel import gate
from kernel.actor import NOBODY, Actor, person
from kernel.db import HOUSE, uuid7
from kernel.edition import Access, lint
from kernel.errors import Denied
from kernel.gate import Assignment, Index, Rule
from kernel.gate_casbin import differences, enforcer
from tests.kernel import sample
from tests.kernel.conftest import SETUP

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ROLES = [f"r{n}" for n in range(6)]
ACTIONS = tuple(sorted(f"{noun}.{verb}" for noun in ("call", "chat", "person") for verb in ("read", "edit", "end")))
SCOPES: dict[str, str | None] = {
    HOUSE: None,
    "client:a": HOUSE,
    "campaign:a1": "client:a",
    "campaign:a2": "client:a",
    "site:x": HOUSE,
}

patterns = st.sampled_from([*ACTIONS, "call.*", "chat.*", "*"])
rules = st.lists(
    st.builds(
        Rule,
        st.sampled_from(ROLES),
        patterns,
        st.sampled_from(["*", "client:a", "site:x"]),
        st.sampled_from(["allow", "allow", "deny"]),
    ),
    max_size=12,
)
parents = st.dictionaries(st.sampled_from(ROLES), st.lists(st.sampled_from(ROLES), max_size=2).map(tuple), max_size=5)
held = st.dictionaries(
    st.sampled_from([f"person:{n}" for n in range(4)]),
    st.lists(st.builds(Assignment, st.sampled_from(ROLES), st.sampled_from(list(SCOPES))), max_size=3).map(tuple),
    max_size=4,
)


def index_of(rules: list[Rule], parents: dict[str, tuple[str, ...]], held: dict[str, tuple[Assignment, ...]]) -> Index:
    return Index(1, tuple(rules), parents, SCOPES, held, {}, {}, ACTIONS, implicit={})


@settings(max_examples=60, deadline=None)
@given(rules, parents, held)
def test_compiled_decisions_are_casbins(
    rules: list[Rule], parents: dict[str, tuple[str, ...]], held: dict[str, tuple[Assignment, ...]]
) -> None:
    index = index_of(rules, parents, held)
    oracle = enforcer(index)
    for ref in index.assignments:
        for scope in SCOPES:
            for action in ACTIONS[::2]:
                ours = index.decide(Actor("clerk", ref, ref), action, scope, NOW).allowed
                assert ours == oracle.enforce(ref, scope, action), (ref, scope, action)


def test_a_wrong_compiler_would_be_found(monkeypatch) -> None:
    index = index_of(
        [Rule("r0", "call.read"), Rule("r0", "call.end", effect="deny")], {}, {"person:1": (Assignment("r0", HOUSE),)}
    )
    assert differences(index, 50) == []
    monkeypatch.setattr(Rule, "covers", lambda rule, action: action.startswith(rule.pattern[:4]))
    assert differences(index, 400)


def test_unknown_subjects_leave_nothing_behind_and_get_nothing() -> None:
    index = index_of([Rule("r0", "*")], {}, {})
    for _ in range(100):
        assert not index.decide(person(uuid7(), "x"), "call.read", "site:nowhere", NOW).allowed
    assert len(index._masks) == 0


def test_a_right_holds_below_its_scope_and_not_beside_it() -> None:
    index = index_of([Rule("r0", "chat.read")], {}, {"person:1": (Assignment("r0", "client:a"),)})
    who = Actor("person", "person:1", "Ama")
    assert index.decide(who, "chat.read", "campaign:a1", NOW).allowed
    assert not index.decide(who, "chat.read", "site:x", NOW).allowed
    assert not index.decide(who, "chat.read", HOUSE, NOW).allowed


def test_a_role_works_from_its_start_until_its_end() -> None:
    window = Assignment("r0", HOUSE, NOW, NOW + timedelta(hours=1))
    index = index_of([Rule("r0", "chat.read")], {}, {"person:1": (window,)})
    who = Actor("person", "person:1", "Ama")
    assert [index.decide(who, "chat.read", HOUSE, NOW + timedelta(minutes=m)).allowed for m in (-1, 0, 59, 60, 0)] == [
        False,
        True,
        True,
        False,
        True,
    ]


def test_a_deny_beats_every_grant() -> None:
    index = index_of(
        [Rule("r0", "*"), Rule("r1", "chat.end", effect="deny")],
        {},
        {"person:1": (Assignment("r0", HOUSE), Assignment("r1", "client:a"))},
    )
    who = Actor("person", "person:1", "Ama")
    assert index.decide(who, "chat.end", HOUSE, NOW).allowed
    verdict = index.decide(who, "chat.end", "campaign:a1", NOW)
    assert not verdict.allowed
    assert "never chat.end" in verdict.rule


def test_a_condition_that_is_not_known_denies() -> None:
    index = index_of(
        [Rule("r0", "chat.read", condition="no-such-condition")], {}, {"person:1": (Assignment("r0", HOUSE),)}
    )
    verdict = index.decide(Actor("person", "person:1", "Ama"), "chat.read", HOUSE, NOW)
    assert not verdict.allowed
    assert "not known" in verdict.why


def test_nobody_has_only_what_the_role_nobody_has() -> None:
    index = Index(1, (Rule("nobody", "chat.edit"),), {}, SCOPES, {}, {}, {}, ACTIONS)
    assert index.decide(NOBODY, "chat.edit", HOUSE, NOW).allowed
    assert not index.decide(NOBODY, "chat.read", HOUSE, NOW).allowed


def test_why_names_the_rule_and_the_role_it_comes_by() -> None:
    index = index_of([Rule("r1", "chat.*")], {"r0": ("r1",)}, {"person:1": (Assignment("r0", "client:a"),)})
    before = gate.current()
    gate.put_in_force(index)
    try:
        told = gate.why("person:1", "chat.read", "campaign:a2", NOW)
        assert told.allowed
        assert told.grants == ["r1 may chat.* (as r0 of client:a)"]
        assert gate.who_may("chat.read", "campaign:a2", NOW) == ["person:1"]
        assert not gate.why("person:2", "chat.read", "campaign:a2", NOW).allowed
    finally:
        gate.put_in_force(before)


def test_lint_names_unknown_names_and_cycles() -> None:
    access = Access.model_validate(
        {
            "roles": {"a": {"is": ["b"], "may": ["chat.read if nothing", "fly.*"]}, "b": {"is": ["a"]}},
            "actions": {"chat.burn": {}, "chat.read": {"needs": ["nothing"]}},
            "clerks": {"x": ["ghost"]},
        }
    )
    faults = "\n".join(lint(access, ACTIONS, []))
    for said in (
        "includes itself",
        "covers no action",
        "condition nothing is unknown",
        "chat.burn is no action",
        "needs nothing",
        "ghost",
    ):
        assert said in faults


def test_conditions_hold_where_there_is_no_target(monkeypatch) -> None:
    rules = (Rule("r0", "chat.read"), Rule("r0", "call.read", condition="no-such-condition"))
    index = Index(
        1,
        rules,
        {},
        SCOPES,
        {"person:1": (Assignment("r0", "client:a"),)},
        {"chat.read": ("step-up-unknown",)},
        {},
        ACTIONS,
        implicit={},
    )
    monkeypatch.setattr(gate, "_state", [index])
    monkeypatch.setattr(gate, "_confirm", [])
    who = Actor("person", "person:1", "Ama")
    assert not gate.may(who, "chat.read", gate.ANYWHERE, NOW).allowed
    assert not gate.may(who, "call.read", gate.ANYWHERE, NOW).allowed
    assert gate.could(who, "chat.read", NOW).allowed


def test_a_list_is_open_where_its_condition_chooses_rows(house, writer) -> None:
    owner = person(uuid7(), "Efua")
    sample.give(SETUP, ref=owner.ref, role="owner")
    assert sample.mine(owner) == []
    with pytest.raises(Denied):
        sample.tidy(owner)


def test_one_condition_said_by_several_roles_opens_no_other_scope(monkeypatch) -> None:
    roles = ROLES[: len(SCOPES)]
    rules = tuple(Rule(role, "chat.read", condition="sample-own") for role in roles)
    held = {"person:1": tuple(Assignment(role, "campaign:a1") for role in roles)}
    monkeypatch.setattr(gate, "_state", [Index(1, rules, {}, SCOPES, held, {}, {}, ACTIONS, implicit={})])
    monkeypatch.setattr(gate, "_confirm", [])
    seen = gate.visible(person(uuid7(), "Ama"), "chat.read", sample.SampleNote, NOW)
    assert "scope" not in str(seen), "nobody else has a right"
    seen = gate.visible(Actor("person", "person:1", "Ama", uuid7()), "chat.read", sample.SampleNote, NOW)
    assert "scope IN ('campaign:a1')" in str(seen.compile(compile_kwargs={"literal_binds": True}))


def test_a_need_may_rest_on_its_own_clause_and_may_be_vouched_for_from_memory() -> None:
    asked: list[str] = []

    def vouch(actor: Actor, action: str, now: datetime) -> bool:
        return actor.ref == "person:1"

    @gate.condition("sample-skilled", quick=vouch)
    def skilled(ask: gate.Ask) -> str | None:
        asked.append(ask.actor.ref)
        return gate.Missing("Learn it first.", "TR-1")

    held = {f"person:{n}": (Assignment("r0", HOUSE),) for n in (1, 2)}
    needs, clauses = {"call.end": ("sample-skilled",)}, {"call.end": "AC-3"}
    index = Index(1, (Rule("r0", "call.*"),), {}, SCOPES, held, needs, clauses, ACTIONS, implicit={})
    try:
        verdicts = [index.decide(Actor("person", f"person:{n}", ""), "call.end", HOUSE, NOW) for n in (1, 2)]
    finally:
        del gate.CONDITIONS[skilled.name]
    assert [(one.allowed, one.clause) for one in verdicts] == [(True, "AC-3"), (False, "TR-1")]
    assert asked == ["person:2"]
