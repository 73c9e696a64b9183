"""The action frame on a real database: every outcome leaves its one entry, and nothing is written that is not told."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from kernel import db
from kernel.actor import NOBODY, Actor, person
from kernel.db import uuid7
from kernel.errors import Conflict, Denied, Malformed, NotFound, NotSignedIn, Refused
from tests.kernel import sample
from tests.kernel.conftest import SETUP, entries_of


def test_a_done_action_leaves_before_and_after(house: str, writer: Actor) -> None:
    note = sample.write(writer, text="first")
    sample.edit(writer, note.id, text="second")
    entry = entries_of(house, "sample-note.edit")[-1]
    assert entry["outcome"] == "done"
    assert entry["actor"] == writer.ref
    assert entry["target"] == f"sample-note:{note.id}"
    assert entry["changes"] == {f"sample-note:{note.id}": {"text": ["first", "second"], "count": [0, 1]}}
    assert entry["rows"] == 1
    written = entries_of(house, "sample-note.write")[-1]
    assert written["facts"] == ["sample.written"]
    assert written["rows"] == 2
    assert written["clauses"] == ["OC-14"]


def test_secrets_are_masked_and_personal_data_is_a_commitment(house: str, writer: Actor) -> None:
    owner = uuid7()
    note = sample.write(writer, text="x", owner=owner, pin="1234", phone="+22901020304")
    body = str(entries_of(house, "sample-note.write")[-1])
    assert "1234" not in body
    assert "22901020304" not in body
    changes = entries_of(house, "sample-note.write")[-1]["changes"][note.ref]  # type: ignore[index]
    assert changes["pin"] == [None, "***"]
    assert changes["phone"][1].startswith("hmac-sha256:")
    with db.connect(db.AUDITOR, house) as conn:
        assert conn.execute("select count(*) from ledger.detail where subject = %s", [owner]).fetchone() == (1,)


@pytest.mark.parametrize(
    ("act", "error", "outcome"),
    [
        (lambda _, n: sample.edit(NOBODY, n, text="a"), NotSignedIn, "denied"),
        (lambda _, n: sample.edit(person(uuid7(), "Kofi"), n, text="a"), Denied, "denied"),
        (lambda w, _: sample.edit(w, uuid7(), text="a"), NotFound, "not_found"),
        (lambda w, n: sample.edit(w, n, txt="a"), Malformed, "malformed"),
        (lambda w, n: sample.edit(w, n, text=3), Malformed, "malformed"),
        (lambda w, n: sample.edit(w, n, text="refuse"), Refused, "refused"),
        (lambda w, n: sample.edit(w, n, text="burst"), ZeroDivisionError, "failed"),
    ],
)
def test_every_no_rolls_back_and_leaves_its_own_entry(house: str, writer: Actor, act, error, outcome: str) -> None:
    note = sample.write(writer, text="first")
    before = len(entries_of(house, "sample-note.edit"))
    with pytest.raises(error):
        act(writer, note.id)
    entries = entries_of(house, "sample-note.edit")
    assert len(entries) == before + 1
    assert entries[-1]["outcome"] == outcome
    assert sample.read(writer, note.id).text == "first"


@pytest.mark.parametrize("how", ["driver", "text", "core", "savepoint", "nest"])
def test_ways_around_the_history_are_refused(house: str, writer: Actor, how: str) -> None:
    note = sample.write(writer, text="first")
    with pytest.raises(Exception, match=r"ledger entry tells|bulk|savepoints|actions never call actions"):
        sample.sneak(writer, note.id, how=how)
    assert sample.read(writer, note.id).count == 0
    assert entries_of(house, "sample-note.sneak")[-1]["outcome"] == "failed"


def test_records_written_alike_are_told_one_by_one(house: str, writer: Actor) -> None:
    notes = [sample.write(writer, text=text) for text in ("first", "level", "third")]
    sample.edit(writer, notes[2].id, text="third")
    sample.level(writer, ids=[note.id for note in notes], count=1, text="level")
    entry = entries_of(house, "sample-note.level")[-1]
    assert entry["changes"] == {
        notes[0].ref: {"text": ["first", "level"], "count": [0, 1], "pin": [None, "***"]},
        notes[1].ref: {"count": [0, 1]},
        notes[2].ref: {"text": ["third", "level"]},
    }
    assert entry["rows"] == 4
    assert [sample.read(writer, note.id).version - note.version for note in notes] == [2, 1, 2]
    sample.edit(writer, notes[1].id, text="goes on")


def test_records_written_alike_refuse_a_second_writer(house: str, writer: Actor) -> None:
    notes = [sample.write(writer, text="first") for _ in range(3)]
    with pytest.raises(Conflict):
        sample.level(writer, ids=[note.id for note in notes], count=7, text="level", stale=True)
    assert [sample.read(writer, note.id).count for note in notes] == [0, 0, 0]


def test_two_at_once_both_count(house: str, writer: Actor) -> None:
    note = sample.write(writer, text="first")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: sample.edit(writer, note.id, text=str(n)), range(64)))
    assert sample.read(writer, note.id).count == 64
    edits = [e for e in entries_of(house, "sample-note.edit") if e["target"] == note.ref]
    assert len(edits) == 64


def test_a_watched_reading_is_written_before_its_answer(house: str, writer: Actor) -> None:
    note = sample.write(writer, text="first")
    sample.read(writer, note.id)
    assert entries_of(house, "sample-note.read")[-1]["outcome"] == "read"


def test_a_reading_cannot_write(house: str, writer: Actor) -> None:
    note = sample.write(writer, text="first")
    with pytest.raises(Exception, match="read-only"):
        sample.scribble(writer, note.id)


def test_a_list_shows_what_may_be_read(house: str, writer: Actor) -> None:
    owner = person(uuid7(), "Efua")
    mine = sample.write(writer, text="mine", owner=owner.id)
    sample.write(writer, text="not mine", owner=uuid7())
    assert sample.list_notes(owner) == []
    sample.give(SETUP, ref=owner.ref, role="owner")
    assert [n.id for n in sample.list_notes(owner)] == [mine.id]
    with pytest.raises(Denied, match="not yours"):
        sample.edit(owner, sample.write(writer, text="other").id, text="x")


def test_a_stolen_stamp_does_not_help(house: str) -> None:
    with db.connect(db.APP, house) as conn:
        with pytest.raises(Exception, match="outside an action"):
            conn.execute("insert into sample_tally (id, version, heard) values (gen_random_uuid(), 0, 'x')")
        with pytest.raises(Exception, match="one ledger entry, found 0"):
            conn.execute(
                "begin; select set_config('app.action_id', gen_random_uuid()::text, true);"
                "insert into sample_tally (id, version, heard) values (gen_random_uuid(), 0, 'x'); commit"
            )


def test_a_time_boxed_role_ends_by_itself(house: str, writer: Actor) -> None:
    someone = person(uuid7(), "Yao")
    note = sample.write(writer, text="a")
    sample.give(SETUP, ref=someone.ref, role="writer", seconds=1)
    sample.edit(someone, note.id, text="b")
    gone = threading.Event()
    for _ in range(30):
        try:
            sample.edit(someone, note.id, text="c")
        except Denied:
            gone.set()
            break
        gone.wait(0.1)
    assert gone.is_set()


def test_nobody_gives_a_role_to_himself_nor_one_he_lacks(house: str) -> None:
    with pytest.raises(Refused, match="himself"):
        sample.give(SETUP, ref=SETUP.ref, role="writer")
    giver = person(uuid7(), "x")
    sample.give(SETUP, ref=giver.ref, role="giver")
    with pytest.raises(Denied, match="do not hold"):
        sample.give(giver, ref=person(uuid7(), "y").ref, role="writer")


def test_a_deleted_record_tells_what_it_was(house: str, writer: Actor) -> None:
    note = sample.write(writer, text="gone")
    sample.delete(writer, note.id)
    assert entries_of(house, "sample-note.delete")[-1]["changes"][note.ref]["text"] == ["gone", None]  # type: ignore[index]
    with pytest.raises(NotFound):
        sample.read(writer, note.id)


def test_founding_twice_is_a_conflict(house: str) -> None:
    from kernel.founding import found_house

    with pytest.raises(Conflict):
        found_house(SETUP, document=sample.DOCUMENT)


def test_a_remembered_key_that_was_erased_is_never_written_with(house: str, writer: Actor) -> None:
    owner = uuid7()
    sample.write(writer, text="x", owner=owner, phone="+22901020304")
    with db.connect(db.APP, house) as conn:
        conn.execute("select ledger.erase(%s)", [owner])
    with pytest.raises(Conflict):
        sample.write(writer, text="x", owner=owner, phone="+22901020305")
    with db.connect(db.AUDITOR, house) as conn:
        assert conn.execute("select count(*) from ledger.detail where subject = %s", [owner]).fetchone() == (0,)
    assert sample.write(writer, text="x", owner=owner, phone="+22901020306").phone == "+22901020306"
