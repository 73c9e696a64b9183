"""Coming in: where someone comes from, and the session and known device that begin when every proof was good. [ID-1]"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from iam import tickets
from iam.factors import Factor
from iam.keys import pseudonym
from iam.models_people import Account, Person
from iam.models_sessions import Device, Session
from kernel.action import Work
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


def start_session(
    work: Work, account: Account, person: Person, factor: Factor, source: Source, device: Device | None
) -> Entered:
    """Begin a session for someone whose proofs were good, and remember the device. [ID-1]"""
    token, device_token = tickets.new_token(), None
    if device is None:
        device_token = tickets.new_token()
        device = _remember(work, account, source, device_token)
    session = Session(
        scope=person.scope,
        digest=tickets.digest(token),
        person_id=person.id,
        account_id=account.id,
        device_id=device.id,
        factor=factor,
        factor_at=work.now,
        agent=summary(source.agent),
        source=source.address,
        started_at=work.now,
        ends_at=work.now + timedelta(hours=book.number("ID-1", "session_hours")),
    )
    work.add(session)
    work.note("person", str(person.id))
    work.note("factor", factor)
    work.note("source", pseudonym(source.address))
    work.fact("session.started", session_id=session.id, person_id=person.id)
    return Entered(token, session.id, person.id, account.id, session.ends_at, device_token)


def _remember(work: Work, account: Account, source: Source, token: str) -> Device:
    made = Device(
        scope=account.scope,
        digest=tickets.digest(token),
        person_id=account.person_id,
        account_id=account.id,
        agent=summary(source.agent),
        known_at=work.now,
        ends_at=work.now + timedelta(days=book.number("ID-1", "device_days")),
    )
    work.add(made)
    work.session.flush()
    return made
