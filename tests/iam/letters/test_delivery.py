"""Two unlike channels, and how letters leave: a real mail relay and a real HTTP gateway on this machine. [ID-5]"""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from pydantic import SecretStr

import iam
from iam import demonstration
from iam.letters import delivery, transports
from iam.letters.delivery import are_unlike
from iam.letters.envelope import Envelope
from iam.letters.transports import Gateway, Relay, Spool
from kernel import db
from kernel.errors import Malformed, Refused, Unavailable
from tests import world

phones = st.integers(10_000_000, 999_999_999_999).map(lambda n: f"+{n}")
words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)


@given(phones, words, words)
@tries(max_examples=200, deadline=None)
def test_a_mail_address_made_of_the_number_is_the_same_channel(phone: str, host: str, prefix: str) -> None:
    digits = phone.lstrip("+")
    for address in (
        f"{digits}@{host}.com",
        f"{prefix}{digits}@sms.{host}.com",
        f"{digits[:3]}.{digits[3:]}@{host}.com",
    ):
        assert not are_unlike(address, phone)


@given(phones, words, words)
@tries(max_examples=200, deadline=None)
def test_a_mail_address_without_the_number_is_another_channel(phone: str, name: str, host: str) -> None:
    assert are_unlike(f"{name}@{host}.com", phone)
    assert not are_unlike("", phone)
    assert not are_unlike(f"{name}@{host}.com", "")


def joining(**changes: Any) -> Any:
    who = {"given_name": "Afi", "family_name": "Mensah", "email": "afi@example.com", "phone": "+229 01 97 00 12 34"}
    return iam.join_person(world.SETUP, **{**who, **changes})


def test_one_channel_twice_is_refused(database: str) -> None:
    with pytest.raises(Refused, match="one") as caught:
        joining(email="0197001234@sms.operator.example.com")
    assert caught.value.clause == "ID-5"


@pytest.mark.parametrize(
    "changes",
    [{"email": "nobody"}, {"email": "a b@example.com"}, {"email": "a@b"}, {"phone": "97001234"}, {"phone": "+0"}, {"phone": ""},
     {"given_name": " "}, {"language": "tlh"}, {"email": "x" * 300 + "@example.com"}, {"email": 'a"\n@example.com'}],
)  # fmt: skip
def test_addresses_that_cannot_be_are_malformed(database: str, changes: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        joining(**changes)


def test_numbers_are_kept_in_international_form(database: str) -> None:
    assert joining().phone == "+2290197001234"


def test_without_a_transport_letters_wait_and_the_operator_sees_them(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = world.person(role="it-admin")
    world.deliver()
    ama = world.person()
    for letter in iam.waiting_letters(admin.actor):
        {"mail": delivery.send_mail, "sms": delivery.send_sms}[letter.channel](letter_id=str(letter.id))
    waiting = iam.waiting_letters(admin.actor)
    assert [(w.person_id, w.channel, w.has_transport) for w in waiting] == [
        (ama.id, "mail", False),
        (ama.id, "sms", False),
    ]
    assert iam.resend_waiting(delivery.CLERK) == 0
    carrier = world.Carrier()
    monkeypatch.setattr(delivery, "transport_for", lambda _: carrier)
    assert iam.resend_waiting(delivery.CLERK) == 2


def test_a_letter_leaves_by_the_job_queue_with_its_id_alone(database: str) -> None:
    ama = world.person()
    with db.connect("none", database) as conn:
        jobs = conn.execute(
            "select task_name, args from procrastinate_jobs where task_name in ('mail.send', 'sms.send') order by id desc limit 2"
        ).fetchall()
    assert sorted(name for name, _ in jobs) == ["mail.send", "sms.send"]
    assert all(set(args) == {"letter_id"} for _, args in jobs)
    assert ama.email not in repr(jobs)


def test_a_letter_is_not_sent_again_after_its_receipt(database: str) -> None:
    world.person()
    carrier = world.deliver()
    (first, *_) = carrier.sent
    delivery.send_mail(letter_id=str(first.id))
    assert len(carrier.sent) == 2
    assert world.deliver().sent == []


def test_a_failing_carrier_leaves_the_letter_waiting(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = world.person(role="it-admin")
    letters = iam.waiting_letters(admin.actor)
    monkeypatch.setattr(delivery, "transport_for", lambda _: Gateway("http://127.0.0.1:1/none", "t"))
    with pytest.raises(Unavailable):
        delivery.send_sms(letter_id=str(letters[0].id))
    assert len(iam.waiting_letters(admin.actor)) == len(letters)


def envelope(channel: str, address: str) -> Envelope:
    return Envelope(uuid4(), channel, address, "Votre identifiant", SecretStr("Identifiant : afi.mensah — à bientôt"))


class Mailbox:
    def __init__(self) -> None:
        self.messages: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002 - aiosmtpd's own name
        self.messages.append(envelope)
        return "250 taken"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def test_mail_leaves_through_a_relay(mailbox: tuple[Mailbox, int]) -> None:
    from email import message_from_bytes, policy

    box, port = mailbox
    letter = envelope("mail", "afi@example.com")
    assert Relay(f"smtp://127.0.0.1:{port}", "house@example.com").send(letter) == "accepted"
    (taken,) = box.messages
    message = message_from_bytes(taken.content, policy=policy.default)
    assert taken.rcpt_tos == ["afi@example.com"]
    assert message["Message-ID"] == f"<{letter.id}@example.com>"
    assert message.get_content().strip() == letter.body.get_secret_value()


def test_a_dead_relay_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        Relay("smtp://127.0.0.1:1", "house@example.com").send(envelope("mail", "afi@example.com"))


def test_nothing_is_sent_in_the_clear_beyond_this_machine() -> None:
    with pytest.raises(Unavailable, match="https"):
        Gateway("http://sms.example.com/send", "token").send(envelope("sms", "+2290197001234"))


@pytest.fixture
def gateway() -> Iterator[tuple[list[Any], str]]:
    taken: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            taken.append((self.headers["Authorization"], content))
            self.send_response(202 if content["to"] != "+1" else 500)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield taken, f"http://127.0.0.1:{server.server_port}/send"
    server.shutdown()
    thread.join()
    server.server_close()


def test_text_messages_leave_through_a_gateway(gateway: tuple[list[Any], str]) -> None:
    taken, url = gateway
    letter = envelope("sms", "+2290197001234")
    assert Gateway(url, "token").send(letter) == "HTTP 202"
    assert taken == [
        ("Bearer token", {"to": letter.address, "text": letter.body.get_secret_value(), "reference": str(letter.id)})
    ]
    with pytest.raises(Unavailable):
        Gateway(url, "token").send(envelope("sms", "+1"))


def test_the_demonstration_spool_shows_letters_and_keeps_them_to_itself(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    assert spool.letters() == []
    spool.send(envelope("sms", "+2290197001234"))
    (letter,) = spool.letters()
    assert letter["address"] == "+2290197001234"
    (file,) = spool.folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert spool.folder.stat().st_mode & 0o777 == 0o700


def test_a_real_house_has_no_spool() -> None:
    assert transports.transport_for("mail") is None
    assert transports.transport_for("sms") is None
    with pytest.raises(Exception, match="Only the demonstration house"):
        demonstration.move_in("afi.mensah", "+2290197001234", "x")


def test_a_letters_body_does_not_show_in_a_log() -> None:
    assert "afi.mensah" not in repr(envelope("mail", "afi@example.com"))


def test_people_of_the_demonstration_house_move_in_by_their_letters(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = transports.settings.model_copy(update={"demo": True, "state_folder": tmp_path})
    monkeypatch.setattr(transports, "settings", shown)
    monkeypatch.setattr(demonstration, "settings", shown)
    ama = world.person()
    ama.otp = demonstration.move_in(ama.user_name, ama.phone, world.PASSWORD)
    assert iam.sign_in(ama.user_name, world.PASSWORD, source=world.HERE).factors == ("otp", "recovery")
    with pytest.raises(Refused):
        demonstration.move_in(ama.user_name, ama.phone, world.PASSWORD)
