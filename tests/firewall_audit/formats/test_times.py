from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firewall_audit.formats.stamps import LEAP_YEAR, stamp, zone
from firewall_audit.formats.times import AHEAD, instant, instants, jumps

BERLIN = ZoneInfo("Europe/Berlin")


def at(text):
    return datetime.fromisoformat(text)


def read(text, arrived, zone=UTC):
    found = stamp(text)
    return instant(found.at, has_year=found.has_year, zone=zone, arrived=at(arrived))


def test_line_of_new_years_eve_that_comes_in_on_new_years_day_is_of_the_old_year():
    assert read("Dec 31 23:59:59", "2027-01-01T00:00:02+00:00") == at("2026-12-31T23:59:59+00:00")
    assert read("Jan  1 00:00:01", "2026-12-31T23:59:58+00:00") == at(
        "2027-01-01T00:00:01+00:00"
    )  # the device's clock is ahead
    assert read("Jan  1 00:00:01", "2027-01-01T00:00:02+00:00") == at("2027-01-01T00:00:01+00:00")


def test_new_year_comes_with_the_zone_of_the_device():
    assert read("Jan  1 00:30:00", "2026-12-31T23:31:00+00:00", BERLIN) == at("2026-12-31T23:30:00+00:00")


def test_29_february_is_of_the_last_leap_year():
    assert read("Feb 29 12:00:00", "2028-03-01T00:00:00+00:00") == at("2028-02-29T12:00:00+00:00")
    assert read("Feb 29 12:00:00", "2027-03-01T00:00:00+00:00") == at("2024-02-29T12:00:00+00:00")


def test_hour_that_is_skipped_in_spring_is_read_with_the_offset_before():
    assert read("2026-03-29 02:30:00", "2026-03-29T12:00:00+00:00", BERLIN) == at("2026-03-29T01:30:00+00:00")


def test_hour_that_comes_twice_in_autumn_is_told_apart_while_it_is_live():
    assert read("2026-10-25 02:30:00", "2026-10-25T00:30:01+00:00", BERLIN) == at("2026-10-25T00:30:00+00:00")
    assert read("2026-10-25 02:30:00", "2026-10-25T01:30:01+00:00", BERLIN) == at("2026-10-25T01:30:00+00:00")
    assert read("2026-10-25 02:30:00", "2026-11-01T00:00:00+00:00", BERLIN) == at("2026-10-25T00:30:00+00:00")


def test_zone_of_the_line_counts_before_the_devices():
    assert read("2026-10-25T02:30:00-0500", "2026-11-01T00:00:00+00:00", BERLIN) == at("2026-10-25T07:30:00+00:00")


@given(
    st.datetimes(datetime.fromisoformat("2005-01-01"), datetime.fromisoformat("2090-01-01")),
    st.timedeltas(timedelta(0), timedelta(days=300)),
)
def test_year_is_found_again_within_ten_months(moment, late):
    written = moment.replace(year=LEAP_YEAR)
    found = instant(written, has_year=False, zone=UTC, arrived=moment.replace(tzinfo=UTC) + late)
    assert found == moment.replace(tzinfo=UTC)


@given(st.datetimes(), st.datetimes(), st.booleans())
def test_any_time_is_an_instant_or_none_and_never_later_than_it_can_be(moment, arrived, has_year):
    arrived = arrived.replace(tzinfo=UTC)
    if arrived.year in (1, 9999):
        return
    found = instant(
        moment.replace(year=LEAP_YEAR) if not has_year else moment, has_year=has_year, zone=BERLIN, arrived=arrived
    )
    assert has_year or found is None or found <= arrived + AHEAD


def test_column_is_what_its_single_times_are():
    moments = [at("1904-12-31T23:59:59"), None, at("1904-01-01T00:00:00"), at("1904-12-31T23:59:59")]
    arrived = at("2027-01-01T00:00:02+00:00")
    found = instants(moments, [False, True, False, False], zone=UTC, arrived=arrived)
    assert [one and one.year for one in found] == [2026, None, 2027, 2026]
    assert instants([at("2026-01-01T00:00:00")], None, zone=UTC, arrived=arrived) == [at("2026-01-01T00:00:00+00:00")]


def test_clock_that_was_set_back_is_noticed_once():
    start = at("2026-10-05T10:00:00+00:00")
    times = [start + timedelta(seconds=seconds) for seconds in (0, 10, 9, 20, -3600, -3590, None or -3580, 7200)]
    found = jumps([*times[:3], None, *times[3:]])
    assert [(one.place, one.before - one.after) for one in found] == [(5, timedelta(seconds=3620))]
    assert jumps([]) == []
    assert jumps(times, timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Z", 0),
        ("+0200", 7200),
        ("-05:30", -19800),
        ("UTC+2:00", 7200),
        ("CST", -21600),
        ("IST", None),
        ("", None),
        (None, None),
    ],
)
def test_zones(text, seconds):
    found = zone(text)
    assert (found and found.utcoffset(None).total_seconds()) == (seconds if found else None)
    assert (found is None) == (seconds is None)
