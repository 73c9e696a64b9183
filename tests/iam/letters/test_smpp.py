"""Text messages by SMPP 3.4, with an operator's own reading of the specification on the other end of a real socket. [ID-5]"""

import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from pydantic import SecretStr

from iam.letters import carriers, delivery, receipts, transports
from iam.letters.envelope import Envelope
from iam.letters.models import Receipt
from iam.letters.smpp import operator as operators
from iam.letters.smpp import pdu, session
from iam.letters.smpp.alphabet import GSM, UCS2, is_gsm, parts_of
from iam.letters.smpp.operator import Operator
from iam.letters.smpp.pdu import Notice
from iam.letters.smpp.session import Line
from kernel import db
from kernel.errors import Unavailable
from tests import world
from tests.iam.letters.operator_peer import Peer, operator, until

CODE = "Omniwarden : votre code est 1234-5678. Valable 24 h, une seule fois."


def letter(text: str = CODE, to: str = "+2290197001234") -> Envelope:
    return Envelope(uuid4(), "sms", to, "", SecretStr(text))


@pytest.fixture
def peer() -> Iterator[Peer]:
    with operator() as made:
        yield made


@pytest.fixture
def ours(peer: Peer) -> Iterator[Callable[..., Operator]]:
    """Makes our end of the line; what the operator tells of messages is kept in `heard`."""
    made: list[Operator] = []

    def open_line(
        heard: list[Notice] | None = None, sender: str = "Omniwarden", rate: int = 1000, **line: object
    ) -> Operator:
        notices = [] if heard is None else heard

        def hear(notice: Notice) -> int:
            notices.append(notice)
            return pdu.OK

        given = {"host": "127.0.0.1", "port": peer.port, "system_id": "house", "password": "s3cret", **line}
        made.append(Operator(Line(**given), sender, rate, hear))  # type: ignore[arg-type]
        return made[-1]

    yield open_line
    for one in made:
        one.close()


# --- the alphabet ---


@given(st.text(max_size=1200))
@tries(max_examples=200, deadline=None)
def test_every_text_comes_back_whole_from_its_parts(text: str) -> None:
    try:
        parts = parts_of(text, 0x1FF)
    except ValueError:
        assert len(text) > 600 or any("\ud800" <= sign <= "\udfff" for sign in text)
        return
    assert all(len(part.octets) <= (140 if part.coding == UCS2 else 160) for part in parts)
    if len(parts) > 1:
        assert [part.octets[:6] for part in parts] == [
            bytes([5, 0, 3, 0xFF, len(parts), n + 1]) for n in range(len(parts))
        ]
        # what is left of 140 octets on the air beside the header: 153 of seven bits, 67 of sixteen
        assert all(len(part.octets) - 6 <= (134 if part.coding == UCS2 else 153) for part in parts)
    whole = [part.octets[6 if part.has_header else 0 :] for part in parts]
    if parts[0].coding == UCS2:
        assert "".join(octets.decode("utf-16-be") for octets in whole) == text, "no part begins in the middle of a sign"
    else:
        assert is_gsm(text)
        assert all(not octets.endswith(b"\x1b") for octets in whole)


def test_the_limits_of_a_single_message() -> None:
    assert [len(parts_of("a" * n, 1)) for n in (0, 160, 161, 306, 307)] == [1, 1, 2, 2, 3]
    assert [len(parts_of("€" * n, 1)) for n in (80, 81)] == [1, 2], "an escaped sign takes two places"
    assert [len(parts_of("ê" * n, 1)) for n in (70, 71, 134, 135)] == [1, 2, 2, 3]
    assert [len(parts_of("😀" * n, 1)) for n in (35, 36)] == [1, 2]
    assert parts_of("à é è ù @ {€}", 1)[0].octets == b"\x7f \x05 \x04 \x06 \x00 \x1b\x28\x1b\x65\x1b\x29"
    assert parts_of("ç", 1)[0].coding == UCS2, "the alphabet has the capital alone"
    assert parts_of("Ç", 1)[0].coding == GSM
    with pytest.raises(ValueError, match="10 parts"):
        parts_of("a" * 1531, 1)


@given(st.binary(max_size=80))
@tries(max_examples=300, deadline=None)
def test_whatever_comes_is_a_unit_a_wait_or_a_value_error(octets: bytes) -> None:
    buffer = bytearray(octets)
    try:
        unit = pdu.cut(buffer)
        assert unit is None or len(unit.body) <= len(octets)
        pdu.notice_of(octets)
    except ValueError:
        return


# --- the line ---


def test_a_message_leaves_with_its_number_its_sender_and_a_wish_for_a_receipt(
    peer: Peer, ours: Callable[..., Operator]
) -> None:
    assert ours(system_type="VMA").send(letter()) == "SMPP 00000001:accepted"
    (taken,) = peer.messages
    assert peer.bound == ["house/VMA/9"]
    assert taken.to == (1, 1, "2290197001234")
    assert taken.sender == (5, 0, "Omniwarden")
    assert (taken.esm_class, taken.registered, taken.coding) == (0, 1, 0)
    assert taken.octets.decode("ascii") == CODE


@pytest.mark.parametrize(
    ("sender", "shown"), [("+22990000000", (1, 1, "22990000000")), ("8080", (3, 0, "8080")), ("", (0, 0, ""))]
)
def test_senders_are_numbers_short_codes_names_or_the_operators_own(
    peer: Peer, ours: Callable[..., Operator], sender: str, shown: tuple[int, int, str]
) -> None:
    ours(sender=sender).send(letter())
    assert peer.messages[0].sender == shown


def test_a_long_letter_leaves_in_parts_under_one_reference(peer: Peer, ours: Callable[..., Operator]) -> None:
    sent = letter("Accès d'urgence à l'hôtel : " + "ç" * 100)
    assert ours().send(sent) == "SMPP 00000001:accepted 00000002:accepted"
    assert [m.esm_class for m in peer.messages] == [0x40, 0x40]
    assert [m.octets[:6] for m in peer.messages] == [bytes([5, 0, 3, sent.id.int & 0xFF, 2, n]) for n in (1, 2)]
    assert "".join(m.octets[6:].decode("utf-16-be") for m in peer.messages) == sent.body.get_secret_value()


def test_four_letters_at_once_share_one_line(peer: Peer, ours: Callable[..., Operator]) -> None:
    line, answers = ours(), []
    threads = [threading.Thread(target=lambda: answers.append(line.send(letter()))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(peer.bound) == 1
    assert sorted(answers) == [f"SMPP {n:08X}:accepted" for n in range(1, 5)]


def test_wrong_credentials_are_named_and_not_tried_again_at_once(peer: Peer, ours: Callable[..., Operator]) -> None:
    line = ours(password="wrong")
    for _ in range(3):
        with pytest.raises(Unavailable, match=r"refused our password \(SMPP status 0x0e\)"):
            line.send(letter())
    assert len(peer.bound) == 1, "an operator locks an account that knocks on and on"


def test_credentials_that_cannot_be_are_told_without_being_repeated(peer: Peer, ours: Callable[..., Operator]) -> None:
    with pytest.raises(Unavailable, match="too long") as told:
        ours(password="x" * 60).send(letter())
    assert "xxx" not in str(told.value)
    assert "s3cret" not in repr(Line("h", 1, "house", "s3cret"))


def test_a_throttled_message_waits_and_goes(
    peer: Peer, ours: Callable[..., Operator], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operators, "PAUSES", (0.05, 0.1))
    peer.answers = [0x58, 0x14]
    began = time.monotonic()
    assert ours().send(letter()) == "SMPP 00000001:accepted"
    assert time.monotonic() - began >= 0.15
    peer.answers = [0x58] * 3
    with pytest.raises(Unavailable, match="more slowly"):
        ours().send(letter())


def test_messages_keep_the_agreed_pace(peer: Peer, ours: Callable[..., Operator]) -> None:
    ours(rate=20).send(letter("a" * 900))
    times = [m.at for m in peer.messages]
    assert len(times) == 6
    assert times[-1] - times[0] >= 5 / 20 - 0.02


def test_a_refused_message_says_what_the_operator_said(peer: Peer, ours: Callable[..., Operator]) -> None:
    peer.answers = [0x0B, 0xFF]
    line = ours()
    with pytest.raises(Unavailable, match="does not know this telephone number"):
        line.send(letter())
    with pytest.raises(Unavailable, match=r"did not take it \(SMPP status 0xff\)"):
        line.send(letter())
    assert line.send(letter()), "the line itself is well"


@pytest.mark.parametrize("to", ["+" + "1" * 30, "+33\0", "+٣٣"])
def test_a_number_that_cannot_be_never_reaches_the_line(peer: Peer, ours: Callable[..., Operator], to: str) -> None:
    with pytest.raises(Unavailable, match="cannot leave by SMPP"):
        ours().send(letter(to=to))
    assert peer.seen == []


def test_nobody_there_is_told_and_not_waited_for_again_and_again(ours: Callable[..., Operator]) -> None:
    line = ours(port=1)
    began = time.monotonic()
    for _ in range(3):
        with pytest.raises(Unavailable, match="cannot be reached"):
            line.send(letter())
    assert time.monotonic() - began < 3


def test_a_lost_line_is_made_anew_by_the_next_letter(peer: Peer, ours: Callable[..., Operator]) -> None:
    line = ours()
    line.send(letter())
    peer.hangs_up()
    until(lambda: not line._session.alive)  # type: ignore[union-attr]
    line.send(letter())
    assert len(peer.bound) == 2
    assert len(peer.messages) == 2


def test_an_operator_that_says_goodbye_is_answered(peer: Peer, ours: Callable[..., Operator]) -> None:
    line = ours()
    line.send(letter())
    peer.asks(0x15)
    until(lambda: "0x80000015" in peer.seen)
    peer.asks(0x0103)
    until(lambda: "0x80000000" in peer.seen, 5)
    peer.asks(6)
    until(lambda: "0x80000006" in peer.seen)
    line.send(letter())
    assert len(peer.bound) == 2


def test_a_peer_that_falls_silent_in_the_middle_is_given_up(
    peer: Peer, ours: Callable[..., Operator], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "ANSWER", 0.3)
    line = ours()
    line.send(letter())
    peer.mute = True
    with pytest.raises(Unavailable, match="no answer"):
        line.send(letter())
    peer.mute = False
    assert line.send(letter()) == "SMPP 00000002:accepted"


def test_a_silent_line_is_asked_whether_it_lives(peer: Peer) -> None:
    line = Line("127.0.0.1", peer.port, "house", "s3cret")
    bound = session.Session(line, lambda _: pdu.OK, silence=0.1)
    until(lambda: peer.seen.count("enquire_link") >= 2)
    assert bound.alive, "it answered"
    peer.mute = True
    until(lambda: not bound.alive)


def test_nonsense_on_the_line_ends_it(peer: Peer, ours: Callable[..., Operator]) -> None:
    line = ours()
    line.send(letter())
    peer.lines[-1].sendall(struct.pack(">4I", 0xFFFF_FFFF, 5, 0, 1))
    until(lambda: not line._session.alive)  # type: ignore[union-attr]
    line.send(letter())
    peer.lines[-1].sendall(b"GET / HTTP/1.1\r\n\r\n")
    until(lambda: not line._session.alive)  # type: ignore[union-attr]


# --- receipts ---


def test_receipts_are_read_as_operators_write_them(peer: Peer, ours: Callable[..., Operator]) -> None:
    heard: list[Notice] = []
    ours(heard).send(letter())
    usual = "id:0000000001 sub:001 dlvrd:001 submit date:2611231000 done date:2611231001 stat:DELIVRD err:000 text:"
    options = struct.pack(">HH", 0x1E, 4) + b"A1B\0" + struct.pack(">HHB", 0x427, 1, 5)
    peer.reports(usual, split=True)
    peer.reports("", options=options, sequence=8)
    peer.reports("Bonjour, qui est-ce ?", esm_class=0, sequence=9)
    peer.reports("", sequence=10)
    until(lambda: len(peer.replies) == 4)
    assert heard == [Notice("0000000001", "DELIVRD"), Notice("A1B", "UNDELIV")]
    assert peer.replies == [(7, 0), (8, 0), (9, 0), (10, 0)], "each is answered, or it would come for ever"


def test_a_receipt_that_cannot_be_noted_now_is_asked_for_again(peer: Peer) -> None:
    def away(_: Notice) -> int:
        raise Unavailable("The ledger cannot be written.")

    line = Operator(Line("127.0.0.1", peer.port, "house", "s3cret"), "", 10, away)
    line.send(letter())
    peer.reports("id:1 stat:DELIVRD")
    until(lambda: peer.replies == [(7, 0x64)])
    line.close()


def test_a_transmitter_binds_as_one(peer: Peer, ours: Callable[..., Operator]) -> None:
    ours(command=pdu.TRANSMITTER).send(letter())
    assert peer.bound == ["house//2"]


# --- what a receipt says, part by part ---


def test_a_letter_is_delivered_once_every_part_is() -> None:
    answer = carriers.accepted(["A1", "b/2"])
    assert answer == "SMPP A1:accepted b=2F2:accepted"
    assert carriers.outcome(answer) is None
    half = carriers.stated(answer, "A1", "DELIVRD")
    assert carriers.outcome(half) is None
    assert carriers.outcome(carriers.stated(half, "b/2", "DELIVRD")) == "delivered"
    failed = carriers.stated(half, "b/2", "EXPIRED")
    assert carriers.outcome(failed) == "failed"
    assert carriers.stated(failed, "b/2", "DELIVRD") == failed, "what was said last stays"
    assert carriers.outcome("HTTP 202") is carriers.outcome("accepted") is None


@given(st.text(min_size=1, max_size=65), st.sampled_from(["DELIVRD", "UNDELIV", "ENROUTE"]))
@tries(max_examples=200, deadline=None)
def test_any_id_an_operator_thinks_of_is_found_again(reference: str, state: str) -> None:
    answer = carriers.accepted(["other", reference])
    assert carriers.stated(answer, reference, state).endswith(f":{state}")
    assert carriers.stated(answer, reference, state).startswith("SMPP other:")


def test_ids_told_in_hexadecimal_and_reported_in_decimal_are_one() -> None:
    assert carriers.stated("SMPP 0000ABCD:accepted", "43981", "DELIVRD") == "SMPP 0000ABCD:DELIVRD"
    assert carriers.stated("SMPP abcd:accepted", "0000043981", "DELIVRD") == "SMPP abcd:DELIVRD"


# --- in the house ---


@pytest.fixture
def real_house(database: str, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    """A house that sends its text messages by SMPP."""
    url = f"smpp://house:s3cret@127.0.0.1:{peer.port}"
    set_up = transports.settings.model_copy(update={"sms_url": url, "sms_sender": "House", "sms_rate": 1000})
    monkeypatch.setattr(transports, "settings", set_up)
    yield peer
    transports.transport_for("sms").close()  # type: ignore[union-attr]
    transports.operator.cache_clear()


def test_a_code_leaves_by_smpp_and_its_receipt_tells_that_it_arrived(real_house: Peer) -> None:
    admin, ama = world.person(role="it-admin"), world.person()
    waiting = {one.person_id: one.id for one in delivery.waiting_letters(admin.actor) if one.channel == "sms"}
    delivery.send_sms(letter_id=str(waiting[ama.id]))
    (sent,) = real_house.messages
    assert sent.to[2] == ama.phone.lstrip("+")
    (before,) = [one for one in receipts.list_receipts(admin.actor, person_id=ama.id) if one.channel == "sms"]
    assert (before.state, before.carrier, before.outcome) == ("sent", "SMPP 00000001:accepted", None)
    real_house.reports("id:0000000001 sub:001 dlvrd:001 stat:DELIVRD err:000 text:")
    until(lambda: real_house.replies == [(7, 0)])
    (after,) = [one for one in receipts.list_receipts(admin.actor, person_id=ama.id) if one.channel == "sms"]
    assert after.outcome == "delivered"
    with db.connect("none", db.settings.database_url) as conn:
        done = conn.execute(
            "select outcome from ledger.entry where action = 'letter.delivered' order by id desc"
        ).fetchone()
    assert done == ("done",)


def test_a_receipt_quicker_than_our_own_note_waits_for_it(real_house: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    world.person()
    with db.read_session() as reading:
        waiting = next(one for one in reading.scalars(db_letters()) if one.channel == "sms")
    usual = delivery.note_sent

    def slowly(*args: object, **kwargs: object) -> Receipt:
        real_house.reports("id:1 stat:UNDELIV")
        time.sleep(0.3)
        return usual(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(delivery, "note_sent", slowly)
    delivery.send_sms(letter_id=str(waiting.id))
    until(lambda: real_house.replies == [(7, 0)])
    with db.read_session() as reading:
        kept = reading.scalars(db_receipts()).one()
    assert carriers.outcome(kept.carrier) == "failed"


def db_letters():
    from sqlmodel import select

    from iam.letters.models import Letter

    return select(Letter)


def db_receipts():
    from sqlmodel import select

    return select(Receipt)


def test_a_receipt_of_somebody_elses_message_is_taken_and_leaves_nothing(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts, "PATIENCE", (0.01,))
    assert receipts.heard(Notice("%", "DELIVRD")) == pdu.OK
    with db.read_session() as reading:
        assert reading.scalars(db_receipts()).all() == []


def test_nothing_goes_in_the_clear_beyond_this_machine_unless_a_vpn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"sms_url": "smpp://house:s3cret@sms.example.com", "sms_private": False}
    monkeypatch.setattr(transports, "settings", transports.settings.model_copy(update=told))
    with pytest.raises(Unavailable, match="not encrypted"):
        transports.transport_for("sms")
    monkeypatch.setattr(transports, "settings", transports.settings.model_copy(update=told | {"sms_private": True}))
    assert isinstance(transports.transport_for("sms"), Operator)


@pytest.fixture
def certified(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 that nobody has signed but itself."""
    import ipaddress

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    (tmp_path / "key.pem").write_bytes(
        made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    )
    return tmp_path / "key.pem"


def test_the_operators_certificate_is_checked(certified: Path) -> None:
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(certified)
    trusting = ssl.create_default_context(cafile=str(certified))
    with operator(served) as peer:
        base = {"host": "127.0.0.1", "port": peer.port, "system_id": "house", "password": "s3cret"}
        stranger = Operator(Line(**base, tls=ssl.create_default_context()), "", 10, lambda _: pdu.OK)  # type: ignore[arg-type]
        with pytest.raises(Unavailable, match=r"cannot be reached \(SSLCertVerificationError\)"):
            stranger.send(letter())
        assert peer.bound == [], "no password went to a stranger"
        friend = Operator(Line(**base, tls=trusting), "", 1000, lambda _: pdu.OK)  # type: ignore[arg-type]
        assert friend.send(letter("ç" * 300)).count(":accepted") == 5
        friend.close()
