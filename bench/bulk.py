"""Rows by the million, put straight into the tables of a throw-away database: its triggers stand aside for that moment and come back as they were."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kernel import db

MODES = {"O": "enable", "A": "enable always", "R": "enable replica"}
TRIGGERS = """
select tgrelid::regclass::text, quote_ident(tgname), tgenabled from pg_trigger
where not tgisinternal and tgenabled <> 'D' and tgrelid::regclass::text = any(%s)"""


@contextmanager
def loading(*tables: str) -> Iterator[Any]:
    """Give a connection of the owner's on which these tables ask nothing; foreign keys and checks of columns still hold."""
    with db.connect("none", db.settings.database_url) as conn:
        known = conn.execute(TRIGGERS, [list(tables)]).fetchall()
        for table, name, _ in known:
            conn.execute(f"alter table {table} disable trigger {name}")
        try:
            yield conn
        finally:
            for table, name, mode in known:
                conn.execute(f"alter table {table} {MODES[mode]} trigger {name}")
