"""Bring a database to this release: its roles, then the migrations. The only place that sees every field's tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection

import kernel.access  # noqa: F401 - its tables
from api import fields  # noqa: F401 - every field's tables
from kernel import db
from kernel.errors import Refused

ROLES = f"""
do $$ begin
  if not exists (select from pg_roles where rolname = '{db.OWNER}') then create role {db.OWNER} nologin; end if;
  if not exists (select from pg_roles where rolname = '{db.APP}') then create role {db.APP} nologin; end if;
  if not exists (select from pg_roles where rolname = '{db.SEQUENCER}') then create role {db.SEQUENCER} nologin; end if;
  if not exists (select from pg_roles where rolname = '{db.AUDITOR}') then create role {db.AUDITOR} nologin; end if;
exception when duplicate_object or unique_violation then null;
end $$;
"""
MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def migrate(url: str, revision: str = "head") -> None:
    """Create what is missing and bring the tables up to a revision; safe to repeat, one at a time by a lock."""
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: db.connect("none", url), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as conn:
        conn.execute(text("select pg_advisory_lock(hashtext('omniwarden.migrate'))"))
        name = conn.execute(text("select current_database()")).scalar_one()
        if not _ready(conn):
            conn.execute(text(ROLES))
            conn.execute(text(f'grant create on database "{name}" to {db.OWNER}'))
            conn.execute(text(f"grant create, usage on schema public to {db.OWNER}"))
            conn.execute(text(f"grant {db.OWNER} to current_user"))
        conn.execute(text(f"set role {db.OWNER}"))
        _upgrade(engine, conn, revision)
        conn.execute(text(f"grant select on alembic_version to {db.APP}"))
    engine.dispose()


def _ready(conn: Connection) -> bool:
    return bool(conn.execute(text("select to_regclass('public.alembic_version') is not null")).scalar_one())


def _upgrade(_: object, conn: Connection, revision: str) -> None:
    conn.execute(text("begin"))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = conn
    try:
        command.upgrade(config, revision)
    except BaseException:
        conn.execute(text("rollback"))
        raise
    conn.execute(text("commit"))


def check(url: str) -> None:
    """Make sure that a database stands at this release's revision.

    Raises:
        Refused: it is empty, older, or newer.

    """
    known = ScriptDirectory(str(MIGRATIONS))
    stands, head = current(url), known.get_current_head()
    if stands == head:
        return
    if stands is None:
        raise Refused(None, "The database is empty; run omniwarden migrate first.")
    try:
        known.get_revision(stands)
    except CommandError:
        raise Refused(None, f"The database stands at revision {stands}, which is newer than this release.") from None
    raise Refused(
        None, f"The database stands at revision {stands}, this release needs {head}; run omniwarden migrate first."
    )


def current(url: str) -> str | None:
    """Return the revision a database stands at, or None where it is empty."""
    with db.connect("none", url) as conn:
        row = conn.execute("select to_regclass('public.alembic_version')").fetchone()
        if row is None or row[0] is None:
            return None
        found = conn.execute("select version_num from alembic_version").fetchone()
        return None if found is None else str(found[0])
