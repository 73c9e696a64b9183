"""Dialled numbers: which campaign a call is for, and which of its queues takes a language. [OC-2, OC-5]"""

from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints
from sqlmodel import col, select

from contactcenter.models import VOICE, Campaign, Queue
from contactcenter.voice.models import Number
from kernel.action import Work, action
from kernel.errors import Refused

Digits = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{2,15}$")]


@action("number.assign")
def assign_number(work: Work, *, digits: Digits, campaign_id: UUID) -> Number:
    """Have a dialled number ring for a campaign; one that rang for another changes over. [OC-2]"""
    campaign = work.get(Campaign, campaign_id)
    number: Number | None = work.select(select(Number).where(Number.digits == digits).with_for_update()).first()
    if number is None:
        return work.add(Number(digits=digits, campaign_id=campaign.id, scope=campaign.scope))
    number.campaign_id, number.scope = campaign.id, campaign.scope
    return number


def campaign_of(work: Work, digits: str) -> Campaign:
    """The campaign of a dialled number; a house with one number answers every call for it.

    Raises:
        Refused: when no number says whom the call is for.

    """
    numbers = work.select(select(Number).order_by(col(Number.digits) != digits).limit(2)).all()
    if not numbers or (numbers[0].digits != digits and len(numbers) > 1):
        raise Refused("OC-2", "This number rings for no campaign.")
    return work.get(Campaign, numbers[0].campaign_id)


def queue_of(work: Work, campaign_id: UUID, language: str) -> Queue:
    """The campaign's queue for calls in a language, else its first queue for calls.

    Raises:
        Refused: when the campaign takes no calls.

    """
    queues = [q for q in work.select(select(Queue).where(Queue.campaign_id == campaign_id).order_by(col(Queue.slug)))
              if VOICE in q.channels]  # fmt: skip
    if not queues:
        raise Refused("OC-2", "This campaign takes no calls.")
    found: Queue = next((q for q in queues if language in q.languages), queues[0])
    return found
