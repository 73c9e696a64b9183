"""Reports on access: the list of them, and one with its filters and its table."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import Choice, Form


@dataclass(frozen=True)
class ReportLink:
    """A report one may read."""

    href: str
    title: str
    text: str
    icon: str


@dataclass(frozen=True)
class Index:
    """The reports one may read."""

    reports: tuple[ReportLink, ...]


@dataclass(frozen=True)
class Filter:
    """What a report is asked by; `choices` makes it a list to choose from."""

    name: str
    label: str
    type: str = "text"
    choices: tuple[Choice, ...] = ()
    every: str = ""
    """What an empty choice means; without it one is always chosen."""


@dataclass(frozen=True)
class Cell:
    """What stands in a table: text or a moment, with the page it leads to, and quieter words below it."""

    text: str = ""
    href: str = ""
    at: datetime | None = None
    more: tuple[str, ...] = ()
    strong: bool = False


@dataclass(frozen=True)
class Report:
    """A report: what it was asked, what it says in words, and its table. `take` is the question that CSV and PDF repeat."""

    slug: str
    title: str
    lead: str
    form: Form
    filters: tuple[Filter, ...]
    says: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    none: str = ""
    asked: bool = True
    more: bool = False
    take: str = ""
