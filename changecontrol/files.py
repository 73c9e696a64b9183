"""What may be attached: size, name and kind of a file, judged by its bytes and never by what the sender says. [CC-2, SW-10]

Pure: bytes and a name in, a media type out. Sizes and kinds are the book's.
"""

import json
import re
import unicodedata
from collections.abc import Collection

from kernel.errors import Refused

CLAUSE = "SW-10"
MOST_NAME = 120
_FORMS: tuple[tuple[str, bytes], ...] = (
    ("application/pdf", b"%PDF-"),
    ("image/png", b"\x89PNG\r\n\x1a\n"),
    ("image/jpeg", b"\xff\xd8\xff"),
)
_ENDINGS = {
    "application/pdf": {"pdf"},
    "image/png": {"png"},
    "image/jpeg": {"jpg", "jpeg"},
    "application/json": {"json"},
    "text/plain": {"txt", "log", "csv", "md", "xml", "diff", "patch"},
}
_RESERVED = re.compile(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
_FORBIDDEN = frozenset('/\\:*?"<>|')


def name_of(name: str) -> str:
    """Return the name of a file in one form (NFC).

    Raises Refused for an empty or long one, one that walks folders, hides, names a device or turns its own writing around.
    """
    plain = unicodedata.normalize("NFC", name).strip()
    if not plain or len(plain) > MOST_NAME:
        raise Refused(CLAUSE, f"The name of a file has 1 to {MOST_NAME} characters.")
    if any(unicodedata.category(sign)[0] == "C" or sign in _FORBIDDEN for sign in plain):
        raise Refused(CLAUSE, "The name of the file has signs that no name needs.")
    if plain.startswith(".") or plain.endswith(".") or _RESERVED.match(plain):
        raise Refused(CLAUSE, "This is no name for a file.")
    return plain


def kind_of(content: bytes) -> str | None:
    """Return the media type that the bytes themselves show; None where they show none that we know."""
    for kind, start in _FORMS:
        if content.startswith(start):
            return kind
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if any(sign < " " and sign not in "\t\n\r\f" for sign in text) or text.startswith("#!"):
        return None
    return "application/json" if _is_json(text) else "text/plain"


def _is_json(text: str) -> bool:
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def judged(name: str, content: bytes, *, most_bytes: int, kinds: Collection[str]) -> tuple[str, str]:
    """Return the name and the media type of a file that may be attached.

    Raises Refused for an empty or too large file, a kind that the book does not name, and a name that says another kind.
    """
    if not content:
        raise Refused(CLAUSE, "The file is empty.")
    if len(content) > most_bytes:
        raise Refused(CLAUSE, f"A file has {most_bytes} bytes at most.")
    plain = name_of(name)
    kind = kind_of(content)
    if kind is None or kind not in kinds:
        raise Refused(CLAUSE, "Files of this kind are not attached.")
    ending = plain.rpartition(".")[2].lower() if "." in plain else ""
    fitting = _ENDINGS[kind] | (_ENDINGS["text/plain"] if kind == "application/json" else set())
    if ending not in fitting:
        raise Refused(CLAUSE, "The name of the file says another kind than its content shows.")
    return plain, kind
