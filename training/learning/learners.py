"""Learners: people as training knows them, from the facts that tell of them; and the news that wakes or sleeps their rights. [TR-1]"""

from uuid import UUID

from kernel.action import Fact, Work, on_fact
from training.learning.models import Learner
from training.standing.memory import forget


def learner_of(work: Work, person_id: UUID) -> Learner:
    """Give a person's row under lock, made at first use; it puts what changes their standing in a line."""
    found = work.session.get(Learner, person_id, with_for_update={"key_share": True})
    if found is None:
        found = work.add(Learner(id=person_id, joined_at=work.now))
        work.session.flush()
    return found


def tell_news(work: Work, person_id: UUID) -> Learner:
    """Say that what a person has in date changed: every process reads it anew within its poll, this one after the commit."""
    learner = learner_of(work, person_id)
    learner.news += 1
    work.after_commit(lambda: forget(person_id))
    return learner


@on_fact("person.joined")
@on_fact("person.reactivated")
@on_fact("person.moved")
def follow_person(work: Work, fact: Fact) -> None:
    """Know who is in the house, and where they belong."""
    learner = tell_news(work, fact.data["person_id"])
    learner.scope = fact.data.get("scope") or learner.scope
    learner.left_at = None


@on_fact("person.left")
def follow_leaver(work: Work, fact: Fact) -> None:
    """Know who has left; what they passed stays on record."""
    tell_news(work, fact.data["person_id"]).left_at = work.now
