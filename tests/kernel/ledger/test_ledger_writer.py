"""Entries written in groups: durable before the answer, a bad one alone fails, a lost server is found again."""

import time
from concurrent.futures import wait

import psycopg
import pytest

from kernel.errors import Unavailable
from kernel.ledger.writer import Writer


@pytest.fixture
def writer(ledger_database, as_role):
    opened = Writer(lambda: as_role("app"))
    yield opened
    opened.close()


def found(as_role, drafts):
    ids = [draft.action_id for draft in drafts]
    rows = as_role("auditor").execute("SELECT action_id FROM ledger.entry WHERE action_id = ANY(%s)", [ids]).fetchall()
    return {row[0] for row in rows}


def test_what_waits_goes_in_few_transactions_and_is_there_when_the_future_ends(writer, as_role, draft):
    drafts = [draft(outcome="read") for _ in range(1000)]
    for future in [writer.write(one) for one in drafts]:
        future.result(timeout=10)
    assert found(as_role, drafts) == {one.action_id for one in drafts}
    transactions = as_role("auditor").execute("SELECT count(DISTINCT xid) FROM ledger.entry").fetchone()[0]
    assert transactions <= 500


def test_entry_the_database_refuses_fails_alone(writer, as_role, draft):
    drafts = [draft() for _ in range(50)]
    poisoned = draft(outcome="no such outcome")
    drafts.insert(17, poisoned)
    futures = [writer.write(one) for one in drafts]
    wait(futures, timeout=10)
    assert isinstance(futures[17].exception(), psycopg.errors.CheckViolation)
    assert [future for future in futures if future.exception()] == [futures[17]]
    assert found(as_role, drafts) == {one.action_id for one in drafts if one is not poisoned}


def test_entry_outside_the_profile_fails_alone(writer, as_role, draft):
    good, float_note, too_large = draft(), draft(notes={"share": 0.5}), draft(why="w" * 20_000)
    futures = [writer.write(one) for one in (float_note, good, too_large)]
    wait(futures, timeout=10)
    assert [type(future.exception()) for future in futures] == [ValueError, type(None), ValueError]
    assert found(as_role, [good, float_note, too_large]) == {good.action_id}


def test_oversized_changes_are_kept_beside_the_entry(writer, as_role, draft):
    large = draft(changes={f"row:{n}": {"text": ["a" * 50, "b" * 50]} for n in range(200)})
    writer.write(large).result(timeout=10)
    row = (
        as_role("auditor")
        .execute(
            "SELECT d.field, octet_length(d.ciphertext) > 16384, octet_length(e.body) < 1024 FROM ledger.entry e"
            " JOIN ledger.detail d ON d.entry_action_id = e.action_id WHERE e.action_id = %s",
            [large.action_id],
        )
        .fetchone()
    )
    assert row == ("changes", True, True)


def test_connection_ended_while_idle_is_made_anew_unnoticed(ledger_database, writer, as_role, draft):
    writer.write(draft()).result(timeout=10)
    with psycopg.connect(ledger_database, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", [writer._connection.info.backend_pid])
    time.sleep(0.1)
    late = draft()
    writer.write(late).result(timeout=10)
    assert found(as_role, [late]) == {late.action_id}


def test_whoever_waits_is_told_when_the_ledger_cannot_be_written(draft):
    def connect():
        raise psycopg.OperationalError("no server")

    writer = Writer(connect)
    futures = [writer.write(draft()) for _ in range(3)]
    wait(futures, timeout=10)
    assert all(isinstance(future.exception(), Unavailable) for future in futures)
    writer.close()


def test_server_lost_in_the_middle_fails_the_waiting_and_serves_the_next(ledger_database, as_role, draft):
    writer = Writer(lambda: as_role("app"))
    writer.write(draft()).result(timeout=10)
    with psycopg.connect(ledger_database) as admin:
        admin.execute("LOCK TABLE ledger.entry IN ACCESS EXCLUSIVE MODE")
        stuck = writer.write(draft())
        deadline = time.monotonic() + 5
        pid = writer._connection.info.backend_pid
        while time.monotonic() < deadline:
            if admin.execute("SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted", [pid]).fetchone():
                break
            time.sleep(0.01)
        admin.execute("SELECT pg_terminate_backend(%s)", [pid])
        with pytest.raises(Unavailable):
            stuck.result(timeout=10)
    later = draft()
    writer.write(later).result(timeout=10)
    assert found(as_role, [later]) == {later.action_id}
    writer.close()


def test_closing_writes_what_waits_and_then_refuses(as_role, draft):
    writer = Writer(lambda: as_role("app"))
    drafts = [draft() for _ in range(300)]
    futures = [writer.write(one) for one in drafts]
    writer.close()
    assert all(future.done() and future.exception() is None for future in futures)
    with pytest.raises(Unavailable):
        writer.write(draft())
    writer.close()
