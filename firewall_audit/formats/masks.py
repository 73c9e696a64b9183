"""What a log line must not carry on: passwords, keys and community names inside commands and changed attributes. Pure. [FW-2]"""

import re
from typing import Final

from firewall_audit.events import LONGEST_DETAIL

MASK: Final = "***"
_LONGEST: Final = 4 * LONGEST_DETAIL
_WORDS: Final = (
    r"passw(?:or)?d|passwd|passphrase|secret|shared-secret|pre-?shared-?key|pre-shared-key|psk(?:secret)?|psksecret|ppk-secret|community"
    r"|auth(?:entication)?-(?:key|password|pwd)|priv(?:acy)?-(?:key|password|pwd)|encrypted-password|encpass|key-string|wep-key|wpa-psk|api-?key"
    r"|private-key|token|phash|snmp-server host \S+|radius-key|tacacs-key|server-key|(?:isakmp|tacacs-server|radius-server) key|key(?= \d )"
)
# Behind the word may stand the way it is kept (0, 5, 7, ascii-text, encrypted, ...) before the value itself.
_KEPT: Final = r"(?:(?:\d{1,2}|cipher|irreversible-cipher|simple|plain|clear|ascii-text|hexadecimal|encrypted|plain-text|plain-text-password|local|remote|hash|md5|sha\d*|ENC) )?"
# In a sentence such a word is spoken of, not followed by its value.
_SPOKEN_OF: Final = r"(?!(?:is|was|has|for|of|and|or|in|incorrect|wrong|change|changed|expired|mismatch|attempt|authentication|policy|has been|server|user)\b)"
_SPOKEN = re.compile(rf"(?i)\b({_WORDS})(s?[ =:]+)({_KEPT}){_SPOKEN_OF}(\"[^\"]*\"?|'[^']*'?|[^\s\"'\[\],;]+)")
_BRACKETED = re.compile(rf"(?i)(?<![\w-])([\w-]{{0,48}}(?:{_WORDS}|passw|key))\[[^\]]*\]?")
_NAMED: Final = ("pass", "secr", "psk", "commun", "key", "token", "phash", "snmp-server")


def masked(text: str) -> str:
    """Return a command or a list of changed attributes with every secret's value as `***`; what is not a secret stays as it was."""
    text = text[:_LONGEST]
    lowered = text.lower()
    if not any(word in lowered for word in _NAMED):
        return text
    return _BRACKETED.sub(rf"\1[{MASK}]", _SPOKEN.sub(rf"\1\2\3{MASK}", text))
