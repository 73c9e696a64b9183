"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature), with Ed25519 keys.

A verifier key reads `<name>+<key id>+<base64 of kind and public key>`, a signing key `PRIVATE+KEY+` before the same with the
seed: the forms of Go's golang.org/x/mod/sumdb/note. Kinds: 0x01 Ed25519 (logs), 0x04 timestamped cosignature (witnesses).
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kernel.errors import Malformed, Refused
from kernel.ledger.merkle import HASH

ED25519 = 0x01
COSIGNATURE = 0x04
_KINDS = (ED25519, COSIGNATURE)
_PRIVATE = "PRIVATE+KEY+"
_DASH = "\u2014 "
_MAX_NOTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key that is trusted under a name."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as text."""
        return _key_text(self.name, self.key_id, bytes([self.kind]) + self.public)

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """Read a verifier key; Malformed if it is none, or of a kind unknown here."""
        name, key_id, material = _parse_key(text)
        verifier = cls(name, material[0], material[1:])
        if verifier.key_id != key_id:
            raise Malformed("The verifier key does not fit its own id.")
        return verifier

    def verify(self, text: str, signature: bytes) -> bool:
        """Tell whether the signature (without key id) is this key's over the note text."""
        message = text.encode()
        if self.kind == COSIGNATURE:
            message = _cosigned(text, int.from_bytes(signature[:8], "big"))
            signature = signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """A private key with the name it signs under."""

    def __init__(self, name: str, seed: bytes, kind: int = ED25519) -> None:
        if not name or "+" in name or any(character.isspace() for character in name):
            raise Malformed("The name of a signing key has no spaces and no plus.")
        self._seed = seed
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name, kind, self._private.public_key().public_bytes_raw())

    @classmethod
    def generate(cls, name: str, kind: int = ED25519) -> "SigningKey":
        """Make a new key."""
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw(), kind)

    @classmethod
    def parse(cls, text: str) -> "SigningKey":
        """Read a signing key; Malformed if it is none."""
        if not text.startswith(_PRIVATE):
            raise Malformed("That is not a signing key.")
        name, key_id, material = _parse_key(text.removeprefix(_PRIVATE))
        key = cls(name, material[1:], material[0])
        if key.verifier.key_id != key_id:
            raise Malformed("The signing key does not fit its own id.")
        return key

    def secret_text(self) -> str:
        """The key as text, for its file."""
        return _PRIVATE + _key_text(self.verifier.name, self.verifier.key_id, bytes([self.verifier.kind]) + self._seed)

    def sign(self, text: str) -> str:
        """The signature line for a note text."""
        return self._line(self._private.sign(text.encode()))

    def cosign(self, text: str, seconds: int) -> str:
        """The cosignature line for a checkpoint's text at a POSIX time."""
        return self._line(seconds.to_bytes(8, "big") + self._private.sign(_cosigned(text, seconds)))

    def _line(self, signature: bytes) -> str:
        return f"{_DASH}{self.verifier.name} {_base64(self.verifier.key_id + signature)}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its origin, size and root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note text that is signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a checkpoint's text; extension lines are allowed and not kept. Malformed if it is none."""
        lines = text.split("\n")
        try:
            origin, size, root = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True)
        except (IndexError, ValueError) as error:
            raise Malformed("That is not a checkpoint.") from error
        if not origin or lines[-1] or str(size) != lines[1] or size < 0 or len(root) != HASH:
            raise Malformed("That is not a checkpoint.")
        return cls(origin, size, root)


def sign_checkpoint(checkpoint: Checkpoint, keys: Iterable[SigningKey]) -> str:
    """Write the checkpoint as a note signed by every key."""
    text = checkpoint.text()
    return f"{text}\n{''.join(key.sign(text) for key in keys)}"


def open_note(note: str, verifiers: Iterable[Verifier]) -> tuple[str, list[Verifier]]:
    """The text of a note and whose signatures on it hold.

    Signatures of unknown keys are passed over. Raises Malformed if it is not a note, Refused if a known key's signature is
    wrong or no known key has signed.
    """
    text, lines = _split_note(note)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    held: list[Verifier] = []
    for line in lines:
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        raw = _decode(encoded)
        verifier = known.get((name, raw[:4]))
        if verifier is None or verifier in held:
            continue
        if not verifier.verify(text, raw[4:]):
            raise Refused(None, f"The signature of {name} on the note is wrong.")
        held.append(verifier)
    if not held:
        raise Refused(None, "No key that is trusted has signed the note.")
    return text, held


def open_checkpoint(note: str, verifiers: Sequence[Verifier], origin: str | None = None) -> Checkpoint:
    """The checkpoint in a note that a key of the log has signed. Raises as open_note; Refused for another log's."""
    text, held = open_note(note, verifiers)
    checkpoint = Checkpoint.parse(text)
    if origin not in (None, checkpoint.origin) or checkpoint.origin not in {verifier.name for verifier in held}:
        raise Refused(None, f"The checkpoint is of another log: {checkpoint.origin}.")
    return checkpoint


def _split_note(note: str) -> tuple[str, list[str]]:
    text, gap, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if (
        not gap
        or len(note) > _MAX_NOTE
        or lines.pop()
        or not lines
        or not all(line.startswith(_DASH) for line in lines)
        or any(character < " " and character != "\n" for character in note)
    ):
        raise Malformed("That is not a signed note.")
    return text + "\n", lines


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _key_text(name: str, key_id: bytes, material: bytes) -> str:
    return f"{name}+{key_id.hex()}+{_base64(material)}"


def _parse_key(text: str) -> tuple[str, bytes, bytes]:
    """Name, key id and material (kind and 32 bytes) of a key's text."""
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    material = _decode(encoded)
    if len(material) != 1 + HASH or material[0] not in _KINDS:
        raise Malformed("That is not a key of a kind known here.")
    try:
        return name, bytes.fromhex(key_id), material
    except ValueError as error:
        raise Malformed("That is not a key.") from error


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decode(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise Malformed("That is not base64.") from error
