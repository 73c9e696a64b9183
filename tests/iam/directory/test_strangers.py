"""Directories that are slow, down, or lie; and people whose names would like to be commands. [AC-7]"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from iam.directory.connection import DirectoryFault, Door, opened
from iam.directory.entries import ACTIVE_DIRECTORY, LDAP, entry_of, time_of
from iam.directory.escaping import dn_value, filter_value, lies_below, parts_of
from iam.directory.messages import Found
from iam.directory.reader import Reader, fold
from tests.iam.directory.certificates import Signed, signed

Talk = Callable[[ssl.SSLSocket], None]


def door(port: int, authority: str, scheme: str = "ldaps", seconds: float = 1.0) -> Door:
    return Door(
        LDAP, f"{scheme}://127.0.0.1:{port}", authority, "cn=us,dc=house,dc=test", SecretStr("secret"),
        "ou=people,dc=house,dc=test", "ou=groups,dc=house,dc=test", seconds,
    )  # fmt: skip


@contextmanager
def stranger(own: Signed | None, talk: Talk) -> Iterator[int]:
    """A server that speaks TLS (or not) and then does as it likes."""
    listening = socket.create_server(("127.0.0.1", 0))

    def meet(plain: socket.socket) -> None:
        with suppress(OSError), plain:
            if own is None:
                talk(plain)
                return
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(own.certificate, own.key)
            with context.wrap_socket(plain, server_side=True) as wrapped:
                talk(wrapped)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=meet, args=(listening.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield listening.getsockname()[1]
    listening.close()


def fault_of(asked: Door, then: Callable[[Reader], object] = lambda reader: list(reader.entries())) -> DirectoryFault:
    with pytest.raises(DirectoryFault) as caught, opened(asked) as link:
        then(Reader(link))
    return caught.value


def say_nothing(wire: ssl.SSLSocket) -> None:
    sleep(30)


def hang_up(wire: ssl.SSLSocket) -> None:
    wire.recv(1000)


def babble(wire: ssl.SSLSocket) -> None:
    wire.recv(1000)
    wire.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n" * 30)


def drip(wire: ssl.SSLSocket) -> None:
    """A message of a megabyte, a byte at a time: each byte comes in time, the whole never does."""
    wire.recv(1000)
    wire.sendall(bytes([0x30, 0x83, 0x10, 0x00, 0x00]))
    while True:
        wire.sendall(b"\x00")
        sleep(0.1)


def tlv(tag: int, body: bytes) -> bytes:
    size = bytes([len(body)]) if len(body) < 128 else bytes([0x82]) + len(body).to_bytes(2, "big")
    return bytes([tag]) + size + body


def number_of(request: bytes) -> bytes:
    """The message's own number as it was sent, to be sent back."""
    at = 2 + (request[1] & 0x7F if request[1] & 0x80 else 0)
    return request[at : at + 2 + request[at + 1]]


def result(tag: int, code: int) -> bytes:
    return tlv(tag, bytes([0x0A, 1, code, 4, 0, 4, 0]))


def let_in(*answers: bytes, number: bytes = b"") -> Talk:
    """Take anybody's password, then answer what was asked with anything at all."""

    def talk(wire: ssl.SSLSocket) -> None:
        wire.sendall(tlv(0x30, number_of(wire.recv(4000)) + result(0x61, 0)))
        asked = number or number_of(wire.recv(4000))
        wire.sendall(b"".join(tlv(0x30, asked + one) for one in answers))
        sleep(2)

    return talk


def entry(dn: bytes, key: bytes = b"00000000-0000-4000-8000-000000000001", name: bytes = b"afi.mensah") -> bytes:
    """A searchResEntry with entryUUID and uid, by hand."""

    def attribute(of: bytes, value: bytes) -> bytes:
        return tlv(0x30, tlv(4, of) + tlv(0x31, tlv(4, value)))

    attributes = tlv(0x30, (attribute(b"entryUUID", key) if key else b"") + attribute(b"uid", name))
    return tlv(0x64, tlv(4, dn) + attributes)


DONE = result(0x65, 0)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Signed:
    return signed(tmp_path_factory.mktemp("tls"), "127.0.0.1")


def test_nobody_there_is_down() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        assert fault_of(door(held.getsockname()[1], "")).state == "down"


def test_a_certificate_that_is_not_ours_over_or_anothers_is_not_trusted(own: Signed, tmp_path: Path) -> None:
    other = signed(tmp_path / "other", "127.0.0.1")
    over = signed(tmp_path / "over", "127.0.0.1", days=-1)
    elsewhere = signed(tmp_path / "elsewhere", "127.0.0.9")
    for shown, trusted in ((other, own), (over, over), (elsewhere, elsewhere)):
        with stranger(shown, hang_up) as port:
            fault = fault_of(door(port, trusted.pem))
        assert (fault.state, "certificate" in fault.why) == ("untrusted", True)
    with stranger(own, hang_up) as port:
        assert fault_of(door(port, "")).state == "untrusted", "the machine's own list does not know it"


def test_a_server_without_tls_is_told_no_password(own: Signed) -> None:
    heard: list[bytes] = []

    def listen(wire: ssl.SSLSocket) -> None:
        wire.settimeout(1)
        heard.append(wire.recv(1000))
        wire.sendall(bytes.fromhex("300c02010178070a010204000400"))  # StartTLS: protocolError
        heard.append(wire.recv(1000))

    with stranger(None, listen) as port:
        assert fault_of(door(port, own.pem, "ldap")).state in {"refused", "untrusted"}
    assert b"secret" not in b"".join(heard)
    with stranger(None, hang_up) as port:
        assert fault_of(door(port, own.pem, "ldaps")).state in {"untrusted", "down"}


@pytest.mark.parametrize("talk", [say_nothing, drip])
def test_one_that_never_ends_its_answer_is_slow_and_is_left(own: Signed, talk: Talk, monkeypatch) -> None:
    monkeypatch.setattr("iam.directory.connection.CONNECT_SECONDS", 1)
    begun = monotonic()
    with stranger(own, talk) as port:
        assert fault_of(door(port, own.pem)).state == "slow"
    assert monotonic() - begun < 8


def test_one_that_hangs_up_is_down(own: Signed) -> None:
    with stranger(own, hang_up) as port:
        assert fault_of(door(port, own.pem)).state == "down"


def test_one_that_does_not_speak_ldap_is_not_trusted(own: Signed) -> None:
    with stranger(own, babble) as port:
        assert fault_of(door(port, own.pem)).state in {"untrusted", "down"}


INSIDE = b"uid=afi.mensah,ou=people,dc=house,dc=test"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ((entry(b"uid=afi.mensah,ou=elsewhere,dc=house,dc=test"), DONE), "from a place"),
        ((entry(INSIDE, key=b""), DONE), "without a key"),
        ((entry(INSIDE, key=b"../../etc/passwd"), DONE), "without a key"),
        ((entry(INSIDE, name=b""), DONE), "without a name"),
        ((tlv(0x64, b""),), "understood"),
        ((result(0x65, 10),), "another server"),
        ((result(0x65, 51),), "refused"),
        ((result(0x65, 50),), "refused"),
    ],
)
def test_lies_are_told_apart_and_nothing_of_them_is_taken(own: Signed, answers: tuple[bytes, ...], said: str) -> None:
    with stranger(own, let_in(*answers)) as port:
        fault = fault_of(door(port, own.pem))
    assert said in fault.why, fault.why


def test_an_answer_to_what_was_not_asked_is_a_lie(own: Signed) -> None:
    with stranger(own, let_in(entry(INSIDE), DONE, number=b"\x02\x03\x7f\x00\x01")) as port:
        assert fault_of(door(port, own.pem)).state == "untrusted"


def test_an_honest_stranger_is_understood(own: Signed) -> None:
    with stranger(own, let_in(entry(INSIDE), DONE)) as port, opened(door(port, own.pem)) as link:
        assert [one.name for page in Reader(link).entries() for one in page] == ["afi.mensah"]


@given(st.text(min_size=1, max_size=40))
def test_a_name_in_a_filter_is_only_a_value(name: str) -> None:
    written = filter_value(name)
    assert not set(written) & set("*()\x00")
    assert (
        written.replace("\\5c", "")
        .replace("\\2a", "")
        .replace("\\28", "")
        .replace("\\29", "")
        .replace("\\00", "")
        .count("\\")
        == 0
    )


@given(st.text(min_size=1, max_size=40))
def test_a_name_in_the_tree_is_only_a_value(name: str) -> None:
    dn = f"uid={dn_value(name)},ou=people,dc=house,dc=test"
    assert parts_of(dn)[1:] == (("ou", "people"), ("dc", "house"), ("dc", "test")), "no more parts than were written"
    assert parts_of(dn)[0] == ("uid", name.lower())
    assert lies_below(dn, "OU=people, DC=house,DC=test")


@pytest.mark.parametrize(
    "name",
    ["afi,ou=admins", "afi+cn=root", "afi)(uid=*", "*", "afi\\", " afi ", "#afi", 'a"b', "a<b>;c", "afi\x00", "ệ́"],
)
def test_names_that_would_be_commands(name: str) -> None:
    dn = f"uid={dn_value(name)},ou=people,dc=house,dc=test"
    assert lies_below(dn, "ou=people,dc=house,dc=test")
    assert not lies_below(dn, "ou=admins,dc=house,dc=test")
    assert f"(uid={filter_value(name)})".count("(") == 1


def test_a_name_below_another_base_is_not_below_ours() -> None:
    assert not lies_below("uid=a,ou=people,dc=house,dc=test,dc=evil", "ou=people,dc=house,dc=test")
    assert not lies_below("uid=a\\,ou=people\\,dc=house\\,dc=test", "ou=people,dc=house,dc=test")
    assert not lies_below("ou=people,dc=house,dc=test is not a name", "")
    assert fold("UID=A, OU=People,DC=House,DC=Test") == "uid=a,ou=people,dc=house,dc=test"


@given(st.sampled_from([LDAP, ACTIVE_DIRECTORY]), st.dictionaries(
    st.sampled_from(["entryuuid", "objectguid", "uid", "samaccountname", "useraccountcontrol", "pwdchangedtime",
                     "pwdlastset", "accountexpires", "givenname", "mail", "pwdaccountlockedtime"]),
    st.lists(st.binary(max_size=40), max_size=3)))  # fmt: skip
def test_any_bytes_become_an_entry_or_a_fault(kind: str, attributes: dict[str, list[bytes]]) -> None:
    with suppress(DirectoryFault):  # and no other error, whatever the bytes
        made = entry_of(kind, Found("uid=x", attributes))
        assert made.name
        assert len(made.external_id) == 36


@given(st.text(max_size=30))
def test_odd_times_are_no_times(text: str) -> None:
    for kind in (LDAP, ACTIVE_DIRECTORY):
        made = time_of(kind, text)
        assert made is None or made.tzinfo is not None
