"""Changing the ledger's signing key: a time with both keys, an entry that commits the new one, then the new one alone."""

import time
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from kernel.clock import monotonic
from kernel.errors import Refused, Unavailable
from kernel.ledger.entries import insert_statement
from kernel.ledger.signer import Signer

_PLACE = """
SELECT l.leaf_index FROM ledger.entry e JOIN ledger.leaf l ON l.entry_id = e.id WHERE e.action_id = %s"""


def rotate(
    connection: psycopg.Connection[Any],
    signer: Signer,
    *,
    at: datetime,
    actor: str,
    action_id: UUID,
    patience: float = 30.0,
) -> str:
    """Rotate the key while a sequencer runs; returns the new verifier key, to be told to everyone who verifies.

    `connection` is autocommit, in the role omniwarden_sequencer; `signer` stands on the sequencer's own files. Raises
    Unavailable when both keys have not signed the entry within `patience` seconds: both then go on signing, and calling
    again completes the rotation.
    """
    connection.execute(insert_statement(signer.begin_rotation(at, actor, action_id)))
    until = monotonic() + patience
    while not _ended(connection, signer, action_id):
        if monotonic() > until:
            raise Unavailable("No sequencer has signed with both keys yet; rotate again once it runs.")
        time.sleep(0.05)
    return signer.verifiers[0].vkey


def _ended(connection: psycopg.Connection[Any], signer: Signer, action_id: UUID) -> bool:
    row = connection.execute(_PLACE, [action_id]).fetchone()
    if row is None:
        return False
    try:
        signer.end_rotation(row[0] + 1)
    except Refused:
        return False
    return True
