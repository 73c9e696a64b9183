"""Run in the house's environment: systems that a journey's changes touch, a change of tomorrow, notes of work; answers as JSON."""

import json
import sys
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select

import changecontrol
from api import fields  # noqa: F401 - registers every use case
from changecontrol import systems
from changecontrol.models import ChangeAuthorisation
from kernel import clock, db, frame, fresh
from kernel.actor import Actor
from kernel.actor import person as acting
from policy import inbox

REPORT = b"%PDF-1.7\nTwelve cases on the exchange for tests, all as expected.\n"
LATER = {
    "title": "Another picture on the wallboard",
    "summary": "The wallboard shows the new emblem.",
    "reason": "The house has a new emblem.",
    "kind": "change",
    "risk": "low",
    "plan": "Replace the picture, look at the board.",
    "rollback": "Put the picture before back.",
    "documentation": "The page of the system says which picture.",
    "no_training": "Nothing looks different to anybody at work.",
}


def main() -> None:
    fresh.refresh(force=True)
    told = json.loads(sys.argv[1])
    json.dump(note(told) if "change" in told else lay_out(told), sys.stdout)
    frame.close_writer()


def lay_out(told: dict[str, str]) -> dict[str, str]:
    """Put two systems on the register, one that a client's work rests on; have a change of the other scheduled for tomorrow."""
    engineer, director = UUID(told["engineer"]), UUID(told["director"])
    desk, wall = added(engineer, "desk"), added(engineer, "wall")
    fresh.refresh(force=True)
    systems.serve(somebody(engineer), desk, user=told["client"])
    return {"desk": str(desk), "later": str(later(engineer, director, wall))}


def note(told: dict[str, str]) -> dict[str, str]:
    """Write down what the engineer did on the system, under the change that is being carried out."""
    changecontrol.work_on(
        somebody(UUID(told["engineer"])), UUID(told["desk"]), change_id=UUID(told["change"]), what=told["what"]
    )
    return {}


def somebody(person_id: UUID) -> Actor:
    """Give a person who has just shown the second factor."""
    return acting(person_id, "a journey's set-up", factor_at=clock.now())


def added(engineer: UUID, name: str) -> UUID:
    """Put a system of production on the register, of a name that none has yet."""
    number = clock.milliseconds()
    made = systems.add_system(
        somebody(engineer), slug=f"{name}-{number}", label=f"The {name} of journey {number}", environment="production",
        function="serves one journey", owner_id=engineer,
    )  # fmt: skip
    return made.id


def later(engineer: UUID, director: UUID, system_id: UUID) -> UUID:
    """Have a change drafted, tested, handed in and authorised whose window opens tomorrow."""
    start = clock.now() + timedelta(hours=20)
    content = LATER | {
        "systems": [system_id], "implementers": [engineer], "starts_at": start, "ends_at": start + timedelta(hours=2),
    }  # fmt: skip
    made = changecontrol.draft_change(somebody(engineer), content=content)  # type: ignore[arg-type]  # read by the frame
    changecontrol.report_test(
        somebody(engineer), made.id, on="test-exchange", outcome="passed", tested_at=clock.now(), what="twelve cases",
        name="report.pdf", content=REPORT,
    )  # fmt: skip
    changecontrol.submit_change(somebody(engineer), made.id)
    changecontrol.ask_authorisation(somebody(engineer), made.id)
    authorise(somebody(director), made.id)
    return made.id


def authorise(director: Actor, change_id: UUID) -> None:
    """Say yes to everything that is asked about a change."""
    with db.read_session() as session:
        asked = session.scalars(
            select(ChangeAuthorisation.approval_id).where(
                ChangeAuthorisation.change_id == change_id, col(ChangeAuthorisation.dropped_at).is_(None)
            )
        ).all()
    for question in inbox.approvals_waiting(director, limit=200):
        if question.id in asked:
            inbox.cast(director, question.id, yes=True, digest=question.digest)


if __name__ == "__main__":
    main()
