"""How figures are written for people: dates and times on the house's own clock, durations, telephone numbers, in the language being spoken."""

from datetime import UTC, datetime, timedelta

import phonenumbers
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal
from markupsafe import Markup

from api.words import _, language, locale, plural
from policy.local_time import local

MINUTE, HOUR, DAY = 60, 3600, 86400
RECENT_DAYS = 6


def moment(at: datetime, now: datetime) -> Markup:
    """A moment as people say it, with the exact UTC time on hover: `<time datetime=... title=...>today 14:05</time>`."""
    exact = at.astimezone(UTC)
    title = exact.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + " UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(exact.isoformat(), title, spoken(at, now))


def spoken(at: datetime, now: datetime) -> str:
    """`just now`, `5 min ago`, `today 09:12`, `yesterday 18:40`, `Monday 08:00`, `3 May 2026, 08:00`."""
    here, today = local(at), local(now)
    seconds = (now - at).total_seconds()
    if 0 <= seconds < MINUTE:
        return _("just now")
    if 0 <= seconds < HOUR:
        return _("%(minutes)s min ago", minutes=int(seconds // MINUTE))
    if -HOUR < seconds < 0:
        return _("in %(minutes)s min", minutes=max(1, round(-seconds / MINUTE)))
    clock = format_time(here, "HH:mm", locale=locale(language()))
    days = (today.date() - here.date()).days
    if days == 0:
        return _("today %(clock)s", clock=clock)
    if days == 1:
        return _("yesterday %(clock)s", clock=clock)
    if days == -1:
        return _("tomorrow %(clock)s", clock=clock)
    if 0 < days <= RECENT_DAYS:
        return f"{format_date(here, 'EEEE', locale=locale(language()))} {clock}"
    pattern = "d MMM, HH:mm" if here.year == today.year else "d MMM y, HH:mm"
    return format_datetime(here, pattern, locale=locale(language()))


def clock(at: datetime) -> Markup:
    """Hours and minutes only, exact UTC on hover: for the messages of a conversation."""
    exact = at.astimezone(UTC)
    text = format_time(local(at), "HH:mm", locale=locale(language()))
    title = exact.strftime("%Y-%m-%d %H:%M:%S") + " UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(exact.isoformat(), title, text)


def exact(at: datetime, form: str) -> str:
    """A moment by strftime's form on the house's clock; its offset follows where it comes twice and would not be told apart."""
    here = local(at)
    twice = here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset()
    return f"{here:{form}} {here:%z}" if twice else f"{here:{form}}"


def day(at: datetime) -> str:
    """A day in full: `Monday 3 May 2026`."""
    return format_date(local(at), "EEEE d MMMM y", locale=locale(language()))


def duration(length: timedelta | float) -> str:
    """`45 s`, `12 min`, `2 h 10 min`, `3 d 4 h`: at most two figures."""
    seconds = int(length.total_seconds() if isinstance(length, timedelta) else length)
    if seconds < MINUTE:
        return _("%(n)s s", n=seconds)
    if seconds < HOUR:
        return _("%(n)s min", n=seconds // MINUTE)
    if seconds < DAY:
        hours, minutes = divmod(seconds // MINUTE, 60)
        return _("%(h)s h %(m)s min", h=hours, m=minutes) if minutes else _("%(h)s h", h=hours)
    days, hours = divmod(seconds // HOUR, 24)
    return _("%(d)s d %(h)s h", d=days, h=hours) if hours else plural("%(num)s day", "%(num)s days", days)


def number(value: float) -> str:
    """A figure with the language's own separators."""
    return format_decimal(value, locale=locale(language()))


def masked_phone(text: str) -> str:
    """A telephone number with its middle hidden: `+229 01 •• •• 42`. What is no number is hidden but its end."""
    try:
        parsed = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return "•••" + text[-2:]
    whole = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    country, _space, rest = whole.partition(" ")
    keep_first, keep_last = 2, 2
    digits = [index for index, sign in enumerate(rest) if sign.isdigit()]
    hidden = set(digits[keep_first:-keep_last])
    return f"{country} " + "".join("•" if index in hidden else sign for index, sign in enumerate(rest))
