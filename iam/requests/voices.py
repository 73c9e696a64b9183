"""Who answers a request: the nearest leader of everybody it is about who may answer, then the owner of the right. [AC-1, AC-2]

Both are found anew at every look: a manager who leaves, moves or is suspended is passed over for the one above.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, text
from sqlmodel import col, select

from iam.people.joiners import MOST_LEVELS
from iam.people.models import Person
from iam.requests.models import CREATE, IDENTITY, AccessLine, AccessRequest
from kernel import clock
from kernel.actor import Actor
from kernel.db import read_session
from kernel.errors import Refused
from policy import book
from policy.holders import holders, roles_of
from policy.relations import Question, relation

MANAGER, OWNER = "manager-of-subject", "owner-of-right"


@dataclass(frozen=True, slots=True)
class Led:
    """Where a line up begins: at a person who is led, or at the manager a newcomer is to have."""

    person_id: UUID | None
    manager_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class House:
    """Who leads whom, and who is here to answer."""

    leaders: Mapping[UUID, UUID | None]
    present: frozenset[UUID]

    def above(self, led: Led) -> list[UUID]:
        """Give the line of managers above, the nearest first; a ring or an endless line is cut."""
        at = led.manager_id if led.person_id is None else self.leaders.get(led.person_id)
        line: list[UUID] = []
        while at is not None and at not in line and len(line) < MOST_LEVELS:
            line.append(at)
            at = self.leaders.get(at)
        return line


def nearest(house: House, led: Sequence[Led], out: frozenset[UUID]) -> UUID | None:
    """Give the nearest person above all of these who is here and not barred; None where there is none."""
    lines = [house.above(one) for one in led]
    if not lines:
        return None
    common = set(lines[0]).intersection(*lines[1:])
    return next((one for one in lines[0] if one in common and one in house.present and one not in out), None)


def owners_of(deed: str, roles: Sequence[str]) -> list[str]:
    """Give the roles whose holders own what is asked for, as the book in force says: identities, rights, or all of these at once.

    Raises Refused where no role owns all of it.
    """
    rights = book.clause("AC-2").parameters
    owned = [_listed(book.parameter("AC-1", "owner"))] if deed in IDENTITY else []
    owned += [_listed(rights.get(f"owner_of_{role}", rights["owner"])) for role in roles]
    owned = owned or [_listed(rights["owner"])]
    found = [owner for owner in owned[0] if all(owner in other for other in owned[1:])]
    if not found:
        raise Refused("AC-2", "Nobody owns all of these rights. Ask for them one by one.")
    return found


def _listed(found: object) -> list[str]:
    return list(map(str, found)) if isinstance(found, list) else [str(found)]


def _without_manager() -> list[str]:
    return _listed(book.parameter("AC-2", "without_manager"))


_UP = text(
    """
    with recursive up (id, manager_id, status, height) as (
      select id, manager_id, status, 0 from person where id = any(:ids)
      union
      select p.id, p.manager_id, p.status, up.height + 1
        from up join person p on p.id = up.manager_id where up.height < :most
    )
    select distinct id, manager_id, status from up
    """
)


def house_above(session: Any, led: Iterable[Led]) -> House:
    """Read who stands above these, in one question."""
    ids = list({one.person_id or one.manager_id for one in led} - {None})
    rows = session.execute(_UP, {"ids": ids, "most": MOST_LEVELS}).all()
    return House({row[0]: row[1] for row in rows}, frozenset(row[0] for row in rows if row[2] == "active"))


def led_of(lines: Iterable[AccessLine]) -> list[Led]:
    """Give where the lines up begin, each once."""
    found = (Led(None, line.manager_id) if line.deed == CREATE else Led(line.person_id) for line in lines)
    return list(dict.fromkeys(found))


def lines_of(session: Any, request_ids: Iterable[UUID]) -> dict[UUID, list[AccessLine]]:
    """Read the standing lines of requests, by request and number."""
    found: dict[UUID, list[AccessLine]] = {id_: [] for id_ in request_ids}
    asked = select(AccessLine).where(col(AccessLine.request_id).in_(list(found)), col(AccessLine.dropped_at).is_(None))
    for line in session.scalars(asked.order_by(col(AccessLine.number))):
        found[line.request_id].append(line)
    return found


def _request_of(question: Question) -> UUID | None:
    noun, _, key = question.subject_ref.partition(":")
    return UUID(key) if noun == AccessRequest.noun else None


def _present(session: Any, people: Iterable[UUID]) -> frozenset[UUID]:
    asked = select(Person.id).where(col(Person.id).in_(list(people)), Person.status == "active")
    return frozenset(session.scalars(asked))


def _leader(house: House, lines: list[AccessLine], out: frozenset[UUID]) -> UUID | None:
    return nearest(house, led_of(lines), out)


def _managers(question: Question) -> frozenset[UUID]:
    request_id = _request_of(question)
    if request_id is None:
        return frozenset()
    lines = lines_of(question.session, [request_id])[request_id]
    found = _leader(house_above(question.session, led_of(lines)), lines, question.out)
    if found is not None:
        return frozenset({found})
    return _present(question.session, holders(_without_manager(), question.scope, question.now))


def _owner_roles(question: Question) -> frozenset[str]:
    request_id = _request_of(question)
    request = question.session.get(AccessRequest, request_id) if request_id else None
    return frozenset(request.owners) if request is not None else frozenset()


def _owners(question: Question) -> frozenset[UUID]:
    return _present(question.session, holders(_owner_roles(question), question.scope, question.now))


def _asked(session: Any) -> list[AccessRequest]:
    return list(session.scalars(select(AccessRequest).where(AccessRequest.state == "asked")))


def _barred(request: AccessRequest, lines: Iterable[AccessLine]) -> frozenset[UUID]:
    return frozenset({request.requested_by, *(line.person_id for line in lines if line.person_id)})


def _concerns_manager(model: Any, actor: Actor) -> ColumnElement[bool]:
    if actor.id is None:
        return false()
    now, refs, fallback = clock.now(), [], set(_without_manager())
    with read_session() as session:
        requests = _asked(session)
        lines = lines_of(session, [request.id for request in requests])
        house = house_above(session, led_of(line for several in lines.values() for line in several))
        for request in requests:
            found = _leader(house, lines[request.id], _barred(request, lines[request.id]))
            stands_in = found is None and bool(fallback & roles_of(actor.id, request.scope, now))
            if found == actor.id or stands_in:
                refs.append(request.ref)
    return col(model.subject_ref).in_(refs)


def _concerns_owner(model: Any, actor: Actor) -> ColumnElement[bool]:
    if actor.id is None:
        return false()
    now = clock.now()
    with read_session() as session:
        refs = [one.ref for one in _asked(session) if set(one.owners) & roles_of(actor.id, one.scope, now)]
    return col(model.subject_ref).in_(refs)


manager_of_subject = relation(MANAGER, concerning=_concerns_manager)(_managers)
owner_of_right = relation(OWNER, concerning=_concerns_owner, by_role=_owner_roles)(_owners)
