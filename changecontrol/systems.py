"""The register of systems: what there is, in which environment, whose it is, what rests on it. [CC-8, SW-7, SW-9]"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlmodel import col, select

from changecontrol import reach
from changecontrol.models import Dependency, System, SystemUse
from changecontrol.models.register import PRODUCTION
from kernel import edition
from kernel.access import Scope
from kernel.action import Work, action
from kernel.db import HOUSE, Answer
from kernel.errors import Conflict, NotFound, Refused
from kernel.reading import reading

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Function = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)]
UserScope = Annotated[str, StringConstraints(pattern=r"^(client|campaign):[a-z0-9_.-]{1,60}$")]
Environment = Literal["development", "test", "production"]
MOST = 500


class SystemView(Answer):
    """A system as a list shows it."""

    id: UUID
    slug: str
    label: str
    kind: str
    environment: str
    function: str
    owner_id: UUID
    scope: str
    retired_at: datetime | None

    @classmethod
    def of(cls, row: System) -> "SystemView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class SystemPage(Answer):
    """A system with what it rests on, what rests on it, and whose work that is."""

    system: SystemView
    rests_on: list[SystemView]
    carries: list[SystemView]
    users: list[str]
    clients: list[str]


@action("system.add", scope=HOUSE, answer=SystemView)
def add_system(
    work: Work,
    *,
    slug: Slug,
    label: Label,
    environment: Environment,
    function: Function,
    owner_id: UUID,
    kind: Literal["component", "service"] = "component",
) -> System:
    """Put a system or service on the register: its environment, its one primary function, its owner. [CC-8, SW-7]"""
    if work.select(select(System.id).where(System.slug == slug)).first() is not None:
        raise Conflict("There is a system of this name already.")
    place = edition.add_scope(work, f"system:{slug}", HOUSE, label)
    made = work.add(
        System(
            slug=slug, label=label, kind=kind, environment=environment, function=function, owner_id=owner_id,
            scope=place.id, added_at=work.now,
        )
    )  # fmt: skip
    work.fact("system.added", system_id=made.id, slug=slug, environment=environment)
    return made


@action("system.amend", on=System, answer=SystemView)
def amend_system(
    work: Work,
    system: System,
    *,
    label: Label | None = None,
    function: Function | None = None,
    owner_id: UUID | None = None,
) -> System:
    """Amend what the register says of a system. Its environment never changes: that would be another system. [CC-8, SW-7]"""
    standing(system)
    system.label = label or system.label
    system.function = function or system.function
    system.owner_id = owner_id or system.owner_id
    work.fact("system.amended", system_id=system.id)
    return system


@action("system.retire", on=System, answer=SystemView)
def retire_system(work: Work, system: System) -> System:
    """Take a system out of use; it stays on the register. Nothing may rest on it any more. [CC-8]"""
    standing(system)
    work.session.execute(reach.LOCK)
    resting = select(System.slug).join(Dependency, col(Dependency.dependent_id) == System.id)
    rests = work.select(resting.where(Dependency.on_id == system.id, col(System.retired_at).is_(None)).limit(1)).first()
    if rests is not None:
        raise Refused("CC-8", f"{rests} still rests on it.")
    system.retired_at = work.now
    work.fact("system.retired", system_id=system.id, slug=system.slug)
    return system


@action("system.rest", on=System)
def rest_on(work: Work, system: System, *, on: Slug) -> Dependency:
    """Say that this system works only while another does; circles, and production resting on anything else, are refused. [CC-8, CC-10]"""
    work.session.execute(reach.LOCK)
    other = by_slug(work, on)
    standing(system)
    standing(other)
    if (system.environment == PRODUCTION) != (other.environment == PRODUCTION):
        raise Refused("CC-8", "Production and what is not production do not rest on one another.")
    if system.id == other.id or reach.would_circle(work.session, system.id, other.id):
        raise Refused("CC-10", "A system does not rest on itself, not through others either.")
    if _dependency(work, system, other) is not None:
        raise Conflict("The register says so already.")
    made = work.add(Dependency(dependent_id=system.id, on_id=other.id))
    work.fact("register.changed", system_id=system.id)
    return made


@action("system.stand-alone", on=System)
def rest_no_more(work: Work, system: System, *, on: Slug) -> None:
    """Say that this system no longer rests on another. [CC-10]"""
    work.session.execute(reach.LOCK)
    found = _dependency(work, system, by_slug(work, on))
    if found is None:
        raise NotFound("The register says nothing of the kind.")
    work.session.delete(found)
    work.fact("register.changed", system_id=system.id)


@action("system.serve", on=System)
def serve(work: Work, system: System, *, user: UserScope) -> SystemUse:
    """Say that the work of a client or a campaign rests on this system. [CC-10]"""
    standing(system)
    if work.session.get(Scope, user) is None:
        raise NotFound("There is no such client or campaign.")
    if system.environment != PRODUCTION:
        raise Refused("CC-8", "Clients are served from production.")
    if _use(work, system, user) is not None:
        raise Conflict("The register says so already.")
    made = work.add(SystemUse(system_id=system.id, scope=user))
    work.fact("register.changed", system_id=system.id)
    return made


@action("system.serve-no-more", on=System)
def serve_no_more(work: Work, system: System, *, user: UserScope) -> None:
    """Say that the work of a client or a campaign no longer rests on this system. [CC-10]"""
    found = _use(work, system, user)
    if found is None:
        raise NotFound("The register says nothing of the kind.")
    work.session.delete(found)
    work.fact("register.changed", system_id=system.id)


@reading("system.list", scope=HOUSE)
def list_systems(
    work: Work,
    *,
    environment: Environment | None = None,
    retired: bool = False,
    after: str = "",
    limit: Annotated[int, Field(ge=1, le=MOST)] = 100,
) -> list[SystemView]:
    """List the register by name; `after` continues after the last one seen. [CC-8, SW-9]"""
    rows = select(System).where(System.slug > after).order_by(col(System.slug)).limit(limit)
    if environment is not None:
        rows = rows.where(System.environment == environment)
    if not retired:
        rows = rows.where(col(System.retired_at).is_(None))
    return [SystemView.of(row) for row in work.select(rows)]


@reading("system.read", on=System)
def read_system(work: Work, system: System) -> SystemPage:
    """Show a system: what it rests on, what rests on it, and which clients' work that is. [CC-10]"""
    below = (
        select(System).join(Dependency, col(Dependency.on_id) == System.id).where(Dependency.dependent_id == system.id)
    )
    above = (
        select(System).join(Dependency, col(Dependency.dependent_id) == System.id).where(Dependency.on_id == system.id)
    )
    return SystemPage(
        system=SystemView.of(system),
        rests_on=[SystemView.of(row) for row in work.select(below.order_by(col(System.slug)))],
        carries=[SystemView.of(row) for row in work.select(above.order_by(col(System.slug)))],
        users=reach.users(work.session, [system.id]),
        clients=reach.clients(work.session, [system.id]),
    )


def by_slug(work: Work, slug: str) -> System:
    """Return a system by its name. Raises NotFound."""
    found: System | None = work.select(select(System).where(System.slug == slug)).first()
    if found is None:
        raise NotFound("There is no such system on the register.")
    return found


def standing(system: System) -> None:
    """Refuse a system that is out of use. [CC-8]"""
    if system.retired_at is not None:
        raise Refused("CC-8", "This system is out of use.")


def _dependency(work: Work, system: System, other: System) -> Dependency | None:
    found: Dependency | None = work.select(
        select(Dependency).where(Dependency.dependent_id == system.id, Dependency.on_id == other.id)
    ).first()
    return found


def _use(work: Work, system: System, user: str) -> SystemUse | None:
    found: SystemUse | None = work.select(
        select(SystemUse).where(SystemUse.system_id == system.id, SystemUse.scope == user)
    ).first()
    return found
