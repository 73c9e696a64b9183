"""Voices that depend on what is asked: the manager of this person, the owner of this right. A field says who that is now. [AC-1, AC-2]"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement

from kernel.action import Work
from kernel.actor import Actor
from policy.holders import delegated_to, holders, roles_of
from policy.reading import Requirement


@dataclass(frozen=True, slots=True)
class Question:
    """What a relation is asked of: the sealed envelope, where it happens, and who is barred from answering."""

    session: Any
    envelope: dict[str, Any]
    scope: str
    now: datetime
    out: frozenset[UUID]

    @property
    def subject_ref(self) -> str:
        """What the approval is about."""
        return str(self.envelope["subject_ref"])


@dataclass(frozen=True, slots=True)
class Relation:
    """A named relation: `speakers` gives who stands in it now, `concerning` the approvals of a list in which somebody does.

    `by_role` gives the roles by which people stand in it, where they do: who lends such a role lends the relation with it.
    """

    name: str
    speakers: Callable[[Question], frozenset[UUID]]
    concerning: Callable[[Any, Actor], ColumnElement[bool]]
    by_role: Callable[[Question], frozenset[str]] | None = None

    def lent_with(self, role: str, question: Question) -> bool:
        """Tell whether who lends a role lets another stand in this relation."""
        return role == self.name or (self.by_role is not None and role in self.by_role(question))


RELATIONS: dict[str, Relation] = {}


def relation(
    name: str,
    *,
    concerning: Callable[[Any, Actor], ColumnElement[bool]],
    by_role: Callable[[Question], frozenset[str]] | None = None,
) -> Callable[[Callable[[Question], frozenset[UUID]]], Relation]:
    """Register who speaks under a name of the book's `who`; a name that nobody registered has no speakers."""

    def register(speakers: Callable[[Question], frozenset[UUID]]) -> Relation:
        made = RELATIONS[name] = Relation(name, speakers, concerning, by_role)
        return made

    return register


def asked_of(rule: Requirement) -> frozenset[str]:
    """Give every role and relation that an approval asks."""
    return frozenset(name for voice in rule.requires for name in voice.names)


def _related(rule: Requirement, question: Question) -> dict[str, frozenset[UUID]]:
    wanted: Iterable[str] = {name for voice in rule.requires for name in voice.who}
    return {name: RELATIONS[name].speakers(question) for name in wanted if name in RELATIONS}


def spoken_by(rule: Requirement, question: Question, person: UUID) -> frozenset[str]:
    """Give what a person may speak as on their own authority: the roles they hold and the relations they stand in."""
    mine = {name for name, people in _related(rule, question).items() if person in people}
    roles = {name for voice in rule.requires for name in voice.role}
    return frozenset(mine | (roles & roles_of(person, question.scope, question.now)))


def lent_to(work: Work, rule: Requirement, question: Question, person: UUID) -> list[tuple[UUID, str]]:
    """Give for whom else a person may speak, and as what: only what the giver may speak himself now."""
    return [
        (row.from_id, name)
        for row in delegated_to(work, person, question.scope)
        for name in spoken_by(rule, question, row.from_id)
        if (RELATIONS[name].lent_with(row.role, question) if name in RELATIONS else name == row.role)
    ]


def speakers(rule: Requirement, question: Question) -> dict[UUID, frozenset[str]]:
    """Give everyone who could answer now, each with what they may speak as; the barred are left out."""
    roles = {name for voice in rule.requires for name in voice.role}
    found = dict(holders(roles, question.scope, question.now))
    for name, people in _related(rule, question).items():
        for person in people:
            found[person] = found.get(person, frozenset()) | {name}
    return {person: names for person, names in found.items() if person not in question.out}
