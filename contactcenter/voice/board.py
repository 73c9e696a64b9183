"""What the exchange looks at, again and again: live calls, places in the queue, phones. Polls of the machine, not readings."""

from uuid import UUID

from sqlalchemy import ColumnElement, func, text
from sqlmodel import col, select

from contactcenter.models import QUEUED, VOICE, Conversation
from contactcenter.voice.models import ENDED, Call, PhoneCredential
from kernel import clock
from kernel.db import connection, read_session

VERSIONS = text("select id, version from call where id = any(:ids)")


def live_calls() -> list[Call]:
    """All calls that have not ended."""
    return _calls(col(Call.phase) != ENDED)


def changed_calls(known: dict[UUID, int]) -> list[Call]:
    """Those of these calls (id: version) that others have written since. One light question; it is asked very often."""
    with connection() as conn:
        rows = conn.execute(VERSIONS, {"ids": list(known)})
        changed = [row.id for row in rows if row.version > known[row.id]]
    return _calls(col(Call.id).in_(changed)) if changed else []


def call_by_channel(channel: str) -> Call | None:
    """The call of one of Asterisk's channels."""
    return next(iter(_calls(col(Call.channel) == channel)), None)


def place_of(conversation_id: UUID) -> int:
    """The caller's place in his queue; 1 is the next."""
    with read_session() as session:
        mine = session.get(Conversation, conversation_id)
        if mine is None or mine.queued_at is None:
            return 1
        before = select(func.count()).select_from(Conversation).where(
            Conversation.queue_id == mine.queue_id, Conversation.status == QUEUED, Conversation.channel == VOICE,
            col(Conversation.queued_at) < mine.queued_at,
        )  # fmt: skip
        return int(session.scalar(before) or 0) + 1


def phones_to_clear() -> list[PhoneCredential]:
    """Credentials that are void or have expired, and that Asterisk may still know."""
    over = col(PhoneCredential.voided_at).is_not(None) | (col(PhoneCredential.expires_at) <= clock.now())
    return _phones(col(PhoneCredential.cleared_at).is_(None) & over)


def good_phones() -> list[PhoneCredential]:
    """Credentials that are good now."""
    return _phones(col(PhoneCredential.voided_at).is_(None) & (col(PhoneCredential.expires_at) > clock.now()))


def _calls(where: ColumnElement[bool]) -> list[Call]:
    with read_session() as session:
        return list(session.scalars(select(Call).where(where).order_by(col(Call.id))))


def _phones(where: ColumnElement[bool]) -> list[PhoneCredential]:
    with read_session() as session:
        return list(session.scalars(select(PhoneCredential).where(where)))
