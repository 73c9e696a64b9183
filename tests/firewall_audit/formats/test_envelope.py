from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firewall_audit.formats.envelope import frame


def test_old_syslog_gives_time_host_program_and_body():
    framed = frame(b"<134>Sep 28 10:38:09 pfSense filterlog[123]: 53,,,1000,em0\r\n")
    assert framed.at == datetime.fromisoformat("1904-09-28T10:38:09")
    assert not framed.has_year
    assert (framed.host, framed.program, framed.priority, framed.body) == ("pfSense", "filterlog", 134, "53,,,1000,em0")


def test_bsd_senders_forward_no_name_of_theirs():
    framed = frame(b"<134>Sep 28 10:38:09 filterlog[123]: 53,,,1000,em0")
    assert (framed.host, framed.program, framed.body) == ("", "filterlog", "53,,,1000,em0")


def test_new_syslog_gives_sequence_message_name_and_structured_data():
    framed = frame(
        b'<38>1 2022-01-19T14:23:55.5+02:00 fw.example sshd 44 ID7 [meta sequenceId="17"][x@1 a="]\\" b"] \xef\xbb\xbfInvalid user'
    )
    assert framed.at == datetime(2022, 1, 19, 14, 23, 55, 500000, timezone(timedelta(hours=2)))
    assert (framed.sequence, framed.message_id, framed.body) == (17, "ID7", "Invalid user")
    assert framed.structured == '[meta sequenceId="17"][x@1 a="]\\" b"]'


def test_new_syslog_without_anything_to_say():
    framed = frame("<14>1 - - - - - -")
    assert (framed.at, framed.host, framed.program, framed.body) == (None, "", "", "")


@pytest.mark.parametrize(
    ("line", "at", "body"),
    [
        ("Oct 10 2018 12:34:56 fw1 : %ASA-6-1: x", datetime.fromisoformat("2018-10-10T12:34:56"), "%ASA-6-1: x"),
        ("Oct 10 2018 12:34:56 fw1: %ASA-6-1: x", datetime.fromisoformat("2018-10-10T12:34:56"), "%ASA-6-1: x"),
        ("2019-08-26T23:11:03Z fw1  %FTD-1-4: x", datetime(2019, 8, 26, 23, 11, 3, tzinfo=UTC), "%FTD-1-4: x"),
        (
            "<189>77: fw1: *Mar  1 00:00:07.123: %SYS-5-X: y",
            datetime.fromisoformat("1904-03-01T00:00:07.123000"),
            "%SYS-5-X: y",
        ),
        ("Oct 27 2015 09:24:46 fw1 app[1]: z", datetime.fromisoformat("2015-10-27T09:24:46"), "z"),
        ("Oct 27 09:24:46 2015 fw1 app[1]: z", datetime.fromisoformat("2015-10-27T09:24:46"), "z"),
    ],
)
def test_shapes_of_the_time(line, at, body):
    framed = frame(line)
    assert (framed.at, framed.host, framed.body) == (at, "fw1", body)


def test_zone_of_the_device_is_read_where_its_name_means_one_thing():
    assert frame("Apr 15 2014 09:34:34 EDT: %ASA-5-1: x").at == datetime(2014, 4, 15, 13, 34, 34, tzinfo=UTC)
    assert frame("Apr 15 2014 09:34:34 fw1 app: x").at.tzinfo is None


def test_of_two_headers_the_inner_one_is_the_senders():
    framed = frame("<13>Jun 20 02:42:40 relay <189>1663315: .Jun 20 02:42:39.338: %SEC-6-X: list")
    assert (framed.host, framed.priority, framed.sequence, framed.body) == ("relay", 189, 1663315, "%SEC-6-X: list")
    framed = frame("<13>1 2024-01-01T00:00:01Z relay - - - - Dec 31 23:59:59 fw7 filterlog: 1,2")
    assert (framed.host, framed.program, framed.body) == ("fw7", "filterlog", "1,2")


def test_stray_count_of_octets_is_passed_over():
    assert frame("335 <30>1 2024-01-01T00:00:00Z fw1 app - - - text").body == "text"


def test_line_without_any_header_is_body_throughout():
    line = "DA->X ACCEPT IN=eth0 OUT="
    assert frame(line).body == line
    assert frame(line).at is None


def test_marks_ends_and_bytes_that_are_no_text():
    assert frame(b"\xef\xbb\xbfab\x00c\r\n\x00").text == "abc"
    assert frame(b"user=M\xfcller").text == "user=Müller"


def test_repeats_around_the_body_are_counted():
    framed = frame("Oct  1 00:00:00 h sshd[1]: message repeated 3 times: [ Failed password for root from 192.0.2.1]")
    assert (framed.times, framed.body) == (3, "Failed password for root from 192.0.2.1")


def test_day_that_does_not_exist_is_no_time():
    assert frame("Feb 30 00:00:00 h app: x").at is None
    assert frame("Feb 29 00:00:00 h app: x").at == datetime.fromisoformat("1904-02-29T00:00:00")


@given(st.binary(max_size=300))
def test_any_bytes_come_back_as_a_line(raw):
    framed = frame(raw)
    assert "\x00" not in framed.text
    assert framed.body in framed.text


HEADERS = st.sampled_from(
    [
        "<13>",
        "1 ",
        "2024-01-01T00:00:00Z ",
        "Jan  1 00:00:00 ",
        "h ",
        "a[1]: ",
        "12: ",
        "- ",
        '[a b="]',
        "] ",
        "message repeated 2 times: [",
    ]
)


@given(st.lists(HEADERS | st.text(max_size=5), max_size=12).map("".join))
def test_any_mixture_of_headers_comes_back_as_a_line(text):
    frame(text)
