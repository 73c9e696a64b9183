"""Freezes: times in which nothing is changed, what each meets, and the form that declares one."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import Choice, Form, State


@dataclass(frozen=True)
class Held:
    """A planned change that a freeze holds, by its number."""

    number: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Row:
    """A freeze: where, until when, who declared it, the changes it holds, and the titles of freezes at the same time."""

    id: str
    title: str
    place: str
    starts: datetime
    ends: datetime
    by: str
    state: State
    held: tuple[Held, ...] = ()
    meets: tuple[str, ...] = ()
    lifted: datetime | None = None
    may_lift: bool = False


@dataclass(frozen=True)
class Freezes:
    """The freezes that are or come, or all there were; the form is there for who may declare one."""

    rows: tuple[Row, ...]
    past: bool
    may_declare: bool
    form: Form
    places: tuple[Choice, ...]
    zone: str
