"""The scanner of readable secrets: what it finds, what it lets be, and what it never says. [PW-3]"""

import codecs
import dataclasses
import json
import os
import string
import time
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iam.plaintext.finder import Hit, Reader
from iam.plaintext.scan import MOST_IN_FILE, encoding_of, findings_of, scan
from iam.plaintext.values import is_placeholder, strength_asked

CORPUS = Path(__file__).parent / "corpus"
LINES = {
    "deploy.sh": "export DB_PASSWORD={}",
    "logon.bat": r"net use Z: \\files\scan {} /user:CC\scan",
    "tasks.ps1": "$secure = ConvertTo-SecureString '{}' -AsPlainText -Force",
    "logon.vbs": 'strPassword = "{}"',
    "crm.ini": "password = {}",
    "stack.yaml": "  db_password: {}",
    "service.json": '{{"user": "crm", "password": "{}"}}',
    "beans.xml": "<password>{}</password>",
    ".netrc": "machine files login scan password {}",
    ".pgpass": "db1:5432:crm:crm:{}",
    "web.config": '<add name="Crm" connectionString="Server=sql1;User Id=crm;Password={};" />',
    "core.cfg": "enable password {}",
    "fg.conf": "        set psksecret {}",
    "report.sh": "sqlplus crm/{}@PROD @report.sql",
    "keys.ahk": "F8::Send, scan{{Tab}}{}{{Enter}}",
    "sip.conf": "secret={}",
}


def hits(name: str, *lines: str) -> list[Hit]:
    reader = Reader(name)
    return [hit for line in lines for hit in reader.read(line)]


def labels(part: str) -> dict[str, dict[int, list[str]]]:
    """What is secret in a part of the corpus: file, line, secrets."""
    known = json.loads((CORPUS / f"{part}.json").read_text(encoding="utf-8"))
    found: dict[str, dict[int, list[str]]] = {}
    for name, rows in known.items():
        for row in rows:
            found.setdefault(name, {}).setdefault(row["line"], []).append(row["secret"])
    return found


def marked(part: str) -> set[tuple[str, int]]:
    return {(name, line) for name, lines in labels(part).items() for line in lines}


@pytest.mark.parametrize("part", ["known", "held_out"])
def test_corpus_is_found_and_little_else(part: str) -> None:
    wanted = marked(part)
    found = {(Path(one.path).name, one.line) for one in scan([CORPUS / part]).findings}
    right = len(wanted & found)
    assert right / len(wanted) >= 0.95, sorted(wanted - found)
    assert right / len(found) >= 0.95, sorted(found - wanted)


@pytest.mark.parametrize("part", ["known", "held_out"])
def test_no_finding_of_the_corpus_holds_its_secret(part: str) -> None:
    told = "\n".join(json.dumps(dataclasses.asdict(one)) for one in scan([CORPUS / part]).findings)
    secrets = {s for lines in labels(part).values() for found in lines.values() for s in found if len(s) > 5}
    assert len(secrets) > 50
    assert not {secret for secret in secrets if secret in told}


@pytest.mark.parametrize("name", LINES, ids=str)
@given(secret=st.text(string.ascii_letters + string.digits, min_size=8, max_size=24), data=st.data())
@settings(max_examples=25, deadline=None)
def test_whatever_the_secret_is_it_is_found_and_not_told(name: str, secret: str, data: st.DataObject) -> None:
    """In its file, in the file's name, twice on a line: what is said of it never says it."""
    secret = f"{secret}Kq7"
    line = LINES[name].format(secret)
    path = Path("/srv/share") / data.draw(st.sampled_from(["", f"old-{secret}", secret])) / name
    found = findings_of(path, [f"first line\n{line}\n{line} {line}\n".encode()], "utf-8")
    assert {one.line for one in found} >= {2}
    assert secret not in json.dumps([dataclasses.asdict(one) for one in found])
    assert all(secret not in repr(hit) for hit in hits(name, line))


@given(st.text(max_size=400), st.sampled_from(sorted(LINES)))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_read(text: str, name: str) -> None:
    for hit in hits(name, *text.splitlines()):
        assert hit.value
        assert hit.value in text


@pytest.mark.parametrize(
    "line",
    [
        "PASSWORD=$1",
        "PASSWORD=${DB_PASSWORD:?}",
        "set PASSWORD=%1",
        "password: {{ vault_password }}",
        "password = <your password>",
        "password: changeme",
        "password=********",
        "password_file = /etc/crm/password",
        "password.min-length=8",
        "DB_PASSWORD=vault://crm/db",
        "password: $2b$12$abcdefghijklmnopqrstuv",
        "password = {SSHA}b7f3a9d2c4e84f1a9c0d7e6b",
        "enable secret 9 $9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM",
        "set password ENC SH2nlRkU8dQ1fSNo8pBqf8Z=",
        "token_url = https://login.example/oauth2/token",
        "Password: at least 8 characters and a digit",
        "https://user:password@example.org is how such an address looks",
        "The password is changed every 90 days.",
        "secret_rotation_days = 30",
        "password=",
    ],
)
def test_variables_examples_hashes_and_rules_are_let_be(line: str) -> None:
    assert hits("notes.conf", line) == []


@pytest.mark.parametrize(
    "name", ["password_file", "passwordMinLength", "token_url", "csrf_token", "keyboard", "compass"]
)
def test_names_that_only_sound_secret_ask_nothing(name: str) -> None:
    assert strength_asked(name) is None


def test_reversible_forms_of_devices_count_as_readable() -> None:
    """Type 7 of Cisco and $9$ of Juniper are undone by anyone; salted hashes are not."""
    assert hits("core.cfg", " password 7 02050D480809")
    assert hits("srx.conf", 'set system radius-server 10.0.0.1 secret "$9$2hgGiPfz6CuQFu1EyW8VwYgZUik"')
    assert not hits("core.cfg", "enable secret 5 $1$pdQG$o8nrSzsGXeaduXrjlvKc91")


def test_a_locked_private_key_is_no_finding_and_an_open_one_is() -> None:
    body = "MIIEpAIBAAKCAQEA3Tz2mr7SZiAMfQyuvBjM9Oi8Z3oXr1xY5kQe9w7L0pVbN4cD"
    begin, end = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
    assert [hit.kind for hit in hits("a.key", begin, body, end)] == ["private-key"]
    assert not hits("a.key", begin, "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-256-CBC,8B1F", "", body, end)
    assert not hits("a.key", begin, "...", end)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252"]
)
def test_each_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    text = "Accès du plateau, réservé\r\nmot de passe: Hibiscus-12é\r\n" + "rien d'autre ici\r\n" * 40
    (tmp_path / "note.txt").write_bytes(text.encode(encoding))
    (one,) = scan([tmp_path]).findings
    assert (one.line, one.kind) == (2, "password")


def test_the_same_secret_has_the_same_fingerprint_everywhere(tmp_path: Path) -> None:
    (tmp_path / "a.ini").write_text("password = Gari-Sauce-8\n")
    (tmp_path / "b.ini").write_bytes("password = Gari-Sauce-8\n".encode("utf-16"))
    (tmp_path / "c.ini").write_text("password = Gari-Sauce-9\n")
    first, second, third = (one.fingerprint for one in scan([tmp_path]).findings)
    assert first == second != third


def test_binaries_links_pipes_and_loops_do_not_stop_a_scan(tmp_path: Path) -> None:
    (tmp_path / "program.exe").write_bytes(b"MZ\0\1password=Tr0ub4dor\0\0\0")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "out").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")
    folder = tmp_path / ("deep" * 10)
    folder.mkdir()
    (folder / "line\nbreak.sh").write_text("PASSWORD=Tr0ub4dor\n")
    (tmp_path / os.fsdecode(b"caf\xe9.sh")).write_text("PASSWORD=Tr0ub4dor\n")
    seen = scan([tmp_path, tmp_path])
    assert len(seen.findings) == 2
    assert (seen.not_text, seen.links, seen.unread) == (1, 2, [])
    assert all(one.path.isprintable() for one in seen.findings)


def test_what_cannot_be_read_is_named_with_its_reason(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "x.sh").write_text("PASSWORD=Tr0ub4dor\n")
    (tmp_path / "open.sh").write_text("PASSWORD=Tr0ub4dor\n")
    seen = scan([tmp_path / "missing"])
    assert [why for _, why in seen.unread] == ["No such file or directory"]
    closed.chmod(0)
    tmp_path.chmod(0o755)
    own = os.geteuid()
    if own == 0:
        for folder in (tmp_path, *list(tmp_path.parents)[:-2]):
            folder.chmod(0o755)
        os.seteuid(65534)
    try:
        seen = scan([tmp_path])
    finally:
        os.seteuid(own)
        closed.chmod(0o755)
    assert seen.unread == [(str(closed), "Permission denied")]
    assert len(seen.findings) == 1


def test_a_huge_file_is_read_in_little_memory() -> None:
    """Many MB in one line, and again in lines: neither is ever held whole."""

    def pieces() -> Iterable[bytes]:
        for _ in range(16):
            yield b"a" * 262_144
        yield b" PASSWORD=Tr0ub4dor-end\n"
        for _ in range(16):
            yield b"nothing to see on this line\n" * 2_000

    tracemalloc.start()
    found = findings_of(Path("huge.sh"), pieces(), "utf-8")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [one.line for one in found] == [1]
    assert peak < 3e6


def test_a_file_full_of_secrets_is_told_so_and_not_listed_without_end(tmp_path: Path) -> None:
    (tmp_path / "all.sh").write_text("".join(f"PASSWORD=Tr0ub4dor{n}\n" for n in range(1000)))
    seen = scan([tmp_path])
    assert len(seen.findings) == MOST_IN_FILE
    assert "more than" in seen.unread[0][1]


@pytest.mark.parametrize(
    "text", ["a", "=", "password=", "net use ", '"', "<password>", "F1 ", "curl -u a:", "://a:", "user:", "key \\"]
)
def test_hostile_lines_cost_no_more_than_their_length(text: str) -> None:
    begun = time.process_time()
    hits("x.sh", text * (100_000 // len(text)))
    hits("x.ini", text * (100_000 // len(text)))
    assert time.process_time() - begun < 20


def test_marks_of_encodings_are_known() -> None:
    assert encoding_of(codecs.BOM_UTF16_BE + "é".encode("utf-16-be")) == "utf-16-be"
    assert encoding_of(b"\x7fELF\0\0\0\1\0\0") is None
    assert encoding_of(b"") == "utf-8"


def test_placeholders_of_many_kinds() -> None:
    assert all(
        map(
            is_placeholder,
            ["<secret>", "xxxx-xxxx", "YOUR_API_KEY", "your-token-here", "@password@", "%s", "....", "[secret]"],
        )
    )
    assert not any(map(is_placeholder, ["Tr0ub4dor", "admin", "soleil2025", "password123", "$ecret1!"]))
