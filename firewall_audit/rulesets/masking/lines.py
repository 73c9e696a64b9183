"""Secrets of configurations that are written line by line: Cisco, FortiOS, Palo Alto's set lines, Junos. Pure. [PW-4]"""

import re

from firewall_audit.rulesets.masking.marks import Marks

_VALUE = r"(?:\"(?:[^\"\\\n]|\\.)*\"?|'[^'\n]*'?|\S+)"
_WORDS = (
    "password|passwd|passphrase|pass-phrase|secret|psksecret|pre-shared-key|pre-shared-secret|preshared-key|psk|shared-secret|shared-key|"
    "key-string|encrypted-password|plain-text-password|plain-text-password-value|simple-password|authentication-password|"
    "privacy-password|authentication-key|message-digest-key|privacy-key|auth-pwd|priv-pwd|private-key|api-key|apikey|token|"
    "auth-token|access-token|phash|snmp-community-string|bind-password|bindpw|ldap-login-password|login-password|ppk-secret|"
    "hmac-key|wpa-psk|wpa-passphrase|sso-password|group-password|server-key|key|md5-key|sae-password|auth-password|ssh-rsa|"
    "ssh-ed25519|ssh-dss|ssh-ecdsa|ssh-public-key[1-3]|config-key|admin-password|rwcommunity|rocommunity"
)
_KIND = (
    r"\d{1,3}|ENC|encrypted|clear|plain|ascii-text|ascii|hexadecimal|hex|hash|key|level[ \t]+\d+|md5|sha|sha\d+|sha-\d+|"
    r"hmac-sha-?\d+|sha2-\d+|password-encryption|encrypted-password|nt-encrypted|pbkdf2|scrypt|local|remote"
)
_KEYED = re.compile(
    rf"(?<![\w.-])(?P<lead>(?:{_WORDS})[\"']?(?:[ \t]*[:=][ \t]*|[ \t]+)(?:(?:{_KIND})[ \t]+){{0,4}})(?P<value>{_VALUE})",
    re.IGNORECASE,
)
_NO_SECRET = re.compile(
    r"(?:chain|generate|zeroize|rsa|ecdsa|encryption|policy|expire\S*|lifetime|min\S*|max\S*|history|recovery|complexity|"
    r"protect|enable|disable|pubkey-chain|storage|modulus|usage\S*|exchange|profile|label|retry\S*|attempts)[;]?",
    re.IGNORECASE,
)
"""Words of the grammar that follow `key` or `password` where no secret does."""
_REST = re.compile(
    r"(?P<lead>^[ \t]*(?:enable[ \t]+(?:secret|password)|password|key-string|key|username[ \t]+\S+(?:[ \t]+privilege[ \t]+\d+)?[ \t]+(?:secret|password))"
    r"[ \t]+(?:(?:level[ \t]+\d+|\d)[ \t]+){0,2})(?P<value>[^\s\"'][^\n]*)$",
    re.MULTILINE,
)
"""Where IOS takes the rest of the line, blanks and all."""
_WHOLE_LINE = re.compile(r"[ \t]*(?:enable|username)[ \t]")
"""Where a secret must follow, whatever word it is."""
_AFTER = re.compile(
    r"(?P<lead>\b(?:auth[ \t]+(?:md5|sha\S*)|priv[ \t]+(?:des|3des|aes)(?:[ \t]+\d+)?|"
    r"(?:standby|vrrp|glbp)[ \t][^\n]{0,80}?authentication(?:[ \t]+text|[ \t]+md5[ \t]+key-string(?:[ \t]+7)?)?)[ \t]+)"
    rf"(?P<value>(?!md5\b|text\b){_VALUE})"
)
_SNMP_HOST = re.compile(r"^[ \t]*snmp-server[ \t]+host[ \t].*$", re.MULTILINE)
_SNMP_WORDS = re.compile(
    r"(?:snmp-server|host|version|v?[123]c?|auth|noauth|priv|traps?|informs?|poll|udp-port|\d+|vrf|community|use-vrf|source-interface|[\d.]+|[\da-fA-F]*:[\da-fA-F:]+)"
)
_COMMUNITY = re.compile(
    rf"(?P<lead>\b(?:snmp-server|set[ \t]+snmp|snmp)\b[^\n]{{0,200}}?[ \t]community[ \t]+(?:[08][ \t]+)?)(?P<value>{_VALUE})"
)
_HEX = re.compile(r"(?:^[ \t]*(?:[0-9A-Fa-f]{2,8}[ \t]+){3,}[0-9A-Fa-f]{1,8}[ \t]*\r?\n)+", re.MULTILINE)
"""Certificates and keys as IOS and ASA write them: lines of hexadecimal groups."""
_RULE = re.compile(
    r"[ \t]*(?:access-list\b|-A[ \t]|\d+[ \t]+(?:permit|deny)\b|(?:permit|deny)\b|remark\b|set[ \t][^\n]*\b(?:rulebase|policies|rules)[ \t]|edit[ \t])"
)
"""Lines of rules: a rule may be called `password`, and what follows is no secret."""


def mask_lines(text: str, marks: Marks) -> str:
    """Mask the secrets that a word before them gives away; nothing of a rule is touched."""
    text = _HEX.sub(lambda m: f"  {marks.of(m[0])}\n", text)
    return "\n".join(_in_blocks(text.split("\n"), marks))


def _in_blocks(lines: list[str], marks: Marks) -> list[str]:
    """Mask line by line, knowing whether one stands in a block of SNMP (Junos braces; FortiOS `config`)."""
    told, depth, junos, forti = [], 0, -1, False
    for line in lines:
        bare = line.strip()
        if bare.startswith("config "):
            forti = "snmp community" in bare
        if junos < 0 and re.match(r"snmp\s*\{", bare):
            junos = depth
        elif junos >= 0:
            line = re.sub(rf"(\bcommunity\s+)({_VALUE})", lambda m: m[1] + marks.quoted(m[2]), line)  # noqa: PLW2901
        if forti and bare.startswith("set name "):
            line = _put(line, line.index("set name ") + 9, marks)  # noqa: PLW2901
        depth += line.count("{") - line.count("}")
        if junos >= 0 and depth <= junos:
            junos = -1
        told.append(_line(line, marks))
    return told


def _put(line: str, place: int, marks: Marks) -> str:
    return line[:place] + marks.quoted(line[place:].rstrip("\r"))


def _line(line: str, marks: Marks) -> str:
    if _RULE.match(line):
        return line
    line = _REST.sub(lambda m: _keep(m, marks), line)
    line = _AFTER.sub(lambda m: _keep(m, marks), line)
    line = _COMMUNITY.sub(lambda m: _keep(m, marks), line)
    line = _SNMP_HOST.sub(lambda m: _host(m[0], marks), line)
    return _KEYED.sub(lambda m: _keep(m, marks), line)


def _keep(found: re.Match[str], marks: Marks) -> str:
    value = found["value"]
    word, blank, _ = value.partition(" ")
    if value in {"{", "}"} or (_NO_SECRET.fullmatch(word) and (blank or not _WHOLE_LINE.match(found["lead"]))):
        return found[0]
    return found["lead"] + marks.quoted(value)


def _host(line: str, marks: Marks) -> str:
    """Mask the community of a trap's receiver: behind the address, whatever is no word of the grammar."""
    words = re.split(r"([ \t]+)", line)
    seen = False
    for place, word in enumerate(words):
        if re.fullmatch(r"\d+\.\d+\.\d+\.\d+|[\da-fA-F]*:[\da-fA-F:]+", word):
            seen = True
        elif seen and word.strip() and not _SNMP_WORDS.fullmatch(word):
            words[place] = marks.quoted(word)
    return "".join(words)
