"""Entries come into the tree once each, in one order, whoever races, crashes or restores."""

import random
import subprocess
import sys
import threading
import time

import psycopg
import pytest

from kernel import postgres
from kernel.errors import Conflict, Refused, Unavailable
from kernel.ledger.entries import insert_statement
from kernel.ledger.merkle import Frontier, leaf_hash
from kernel.ledger.notes import open_checkpoint
from kernel.ledger.rotation import rotate
from kernel.ledger.sequencer import _TAKE, Sequencer, lag
from kernel.ledger.signer import Signed, Signer


def bodies(house):
    rows = (
        house.connect("auditor")
        .execute("SELECT leaf_index, body FROM ledger.leaf JOIN ledger.entry ON id = entry_id ORDER BY leaf_index")
        .fetchall()
    )
    assert [row[0] for row in rows] == list(range(len(rows)))
    return [row[1] for row in rows]


def sound(house):
    """The tree holds every entry once, and its root is that of all leaves."""
    frontier = Frontier()
    frontier.extend([leaf_hash(body) for body in bodies(house)])
    size, root = house.one("SELECT size, root FROM ledger.log_state")
    assert house.one("SELECT count(*) FROM ledger.entry")[0] == size == frontier.size
    assert frontier.root() == root
    return size


def test_entries_come_into_the_tree_and_its_head_is_signed(house):
    house.write(700)
    assert house.settle(house.sequencer(batch=256)) == 700
    assert sound(house) == 700
    size, note = house.one("SELECT size, note FROM ledger.checkpoint ORDER BY size DESC LIMIT 1")
    checkpoint = open_checkpoint(note, house.signer.verifiers, "omniwarden.example/test")
    assert (checkpoint.size, checkpoint.root) == (size, house.one("SELECT root FROM ledger.log_state")[0])


def test_entry_of_an_open_transaction_is_waited_for_and_never_passed(house, draft):
    early, sequencer = house.connect("app"), house.sequencer()
    early.execute("BEGIN")
    early.pgconn.exec_(insert_statement(draft(actor="early")))
    house.write(3)
    assert sequencer.step() == 0
    assert lag(house.connect("auditor")).entries == 3
    early.execute("COMMIT")
    house.settle(sequencer)
    assert b'"actor":"early"' in bodies(house)[0]
    assert lag(house.connect("auditor")).entries == 0


def test_order_is_that_of_transactions_as_numbers(house):
    """Not as text, where 1000 comes before 999: the cursor would pass entries for good."""
    app = house.connect("app")
    xid = 0
    while xid % 1000 < 990:
        xid = int(app.execute("SELECT pg_current_xact_id()::text").fetchone()[0])
    for _ in range(20):
        house.write(1)
    sequencer = house.sequencer(batch=3)
    assert house.settle(sequencer) == 20
    assert house.one(
        "SELECT count(*) FROM (SELECT xid > lag(xid) OVER (ORDER BY leaf_index) AS up"
        " FROM ledger.leaf JOIN ledger.entry ON id = entry_id) steps WHERE NOT up"
    ) == (0,)


def test_batch_is_read_in_the_order_of_the_index_without_statistics(house):
    """Else every batch of a backlog would read the whole backlog."""
    house.write(2000)
    house.superuser().execute("VACUUM ledger.entry")
    sequencer = house.sequencer(batch=10)
    house.step(sequencer)
    rows = sequencer._connection.execute("EXPLAIN " + _TAKE, {"epoch": 0, "xid": "0", "id": 0, "limit": 10}).fetchall()
    plan = "\n".join(row[0] for row in rows)
    assert "Merge Append" in plan
    assert "Sort  " not in plan


def test_rolled_back_entries_leave_no_gap(house, draft):
    app = house.connect("app")
    app.execute("BEGIN")
    app.pgconn.exec_(insert_statement(draft()))
    house.write(2)
    app.execute("ROLLBACK")
    assert house.settle() == sound(house) == 2


def test_second_sequencer_stands_by_and_takes_over(house):
    first, second = house.sequencer(), house.sequencer()
    house.write(5)
    house.settle(first)
    house.write(5)
    assert second.step() == 0
    first.close()
    assert house.settle(second) == 10


def test_sequencers_that_race_without_the_lock_add_every_entry_once(house, monkeypatch):
    monkeypatch.setattr("kernel.ledger.sequencer._lock", lambda _connection: True)
    stop = threading.Event()
    racers = [house.sequencer(batch=7) for _ in range(3)]
    failures: list[BaseException] = []

    def race(sequencer):
        try:
            sequencer.run(stop, interval=0.001)
        except BaseException as error:  # noqa: BLE001 - reported by the test
            failures.append(error)

    threads = [threading.Thread(target=race, args=[sequencer]) for sequencer in racers]
    for thread in threads:
        thread.start()
    for _ in range(30):
        house.write(20)
    deadline = time.monotonic() + 20
    while house.one("SELECT size FROM ledger.log_state")[0] < 600 and time.monotonic() < deadline and not failures:
        time.sleep(0.02)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sound(house) == 600


def test_crash_between_commit_and_signature_is_made_good(house, monkeypatch):
    house.write(10)
    with monkeypatch.context() as patched:
        patched.setattr(Signer, "sign", lambda *_: (_ for _ in ()).throw(OSError("power")))
        with pytest.raises(OSError, match="power"):
            house.settle()
    assert house.one("SELECT size FROM ledger.log_state")[0] == 10
    assert house.one("SELECT count(*) FROM ledger.checkpoint")[0] == 0
    house.step()
    assert house.one("SELECT max(size) FROM ledger.checkpoint")[0] == 10


def test_crash_between_signature_and_its_record_is_made_good(house):
    house.write(10)
    sequencer = house.sequencer()
    house.settle(sequencer)
    superuser = house.superuser()
    superuser.execute("ALTER TABLE ledger.checkpoint DISABLE TRIGGER ALL; DELETE FROM ledger.checkpoint")
    sequencer.close()
    house.step()
    assert house.one("SELECT max(size) FROM ledger.checkpoint")[0] == 10


def test_loop_survives_a_lost_connection_and_announces_each_head_once(house):
    sequencer, stop = house.sequencer(), threading.Event()
    listener = house.connect("auditor")
    listener.execute("LISTEN ledger")
    thread = threading.Thread(target=sequencer.run, args=[stop], kwargs={"interval": 0.01})
    thread.start()
    house.write(5)
    first = list(listener.notifies(timeout=10, stop_after=1))
    assert [note.payload for note in first] == ["5"]
    house.superuser().execute(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    house.write(5)
    second = list(listener.notifies(timeout=10, stop_after=1))
    stop.set()
    thread.join()
    assert [note.payload for note in second] == ["10"]
    assert list(listener.notifies(timeout=0)) == []


def test_restored_older_database_is_refused(house, copy_of):
    house.write(90)
    house.settle()
    backup = copy_of(house)
    house.write(10)
    house.settle()
    with pytest.raises(Refused, match="older state was restored"):
        backup.step()


def test_database_regrown_from_an_older_state_is_refused(house, copy_of, tmp_path):
    house.write(90)
    house.settle()
    backup = copy_of(house)
    house.write(10)
    house.settle()
    backup.write(30)
    # Grown by a sequencer whose signer knows nothing of the lost entries, as one who hides them would.
    (tmp_path / "accomplice").mkdir()
    accomplice = Signer.create(
        "omniwarden.example/test", tmp_path / "accomplice" / "key", tmp_path / "accomplice" / "state"
    )
    accomplice.reload = lambda: setattr(accomplice, "signed", Signed(1, b"", "", ()))
    accomplice.check = lambda *_: None
    accomplice.sign = lambda *_: "unsigned"
    bent = Sequencer(lambda: backup.connect("sequencer"), accomplice)
    backup.settle(bent)
    bent.close()
    assert backup.one("SELECT size FROM ledger.log_state")[0] == 120
    with pytest.raises(Refused, match="does not begin with"):
        backup.step()
    backup.close()


def test_changed_tiles_are_refused(house):
    house.write(10)
    house.settle()
    superuser = house.superuser()
    superuser.execute("ALTER TABLE ledger.tile DISABLE TRIGGER ALL")
    superuser.execute("UPDATE ledger.tile SET hashes = overlay(hashes PLACING '\\x00' FROM 3 FOR 1)")
    with pytest.raises(Refused, match="do not give the root"):
        house.step()
    superuser.execute("DELETE FROM ledger.tile")
    with pytest.raises(Refused, match="damaged"):
        house.step()


def test_signer_without_its_state_or_with_another_log_is_refused(house, tmp_path):
    house.write(1)
    house.settle()
    key, state = house.files
    state.unlink()
    with pytest.raises(Refused, match="missing"):
        house.sequencer()
    key.unlink()
    with pytest.raises(Refused, match="signed before"):
        house.step()
    stranger = Signer.open("other.example/log", tmp_path / "b.key", tmp_path / "b.state")
    with pytest.raises(Refused, match="holds the log"):
        Sequencer(lambda: house.connect("sequencer"), stranger).step()
    with pytest.raises(Refused, match="belongs to the log"):
        Signer("omniwarden.example/test", key, tmp_path / "b.state")


def test_key_that_others_may_read_is_refused(house):
    assert house.files[0].stat().st_mode & 0o777 == 0o600
    house.files[0].chmod(0o640)
    with pytest.raises(Refused, match="600"):
        house.sequencer()


def test_key_rotation_overlaps_and_commits_the_new_key(house, draft):
    old = house.signer.verifiers[0]
    stop, sequencer = threading.Event(), house.sequencer()
    thread = threading.Thread(target=sequencer.run, args=[stop], kwargs={"interval": 0.01})
    thread.start()
    try:
        plain = draft()
        vkey = rotate(
            house.connect("sequencer"), house.signer, at=plain.at, actor=plain.actor, action_id=plain.action_id
        )
    finally:
        stop.set()
        thread.join()
    size, note = house.one("SELECT size, note FROM ledger.checkpoint ORDER BY size DESC LIMIT 1")
    (new,) = house.signer.verifiers
    assert new.vkey == vkey != old.vkey
    assert open_checkpoint(note, [old]) == open_checkpoint(note, [new])
    assert size == 1
    assert vkey.encode() in bodies(house)[0]
    house.write(1)
    house.settle()
    later = house.one("SELECT note FROM ledger.checkpoint ORDER BY size DESC LIMIT 1")[0]
    assert open_checkpoint(later, [new]).size == 2
    with pytest.raises(Refused, match="No key"):
        open_checkpoint(later, [old])


def test_rotation_without_a_sequencer_keeps_both_keys_and_can_be_completed(house, draft):
    plain = draft()
    told = {"at": plain.at, "actor": plain.actor}
    with pytest.raises(Unavailable):
        rotate(house.connect("sequencer"), house.signer, action_id=plain.action_id, patience=0.1, **told)
    assert len(house.signer.verifiers) == 2
    with pytest.raises(Refused, match="Both keys"):
        house.signer.end_rotation(1)
    house.settle()
    house.signer.end_rotation(1)
    with pytest.raises(Conflict):
        house.signer.end_rotation(1)


def test_logical_restore_into_another_cluster_begins_an_epoch(house, tmp_path, tmp_path_factory):
    house.write(30)
    house.settle()
    house.write(5)
    other = postgres.start(tmp_path_factory.mktemp("other-cluster"), quick=True)
    try:
        other.create_database("restored")
        programs = postgres.find_programs(postgres.server_account())
        with psycopg.connect(other.dsn("postgres"), autocommit=True) as admin:
            for role in ("owner", "app", "sequencer", "auditor"):
                admin.execute(f"CREATE ROLE omniwarden_{role} NOLOGIN")
        dump = subprocess.run([programs / "pg_dump", house.address], capture_output=True, check=True).stdout
        subprocess.run(
            [programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", other.dsn("restored")],
            input=dump,
            capture_output=True,
            check=True,
        )
        restored = house.__class__(other.dsn("restored"), tmp_path)
        restored.write(2)
        with pytest.raises(Refused, match="begin_epoch"):
            restored.step()
        owner = restored.superuser()
        owner.execute("SET ROLE omniwarden_owner")
        owner.execute("SELECT ledger.begin_epoch()")
        restored.write(4)
        assert restored.settle(restored.sequencer(batch=3)) == 41
        assert sound(restored) == 41
        epochs = restored.one(
            "SELECT array_agg(epoch ORDER BY leaf_index) FROM ledger.leaf JOIN ledger.entry ON id = entry_id"
        )
        assert epochs[0] == [0] * 37 + [1] * 4
        restored.close()
    finally:
        other.stop()


def test_retention_drops_months_and_keeps_the_tree(house):
    owner = house.superuser()
    owner.execute("SET ROLE omniwarden_owner")
    owner.execute("SELECT ledger.ensure_partitions(0, now() - interval '3 months')")
    house.write(4)
    owner.execute(
        "INSERT INTO ledger.entry (action_id, actor, action, scope, outcome, body, at) SELECT"
        " gen_random_uuid(), 'a', 'b', 'c', 'done', '{}', now() - interval '2 months' FROM generate_series(1, 3)"
    )
    with pytest.raises(psycopg.Error, match="not all in the tree"):
        owner.execute("SELECT ledger.retire(now())")
    house.settle()
    assert owner.execute("SELECT ledger.retire(now())").fetchone() == (7,)
    assert house.one("SELECT count(*), min(at) > now() - interval '1 hour' FROM ledger.entry") == (4, True)
    assert house.one("SELECT count(*) FROM ledger.leaf") == (7,)
    house.write(1)
    sequencer = house.sequencer()
    while not house.step(sequencer):
        time.sleep(0.01)
    assert house.one("SELECT size, min_index FROM ledger.log_state") == (8, 7)


KILLED = """
import sys, threading, psycopg
from pathlib import Path
from kernel.ledger.sequencer import Sequencer
from kernel.ledger.signer import Signer
address, key, state = sys.argv[1:]
signer = Signer.open("omniwarden.example/test", Path(key), Path(state))
sequencer = Sequencer(lambda: psycopg.connect(address, autocommit=True), signer, batch=16, checkpoint_seconds=0)
while not sequencer.leads:
    sequencer.step()
print(flush=True)
sequencer.run(threading.Event(), 0.001)
"""


def test_sequencer_killed_again_and_again_loses_nothing_and_doubles_nothing(house):
    stop, chance = threading.Event(), random.Random(7)  # noqa: S311 - when to kill is no secret

    def work():
        while not stop.is_set():
            house.write(10)

    writers = [threading.Thread(target=work) for _ in range(2)]
    for writer in writers:
        writer.start()
    command = [sys.executable, "-c", KILLED, house.dsn("sequencer"), *map(str, house.files)]
    for _ in range(10):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            time.sleep(chance.uniform(0, 0.1))
            process.kill()
    stop.set()
    for writer in writers:
        writer.join()
    before = house.one("SELECT size FROM ledger.log_state")[0]
    assert before > 0
    house.settle()
    assert sound(house) >= before
