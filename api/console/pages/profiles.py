"""Access profiles: the list, one with its versions and holders, and the edit with what it would do."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import Choice, Form, State


@dataclass(frozen=True)
class ProfileRow:
    """A profile in the list."""

    id: str
    label: str
    slug: str
    job: str
    place: str
    roles: str
    holders: int
    state: State
    asked: bool


@dataclass(frozen=True)
class Profiles:
    """The profiles of the house, and the form that adds one."""

    rows: tuple[ProfileRow, ...]
    form: Form
    kinds: tuple[Choice, ...] = ()
    may_add: bool = False


@dataclass(frozen=True)
class RoleChange:
    """A role or a right that an edit gives to so many people and takes from so many."""

    name: str
    gives: int
    takes: int


@dataclass(frozen=True)
class PersonRow:
    """What an edit does to one person."""

    id: str
    name: str
    place: str
    gives: str
    takes: str


@dataclass(frozen=True)
class Preview:
    """What an edit would do: `says` in one sentence, then by role, by right and by person. `wrong` is why it cannot be."""

    says: str = ""
    wrong: str = ""
    holders: int = 0
    roles: tuple[RoleChange, ...] = ()
    rights: tuple[RoleChange, ...] = ()
    people: tuple[PersonRow, ...] = ()
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Version:
    """A version of a profile; `may_ask` and `may_drop` are what can be done with it now."""

    id: str
    number: int
    state: State
    roles: tuple[str, ...]
    conflicts: tuple[tuple[str, str], ...]
    summary: str
    by: str
    at: datetime
    may_ask: bool = False
    may_drop: bool = False
    preview: Preview | None = None


@dataclass(frozen=True)
class HolderRow:
    """Somebody who holds a profile somewhere."""

    id: str
    person: str
    name: str
    place: str
    since: datetime
    end: datetime | None
    reason: str
    version: int
    blocked: str
    may_withdraw: bool = False


@dataclass(frozen=True)
class Profile:
    """A profile with its versions and holders, and the form that gives it."""

    id: str
    label: str
    slug: str
    job: str
    place: str
    state: State
    versions: tuple[Version, ...]
    holders: tuple[HolderRow, ...]
    form: Form
    places: tuple[Choice, ...] = ()
    may_write: bool = False
    may_give: bool = False
    may_retire: bool = False


@dataclass(frozen=True)
class RoleChoice:
    """A role that may be put in a profile."""

    name: str
    label: str
    chosen: bool
    includes: str = ""


@dataclass(frozen=True)
class Edit:
    """The next version of a profile being written."""

    id: str
    label: str
    number: int
    form: Form
    roles: tuple[RoleChoice, ...]
    others: tuple[Choice, ...]
    slots: tuple[int, ...] = (1, 2, 3)
