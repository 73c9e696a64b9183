"""The rows of a test's database taken down and put back, so that a world is built once and stands again at once for the next test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import psycopg
from psycopg import sql

from kernel import clock, db, fresh
from kernel.actor import Actor

T = TypeVar("T")
Connection = psycopg.Connection[Any]
KEPT = {"alembic_version", "scope", "policy_edition", "policy_rule", "access_state"}
"""Tables that outlive a test."""
LASTING_SECONDS = 120.0
"""A factor shown when a world was built is still fresh in it."""
TABLES = "select tablename from pg_tables where schemaname = 'public' and tablename not like 'procrastinate%'"
SEALED = """select relname, tgname, (tgtype & 4) <> 0 from pg_trigger join pg_class on pg_class.oid = tgrelid
 where tgenabled = 'A' and tgname not in ('wall_stamp', 'wall_entry')"""
"""Tables with a trigger of their own that nobody escapes, its name, and whether it looks at new rows."""
COLUMNS = """select attname from pg_attribute
 where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum"""


@dataclass(frozen=True)
class Rows:
    """A table's rows, in PostgreSQL's own binary form."""

    table: str
    columns: tuple[str, ...]
    data: bytes

    @property
    def named(self) -> sql.Composed:
        """The table and its columns, as COPY names them."""
        return sql.SQL("{} ({})").format(sql.Identifier(self.table), sql.SQL(", ").join(named(*self.columns)))


@dataclass(frozen=True)
class World(Generic[T]):
    """What a test's builder made: its value, and the rows that stand behind it."""

    value: T
    rows: tuple[Rows, ...]
    built_at: float

    def value_now(self) -> T:
        """The value as if it were built now: whoever has shown a second factor has done so a moment ago."""
        value = deepcopy(self.value)
        for who in people_in(value):
            if who.actor.session is None and who.actor.factor_at is not None:
                who.actor = replace(who.actor, factor_at=clock.now())
        return value


class Worlds:
    """What builders made in a database, while the tests of one file run: a world's dates are those of its building.

    Its connection stays open, since a new one would read the description of every table anew.
    """

    def __init__(self, url: str) -> None:
        self.conn = db.connect("none", url)
        self.file = Path()
        self.built: dict[object, World[Any]] = {}

    def turn_to(self, file: Path) -> None:
        """Forget the worlds of another file."""
        if file != self.file:
            self.file, self.built = file, {}

    def stand(self, build: Callable[[], T]) -> T:
        """Give what a builder makes in an empty database: built the first time, put back for the next two minutes."""
        assert getattr(build, "__closure__", None) is None, "a builder is known by its code alone"
        known_by = getattr(build, "__code__", build)
        world = self.built.get(known_by)
        if world is not None and clock.monotonic() - world.built_at < LASTING_SECONDS:
            put_back(self.conn, world.rows)
            return world.value_now()
        assert filled(self.conn) == [], "a world is built in an empty database"
        value = build()
        self.built[known_by] = World(deepcopy(value), take_down(self.conn), clock.monotonic())
        return value


def people_in(value: Any) -> Iterator[Any]:
    """Find whoever acts in what a builder made: in mappings, sequences and other builders' houses."""
    if isinstance(getattr(value, "actor", None), Actor):
        yield value
    elif isinstance(value, dict | list | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from people_in(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from people_in(getattr(value, field.name))


def filled(conn: Connection) -> list[str]:
    """Name the tables that hold rows, those that outlive a test left out."""
    names = [row[0] for row in conn.execute(TABLES) if row[0] not in KEPT]
    asked = " union all ".join(f"select '{name}' where exists (select 1 from \"{name}\")" for name in names)
    return [row[0] for row in conn.execute(asked)]


def take_down(conn: Connection) -> tuple[Rows, ...]:
    """Read every row that a test wrote."""
    found = []
    for table in filled(conn):
        columns = tuple(row[0] for row in conn.execute(COLUMNS, [f'public."{table}"']))
        rows = Rows(table, columns, b"")
        with conn.cursor().copy(sql.SQL("copy {} to stdout (format binary)").format(rows.named)) as out:
            found.append(replace(rows, data=b"".join(out)))
    return tuple(found)


def put_back(conn: Connection, found: tuple[Rows, ...]) -> None:
    """Write the rows again as they were, and have this process know of the rights among them."""
    with unwatched(conn):
        watched = [
            named(*row[:2]) for row in conn.execute(SEALED) if row[2] and row[0] in {rows.table for rows in found}
        ]
        for one in watched:
            conn.execute(sql.SQL("alter table {} disable trigger {}").format(*one))
        for rows in found:
            with conn.cursor().copy(sql.SQL("copy {} from stdin (format binary)").format(rows.named)) as into:
                into.write(rows.data)
        for one in watched:
            conn.execute(sql.SQL("alter table {} enable always trigger {}").format(*one))
    fresh.refresh()


def named(*names: str) -> list[sql.Identifier]:
    """Names as SQL writes them."""
    return [sql.Identifier(one) for one in names]


def empty(conn: Connection) -> None:
    """Forget what a test wrote; the ledger grows on."""
    found = filled(conn)
    sealed = sorted({row[0] for row in conn.execute(SEALED)} & set(found))
    with unwatched(conn):
        if sealed:
            conn.execute(sql.SQL("truncate {} cascade").format(sql.SQL(", ").join(named(*sealed))))
        for table in set(found) - set(sealed):
            conn.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))


@contextmanager
def unwatched(conn: Connection) -> Iterator[None]:
    """A transaction that no trigger looks at, not the foreign keys' either: the walls are told that its first row was counted."""
    with conn.transaction():
        conn.execute("set local session_replication_role = replica")
        conn.execute(
            "select set_config('app.action_id', gen_random_uuid()::text, true), set_config('app.rows', '1', true)"
        )
        yield
        conn.execute("update access_state set counter = counter + 1")
