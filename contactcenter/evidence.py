"""What the clauses of the contact centre are proved by: named queries over what was said, offered and answered. [OC-1, OC-2, OC-14]"""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from contactcenter.models import AGENT, Campaign, Contact, Conversation, Message, Reservation
from contactcenter.routing import ACCEPTED
from policy.evidence import Evidence, evidence, found

LOOKED_BACK = timedelta(days=2)
"""How far back a run looks; runs are taken every night, so nothing is left between two of them."""


@evidence("OC-1")
def histories_stay_with_their_client(session: Any, now: datetime) -> Evidence:
    """Every conversation is with a contact of its own campaign's client."""
    rows = session.execute(
        select(Conversation, Contact.client_id, Campaign.client_id)
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .join(Campaign, col(Campaign.id) == col(Conversation.campaign_id))
        .where(Conversation.opened_at > now - LOOKED_BACK)
    ).all()
    return found((c.ref for c, _, _ in rows), (c.ref for c, contact, campaign in rows if contact != campaign))


@evidence("OC-2")
def answers_follow_offers(session: Any, now: datetime) -> Evidence:
    """Every conversation that was answered had been given to an agent by an offer that was accepted."""
    given = select(Reservation.id).where(
        Reservation.conversation_id == Conversation.id, Reservation.outcome == ACCEPTED
    )
    answered = select(Conversation).where(col(Conversation.answered_at) > now - LOOKED_BACK)
    return found(
        (c.ref for c in session.scalars(answered)), (c.ref for c in session.scalars(answered.where(~given.exists())))
    )


@evidence("OC-14")
def agents_spoke_only_where_they_were_given(session: Any, now: datetime) -> Evidence:
    """Every message of an agent stands in a conversation that this agent had accepted before."""
    given = select(Reservation.id).where(
        Reservation.conversation_id == Message.conversation_id,
        Reservation.agent_id == Message.author_id,
        Reservation.outcome == ACCEPTED,
        col(Reservation.settled_at) <= col(Message.received_at),
    )
    written = select(Message).where(Message.author == AGENT, Message.received_at > now - LOOKED_BACK)
    return found(
        (m.ref for m in session.scalars(written)), (m.ref for m in session.scalars(written.where(~given.exists())))
    )
