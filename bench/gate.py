"""Gate decisions: 60 roles, 400 rules, 10,000 people, 20 scopes; every compiled decision held against casbin's enforcer."""

import random
import statistics
import time
from datetime import UTC, datetime
from typing import Any

from bench.harness import Measured, figure
from kernel.actor import Actor
from kernel.db import HOUSE
from kernel.gate import Assignment, Index, Rule
from kernel.gate_casbin import enforcer

NOW = datetime(2026, 11, 1, tzinfo=UTC)
NOUNS = [f"noun{n}" for n in range(40)]
VERBS = ["read", "edit", "approve", "end", "give", "take", "open", "close", "list", "move"]


def house(seed: int, people: int) -> Index:
    """Return an index of the size the figure names."""
    pick = random.Random(seed)
    actions = tuple(sorted(f"{n}.{v}" for n in NOUNS for v in VERBS))
    clients = [f"client:c{n}" for n in range(5)]
    scopes: dict[str, str | None] = {HOUSE: None, **dict.fromkeys(clients, HOUSE)}
    scopes |= {f"campaign:k{n}": pick.choice(clients) for n in range(14)}
    roles = [f"r{n}" for n in range(60)]
    rules = tuple(
        Rule(
            pick.choice(roles),
            pick.choice(actions) if pick.random() < 0.8 else f"{pick.choice(NOUNS)}.*",
            "*" if pick.random() < 0.75 else pick.choice(list(scopes)),
            "deny" if pick.random() < 0.05 else "allow",
        )
        for _ in range(400)
    )
    parents = {roles[n]: (roles[pick.randrange(n + 1, 60)],) for n in range(12)}
    held = {
        f"person:{n}": tuple(
            Assignment(pick.choice(roles), pick.choice(list(scopes))) for _ in range(pick.randint(1, 3))
        )
        for n in range(people)
    }
    return Index(1, rules, parents, scopes, held, {}, {}, actions)


@figure("gate", unit="µs", bar="<= 1.5", against="casbin's enforcer, per decision")
def measure(options: Any) -> Measured:
    """Median microseconds of a decision with its verdict; the ratio is casbin's time over ours."""
    scale = options.scale
    index = house(1, max(100, int(10_000 * min(1.0, scale))))
    pick = random.Random(2)
    asked = [question(index, ref, pick) for ref in pick.choices(list(index.assignments), k=50_000)]
    wrong, casbin_us = compare(index, asked[: max(500, int(50_000 * min(1.0, scale)))])
    if wrong:
        raise AssertionError(f"{wrong} decisions differ from casbin's")
    runs = []
    for _ in range(5):
        begin = time.perf_counter()
        for who, action, scope in asked:
            index.decide(who, action, scope, NOW)
        runs.append((time.perf_counter() - begin) / len(asked) * 1e6)
    median = statistics.median(runs)
    return Measured(value=round(median, 3), ratio=round(casbin_us / median), runs=[round(r, 3) for r in runs])


def question(index: Index, ref: str, pick: random.Random) -> tuple[Actor, str, str]:
    """Ask by turns for anything anywhere, which is mostly a no, and for what a rule of one's own role names, mostly a yes."""
    who, action, scope = Actor("person", ref, ref), pick.choice(index.actions), pick.choice(list(index.scopes))
    if pick.random() < 0.5:
        return who, action, scope
    held = pick.choice(index.assignments[ref])
    roles = index.closure(held.role)
    named = [a for rule in index.rules if rule.role in roles for a in index.actions if rule.covers(a)]
    return who, pick.choice(named or [action]), held.scope


def compare(index: Index, asked: list[tuple[Actor, str, str]]) -> tuple[int, float]:
    """Count the decisions in which casbin differs, and give its median microseconds.

    Casbin's role graph grows with the square of its links, so it is asked in groups of people; rules and roles are whole each time.
    """
    wrong, spent = 0, []
    by_person: dict[str, list[tuple[Actor, str, str]]] = {}
    for row in asked:
        by_person.setdefault(row[0].ref, []).append(row)
    people = list(by_person)
    plain = Index(
        index.edition, index.rules, index.parents, index.scopes, index.assignments, {}, {}, index.actions, implicit={}
    )
    for n in range(0, len(people), 100):
        group = people[n : n + 100]
        oracle = enforcer(plain, group)
        for ref in group:
            for who, action, scope in by_person[ref]:
                begin = time.perf_counter()
                theirs = oracle.enforce(ref, scope, action)
                spent.append((time.perf_counter() - begin) * 1e6)
                wrong += theirs != plain.decide(who, action, scope, NOW).allowed
    return wrong, statistics.median(spent)
