"""The bytes of an entry: canonical JSON, personal commitments, and the SQL that adds both to the ledger.

Canonical JSON is RFC 8785 in a restricted profile on which every implementation agrees: ASCII keys, no floats,
integers below 2**53, no lone surrogates. An entry holds at most 16 KiB of it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAX_BODY = 16_384
MAX_SAFE_INTEGER = 2**53 - 1
MAX_DEPTH = 64
_PLAIN = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS
_NONCE = 12
# What may leave the body for a detail beside the entry when the body grows over MAX_BODY, in this order.
_OVERFLOWING = ("changes", "facts", "notes")


@dataclass(slots=True)
class Detail:
    """What lies beside an entry and may be erased: content under a subject's key, or an overflow (no subject)."""

    field: str
    subject: UUID | None
    salt: bytes
    ciphertext: bytes


@dataclass(slots=True)
class Draft:
    """An entry before it is written. `at` is aware; `actor` and `target` are pseudonymous references."""

    action_id: UUID
    at: datetime
    actor: str
    session: UUID | None
    action: str
    target: str | None
    scope: str
    outcome: str
    clauses: list[str] = field(default_factory=list)
    why: str | None = None
    edition: int = 0
    rows: int = 0
    changes: dict[str, Any] = field(default_factory=dict)
    facts: list[Any] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    details: list[Detail] = field(default_factory=list)


def canonical(value: Any) -> bytes:
    """Write a JSON value as RFC 8785 bytes; ValueError for anything outside the restricted profile."""
    _check(value, MAX_DEPTH)
    try:
        return orjson.dumps(value, option=_PLAIN)
    except orjson.JSONEncodeError as error:  # a lone surrogate
        raise ValueError(f"not canonical: {error}") from error


def _check(value: Any, depth: int) -> None:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return
    if kind is int:
        if not -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
            raise ValueError("not canonical: an integer beyond 2**53")
    elif depth == 0:
        raise ValueError(f"not canonical: deeper than {MAX_DEPTH} levels")
    elif kind is dict:
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                raise ValueError(f"not canonical: the key {key!r} is not ASCII text")
            _check(item, depth - 1)
    elif kind is list or kind is tuple:
        for item in value:
            _check(item, depth - 1)
    else:
        raise ValueError(f"not canonical: a value of type {kind.__name__}")


def time_text(at: datetime) -> str:
    """Write an aware time as the ledger does: UTC, always six digits of a second."""
    if at.tzinfo is None:
        raise ValueError("a time in the ledger must know its zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def fields_of(draft: Draft) -> dict[str, Any]:
    """The entry as a dictionary, in the shape every reader of the ledger sees. Null fields are left out."""
    fields = {
        "v": 1,
        "at": time_text(draft.at),
        "action_id": str(draft.action_id),
        "actor": draft.actor,
        "session": None if draft.session is None else str(draft.session),
        "action": draft.action,
        "target": draft.target,
        "scope": draft.scope,
        "outcome": draft.outcome,
        "clauses": draft.clauses,
        "why": draft.why,
        "edition": draft.edition,
        "rows": draft.rows,
        "changes": draft.changes,
        "facts": draft.facts,
        "notes": draft.notes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def encode(draft: Draft) -> tuple[bytes, list[Detail]]:
    """The canonical body, at most MAX_BODY bytes, and all details, those included that overflowed from the body.

    An overflowing field leaves {"digest": SHA-256 of its canonical bytes} (a list holds that one element).
    """
    fields = fields_of(draft)
    details = list(draft.details)
    body = canonical(fields)
    for name in _OVERFLOWING:
        if len(body) <= MAX_BODY:
            break
        content = canonical(fields[name])
        digest = {"digest": hashlib.sha256(content).hexdigest()}
        fields[name] = [digest] if isinstance(fields[name], list) else digest
        details.append(Detail(field=name, subject=None, salt=b"", ciphertext=content))
        body = canonical(fields)
    if len(body) > MAX_BODY:
        raise ValueError(f"an entry of {len(body)} bytes does not fit into {MAX_BODY}")
    return body, details


@dataclass(frozen=True, slots=True)
class Rendered:
    """An entry and its details as rows of SQL literals."""

    entry: str
    details: list[str]


def render(draft: Draft) -> Rendered:
    """Write a draft as SQL literals; ValueError if it is outside the profile or too large."""
    body, details = encode(draft)
    columns = (
        _uuid(draft.action_id),
        _text(draft.actor),
        _uuid(draft.session),
        _text(draft.action),
        _text(draft.target),
        _text(draft.scope),
        _text(draft.outcome),
        f"{draft.rows:d}",
        _bytes(body),
    )
    return Rendered(_row(columns), [_detail_row(draft.action_id, detail) for detail in details])


def statement(rendered: Iterable[Rendered]) -> bytes:
    """Complete SQL that adds entries: one INSERT for all entries, one for all details if there are any."""
    entries: list[str] = []
    details: list[str] = []
    for one in rendered:
        entries.append(one.entry)
        details.extend(one.details)
    sql = (
        "INSERT INTO ledger.entry (action_id, actor, session, action, target, scope, outcome, rows, body) VALUES "
        + ",".join(entries)
    )
    if details:
        sql += ";INSERT INTO ledger.detail (entry_action_id, field, subject, salt, ciphertext) VALUES "
        sql += ",".join(details)
    return sql.encode()


def insert_statement(draft: Draft) -> bytes:
    """Complete SQL that adds the entry and its details; one message, no parameters. ValueError outside the profile."""
    return statement([render(draft)])


def _detail_row(action_id: UUID, detail: Detail) -> str:
    return _row(
        (
            _uuid(action_id),
            _text(detail.field),
            _uuid(detail.subject),
            _bytes(detail.salt),
            _bytes(detail.ciphertext),
        )
    )


def _row(literals: Iterable[str]) -> str:
    return f"({','.join(literals)})"


def _text(value: str | None) -> str:
    """Quote text so that it means the same under every setting of standard_conforming_strings, in UTF-8."""
    if value is None:
        return "NULL"
    if "\x00" in value:
        raise ValueError("text in the ledger holds no NUL")
    return "E'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _bytes(value: bytes) -> str:
    return rf"E'\\x{value.hex()}'::bytea"


def _uuid(value: UUID | None) -> str:
    return "NULL::uuid" if value is None else f"'{value}'::uuid"


def commit(field_path: str, value: str, subject: UUID, key: bytes) -> tuple[str, Detail]:
    """Commit to personal content: what the entry says of it, and the detail that can be erased.

    The salt makes the commitment useless to who only guesses (a telephone number is soon guessed); the ciphertext is
    AES-256-GCM under the subject's 32-byte key, bound to subject and field, its 12-byte nonce in front.
    """
    salt = secrets.token_bytes(32)
    nonce = secrets.token_bytes(_NONCE)
    content = value.encode()
    sealed = nonce + AESGCM(key).encrypt(nonce, content, _binding(field_path, subject))
    return commitment(salt, value), Detail(field=field_path, subject=subject, salt=salt, ciphertext=sealed)


def commitment(salt: bytes, value: str) -> str:
    """What an entry says of a personal value: compare it to prove that the entry spoke of this value."""
    return "hmac-sha256:" + hmac.new(salt, value.encode(), hashlib.sha256).hexdigest()


def uncover(detail: Detail, key: bytes) -> str:
    """Read the content of a detail with its subject's key; cryptography's InvalidTag if either is another's."""
    if detail.subject is None:
        return detail.ciphertext.decode()
    nonce, sealed = detail.ciphertext[:_NONCE], detail.ciphertext[_NONCE:]
    return AESGCM(key).decrypt(nonce, sealed, _binding(detail.field, detail.subject)).decode()


def _binding(field_path: str, subject: UUID) -> bytes:
    return f"{subject}/{field_path}".encode()
