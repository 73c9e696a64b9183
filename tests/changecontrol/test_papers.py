"""Papers: what may be attached and what not, judged by its bytes; tests never in production; what is kept stays as it is. [CC-2, CC-8, SW-10]"""

import base64
import hashlib
import importlib.util
import string
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import example, given
from hypothesis import strategies as st

import changecontrol
from changecontrol import files
from kernel import clock, db
from kernel.db import uuid7
from kernel.errors import Denied, Malformed, NotFound, Refused, Unavailable
from policy import book
from tests.changecontrol.builders import REPORT, House, fresh
from tests.rules.sources import ROOT

KINDS = ["application/pdf", "image/png", "image/jpeg", "application/json", "text/plain"]


def judge(name: str, content: bytes, most: int = 1000):
    return files.judged(name, content, most_bytes=most, kinds=KINDS)


@pytest.mark.parametrize(("name", "content", "kind"), [
    ("report.pdf", b"%PDF-1.7 x", "application/pdf"), ("shot.png", b"\x89PNG\r\n\x1a\nx", "image/png"),
    ("shot.JPEG", b"\xff\xd8\xff\xe0x", "image/jpeg"), ("run.log", "tout est passé\n".encode(), "text/plain"),
    ("run.json", b'{"passed": 42}', "application/json"), ("ran.txt", b"[not json", "text/plain"),
])  # fmt: skip
def test_what_is_what_it_says_is_attached(name: str, content: bytes, kind: str) -> None:
    assert judge(name, content)[1] == kind


@pytest.mark.parametrize(("name", "content", "why"), [
    ("empty.txt", b"", "empty"), ("large.txt", b"x" * 1001, "at most"), ("report.pdf", b"MZ\x90\x00", "kind"),
    ("report.pdf", b"just text", "another kind"), ("run.txt", b"%PDF-1.7", "another kind"), ("run.txt", b"#!/bin/sh\nrm", "kind"),
    ("zip.txt", b"PK\x03\x04\x00", "kind"), ("latin.txt", "é".encode("latin-1"), "kind"), ("utf16.txt", "long".encode("utf-16"), "kind"),
    ("elf.png", b"\x7fELF", "kind"), ("noending", b"text", "another kind"), ("page.html", b"<html>", "another kind"),
])  # fmt: skip
def test_what_is_not_is_refused(name: str, content: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        judge(name, content)


@pytest.mark.parametrize("name", [
    "", "   ", "../../etc/passwd.txt", "a/b.txt", "a\\b.txt", ".hidden.txt", "con.txt", "LPT1.log", "a\x00b.txt", "a\nb.txt", "report\u202etxt.exe.txt", "x" * 121 + ".txt", "a:b.txt", "end.", "z\u200bw.txt",
])  # fmt: skip
def test_a_hostile_name_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        judge(name, b"text")


@given(st.text(max_size=40), st.binary(max_size=60))
@example("a.txt", b"{" * 50)
def test_whatever_is_sent_is_judged_or_refused_and_never_breaks(name: str, content: bytes) -> None:
    try:
        plain, kind = judge(name, content)
    except Refused:
        return
    assert kind in KINDS
    assert not set(plain) & set("/\\\0" + string.whitespace.replace(" ", ""))


def test_a_file_is_kept_once_by_its_digest_and_read_back_whole(house: House) -> None:
    change = house.draft()
    kept = [
        changecontrol.attach(fresh(house.engineer), change.id, name=name, content=REPORT)
        for name in ("report.pdf", "again.pdf")
    ]
    assert {one.digest for one in kept} == {hashlib.sha256(REPORT).hexdigest()}
    with db.read_session() as session:
        assert session.query(changecontrol.models.FileContent).count() == 1
    read = changecontrol.read_attachment(fresh(house.officer), kept[1].id)
    assert (read.name, read.content, read.media_type) == ("again.pdf", REPORT, "application/pdf")
    assert base64.b64decode(read.model_dump(mode="json")["content"]) == REPORT


def test_what_lies_in_the_database_says_nothing_of_the_file(house: House) -> None:
    content = b"the names of all who were called\n" * 40
    kept = changecontrol.attach(fresh(house.engineer), house.draft().id, name="list.txt", content=content)
    with db.read_session() as session:
        row = session.query(changecontrol.models.FileContent).filter_by(digest=kept.digest).one()
    assert kept.digest == hashlib.sha256(content).hexdigest()
    assert (row.size, len(row.content)) == (len(content), len(content) + 12 + 16), "a nonce before it, a tag behind it"
    assert b"names" not in row.content
    assert changecontrol.read_attachment(fresh(house.officer), kept.id).content == content


def test_a_file_whose_key_was_erased_is_gone_and_one_that_was_changed_does_not_open(
    house: House, database: str
) -> None:
    kept = changecontrol.attach(fresh(house.engineer), house.draft().id, name="list.txt", content=b"all of it")
    with db.read_session() as session:
        row = session.query(changecontrol.models.FileContent).filter_by(digest=kept.digest).one()
    with psycopg.connect(database) as conn:
        conn.execute("alter table file_content disable trigger user")
        torn = row.content[:-1] + bytes([row.content[-1] ^ 1])
        conn.execute("update file_content set content = %s where id = %s", [torn, row.id])
        names = "select tgname from pg_trigger where tgrelid = 'file_content'::regclass and not tgisinternal"
        for (name,) in conn.execute(names).fetchall():
            conn.execute(f'alter table file_content enable always trigger "{name}"')
    with pytest.raises(Unavailable):
        changecontrol.read_attachment(fresh(house.officer), kept.id)
    with psycopg.connect(database) as conn:
        conn.execute("select ledger.erase(%s)", [row.id])
    with pytest.raises(Refused, match="erased"):
        changecontrol.read_attachment(fresh(house.officer), kept.id)


def test_what_was_kept_in_clear_before_is_encrypted_by_the_migration(database: str) -> None:
    found = importlib.util.spec_from_file_location("change_files", ROOT / "migrations/versions/0020_change_files.py")
    assert found is not None
    assert found.loader is not None
    migration = importlib.util.module_from_spec(found)
    found.loader.exec_module(migration)
    row, content = uuid7(), b"kept in clear"
    engine = sa.create_engine(database.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as conn:
        conn.execute(sa.text("alter table file_content disable trigger user"))
        told = {"id": row, "digest": hashlib.sha256(content).hexdigest(), "size": len(content), "content": content}
        conn.execute(sa.text("insert into file_content (id, version, digest, size, content) values (:id, 1, :digest, :size, :content)"), told)  # fmt: skip
        with Operations.context(MigrationContext.configure(conn)):
            migration.upgrade()
        kept, key = conn.execute(sa.text("select content, ledger.find_key(id) from file_content where id = :id"), {"id": row}).one()  # fmt: skip
        states = set(conn.execute(sa.text("select tgenabled::text from pg_trigger where tgrelid = 'file_content'::regclass and not tgisinternal")).scalars())  # fmt: skip
        conn.rollback()
    engine.dispose()
    assert content not in bytes(kept)
    assert AESGCM(bytes(key)).decrypt(kept[:12], kept[12:], row.bytes) == content
    assert states == {"A"}, "the walls stand again"


def test_a_json_door_sends_base64(house: House) -> None:
    change = house.draft()
    sent = base64.b64encode(REPORT).decode()
    assert changecontrol.attach(fresh(house.engineer), change.id, name="r.pdf", content=sent).size == len(REPORT)
    with pytest.raises(Malformed):
        changecontrol.attach(fresh(house.engineer), change.id, name="r.pdf", content="*not base64*")


def test_the_books_limit_holds(house: House) -> None:
    most = book.number("SW-10", "most_kilobytes") * 1024
    with pytest.raises(Refused, match="at most"):
        changecontrol.attach(fresh(house.engineer), house.draft().id, name="big.txt", content=b"x" * (most + 1))


def test_the_ledger_holds_the_digest_and_neither_content_nor_name(house: House, auditor) -> None:
    changecontrol.attach(
        fresh(house.engineer), house.draft().id, name="adjovi-cv.txt", content=b"the secret of the house"
    )
    (entry,) = auditor("change.attach")
    told = str(entry)
    assert hashlib.sha256(b"the secret of the house").hexdigest() in told
    assert "adjovi" not in told
    assert b"the secret of the house".hex() not in told


def test_nobody_tests_in_production_nor_in_the_future(house: House) -> None:
    change = house.draft()
    with pytest.raises(Refused, match="in production") as no:
        house.test(change, on=house.system().slug)
    assert no.value.clause == "CC-8"
    with pytest.raises(Refused, match="has taken place"):
        house.test(change, tested_at=clock.now() + timedelta(minutes=1))
    with pytest.raises(NotFound):
        house.test(change, on="nowhere")


def test_what_is_before_those_who_decide_gets_no_further_test(house: House) -> None:
    change = house.asked()
    with pytest.raises(Refused, match="sealed"):
        house.test(change)
    changecontrol.return_change(fresh(house.engineer), change.id, reason="one more test")
    house.test(change)
    assert changecontrol.ask_authorisation(fresh(house.engineer), change.id).state == "authorise"


def test_a_stranger_neither_attaches_nor_reads(house: House) -> None:
    from tests import world

    kept = changecontrol.attach(fresh(house.engineer), house.draft().id, name="r.pdf", content=REPORT)
    agent = world.person(role="agent")
    with pytest.raises((Denied, NotFound)):
        changecontrol.read_attachment(agent.actor, kept.id)
    with pytest.raises((Denied, NotFound)):
        changecontrol.attach(agent.actor, kept.change_id, name="r.pdf", content=REPORT)


def test_a_closed_change_keeps_its_papers_as_they_are(house: House) -> None:
    change = house.draft()
    changecontrol.cancel_change(fresh(house.engineer), change.id, reason="not needed")
    with pytest.raises(Refused, match="over"):
        changecontrol.attach(fresh(house.engineer), change.id, name="r.pdf", content=REPORT)
