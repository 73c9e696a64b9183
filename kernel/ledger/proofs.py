"""Proofs that an entry is in the log: self-contained files (C2SP tlog-proof) that anyone checks offline.

A proof and the entry's exact bytes suffice, with the log's public key known from elsewhere.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from kernel.errors import Malformed, NotFound, Refused
from kernel.ledger.lookup import checkpoint_note, tile_reader
from kernel.ledger.merkle import Tree, leaf_hash, verify_inclusion
from kernel.ledger.notes import Checkpoint, Verifier, open_checkpoint

MAGIC = "c2sp.org/tlog-proof@v1"
_MAX_PATH = 63


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry's index, the hashes from its sibling up, and the signed checkpoint they lead to."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str

    def text(self) -> str:
        """The proof as a .tlog-proof file."""
        hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in self.path)
        return f"{MAGIC}\nindex {self.index}\n{hashes}\n{self.checkpoint}"

    @classmethod
    def parse(cls, text: str) -> "Proof":
        """Read a .tlog-proof file; Malformed if it is none. Extra data is passed over."""
        top, gap, checkpoint = text.partition("\n\n")
        magic, *lines = top.split("\n")
        if lines and lines[0].startswith("extra "):
            del lines[0]
        if magic != MAGIC or not gap or not lines or len(lines) > 1 + _MAX_PATH:
            raise Malformed("That is not a proof.")
        word, _, number = lines[0].partition(" ")
        if word != "index" or not (number.isascii() and number.isdecimal()) or str(int(number)) != number:
            raise Malformed("That is not a proof: its index cannot be read.")
        try:
            path = tuple(base64.b64decode(line, validate=True) for line in lines[1:])
        except binascii.Error as error:
            raise Malformed("That is not a proof: a hash cannot be read.") from error
        return cls(int(number), path, checkpoint)


def prove_index(connection: psycopg.Connection[Any], index: int) -> Proof:
    """The proof for the entry at a leaf index, by the latest checkpoint; NotFound when no checkpoint reaches it yet."""
    note = checkpoint_note(connection)
    size = Checkpoint.parse(note).size if note else 0
    if note is None or not 0 <= index < size:
        raise NotFound("No signed checkpoint reaches that entry yet.")
    return Proof(index, tuple(Tree(size, tile_reader(connection)).inclusion(index)), note)


def prove_entry(connection: psycopg.Connection[Any], entry_id: int) -> Proof:
    """The proof for an entry by its id; NotFound when it is not in the tree of the latest checkpoint yet."""
    row = connection.execute("SELECT leaf_index FROM ledger.leaf WHERE entry_id = %s", [entry_id]).fetchone()
    if row is None:
        raise NotFound("That entry is not in the tree yet.")
    return prove_index(connection, row[0])


def check_proof(proof: Proof, body: bytes, verifiers: Sequence[Verifier], origin: str | None = None) -> Checkpoint:
    """The checkpoint under which the proof shows these bytes; Refused if it does not show them, or nobody trusted signed."""
    checkpoint = open_checkpoint(proof.checkpoint, verifiers, origin)
    if not verify_inclusion(proof.index, checkpoint.size, leaf_hash(body), checkpoint.root, proof.path):
        raise Refused(None, f"The proof does not show this entry at index {proof.index}.")
    return checkpoint
