"""Who is on call when: shifts of a rotation, by the clock of the house, and the hours that nobody has. Pure. [FW-6]"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

WEEK = timedelta(days=7)


class Span(NamedTuple):
    """From when until when."""

    since: datetime
    until: datetime


class Turn(NamedTuple):
    """A week of a rotation and who has it."""

    person_id: UUID
    since: datetime
    until: datetime


def turns(
    people: Sequence[UUID], first: date, hour: time, weeks: int, at: Callable[[datetime], datetime]
) -> Iterator[Turn]:
    """Give the weeks of a rotation, each from the same hour on the wall to the same hour a week later; `at` reads the wall as UTC."""
    for week in range(weeks):
        since = at(datetime.combine(first + week * WEEK, hour))
        until = at(datetime.combine(first + (week + 1) * WEEK, hour))
        yield Turn(people[week % len(people)], since, until)


def gaps(held: Iterable[tuple[datetime, datetime]], since: datetime, until: datetime) -> list[Span]:
    """List the hours between two moments that no shift covers; shifts may overlap and come in any order."""
    found: list[Span] = []
    covered = since
    for begins, ends in sorted(held):
        if begins > covered:
            found.append(Span(covered, min(begins, until)))
        covered = max(covered, ends)
        if covered >= until:
            break
    if covered < until:
        found.append(Span(covered, until))
    return [one for one in found if one.since < one.until]
