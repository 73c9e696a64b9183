"""Run in the house's environment: it governs a directory as its administrator sets it up, in an elevation that a director approved."""

import json
import sys
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

import iam
from api import fields  # noqa: F401 - registers every use case
from iam.directory import cycle
from iam.privileged import elevations
from kernel import clock, db, frame, fresh
from kernel.action import ACTIONS
from kernel.actor import Actor, person
from policy import inbox
from policy.models import Approval

INCIDENT = "incident:IN-31"
PLATFORM = {"slug": "domain", "label": "Active Directory", "kind": "active-directory", "pattern": r"[a-z]+(\.[a-z]+)?[0-9]*",
            "forms": ["{given}.{family}"], "has_otp": True}  # fmt: skip


def main() -> None:
    fresh.refresh(force=True)
    told = json.loads(sys.argv[2])
    {"open": govern, "close": let_go}[sys.argv[1]](told)
    frame.close_writer()


def somebody(person_id: str) -> Actor:
    return person(UUID(person_id), "somebody", factor_at=clock.now())


def govern(told: dict[str, Any]) -> None:
    """Be elevated, add the platform and its directory, make the group a right, take the accounts in."""
    admin = somebody(told["admin"])
    be_elevated(admin, somebody(told["director"]))
    iam.add_platform(admin, **PLATFORM, owner_id=admin.id)
    made = ACTIONS["directory.add"](
        admin, platform=PLATFORM["slug"], url=told["url"], bind_dn=told["bind"], password=told["password"], people=told["people"],
        groups=told["groups"], authority=told["authority"],
    )  # fmt: skip
    ACTIONS["directory.govern"](admin, made.id, external_id=told["group"], name="supervisors", role="supervisor")
    cycle.look(made.id, clock.now(), whole=True)
    for person_id, external_id in told["accounts"].items():
        ACTIONS["directory.adopt"](admin, made.id, external_id=external_id, person_id=UUID(person_id))
    cycle.look(made.id, clock.now(), whole=True)
    json.dump({"directory": str(made.id)}, sys.stdout)


def be_elevated(admin: Actor, director: Actor) -> None:
    """Ask for the privilege, have it approved, take it up."""
    asked = elevations.ask_elevation(
        admin, role="privileged-operator", reason="The directory comes under the house's rules today.",
        bound_to=INCIDENT, until=clock.now() + timedelta(hours=1),
    )  # fmt: skip
    with db.read_session() as session:
        question = session.scalars(select(Approval).where(col(Approval.subject_ref) == f"elevation:{asked.id}")).one()
    inbox.cast(director, question.id, yes=True, digest=question.digest)
    elevations.take_up(admin, asked.id)
    fresh.refresh(force=True)


def let_go(told: dict[str, Any]) -> None:
    """Govern it no longer, and give the privilege back."""
    admin = somebody(told["admin"])
    ACTIONS["directory.amend"](admin, UUID(told["directory"]), active=False)
    for held in elevations.list_elevations(admin):
        if held.state == "active" and held.bound_to == INCIDENT and held.person_id == admin.id:
            elevations.end_elevation(admin, held.id, reason="the directory is let go")


if __name__ == "__main__":
    main()
