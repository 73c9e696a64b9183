"""Personal content beside entries: reading it, and destroying it for good.

The entry keeps a salted commitment; its hash and every proof stay as they are. Without salt and key neither the content
nor a guess at it can be confirmed. Copies in backups go when the backups do.
"""

from typing import Any
from uuid import UUID

import psycopg
from cryptography.exceptions import InvalidTag

from kernel.errors import Refused
from kernel.ledger.entries import Detail, uncover


def key_of(connection: psycopg.Connection[Any], subject: UUID) -> bytes:
    """The subject's key for `entries.commit`, made at first need; role omniwarden_app, inside the action's transaction."""
    row = connection.execute("SELECT ledger.key_of(%s)", [subject]).fetchone()
    if row is None:
        raise Refused(None, "The ledger gave no key.")
    return bytes(row[0])


def erase_subject(connection: psycopg.Connection[Any], subject: UUID) -> int:
    """Destroy the subject's key and every detail; returns how many details. Waits for actions that write some now.

    Role omniwarden_app, inside the transaction of the action whose entry tells of it.
    """
    row = connection.execute("SELECT ledger.erase(%s)", [subject]).fetchone()
    return int(row[0]) if row else 0


def read_details(connection: psycopg.Connection[Any], action_id: UUID) -> dict[str, str]:
    """What lies beside an entry, in clear, by field; erased content is absent. Role omniwarden_auditor.

    Raises Refused when a content does not open with its subject's key: one of them was changed.
    """
    rows = connection.execute(
        "SELECT d.field, d.subject, d.salt, d.ciphertext, k.key FROM ledger.detail d"
        " LEFT JOIN ledger.subject_key k USING (subject) WHERE d.entry_action_id = %s ORDER BY d.id",
        [action_id],
    ).fetchall()
    found: dict[str, str] = {}
    for field, subject, salt, ciphertext, key in rows:
        if subject is not None and key is None:
            continue
        try:
            found[field] = uncover(Detail(field, subject, salt, ciphertext), key or b"")
        except InvalidTag as error:
            raise Refused(None, f"The content of {field} was changed: it does not open with its key.") from error
    return found
