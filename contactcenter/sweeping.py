"""The routing clerk's round: what expired, what was left behind, what two transactions at once did not see. [OC-2]

Everything is found from the facts in the tables, so a clerk that was killed or late loses nothing. A round is an action and
leaves an entry; it is taken only when a look beforehand finds something to do.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, text
from sqlalchemy import select as sql
from sqlalchemy.orm import Session
from sqlmodel import col, select

from contactcenter import candidates, floor, offers, routing
from contactcenter.models import (
    AFTER_WORK,
    AGENT_RESERVED,
    BUSY,
    IN_HAND,
    OFFLINE,
    OPEN,
    QUEUED,
    READY,
    RESERVED,
    VOICE,
    WRAP_UP,
    AgentState,
    Conversation,
    Queue,
    Reservation,
)
from kernel import clock, sweeps
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import read_session
from policy import book

CLERK = clerk("routing")
BATCH = 5
"""How many of each kind in one round, so that the entry stays within its bound; the next round follows at once."""
ROUNDS = 40
REST = 2.0
_rest = [0.0]
ONE_AT_A_TIME = text("select pg_try_advisory_xact_lock(hashtext('omniwarden.routing'))")
"""Two rounds at once would take the same agents in different orders."""


def expired(now: datetime) -> Any:
    """Return the question for conversations whose offer was not answered in time."""
    return (
        select(Conversation)
        .join(Reservation, col(Reservation.conversation_id) == col(Conversation.id))
        .where(col(Reservation.outcome).is_(None), Reservation.expires_at <= now, Conversation.status == RESERVED)
    )


def left_behind(now: datetime) -> Any:
    """Return the question for chats of agents who have been away for longer than the grace."""
    since = now - timedelta(seconds=book.number("OC-2", "grace_seconds"))
    return (
        select(Conversation)
        .join(AgentState, col(AgentState.id) == col(Conversation.assignee_id))
        .where(
            Conversation.status == OPEN,
            Conversation.channel != VOICE,
            AgentState.state == OFFLINE,
            AgentState.since <= since,
        )
    )


def overdue(now: datetime) -> Any:
    """Return the question for ended conversations whose disposition was not given in time."""
    allowed = func.make_interval(0, 0, 0, 0, 0, 0, col(Queue.wrap_up_seconds))
    due: ColumnElement[bool] = col(Conversation.ended_at) + allowed <= now
    return (
        select(Conversation)
        .join(Queue, col(Queue.id) == col(Conversation.queue_id))
        .where(Conversation.status == WRAP_UP, due)
    )


def astray() -> Any:
    """Return the question for agents whose state says they have something in hand, or nothing, against the facts."""
    holds = (
        select(Conversation.id)
        .where(Conversation.assignee_id == AgentState.id, col(Conversation.status).in_(IN_HAND))
        .exists()
    )
    offered = (
        select(Conversation.id)
        .where(Conversation.assignee_id == AgentState.id, Conversation.status == RESERVED)
        .exists()
    )
    return select(AgentState).where(
        (col(AgentState.state).in_((BUSY, AFTER_WORK)) & (col(AgentState.presence) == READY) & ~holds)
        | ((col(AgentState.state) == AGENT_RESERVED) & ~offered)
    )


def matches(session: Session, now: datetime) -> list[UUID]:
    """Return the agents, longest idle first, for whom something waits that they fit."""
    line = (col(Conversation.queue_id), col(Conversation.channel), col(Conversation.language))
    waiting = session.execute(
        sql(*line, func.min(col(Conversation.queued_at))).where(col(Conversation.status) == QUEUED).group_by(*line)
    ).all()
    if not waiting:
        return []
    queues = {queue.id: queue for queue in session.scalars(select(Queue))}
    return [
        agent.id
        for agent in candidates.ready_agents(session)
        if any(
            agent.fits(channel, language, queues[queue_id], candidates.seconds(now, since))
            and candidates.serves(agent.id, queues[queue_id].scope, now, session)
            for queue_id, channel, language, since in waiting
        )
    ]


def something_to_do(session: Session, now: datetime) -> bool:
    """Tell whether a round would find something."""
    questions = (expired(now), left_behind(now), overdue(now), astray())
    return any(session.scalars(q.limit(1)).first() for q in questions) or bool(matches(session, now))


@action("routing.sweep")
def sweep(work: Work) -> int:
    """Give back what expired or was left behind, close what is overdue, and match who waits with who is free. [OC-2]"""
    if not work.session.execute(ONE_AT_A_TIME).scalar_one():
        return 0
    done = 0
    for conversation in _taken(work, expired(work.now)):
        offers.give_back(work, conversation, "expired", pause=offers.NO_ANSWER)
        done += 1
    for conversation in _taken(work, left_behind(work.now)):
        offers.give_back(work, conversation, "agent-gone")
        done += 1
    for conversation in _taken(work, overdue(work.now)):
        offers.close(work, conversation)
        done += 1
    for held in work.select(astray().limit(BATCH).with_for_update(skip_locked=True, of=AgentState)).all():
        routing.attend(work, held)
        done += 1
    for agent_id in matches(work.session, work.now)[:BATCH]:
        free = floor.hold_if_free(work, agent_id)
        if free is not None:
            done += routing.fill(work, free)
    return done


def _taken(work: Work, question: Any) -> list[Conversation]:
    locked = question.order_by(col(Conversation.queued_at)).limit(BATCH)
    return list(work.select(locked.with_for_update(skip_locked=True, of=Conversation)))


@sweeps.sweep("routing", seconds=0.2)
def look(now: datetime) -> int:
    """Take rounds while there is something to do; return how much was done. After a fruitless one, rest for two seconds."""
    if clock.monotonic() < _rest[0]:
        return 0
    total = 0
    for _ in range(ROUNDS):
        with read_session() as session:
            if not something_to_do(session, now):
                return total
        done = sweep(CLERK)
        total += done
        if not done:
            _rest[0] = clock.monotonic() + REST
            break
    return total
