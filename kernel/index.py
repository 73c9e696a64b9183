"""One edition of the book compiled: rules as bit masks, assignments by subject, and the named conditions.

A decision is a bit test on an immutable index, and a named condition where one applies. Deny beats grant, silence is deny.
Sources: NIST INCITS 359 (RBAC), casbin's deny-override effect (`kernel.gate_casbin` compares the two). [AC-10]
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from kernel.actor import Actor
from kernel.conditions import Ask, Missing, Verdict, asked, vouched
from kernel.db import HOUSE, Record

ANYWHERE = "*"
FOREVER = datetime.max.replace(tzinfo=UTC)
ALWAYS = datetime.min.replace(tzinfo=UTC)
MAX_DEPTH = 9
MAX_MASKS = 200_000


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the book: a role may (or may never) do the actions of a pattern, in a scope, under a condition."""

    role: str
    pattern: str
    scope: str = ANYWHERE
    effect: str = "allow"
    condition: str | None = None

    def __str__(self) -> str:
        """Return the rule as the book writes it."""
        verb = "may" if self.effect == "allow" else "may never"
        return (
            f"{self.role} {verb} {self.pattern}"
            + (f" in {self.scope}" if self.scope != ANYWHERE else "")
            + (f" if {self.condition}" if self.condition else "")
        )

    def covers(self, action: str) -> bool:
        """Tell whether the pattern (exact, or a prefix that ends in `*`) covers an action."""
        return action.startswith(self.pattern[:-1]) if self.pattern.endswith("*") else action == self.pattern


@dataclass(frozen=True, slots=True)
class Assignment:
    """A subject holds a role in a scope and all below it, from `start` until `end`."""

    role: str
    scope: str
    start: datetime = ALWAYS
    end: datetime = FOREVER


@dataclass(slots=True)
class _Masks:
    allow: int
    deny: int
    conditional: dict[int, tuple[str, ...]]
    since: datetime
    until: datetime
    denied: dict[int, Verdict] = field(default_factory=dict)


_NOBODY: dict[str, _Masks] = {}


@dataclass(frozen=True)
class Index:
    """One edition of the book and the assignments, compiled. Never changed: a newer one takes its place by one reference."""

    edition: int
    rules: tuple[Rule, ...]
    parents: dict[str, tuple[str, ...]]
    scopes: dict[str, str | None]
    assignments: dict[str, tuple[Assignment, ...]]
    needs: dict[str, tuple[str, ...]]
    clauses: dict[str, str]
    actions: tuple[str, ...]
    implicit: dict[str, str] = field(default_factory=lambda: {"person": "member", "nobody": "nobody"})
    bits: dict[str, int] = field(init=False)
    rule_scopes: frozenset[str] = field(init=False)
    _yes: list[Verdict] = field(init=False)
    _silent: list[Verdict] = field(init=False)
    _closure: dict[str, frozenset[str]] = field(init=False, default_factory=dict)
    _by_role: dict[str, list[tuple[Rule, int]]] = field(init=False)
    _chains: dict[str, tuple[str, ...]] = field(init=False, default_factory=dict)
    _masks: dict[str, dict[str, _Masks]] = field(init=False, default_factory=dict)
    _shared: dict[tuple[str, frozenset[str], datetime, datetime], _Masks] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Compile the rules to masks by role; masks of a subject in a scope are made at first use."""
        put = object.__setattr__
        put(self, "bits", {name: n for n, name in enumerate(self.actions)})
        clause, number = self.clauses.get, self.edition
        put(self, "_yes", [Verdict(True, "allowed", "granted", number, clause(a)) for a in self.actions])
        no = "none of your roles may {} here"
        put(self, "_silent", [Verdict(False, no.format(a), "silence", number, clause(a)) for a in self.actions])
        put(self, "rule_scopes", frozenset({HOUSE, *(r.scope for r in self.rules if r.scope != ANYWHERE)}))
        by_role: dict[str, list[tuple[Rule, int]]] = {}
        for rule in self.rules:
            mask = 0
            for name, bit in self.bits.items():
                if rule.covers(name):
                    mask |= 1 << bit
            by_role.setdefault(rule.role, []).append((rule, mask))
        put(self, "_by_role", by_role)

    def yes(self, bit: int) -> Verdict:
        """Return the verdict that an action is allowed."""
        return self._yes[bit]

    def chain(self, scope: str) -> tuple[str, ...]:
        """Return a scope and all above it, up to the house; an unknown scope stands alone."""
        known = self._chains.get(scope)
        if known is None:
            up, at = [scope], self.scopes.get(scope)
            while at is not None and at not in up:
                up.append(at)
                at = self.scopes.get(at)
            known = tuple(up)
            if scope in self.scopes:
                self._chains[scope] = known
        return known

    def closure(self, role: str) -> frozenset[str]:
        """Return a role and all it includes, at most nine links deep (casbin's own bound)."""
        known = self._closure.get(role)
        if known is None:
            seen, edge = {role}, {role}
            for _ in range(MAX_DEPTH):
                edge = {p for r in edge for p in self.parents.get(r, ())} - seen
                seen |= edge
            known = self._closure[role] = frozenset(seen)
        return known

    def held(self, ref: str, scope: str, now: datetime) -> list[Assignment]:
        """Return the assignments of a subject that hold in a scope now, the implicit ones first."""
        chain = self.chain(scope)
        implicit = self.implicit.get(ref.split(":", 1)[0])
        own = [Assignment(implicit, HOUSE)] if implicit else []
        return own + [a for a in self.assignments.get(ref, ()) if a.scope in chain and a.start <= now < a.end]

    def rules_of(self, ref: str, scope: str, now: datetime) -> Iterable[tuple[Rule, int, Assignment]]:
        """Yield each rule that speaks for a subject in a scope now, its mask and the assignment it comes by."""
        chain = self.chain(scope)
        for assignment in self.held(ref, scope, now):
            for role in self.closure(assignment.role):
                for rule, mask in self._by_role.get(role, ()):
                    if rule.scope == ANYWHERE or rule.scope in chain:
                        yield rule, mask, assignment

    def masks(self, ref: str, scope: str, now: datetime) -> _Masks:
        """Return (made at first use) what a subject may do in a scope, and from when until when that stands."""
        known = self._masks.get(scope, _NOBODY).get(ref)
        if known is not None and known.since <= now < known.until:
            return known
        edges = [t for a in self.assignments.get(ref, ()) for t in (a.start, a.end)]
        since, until = (
            max((t for t in edges if t <= now), default=ALWAYS),
            min((t for t in edges if t > now), default=FOREVER),
        )
        roles = frozenset(one.role for one in self.held(ref, scope, now))
        made = self._shared.get((scope, roles, since, until))
        if made is None:
            made = self._shared[scope, roles, since, until] = self._compiled(ref, scope, now, since, until)
        if sum(map(len, self._masks.values())) > MAX_MASKS:
            self._masks.clear()
            self._shared.clear()
        if scope in self.scopes:
            self._masks.setdefault(scope, {})[ref] = made
        return made

    def _compiled(self, ref: str, scope: str, now: datetime, since: datetime, until: datetime) -> _Masks:
        """Return what the roles that a subject holds now say in a scope; it serves all who hold the same, for as long."""
        allow = deny = 0
        conditional: dict[int, list[str]] = {}
        for rule, mask, _ in self.rules_of(ref, scope, now):
            if rule.effect == "deny":
                deny |= mask
            elif rule.condition is None:
                allow |= mask
            else:
                for bit in _bits(mask):
                    conditional.setdefault(bit, []).append(rule.condition)
        spared = {b: tuple(c) for b, c in conditional.items() if not deny >> b & 1}
        return _Masks(allow & ~deny, deny, spared, since, until)

    def decide(
        self,
        actor: Actor,
        action: str,
        scope: str,
        now: datetime,
        target: Record | None = None,
        session: Any = None,
        *,
        rows: bool = False,
    ) -> Verdict:
        """Decide, by mask and then by the named conditions of the rule and of the action."""
        masks = self._masks.get(scope, _NOBODY).get(actor.ref)
        if masks is None or not masks.since <= now < masks.until:
            masks = self.masks(actor.ref, scope, now)
        bit = self.bits.get(action)
        if bit is None:
            return Verdict(False, f"{action} is not an action of this edition", "unknown action", self.edition)
        if masks.allow >> bit & 1:
            needs = self.needs.get(action)
            if needs is None or vouched(needs, actor, action, now):
                return self._yes[bit]
            return self._conditions(needs, Ask(actor, action, target, now, session, rows), self._yes[bit])
        if masks.deny >> bit & 1:
            return masks.denied.get(bit) or self._denied(masks, bit, actor.ref, action, scope, now)
        if bit in masks.conditional:
            return self._conditional(masks.conditional[bit], bit, Ask(actor, action, target, now, session, rows))
        return self._silent[bit]

    def _denied(self, masks: _Masks, bit: int, ref: str, action: str, scope: str, now: datetime) -> Verdict:
        """Say which rule denies, and remember it for as long as the masks stand."""
        rule = next(
            str(rule) for rule, mask, _ in self.rules_of(ref, scope, now) if rule.effect == "deny" and mask >> bit & 1
        )
        why = f"a rule forbids {action} to you here"
        verdict = masks.denied[bit] = Verdict(False, why, rule, self.edition, self.clauses.get(action))
        return verdict

    def _conditional(self, names: tuple[str, ...], bit: int, ask: Ask) -> Verdict:
        missing: Verdict | None = None
        for name in names:
            why = asked(name, ask)
            if why is None:
                needs = self.needs.get(ask.action)
                return self._yes[bit] if needs is None else self._conditions(needs, ask, self._yes[bit])
            missing = missing or Verdict(False, why, f"if {name}", self.edition, self.clauses.get(ask.action), name)
        return missing or self._silent[bit]

    def _conditions(self, needs: tuple[str, ...], ask: Ask, yes: Verdict) -> Verdict:
        for name in needs:
            why = asked(name, ask)
            if why is not None:
                clause = why.clause if isinstance(why, Missing) else self.clauses.get(ask.action)
                return Verdict(False, why, f"needs {name}", self.edition, clause, name)
        return yes


def _bits(mask: int) -> Iterable[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
