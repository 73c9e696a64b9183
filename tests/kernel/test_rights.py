"""What a process knows of rights after reading only what changed is what it would know after reading all."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel import clock, db, rights
from kernel.db import uuid7
from kernel.index import Index
from kernel.rights import MOST_SUBJECTS, Rights

PEOPLE = [f"person:00000000-0000-7000-8000-{number:012}" for number in range(6)]
WALLS = ("wall_stamp", "wall_entry")
GIVEN = (
    "insert into role_assignment (id, version, subject, role, scope, given_by, reason)"
    " values (%s, 1, %s, %s, 'house', 'clerk:setup', 'a test')"
)
steps = st.lists(
    st.tuples(st.sampled_from(["give", "take", "amend", "delete", "hand over", "look", "commit"]), st.integers(0, 999)),
    max_size=40,
)


@pytest.fixture
def superuser(house: str) -> Iterator[Any]:
    """A connection past every wall, whose transactions end when it says so; what it wrote is gone afterwards."""
    with db.connect("none", house) as conn:
        for wall in WALLS:
            conn.execute(f"alter table role_assignment disable trigger {wall}")
        yield conn
        conn.execute("rollback")
        conn.execute("delete from role_assignment where given_by = 'clerk:setup' and reason = 'a test'")
        for wall in WALLS:
            conn.execute(f"alter table role_assignment enable always trigger {wall}")


def known(reader: Rights, *, anew: bool = False) -> Index:
    with db.connection() as conn:
        return reader.load(conn, ("sample.read",), anew=anew)[0]


def held(index: Index) -> dict[str, list[Any]]:
    return {ref: sorted(all_of, key=repr) for ref, all_of in index.assignments.items()}


def change(conn: Any, kind: str, number: int) -> None:
    """One change to one assignment, straight in the table."""
    if kind == "give":
        conn.execute(GIVEN, [uuid7(), PEOPLE[number % len(PEOPLE)], ("writer", "reader")[number % 2]])
        return
    rows = conn.execute("select id from role_assignment where reason = 'a test' order by id").fetchall()
    if not rows:
        return
    one = rows[number % len(rows)][0]
    if kind == "take":
        conn.execute("update role_assignment set taken_at = now(), taken_by = 'clerk:setup' where id = %s", [one])
    elif kind == "amend":
        conn.execute("update role_assignment set ends_at = now() + interval '1 day' where id = %s", [one])
    elif kind == "hand over":
        conn.execute("update role_assignment set subject = %s where id = %s", [PEOPLE[number % len(PEOPLE)], one])
    else:
        conn.execute("delete from role_assignment where id = %s", [one])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_reading_what_changed_is_reading_all(superuser: Any, house: str, steps: list[tuple[str, int]]) -> None:
    reader = Rights()
    known(reader)
    with db.connect("none", house) as slow:  # whose transaction stays open while the reader looks
        slow.execute("begin")
        for kind, number in steps:
            if kind == "look":
                known(reader)
            elif kind == "commit":
                slow.execute("commit")
                slow.execute("begin")
            elif kind == "give" and number % 2:
                change(slow, kind, number)
            elif slow.info.transaction_status.name == "INTRANS":
                slow.execute("commit")
                change(superuser, kind, number)
                slow.execute("begin")
        slow.execute("commit")
    assert held(known(reader)) == held(known(Rights()))


def test_only_the_changed_are_read(superuser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for ref in PEOPLE:
        superuser.execute(GIVEN, [uuid7(), ref, "writer"])
    reader = Rights()
    known(reader)
    asked: list[dict[str, Any]] = []
    really = rights._held
    monkeypatch.setattr(rights, "_held", lambda conn, query, by: asked.append(by) or really(conn, query, by))
    superuser.execute(
        "update role_assignment set taken_at = now(), taken_by = 'clerk:setup' where subject = %s", [PEOPLE[2]]
    )
    index = known(reader)
    assert asked == [{"subjects": [PEOPLE[2]]}]
    assert PEOPLE[2] not in index.assignments
    assert PEOPLE[3] in index.assignments


def test_who_has_not_looked_for_long_reads_all(superuser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Rights()
    known(reader)
    for ref in PEOPLE[:2]:
        superuser.execute(GIVEN, [uuid7(), ref, "writer"])
    superuser.execute("delete from rights_news where subject = %s", [PEOPLE[0]])
    assert PEOPLE[0] not in known(reader).assignments, "the news is gone, and he looked a moment ago"
    later = clock.monotonic() + rights.KEPT.total_seconds() / 2 + 1
    monkeypatch.setattr(clock, "monotonic", lambda: later)
    assert PEOPLE[0] in known(reader).assignments


def test_news_is_kept_for_its_time_only(superuser: Any) -> None:
    superuser.execute(GIVEN, [uuid7(), PEOPLE[0], "writer"])
    rights.forget_news(clock.now())
    assert superuser.execute("select count(*) from rights_news where subject = %s", [PEOPLE[0]]).fetchone()[0]
    rights.forget_news(clock.now() + rights.KEPT * 1.1)
    assert not superuser.execute("select count(*) from rights_news").fetchone()[0]


def test_a_crowd_that_changed_is_read_with_all(superuser: Any) -> None:
    reader = Rights()
    known(reader)
    for number in range(MOST_SUBJECTS + 1):
        superuser.execute(GIVEN, [uuid7(), f"person:crowd-{number}", "writer"])
    assert len([ref for ref in known(reader).assignments if "crowd" in ref]) == MOST_SUBJECTS + 1


def test_a_counter_that_moved_without_a_word_has_all_read(superuser: Any) -> None:
    reader = Rights()
    known(reader)
    superuser.execute(GIVEN, [uuid7(), PEOPLE[0], "writer"])
    superuser.execute("delete from rights_news")
    assert PEOPLE[0] in known(reader).assignments
