"""The key file of the house: what is sealed at rest, and the fingerprints that stand for codes and names. [PW-4]

The file holds one 32-byte key a line in hex; the first is in use, the others still open what they sealed. It lies beside the
signing key, outside the database, so that a stolen database alone gives away neither OTP secrets nor short codes.
"""

import hashlib
import hmac
import os
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kernel.errors import Unavailable
from kernel.settings import settings

NAME = "identity.key"
_MARK, _NONCE = 4, 12


@lru_cache(maxsize=1)
def _masters() -> tuple[bytes, ...]:
    path = settings.key_folder / NAME
    if not path.exists():
        _make(path)
    found = tuple(bytes.fromhex(line) for line in path.read_text(encoding="ascii").split())
    if not found or any(len(key) != 32 for key in found):  # noqa: PLR2004 - AES-256
        raise Unavailable(f"The key file {path.name} does not hold keys of 32 bytes.")
    return found


def _make(path: Path) -> None:
    """Make the key file whole or not at all; of two processes that start at once one wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{os.urandom(8).hex()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(os.urandom(32).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


@lru_cache(maxsize=64)
def _derived(master: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"omniwarden/{purpose}".encode()).derive(master)


def _mark(master: bytes) -> bytes:
    return hashlib.sha256(b"omniwarden/mark" + master).digest()[:_MARK]


def seal(plain: bytes, about: str) -> bytes:
    """Encrypt (AES-256-GCM, fresh nonce) what only its own row may open: `about` names the row and is authenticated."""
    master = _masters()[0]
    nonce = os.urandom(_NONCE)
    return _mark(master) + nonce + AESGCM(_derived(master, "seal")).encrypt(nonce, plain, about.encode())


def unseal(sealed: bytes, about: str) -> bytes:
    """Open what was sealed for this row.

    Raises:
        Unavailable: when its key is not in the key file, or the content was changed or moved from another row.

    """
    for master in _masters():
        if hmac.compare_digest(_mark(master), sealed[:_MARK]):
            nonce, content = sealed[_MARK : _MARK + _NONCE], sealed[_MARK + _NONCE :]
            try:
                return AESGCM(_derived(master, "seal")).decrypt(nonce, content, about.encode())
            except InvalidTag:
                break
    raise Unavailable("A sealed secret cannot be opened with the keys at hand.")


def fingerprint(purpose: str, text: str) -> bytes:
    """Return what stands for a code or a name: HMAC-SHA-256 under a key of its own (32 bytes)."""
    return hmac.new(_derived(_masters()[0], purpose), text.encode(), "sha256").digest()


def pseudonym(text: str) -> str:
    """Return what the ledger may say instead of a name or an address: the same each time, reversible by nobody."""
    return fingerprint("pseudonym", text).hex()[:16]
