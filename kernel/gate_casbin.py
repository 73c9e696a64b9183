"""Casbin as the meaning of the rules: our own adapter, the oracle that guards the compiler, and explanations.

Rows are appended to the model as token lists, never as CSV text, so that no value can become two fields. Only subjects that the
index knows are ever asked about: casbin would remember unknown ones for good.
"""

import logging
import random
from collections.abc import Callable, Iterator
from functools import cache

import casbin  # type: ignore[import-untyped]
from casbin.model import Model  # type: ignore[import-untyped]

from kernel import clock
from kernel.actor import Actor
from kernel.db import HOUSE
from kernel.gate import Assignment, Index

MODEL = """
[request_definition]
r = sub, dom, act
[policy_definition]
p = sub, dom, act, eft
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = covers(r.act, p.act) && (p.dom == "*" || under(r.dom, p.dom)) && g(r.sub, p.sub, r.dom)
"""

BEAT = 100

logging.getLogger("casbin").setLevel(logging.ERROR)


def covers(action: str, pattern: str) -> bool:
    """Tell whether a pattern covers an action, as the book means it."""
    return action.startswith(pattern[:-1]) if pattern.endswith("*") else action == pattern


def enforcer(index: Index, subjects: list[str] | None = None) -> casbin.Enforcer:
    """Return casbin's enforcer over an index's rules and assignments (of some subjects); conditional rules are left out."""
    model = Model()
    model.load_model_from_text(MODEL)
    for rule in index.rules:
        if rule.condition is None:
            model.add_policy("p", "p", [f"role:{rule.role}", rule.scope, rule.pattern, rule.effect])
    for row in _links(index, subjects):
        model.add_policy("g", "g", row)
    made = casbin.Enforcer(model, enable_log=False)
    made.add_function("covers", covers)
    made.add_function("under", lambda scope, top: top in index.chain(scope))
    made.build_role_links()
    return made


def _links(index: Index, subjects: list[str] | None) -> Iterator[list[str]]:
    now = clock.now()
    for role, included in index.parents.items():
        for other in included:
            for scope in index.scopes:
                yield [f"role:{role}", f"role:{other}", scope]
    for ref in subjects if subjects is not None else index.assignments:
        for scope in index.scopes:
            for assignment in index.held(ref, scope, now):
                yield [ref, f"role:{assignment.role}", scope]


def differences(
    index: Index, sample: int, seed: int = 0, *, before: Index | None = None, beat: Callable[[], object] = lambda: None
) -> list[str]:
    """Compare the compiled decision with casbin's: for each rule that `before` did not have, and for a sample of requests.

    Returns a sentence for each disagreement; a conditional rule is fulfilled in neither. Only an empty list lets an edition be
    published. `beat` is called now and then, for whoever holds a transaction open meanwhile.
    """
    roles = sorted(set(index.parents) | {r.role for r in index.rules})
    rules = tuple(r for r in index.rules if r.condition is None)
    held = {**{f"probe:{r}": (Assignment(r, HOUSE),) for r in roles}, **index.assignments}
    probe = Index(
        index.edition, rules, index.parents, index.scopes, held, {}, {}, index.actions, implicit=index.implicit
    )
    oracle = enforcer(probe, sorted(held))
    policy = oracle.model["p"]["p"]
    every = policy.policy
    now, wrong = clock.now(), []

    @cache
    def about(action: str) -> list[list[str]]:
        return [row for row in every if covers(action, row[2])]

    for number, (ref, scope, action) in enumerate(_requests(probe, roles, sample, seed, before)):
        if number % BEAT == 0:
            beat()
        ours = probe.decide(Actor("clerk", ref, ref), action, scope, now).allowed
        policy.policy = about(action)  # casbin evaluates every row for every request, and these alone can match
        if ours != oracle.enforce(ref, scope, action):
            wrong.append(f"{ref} {action} in {scope}: compiled {ours}, casbin {not ours}")
    return wrong


def _requests(
    probe: Index, roles: list[str], sample: int, seed: int, before: Index | None
) -> list[tuple[str, str, str]]:
    """Return what is asked: an action of each changed rule, then half pairs of role and action, half anything."""
    pick = random.Random(seed)  # noqa: S311 - a sample, not a secret
    known = set(before.rules) if before else set()
    changed = [(r, next((a for a in probe.actions if r.covers(a)), None)) for r in probe.rules if r not in known]
    asked = [(f"probe:{r.role}", HOUSE, action) for r, action in changed if action]
    subjects, scopes = sorted(probe.assignments), list(probe.scopes)
    if probe.actions and roles:
        asked += [(f"probe:{pick.choice(roles)}", HOUSE, pick.choice(probe.actions)) for _ in range(sample // 2)]
        asked += [(pick.choice(subjects), pick.choice(scopes), pick.choice(probe.actions)) for _ in range(sample // 2)]
    return asked
