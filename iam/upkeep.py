"""What identity tidies by itself: old counters, steps that are over, letters that wait for a transport that has come. [ID-5]"""

from datetime import datetime

from sqlmodel import col, select

from iam.entry import throttle, tickets
from iam.letters import delivery
from iam.letters.models import Letter
from iam.letters.transports import hear_operator, transport_for
from kernel.db import read_session
from kernel.sweeps import sweep


@sweep("identity-purge", seconds=3600)
def purge(now: datetime) -> None:
    """Delete counters and tickets that nobody will ask for again."""
    throttle.purge(now)
    tickets.purge(now)


@sweep("sms-operator", seconds=30)
def hear(now: datetime) -> None:  # noqa: ARG001 - the form of a sweep
    """Keep the line to the SMS operator open where one is set, so that its delivery receipts come."""
    hear_operator()


@sweep("letters", seconds=600)
def send_waiting(now: datetime) -> None:  # noqa: ARG001 - the form of a sweep
    """Hand letters to the outbox again whose channel has a transport now."""
    with read_session() as session:
        waiting = set(session.scalars(select(col(Letter.channel)).where(Letter.state == "waiting").distinct()))
    if any(transport_for(channel) is not None for channel in waiting):
        delivery.resend_waiting(delivery.CLERK)
