"""Lines out of bytes: both framings on one stream, counts that lie, lines without end; however the bytes are split."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from firewall_audit.intake.framing import LONGEST, Line, Stream, lines_of_datagram


def texts(*pieces: bytes) -> list[bytes]:
    return [line.text for line in lines(*pieces)]


def lines(*pieces: bytes) -> list[Line]:
    stream = Stream()
    found = [line for piece in pieces for line in stream.feed(piece)]
    return found + stream.close()


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (b"<30>one\n<30>two\n", [b"<30>one", b"<30>two"]),
        (b"7 <30>one7 <30>two", [b"<30>one", b"<30>two"]),
        (b"8 <30>one\n<30>two\n7 <30>six", [b"<30>one", b"<30>two", b"<30>six"]),
        (b"<30>one\r\n\r\n<30>two\r\n", [b"<30>one", b"<30>two"]),
        (b"<30>one\0<30>two\0", [b"<30>one", b"<30>two"]),
        (b"<30>a\0b\n", [b"<30>a\0b"]),
        (b"11 <30>one\ntwo", [b"<30>one#012two"]),
        (b"2026 was a year\n<30>two\n", [b"2026 was a year", b"<30>two"]),
        (b"no header\n", [b"no header"]),
        (b"\n\n\0\r\n", []),
        (b"", []),
    ],
)
def test_both_framings_on_one_stream(sent: bytes, read: list[bytes]) -> None:
    assert texts(sent) == read


def test_a_count_that_is_too_large_takes_no_other_message_with_it() -> None:
    stream = Stream()
    assert [line.text for line in stream.feed(b"15 <30>one\n<30>two\n")] == [b"<30>one", b"<30>two"]
    assert stream.wrong_counts == 1


def test_a_stray_count_before_a_line_is_passed_over() -> None:
    stream = Stream()
    assert [line.text for line in stream.feed(b"999999 <30>1 one\n<30>two\n")] == [b"<30>1 one", b"<30>two"]
    assert stream.wrong_counts == 1


def test_what_was_broken_off_is_kept_and_marked() -> None:
    assert lines(b"20 <30>broken")[-1] == Line(b"<30>broken", cut=True)
    assert lines(b"<30>broken")[-1].text == b"<30>broken"


def test_a_line_of_the_limit_is_whole_and_a_longer_one_is_cut() -> None:
    whole, long = b"x" * LONGEST, b"x" * (LONGEST + 1)
    assert lines(whole + b"\n") == [Line(whole)]
    assert lines(long + b"\nnext\n") == [Line(whole, cut=True), Line(b"next")]


def test_a_line_without_end_needs_bounded_memory() -> None:
    stream = Stream()
    found = [line for _ in range(100) for line in stream.feed(b"y" * 65_536)]
    assert [line.cut for line in found] == [True]
    assert len(stream._bytes) < 2
    assert [line.text for line in stream.feed(b"\nnext\n")] == [b"next"]


def test_a_sender_that_ends_by_nul_is_heard_when_it_pauses() -> None:
    stream = Stream()
    assert stream.feed(b"<30>one\0") == []
    assert stream.settle() == [Line(b"<30>one")]
    assert stream.feed(b"<30>two\0<30>three\0") == [Line(b"<30>two")]
    assert stream.settle() == [Line(b"<30>three")]


def test_a_slow_sender_of_single_bytes_is_read_in_linear_time() -> None:
    stream = Stream()
    for _ in range(60_000):
        stream.feed(b"z")
    assert stream.feed(b"\n") == [Line(b"z" * 60_000)]


def test_a_datagram_is_a_message_or_several() -> None:
    assert lines_of_datagram(b"<30>one\n") == [Line(b"<30>one")]
    assert lines_of_datagram(b"<30>one\n<30>two") == [Line(b"<30>one"), Line(b"<30>two")]
    assert lines_of_datagram(b"<30>one\nmore") == [Line(b"<30>one#012more")]
    assert lines_of_datagram(b"\0\r\n") == []


PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
PIECE = st.one_of(
    st.sampled_from([b"<30>one\n", b"7 <30>one", b"<30>a\0", b"15 <30>x\n<30>y", b"\r\n", b"\0", b"9", b" ", b"<", b"12 ",
                     b"999999 <", b"z" * 40_000]),
    st.binary(max_size=12),
)  # fmt: skip


@PATIENT
@given(st.lists(PIECE, max_size=14), st.data())
@example([b"x" * LONGEST, b"\0", b"<1>y\n"], None)
@example([b"x" * (LONGEST + 1), b"\0", b"<1>y\n"], None)
def test_however_the_bytes_are_split_the_lines_are_the_same(pieces: list[bytes], data: st.DataObject | None) -> None:
    whole = b"".join(pieces)
    if data is None:
        cuts = [LONGEST, LONGEST + 1, LONGEST + 2]
    else:
        cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=12)))
    split = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert lines(*split) == lines(whole)


@PATIENT
@given(st.lists(st.binary(min_size=1, max_size=30).filter(lambda b: not set(b) & set(b"\n\r\0")), max_size=10))
def test_counted_messages_come_out_as_they_went_in(messages: list[bytes]) -> None:
    sent = [b"<30>" + one for one in messages]
    assert texts(b"".join(b"%d %s" % (len(one), one) for one in sent)) == sent
