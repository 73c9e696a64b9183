"""Coming in: where someone comes from, and the session and known device that begin when every proof was good. [ID-1]"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from iam.credentials.factors import Factor
from iam.entry import tickets
from iam.entry.models import Device, Session
from kernel.action import Work
from kernel.sealing import pseudonym
from policy import book

_BROWSERS = (
    ("Edge", r"Edg/(\d+)"),
    ("Firefox", r"Firefox/(\d+)"),
    ("Chrome", r"Chrom(?:e|ium)/(\d+)"),
    ("Safari", r"Version/(\d+).*Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iOS", r"iPhone|iPad"),
    ("Windows", "Windows"),
    ("macOS", "Mac OS X"),
    ("Linux", "Linux"),
)


class Source(BaseModel):
    """Where a try comes from: the address of the far end, and what its browser says of itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: Annotated[str, StringConstraints(max_length=64)]
    agent: Annotated[str, StringConstraints(max_length=1024)] = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """A session has begun. `token` goes into the session cookie; `device`, if any, into the long-lived one."""

    token: str
    session_id: UUID
    person_id: UUID
    account_id: UUID
    ends_at: datetime
    device: str | None


def summary(agent: str) -> str:
    """Return what a person recognises of a browser: "Firefox 140 on Linux"."""
    browser = next((f"{name} {found[1]}" for name, pattern in _BROWSERS if (found := re.search(pattern, agent))), "")
    system = next((name for name, pattern in _SYSTEMS if re.search(pattern, agent)), "")
    return " on ".join(part for part in (browser, system) if part) or "Unknown browser"


@dataclass(frozen=True, slots=True)
class Who:
    """Whose session begins: the person, by which account, of which site."""

    person_id: UUID
    account_id: UUID
    scope: str


def start_session(work: Work, who: Who, factor: Factor, source: Source, device_id: UUID | None) -> Entered:
    """Begin a session for someone whose proofs were good, and remember the device. [ID-1]"""
    token, device_token = tickets.new_token(), None
    if device_id is None:
        device_token = tickets.new_token()
        device_id = _remember(work, who, source, device_token)
    session = Session(
        scope=who.scope,
        digest=tickets.digest(token),
        person_id=who.person_id,
        account_id=who.account_id,
        device_id=device_id,
        factor=factor,
        factor_at=work.now,
        agent=summary(source.agent),
        source=source.address,
        started_at=work.now,
        ends_at=work.now + timedelta(hours=book.number("ID-1", "session_hours")),
    )
    work.add(session)
    work.note("person", str(who.person_id))
    work.note("factor", factor)
    work.note("source", pseudonym(source.address))
    work.fact("session.started", session_id=session.id, person_id=who.person_id)
    return Entered(token, session.id, who.person_id, who.account_id, session.ends_at, device_token)


def _remember(work: Work, who: Who, source: Source, token: str) -> UUID:
    made = Device(
        scope=who.scope,
        digest=tickets.digest(token),
        person_id=who.person_id,
        account_id=who.account_id,
        agent=summary(source.agent),
        known_at=work.now,
        ends_at=work.now + timedelta(days=book.number("ID-1", "device_days")),
    )
    work.add(made)
    work.session.flush()
    return made.id
