"""The rights in force: the edition of the book, compiled once, with the scopes and assignments of this moment. [AC-10]"""

from collections.abc import Iterable
from copy import copy

from sqlalchemy import text
from sqlalchemy.engine import Connection

from kernel.db import HOUSE
from kernel.edition import FOUNDING, Access, compile_index
from kernel.gate import ALWAYS, FOREVER, Assignment, Index

_compiled: dict[tuple[int, str, tuple[str, ...]], Index] = {}
"""The one edition in force, compiled without anybody in it: rights change far more often than the book."""


_STATE = text(
    "select s.edition, s.counter, e.digest from access_state s left join policy_edition e on e.number = s.edition where s.id = 1"
)


def load(conn: Connection, actions: Iterable[str]) -> tuple[Index, int]:
    """Load the edition in force with all scopes and standing assignments; return the compiled index and the counter."""
    names = tuple(actions)
    conn.execute(text("begin isolation level repeatable read read only"))
    try:
        row = conn.execute(_STATE).first()
        if row is None:
            return compile_index(0, FOUNDING, names, {HOUSE: None}, {}), 0
        book = _compiled.get((row.edition, row.digest, names)) or _compile(conn, row.edition, row.digest, names)
        scopes = {str(i): p for i, p in conn.execute(text("select id, parent from scope"))}
        held: dict[str, list[Assignment]] = {}
        for ref, role, scope, start, end in conn.execute(
            text("select subject, role, scope, starts_at, ends_at from role_assignment where taken_at is null")
        ).all():
            held.setdefault(ref, []).append(Assignment(role, scope, start or ALWAYS, end or FOREVER))
    finally:
        conn.execute(text("rollback"))
    index = copy(book)
    people = {ref: tuple(assignments) for ref, assignments in held.items()}
    for part, value in {
        "scopes": {HOUSE: None, **scopes}, "assignments": {**people, **book.assignments}, "_chains": {}, "_masks": {},
    }.items():  # fmt: skip
        object.__setattr__(index, part, value)
    return index, int(row.counter)


def _compile(conn: Connection, number: int, digest: str | None, actions: tuple[str, ...]) -> Index:
    found = conn.execute(text("select document from policy_edition where number = :n"), {"n": number}).first()
    access = Access.model_validate(found.document) if found is not None else FOUNDING
    made = compile_index(number, access, actions, {HOUSE: None}, {})
    if digest is not None:
        _compiled.clear()
        _compiled[number, digest, actions] = made
    return made
