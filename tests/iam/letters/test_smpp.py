"""Text messages by SMPP 3.4, with an operator's own reading of the specification on the other end of a real socket. [ID-5]"""

import struct
import threading
import time
from collections.abc import Callable

import pytest

from iam.letters.smpp import operator as operators
from iam.letters.smpp import pdu, session
from iam.letters.smpp.operator import Operator
from iam.letters.smpp.session import Line
from kernel.errors import Unavailable
from tests.iam.letters.operator_peer import Peer, until
from tests.iam.letters.smpp_letters import CODE, letter


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
