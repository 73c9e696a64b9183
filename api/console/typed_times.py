"""Days and times that people type in forms, read on the house's own clock; an hour that comes twice has to say which it is. [CC-1, AC-9]"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from api.words import N_
from kernel.errors import Fault, Malformed
from policy import local_time

NO_TIME = N_("This is no date and time.")
NO_DAY = N_("Write a day as 2026-11-23.")
TWICE = N_("The clocks go back on this day, so this time comes twice. Say which of the two.")
WHICH = ("first", "second")
"""What the field beside a time that comes twice says: before the clocks go back, or after."""


def zone_name() -> str:
    """Return the name of the zone that pages speak in."""
    return local_time.zone().key


def read_time(form: Mapping[str, str], name: str) -> datetime | None:
    """Read a field for date and time as UTC, None where it is empty; `<name>_which` says which of two is meant.

    Raises Malformed, naming the field, for what is no time, one that the clocks leap over, and one of two that does not say which.
    """
    text, which = form.get(name, "").strip(), form.get(f"{name}_which", "")
    if not text:
        return None
    try:
        wall = datetime.fromisoformat(text)
        if which in WHICH or not local_time.comes_twice(wall):
            return local_time.moment(wall, second=which == "second")
        why = TWICE
    except ValueError:
        why = NO_TIME
    except Malformed as error:
        why = error.why
    raise Malformed(why, [Fault(name, why)])


def read_day(text: str, name: str, *, more: int = 0) -> datetime:
    """Read a field for a day as the first moment of that day, or of one so many days later. Raises Malformed, naming the field."""
    try:
        return local_time.midnight(date.fromisoformat(text) + timedelta(days=more))
    except (ValueError, OverflowError, Malformed):
        raise Malformed(NO_DAY, [Fault(name, NO_DAY)]) from None


def written(at: datetime) -> str:
    """Write a moment as a field for date and time holds it."""
    return f"{local_time.local(at):%Y-%m-%dT%H:%M}"


def which_of(at: datetime) -> str:
    """Say which of two a moment is; `first` of a time that comes once."""
    return WHICH[local_time.local(at).fold]


def is_twice(text: str) -> bool:
    """Tell whether what stands in a field for date and time comes twice; what is no time does not."""
    try:
        return local_time.comes_twice(datetime.fromisoformat(text))
    except (ValueError, Malformed):
        return False


def today(now: datetime) -> date:
    """Return the day that it is in the house."""
    return local_time.local(now).date()
