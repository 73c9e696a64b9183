"""What may be wished for in a request, and what an approval of it is sealed to. [AC-1, AC-2]"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from iam.people.models import Person
from iam.people.people import Email, Job, Kind, Language, Name, Phone
from iam.requests.models import ALLOCATE, AMEND, CREATE, WITHDRAW, AccessLine
from kernel.access import RoleAssignment
from kernel.action import Work
from kernel.db import HOUSE
from kernel.errors import NotFound, Refused
from kernel.ledger.entries import canonical

Deed = Literal["create", "suspend", "reactivate", "revoke", "allocate", "amend", "withdraw"]
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


class Wish(BaseModel):
    """One line: an identity created, suspended, reactivated or revoked; a right allocated, amended (a new end) or withdrawn."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    deed: Deed
    person_id: UUID | None = None
    newcomer: Newcomer | None = None
    role: Identifier | None = None
    scope: Identifier = HOUSE
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    bound_to: Bound | None = None
    assignment_id: UUID | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Say what a line of this kind lacks."""
        if (self.deed == CREATE) != (self.newcomer is not None):
            raise ValueError("who is to join stands on a line that creates an identity, and on no other")
        if self.deed not in {CREATE, AMEND, WITHDRAW} and self.person_id is None:
            raise ValueError("name the person")
        if self.deed == ALLOCATE and self.role is None:
            raise ValueError("name the role")
        if self.deed in {AMEND, WITHDRAW} and self.assignment_id is None:
            raise ValueError("name the right")
        if self.bound_to is not None and self.ends_at is None:
            raise ValueError("a right that is bound to something has a last moment as well")
        return self


def line_of(work: Work, request_id: UUID, number: int, wish: Wish) -> AccessLine:
    """Make the line of a wish: of a right that is there, with its person, role and scope. Raises NotFound, Refused."""
    line = AccessLine(request_id=request_id, number=number, deed=wish.deed, person_id=wish.person_id)
    if wish.newcomer is not None:
        told = wish.newcomer.model_dump(exclude={"site"})
        for field, value in told.items():
            setattr(line, field, value)
        line.scope = wish.newcomer.site
    elif wish.assignment_id is not None:
        held = work.get(RoleAssignment, wish.assignment_id)
        noun, _, key = held.subject_ref.partition(":")
        if noun != "person":
            raise Refused("AC-2", "This right is not a person's.")
        line.assignment_id, line.person_id = held.id, UUID(key)
        line.role, line.scope, line.ends_at = held.role, held.scope, wish.ends_at
    else:
        line.role, line.starts_at, line.ends_at = wish.role, wish.starts_at, wish.ends_at
        line.bound_to, line.scope = wish.bound_to, wish.scope
    if line.person_id is not None:
        person = work.session.get(Person, line.person_id)
        if person is None:
            raise NotFound("There is no such person.")
        line.scope = line.scope if wish.role or wish.assignment_id else person.scope
    return line


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
    }
    if line.deed == CREATE:
        told["manager"] = str(line.manager_id) if line.manager_id else None
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
