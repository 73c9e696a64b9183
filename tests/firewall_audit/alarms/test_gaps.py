"""Who is on call when: rotations over a change of the clocks, and hours that nobody has."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from firewall_audit.alarms.gaps import gaps, turns

AMA, KOFI = UUID(int=1), UUID(int=2)
BEGIN = datetime(2026, 11, 23, tzinfo=UTC)


def at(hour: float) -> datetime:
    return BEGIN + timedelta(hours=hour)


def test_rotation_takes_turns_at_the_same_hour_on_the_wall() -> None:
    paris = ZoneInfo("Europe/Paris")
    found = list(
        turns([AMA, KOFI], date(2026, 3, 23), time(9), 3, lambda wall: wall.replace(tzinfo=paris).astimezone(UTC))
    )
    assert [one.person_id for one in found] == [AMA, KOFI, AMA]
    assert [(one.since.hour, one.until.hour) for one in found] == [(8, 7), (7, 7), (7, 7)], "09:00 in winter and summer"
    assert gaps([(one.since, one.until) for one in found], found[0].since, found[-1].until) == []


def test_hours_that_nobody_has_are_listed() -> None:
    held = [(at(10), at(12)), (at(2), at(5)), (at(4), at(8))]
    assert gaps(held, at(0), at(24)) == [(at(0), at(2)), (at(8), at(10)), (at(12), at(24))]
    assert gaps([], at(0), at(1)) == [(at(0), at(1))]
    assert gaps([(at(-5), at(30))], at(0), at(24)) == []
    assert gaps([(at(30), at(40))], at(0), at(24)) == [(at(0), at(24))]


@given(st.lists(st.tuples(st.integers(-10, 40), st.integers(1, 20)), max_size=12))
def test_every_hour_is_held_or_a_gap(held: list[tuple[int, int]]) -> None:
    spans = [(at(begin), at(begin + length)) for begin, length in held]
    found = gaps(spans, at(0), at(30))
    for hour in range(30):
        moment = at(hour + 0.5)
        is_held = any(begins <= moment < ends for begins, ends in spans)
        assert is_held != any(one.since <= moment < one.until for one in found)
