"""Finds secrets that stand readable in text: line by line, without files, without memory of what it found. [PW-3]

A `Reader` is fed the lines of one file and says what each holds. It never keeps the whole text, so a file may be of any size.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Literal

from iam.plaintext.forms import FORMS_BY_HINT, Form, Kind, value_of
from iam.plaintext.values import is_placeholder, is_reference, is_sealed, is_secret, is_word, strength_asked, words_of

Language = Literal["code", "shell", "batch", "data"]
SUFFIXES: dict[str, Language] = {
    **dict.fromkeys(["py", "js", "mjs", "cjs", "jsx", "ts", "tsx", "java", "cs", "c", "h", "cc", "cpp", "hpp", "go", "rb", "php", "pl", "pm", "vb", "vbs", "wsf", "hta", "asp", "aspx", "ps1", "psm1", "psd1", "kt", "kts", "groovy", "gradle", "scala", "swift", "lua", "rs", "sql", "pls", "r", "json", "json5", "au3", "ahk", "tcl", "exp", "jsp", "erb"], "code"),
    **dict.fromkeys(["sh", "bash", "zsh", "ksh", "csh", "fish", "profile", "bashrc", "envrc", "mk", "dockerfile"], "shell"),
    **dict.fromkeys(["bat", "cmd", "nt", "btm", "kix"], "batch"),
}  # fmt: skip
EXPLAINED = frozenset({".pgpass", "pgpass.conf", "chap-secrets", "pap-secrets", "voicemail.conf"})
LONGEST_PIECE = 16_384
OVERLAP = 512
MOST_IN_LINE = 50

_STEMS = (
    "pass", "pwd", "pw", "psw", "psk", "mdp", "secret", "token", "key", "cred", "senha", "kennwort", "clave", "contrase",
)  # fmt: skip
_NAME = re.compile(
    r"[Mm]ots? de passe|[A-Za-zÀ-ÿ_][\wÀ-ÿ]{0,60}(?:[.\-][\wÀ-ÿ]{1,40}){0,4}",
)
_MARK = re.compile(r"[\"'\])}%]{0,3}\s{0,20}(=>|:=|={1,3}|!=|<>|:(?![:/\\]))\s{0,40}")
_TYPED = re.compile(r"\s{0,4}(?::|\bAs\b)\s{0,4}[\w.\[\]<>|?]{1,40}\s{0,4}=\s{0,4}", re.IGNORECASE)
_LISTED = re.compile(r"[\"']\s{0,10}\]?\s{0,10},\s{0,10}(?=[\"'])")
_SETTER = re.compile(
    r"\b(?:define|setproperty|put|set|setenv|putenv|setitem|addproperty|setattribute|add|option|usersecret|header)\s?\(\s{0,8}[\"'][\w.\-]{1,80}\Z",
    re.IGNORECASE,
)
_SETX = re.compile(
    r"\bsetx(?:\.exe)?\s+(?:/\S+\s+)?([A-Za-z_]\w{0,60})\s+(?:\"([^\"]{3,200})\"|(\S{3,200}))", re.IGNORECASE
)
_QUOTED = re.compile(
    r"@?[rbufLN]{0,2}(?:\"((?:[^\"\\]|\\.|\"\"){0,4100})\"|'((?:[^'\\]|\\.|''){0,4100})'|`([^`]{0,4100})`)"
)
_BARE = re.compile(r"[^\s;&|,\"'<>)\]}`]+")
_QUERY = re.compile(r"&\w{1,40}=")
_LEAD = re.compile(r"[\s\-\"'\[$@#;/!]*(?:(?:export|setenv|set)\s+)?\Z", re.IGNORECASE)
_INDENT = 80
_REST = re.compile(r"\s+[#;].*$|\s+//.*$|\s+rem\s.*$", re.IGNORECASE)
_PAIR = re.compile(
    r"\b(?:name|key|id|param|parametername|propertyname|variable)[\"']?\s{0,8}[=:]\s{0,8}[\"']?([A-Za-zÀ-ÿ_][\wÀ-ÿ.\-]{1,80})[\"']?",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"\b(?:value|val|default|text|content|stringvalue)[\"']?\s{0,8}[=:]\s{0,8}(?:\"([^\"]{1,4096})\"|'([^']{1,4096})'|([^\s\"',}<>]{1,4096}))",
    re.IGNORECASE,
)
_ELEMENT = re.compile(
    r"<(?:\w{1,20}:)?([A-Za-z_][\w.\-]{1,80})(?:\s[^<>]{0,400})?>(?:<!\[CDATA\[)?([^<>]{1,4096}?)(?:\]\]>)?</"
)
_NESTED = re.compile(r"<(?:\w{1,20}:)?([A-Za-z_][\w.\-]{1,80})>\s{0,8}<[Vv]alue>([^<>]{1,4096})</")
_OPENED = re.compile(r"<(?:\w{1,20}:)?([A-Za-z_][\w.\-]{1,80})(?:\s[^<>]{0,400})?>\s*$")
_PEM = re.compile(r"-----BEGIN ((?:[A-Z]{2,10} ){0,3})PRIVATE KEY(?: BLOCK)?-----\s*$")
_OPENSSH_PLAIN = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU"
_BODY = re.compile(r"[A-Za-z0-9+/=]{32,}\s*$")
_TOO_FEW = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """A secret on a line. Lives in memory only: whoever reports it keeps the kind and a fingerprint, never the value."""

    kind: Kind
    value: str = field(repr=False)


def language_of(name: str) -> Language:
    """Tell from a file's name how unquoted words in it are to be read."""
    path = PurePath(name.lower())
    suffix = path.suffix[1:] or path.name.lstrip(".")
    if suffix in ("template", "sample", "dist", "bak", "old", "orig", "txt"):
        suffix = PurePath(path.stem).suffix[1:] or suffix
    return SUFFIXES.get(suffix, "data")


class Reader:
    """Reads the lines of one file, in order, and says which secrets each holds."""

    def __init__(self, name: str) -> None:
        self._name = PurePath(name.lower()).name
        self._language = language_of(name)
        self._named, self._named_for = "", 0
        self._key: list[str] | None = None
        self._putty = ""

    def read(self, line: str) -> list[Hit]:
        """Return the secrets of the next line, each once. A very long line is read in pieces that overlap."""
        found: dict[str, Hit] = {}
        for start in range(0, max(1, len(line)), LONGEST_PIECE - OVERLAP):
            for hit in self._piece(line[start : start + LONGEST_PIECE]):
                found.setdefault(hit.value, hit)
                if len(found) >= MOST_IN_LINE:
                    return list(found.values())
        # A shorter cut of the same place says nothing more.
        return [h for h in found.values() if not any(h.value != o and h.value in o for o in found)]

    def _piece(self, line: str) -> Iterator[Hit]:
        yield from self._private_key(line)
        if self._name in EXPLAINED:
            yield from self._by_file(line)
        waiting = self._named
        lower = line.lower()
        if any(stem in lower for stem in _STEMS):
            yield from self._assignments(line)
            yield from _elements(line)
            self._pairs(line)
        yield from _forms(line, lower)
        if waiting:
            yield from _of_pair(line, waiting)
        self._named_for -= 1
        if self._named_for < 0:
            self._named = ""

    def _assignments(self, line: str) -> Iterator[Hit]:
        for match in _SETX.finditer(line):
            asked = strength_asked(match[1])
            value = match[2] or match[3]
            if asked is not None and is_secret(value, asked):
                yield Hit(_kind(asked), value)
        for name in _NAME.finditer(line):
            asked = strength_asked(name[0])
            if asked is None:
                continue
            at = self._value_at(line, name.end())
            if at is None:
                continue
            found = self._value(line, name.start(), at)
            argued = "," in line[name.end() : at] and " " in (found or ("",))[0]
            if found is not None and not argued and is_secret(found[0], asked, quoted=found[1]):
                yield Hit(_kind(asked), found[0])

    def _value_at(self, line: str, end: int) -> int | None:
        """Return where the value of a name that ends here begins, or None where nothing is assigned."""
        if self._language == "code":
            typed = _TYPED.match(line, end)
            if typed is not None:
                return typed.end()
        listed = _LISTED.match(line, end)
        if listed is not None:
            return listed.end() if _SETTER.search(line, 0, end) is not None else None
        mark = _MARK.match(line, end)
        if mark is None or mark[1] in ("!=", "<>"):
            return None
        return mark.end()

    def _value(self, line: str, start: int, at: int) -> tuple[str, bool] | None:
        quoted = _QUOTED.match(line, at)
        if quoted is not None:
            return next((group for group in quoted.groups() if group is not None), ""), True
        if self._language == "code":
            return _in_connection(line, start, at)
        if self._language == "batch" and re.match(r"\s*@?set\s", line, re.IGNORECASE):
            return line[at:].split("&", maxsplit=1)[0].strip().rstrip('"'), True
        leads = start < _INDENT and _LEAD.match(line[:start]) is not None
        if self._language == "data" and leads and line[at:].count(";") < _TOO_FEW and not _QUERY.search(line, at):
            return _rest_of(line[at:]), not re.match(r"[A-Za-z_][\w.]*\(", line[at:])
        bare = _BARE.match(line, at)
        if bare is None or (line[start:at].rstrip().endswith(":") and is_word(bare[0])):
            return None
        return bare[0].rstrip("\\."), False

    def _pairs(self, line: str) -> None:
        """Keep in mind a name that stands apart from its value: <add key="..." value="...">, name: on one line, value: on the next."""
        for match in _PAIR.finditer(line):
            if strength_asked(match[1]) is not None:
                self._named, self._named_for = match[1], 2
                return
        opened = _OPENED.search(line)
        if opened is not None and strength_asked(opened[1]) is not None:
            self._named, self._named_for = opened[1], 2

    def _by_file(self, line: str) -> Iterator[Hit]:
        """Read what only the file's name explains: .pgpass, chap-secrets, voicemail.conf, a private key of PuTTY."""
        parts: list[str] = []
        if self._name in (".pgpass", "pgpass.conf"):
            parts = re.split(r"(?<!\\):", line.strip())[4:5]
        elif self._name in ("chap-secrets", "pap-secrets"):
            parts = _split(line)[2:3]
        elif self._name == "voicemail.conf":
            found = re.match(r"\s*\d+\s*=>\s*(-?\w{4,}),", line)
            parts = [found[1]] if found else []
        for value in parts:
            if is_secret(value, "any"):
                yield Hit("password", value)

    def _private_key(self, line: str) -> Iterator[Hit]:
        if self._putty:
            if line.startswith("Encryption:"):
                self._putty = "open" if "none" in line else ""
            elif line.startswith("Private-Lines:") and self._putty == "open":
                self._putty = "next"
            elif self._putty == "next":
                self._putty = ""
                yield Hit("private-key", line.strip())
        if line.startswith("PuTTY-User-Key-File-"):
            self._putty = "begun"
        begun = _PEM.search(line) if "-----BEGIN" in line else None
        if begun is not None:
            self._key = None if "ENCRYPTED" in begun[1] else []
        elif self._key is not None:
            yield from self._key_line(line.strip().strip("\"'+,\\").removesuffix("\\n"))

    def _key_line(self, line: str) -> Iterator[Hit]:
        """Look at the first lines after BEGIN: headers tell of encryption, the body is the key."""
        seen, self._key = self._key or [], None
        if _BODY.match(line):
            if line.startswith("b3BlbnNzaC1rZXktdjE") and not line.startswith(_OPENSSH_PLAIN):
                return
            yield Hit("private-key", line)
        elif "ENCRYPTED" not in line and not line.startswith("-----") and len(seen) < _TOO_FEW:
            self._key = [*seen, line]


def _in_connection(line: str, start: int, at: int) -> tuple[str, bool] | None:
    """Read Password=...; inside a text of code: a connection string, or a query of an address."""
    before = line[max(0, start - _INDENT) : start].rstrip()
    if line[at - 1 : at] != "=" or not before.endswith((";", "&", "?", '"', "'")):
        return None
    bare = _BARE.match(line, at)
    return (bare[0], True) if bare is not None else None


def _split(line: str) -> list[str]:
    """Split a line into words as a shell does; an unclosed quote gives none."""
    try:
        return shlex.split(line, comments=True)
    except ValueError:
        return []


def _kind(asked: str) -> Kind:
    return "password" if asked == "any" else "key"


def _rest_of(text: str) -> str:
    """Return an unquoted value that runs to the end of its line, without the comment after it."""
    return _REST.sub("", text).strip().rstrip(",;").strip()


def _forms(line: str, lower: str) -> Iterator[Hit]:
    """Try the forms whose hint the line holds."""
    for hint, forms in FORMS_BY_HINT.items():
        if hint in lower:
            for form in forms:
                for match in form.pattern.finditer(line):
                    value = value_of(match)
                    if _passes(form, value):
                        yield Hit(form.kind, value)


def _passes(form: Form, value: str) -> bool:
    if form.shape:
        return bool(value) and not is_placeholder(value) and "example" not in value.lower()
    if form.kind == "connection" and is_reference(value):
        return False
    return is_secret(value, form.asked)


def _elements(line: str) -> Iterator[Hit]:
    """Read what stands between tags, and a name and value in one tag or one object."""
    if "<" in line:
        for match in _ELEMENT.finditer(line):
            asked = strength_asked(match[1])
            if asked is not None and is_secret(match[2].strip(), asked):
                yield Hit(_kind(asked), match[2].strip())
        for match in _NESTED.finditer(line):
            asked = strength_asked(match[1])
            if asked is not None and is_secret(match[2].strip(), asked):
                yield Hit(_kind(asked), match[2].strip())
    for match in _PAIR.finditer(line):
        if strength_asked(match[1]) is not None:
            yield from _of_pair(line[match.end() :], match[1])


def _of_pair(line: str, name: str) -> Iterator[Hit]:
    asked = strength_asked(name)
    match = (
        _VALUE.search(line)
        or re.match(r"[^<>]{0,200}>([^<>]{1,4096})()()</", line)
        or re.search(r"<[Vv]alue>([^<>]{1,4096})()()</", line)
    )
    if asked is None or match is None:
        return
    value = next((group for group in match.groups() if group), "").strip()
    # A value that names itself is a label: {"name": "password", "value": "password"}.
    if words_of(value) != words_of(name) and is_secret(value, asked, quoted=match[3] is None) and not is_sealed(value):
        yield Hit(_kind(asked), value)
