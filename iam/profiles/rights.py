"""What a change of a profile gives and takes, as a pure function of who holds it: what is foreseen is what is then done. [AC-6, AC-10]"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kernel.gate import Assignment, Index
from policy import lint
from policy.reading import Book


@dataclass(frozen=True, slots=True)
class Holding:
    """A holding of a profile as it stands: whose, where, from when until when, and what it gives now by role.

    `withheld` are roles that somebody took back by hand; a profile does not give them again.
    """

    id: UUID
    ref: str
    scope: str
    start: datetime
    end: datetime
    given: Mapping[str, Assignment]
    withheld: frozenset[str] = frozenset()

    @property
    def roles(self) -> frozenset[str]:
        """The roles it gives now."""
        return frozenset(self.given)

    def assignment(self, role: str) -> Assignment:
        """Return a role that this holding would give, as the gate will hold it."""
        return Assignment(role, self.scope, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Difference:
    """What one holding gains and loses by a version; `clash` says why nothing of it may be done."""

    holding: Holding
    gives: tuple[str, ...]
    takes: tuple[str, ...]
    clash: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a difference does to a person in the place: roles and rights they had not there before, or have no more."""

    ref: str
    scope: str
    roles_given: frozenset[str]
    roles_taken: frozenset[str]
    rights_given: frozenset[str]
    rights_taken: frozenset[str]


def difference(
    holding: Holding,
    wanted: frozenset[str],
    others: Iterable[str],
    declared: Mapping[str, str],
    book: Book,
    against: Mapping[str, str] | None = None,
) -> Difference:
    """Compare a holding with the roles it should give.

    `others` are the roles the person holds by other ways, `declared` what this profile and `against` what the person's other
    profiles declare to be in conflict.
    """
    gives = tuple(sorted(wanted - holding.roles - holding.withheld))
    takes = tuple(sorted(holding.roles - wanted))
    other = set(others)
    clash = clashes(book, declared, wanted - holding.withheld, other, against or {}, before=holding.roles | other)
    return Difference(holding, () if clash else gives, () if clash else takes, clash)


def clashes(
    book: Book,
    declared: Mapping[str, str],
    roles: frozenset[str],
    others: set[str],
    against: Mapping[str, str],
    *,
    before: Iterable[str] = (),
) -> str:
    """Say which conflict of duties a profile's roles would make with others held; empty where there is none that was not there before."""
    for told, held in ((declared, others), (against, roles)):
        reach = {name for role in held for name in lint.included(book, role)}
        for role in sorted(reach & set(told)):
            return f"a profile and {role}: {told[role]}"
    known = set(lint.conflicts(book, before))
    return next((one for one in lint.conflicts(book, roles | others) if one not in known), "")


def applied(index: Index, differences: Iterable[Difference]) -> Index:
    """Return the index as it will be once the differences are done."""
    held = {ref: list(given) for ref, given in index.assignments.items()}
    for one in differences:
        mine = held.setdefault(one.holding.ref, [])
        for role in one.takes:
            if one.holding.given[role] in mine:
                mine.remove(one.holding.given[role])
        mine.extend(one.holding.assignment(role) for role in one.gives)
    return replace(index, assignments={ref: tuple(given) for ref, given in held.items()})


def effects(index: Index, differences: Iterable[Difference], now: datetime) -> list[Effect]:
    """Return what differences do to each person in each place, what leaves them as they were left out."""
    done = [one for one in differences if one.gives or one.takes]
    if not done:
        return []
    later = applied(index, done)
    places: dict[tuple[str, str], datetime] = {}
    for one in done:
        key = (one.holding.ref, one.holding.scope)
        places[key] = max(now, one.holding.start, places.get(key, now))
    found = []
    for (ref, scope), at in sorted(places.items()):
        roles = _roles(index, ref, scope, at), _roles(later, ref, scope, at)
        rights = rights_of(index, ref, scope, at), rights_of(later, ref, scope, at)
        if roles[0] != roles[1] or rights[0] != rights[1]:
            found.append(
                Effect(ref, scope, roles[1] - roles[0], roles[0] - roles[1], rights[1] - rights[0], rights[0] - rights[1])
            )  # fmt: skip
    return found


def _roles(index: Index, ref: str, scope: str, at: datetime) -> frozenset[str]:
    return frozenset(one.role for one in index.assignments.get(ref, ()) if _holds(index, one, scope, at))


def _holds(index: Index, one: Assignment, scope: str, at: datetime) -> bool:
    return one.scope in index.chain(scope) and one.start <= at < one.end


def rights_of(index: Index, ref: str, scope: str, at: datetime) -> frozenset[str]:
    """Return every action a subject may do in a scope, those under a condition among them."""
    masks = index.masks(ref, scope, at)
    return frozenset(
        name for name, bit in index.bits.items() if masks.allow >> bit & 1 or bit in masks.conditional
    )  # fmt: skip
