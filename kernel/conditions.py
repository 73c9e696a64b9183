"""Named conditions: what the book asks in code beside a right, and the verdict they speak in. [AC-10]"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import ColumnElement

from kernel.actor import Actor
from kernel.db import Record


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer: `why` is a sentence, `rule` the rule that decided, `edition` the book it stood in."""

    allowed: bool
    why: str
    rule: str
    edition: int
    clause: str | None = None
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """What a named condition is asked: may this actor do this to that, now? `params` are the book's for the condition."""

    actor: Actor
    action: str
    target: Record | None
    now: datetime
    session: Any = None
    rows: bool = False
    """Asked for a list: a condition with a WHERE form then chooses its rows, instead of refusing the whole."""


class Missing(str):
    """A sentence that says what is missing, resting on a clause of its own and not on the action's."""

    __slots__ = ("clause",)
    clause: str

    def __new__(cls, sentence: str, clause: str) -> Self:
        """Make the sentence."""
        made = super().__new__(cls, sentence)
        made.clause = clause
        return made


@dataclass(frozen=True, slots=True)
class Condition:
    """A named rule of the book in code: returns None when fulfilled, else the sentence that says what is missing.

    `quick` may vouch from memory alone that it is fulfilled; when it does not, `check` is asked.
    """

    name: str
    check: Callable[[Ask], str | None]
    where: Callable[[Any, Actor], ColumnElement[bool]] | None
    quick: Callable[[Actor, str, datetime], bool] | None = None


CONDITIONS: dict[str, Condition] = {}
RIGHTS: set[str] = {"role.escalate"}
"""Rights that are no action of their own but are asked for inside one."""


def condition(
    name: str,
    *,
    where: Callable[[Any, Actor], ColumnElement[bool]] | None = None,
    quick: Callable[[Actor, str, datetime], bool] | None = None,
) -> Callable[[Callable[[Ask], str | None]], Condition]:
    """Register a named condition. `where` is its form as a WHERE clause, needed where it decides what a list shows."""

    def register(check: Callable[[Ask], str | None]) -> Condition:
        made = Condition(name, check, where, quick)
        CONDITIONS[name] = made
        return made

    return register


def vouched(needs: tuple[str, ...], actor: Actor, action: str, now: datetime) -> bool:
    """Tell whether memory alone vouches for every need of an action."""
    for name in needs:
        known = CONDITIONS.get(name)
        if known is None or known.quick is None or not known.quick(actor, action, now):
            return False
    return True


def asked(name: str, ask: Ask) -> str | None:
    """Ask a condition by its name; one that this release does not know is never fulfilled."""
    known = CONDITIONS.get(name)
    if known is None:
        return f"the condition {name} is not known to this release"
    return None if ask.rows and known.where is not None else known.check(ask)
