"""A small witness (C2SP tlog-witness): run by another team on another host, it cosigns only a log that grows.

`add_checkpoint` is the whole protocol as one function from request body to answer; any HTTP server may carry it to
`POST <prefix>/add-checkpoint`. The witness keeps one state file with the last size and root of each log.
"""

import base64
import binascii
import fcntl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from kernel.errors import Malformed, OmniError, Refused
from kernel.ledger.merkle import EMPTY_ROOT, HASH, verify_consistency
from kernel.ledger.notes import Checkpoint, SigningKey, Verifier, open_checkpoint
from kernel.ledger.signer import replace_file

_MAX_PROOF = 63
_MAX_BODY = 100_000
_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the witness answers: HTTP status, content type and text."""

    status: int
    text: str
    content_type: str = _TEXT


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness of some logs: `key` is of the kind COSIGNATURE, `logs` gives the keys trusted for each origin."""

    key: SigningKey
    logs: Mapping[str, Sequence[Verifier]]
    state_file: Path

    def add_checkpoint(self, body: bytes, seconds: int) -> Answer:
        """Answer one request made at a POSIX time: a cosignature, or why not. What it cosigned is durable before the answer."""
        try:
            old, proof, note = _parse(body)
            origin = note.partition("\n")[0]
        except (Malformed, UnicodeDecodeError):
            return Answer(400, "That is not a request to add a checkpoint.\n")
        if origin not in self.logs:
            return Answer(404, "This log is not known here.\n")
        try:
            checkpoint = open_checkpoint(note, self.logs[origin], origin)
        except Refused as error:
            return Answer(403, f"{error.why}\n")
        except OmniError as error:
            return Answer(400, f"{error.why}\n")
        if old > checkpoint.size:
            return Answer(400, "The old size is beyond the checkpoint.\n")
        with self.state_file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return self._judge(checkpoint, old, proof, seconds)

    def _judge(self, checkpoint: Checkpoint, old: int, proof: Sequence[bytes], seconds: int) -> Answer:
        state = self._read()
        size, root = state.get(checkpoint.origin, (0, EMPTY_ROOT.hex()))
        other_root = size == checkpoint.size and bytes.fromhex(root) != checkpoint.root
        if old != size or other_root:
            return Answer(409, f"{size}\n", "text/x.tlog.size")
        if not verify_consistency(size, checkpoint.size, bytes.fromhex(root), checkpoint.root, proof):
            return Answer(422, "The checkpoint does not continue the one cosigned before.\n")
        state[checkpoint.origin] = (checkpoint.size, checkpoint.root.hex())
        replace_file(self.state_file, orjson.dumps(state).decode())
        return Answer(200, self.key.cosign(checkpoint.text(), seconds))

    def _read(self) -> dict[str, tuple[int, str]]:
        if not self.state_file.exists():
            return {}
        return {origin: (size, root) for origin, (size, root) in orjson.loads(self.state_file.read_bytes()).items()}


def request_body(old: int, proof: Sequence[bytes], note: str) -> bytes:
    """The request a log sends: the size the witness knows, the consistency proof from there, and the checkpoint."""
    hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in proof)
    return f"old {old}\n{hashes}\n{note}".encode()


def _parse(body: bytes) -> tuple[int, list[bytes], str]:
    if len(body) > _MAX_BODY:
        raise Malformed("The request is too long.")
    top, gap, note = body.decode().partition("\n\n")
    first, *lines = top.split("\n")
    word, _, number = first.partition(" ")
    if not gap or word != "old" or not (number.isascii() and number.isdecimal()) or str(int(number)) != number:
        raise Malformed("The old size cannot be read.")
    try:
        proof = [base64.b64decode(line, validate=True) for line in lines]
    except binascii.Error as error:
        raise Malformed("A hash cannot be read.") from error
    if len(proof) > _MAX_PROOF or any(len(one) != HASH for one in proof):
        raise Malformed("The proof cannot be read.")
    return int(number), proof, note
