"""A little house in which people ask for rights: an agent, who leads them, who leads those, and the owners."""

from dataclasses import dataclass
from uuid import UUID

import iam
from iam.requests import execution as request_execution
from iam.requests import requests
from iam.requests.models import AccessLine, AccessRequest
from kernel import db
from kernel.action import LISTENERS
from kernel.actor import Actor
from policy import inbox
from policy.models import Approval
from tests import world

REASON = "needed for the new campaign"


@dataclass
class House:
    """Its people: `ama` is led by `boss`, who is led by `head`; `owner` and `second` own what is asked for."""

    ama: world.Somebody
    boss: world.Somebody
    head: world.Somebody
    owner: world.Somebody
    second: world.Somebody


def settle() -> House:
    """People of the house, active and led."""
    head = here(world.person(role="customer-operations-director"))
    boss = here(world.person(role="manager"))
    lead(boss, head)
    ama = here(world.person(role="agent"))
    lead(ama, boss)
    return House(
        ama, boss, head,
        here(world.person(role="security-officer")), here(world.person(role="technical-director")),
    )  # fmt: skip


def here(who: world.Somebody) -> world.Somebody:
    """Have somebody come in once, so that they are active."""
    carrier = world.deliver()
    opened = iam.open_code(who.user_name, world.code_in(carrier.last_to(who.phone)), source=world.HERE)
    iam.choose_password(opened.ticket, world.PASSWORD)
    who.otp = iam.begin_enrolment(opened.ticket).secret
    who.entered = iam.finish(opened.ticket, who.code(), source=world.HERE).entered
    return who


def lead(who: world.Somebody, manager: world.Somebody) -> None:
    """Give somebody a manager."""
    iam.move_person(ADMIN(), who.id, manager_id=manager.id)


def ADMIN() -> Actor:  # noqa: N802 - a person of its own at each use
    """An administrator who is about nothing else here."""
    return world.person(role="it-admin").actor


def allocate(who: UUID, role: str, **more: object) -> dict[str, object]:
    """A line that asks for a right."""
    return {"deed": "allocate", "person_id": who, "role": role, **more}


def draft(actor: Actor, *wishes: dict[str, object]) -> AccessRequest:
    """Put wishes with one owner together."""
    (made,) = requests.draft_request(actor, wishes=list(wishes), reason=REASON)
    return made


def ask(actor: Actor, *wishes: dict[str, object]) -> AccessRequest:
    """Draft a request and send it."""
    made = draft(actor, *wishes)
    requests.send_request(actor, made.id)
    return now(made)


def now(request: AccessRequest) -> AccessRequest:
    """A request as it stands."""
    with db.read_session() as session:
        return session.get_one(AccessRequest, request.id)


def lines(request: AccessRequest) -> list[AccessLine]:
    """Its lines, dropped ones left out."""
    with db.read_session() as session:
        found = session.query(AccessLine).filter_by(request_id=request.id, dropped_at=None).order_by(AccessLine.number)
        return list(found)


def question(request: AccessRequest) -> Approval:
    """The latest approval of a request."""
    with db.read_session() as session:
        found = session.query(Approval).filter_by(subject_ref=request.ref).order_by(Approval.id.desc())
        return found.first()


def answer(who: world.Somebody | Actor, request: AccessRequest, *, yes: bool = True, **more: object) -> None:
    """Have somebody answer what is before them now."""
    actor = who.actor if isinstance(who, world.Somebody) else who
    asked = question(request)
    inbox.cast(actor, asked.id, yes=yes, digest=more.pop("digest", asked.digest), **more)


def carry_out(request: AccessRequest) -> AccessRequest:
    """Do what the worker does after the commit."""
    request_execution.carry_out(request_id=str(request.id))
    return now(request)


def granted(house: House, actor: Actor, *wishes: dict[str, object]) -> AccessRequest:
    """Ask, have the manager and the owner say yes, and carry it out."""
    request = ask(actor, *wishes)
    answer(house.boss, request)
    answer(house.owner, request)
    return carry_out(request)


def told(fact: str, **data: object) -> None:
    """Tell a fact as another field's action will: beside one that is told already."""
    beside = LISTENERS.setdefault("person.suspended", [])
    beside.append(lambda work, _: work.fact(fact, **data))
    try:
        iam.suspend_person(ADMIN(), world.person().id)
    finally:
        beside.pop()


def all_of(who: world.Somebody) -> list[AccessRequest]:
    """Everything somebody has asked for."""
    with db.read_session() as session:
        return list(session.query(AccessRequest).filter_by(requested_by=who.id).order_by(AccessRequest.id))
