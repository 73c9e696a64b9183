"""The database goes away and comes back: clear refusals in between, nothing lost, nothing doubled."""

import threading
from pathlib import Path

import psycopg
import pytest

from kernel import clock, db, founding, fresh, transaction
from kernel.actor import Actor, person
from kernel.db import uuid7
from kernel.errors import Unavailable
from kernel.postgres import start
from tests.conftest import leave, make_samples, use
from tests.kernel import sample
from tests.kernel.conftest import SETUP, entries_of

pytestmark = pytest.mark.database


def test_an_outage_is_told_and_over_when_it_is_over(tmp_path: Path) -> None:
    from api.schema import migrate

    before = db.settings
    cluster = start(tmp_path / "pg", quick=True)
    cluster.create_database("outage")
    url = cluster.dsn("outage")
    try:
        migrate(url)
        make_samples(url)
        leave()
        use(url)
        fresh.refresh(force=True)
        founding.found_house(SETUP, document=sample.DOCUMENT)
        writer = person(uuid7(), "Ama")
        sample.give(SETUP, ref=writer.ref, role="writer")
        note = sample.write(writer, text="kept")

        cluster.stop()
        with pytest.raises(Unavailable):
            sample.edit(writer, note.id, text="lost")
        with pytest.raises(Unavailable):
            sample.read(writer, note.id)

        cluster = start(tmp_path / "pg", quick=True)
        edited = _when_back(writer, note.id)
        assert edited.count == 1
        assert sample.read(writer, note.id).text == "back"
        assert [e["outcome"] for e in entries_of(url, "sample-note.edit")] == ["done"]
    finally:
        leave()
        db.settings = before
        cluster.stop()


def _when_back(writer: Actor, note_id: object) -> sample.SampleNote:
    deadline = clock.monotonic() + 20
    while True:
        try:
            return sample.edit(writer, note_id, text="back")
        except Unavailable:
            assert clock.monotonic() < deadline
            threading.Event().wait(0.1)


def test_a_backend_killed_in_the_middle_rolls_back_and_leaves_a_failure(house: str, writer: Actor, monkeypatch) -> None:
    note = sample.write(writer, text="first")
    original = sample.edit.body

    def cut(work, note, *, text):
        pid = work.session.connection().exec_driver_sql("select pg_backend_pid()").scalar_one()
        with db.connect("none", house) as conn:
            conn.execute("select pg_terminate_backend(%s)", [pid])
        return original(work, note, text=text)

    monkeypatch.setattr(sample.edit, "body", cut)
    with pytest.raises(Unavailable):
        sample.edit(writer, note.id, text="cut")
    monkeypatch.undo()
    assert sample.read(writer, note.id).text == "first"
    assert entries_of(house, "sample-note.edit")[-1]["outcome"] == "failed"
    assert sample.edit(writer, note.id, text="whole").text == "whole"


def test_a_commit_in_doubt_is_looked_up_before_it_is_called_failed(house: str, writer: Actor, monkeypatch) -> None:
    note = sample.write(writer, text="first")
    send = transaction.send

    def lose_the_answer(raw, statements):
        send(raw, statements)
        if statements.endswith(b"commit"):
            raw.pgconn.finish()
            raise psycopg.OperationalError("connection lost after the commit was sent")

    monkeypatch.setattr(transaction, "send", lose_the_answer)
    assert sample.edit(writer, note.id, text="done all the same").count == 1
    monkeypatch.undo()
    assert sample.read(writer, note.id).text == "done all the same"
    assert [e["outcome"] for e in entries_of(house, "sample-note.edit") if e["target"] == note.ref] == ["done"]


def test_a_right_withdrawn_by_another_process_stops_within_a_second(house: str, writer: Actor) -> None:
    note = sample.write(writer, text="first")
    with db.connect("none", house) as conn:  # another process: this one's own cache is not told
        conn.execute(
            "begin; set local session_replication_role = replica; alter table role_assignment disable trigger wall_stamp;"
            " alter table role_assignment disable trigger wall_entry; alter table access_state disable trigger user"
        )
        conn.execute("update role_assignment set taken_at = now() where subject = %s", [writer.ref])
        conn.execute("update access_state set counter = counter + 1")
        conn.execute("select 1")
        for table in ("role_assignment", "access_state"):
            conn.execute(
                f"alter table {table} enable always trigger wall_stamp; alter table {table} enable always trigger wall_entry"
            )
        conn.execute("commit")
    began = clock.monotonic()
    refused_after = None
    while clock.monotonic() - began < 3:
        try:
            sample.edit(writer, note.id, text="still")
        except Exception:  # noqa: BLE001
            refused_after = clock.monotonic() - began
            break
    assert refused_after is not None
    assert refused_after < 1.5  # a second by design; the rest is for a busy machine
