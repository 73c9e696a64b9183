"""What an operator says became of a text message, and how the house notes it. [ID-5]"""

import ssl
import struct
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from iam.letters import carriers, delivery, receipts, transports
from iam.letters.models import Receipt
from iam.letters.smpp import pdu
from iam.letters.smpp.operator import Operator
from iam.letters.smpp.pdu import Notice
from iam.letters.smpp.session import Line
from kernel import db
from kernel.errors import Unavailable
from tests import world
from tests.iam.letters.operator_peer import Peer, operator, until
from tests.iam.letters.smpp_letters import letter


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
