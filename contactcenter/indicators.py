"""Figures of the floor as they stand: who waits, the service level today, how agents stand. [OC-2, OC-12]

Service level: answered within the target ÷ offered, short abandons left out (see the definitions of answer level quoted in
contact-centre practice: base is what was offered to the queue, not what was answered).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Float, cast, func, literal
from sqlalchemy import select as sql
from sqlmodel import col, select

from contactcenter import floor
from contactcenter.lines import Zone
from contactcenter.models import CLOSED, QUEUED, AgentProfile, AgentState, Conversation, Queue, Site
from kernel import gate
from kernel.action import Work
from kernel.db import Answer
from kernel.reading import reading

SHORT = 5
"""Seconds: who gives up sooner did not wait for an answer."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What came to a queue: offered, answered, answered within the target, given up, given up at once."""

    offered: int
    answered: int
    within: int
    abandoned: int
    short: int

    @property
    def service_level(self) -> float | None:
        """Answered within the target ÷ offered without short abandons; None where nothing was offered."""
        base = self.answered + self.abandoned - self.short
        return self.within / base if base > 0 else None


class QueueFigures(Answer):
    """A queue now and today."""

    id: UUID
    label: str
    waiting: int
    oldest_seconds: int
    target: int
    offered: int
    answered: int
    abandoned: int
    service_level: float | None


class AgentFigures(Answer):
    """An agent now."""

    id: UUID
    profile_id: UUID
    name: str
    site: str
    state: str
    reason: str | None
    since: datetime
    calls: int
    chats: int
    most_chats: int


class Wall(Answer):
    """What a supervisor's wall shows."""

    at: datetime
    queues: list[QueueFigures]
    agents: list[AgentFigures]


@reading("floor.watch")
def watch_floor(work: Work, *, zone: Zone = "UTC") -> Wall:
    """Watch the queues and agents you may see, the day counted in a time zone. [OC-2, OC-12]"""
    midnight = work.now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return Wall(at=work.now, queues=_queues(work, midnight), agents=_agents(work))


def _queues(work: Work, since: datetime) -> list[QueueFigures]:
    queues = list(
        work.select(
            select(Queue).where(gate.visible(work.actor, "floor.watch", Queue, work.now)).order_by(col(Queue.label))
        )
    )
    tallies = tallies_of(work, since)
    waiting: dict[UUID, tuple[int, datetime]] = {
        queue_id: (n, oldest or work.now)
        for queue_id, n, oldest in work.session.execute(
            sql(col(Conversation.queue_id), func.count(), func.min(col(Conversation.queued_at)))
            .where(col(Conversation.status) == QUEUED)
            .group_by(col(Conversation.queue_id))
        )
    }
    found = []
    for queue in queues:
        n, oldest = waiting.get(queue.id, (0, work.now))
        tally = tallies.get(queue.id, Tally(0, 0, 0, 0, 0))
        found.append(
            QueueFigures(
                id=queue.id,
                label=queue.label,
                waiting=n,
                oldest_seconds=max(int((work.now - oldest).total_seconds()), 0),
                target=queue.target,
                offered=tally.offered,
                answered=tally.answered,
                abandoned=tally.abandoned,
                service_level=tally.service_level,
            )
        )
    return found


def tallies_of(work: Work, since: datetime) -> dict[UUID, Tally]:
    """Return what came to each queue since a time, counted from the conversations themselves."""
    queued, answered, ended = (
        col(Conversation.first_queued_at),
        col(Conversation.answered_at),
        col(Conversation.ended_at),
    )
    given_up = answered.is_(None) & (col(Conversation.status) == CLOSED)
    soon = func.make_interval(0, 0, 0, 0, 0, 0, cast(literal(SHORT), Float))
    target = func.make_interval(0, 0, 0, 0, 0, 0, cast(col(Queue.target), Float))
    rows: Any = work.session.execute(
        sql(
            col(Conversation.queue_id),
            func.count(),
            func.count(answered),
            func.count().filter(answered - queued <= target),
            func.count().filter(given_up),
            func.count().filter(given_up & (ended - queued < soon)),
        )
        .join(Queue, col(Queue.id) == col(Conversation.queue_id))
        .where(queued >= since)
        .group_by(col(Conversation.queue_id))
    )
    return {queue_id: Tally(*counts) for queue_id, *counts in rows}


def _agents(work: Work) -> list[AgentFigures]:
    rows = work.session.execute(
        select(AgentState, AgentProfile, Site.label)
        .join(AgentProfile, col(AgentProfile.id) == col(AgentState.profile_id))
        .join(Site, col(Site.id) == col(AgentProfile.site_id))
        .where(AgentProfile.active)
        .where(gate.visible(work.actor, "floor.watch", AgentProfile, work.now))
        .order_by(col(AgentState.state), col(AgentState.since))
    ).all()
    counts: dict[UUID, floor.Counts] = {}
    for agent, channel, status, n in work.session.execute(floor.in_hand([held.id for held, _, _ in rows])):
        if agent is not None:
            counts.setdefault(agent, {})[channel, status] = n
    found = []
    for held, profile, site in rows:
        load = floor.load_of_counts(counts.get(held.id, {}))
        found.append(
            AgentFigures(
                id=held.id,
                profile_id=profile.id,
                name=profile.name,
                site=site,
                state=held.state,
                reason=held.reason,
                since=held.since,
                calls=load.calls,
                chats=load.chats,
                most_chats=profile.chats,
            )
        )
    return found
