"""What roles mean in plain words: everything that they would let a person do and that they may not do now. [AC-6, AC-10]"""

import re
from collections.abc import Iterable

from kernel import gate
from kernel.action import ACTIONS
from kernel.reading import READINGS

CITED = re.compile(r"\s*\[[A-Z0-9, -]+\]\s*$")


def allowed(roles: Iterable[str], scope: str) -> frozenset[str]:
    """Give the actions that roles allow in a scope, conditions left aside; what a role forbids is taken away."""
    index = gate.current()
    names = {name for role in (*roles, "member") for name in index.closure(role)}
    chain = (gate.ANYWHERE, *index.chain(scope))
    yes: set[str] = set()
    no: set[str] = set()
    for rule in index.rules:
        if rule.role in names and rule.scope in chain:
            (yes if rule.effect == "allow" else no).update(a for a in index.actions if rule.covers(a))
    return frozenset(yes - no)


def gains(roles: Iterable[str], scope: str, held: Iterable[str]) -> list[str]:
    """List in sentences what roles would add in a scope to those that are held there; readings stand last."""
    before = list(held)
    new = allowed([*before, *roles], scope) - allowed(before, scope)
    deeds = sorted(_said(name) for name in new if name in ACTIONS)
    reads = sorted(_said(name) for name in new if name in READINGS)
    return [*deeds, *reads]


def _said(name: str) -> str:
    frame = ACTIONS.get(name) or READINGS[name]
    return CITED.sub("", frame.doc.splitlines()[0])
