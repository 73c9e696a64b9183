"""Calendar addresses: a person's own calendar program reads what the person may see, for as long as both are let. [CC-1, PW-4]

The token in the address stands for its person and for nothing but the calendar; what it shows is asked of the gate at each reading.
"""

import base64
import hashlib
import os
import re
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from changecontrol.models import CalendarFeed
from kernel.action import Fact, Work, action, on_fact
from kernel.db import HOUSE, Answer, read_session
from kernel.errors import Conflict
from kernel.gate import Ask, condition
from kernel.reading import reading
from policy.approvals import person_of

PREFIX = "omnc_"
FORM = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
RAW = 32


class FeedView(Answer):
    """A calendar address as a door shows it: when it was made, and never what it is."""

    id: UUID
    made_at: datetime


class IssuedFeed(Answer):
    """A calendar address that was just made; its token is shown now and never again."""

    id: UUID
    made_at: datetime
    token: str


@condition("own-feed", where=lambda model, actor: model.person_id == actor.id)
def own_feed(ask: Ask) -> str | None:
    """Tell whether the address is this person's own."""
    mine = isinstance(ask.target, CalendarFeed) and ask.target.person_id == ask.actor.id
    return None if mine else "This is another person's calendar address."


def handle_of(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


@action("calendar-feed.make", scope=HOUSE, answer=IssuedFeed)
def make_feed(work: Work) -> IssuedFeed:
    """Make an address for one's own calendar program; the former one ends at once. [CC-1, PW-4]"""
    person = person_of(work)
    end_feeds(work, person, "replaced")
    work.session.flush()
    token = PREFIX + base64.urlsafe_b64encode(os.urandom(RAW)).decode().rstrip("=")
    made = work.add(CalendarFeed(person_id=person, handle=handle_of(token), made_at=work.now))
    return IssuedFeed(id=made.id, made_at=made.made_at, token=token)


@action("calendar-feed.withdraw", on=CalendarFeed, answer=FeedView)
def withdraw_feed(work: Work, feed: CalendarFeed) -> CalendarFeed:
    """Withdraw the address of one's calendar: whoever has it reads nothing more. [CC-1, PW-4]"""
    if feed.ended_at is not None:
        raise Conflict("This address has ended already.")
    feed.ended_at, feed.ended_why = work.now, "withdrawn"
    return feed


@reading("calendar-feed.mine", scope=HOUSE)
def my_feed(work: Work) -> FeedView | None:
    """Tell whether one has an address for one's calendar, and since when. [CC-1]"""
    found = work.select(_live(person_of(work))).first()
    return None if found is None else FeedView.model_validate(found, from_attributes=True)


def holder(token: str) -> UUID | None:
    """Return the person whom a token stands for; None when it is none, withdrawn or never was."""
    if not FORM.fullmatch(token):
        return None
    live = select(CalendarFeed.person_id).where(
        CalendarFeed.handle == handle_of(token), col(CalendarFeed.ended_at).is_(None)
    )
    with read_session() as session:
        return session.scalars(live).first()


def end_feeds(work: Work, person_id: UUID, why: str) -> None:
    """End whatever address a person has."""
    for feed in list(work.select(_live(person_id).with_for_update())):
        feed.ended_at, feed.ended_why = work.now, why


def _live(person_id: UUID) -> SelectOfScalar[CalendarFeed]:
    return select(CalendarFeed).where(CalendarFeed.person_id == person_id, col(CalendarFeed.ended_at).is_(None))


@on_fact("person.left")
@on_fact("person.suspended")
@on_fact("disclosure.opened")
def follow_person(work: Work, fact: Fact) -> None:
    """End the address of who leaves, is suspended, or has all secrets locked. [ID-2, PW-4]"""
    end_feeds(work, fact.data["person_id"], fact.name)
