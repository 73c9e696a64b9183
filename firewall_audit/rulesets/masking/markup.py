"""Secrets of configurations that are written in XML: pfSense, OPNsense, Palo Alto. Read as text, so that nothing of it is lost. Pure. [PW-4]"""

import re

from firewall_audit.rulesets.masking.marks import Marks, mask_forms

_PIECE = re.compile(r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<[^>]*>|[^<]+", re.DOTALL)
_NAME = re.compile(r"<(/?)([\w:.-]+)")
_SECRET = re.compile(
    r".*(?:passw|passphrase|secret|psk|pre-?shared|phash|community|token|private|privkey|api-?key|authorizedkeys|otp_seed|bindpw|"
    r"keydata|shared_key|sharedkey|certificate).*|.*(?:^|[_-])(?:pass|key|keys|pwd|hash|seed|tls|prv|crt|cert|csr|pin)$",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"(?:certificate-profile|.*profile|password-complexity|.*expir.*|.*lifetime.*|certref|.*-ref|.*_ref|.*refid|disable.*|enable.*|"
    r"tokens?-per.*|noantilockout|.*interval|.*period|.*policy|key-?type|keylen.*|key_?length|digest_?alg)",
    re.IGNORECASE,
)
"""Names that sound of a secret and hold none."""
_FLAGS = frozenset({"yes", "no", "on", "off", "true", "false", "enabled", "disabled", "0", "1", "none"})
_ATTRIBUTE = re.compile(r"([\w:.-]+)(\s*=\s*)(\"[^\"]*\"|'[^']*')")


def mask_markup(text: str, marks: Marks) -> str:
    """Mask the text of every element whose name tells of a secret, of all that lies in it, and such attributes."""
    open_names: list[str] = []
    secret_from = -1
    told = []
    for found in _PIECE.finditer(text):
        piece = found[0]
        if piece.startswith("<![CDATA["):
            inner = piece[9:-3]
            told.append(f"<![CDATA[{_text(inner, marks, secret=secret_from >= 0)}]]>")
        elif piece.startswith("<!--"):
            told.append(mask_forms(piece, marks))
        elif piece.startswith("<"):
            told.append(_ATTRIBUTE.sub(lambda m: _attribute(m, marks), piece))
            secret_from = _step(piece, open_names, secret_from)
        else:
            told.append(_text(piece, marks, secret=secret_from >= 0))
    return "".join(told)


def _step(piece: str, open_names: list[str], secret_from: int) -> int:
    """Follow one tag; give the depth from which all is secret, -1 where it is not."""
    named = _NAME.match(piece)
    if named is None or piece.endswith("/>"):
        return secret_from
    closes, name = named[1] == "/", named[2]
    if not closes:
        open_names.append(name)
        return len(open_names) - 1 if secret_from < 0 and _tells(name) else secret_from
    while open_names:
        if open_names.pop() == name:
            break
    return -1 if len(open_names) <= secret_from else secret_from


def _tells(name: str) -> bool:
    bare = name.rpartition(":")[2]
    return _SECRET.fullmatch(bare) is not None and _PLAIN.fullmatch(bare) is None


def _text(text: str, marks: Marks, *, secret: bool) -> str:
    bare = text.strip()
    if not bare or (secret and bare.lower() in _FLAGS):
        return text
    return text.replace(bare, marks.of(bare)) if secret else mask_forms(text, marks)


def _attribute(found: re.Match[str], marks: Marks) -> str:
    return found[1] + found[2] + marks.quoted(found[3]) if _tells(found[1]) else found[0]
