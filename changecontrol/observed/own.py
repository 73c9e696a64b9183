"""The house's own system is watched as any other: an edition of the policy that comes into force is a change of it. [CC-4]"""

from sqlmodel import select

from changecontrol.models import System
from changecontrol.observed.verdicts import Sighting, judge
from kernel.action import Fact, Work, on_fact
from policy import book


@on_fact("policy.published")
def see_edition(work: Work, fact: Fact) -> None:
    """Hold a new edition of the book, and of the rules it compiles to, against the windows on it."""
    clause = book.in_force().clauses_by_id.get("CC-4")
    if clause is None:
        return
    own = select(System).where(System.slug == str(clause.parameters["own_system"]), System.environment == "production")
    system: System | None = work.select(own).first()
    if system is None or system.retired_at is not None:
        return
    number = fact.data["edition"]
    judge(work, system, "policy", [
        Sighting("changed", "policy book", f"edition {number - 1}", f"edition {number}", work.now, person_id=work.actor.id)
    ])  # fmt: skip
