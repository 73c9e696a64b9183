"""What we write of a calendar, read by a parser that is not ours: folding, escaping, times in UTC. RFC 5545."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from changecontrol import ical

NOW = datetime(2026, 11, 23, 14, 32, 8, 412000, tzinfo=UTC)


def event(**fields: Any) -> ical.Event:
    return ical.Event(
        **{
            "uid": "0198a0f0-0000-7000-8000-0000000000c1",
            "sequence": 3,
            "summary": "CHG-2026-0042 Another version",
            "starts_at": NOW,
            "ends_at": NOW + timedelta(hours=2),
            "status": "CONFIRMED",
        }
        | fields
    )


def written(*events: ical.Event, name: str = "Changes") -> bytes:
    return ical.written(events, name=name, stamp=NOW, every_minutes=30)


def read(raw: bytes) -> list[Any]:
    found = icalendar.Calendar.from_ical(raw)
    assert not found.errors
    assert not any(one.errors for one in found.events)
    return list(found.events)


def test_a_calendar_is_read_by_another_program_as_it_was_meant() -> None:
    raw = written(
        event(description="Scheduled; low, normal", address="https://house.example/changes/1", category="Patch")
    )
    (found,) = read(raw)
    assert found["UID"] == "0198a0f0-0000-7000-8000-0000000000c1"
    assert found["SEQUENCE"] == 3
    assert str(found["STATUS"]) == "CONFIRMED"
    assert found.decoded("DTSTART") == NOW.replace(microsecond=0)
    assert found.decoded("DTEND") == (NOW + timedelta(hours=2)).replace(microsecond=0)
    assert found.decoded("DTSTAMP") == NOW.replace(microsecond=0)
    assert str(found["DESCRIPTION"]) == "Scheduled; low, normal"
    assert str(found["URL"]) == "https://house.example/changes/1"
    calendar = icalendar.Calendar.from_ical(raw)
    assert str(calendar["VERSION"]) == "2.0"
    assert calendar.decoded("REFRESH-INTERVAL") == timedelta(minutes=30)


HOSTILE = (
    'Switch; core, west \\ east: "new"',
    "ends here\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:false",
    "a\\nb \\\\, \\; literal",
    "Ọlúṣẹ́gun ɖo àgbàdá 🛠️ " * 12,
    "\x00\x07bell\x7f and\ttab",
    "one\u2028two\x85three",
    "é" * 200,
    ":" * 80,
    "\ud800 lone",
)


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_stays_a_title(title: str) -> None:
    found = read(written(event(summary=title), event(uid="2")))
    assert [str(one["UID"]) for one in found] == ["0198a0f0-0000-7000-8000-0000000000c1", "2"]
    plain = ical.CONTROLS.sub("", ical.BREAKS.sub("\n", title)).encode("utf-8", "replace").decode()
    assert str(found[0]["SUMMARY"]) == plain


@given(st.text(max_size=400), st.text(max_size=200))
def test_every_line_has_75_octets_at_most_and_every_text_comes_back(title: str, name: str) -> None:
    raw = written(event(summary=title, description=title), name=name)
    assert raw.endswith(b"END:VCALENDAR\r\n")
    for line in raw.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
        assert not set(line) & {0, 10, 13, 127}
    (found,) = read(raw)
    assert (
        str(found["SUMMARY"]) == ical.CONTROLS.sub("", ical.BREAKS.sub("\n", title)).encode("utf-8", "replace").decode()
    )


@pytest.mark.parametrize(
    ("wall", "second", "utc"),
    [
        ("2026-03-29T01:30", False, "20260329T003000Z"),
        ("2026-03-29T03:30", False, "20260329T013000Z"),
        ("2026-10-25T02:30", False, "20261025T003000Z"),
        ("2026-10-25T02:30", True, "20261025T013000Z"),
    ],
)
def test_a_window_keeps_its_hours_while_the_clocks_change(wall: str, second: bool, utc: str) -> None:
    start = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo("Europe/Paris"), fold=second).astimezone(UTC)
    raw = written(event(starts_at=start.astimezone(ZoneInfo("Europe/Paris")), ends_at=start + timedelta(hours=2)))
    assert f"DTSTART:{utc}".encode() in raw
    (found,) = read(raw)
    assert found.decoded("DTEND") - found.decoded("DTSTART") == timedelta(hours=2)


def test_a_time_of_another_zone_is_written_in_utc_and_one_of_none_is_refused() -> None:
    east = timezone(timedelta(hours=14))
    assert ical.moment(datetime(2026, 1, 1, 3, tzinfo=east)) == "20251231T130000Z"
    assert ical.moment(datetime(812, 1, 1, tzinfo=UTC)) == "08120101T000000Z"
    with pytest.raises(ValueError, match="zone"):
        ical.moment(datetime.fromisoformat("2026-01-01"))


def test_a_window_of_less_than_a_second_still_ends_after_it_begins() -> None:
    (found,) = read(written(event(ends_at=NOW + timedelta(milliseconds=3))))
    assert found.decoded("DTEND") > found.decoded("DTSTART")


def test_a_calendar_without_events_is_whole() -> None:
    assert read(written()) == []
