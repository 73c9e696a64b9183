"""What should not be: conflicts of duties held, accounts and rights of people who are gone, platforms nobody answers for; and the figures of a time. [AC-6, AC-9]"""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import text
from sqlmodel import col, func, select

from iam.directory.models import Deviation
from iam.people.models import Account, Person, Platform
from iam.profiles.holdings import declared_by
from iam.profiles.models import ProfileHolding
from iam.reports.log import log_of, names_of
from iam.reports.past import index_at
from kernel import gate
from kernel.access import RoleAssignment
from kernel.action import Work
from kernel.db import Answer, ledger_session
from kernel.errors import Refused
from kernel.reading import reading
from policy import book, lint


class ToxicPair(Answer):
    """Somebody holds both sides of a declared conflict: the roles as held, with their places, and why it is one."""

    person_id: UUID
    name: str
    held: list[str]
    why: str


class Orphan(Answer):
    """Something without its person: what it is, its name, and what is missing."""

    kind: str
    ref: str
    thing: str
    whose: str
    missing: str


class Figure(Answer):
    """A count of the monitoring report."""

    name: str
    count: int


class Monitoring(Answer):
    """The figures of a time: what the log counts, what was refused, and what stands open now."""

    since: datetime
    until: datetime
    log: list[Figure]
    refused: list[Figure]
    open: list[Figure]


@reading("report.toxic-pairs", scope="house", watched=True)
def toxic_pairs(work: Work, *, at: AwareDatetime | None = None) -> list[ToxicPair]:
    """List everyone who holds both sides of a conflict of duties, now or at an earlier moment by the book of that time. [AC-6, AC-9]"""
    if at is not None and at > work.now:
        raise Refused("AC-9", "What is to come is not on record.")
    moment = at or work.now
    index = gate.current() if at is None else index_at(work.session, at)
    judged = book.in_force(at) if at is not None else book.in_force()
    found: list[tuple[str, list[str], str]] = []
    for ref, given in sorted(index.assignments.items()):
        held = [one for one in given if one.end > moment]
        if not ref.startswith("person:") or not held:
            continue
        told = sorted({f"{one.role} ({one.scope})" for one in held})
        found.extend((ref, told, why) for why in lint.conflicts(judged, {one.role for one in held}))
        if at is None:
            found.extend((ref, told, why) for why in _declared(work.session, ref, {one.role for one in held}))
    names = names_of(work, [ref for ref, _, _ in found])
    return [
        ToxicPair(person_id=UUID(ref.partition(":")[2]), name=names.get(ref, ref), held=told, why=why)
        for ref, told, why in found
    ]


def _declared(session: Any, ref: str, roles: set[str]) -> list[str]:
    reach = {name for role in roles for name in lint.included(book.in_force(), role)}
    declared = declared_by(session, UUID(ref.partition(":")[2]))
    return [f"a profile and {role}: {declared[role]}" for role in sorted(reach & set(declared))]


@reading("report.orphans", scope="house", watched=True)
def orphans(work: Work) -> list[Orphan]:
    """List accounts without a present person, rights of people who left, platforms nobody answers for. [AC-4, AC-9]"""
    return [*_accounts(work), *_rights(work), *_platforms(work), *_profiles(work)]


def _accounts(work: Work) -> list[Orphan]:
    rows = work.session.execute(
        select(Account, Person)
        .join(Person, col(Person.id) == Account.person_id)
        .where(col(Account.status).in_(["active", "pending"]), Person.status == "left")
        .order_by(col(Account.platform), col(Account.name))
    )
    return [
        Orphan(
            kind="account", ref=account.ref, thing=f"{account.name} ({account.platform})", whose=person.name,
            missing=f"the account is {account.status}, its {'owner' if account.kind == 'service' else 'person'} has left",
        )
        for account, person in rows
    ]  # fmt: skip


def _rights(work: Work) -> list[Orphan]:
    people = {person.ref: person for person in work.select(select(Person).where(col(Person.status) == "left"))}
    known = set(work.select(select(func.concat("person:", Person.id))))
    rows = work.select(
        select(RoleAssignment)
        .where(col(RoleAssignment.taken_at).is_(None), col(RoleAssignment.subject_ref).startswith("person:"))
        .order_by(col(RoleAssignment.subject_ref), col(RoleAssignment.role))
    )
    return [
        Orphan(
            kind="right", ref=row.ref, thing=f"{row.role} ({row.scope})",
            whose=people[row.subject_ref].name if row.subject_ref in people else row.subject_ref,
            missing="its holder has left" if row.subject_ref in people else "its holder is not in the registry",
        )
        for row in rows
        if (row.subject_ref in people or row.subject_ref not in known)
        and (row.ends_at is None or row.ends_at > work.now)
    ]  # fmt: skip


def _platforms(work: Work) -> list[Orphan]:
    rows = work.session.execute(
        select(Platform, Person)
        .outerjoin(Person, col(Person.id) == Platform.owner_id)
        .where(col(Platform.active))
        .order_by(col(Platform.slug))
    )
    return [
        Orphan(
            kind="platform", ref=platform.ref, thing=platform.label, whose=owner.name if owner else "",
            missing="nobody answers for it" if owner is None else "its owner has left",
        )
        for platform, owner in rows
        if owner is None or owner.status == "left"
    ]  # fmt: skip


def _profiles(work: Work) -> list[Orphan]:
    rows = work.session.execute(
        select(ProfileHolding, Person)
        .join(Person, col(Person.id) == ProfileHolding.person_id)
        .where(col(ProfileHolding.ended_at).is_(None), Person.status == "left")
    )
    return [
        Orphan(kind="profile", ref=held.ref, thing=held.scope, whose=person.name, missing="its holder has left")
        for held, person in rows
    ]


@reading("report.monitoring", scope="house", watched=True)
def monitoring(work: Work, *, since: AwareDatetime, until: AwareDatetime) -> Monitoring:
    """Count what happened to accounts and rights in a time, what was refused, and what stands open. [AC-9]"""
    counted = Counter(one.what for one in log_of(work.session, since, until))
    return Monitoring(
        since=since,
        until=until,
        log=[
            Figure(name=what, count=counted[what])
            for what in ("created", "reactivated", "suspended", "revoked", "granted", "amended", "withdrawn", "run-out")
        ],
        refused=_refused(since, until),
        open=_open(work.session, work.now),
    )


def _refused(since: datetime, until: datetime) -> list[Figure]:
    asked = text(
        "select action, count(*) from ledger.entry where outcome in ('denied', 'refused') and at >= :since and at < :until "
        "group by action order by 2 desc, 1 limit 20"
    )
    with ledger_session() as ledger:
        return [Figure(name=row[0], count=row[1]) for row in ledger.execute(asked, {"since": since, "until": until})]


def _open(session: Any, now: datetime) -> list[Figure]:
    rows = select(Deviation.kind, func.count()).where(Deviation.state == "open").group_by(Deviation.kind)
    late = select(func.count()).select_from(Deviation).where(Deviation.state == "open", Deviation.due_at <= now)
    told = [Figure(name=f"deviation: {kind}", count=count) for kind, count in sorted(session.execute(rows).all())]
    return [*told, Figure(name="deviations past their limit", count=session.scalars(late).one())]
