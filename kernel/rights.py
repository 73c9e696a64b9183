"""The rights in force: the edition of the book, compiled once, with the scopes and assignments of this moment. [AC-10]"""

from collections.abc import Iterable
from copy import copy
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.engine import Connection

from kernel import clock, db
from kernel.db import HOUSE
from kernel.edition import FOUNDING, Access, compile_index
from kernel.gate import ALWAYS, FOREVER, Assignment, Index
from kernel.sweeps import sweep

_compiled: dict[tuple[int, str, tuple[str, ...]], Index] = {}
"""The one edition in force, compiled without anybody in it: rights change far more often than the book."""


KEPT = timedelta(hours=1)
"""How long the news of a change is kept; who has not looked for half as long reads everything anew."""
MOST_SUBJECTS = 500

_STATE = text(
    "select s.edition, s.counter, e.digest, pg_current_snapshot()::text as seen"
    " from access_state s left join policy_edition e on e.number = s.edition where s.id = 1"
)
_HELD = "select subject, role, scope, starts_at, ends_at from role_assignment where taken_at is null"
_NEWS = text(
    "select distinct subject from rights_news where xid >= pg_snapshot_xmin(cast(:seen as pg_snapshot))::text::bigint"
    " and not pg_visible_in_snapshot(xid::text::xid8, cast(:seen as pg_snapshot))"
)
People = dict[str, tuple[Assignment, ...]]


class Rights:
    """Who holds what, as one process knows it: read whole at first, and afterwards only of those whose rights changed."""

    def __init__(self) -> None:
        self._people: People | None = None
        self._seen = ""
        self._at = 0.0

    def load(self, conn: Connection, actions: Iterable[str], *, anew: bool = False) -> tuple[Index, int]:
        """Load the edition in force with all scopes and standing assignments; return the compiled index and the counter."""
        names, at = tuple(actions), clock.monotonic()
        conn.execute(text("begin isolation level repeatable read read only"))
        try:
            row = conn.execute(_STATE).first()
            if row is None:
                return compile_index(0, FOUNDING, names, {HOUSE: None}, {}), 0
            book = _compiled.get((row.edition, row.digest, names)) or _compile(conn, row.edition, row.digest, names)
            scopes = {str(i): p for i, p in conn.execute(text("select id, parent from scope"))}
            people = self._changed(conn) if not anew and at - self._at < KEPT.total_seconds() / 2 else None
            if people is None:
                people = _held(conn, text(_HELD), {})
        finally:
            conn.execute(text("rollback"))
        self._people, self._seen, self._at = people, row.seen, at
        index = copy(book)
        for part, value in {
            "scopes": {HOUSE: None, **scopes}, "assignments": {**people, **book.assignments},
            "_chains": {}, "_masks": {}, "_shared": {},
        }.items():  # fmt: skip
            object.__setattr__(index, part, value)
        return index, int(row.counter)

    def _changed(self, conn: Connection) -> People | None:
        """Return what everybody holds, read anew for those alone whose rights changed; None where all is to be read."""
        if self._people is None:
            return None
        subjects = list(conn.execute(_NEWS, {"seen": self._seen}).scalars())
        if not 0 < len(subjects) <= MOST_SUBJECTS:
            return None  # a crowd; or something moved the counter without a word, and then nothing is taken for granted
        kept = dict(self._people)
        for subject in subjects:
            kept.pop(subject, None)
        return kept | _held(conn, text(f"{_HELD} and subject = any(:subjects)"), {"subjects": subjects})


def _held(conn: Connection, query: TextClause, parameters: dict[str, Any]) -> People:
    held: dict[str, list[Assignment]] = {}
    for ref, role, scope, start, end in conn.execute(query, parameters).all():
        held.setdefault(ref, []).append(Assignment(role, scope, start or ALWAYS, end or FOREVER))
    return {ref: tuple(assignments) for ref, assignments in held.items()}


@sweep("rights-news", seconds=3600)
def forget_news(now: datetime) -> None:
    """Delete the news of changes that every process has long read."""
    with db.ungoverned_session() as conn:
        conn.execute(text("delete from rights_news where at < :before"), {"before": now - KEPT})


def _compile(conn: Connection, number: int, digest: str | None, actions: tuple[str, ...]) -> Index:
    found = conn.execute(text("select document from policy_edition where number = :n"), {"n": number}).first()
    access = Access.model_validate(found.document) if found is not None else FOUNDING
    made = compile_index(number, access, actions, {HOUSE: None}, {})
    if digest is not None:
        _compiled.clear()
        _compiled[number, digest, actions] = made
    return made
