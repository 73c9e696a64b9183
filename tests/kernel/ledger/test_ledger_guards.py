"""What the database itself refuses, to whom, and what erasure and retention may do all the same."""

import threading
import time
from uuid import uuid4

import psycopg
import pytest

from kernel.ledger.entries import commit, insert_statement

REFUSED = "the ledger only grows"


def partition(connection):
    return connection.execute("SELECT tableoid::regclass::text FROM ledger.entry LIMIT 1").fetchone()[0]


@pytest.fixture
def superuser(ledger_database, as_role, draft):
    as_role("app").pgconn.exec_(insert_statement(draft()))
    with psycopg.connect(ledger_database, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize("change", ["UPDATE {} SET actor = ''", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("where", ["parent", "partition"])
def test_not_even_a_superuser_changes_entries_in_passing(superuser, role, change, where):
    superuser.execute(f"SET session_replication_role = {role}")
    table = "ledger.entry" if where == "parent" else partition(superuser)
    with pytest.raises(psycopg.Error, match=REFUSED):
        superuser.execute(change.format(table))


def test_every_partition_is_guarded_the_ones_made_later_too(ledger_database, superuser):
    superuser.execute("SET ROLE omniwarden_owner")
    assert superuser.execute("SELECT ledger.ensure_partitions(15)").fetchone()[0] >= 1
    assert superuser.execute("SELECT ledger.ensure_partitions(15)").fetchone()[0] == 0
    guards = superuser.execute(
        "SELECT inhrelid::regclass::text, array_agg(concat(tgname, tgenabled) ORDER BY tgname) FROM pg_inherits"
        " LEFT JOIN pg_trigger ON tgrelid = inhrelid WHERE inhparent = 'ledger.entry'::regclass GROUP BY 1"
    ).fetchall()
    assert len(guards) >= 16
    assert {tuple(names) for _, names in guards} == {("keep_allA", "keep_rowsA")}


def test_application_can_only_add(as_role, draft):
    app = as_role("app")
    app.pgconn.exec_(insert_statement(draft()))
    for forbidden in (
        "SELECT * FROM ledger.entry",
        "UPDATE ledger.entry SET actor = ''",
        "DELETE FROM ledger.entry",
        "TRUNCATE ledger.entry",
        "SELECT * FROM ledger.detail",
        "DELETE FROM ledger.detail",
        "SELECT * FROM ledger.subject_key",
        "INSERT INTO ledger.leaf VALUES (0, 0, '')",
        "SELECT ledger.begin_epoch()",
        "ALTER TABLE ledger.entry DISABLE TRIGGER ALL",
        "SELECT ledger.retire(now())",
        "SELECT ledger.ensure_partitions()",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(forbidden)


def test_auditor_can_only_read(as_role):
    auditor = as_role("auditor")
    for table in ("entry", "detail", "leaf", "tile", "checkpoint", "log_state", "subject_key"):
        auditor.execute(f"SELECT * FROM ledger.{table}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            auditor.execute(f"DELETE FROM ledger.{table}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        auditor.execute("SELECT ledger.key_of(gen_random_uuid())")


def test_sequencer_neither_changes_nor_removes(as_role):
    sequencer = as_role("sequencer")
    for forbidden in (
        "UPDATE ledger.entry SET actor = ''",
        "DELETE FROM ledger.entry",
        "UPDATE ledger.leaf SET leaf_hash = ''",
        "DELETE FROM ledger.tile",
        "DELETE FROM ledger.checkpoint",
        "SELECT * FROM ledger.detail",
        "UPDATE ledger.log_state SET epoch = 7",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sequencer.execute(forbidden)


def test_tile_and_head_only_grow(as_role):
    sequencer = as_role("sequencer")
    sequencer.execute("INSERT INTO ledger.tile VALUES (7, 0, 2, %s)", [b"a" * 64])
    sequencer.execute("UPDATE ledger.tile SET width = 3, hashes = %s WHERE level = 7", [b"a" * 64 + b"b" * 32])
    for width, hashes in ((2, b"a" * 64), (3, b"c" * 96)):
        with pytest.raises(psycopg.Error, match="only grows"):
            sequencer.execute("UPDATE ledger.tile SET width = %s, hashes = %s WHERE level = 7", [width, hashes])
    with pytest.raises(psycopg.Error, match="only grows"):
        sequencer.execute("UPDATE ledger.log_state SET size = size - 1")


def test_key_of_a_subject_is_made_once_for_all_who_ask_together(as_role):
    subject = uuid4()
    keys: list[bytes] = []
    connections = [as_role("app") for _ in range(4)]
    threads = [
        threading.Thread(target=lambda c=c: keys.append(c.execute("SELECT ledger.key_of(%s)", [subject]).fetchone()[0]))
        for c in connections
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 4
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32


def test_erasure_waits_for_details_being_written_and_takes_them_too(as_role, draft):
    subject = uuid4()
    app, eraser = as_role("app"), as_role("app")
    erased: list[int] = []
    with app.transaction():
        key = app.execute("SELECT ledger.key_of(%s)", [subject]).fetchone()[0]
        said, detail = commit("contact.phone", "1234567", subject, key)
        thread = threading.Thread(
            target=lambda: erased.append(eraser.execute("SELECT ledger.erase(%s)", [subject]).fetchone()[0])
        )
        thread.start()
        time.sleep(0.2)
        assert erased == []
        app.pgconn.exec_(insert_statement(draft(changes={"phone": [None, said]}, details=[detail])))
    thread.join(timeout=5)
    assert erased == [1]
    auditor = as_role("auditor")
    assert not auditor.execute("SELECT 1 FROM ledger.detail WHERE subject = %s", [subject]).fetchone()
    assert not auditor.execute("SELECT 1 FROM ledger.subject_key WHERE subject = %s", [subject]).fetchone()


def test_details_go_by_erasure_alone(superuser, as_role, draft):
    subject = uuid4()
    app = as_role("app")
    key = app.execute("SELECT ledger.key_of(%s)", [subject]).fetchone()[0]
    app.pgconn.exec_(insert_statement(draft(details=[commit("a", "b", subject, key)[1]])))
    for change in (
        "DELETE FROM ledger.detail",
        "UPDATE ledger.detail SET salt = ''",
        "TRUNCATE ledger.detail",
        "DELETE FROM ledger.subject_key",
        "UPDATE ledger.subject_key SET key = key",
    ):
        with pytest.raises(psycopg.Error, match=r"ledger only grows|erased by"):
            superuser.execute(change)


def test_schema_can_be_laid_again(ledger_schema, superuser):
    superuser.execute("SET ROLE omniwarden_owner")
    before = superuser.execute("SELECT count(*) FROM ledger.entry").fetchone()
    superuser.execute(ledger_schema)
    assert superuser.execute("SELECT count(*) FROM ledger.entry").fetchone() == before
