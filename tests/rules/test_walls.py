"""Walls one and two: every table is guarded by the database, or says here why not; migrations equal the models."""

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from api import fields  # noqa: F401
from kernel import db

UNGOVERNED = {
    "alembic_version": "alembic's own",
    "session_seen": "when a session was last used: a mark a minute, no decision of anyone's",
    "service_seen": "when a program's key was last used; what it did is on the ledger",
    "throttle": "counters of tries; the tries themselves are on the ledger",
    "rights_news": "whose rights a transaction changed, by a trigger; the assignments themselves are on the ledger",
    "otp_step": "the last time step a code was used in, settled in one statement; the sign-in itself is on the ledger",
    "ticket": "one-use steps of a sign-in, minutes old at most",
    "directory_standing": "up to where a directory was read; a change of its state is on the ledger",
    "directory_entry": "a copy of what a directory said, which can be read again at any time",
    "directory_look": "how long a look at a directory took and what it did; what it found is on the ledger, case by case",
    "intake_standing": "counters of lines as they come in; what was taken in, and every gap and silence, is on the ledger",
    "alarm_watch": "how far the evaluator of the alarms has read; what followed from it is on the ledger, in the same transaction",
    "unknown_sender": "counters of lines of strangers; that there is one is on the ledger, and so is whoever makes it a device",
    "last_deed": "when a person last did an action: gathered from the ledger, and repeats what stands there",
    "once_key": "request keys kept a day, written in the action's own transaction",
}
"""Tables outside the ledger's walls, each with its reason (job tables of procrastinate are its own)."""


def tables(url: str) -> dict[str, int]:
    with db.connect("none", url) as conn:
        rows = conn.execute(
            "select c.relname, count(t.oid) from pg_class c left join pg_trigger t on t.tgrelid = c.oid and t.tgname in ('wall_stamp', 'wall_entry') and t.tgenabled = 'A'"
            " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname not like 'procrastinate%' group by 1"
        )
        return dict(rows.fetchall())


def test_every_table_has_both_walls_or_a_reason(database: str) -> None:
    found = tables(database)
    without = {name for name, walls in found.items() if walls != 2}
    assert without == set(UNGOVERNED)


def test_every_ungoverned_model_is_on_the_list() -> None:
    declared = {t.name for t in SQLModel.metadata.tables.values() if not t.info.get("governed", True)}
    assert declared <= set(UNGOVERNED), "a model calls itself ungoverned without a reason here"


def test_the_application_may_not_touch_the_ledger(database: str) -> None:
    with db.connect(db.APP, database) as conn:
        for statement in (
            "select count(*) from ledger.entry",
            "update ledger.entry set actor = 'x'",
            "delete from ledger.entry",
            "truncate ledger.entry",
            "insert into ledger.entry (action_id, actor, action, scope, outcome, body, at) values (gen_random_uuid(), 'x', 'x', 'x', 'done', '{}', now())",
            "alter table scope disable trigger wall_stamp",
            "set session_replication_role = replica",
            "truncate scope cascade",
        ):
            with pytest.raises(psycopg.Error, match=r"permission denied|must be owner|outside an action"):
                conn.execute(statement)


def test_migrations_equal_the_models(database: str) -> None:
    engine = create_engine("postgresql+psycopg://", creator=lambda: db.connect("none", database))
    with engine.connect() as conn:
        context = MigrationContext.configure(
            conn,
            opts={"include_name": lambda name, kind, _: kind != "table" or not name.startswith("procrastinate")},
        )
        wanted = {t for t in SQLModel.metadata.tables if t.startswith("sample_")}
        found = [d for d in compare_metadata(context, SQLModel.metadata) if not any(s in str(d) for s in wanted)]
    engine.dispose()
    assert found == []
