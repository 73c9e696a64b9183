"""The condition `trained`: an action that a rule of training gates is done only by who has the courses in date. [TR-1]

A lapse needs no news, for memory holds its time; a pass, an excuse or another edition reach every process by its poll.
"""

from datetime import datetime

from kernel import gate
from kernel.actor import Actor
from kernel.conditions import Ask, Missing, condition
from policy import book, local_time
from policy.reading import TRAINED
from training.standing.memory import STANDINGS, key_of
from training.standing.plans import Line, Plan, Standing, plan_of


def in_date(actor: Actor, action: str, now: datetime) -> bool:
    """Vouch from memory that an actor has what an action asks; machines learn nothing."""
    plan = STANDINGS.plans.get(actor.ref)
    if plan is None or plan.index is not gate.current() or now >= STANDINGS.fresh_until:
        return actor.kind != "person"
    return now < plan.awake_until or now < plan.until.get(action, plan.ends)


@condition(TRAINED, quick=in_date)
def trained(ask: Ask) -> str | None:
    """Whoever does this has passed the courses that the book names for it, and none of them has lapsed. [TR-1]"""
    if ask.actor.kind != "person":
        return None
    ref = ask.actor.ref
    standing = STANDINGS.get(key_of(ref))
    if standing is None:
        return "What you have learnt is not known; try again."
    plan = STANDINGS.plans[ref] = planned(standing, ref, ask.now)
    line = plan.lines.get(ask.action)
    return None if line is None or ask.now < line.until else Missing(sentence(line), line.clause)


def planned(standing: Standing, ref: str, now: datetime) -> Plan:
    """Give the plan of a standing by the edition and the roles in force; the one in memory where it is of the same."""
    index, known = gate.current(), STANDINGS.plans.get(ref)
    if known is not None and known.standing is standing and known.index is index and now < known.ends:
        return known
    return plan_of(standing, ref, index, book.in_force().training, now)


def sentence(line: Line) -> str:
    """Say what is missing, in one sentence that leads to its repair."""
    if line.passed_until is None:
        return f"This needs the course “{line.title}”, which you have not passed; take it: /training/{line.course}"
    if line.passed_until > line.until:
        return f"You are asked to take the course “{line.title}” again: /training/{line.course}"
    return f"Your course “{line.title}” lapsed on {local_time.local(line.passed_until):%Y-%m-%d}; take it again: /training/{line.course}"
