"""Distribution: one durable queue in PostgreSQL, the best conversation for whoever is free the longest. [OC-2]

An offer is made in the same transaction in which a conversation is queued or an agent becomes free; what two transactions
at once may miss, the sweep finds (`contactcenter.sweeping`). Every decision leaves its reasons on the entry.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    DateTime,
    Float,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    or_,
)
from sqlalchemy import select as columns
from sqlalchemy.orm import Session
from sqlmodel import col, select

from contactcenter import candidates, floor
from contactcenter.fitness import PRIORITY_WEIGHT, Load, fits_after
from contactcenter.models import (
    OPEN,
    QUEUED,
    READY,
    RESERVED,
    VOICE,
    AgentProfile,
    AgentState,
    Conversation,
    Queue,
    Reservation,
)
from kernel.action import Work
from policy import book

LOOKED_AT = 10
"""How many candidates are tried, and told, in one decision."""
RESTING = ("declined", "expired", "transferred")
ACCEPTED = "accepted"


# --- from the conversation's side -------------------------------------------------------------------------------


def enqueue(work: Work, conversation: Conversation, *, at: datetime | None = None) -> bool:
    """Put a conversation in its queue and offer it at once where an agent is free; return whether it was offered.

    `at` keeps an earlier place. The caller holds the conversation's row (or has just made it).
    """
    if conversation.status != QUEUED:
        conversation.move(QUEUED)
    conversation.assignee_id = None
    conversation.queued_at = at or work.now
    conversation.first_queued_at = conversation.first_queued_at or conversation.queued_at
    work.fact("conversation.queued", conversation_id=conversation.id, queue_id=conversation.queue_id)
    work.session.flush()
    return place(work, conversation)


def place(work: Work, conversation: Conversation) -> bool:
    """Find an agent for a waiting conversation, the longest idle first; each one found gets what is most urgent for him."""
    queue = work.get(Queue, conversation.queue_id)
    waited = candidates.seconds(work.now, conversation.queued_at)
    fitting = [
        agent
        for agent in candidates.ready_agents(work.session)
        if agent.fits(conversation.channel, conversation.language, queue, waited)
        and candidates.serves(agent.id, conversation.scope, work.now, work.session)
    ]
    resting = _resting(work, conversation.id)
    tried = [agent for agent in fitting if agent.id not in resting][:LOOKED_AT]
    _explain(work, {
        "conversation": str(conversation.id), "waited": int(waited),
        "candidates": [{"agent": str(a.id), "idle": int(candidates.seconds(work.now, a.idle_since))} for a in tried],
    })  # fmt: skip
    for agent in tried:
        held = floor.hold_if_free(work, agent.id)
        if held is not None:
            fill(work, held)
        if conversation.status != QUEUED:
            return True
    return False


def place_of(session: Session, conversation: Conversation) -> int:
    """Return the place of a waiting conversation in its queue; 1 is next."""
    ahead = select(func.count()).where(
        Conversation.queue_id == conversation.queue_id,
        Conversation.status == QUEUED,
        col(Conversation.queued_at) < conversation.queued_at,
    )
    return int(session.execute(ahead).scalar_one()) + 1


def _resting(work: Work, conversation_id: UUID) -> set[UUID]:
    """Return who has just turned this conversation down: it goes to others first."""
    rows = work.session.execute(
        select(Reservation.agent_id).where(Reservation.conversation_id == conversation_id, _just_refused(work.now))
    )
    return {agent for (agent,) in rows}


def _just_refused(now: datetime) -> ColumnElement[bool]:
    since = now - timedelta(seconds=book.number("OC-2", "rest_seconds"))
    return and_(col(Reservation.outcome).in_(RESTING), col(Reservation.settled_at) > since)


# --- from the agent's side --------------------------------------------------------------------------------------


def attend(work: Work, held: AgentState) -> int:
    """Bring an agent, whose row is held, in line with the facts, and give what waits where that leaves him ready."""
    return fill(work, held, floor.settle(work, held))


def fill(work: Work, held: AgentState, load: Load | None = None) -> int:
    """Give an agent, whose row is held, the most urgent conversations he fits, until he is no longer ready; return how many.

    `load` is what he has in hand, where it has just been counted.
    """
    given = 0
    while held.state == READY:
        load = _offer_best(work, held, load or floor.load_of(work, held.id))
        if load is None:
            break
        given += 1
    return given


def _offer_best(work: Work, held: AgentState, load: Load) -> Load | None:
    """Offer the most urgent conversation; return what the agent has in hand then, or None where nothing waits for him."""
    profile = floor.profile_of(work, held)
    with floor.looking(work):
        room = candidates.room_of(work.session, held.id, floor.capacity_of(profile), load)
        found = best_for(work.session, held, profile, room, work.now)
    for conversation_id, rank in found:
        statement = select(Conversation).where(Conversation.id == conversation_id, Conversation.status == QUEUED)
        with floor.looking(work):
            conversation = work.select(
                statement.with_for_update(skip_locked=True).execution_options(populate_existing=True)
            ).first()
        if conversation is not None:
            _explain(work, {
                "agent": str(held.id), "chosen": str(conversation.id), "score": int(rank),
                "waiting": [{"conversation": str(c), "score": int(s)} for c, s in found[:5]],
            })  # fmt: skip
            return offer(work, conversation, held, load)
    return None


def best_for(
    session: Session, held: AgentState, profile: AgentProfile, room: frozenset[str], now: datetime
) -> list[tuple[UUID, float]]:
    """Return the waiting conversations an agent fits, with their scores, the most urgent first."""
    if not room:
        return []
    levels = candidates.levels_of(session, [profile.id]).get(profile.id, {})
    queues, sinces = [], []
    for queue in session.scalars(_QUEUES):
        after = fits_after(queue.skills, queue.relaxing, levels)
        if after is not None and candidates.serves(held.id, queue.scope, now, session):
            queues.append(queue.id)
            sinces.append(now - timedelta(seconds=after))
    if not queues:
        return []
    asked = {
        "queues": queues, "sinces": sinces, "now": now, "agent": held.id, "languages": profile.languages,
        "voice": "voice" in room, "text": "text" in room,
        "rested": now - timedelta(seconds=book.number("OC-2", "rest_seconds")),
    }  # fmt: skip
    return [(conversation_id, float(value)) for conversation_id, value in session.execute(_WAITING, asked)]


def score_sql(now: ColumnElement[datetime]) -> ColumnElement[float]:
    """Return `fitness.score` as PostgreSQL computes it."""
    waited = cast(func.extract("epoch", now - col(Conversation.queued_at)), Float)
    due = cast(func.greatest(Queue.target, 1), Float)
    urgency = func.power(func.least(func.greatest(waited, 0.0), 2 * due), 2) / due
    return waited + PRIORITY_WEIGHT * (col(Queue.priority) + col(Conversation.priority)) + urgency


def _waiting() -> Select[UUID, float]:
    """Make the question for the waiting conversations of some queues, the most urgent first; made once, for routing asks it always."""
    lines = func.unnest(
        bindparam("queues", type_=ARRAY(Uuid)), bindparam("sinces", type_=ARRAY(DateTime(timezone=True)))
    ).table_valued("queue_id", "since")
    lines = lines.render_derived()
    rank = score_sql(bindparam("now", type_=DateTime(timezone=True)))
    refused = select(Reservation.id).where(
        Reservation.conversation_id == Conversation.id,
        Reservation.agent_id == bindparam("agent", type_=Uuid),
        col(Reservation.outcome).in_(RESTING),
        col(Reservation.settled_at) > bindparam("rested", type_=DateTime(timezone=True)),
    )
    is_call = col(Conversation.channel) == VOICE
    return (
        columns(col(Conversation.id), rank)
        .join(lines, col(Conversation.queue_id) == lines.c.queue_id)
        .join(Queue, col(Queue.id) == col(Conversation.queue_id))
        .where(
            col(Conversation.status) == QUEUED,
            col(Conversation.queued_at) <= lines.c.since,
            or_(and_(is_call, bindparam("voice", type_=Boolean)), and_(~is_call, bindparam("text", type_=Boolean))),
            col(Conversation.language) == func.any(bindparam("languages", type_=ARRAY(String))),
            ~refused.exists(),
        )
        .order_by(rank.desc(), col(Conversation.queued_at), col(Conversation.id))
        .limit(LOOKED_AT)
    )


_QUEUES = select(Queue)
_WAITING = _waiting()


def offer(work: Work, conversation: Conversation, held: AgentState, load: Load) -> Load:
    """Offer a waiting conversation to an agent, whose row is held; where the queue says so it is his without asking.

    Returns what he has in hand then.
    """
    with work.session.no_autoflush:
        queue = work.get(Queue, conversation.queue_id)
    made = reserve(work, conversation, held)
    if queue.auto_accept and conversation.channel != VOICE:
        answer(work, conversation, made)
    else:
        conversation.move(RESERVED)
    load = floor.settle(work, held, load.and_one(conversation.channel == VOICE, conversation.status == RESERVED))
    work.fact(
        "conversation.offered",
        conversation_id=conversation.id,
        agent_id=held.id,
        reservation_id=made.id,
        channel=conversation.channel,
    )
    return load


def reserve(work: Work, conversation: Conversation, held: AgentState) -> Reservation:
    """Put a conversation in an agent's hands, with the reservation that says until when."""
    queue = work.get(Queue, conversation.queue_id)
    conversation.assignee_id = held.id
    held.idle_since = work.now
    return work.add(
        Reservation(
            conversation_id=conversation.id,
            agent_id=held.id,
            scope=conversation.scope,
            channel=conversation.channel,
            offered_at=work.now,
            expires_at=work.now + timedelta(seconds=queue.offer_seconds),
        )
    )


def answer(work: Work, conversation: Conversation, made: Reservation) -> None:
    """Have an offer answered."""
    conversation.move(OPEN)
    conversation.answered_at = conversation.answered_at or work.now
    made.settled_at, made.outcome = work.now, ACCEPTED
    work.fact("conversation.accepted", conversation_id=conversation.id, agent_id=made.agent_id)


def _explain(work: Work, decision: dict[str, Any]) -> None:
    """Put a decision's reasons on the entry: ids, seconds, scores, the book's edition; nothing personal."""
    told = work.notes.setdefault("routing", [])
    if len(told) < LOOKED_AT:
        told.append(decision)
