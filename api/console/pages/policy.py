"""The policy book as a document."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import State


@dataclass(frozen=True)
class Clause:
    """A clause and what the house knows about it."""

    id: str
    text: str
    kind: str
    owner: str
    state: State | None
    guard: str
    duty: str
    evidence: str
    parameters: tuple[tuple[str, str], ...]
    maps: tuple[str, ...]
    refusals: int = 0


@dataclass(frozen=True)
class Chapter:
    """Clauses of one field."""

    id: str
    title: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Book:
    """The edition in force."""

    edition: int
    since: datetime | None
    digest: str
    chapters: tuple[Chapter, ...]
