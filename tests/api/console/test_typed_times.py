"""What people type in forms is read on the house's clock, and what pages show is written on it. [CC-1, AC-9]"""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from api import formats, words
from api.console import calendar, ledger, report_tables, typed_times
from api.render import environment
from iam.requests import lists
from kernel.errors import Malformed
from policy import book
from policy.reading import HouseRule

FIRST, SECOND = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def paris() -> Iterator[None]:
    """A house with summer time."""
    with book.opened(book.shipped().model_copy(update={"house": HouseRule(zone="Europe/Paris")})):
        yield


@pytest.mark.parametrize(("which", "at"), [("first", FIRST), ("second", SECOND)])
def test_of_an_hour_that_comes_twice_the_one_that_is_named_is_read(which: str, at: datetime) -> None:
    assert typed_times.read_time({"start": "2026-10-25T02:30", "start_which": which}, "start") == at
    assert (typed_times.written(at), typed_times.which_of(at)) == ("2026-10-25T02:30", which)


@pytest.mark.parametrize("which", ["", "third", "SECOND"])
def test_an_hour_that_comes_twice_has_to_say_which_it_is(which: str) -> None:
    with pytest.raises(Malformed) as told:
        typed_times.read_time({"start": "2026-10-25T02:30", "start_which": which}, "start")
    assert [(fault.field, fault.why) for fault in told.value.faults] == [("start", typed_times.TWICE)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-03-29T02:30", "leap over"), ("tomorrow", "no date and time"), ("2026-02-30T10:00", "no date and time"),
        ("2026-02-20T10:00+05:00", "offset"), ("0001-01-01T00:00", "beyond the calendar"),
    ],
)  # fmt: skip
def test_what_is_no_time_of_the_house_is_told_beside_its_field(text: str, why: str) -> None:
    with pytest.raises(Malformed, match=why) as told:
        typed_times.read_time({"start": text}, "start")
    assert [fault.field for fault in told.value.faults] == ["start"]
    assert not typed_times.is_twice(text)


def test_the_form_asks_which_only_where_the_time_comes_twice() -> None:
    asks = environment().from_string(
        '{% from "parts/ui.html" import which_of_two %}{{ which_of_two("start", text, "second") }}'
    )
    with words.speaking("en"):
        assert asks.render(text="2026-10-25T03:30") == asks.render(text="rubbish") == ""
        shown = asks.render(text="2026-10-25T02:30")
    assert 'name="start_which"' in shown
    assert '<option value="second" selected>' in shown


def test_a_day_ends_where_the_next_begins_and_not_24_hours_later() -> None:
    assert typed_times.read_day("2026-10-25", "ends", more=1) == datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert typed_times.read_day("2026-03-29", "ends", more=1) == datetime(2026, 3, 29, 22, tzinfo=UTC)
    for wrong in ("", "9999-12-31", "25/10/2026", "2026-10-25T10:00"):
        with pytest.raises(Malformed, match="Write a day"):
            typed_times.read_day(wrong, "ends", more=1)


def test_reports_ledger_and_lists_read_days_on_the_same_clock() -> None:
    begins = datetime(2026, 7, 13, 22, tzinfo=UTC)
    asked = report_tables.Asked(actor=None, values={"since": "2026-07-14"}, now=begins)  # type: ignore[arg-type]  # no person is asked for
    assert asked.day("since") == ledger._day("2026-07-14") == calendar.midnight(date(2026, 7, 14)) == begins
    assert lists.moment("2026-07-13", end=True) == lists.moment("2026-07-14") == begins
    assert lists.moment("2026-07-14 00:00") == begins
    assert lists.moment("2026-10-25 02:30") == FIRST
    assert lists.moment("2026-03-29 02:30") is None
    assert report_tables.KINDS["log"].preset(begins)["until"] == "2026-07-14", "it is the next day here already"


def test_pages_speak_of_hours_and_days_of_the_house() -> None:
    with words.speaking("en"):
        assert str(formats.clock(FIRST)).endswith(">02:30</time>")
        assert formats.day(datetime(2026, 7, 13, 23, tzinfo=UTC)) == "Tuesday 14 July 2026"
        late = datetime(2026, 7, 13, 22, 30, tzinfo=UTC)
        assert formats.spoken(late.replace(hour=20), late) == "yesterday 22:30"
        assert 'datetime="2026-10-25T00:30:00+00:00"' in formats.moment(FIRST, SECOND), "machines read UTC"


def test_two_moments_of_one_name_are_told_apart_on_paper() -> None:
    form = "%Y-%m-%d %H:%M"
    assert (formats.exact(FIRST, form), formats.exact(SECOND, form)) == (
        "2026-10-25 02:30 +0200",
        "2026-10-25 02:30 +0100",
    )
    assert formats.exact(datetime(2026, 7, 14, 12, tzinfo=UTC), form) == "2026-07-14 14:00"
