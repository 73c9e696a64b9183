"""Verification finds what was changed, by whomever, and names it; exports stand alone."""

import json
import shutil
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest

from kernel.errors import Malformed, NotFound, Refused
from kernel.ledger.entries import commit, insert_statement
from kernel.ledger.erasure import erase_subject, key_of, read_details
from kernel.ledger.export import export_entries, export_log
from kernel.ledger.merkle import Frontier, leaf_hash
from kernel.ledger.notes import SigningKey
from kernel.ledger.proofs import Proof, check_proof, prove_entry, prove_index
from kernel.ledger.verify import verify_database, verify_entry, verify_export, verify_selection

ORIGIN = "omniwarden.example/test"


def verify(house, **options):
    return verify_database(house.connect("auditor"), house.signer.verifiers, **options)


def bend(house, *statements):
    """Change the database as a superuser who has lifted every guard."""
    superuser = house.superuser()
    superuser.execute("SET session_replication_role = replica")
    for table in ("entry", "leaf", "tile", "checkpoint", "log_state"):
        superuser.execute(f"ALTER TABLE ledger.{table} DISABLE TRIGGER ALL")
    for one in statements:
        assert superuser.execute(one).rowcount != 0


def test_untouched_log_is_sound(full_house):
    report = verify(full_house)
    assert (report.sound, report.checked, report.checkpoint.size) == (True, 1300, 1300)
    assert verify(full_house, since=1299).checked == 1300 - 1280
    assert verify(full_house, since=5000).sound


@pytest.mark.parametrize("since", [0, 256, 700])
def test_one_byte_changed_by_a_superuser_is_named_by_index_and_entry(full_house, copy_of, since):
    house = copy_of(full_house)
    (entry_id,) = house.one("SELECT entry_id FROM ledger.leaf WHERE leaf_index = 777")
    bend(house, f"UPDATE ledger.entry SET body = set_byte(body, 100, get_byte(body, 100) # 1) WHERE id = {entry_id}")
    report = verify(house, since=since)
    assert (report.first.index, report.first.entry_id) == (777, entry_id)
    assert not verify_entry(house.connect("auditor"), entry_id, house.signer.verifiers).sound
    house.close()


def test_entry_and_leaf_changed_together_are_found_in_the_tiles(full_house, copy_of):
    house = copy_of(full_house)
    bend(
        house,
        "UPDATE ledger.entry SET body = set_byte(body, position('message.sent'::bytea IN body), 65)"
        " WHERE id = (SELECT entry_id FROM ledger.leaf WHERE leaf_index = 300)",
        "UPDATE ledger.leaf l SET leaf_hash = e.leaf_hash FROM ledger.entry e WHERE e.id = l.entry_id AND leaf_index = 300",
    )
    assert verify(house).first.index == 300
    house.close()


def test_everything_rewritten_is_found_by_the_signature(full_house, copy_of):
    house = copy_of(full_house)
    bend(
        house,
        "UPDATE ledger.entry SET body = set_byte(body, position('message.sent'::bytea IN body), 65)"
        " WHERE id = (SELECT entry_id FROM ledger.leaf WHERE leaf_index = 300)",
        "UPDATE ledger.leaf l SET leaf_hash = e.leaf_hash FROM ledger.entry e WHERE e.id = l.entry_id AND leaf_index = 300",
    )
    frontier, superuser = Frontier(), house.superuser()
    superuser.execute("SET session_replication_role = replica")
    leaves = superuser.execute("SELECT leaf_hash FROM ledger.leaf ORDER BY leaf_index").fetchall()
    for tile in frontier.extend([row[0] for row in leaves]):
        superuser.execute(
            "UPDATE ledger.tile SET hashes = %s WHERE level = %s AND n = %s", [tile.hashes, tile.level, tile.n]
        )
    superuser.execute("UPDATE ledger.log_state SET root = %s", [frontier.root()])
    report = verify(house)
    assert [str(finding) for finding in report.findings] == [
        "the 1300 entries do not give the root of the signed checkpoint"
    ]
    house.close()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("DELETE FROM ledger.entry WHERE id = {id}", "the entry is gone"),
        ("UPDATE ledger.entry SET actor = 'person:other' WHERE id = {id}", "the column actor differs"),
        ("UPDATE ledger.entry SET target = NULL WHERE id = {id}", "the column target differs"),
        ("UPDATE ledger.entry SET outcome = 'denied' WHERE id = {id}", "the column outcome differs"),
        ("UPDATE ledger.entry SET at = at + interval '20 minutes' WHERE id = {id}", "the entry's time"),
        ("DELETE FROM ledger.leaf WHERE leaf_index = 42", "the tree has no leaf there"),
        (
            "UPDATE ledger.tile SET hashes = set_byte(hashes, 42 * 32, get_byte(hashes, 42 * 32) # 1) WHERE level = 0 AND n = 0",
            "what the tree holds",
        ),
    ],
)
def test_what_was_changed_beside_the_bytes_is_found_too(full_house, copy_of, change, found):
    house = copy_of(full_house)
    (entry_id,) = house.one("SELECT entry_id FROM ledger.leaf WHERE leaf_index = 42")
    bend(house, change.format(id=entry_id))
    finding = verify(house).first
    assert found in finding.what
    assert finding.index == 42
    house.close()


def test_upper_tile_changed_is_found(full_house, copy_of):
    house = copy_of(full_house)
    bend(house, "UPDATE ledger.tile SET hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1) WHERE level = 1")
    assert "tile 1/0" in verify(house).first.what
    assert "do not give the root" in verify(house, since=1000).first.what
    house.close()


def test_texts_that_json_escapes_are_compared_as_text(house):
    house.write(3, actor='a "quoted" \\ name\n', target="conversation:ü")
    house.write(3, why='because of "this",\n"why":"x', outcome="denied", session=None)
    house.settle()
    assert verify(house).findings == []


def test_entry_that_waits_too_long_and_one_passed_over_are_told(house):
    house.write(10)
    house.settle()
    house.write(1)
    assert verify(house).sound
    assert "has waited" in verify(house, patience=timedelta(0)).first.what
    house.settle()
    bend(house, "UPDATE ledger.log_state SET last_xid = '9000000'")
    house.write(1)
    assert "passed over" in verify(house).first.what


def test_head_that_does_not_continue_a_trusted_checkpoint_is_told(house):
    house.write(30)
    house.settle()
    kept = house.one("SELECT note FROM ledger.checkpoint")[0]
    house.write(30)
    house.settle()
    assert verify(house, trusted=kept).sound
    stranger = SigningKey.generate(ORIGIN)
    assert "does not hold" in verify(house, trusted=kept.replace("30\n", "31\n", 1)).first.what
    assert "does not hold" in verify_database(house.connect("auditor"), [stranger.verifier]).first.what
    later = house.one("SELECT max(note) FROM ledger.checkpoint WHERE size = 60")[0]
    bend(house, "DELETE FROM ledger.checkpoint WHERE size = 60")
    assert "older state" in verify(house, trusted=later).first.what


def test_log_nobody_signed_is_not_sound(house):
    assert "no signed checkpoint" in verify(house).first.what


def test_retired_months_leave_the_rest_verifiable(house):
    owner = house.superuser()
    owner.execute("SELECT ledger.ensure_partitions(0, now() - interval '2 months')")
    owner.execute(
        "INSERT INTO ledger.entry (action_id, actor, action, scope, outcome, body, at) SELECT"
        " gen_random_uuid(), 'a', 'b', 'c', 'done', '{}', now() - interval '40 days' FROM generate_series(1, 300)"
    )
    house.write(10)
    house.settle()
    owner.execute("SELECT ledger.retire(date_trunc('month', now()))")
    report = verify(house)
    assert (report.findings, report.checked) == ([], 310)


def test_proof_stands_alone_and_for_its_entry_only(full_house):
    auditor = full_house.connect("auditor")
    index, entry_id, body = auditor.execute(
        "SELECT leaf_index, id, body FROM ledger.leaf JOIN ledger.entry ON id = entry_id WHERE leaf_index = 1000"
    ).fetchone()
    text = prove_entry(auditor, entry_id).text()
    assert text == prove_index(auditor, index).text()
    proof = Proof.parse(text)
    assert proof.text() == text
    assert check_proof(proof, body, full_house.signer.verifiers, ORIGIN).size == 1300
    with pytest.raises(Refused, match="does not show"):
        check_proof(proof, body + b" ", full_house.signer.verifiers)
    with pytest.raises(Refused, match="another log"):
        check_proof(proof, body, full_house.signer.verifiers, "other.example")
    assert Proof.parse(text.replace("\nindex", "\nextra aGk=\nindex")) == proof
    for missing in (
        lambda: prove_index(auditor, 1300),
        lambda: prove_index(auditor, -1),
        lambda: prove_entry(auditor, 0),
    ):
        with pytest.raises(NotFound):
            missing()
    assert verify_entry(auditor, entry_id, full_house.signer.verifiers).sound
    assert not verify_entry(auditor, 0, full_house.signer.verifiers).sound


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1\nindex 0",
        "x\nindex 0\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex 01\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex 0\n*\n\nnote",
        "c2sp.org/tlog-proof@v1\nplace 0\n\nnote",
    ],
)
def test_what_is_no_proof_is_malformed(text):
    with pytest.raises(Malformed):
        Proof.parse(text)


def test_export_is_verified_without_a_database_and_grows(house, tmp_path):
    folder = tmp_path / "export"
    with pytest.raises(NotFound):
        export_log(house.connect("auditor"), folder)
    house.write(700)
    house.settle()
    kept = export_log(house.connect("auditor"), folder)
    assert kept.size == 700
    first = (folder / "tile/entries/000").stat().st_mtime_ns
    trusted = (folder / "checkpoint").read_text()
    house.write(100)
    house.settle()
    assert export_log(house.connect("auditor"), folder).size == 800
    assert (folder / "tile/entries/000").stat().st_mtime_ns == first
    report = verify_export(folder, house.signer.verifiers, trusted=trusted)
    assert (report.findings, report.checked) == ([], 800)


@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("tile/entries/001", 256),
        ("tile/entries/005.p/20", 1280),
        ("tile/0/002", 512),
        ("tile/1/000.p/5", None),
        ("checkpoint", None),
    ],
)
def test_one_byte_flipped_in_an_export_is_found(full_house, tmp_path, file, found):
    export_log(full_house.connect("auditor"), tmp_path)
    assert verify_export(tmp_path, full_house.signer.verifiers).sound
    raw = bytearray((tmp_path / file).read_bytes())
    raw[30] ^= 1
    (tmp_path / file).write_bytes(raw)
    assert verify_export(tmp_path, full_house.signer.verifiers).first.index == found


def test_cut_bundle_and_missing_one_are_found(full_house, tmp_path):
    export_log(full_house.connect("auditor"), tmp_path)
    bundle = tmp_path / "tile/entries/003"
    bundle.write_bytes(bundle.read_bytes()[:-5])
    assert verify_export(tmp_path, full_house.signer.verifiers).first.index == 1023
    bundle.unlink()
    assert verify_export(tmp_path, full_house.signer.verifiers).first.index == 768


def test_beginning_removed_by_retention_is_stood_for_by_its_tiles(full_house, tmp_path):
    export_log(full_house.connect("auditor"), tmp_path)
    (tmp_path / "tile/entries/000").unlink()
    report = verify_export(tmp_path, full_house.signer.verifiers)
    assert (report.findings, report.checked) == ([], 1300 - 256)
    shutil.rmtree(tmp_path / "tile/0")
    assert not verify_export(tmp_path, full_house.signer.verifiers).sound


def test_chosen_entries_are_handed_out_with_their_proofs(full_house, tmp_path):
    auditor = full_house.connect("auditor")
    assert export_entries(auditor, [3, 1299, 3], tmp_path / "some") == 2
    report = verify_selection(tmp_path / "some", full_house.signer.verifiers, ORIGIN)
    assert (report.findings, report.checked) == ([], 2)
    for name in ("one.zip", "two.zip"):
        assert export_entries(auditor, [3, 1299], tmp_path / name) == 2
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist() == ["3.json", "3.tlog-proof", "1299.json", "1299.tlog-proof", "README.txt"]
    entry = tmp_path / "some" / "3.json"
    entry.write_bytes(entry.read_bytes().replace(b"done", b"dune"))
    (tmp_path / "some" / "1299.tlog-proof").unlink()
    assert len(verify_selection(tmp_path / "some", full_house.signer.verifiers).findings) == 2
    with pytest.raises(NotFound):
        export_entries(auditor, [5000], tmp_path / "none")
    assert not verify_selection(tmp_path / "nowhere", full_house.signer.verifiers).sound


def test_erased_person_is_unreadable_and_every_proof_still_holds(house, draft):
    subject, other = uuid4(), uuid4()
    app = house.connect("app")
    with app.transaction():
        said, phone = commit("contact.phone", "+49 30 1234567", subject, key_of(app, subject))
        told, name = commit("contact.name", "Erika", other, key_of(app, other))
        entry = draft(changes={"contact": {"phone": [None, said], "name": [None, told]}}, details=[phone, name])
        app.pgconn.exec_(insert_statement(entry))
    house.settle()
    auditor = house.connect("auditor")
    before = prove_index(auditor, 0)
    assert read_details(auditor, entry.action_id) == {"contact.phone": "+49 30 1234567", "contact.name": "Erika"}
    assert erase_subject(app, subject) == 1
    house.write(1, action="person.erase")
    house.settle()
    assert read_details(auditor, entry.action_id) == {"contact.name": "Erika"}
    (body,) = house.one("SELECT body FROM ledger.entry WHERE action_id = %s", [entry.action_id])
    assert json.loads(body)["changes"]["contact"]["phone"][1] == said
    assert check_proof(before, body, house.signer.verifiers).size == 1
    assert check_proof(prove_index(auditor, 0), body, house.signer.verifiers).size == 2
    assert verify(house).sound
    assert key_of(app, subject) != key_of(app, other)


def test_content_changed_beside_the_entry_is_refused(house, draft):
    subject, app = uuid4(), house.connect("app")
    _, detail = commit("contact.phone", "1", subject, key_of(app, subject))
    entry = draft(details=[detail])
    app.pgconn.exec_(insert_statement(entry))
    superuser = house.superuser()
    superuser.execute("ALTER TABLE ledger.detail DISABLE TRIGGER ALL; UPDATE ledger.detail SET field = 'contact.name'")
    with pytest.raises(Refused, match="changed"):
        read_details(house.connect("auditor"), entry.action_id)


def test_entry_that_hashes_to_another_leaf_is_no_accident(full_house):
    rows = (
        full_house.connect("auditor")
        .execute("SELECT e.body, l.leaf_hash FROM ledger.leaf l JOIN ledger.entry e ON e.id = l.entry_id LIMIT 50")
        .fetchall()
    )
    assert all(leaf_hash(body) == recorded for body, recorded in rows)


@pytest.mark.parametrize("month", ["earlier", "later"])
def test_second_entry_under_an_id_is_found(full_house, copy_of, month):
    """In another month's partition an id may stand twice; whichever is read last, the forged one is named."""
    house = copy_of(full_house)
    at = "'2000-01-05Z'::timestamptz" if month == "earlier" else "'2099-01-05Z'::timestamptz"
    bend(
        house,
        "CREATE TABLE ledger.entry_forged PARTITION OF ledger.entry FOR VALUES FROM "
        + ("('2000-01-01Z') TO ('2000-02-01Z')" if month == "earlier" else "('2099-01-01Z') TO ('2099-02-01Z')"),
        "INSERT INTO ledger.entry (id, epoch, action_id, actor, action, scope, outcome, at, body) OVERRIDING SYSTEM VALUE"
        f" SELECT id, epoch, action_id, 'person:forged', action, scope, outcome, {at}, set_byte(body, 3, 66)"
        " FROM ledger.entry WHERE id = 50",
    )
    assert (verify(house).first.what, verify(house).first.entry_id) == ("the entry's bytes do not hash to its leaf", 50)
    house.close()
