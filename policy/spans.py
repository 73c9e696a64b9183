"""Spans of time as the book writes them: "24 hours", "30 days", "6 months"."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from dateutil.relativedelta import relativedelta
from pydantic import AfterValidator

_WRITTEN = re.compile(r"^([1-9][0-9]{0,4}) (minute|hour|day|week|month|year)s?$")


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time in calendar units; a month is a calendar month, not thirty days."""

    count: int
    unit: str

    def after(self, moment: datetime, times: int = 1) -> datetime:
        """Give the moment `times` spans later (earlier when negative), always counted from `moment` itself.

        Counting from the anchor keeps the 31st: 31 January + 1 month is 28 February, + 2 months is 31 March.
        """
        if self.unit == "minute":
            return moment + relativedelta(minutes=self.count * times)
        if self.unit == "hour":
            return moment + relativedelta(hours=self.count * times)
        if self.unit == "day":
            return moment + relativedelta(days=self.count * times)
        if self.unit == "week":
            return moment + relativedelta(weeks=self.count * times)
        if self.unit == "month":
            return moment + relativedelta(months=self.count * times)
        return moment + relativedelta(years=self.count * times)

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"


def span(written: str) -> Span:
    """Read a span such as "30 days"; raises ValueError with the accepted form."""
    found = _WRITTEN.match(written)
    if found is None:
        raise ValueError(f'"{written}" is not a span: write a count and a unit, such as "24 hours" or "6 months"')
    return Span(count=int(found[1]), unit=found[2])


def _checked(written: str) -> str:
    span(written)
    return written


SpanText = Annotated[str, AfterValidator(_checked)]
"""A span kept as the text of the book; `span()` reads it."""
