"""The gate: who may do what, where, and why. Every verdict says why; a gate that does not know fails closed. [AC-10, OC-14]"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, or_, true
from sqlmodel import SQLModel

from kernel import clock
from kernel.actor import Actor
from kernel.conditions import CONDITIONS, RIGHTS, Ask, Condition, Missing, Verdict, condition, vouched
from kernel.db import HOUSE, Record
from kernel.errors import Unavailable
from kernel.index import ALWAYS, ANYWHERE, FOREVER, MAX_DEPTH, Assignment, Index, Rule

__all__ = [
    "ALWAYS",
    "ANYWHERE",
    "CONDITIONS",
    "FOREVER",
    "MAX_DEPTH",
    "RIGHTS",
    "Ask",
    "Assignment",
    "Condition",
    "Index",
    "Missing",
    "Rule",
    "Verdict",
    "at_once",
    "condition",
    "could",
    "current",
    "may",
    "put_in_force",
    "visible",
    "who_may",
    "why",
]

EMPTY = Index(0, (), {}, {HOUSE: None}, {}, {}, {}, ())
_state: list[Index] = [EMPTY]
_confirm: list[Callable[[], None]] = []


def current() -> Index:
    """Return the index in force in this process."""
    return _state[0]


def put_in_force(index: Index) -> None:
    """Swap the index by one reference; readers see the old one or the new one, never a mixture."""
    _state[0] = index


def confirm_with(check: Callable[[], None]) -> None:
    """Have every decision first confirm that the edition is not older than a second (see `kernel.fresh`)."""
    _confirm[:] = [check]


def may(
    actor: Actor,
    action: str,
    target: Record | str | None = None,
    now: datetime | None = None,
    session: Any = None,
    *,
    rows: bool = False,
) -> Verdict:
    """Ask whether an actor may do an action: to a record, in a scope, or (`ANYWHERE`) in any scope at all.

    `rows`: it is a list that is asked for, so conditions with a WHERE form choose its rows (`visible`) and do not refuse.

    Raises:
        Unavailable: when the edition in force cannot be confirmed; a gate that does not know fails closed.

    """
    for check in _confirm:
        check()
    index = _state[0]
    if now is None:
        now = clock.now()
    if isinstance(target, Record):
        return index.decide(actor, action, target.place(), now, target, session)
    if target == ANYWHERE:
        return _anywhere(index, actor, action, now, session, rows=rows)
    return index.decide(actor, action, target or HOUSE, now, None, session, rows=rows)


def at_once(actor: Actor, action: str, scope: str, now: datetime) -> Verdict | None:
    """Decide from memory alone; None where a condition has to be asked. Whoever calls has seen that the rights are confirmed."""
    index = _state[0]
    bit = index.bits.get(action)
    if bit is not None:
        needs = index.needs.get(action)
        if needs is not None and not vouched(needs, actor, action, now):
            return None
        if bit in index.masks(actor.ref, scope, now).conditional:
            return None
    return index.decide(actor, action, scope, now)


def _anywhere(index: Index, actor: Actor, action: str, now: datetime, session: Any, *, rows: bool) -> Verdict:
    """Decide in each scope where the actor holds something: the first yes, else the no that came nearest."""
    spots = [HOUSE, *sorted(_spots(index, actor) - {HOUSE})]
    verdicts = []
    for scope in spots:
        verdict = index.decide(actor, action, scope, now, None, session, rows=rows)
        if verdict.allowed:
            return verdict
        verdicts.append(verdict)
    return next((v for v in verdicts if v.condition), verdicts[0])


def _spots(index: Index, actor: Actor) -> set[str]:
    return set(index.rule_scopes) | {a.scope for a in index.assignments.get(actor.ref, ())}


def could(actor: Actor, action: str, now: datetime) -> Verdict:
    """Ask whether there is any scope where the actor might do the action, all conditions left aside: a first look, never a grant."""
    index = _state[0]
    bit = index.bits.get(action)
    if bit is not None:
        for scope in _spots(index, actor):
            masks = index.masks(actor.ref, scope, now)
            if masks.allow >> bit & 1 or bit in masks.conditional:
                return index.yes(bit)
    return index.decide(actor, action, HOUSE, now)


def who_may(action: str, scope: str = HOUSE, now: datetime | None = None) -> list[str]:
    """Return the refs of all subjects with an assignment who may do an action in a scope, conditions left aside."""
    index, at = _state[0], now or clock.now()
    if action not in index.bits:
        return []
    chain, said = frozenset(index.chain(scope)), {role: _said(index, role, action, scope) for role in _roles(index)}
    found = []
    for ref, held in index.assignments.items():
        told = said.get(index.implicit.get(ref.partition(":")[0], ""), 0)
        for one in held:
            if one.scope in chain and one.start <= at < one.end:
                told |= said.get(one.role, 0)
        if told == _ALLOWS:
            found.append(ref)
    return sorted(found)


_ALLOWS, _DENIES = 1, 2


def _roles(index: Index) -> set[str]:
    """Return every role that somebody holds, by assignment or by nature."""
    return {*index.implicit.values(), *(one.role for held in index.assignments.values() for one in held)}


def _said(index: Index, role: str, action: str, scope: str) -> int:
    """Return what the rules of a role, with all it includes, say of an action in a scope: allowed, denied, both, nothing."""
    speaking, chain, told = index.closure(role), index.chain(scope), 0
    for rule in index.rules:
        if rule.role in speaking and (rule.scope == ANYWHERE or rule.scope in chain) and rule.covers(action):
            told |= _DENIES if rule.effect == "deny" else _ALLOWS
    return told


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a subject may or may not: the rules that speak, the roles they come by, and the conditions to be met."""

    allowed: bool
    edition: int
    grants: list[str]
    denials: list[str]
    needs: list[str]
    clause: str | None


def why(ref: str, action: str, scope: str = HOUSE, now: datetime | None = None) -> Explanation:
    """Explain a decision: every rule that covers the action, with the assignment it comes by."""
    index, at = _state[0], now or clock.now()
    grants: list[str] = []
    denials: list[str] = []
    for rule, _, assignment in index.rules_of(ref, scope, at):
        if rule.covers(action):
            line = f"{rule} (as {assignment.role} of {assignment.scope}" + (
                f" until {assignment.end:%Y-%m-%d %H:%M} UTC)" if assignment.end != FOREVER else ")"
            )
            (grants if rule.effect == "allow" else denials).append(line)
    return Explanation(
        bool(grants) and not denials,
        index.edition,
        sorted(grants),
        sorted(denials),
        list(index.needs.get(action, ())),
        index.clauses.get(action),
    )


def visible(actor: Actor, action: str, model: type[SQLModel], now: datetime) -> ColumnElement[bool]:
    """Return the gate as a WHERE clause: the rows of a model that an actor may see by a reading.

    Raises:
        Unavailable: when a condition that decides has no form as a WHERE clause.

    """
    return or_(false(), *visible_ways(actor, action, model, now))


def visible_ways(actor: Actor, action: str, model: type[SQLModel], now: datetime) -> list[ColumnElement[bool]]:
    """Return the clauses of `visible` one by one: a row is seen by any of them, and none of them is empty.

    A page of the newest rows asks each by itself for as many as it shows: an index then answers each in its order, where of all
    together no index does.
    """
    for check in _confirm:
        check()
    index = _state[0]
    bit = index.bits.get(action)
    if bit is None:
        return []
    column = getattr(model, "scope", None)
    if column is None:
        return _in_scope(index, actor, bit, HOUSE, model, now)
    by_clause: dict[str, list[str]] = {}
    for scope in index.scopes:
        masks = index.masks(actor.ref, scope, now)
        # Two roles may say one condition: counted twice, a scope would stand for one where it holds not.
        for name in ("",) if masks.allow >> bit & 1 else dict.fromkeys(masks.conditional.get(bit, ())):
            by_clause.setdefault(name, []).append(scope)
    if len(by_clause.get("", ())) == len(index.scopes):
        return [true()]
    ways: list[ColumnElement[bool]] = []
    for name, scopes in by_clause.items():
        inside = true() if len(scopes) == len(index.scopes) else column.in_(scopes)
        ways.append(inside if not name else inside & _where(name, model, actor))
    return ways


def _in_scope(
    index: Index, actor: Actor, bit: int, scope: str, model: type[SQLModel], now: datetime
) -> list[ColumnElement[bool]]:
    masks = index.masks(actor.ref, scope, now)
    if masks.allow >> bit & 1:
        return [true()]
    return [_where(name, model, actor) for name in dict.fromkeys(masks.conditional.get(bit, ()))]


def _where(name: str, model: type[SQLModel], actor: Actor) -> ColumnElement[bool]:
    known = CONDITIONS.get(name)
    if known is None or known.where is None:
        raise Unavailable(f"the condition {name} cannot be asked of a list")
    return known.where(model, actor)
