"""A certificate as anyone may verify it by its code, without signing in."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import Form


@dataclass(frozen=True)
class Ask:
    """Where the code is typed; `code` is one that nobody has, or empty."""

    form: Form
    code: str = ""


@dataclass(frozen=True)
class Proof:
    """What a code proves, and no more: who passed which course when, and whether it still holds."""

    code: str
    name: str
    course: str
    at: datetime
    until: datetime | None
    holds: bool
