"""Roles over time, and which of them conflict at any moment. [AC-6]"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from iam.requests import functions
from iam.requests.models import GIVING, AccessLine
from kernel.access import RoleAssignment
from kernel.gate import ALWAYS, FOREVER
from policy import book


@dataclass(frozen=True, slots=True)
class Spell:
    """A role held, or to be held, from a time until a time."""

    role: str
    scope: str
    start: datetime
    end: datetime

    @classmethod
    def of(cls, row: RoleAssignment | AccessLine) -> "Spell":
        """Give the spell of a role that is there or that a line asks for."""
        return cls(row.role or "", row.scope, row.starts_at or ALWAYS, row.ends_at or FOREVER)

    @classmethod
    def asked(cls, session: Any, line: AccessLine) -> list["Spell"]:
        """Give the spells of every role a line asks for; a move's begin at once, whatever its contract's end."""
        if line.deed not in GIVING:
            return []
        start, end, place = line.starts_at or ALWAYS, line.ends_at or FOREVER, line.profile_scope or line.scope
        return [cls(role, place, start, end) for role in functions.roles_asked(session, line)]

    def meets(self, other: "Spell") -> bool:
        """Tell whether there is a moment in both."""
        return self.start < other.end and other.start < self.end


def clashes(held: Iterable[Spell], asked: Spell) -> list[str]:
    """List the conflicts of duties that a right would bring at any moment of its time, one sentence each. [AC-6]"""
    beside = {one.role for one in held if one.meets(asked)}
    before = set(book.conflicts(beside))
    return [pair for pair in book.conflicts({*beside, asked.role}) if pair not in before]
