"""What may be wished for in a request, and what an approval of it is sealed to. [AC-1, AC-2]"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from iam.people.models import Person
from iam.people.people import Email, Job, Kind, Language, Name, Phone
from iam.requests import functions
from iam.requests.models import ALLOCATE, AMEND, CREATE, MOVE, WITHDRAW, AccessLine
from kernel.access import RoleAssignment
from kernel.action import Work
from kernel.db import HOUSE
from kernel.errors import NotFound, Refused
from kernel.ledger.entries import canonical

Deed = Literal["create", "move", "suspend", "reactivate", "revoke", "allocate", "amend", "withdraw"]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9:_.-]{1,80}$")]
Bound = Annotated[str, StringConstraints(pattern=r"^(change|incident|shift):[a-z0-9-]{1,60}$")]
"""A reference of what a right is bound to: with its end the right ends."""
MOST = 500
"""Lines of one request."""


class Newcomer(BaseModel):
    """Somebody who is to join."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    given_name: Name
    family_name: Name
    email: Email
    phone: Phone
    language: Language = "fr"
    kind: Kind = "employee"
    job: Job = ""
    manager_id: UUID | None = None
    site: Identifier = HOUSE
    ends_at: AwareDatetime | None = None


class Removal(BaseModel):
    """Where somebody moves: what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: Identifier | None = None
    job: Job = ""
    manager_id: UUID | None = None
    ends_at: AwareDatetime | None = None


class Wish(BaseModel):
    """One line: an identity created, moved, suspended, reactivated or revoked; a right allocated, amended (a new end) or withdrawn.

    A right is a role, or an access profile: `profile_id` names the one that is to be held, in `place`, by somebody who joins, moves
    or is here; `holding_id` one that is held already.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    deed: Deed
    person_id: UUID | None = None
    newcomer: Newcomer | None = None
    removal: Removal | None = None
    profile_id: UUID | None = None
    place: Identifier | None = None
    role: Identifier | None = None
    scope: Identifier = HOUSE
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    bound_to: Bound | None = None
    assignment_id: UUID | None = None
    holding_id: UUID | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Say what a line of this kind lacks."""
        wrong = next((why for is_wrong, why in self._faults() if is_wrong), None)
        if wrong is not None:
            raise ValueError(wrong)
        return self

    def _faults(self) -> Iterator[tuple[bool, str]]:
        held = self.deed in {AMEND, WITHDRAW}
        yield (
            (self.deed == CREATE) != (self.newcomer is not None),
            "who is to join stands on a line that creates an identity, and on no other",
        )
        yield (self.deed == MOVE) != (self.removal is not None), "where somebody moves stands on a line that moves them"
        yield not held and self.deed != CREATE and self.person_id is None, "name the person"
        yield (
            self.deed == ALLOCATE and (self.role is None) == (self.profile_id is None),
            "name the role, or the access profile",
        )
        yield (
            self.profile_id is not None and self.deed not in {CREATE, MOVE, ALLOCATE},
            "a profile is named for somebody who joins, moves or gets a right",
        )
        yield held and (self.assignment_id is None) == (self.holding_id is None), "name the right"
        yield (
            self.bound_to is not None and (self.ends_at is None or self.role is None),
            "a role that is bound to something has a last moment as well",
        )


def line_of(work: Work, request_id: UUID, number: int, wish: Wish) -> AccessLine:
    """Make the line of a wish: of a right that is there, with its person, role and scope. Raises NotFound, Refused."""
    line = AccessLine(request_id=request_id, number=number, deed=wish.deed, person_id=wish.person_id)
    if wish.newcomer is not None:
        told = wish.newcomer.model_dump(exclude={"site"})
        for field, value in told.items():
            setattr(line, field, value)
        line.scope = wish.newcomer.site
    elif wish.assignment_id is not None:
        _about_role(work, line, wish.assignment_id, wish.ends_at)
    elif wish.holding_id is not None:
        functions.held_by(work, line, wish.holding_id, wish.ends_at)
    else:
        line.role, line.starts_at, line.ends_at = wish.role, wish.starts_at, wish.ends_at
        line.bound_to, line.scope = wish.bound_to, wish.scope
    if line.person_id is not None:
        _about_person(work, line, wish)
    if wish.profile_id is not None:
        profile = functions.name_profile(work, line, wish.profile_id, wish.place)
        line.job = line.job or (profile.job if wish.deed in {CREATE, MOVE} else "")
        line.scope = (line.profile_scope or HOUSE) if wish.deed == ALLOCATE else line.scope
    return line


def _about_role(work: Work, line: AccessLine, assignment_id: UUID, ends_at: datetime | None) -> None:
    held = work.get(RoleAssignment, assignment_id)
    noun, _, key = held.subject_ref.partition(":")
    if noun != "person":
        raise Refused("AC-2", "This right is not a person's.")
    line.assignment_id, line.person_id = held.id, UUID(key)
    line.role, line.scope, line.ends_at = held.role, held.scope, ends_at


def _about_person(work: Work, line: AccessLine, wish: Wish) -> None:
    person = work.session.get(Person, line.person_id)
    if person is None:
        raise NotFound("There is no such person.")
    if wish.removal is not None:
        line.scope = wish.removal.site or person.scope
        line.job, line.manager_id, line.ends_at = wish.removal.job, wish.removal.manager_id, wish.removal.ends_at
    elif wish.role is None and wish.assignment_id is None and wish.holding_id is None:
        line.scope = person.scope


def content_of(request_id: UUID, reason: str, lines: Iterable[AccessLine]) -> dict[str, Any]:
    """Give what an approval of these lines binds to; names and addresses stand as a salted digest, never themselves."""
    return {
        "reason": _digest(request_id, reason),
        "lines": [_told(request_id, line) for line in sorted(lines, key=lambda line: line.number)],
    }


def _told(request_id: UUID, line: AccessLine) -> dict[str, Any]:
    told: dict[str, Any] = {
        "deed": line.deed,
        "scope": line.scope,
        "role": line.role,
        "bound_to": line.bound_to,
        "starts_at": _moment(line.starts_at),
        "ends_at": _moment(line.ends_at),
        "assignment": str(line.assignment_id) if line.assignment_id and line.deed != ALLOCATE else None,
        "holding": str(line.holding_id) if line.holding_id and line.deed in {AMEND, WITHDRAW} else None,
        "profile": str(line.profile_id) if line.profile_id else None,
        "version": line.profile_number,
        "place": line.profile_scope,
    }
    if line.deed in {CREATE, MOVE}:
        told["manager"] = str(line.manager_id) if line.manager_id else None
    if line.deed == MOVE:
        told["job"] = line.job or None
    if line.deed == CREATE:
        told["newcomer"] = _digest(
            request_id, line.given_name, line.family_name, line.email, line.phone, line.language, line.kind, line.job
        )
    else:
        told["person"] = str(line.person_id)
    return {name: value for name, value in told.items() if value is not None}


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _digest(salt: UUID, *words: str | None) -> str:
    return hashlib.sha256(canonical([str(salt), *words])).hexdigest()


Wishes = Annotated[list[Wish], Field(min_length=1, max_length=MOST)]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=1000)]
