"""Casbin as the meaning of the rules: our own adapter, the oracle that guards the compiler, and explanations.

Rows are appended to the model as token lists, never as CSV text, so that no value can become two fields. Only subjects that the
index knows are ever asked about: casbin would remember unknown ones for good.
"""

import logging
import random
from collections.abc import Iterator

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


def differences(index: Index, sample: int, seed: int = 0) -> list[str]:
    """Compare the compiled decision with casbin's, for every role on every action and for random requests.

    Returns a sentence for each disagreement; a conditional rule is fulfilled in neither. Only an empty list lets an edition be published.
    """
    roles = sorted(set(index.parents) | {r.role for r in index.rules})
    probe = Index(
        index.edition,
        tuple(r for r in index.rules if r.condition is None),
        index.parents,
        index.scopes,
        {**{f"probe:{r}": (_house(r),) for r in roles}, **index.assignments},
        {},
        {},
        index.actions,
        implicit=index.implicit,
    )
    subjects = sorted(probe.assignments)
    oracle = enforcer(probe, subjects)
    now, pick = clock.now(), random.Random(seed)  # noqa: S311 - a sample, not a secret
    pairs = [(s, HOUSE, a) for s in subjects if s.startswith("probe:") for a in probe.actions]
    pick.shuffle(pairs)
    scopes = list(probe.scopes)
    requests = pairs[:sample] + [
        (pick.choice(subjects), pick.choice(scopes), pick.choice(probe.actions))
        for _ in range(sample if probe.actions else 0)
    ]
    wrong = []
    for ref, scope, action in requests:
        ours = probe.decide(Actor("clerk", ref, ref), action, scope, now).allowed
        if ours != oracle.enforce(ref, scope, action):
            wrong.append(f"{ref} {action} in {scope}: compiled {ours}, casbin {not ours}")
    return wrong


def _house(role: str) -> Assignment:
    return Assignment(role, HOUSE)
