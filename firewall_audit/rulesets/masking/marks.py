"""What stands in a secret's place: a mark with a keyed fingerprint, so that "this secret changed" still shows in a difference. Pure. [PW-4]"""

import hmac
import re
from collections.abc import Callable

MARK = re.compile(r"\*\*secret-[0-9a-f]{16}\*\*")
"""Safe in every syntax: no blank, quote, bracket or semicolon."""


class Marks:
    """Gives each secret its mark (HMAC-SHA-256, 64 bits of it) under one key, and counts them."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.count = 0

    def of(self, secret: str) -> str:
        """Give the mark of a secret; a mark stays as it is, so that masking twice changes nothing, and an empty secret is none."""
        bare = secret.strip()
        if not bare or MARK.fullmatch(bare):
            return secret
        self.count += 1
        return f"**secret-{hmac.new(self._key, bare.encode('utf-8', 'surrogatepass'), 'sha256').hexdigest()[:16]}**"

    def quoted(self, value: str) -> str:
        """Give the mark of a value that may stand in quotes or end in a semicolon; both stay."""
        tail = ";" if len(value) > 1 and value.endswith(";") else ""
        bare = value.removesuffix(";") if tail else value
        if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "\"'":
            return f"{bare[0]}{self.of(bare[1:-1])}{bare[0]}{tail}"
        return self.of(bare) + tail


_HASHES = r"\$(?:1|2[abxy]?|5|6|7|8|9|14|y|sha1|sha512|argon2[a-z]*)\$[^\s\"';<>]+"
_WHOLE: tuple[re.Pattern[str], ...] = (
    re.compile(_HASHES),
    re.compile(r"(?<=\bENC )[^\s\"';<>]+"),
    re.compile(r"(?<![\w/+])-A[A-Z]==[\w+/=]{8,}"),
    re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
    re.compile(r"(?<![\w+/])LS0tLS1CRUdJTi[\w+/=\s]+"),
    re.compile(r"(?<=//)[^\s/@:\"'<>]{0,64}:[^\s/@\"'<>]{1,128}(?=@)"),
)
"""Known by their own form wherever they stand: password hashes, encrypted values, web tokens, PEM in base64, addresses with a password."""
_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)-----END \1-----", re.DOTALL)


def mask_forms(text: str, marks: Marks) -> str:
    """Mask what shows by its own form that it is a secret, in any syntax."""
    text = _PEM.sub(lambda m: f"-----BEGIN {m[1]}-----{marks.of(m[2])}-----END {m[1]}-----", text)
    for form in _WHOLE:
        text = form.sub(_marked(marks), text)
    return text


def _marked(marks: Marks) -> Callable[[re.Match[str]], str]:
    return lambda found: marks.of(found[0])
