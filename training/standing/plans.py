"""From passes, excuses and the book to a plan: until when each gated action is awake for a person. Pure rules, no session. [TR-1]"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from kernel.gate import ALWAYS, FOREVER, Assignment, Index
from policy.reading import CourseRule
from policy.spans import span


@dataclass(frozen=True, slots=True)
class CourseFacts:
    """What the house says of a course that is in force; passes of versions before `retake_number` run out at `retake_until`."""

    title: str
    introduced_at: datetime
    retake_number: int = 0
    retake_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """A pass: of which course and version, until when, and what else it counts for."""

    course: str
    number: int
    until: datetime | None
    counts_for: tuple[str, ...] = ()


@dataclass(slots=True)
class Standing:
    """What a person has, as the database said it at one time; `stamp` tells whether it is still so."""

    stamp: tuple[int | None, int, int, int]
    place: str
    joined_at: datetime
    passes: tuple[Passed, ...]
    excused: Mapping[str, datetime]
    called: Mapping[str, datetime]
    """Courses asked anew whatever was passed, with the time they are due."""
    courses: Mapping[str, CourseFacts]


@dataclass(frozen=True, slots=True)
class Line:
    """Until when an action is awake, and by which rule and course it sleeps then. `passed_until`: how long the last pass held."""

    until: datetime
    rule: str
    clause: str
    course: str
    title: str
    passed_until: datetime | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A person's lines by action, true of one standing and one index, and until `ends`, when a role of theirs begins or ends."""

    standing: Standing
    index: Index
    ends: datetime
    lines: Mapping[str, Line]
    until: Mapping[str, datetime]
    """By action, until when this plan vouches for it."""
    awake_until: datetime
    """Until when it vouches for every action: the one comparison that most decisions need."""


def plan_of(standing: Standing, ref: str, index: Index, rules: Mapping[str, CourseRule], now: datetime) -> Plan:
    """Make the plan of a person: of all rules that gate an action, the line that ends first."""
    lines: dict[str, Line] = {}
    for name, rule in rules.items():
        if not rule.gates or not rule.is_standing:
            continue
        since = bound_since(rule, ref, standing, index, now)
        if since is None:
            continue
        for line in course_lines(name, rule, standing, since):
            for action in rule.gates:
                known = lines.get(action)
                if known is None or line.until < known.until:
                    lines[action] = line
    edges = (edge for held in index.assignments.get(ref, ()) for edge in (held.start, held.end) if edge > now)
    ends = min(edges, default=FOREVER)
    until = {action: min(line.until, ends) for action, line in lines.items()}
    return Plan(standing, index, ends, lines, until, min(until.values(), default=ends))


def course_lines(name: str, rule: CourseRule, standing: Standing, since: datetime) -> Iterator[Line]:
    """Give the line of each course of a rule; a course that was never in force, or is retired, asks nothing."""
    for course in rule.courses:
        facts = standing.courses.get(course)
        if facts is None:
            continue
        passed = passed_until(standing, course)
        grace = [facts.introduced_at] if rule.grace is None else [span(rule.grace).after(facts.introduced_at)]
        if rule.newcomers is not None and since > ALWAYS:
            grace.append(span(rule.newcomers).after(since))
        until = max(passed or ALWAYS, *grace)
        if course in standing.called:
            until = min(until, standing.called[course])
        until = max(until, standing.excused.get(course, ALWAYS))
        yield Line(until, name, rule.clause, course, facts.title, passed)


def passed_until(standing: Standing, course: str) -> datetime | None:
    """Give until when a course is passed, by a pass of its own or one that counts for it; None when it never was."""
    found = []
    for one in standing.passes:
        if course != one.course and course not in one.counts_for:
            continue
        until = one.until or FOREVER
        own = standing.courses.get(one.course)
        if own is not None and own.retake_until is not None and one.number < own.retake_number:
            until = min(until, own.retake_until)
        found.append(until)
    return max(found, default=None)


def bound_since(rule: CourseRule, ref: str, standing: Standing, index: Index, now: datetime) -> datetime | None:
    """Tell since when a rule binds a person: since they joined, or got a role it names; None when it does not."""
    belongs = not rule.scopes or bool(set(rule.scopes) & set(index.chain(standing.place)))
    if not rule.roles:
        return standing.joined_at if belongs else None
    starts = [
        held.start
        for held in index.assignments.get(ref, ())
        if held.start <= now < held.end
        and not index.closure(held.role).isdisjoint(rule.roles)
        and (belongs or _lies_in(held, rule, index))
    ]
    return max(standing.joined_at, min(starts)) if starts else None


def _lies_in(held: Assignment, rule: CourseRule, index: Index) -> bool:
    """Tell whether a role is held in a place of the rule, or above one."""
    chain = index.chain(held.scope)
    return any(scope in chain or held.scope in index.chain(scope) for scope in rule.scopes)
