"""The canonical bytes, what overflows from them, personal commitments, and the SQL that carries them."""

import hashlib
import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest
import rfc8785
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.ledger.entries import MAX_BODY, Detail, canonical, commit, commitment, encode, insert_statement, uncover

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
keys = st.text(st.characters(max_codepoint=127), max_size=10)
leaves = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=5))


@given(values)
@settings(max_examples=500)
def test_canonical_bytes_equal_those_of_another_implementation(value):
    assert canonical(value) == rfc8785.dumps(value)


@given(values)
def test_canonical_bytes_say_what_was_meant(value):
    assert json.loads(canonical(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        {"a": 1.0},
        {"é": 1},
        {1: 2},
        2**53,
        -(2**53),
        "\ud800",
        b"bytes",
        uuid4(),
        datetime(2026, 1, 1, tzinfo=UTC),
        {"a": {1, 2}},
    ],
)
def test_values_on_which_implementations_differ_are_refused(value):
    with pytest.raises(ValueError, match="not canonical"):
        canonical(value)


def test_depth_is_bounded():
    value: list = []
    for _ in range(100):
        value = [value]
    with pytest.raises(ValueError, match="deeper"):
        canonical(value)


def test_null_fields_are_left_out_and_time_has_six_digits(draft):
    body, _ = encode(draft(session=None, target=None, at=datetime.fromisoformat("2026-11-23T11:00:00+01:00")))
    fields = json.loads(body)
    assert {"session", "target", "why"}.isdisjoint(fields)
    assert fields["at"] == "2026-11-23T10:00:00.000000Z"


def test_time_without_zone_is_refused(draft):
    with pytest.raises(ValueError, match="zone"):
        encode(draft(at=datetime(2026, 11, 23)))  # noqa: DTZ001 - that is the mistake


def test_changes_over_16_kib_lie_beside_the_entry_under_their_digest(draft):
    changes = {f"row:{n}": {"text": ["a" * 50, "b" * 50]} for n in range(200)}
    body, details = encode(draft(changes=changes))
    assert len(body) <= MAX_BODY
    assert json.loads(body)["changes"] == {"digest": hashlib.sha256(canonical(changes)).hexdigest()}
    assert details == [Detail("changes", None, b"", canonical(changes))]


def test_facts_and_notes_overflow_too_and_nothing_else_may(draft):
    long = ["x" * 9_000, "y" * 9_000]
    body, details = encode(draft(facts=long, notes={"long": "z" * 20_000}))
    assert [detail.field for detail in details] == ["changes", "facts", "notes"]
    assert json.loads(body)["facts"] == [{"digest": hashlib.sha256(canonical(long)).hexdigest()}]
    with pytest.raises(ValueError, match="does not fit"):
        encode(draft(why="w" * 20_000))


def test_commitment_proves_the_value_and_hides_it():
    subject, key = uuid4(), bytes(range(32))
    said, detail = commit("contact.phone", "+49 30 1234567", subject, key)
    assert said == commitment(detail.salt, "+49 30 1234567")
    assert said != commit("contact.phone", "+49 30 1234567", subject, key)[0]
    assert uncover(detail, key) == "+49 30 1234567"
    assert b"1234567" not in detail.ciphertext


def test_content_opens_only_as_its_own_field_of_its_own_subject():
    subject, key = uuid4(), bytes(32)
    _, detail = commit("contact.phone", "1", subject, key)
    for moved in (
        Detail("contact.name", subject, detail.salt, detail.ciphertext),
        Detail("contact.phone", uuid4(), detail.salt, detail.ciphertext),
    ):
        with pytest.raises(InvalidTag):
            uncover(moved, key)


@given(texts.filter(lambda text: "\x00" not in text))
@settings(max_examples=50, deadline=None)
def test_any_text_arrives_as_written(ledger_database, role_connection, text):
    draft = role_connection.draft(actor=text, target=text + "'\\; --", scope="\\" + text)
    role_connection.app.pgconn.exec_(insert_statement(draft))
    found = role_connection.auditor.execute(
        "SELECT actor, target, scope, action_id, session FROM ledger.entry WHERE action_id = %s", [draft.action_id]
    ).fetchone()
    assert found == (draft.actor, draft.target, draft.scope, draft.action_id, draft.session)


def test_text_arrives_whatever_the_server_makes_of_backslashes(as_role, draft):
    app = as_role("app")
    app.execute("SET standard_conforming_strings = off")
    app.execute("SET escape_string_warning = off")
    entry = draft(actor="a\\'b", details=[Detail("f", None, b"\x00\x5c'", b"\xff")])
    app.pgconn.exec_(insert_statement(entry))
    row = (
        as_role("auditor")
        .execute(
            "SELECT e.actor, e.body, e.leaf_hash, d.salt, d.ciphertext FROM ledger.entry e"
            " JOIN ledger.detail d ON d.entry_action_id = e.action_id WHERE action_id = %s",
            [entry.action_id],
        )
        .fetchone()
    )
    body = encode(entry)[0]
    assert row == ("a\\'b", body, hashlib.sha256(b"\x00" + body).digest(), b"\x00\x5c'", b"\xff")


def test_nul_is_refused_before_the_server_sees_it(draft):
    with pytest.raises(ValueError, match="NUL"):
        insert_statement(draft(actor="a\x00b"))


def test_entry_and_details_are_one_transaction(as_role, draft):
    entry = draft(details=[Detail("f", UUID(int=1), b"too short", b"")])
    result = as_role("app").pgconn.exec_(insert_statement(entry))
    assert b"check constraint" in result.error_message
    assert (
        not as_role("auditor").execute("SELECT 1 FROM ledger.entry WHERE action_id = %s", [entry.action_id]).fetchone()
    )


def test_application_cannot_choose_time_order_or_identity(as_role):
    app = as_role("app")
    for column in ("id", "xid", "epoch", "at", "leaf_hash"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(
                f"INSERT INTO ledger.entry (action_id, actor, action, scope, outcome, body, {column})"
                " VALUES (gen_random_uuid(), '', '', '', 'done', '{}', DEFAULT)"
            )
