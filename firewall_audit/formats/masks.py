"""What a log line must not carry on: passwords, keys and community names inside commands and changed attributes. Pure. [FW-2]"""

import re
from typing import Final

MASK: Final = "***"
_WORDS: Final = (
    r"passw(?:or)?d|passwd|passphrase|secret|shared-secret|pre-?shared-?key|pre-shared-key|psk(?:secret)?|psksecret|ppk-secret|community"
    r"|auth(?:entication)?-(?:key|password|pwd)|priv(?:acy)?-(?:key|password|pwd)|encrypted-password|encpass|key-string|wep-key|wpa-psk|api-?key"
    r"|private-key|token|phash|snmp-server host \S+|radius-key|tacacs-key|server-key"
)
# Behind the word may stand the way it is kept (0, 5, 7, ascii-text, encrypted, ...) before the value itself.
_KEPT: Final = r"(?:(?:\d{1,2}|ascii-text|hexadecimal|encrypted|plain-text|plain-text-password|local|remote|hash|md5|sha\d*|ENC) )?"
_SPOKEN = re.compile(rf"(?i)\b({_WORDS})(s?[ =:]+)({_KEPT})(\"[^\"]*\"?|'[^']*'?|[^\s\"'\[\],;]+)")
_BRACKETED = re.compile(rf"(?i)([\w-]*(?:{_WORDS}|passw|key))\[[^\]]*\]?")
_NAMED: Final = ("pass", "secr", "psk", "commun", "key", "token", "phash", "snmp-server")


def masked(text: str) -> str:
    """Return a command or a list of changed attributes with every secret's value as `***`; what is not a secret stays as it was."""
    lowered = text.lower()
    if not any(word in lowered for word in _NAMED):
        return text
    return _BRACKETED.sub(rf"\1[{MASK}]", _SPOKEN.sub(rf"\1\2\3{MASK}", text))
