"""The log of access: user names created, suspended, reactivated, revoked; rights granted, amended, withdrawn, run out. [AC-9]"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field
from sqlalchemy import text
from sqlmodel import col, select

from iam.people.models import Account, Person
from iam.reports.past import first_id_at, made_at
from kernel.access import RoleAssignment
from kernel.action import Work
from kernel.db import Answer, ledger_session
from kernel.errors import Malformed
from kernel.reading import reading

What = Literal["created", "reactivated", "suspended", "revoked", "granted", "amended", "withdrawn", "run-out"]
MOST = 5000
"""Lines of one report; a longer time is asked for in parts."""
MOST_READ = 20_000
"""Entries of the ledger looked into for one report."""
NOUNS = ("person", "account", "service-account", "activation", "role", "profile", "request", "elevation", "certification", "directory", "deviation", "dormancy", "review")  # fmt: skip
"""Nouns of the actions that change accounts and rights; others are not looked into."""
STATES = {"suspended": "suspended", "revoked": "revoked"}


class LogLine(Answer):
    """One thing that happened to an account or a right: whose, what, where, by whom, why; `place` is its entry in the ledger."""

    at: datetime
    what: What
    subject_ref: str
    name: str
    thing: str
    scope: str
    by: str
    reason: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    place: int | None = None


class AccessLog(Answer):
    """The log of a time, newest first; `more` tells that there was more than one report holds."""

    since: datetime
    until: datetime
    lines: list[LogLine]
    more: bool


@reading("report.access-log", scope="house", watched=True)
def access_log(
    work: Work,
    *,
    since: AwareDatetime,
    until: AwareDatetime,
    person_id: UUID | None = None,
    what: What | None = None,
    limit: Annotated[int, Field(ge=1, le=MOST)] = MOST,
) -> AccessLog:
    """Read the log of access of any time: user names and rights, by whom and why. [AC-9]"""
    ref = f"person:{person_id}" if person_id is not None else None
    lines = log_of(work.session, since, until, ref=ref, what=what)
    return AccessLog(since=since, until=until, lines=_named(work, lines[:limit]), more=len(lines) > limit)


def log_of(
    session: Any, since: datetime, until: datetime, *, ref: str | None = None, what: What | None = None
) -> list[LogLine]:
    """Gather the log of a time, newest first, by references. Raises Malformed for a time that ends before it starts."""
    if since >= until:
        raise Malformed("The end of the time lies after its start.")
    lines = [*_rights(session, since, until, ref), *_told(session, since, until)]
    lines = [
        one for one in lines if (ref is None or one.subject_ref == ref) and (what is None or one.what == what)
    ]  # fmt: skip
    return sorted(lines, key=lambda one: (one.at, one.what, one.thing, one.subject_ref), reverse=True)


def _rights(session: Any, since: datetime, until: datetime, ref: str | None) -> Iterator[LogLine]:
    """Rights from the assignments themselves: complete whatever the size of the action that gave them."""
    rows = select(RoleAssignment)
    if ref is not None:
        rows = rows.where(RoleAssignment.subject_ref == ref)
    given = rows.where(
        col(RoleAssignment.id) >= first_id_at(since), col(RoleAssignment.id) < first_id_at(until)
    )  # fmt: skip
    for row in session.scalars(given):
        yield _line(row, "granted", made_at(row.id), row.given_by)
    for row in session.scalars(rows.where(col(RoleAssignment.taken_at) >= since, col(RoleAssignment.taken_at) < until)):
        if row.ends_at is None or row.ends_at > row.taken_at:
            yield _line(row, "withdrawn", row.taken_at, row.taken_by or "")
    for row in session.scalars(rows.where(col(RoleAssignment.ends_at) >= since, col(RoleAssignment.ends_at) < until)):
        if row.taken_at is None or row.taken_at >= row.ends_at:
            yield _line(row, "run-out", row.ends_at, "")


def _line(row: RoleAssignment, what: What, at: datetime, by: str) -> LogLine:
    return LogLine(
        at=at, what=what, subject_ref=row.subject_ref, name="", thing=row.role, scope=row.scope, by=by,
        reason=row.reason, starts_at=row.starts_at, ends_at=row.ends_at,
    )  # fmt: skip


def _told(session: Any, since: datetime, until: datetime) -> Iterator[LogLine]:
    """What the ledger tells of accounts' states and of rights whose time was changed."""
    accounts, rights = _subjects(session)
    asked = text(
        "select e.id, e.at, e.actor, e.body, d.ciphertext as changes from ledger.entry e left join ledger.detail d "
        "on d.entry_action_id = e.action_id and d.field = 'changes' and d.subject is null "
        "where e.outcome = 'done' and e.at >= :since and e.at < :until "
        "and split_part(e.action, '.', 1) = any(:nouns) order by e.id desc limit :most"
    )
    with ledger_session() as ledger:
        entries = ledger.execute(
            asked, {"since": since, "until": until, "nouns": list(NOUNS), "most": MOST_READ}
        ).all()  # fmt: skip
    for entry in entries:
        changes = json.loads(bytes(entry.changes)) if entry.changes else json.loads(bytes(entry.body))["changes"]
        for ref, fields in changes.items():
            found = _read(ref, fields)
            if found is None:
                continue
            known = accounts.get(ref) or rights.get(ref)
            if known is not None:
                subject, thing, scope = known
                yield LogLine(
                    at=entry.at, what=found, subject_ref=subject, name="", thing=thing, scope=scope, by=entry.actor,
                    place=entry.id, ends_at=_end(found, fields),
                )  # fmt: skip


def _end(what: What, fields: dict[str, Any]) -> datetime | None:
    """The end that an amendment gave a right."""
    told = fields.get("ends_at")
    after = told[1] if what == "amended" and isinstance(told, list) else None
    return datetime.fromisoformat(after) if after else None


def _read(ref: str, fields: Any) -> What | None:
    """Tell what an entry's changes did to an account or a right, None where it is neither."""
    if not isinstance(fields, dict):
        return None
    if ref.startswith("account:") and isinstance(fields.get("status"), list):
        before, after = (*fields["status"], None, None)[:2]
        if before is None:
            return "created"
        if after in STATES:
            return "suspended" if after == "suspended" else "revoked"
        return "reactivated" if before == "suspended" else None
    if ref.startswith("role-assignment:") and "id" not in fields and ({"ends_at", "starts_at"} & fields.keys()):
        return "amended"
    return None


def _subjects(session: Any) -> tuple[dict[str, tuple[str, str, str]], dict[str, tuple[str, str, str]]]:
    accounts = {
        f"account:{row.id}": (f"person:{row.person_id}", f"{row.name} ({row.platform})", row.scope)
        for row in session.execute(
            select(Account.id, Account.person_id, Account.name, Account.platform, Account.scope)  # type: ignore[call-overload]
        )
    }
    rights = {
        f"role-assignment:{row.id}": (row.subject_ref, row.role, row.scope)
        for row in session.scalars(select(RoleAssignment).where(col(RoleAssignment.ends_at).is_not(None)))
    }
    return accounts, rights


def names_of(work: Work, refs: Iterable[str]) -> dict[str, str]:
    """Give the names behind references of people."""
    ids = [UUID(key) for noun, _, key in (ref.partition(":") for ref in set(refs)) if noun == "person"]
    people = work.select(select(Person).where(col(Person.id).in_(ids)))
    return {person.ref: person.name for person in people}


def _named(work: Work, lines: list[LogLine]) -> list[LogLine]:
    names = names_of(work, [ref for one in lines for ref in (one.subject_ref, one.by)])
    return [
        one.model_copy(update={"name": names.get(one.subject_ref, one.subject_ref), "by": names.get(one.by, one.by)})
        for one in lines
    ]
