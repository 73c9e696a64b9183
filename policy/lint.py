"""What is wrong with a book that is well formed: clauses without proof, unknown names, circles, conflicts of duties."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from policy.reading import HOUSE_ZONE, TRAINED, Book, DutyRule

MAX_DEPTH = 9
"""How many roles may include one another in a line; the gate's own bound."""

_SERIES = {
    "ID": 5, "PW": 5, "AC": 11, "CC": 11, "FW": 6, "TR": 9, "DS": 9, "IS": 6,
    "SW": 18, "OP": 5, "WS": 3, "FA": 1, "BC": 4, "OC": 14,
}  # fmt: skip
_NEVER_GIVEN = {"SW-11", "OP-3"}
CLAUSE_IDS = tuple(
    f"{series}-{number}"
    for series, last in _SERIES.items()
    for number in range(1, last + 1)
    if f"{series}-{number}" not in _NEVER_GIVEN
)
"""Every clause of the house. An id never changes, and is never used again."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names that code has given: actions and readings, conditions, facts, named queries, other guards."""

    actions: frozenset[str]
    conditions: frozenset[str]
    evidence: dict[str, str] = field(default_factory=dict)
    """Named query → the clause it was written for."""
    guards: frozenset[str] = frozenset()
    """Guards that are neither action nor condition, such as the walls of the database."""
    relations: frozenset[str] = frozenset()
    """Voices that a field names by their relation to what is asked."""


def lint(book: Book, vocabulary: Vocabulary | None = None) -> list[str]:
    """List the faults of a book, one sentence each; an empty list means that it may be published.

    Without a vocabulary the names of actions, conditions and queries are left unasked (the rest is checked).
    """
    faults = [
        *_house(book),
        *_clauses(book),
        *_roles(book),
        *_clerks(book),
        *_toxic(book),
        *_approvals(book),
        *_duties(book),
        *_training(book),
    ]
    if vocabulary is not None:
        faults += [*_rules(book, vocabulary), *_proofs(book, vocabulary)]
    return faults


def _house(book: Book) -> Iterator[str]:
    if not _is_zone(book.house.zone):
        yield f'house, field zone: "{book.house.zone}" is not a time zone'


def _is_zone(name: str) -> bool:
    """Tell whether this machine knows a time zone by its IANA name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _clauses(book: Book) -> Iterator[str]:
    ids = {clause.id for clause in book.clauses}
    yield from (f"clause {missing} is not in the book" for missing in CLAUSE_IDS if missing not in ids)
    yield from (
        f"clause {clause.id} is not a clause of the house" for clause in book.clauses if clause.id not in CLAUSE_IDS
    )
    for clause in book.clauses:
        if clause.owner not in book.roles:
            yield f'clause {clause.id}, field owner: "{clause.owner}" is not a role'
        for name in clause.duty:
            if name not in book.duties:
                yield f'clause {clause.id}, field duty: "{name}" is not a duty of the book'
        if clause.in_force and not (clause.guard or clause.duty or clause.evidence or clause.attestation):
            yield f"clause {clause.id} is in force with neither guard, duty, evidence nor attestation"


def _roles(book: Book) -> Iterator[str]:
    for name, role in book.roles.items():
        yield from (
            f'roles {name}, field is: "{included}" is not a role' for included in role.is_ if included not in book.roles
        )
    for name in book.roles:
        line = _longest(book, name, ())
        if line is None:
            yield f"roles {name}: the role includes itself"
        elif line > MAX_DEPTH:
            yield f"roles {name}: {line} roles include one another in a line, {MAX_DEPTH} are allowed"


def _clerks(book: Book) -> Iterator[str]:
    for name, roles in book.clerks.items():
        yield from (f'clerks {name}: "{role}" is not a role' for role in roles if role not in book.roles)


def _longest(book: Book, name: str, path: tuple[str, ...]) -> int | None:
    """Count the steps of the longest line of inclusions from a role; None when it comes back to itself."""
    if name in path:
        return None
    role = book.roles.get(name)
    longest = 0
    for included in role.is_ if role else []:
        below = _longest(book, included, (*path, name))
        if below is None:
            return None
        longest = max(longest, below + 1)
    return longest


def included(book: Book, role: str) -> frozenset[str]:
    """Give a role and all roles it includes."""
    found, edge = {role}, {role}
    while edge:
        edge = {name for at in edge if at in book.roles for name in book.roles[at].is_} - found
        found |= edge
    return frozenset(found)


def conflicts(book: Book, roles: Iterable[str]) -> list[str]:
    """List the conflicts of duties in a set of roles held by one person, one sentence each. [AC-6]"""
    held = {name for role in roles for name in included(book, role)}
    return [
        f"{pair.roles[0]} and {pair.roles[1]}: {pair.why} [{pair.clause}]"
        for pair in book.toxic
        if set(pair.roles) <= held
    ]


def _toxic(book: Book) -> Iterator[str]:
    for pair in book.toxic:
        yield from (
            f'toxic pair {" and ".join(pair.roles)}: "{role}" is not a role'
            for role in pair.roles
            if role not in book.roles
        )
    for name in book.roles:
        yield from (f"roles {name} holds both sides of a conflict, {conflict}" for conflict in conflicts(book, [name]))


def _approvals(book: Book) -> Iterator[str]:
    for name, requirement in book.approvals.items():
        for voice in requirement.requires:
            yield from (
                f'approvals {name}, field requires: "{role}" is not a role'
                for role in voice.role
                if role not in book.roles
            )


def _duties(book: Book) -> Iterator[str]:
    clauses = {clause.id: clause for clause in book.clauses}
    for name, duty in book.duties.items():
        place = f"duties {name}"
        if duty.clause not in clauses:
            yield f'{place}, field clause: "{duty.clause}" is not in the book'
        if (duty.calendar is None) == (duty.opened_by is None):
            yield f"{place}: a duty is opened either by a fact (opened_by) or by a calendar"
        if duty.opened_by and duty.within is None:
            yield f"{place}, field within: a duty opened by a fact needs its time"
        if (duty.opened_by or duty.holder == "subject") and duty.about is None:
            yield f"{place}, field about: the duty must say what it is about"
        if duty.calendar and duty.renews:
            yield f"{place}, field renews: a calendar renews by itself"
        for label, role in (("holder", duty.holder), ("escalates_to", duty.escalates_to)):
            if role not in book.roles and not (label == "holder" and role == "subject"):
                yield f'{place}, field {label}: "{role}" is not a role'
        yield from _calendar(place, duty)


def _training(book: Book) -> Iterator[str]:
    clauses = {clause.id for clause in book.clauses}
    for name, rule in book.training.items():
        place = f"training {name}"
        if rule.clause not in clauses:
            yield f'{place}, field clause: "{rule.clause}" is not in the book'
        yield from (f'{place}, field roles: "{role}" is not a role' for role in rule.roles if role not in book.roles)
        duty = book.duties.get(rule.duty)
        if duty is None or (duty.clause, duty.holder) != (rule.clause, "subject"):
            yield f'{place}, field duty: "{rule.duty}" is no duty of a subject by {rule.clause}'
        if rule.gates and rule.asked_by:
            yield f"{place}: what a fact asks anew gates by the rule that asks for the course at all times, not by itself"
        for action in rule.gates:
            known = book.actions.get(action)
            if known is None or TRAINED not in known.needs:
                yield f'{place}, field gates: "{action}" does not need {TRAINED}, so nothing would sleep'
    gated = {action for rule in book.training.values() for action in rule.gates}
    for name, action_rule in book.actions.items():
        if TRAINED in action_rule.needs and name not in gated:
            yield f"actions {name} needs {TRAINED}, and no rule of training says by which course"


def _calendar(place: str, duty: DutyRule) -> Iterator[str]:
    if duty.calendar is None:
        return
    try:
        if datetime.fromisoformat(duty.calendar.anchor).tzinfo is not None:
            yield f"{place}, field calendar.anchor: write local time; the zone stands beside it"
    except ValueError:
        yield f'{place}, field calendar.anchor: "{duty.calendar.anchor}" is not a date and hour'
    if duty.calendar.zone != HOUSE_ZONE and not _is_zone(duty.calendar.zone):
        yield f'{place}, field calendar.zone: "{duty.calendar.zone}" is not a time zone'


def _covers(pattern: str, names: Iterable[str]) -> bool:
    if pattern.endswith("*"):
        return any(name.startswith(pattern[:-1]) for name in names)
    return pattern in names


def _rules(book: Book, vocabulary: Vocabulary) -> Iterator[str]:
    for role_id, role in book.roles.items():
        for rule in (*role.may, *role.never):
            pattern, _, name = rule.partition(" if ")
            pattern = pattern.split(" in ")[0]
            if not _covers(pattern, vocabulary.actions):
                yield f'roles {role_id}: "{pattern}" covers no action'
            if name and name not in vocabulary.conditions:
                yield f'roles {role_id}: "{name}" is not a condition'
        yield from (
            f'roles {role_id}, field never: "{rule}" carries a condition; a ban has none'
            for rule in role.never
            if " if " in rule
        )
    for name, duty in book.duties.items():
        if duty.done_by is not None and duty.done_by not in vocabulary.actions:
            yield f'duties {name}, field done_by: "{duty.done_by}" is not an action'
    for pattern, action in book.actions.items():
        if not _covers(pattern, vocabulary.actions):
            yield f'actions {pattern}: "{pattern}" covers no action'
        yield from (
            f'actions {pattern}: "{name}" is not a condition'
            for name in action.needs
            if name not in vocabulary.conditions
        )


def _proofs(book: Book, vocabulary: Vocabulary) -> Iterator[str]:
    known = vocabulary.actions | vocabulary.conditions | vocabulary.guards
    for name, requirement in book.approvals.items():
        asked = {who for voice in requirement.requires for who in voice.who}
        yield from (f'approvals {name}, field who: "{who}" is no relation' for who in asked - vocabulary.relations)
    for clause in book.clauses:
        if not clause.in_force:
            continue
        yield from (
            f'clause {clause.id}, field guard: "{name}" is no action, condition or guard'
            for name in clause.guard
            if name not in known
        )
        for name in clause.evidence:
            if name not in vocabulary.evidence:
                yield f'clause {clause.id}, field evidence: "{name}" is not a registered query'
            elif vocabulary.evidence[name] != clause.id:
                yield f'clause {clause.id}, field evidence: "{name}" was written for {vocabulary.evidence[name]}'
