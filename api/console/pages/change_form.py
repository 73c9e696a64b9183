"""The form of a change: what is said of it, what is frozen as it stands, and what others wrote meanwhile."""

from dataclasses import dataclass, field

from api.console.pages.changes import Differs
from api.console.pages.frame import Choice, Form


@dataclass(frozen=True)
class SystemChoice:
    """A system of the register, to be ticked."""

    id: str
    label: str
    slug: str
    environment: str
    function: str
    chosen: bool


@dataclass(frozen=True)
class PersonChoice:
    """Somebody who carries it out."""

    id: str
    name: str
    chosen: bool = True


@dataclass(frozen=True)
class CourseChoice:
    """A course that may be needed before; without a title it is not in force."""

    slug: str
    title: str
    chosen: bool


@dataclass(frozen=True)
class Edit:
    """The form, for a new change and for one that is there."""

    title: str
    above: str
    lead: str
    action: str
    back: str
    model: str
    form: Form
    kinds: tuple[Choice, ...]
    risks: tuple[Choice, ...]
    systems: tuple[SystemChoice, ...]
    people: tuple[PersonChoice, ...]
    zone: str
    devices: tuple[Choice, ...] = ()
    """Network devices on which rules are put in place; the first is none."""
    device_rows: int = 1
    courses: tuple[CourseChoice, ...] = ()
    models: tuple[Choice, ...] = ()
    """Other models, where one may still choose."""
    templates: tuple[Choice, ...] = ()
    frozen: frozenset[str] = frozenset()
    """Fields that stand as they are."""
    frozen_why: str = ""
    warning: str = ""
    clerical: frozenset[str] = frozenset()
    """Fields whose edit keeps the approvals; marked where there are any to keep."""
    wants_reason: bool = False
    wanted: frozenset[str] = frozenset()
    """Fields that are wanted before it is handed in."""
    meanwhile: tuple[Differs, ...] = ()
    """What somebody else wrote since this form was opened."""
    standing: tuple[tuple[str, str], ...] = ()
    """What the template says, in words."""
    step_up: bool = False
    submit: str = ""
    hidden: tuple[tuple[str, str], ...] = field(default=())

    @property
    def whole_frozen(self) -> bool:
        """Whether nothing can be edited."""
        return not self.submit
