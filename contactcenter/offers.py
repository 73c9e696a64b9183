"""What becomes of a conversation once it is offered: accepted, given back to its place, ended, closed. [OC-2]

Plain steps for the actions of every channel. The caller holds the conversation's row; the agent's row is taken here.
"""

from uuid import UUID

from sqlmodel import select

from contactcenter import floor, routing
from contactcenter.models import (
    CLOSED,
    OFFLINE,
    OPEN,
    PAUSED,
    QUEUED,
    READY,
    RESERVED,
    VOICE,
    WRAP_UP,
    AgentState,
    Conversation,
    Reservation,
)
from kernel.action import Work
from kernel.errors import Conflict, Refused

TAKEN = "Another agent has taken this conversation."
NO_ANSWER = "no-answer"


def standing_offer(work: Work, conversation_id: UUID) -> Reservation | None:
    """Return the offer that stands for a conversation, locked."""
    statement = select(Reservation).where(
        Reservation.conversation_id == conversation_id,
        Reservation.outcome.is_(None),  # type: ignore[union-attr]
    )
    found: Reservation | None = work.select(statement.with_for_update()).first()
    return found


def accept(work: Work, conversation: Conversation, agent_id: UUID | None) -> Conversation:
    """Have an agent take the conversation that is offered to him, or that waits (text only). Taking it twice is once.

    Raises:
        Conflict: when another agent has it, or it has ended. Refused: when the agent may not take more.

    """
    held = floor.hold(work, agent_id)
    if conversation.status == OPEN and conversation.assignee_id == held.id:
        return conversation
    if conversation.status == RESERVED and conversation.assignee_id == held.id:
        offer = standing_offer(work, conversation.id)
        if offer is None or offer.expires_at <= work.now:
            raise Conflict("This offer has expired; the conversation goes to another agent.")
    elif conversation.status == QUEUED:
        offer = _pick(work, conversation, held)
    elif conversation.status in {RESERVED, OPEN}:
        raise Conflict(TAKEN)
    else:
        raise Conflict("This conversation has ended.")
    routing.answer(work, conversation, offer)
    routing.attend(work, held)
    return conversation


def _pick(work: Work, conversation: Conversation, held: AgentState) -> Reservation:
    """Take a waiting conversation by hand; a pause does not forbid it, being away or full does."""
    if conversation.channel == VOICE:
        raise Refused("OC-2", "A call is offered to you when it is your turn; it cannot be picked.")
    if held.presence == OFFLINE:
        raise Refused("OC-2", "Go ready first.")
    if "text" not in floor.capacity_of(floor.profile_of(work, held)).room(floor.load_of(work, held.id)):
        raise Refused("OC-2", "Your hands are full; finish a conversation first.")
    return routing.reserve(work, conversation, held)


def give_back(work: Work, conversation: Conversation, outcome: str, *, pause: str | None = None) -> bool:
    """Put a conversation that was offered or taken back at its own place and offer it to others; return whether one was found.

    One that is transferred waits from now on.
    `outcome`: declined, expired, withdrawn, transferred, agent-gone. With `pause` the agent is paused for that reason, so that
    whoever does not answer is not asked again at once.
    """
    agent_id, offer = conversation.assignee_id, standing_offer(work, conversation.id)
    if offer is None and outcome in routing.RESTING and agent_id is not None:
        offer = work.add(_past_offer(work, conversation, agent_id))
    if offer is not None:
        offer.settled_at, offer.outcome = work.now, outcome
    work.fact("conversation.given-back", conversation_id=conversation.id, agent_id=agent_id, outcome=outcome)
    place = None if outcome == "transferred" else conversation.queued_at
    conversation.assignee_id = None
    conversation.move(QUEUED)
    held = floor.hold(work, agent_id) if agent_id is not None else None
    if held is not None and pause is not None and held.presence == READY:
        floor.wish(work, held, PAUSED, pause)
    elif held is not None:
        floor.settle(work, held)
    found = routing.enqueue(work, conversation, at=place)
    if held is not None:
        routing.fill(work, held)
    return found


def _past_offer(work: Work, conversation: Conversation, agent_id: UUID) -> Reservation:
    return Reservation(
        conversation_id=conversation.id,
        agent_id=agent_id,
        scope=conversation.scope,
        channel=conversation.channel,
        offered_at=work.now,
        expires_at=work.now,
    )


def finish(work: Work, conversation: Conversation, by: str) -> None:
    """End what is said: an open conversation goes to wrap-up for its disposition, one not yet answered is closed as abandoned.

    `by`: customer, agent, system. Ending twice is once.
    """
    if conversation.status in {WRAP_UP, CLOSED}:
        return
    conversation.ended_at, conversation.ended_by = work.now, by
    work.fact("conversation.ended", conversation_id=conversation.id, agent_id=conversation.assignee_id, by=by)
    if conversation.status == OPEN:
        conversation.move(WRAP_UP)
        routing.attend(work, floor.hold(work, conversation.assignee_id))
        return
    offer = standing_offer(work, conversation.id)
    if offer is not None:
        offer.settled_at, offer.outcome = work.now, "abandoned"
    close(work, conversation)


def close(work: Work, conversation: Conversation, disposition_id: UUID | None = None) -> None:
    """Close a conversation that has ended; the agent is free for the next one, and gets it at once."""
    conversation.disposition_id = disposition_id or conversation.disposition_id
    if conversation.status == CLOSED:
        return
    conversation.move(CLOSED)
    conversation.closed_at = work.now
    work.fact("conversation.closed", conversation_id=conversation.id, agent_id=conversation.assignee_id)
    if conversation.assignee_id is None:
        return
    held = floor.hold(work, conversation.assignee_id)
    held.idle_since = work.now
    routing.attend(work, held)


def withdraw_offers(work: Work, held: AgentState) -> None:
    """Give back what is offered to an agent, whose row is held; what is locked just now expires by itself."""
    statement = select(Conversation).where(Conversation.assignee_id == held.id, Conversation.status == RESERVED)
    for conversation in work.select(statement.with_for_update(skip_locked=True)).all():
        give_back(work, conversation, "withdrawn")
