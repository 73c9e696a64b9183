"""People: the list and a person's page."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import Choice, Form, HistoryRow, State


@dataclass(frozen=True)
class PersonRow:
    """A person in the list."""

    id: str
    name: str
    user_name: str
    roles: str
    site: str
    state: State
    may_open: bool = True
    """Whether the reader may open this person's record; who only lists people may not."""


@dataclass(frozen=True)
class People:
    """The people one may see."""

    form: Form
    rows: tuple[PersonRow, ...]
    total: int
    older: str = ""
    may_add: bool = False
    may_ask: bool = False


@dataclass(frozen=True)
class NewPerson:
    """The form that adds a person."""

    form: Form
    sites: tuple[Choice, ...]


@dataclass(frozen=True)
class Right:
    """A role and where it comes from."""

    id: str
    role: str
    scope: str
    start: datetime | None
    end: datetime | None
    giver: str
    reason: str
    profile: str = ""
    rules: tuple[str, ...] = ()
    held: str = ""
    """What is asked about to end it: `holding=` and the profile held, else `right=` and the role."""


@dataclass(frozen=True)
class AccountRow:
    """An account of the person on a platform; a service account's person is its owner."""

    platform: str
    name: str
    kind: str
    state: State
    made: datetime
    used: datetime | None = None
    end: datetime | None = None
    purpose: str = ""


@dataclass(frozen=True)
class RequestRow:
    """A request that concerns the person."""

    href: str
    what: str
    reason: str
    at: datetime
    state: State


@dataclass(frozen=True)
class Deed:
    """Something that can be done to a person now. `why_not` says why it cannot."""

    action: str
    label: str
    href: str
    question: str
    grave: bool = False
    why_not: str = ""


@dataclass(frozen=True)
class Person:
    """A person: accounts, rights and where each comes from, history."""

    id: str
    name: str
    user_name: str
    state: State
    email: str
    phone: str
    joined: datetime
    site: str
    language: str
    rights: tuple[Right, ...]
    history: tuple[HistoryRow, ...]
    deeds: tuple[Deed, ...]
    accounts: tuple[AccountRow, ...] = ()
    requests: tuple[RequestRow, ...] | None = None
    kind: str = ""
    job: str = ""
    manager: str = ""
    manager_href: str = ""
    end: datetime | None = None
