"""The house's own clock: gap, fold, days of 23 and 25 hours, and zones where midnight itself does not come. [CC-1, AC-9]"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Malformed
from policy import book, lint, local_time
from policy.loading import BookError, merge
from policy.reading import Book, HouseRule

ZONES = (
    "UTC",
    "Africa/Porto-Novo",
    "Europe/Paris",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
)


@contextmanager
def house_in(zone: str) -> Iterator[None]:
    """A house whose book names a zone."""
    with book.opened(book.shipped().model_copy(update={"house": HouseRule(zone=zone)})):
        yield


def test_a_house_that_names_no_zone_speaks_utc() -> None:
    assert book.shipped().house.zone == "UTC"
    assert local_time.zone() == ZoneInfo("UTC")


@pytest.mark.parametrize("wrong", ["Mars/Olympus", "", "../../etc/passwd", "Europe", "UTC+1 "])
def test_a_zone_that_this_machine_does_not_know_is_a_fault_of_the_book(wrong: str) -> None:
    faults = lint.lint(book.shipped().model_copy(update={"house": HouseRule(zone=wrong)}))
    assert [fault for fault in faults if fault.startswith("house, field zone")]


def test_two_files_do_not_both_name_the_zone() -> None:
    paris = Book(house=HouseRule(zone="Europe/Paris"))
    assert merge({"a.yaml": paris, "b.yaml": Book()}).house.zone == "Europe/Paris"
    with pytest.raises(BookError, match="house is already written"):
        merge({"a.yaml": paris, "b.yaml": Book(house=HouseRule(zone="Africa/Cairo"))})


@pytest.mark.parametrize(
    ("second", "utc"),
    [(False, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)), (True, datetime(2026, 10, 25, 1, 30, tzinfo=UTC))],
)
def test_an_hour_that_comes_twice_is_two_moments(second: bool, utc: datetime) -> None:
    wall = datetime.fromisoformat("2026-10-25T02:30")
    with house_in("Europe/Paris"):
        assert local_time.comes_twice(wall)
        assert local_time.moment(wall, second=second) == utc
        assert local_time.written(utc) == f"2026-10-25 02:30 {'CET' if second else 'CEST'}"


@pytest.mark.parametrize("wall", ["2026-03-29T02:00", "2026-03-29T02:30", "2026-03-29T02:59"])
def test_an_hour_that_the_clocks_leap_over_is_none(wall: str) -> None:
    with house_in("Europe/Paris"), pytest.raises(Malformed, match="leap over"):
        local_time.moment(datetime.fromisoformat(wall))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Paris", date(2026, 3, 29), 23.0), ("Europe/Paris", date(2026, 10, 25), 25.0), ("Africa/Porto-Novo", date(2026, 3, 29), 24.0),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5), ("America/Sao_Paulo", date(2018, 11, 4), 23.0),
    ],
)  # fmt: skip
def test_a_day_lasts_from_its_midnight_to_the_next(zone: str, day: date, hours: float) -> None:
    with house_in(zone):
        assert local_time.midnight(day + timedelta(days=1)) - local_time.midnight(day) == timedelta(hours=hours)
        assert local_time.local(local_time.midnight(day)).date() == day


def test_where_midnight_does_not_come_the_day_begins_at_one() -> None:
    with house_in("America/Sao_Paulo"):
        assert f"{local_time.local(local_time.midnight(date(2018, 11, 4))):%H:%M}" == "01:00"


@pytest.mark.parametrize(
    ("zone", "wall"), [("Asia/Tokyo", "0001-01-01T00:00"), ("America/New_York", "9999-12-31T23:59")]
)
def test_a_time_beyond_the_calendar_is_told(zone: str, wall: str) -> None:
    with house_in(zone), pytest.raises(Malformed, match="beyond the calendar"):
        local_time.moment(datetime.fromisoformat(wall))


def test_a_day_that_begins_before_the_calendar_is_told() -> None:
    with house_in("Asia/Tokyo"), pytest.raises(Malformed, match="beyond the calendar"):
        local_time.midnight(date(1, 1, 1))


def test_a_time_with_an_offset_of_its_own_is_none_of_the_wall() -> None:
    with pytest.raises(Malformed, match="offset"):
        local_time.moment(datetime(2026, 1, 1, tzinfo=UTC))


@given(
    zone=st.sampled_from(ZONES),
    at=st.datetimes(datetime(1990, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone stands beside
)
def test_what_the_wall_shows_is_read_back_as_the_same_moment(zone: str, at: datetime) -> None:
    with house_in(zone):
        shown = local_time.local(at)
        assert local_time.moment(shown.replace(tzinfo=None, fold=0), second=bool(shown.fold)) == at
        assert local_time.midnight(shown.date()) <= at < local_time.midnight(shown.date() + timedelta(days=1))
