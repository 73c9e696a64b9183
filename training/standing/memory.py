"""What people have in date, in memory: read at first use, confirmed by the poll every 0.4 s, never trusted beyond a second. [TR-1]"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Connection

from kernel import clock, gate
from kernel.db import HOUSE
from kernel.fresh import LIMIT, LiveCache, keep
from kernel.gate import ALWAYS
from policy import book
from policy.spans import span
from training.standing.plans import CourseFacts, Passed, Plan, Standing

RETAKE = ("TR-1", "retake_within")
_COURSES = text(
    "select c.slug, c.introduced_at, c.retake_number, c.retake_at, v.content -> 'title' ->> 'en' as title"
    " from course c join course_version v on v.course_id = c.id and v.state = 'in-force'"
)
_STAMP = text("select count(*) as courses, coalesce(sum(version), 0) as versions from course")
_LEARNERS = text("select id, scope, joined_at, news from learner where id = any(:ids)")
_PASSES = text("select person_id, course, number, valid_until, counts_for from course_pass where person_id = any(:ids)")
_EXCUSES = text(
    "select person_id, course, max(ends_at) from training_excuse where person_id = any(:ids) and state = 'granted' group by 1, 2"
)
_CALLED = text(
    "select person_id, course, due_at from training_assignment"
    " where person_id = any(:ids) and state = 'open' and counts_from is not null"
)


def key_of(ref: str) -> bytes:
    """Give the key under which a person's standing is kept."""
    return ref.encode()


def _id_of(key: bytes) -> UUID:
    return UUID(key.decode().partition(":")[2])


def courses_in_force(conn: Any) -> dict[str, CourseFacts]:
    """Read every course that has a version in force."""
    within = span(str(book.parameter(*RETAKE)))
    return {
        row.slug: CourseFacts(
            row.title,
            row.introduced_at,
            row.retake_number,
            within.after(row.retake_at) if row.retake_at is not None else None,
        )
        for row in conn.execute(_COURSES)
    }


def read_standings(conn: Any, people: Iterable[UUID]) -> dict[UUID, Standing]:
    """Read what people have; the stamps first, so that what changes meanwhile is seen at the next look."""
    ids = list(people)
    common = _common(conn)
    known = {row.id: row for row in conn.execute(_LEARNERS, {"ids": ids})}
    facts = courses_in_force(conn)
    passes: dict[UUID, list[Passed]] = {}
    for person, course, number, until, counts_for in conn.execute(_PASSES, {"ids": ids}):
        passes.setdefault(person, []).append(Passed(course, number, until, tuple(counts_for)))
    excused, called = _by_person(conn, _EXCUSES, ids), _by_person(conn, _CALLED, ids)
    made = {}
    for one in ids:
        row = known.get(one)
        made[one] = Standing(
            (row.news if row else None, *common),
            row.scope if row else HOUSE,
            row.joined_at if row else ALWAYS,
            tuple(passes.get(one, ())),
            excused.get(one, {}),
            called.get(one, {}),
            facts,
        )
    return made


def _by_person(conn: Any, asked: Any, ids: list[UUID]) -> dict[UUID, dict[str, datetime]]:
    found: dict[UUID, dict[str, datetime]] = {}
    for person, course, at in conn.execute(asked, {"ids": ids}):
        found.setdefault(person, {})[course] = at
    return found


def _read(conn: Connection, keys: list[bytes]) -> dict[bytes, Standing]:
    by_id = {_id_of(key): key for key in keys}
    return {by_id[person]: standing for person, standing in read_standings(conn, by_id).items()}


def _common(conn: Any) -> tuple[int, int, int]:
    """Give the part of the stamp that all people share: the courses, and the edition by whose times this process reads them."""
    courses, versions = conn.execute(_STAMP).one()
    return courses, int(versions), gate.current().edition


def _changed(conn: Connection, known: dict[bytes, Standing]) -> set[bytes]:
    """Tell whose standing is no longer what it was, by the counter of their row, the courses' own and the book's."""
    by_id = {_id_of(key): key for key in known}
    common = _common(conn)
    news: dict[UUID, int] = dict(
        conn.execute(text("select id, news from learner where id = any(:ids)"), {"ids": list(by_id)}).all()
    )
    return {key for person, key in by_id.items() if known[key].stamp != (news.get(person), *common)}


class Standings(LiveCache[Standing]):
    """Standings by person, and beside them the plans that vouch for a right at once while memory is confirmed."""

    def __init__(self) -> None:
        super().__init__(_read, _changed)
        self.plans: dict[str, Plan] = {}
        self.fresh_until = ALWAYS
        """By the wall clock, so that a decision compares its own time and asks no other clock; the gate confirms by a steady one."""

    def confirm(self, conn: Connection) -> None:
        """Ask again for all that is known; plans of what changed or was forgotten go as well."""
        at = clock.now()
        super().confirm(conn)
        for ref, plan in list(self.plans.items()):
            known = self._known.get(key_of(ref))
            if known is None or known[0] is not plan.standing:
                self.plans.pop(ref, None)
        self.fresh_until = at + timedelta(seconds=LIMIT)

    def forget(self, digest: bytes) -> None:
        """Forget one person at once, in the process that changed what they have."""
        super().forget(digest)
        self.plans.pop(digest.decode(), None)


STANDINGS = keep(Standings())


def forget(person_id: UUID) -> None:
    """Forget a person's standing at once, in the process that changed it."""
    STANDINGS.forget(key_of(f"person:{person_id}"))
