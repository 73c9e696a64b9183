"""Which rights a campaign asks about: new, changed, unused, long not certified; unused first. The rest is left out. [AC-10]"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import String, cast, func, or_
from sqlmodel import col, select

from iam.certification import last_deeds
from iam.certification import reviewers as certification_reviewers
from iam.certification.models import MANAGER, PERSON, PLATFORM, ROLE, Certification, CertificationItem
from iam.entry.models import Session
from iam.people.models import PLATFORM as OWN_PLATFORM
from iam.people.models import SERVICE, Account, Person
from iam.privileged import standing
from kernel import gate
from kernel.access import PolicyEdition, RoleAssignment
from kernel.action import Work
from policy import book
from policy.spans import span

AT_ONCE = 150
"""Rights looked at in one action, so that its entry and its locks stay small."""
RANKS = {"unused": 0, "new": 1, "moved": 2, "changed": 3, "due": 4}
FIRST = UUID(int=0)
Right = RoleAssignment | Account


def next_rights(work: Work, certification: Certification) -> tuple[int, list[CertificationItem]]:
    """Look at the next rights of a campaign; return how many were looked at, and the items to ask about. Moves the cursor."""
    found: Sequence[Right] = (
        _accounts(work, certification) if certification.kind == PLATFORM else _assignments(work, certification)
    )
    if found:
        certification.cursor = found[-1].id
    people = _people(work, found)
    held = [one for one in found if _holder(one) in people]
    return len(found), _items(work, certification, held, people, None)


def rights_of(work: Work, person: Person) -> list[RoleAssignment]:
    """Return the roles a person holds for good, or will hold; what is held for an elevation has its own review."""
    return [
        one
        for one in work.select(_live(work).where(RoleAssignment.subject_ref == person.ref).limit(AT_ONCE))
        if not one.given_by.startswith(standing.BEHIND)
    ]


def all_of(
    work: Work, certification: Certification, held: Sequence[RoleAssignment], why: str
) -> list[CertificationItem]:
    """Return items for all of these rights, asked for one reason."""
    return _items(work, certification, held, _people(work, held), why)


def _live(work: Work) -> Any:
    return select(RoleAssignment).where(
        col(RoleAssignment.taken_at).is_(None),
        or_(col(RoleAssignment.ends_at).is_(None), col(RoleAssignment.ends_at) > work.now),
    )


def _assignments(work: Work, certification: Certification) -> list[RoleAssignment]:
    rows = _live(work).where(
        col(RoleAssignment.id) > (certification.cursor or FIRST),
        col(RoleAssignment.subject_ref).startswith("person:"),
        col(RoleAssignment.given_by).not_like("elevation:%"),
        col(RoleAssignment.given_by).not_like("break-glass:%"),
    )
    if certification.scope != "house":
        index = gate.current()
        rows = rows.where(
            col(RoleAssignment.scope).in_([s for s in index.scopes if certification.scope in index.chain(s)])
        )
    if certification.kind == ROLE:
        rows = rows.where(RoleAssignment.role == certification.about)
    if certification.kind == PERSON:
        rows = rows.where(RoleAssignment.subject_ref == f"person:{certification.about}")
    if certification.kind == MANAGER and certification.about:
        led = select(func.concat("person:", cast(col(Person.id), String))).where(
            Person.manager_id == UUID(certification.about)
        )
        rows = rows.where(col(RoleAssignment.subject_ref).in_(led))
    return list(work.select(rows.order_by(col(RoleAssignment.id)).limit(AT_ONCE)))


def _accounts(work: Work, certification: Certification) -> list[Account]:
    rows = select(Account).where(
        Account.platform == certification.about,
        Account.status == "active",
        Account.kind != SERVICE,
        col(Account.id) > (certification.cursor or FIRST),
    )
    return list(work.select(rows.order_by(col(Account.id)).limit(AT_ONCE)))


def _holder(right: Right) -> UUID:
    return right.person_id if isinstance(right, Account) else UUID(right.subject_ref.partition(":")[2])


def _people(work: Work, held: Iterable[Right]) -> dict[UUID, Person]:
    ids = {_holder(one) for one in held}
    return {person.id: person for person in work.select(select(Person).where(col(Person.id).in_(ids)))}


def _items(
    work: Work, certification: Certification, held: Sequence[Right], people: dict[UUID, Person], why: str | None
) -> list[CertificationItem]:
    used = _uses(work, held)
    before = _certified(work, held)
    reviewers = certification_reviewers.reviewers_of(work, certification, people.values())
    changed = Changed(work)
    made = []
    for one in held:
        reason = _reason(work, one, used.get(one.id), before.get(one.id), changed)
        reason = reason if reason == "unused" or why is None else why
        if reason is None:
            continue
        person_id = _holder(one)
        is_account = isinstance(one, Account)
        made.append(
            CertificationItem(
                certification_id=certification.id, scope=one.scope, person_id=person_id,
                assignment_id=None if is_account else one.id, account_id=one.id if is_account else None,
                right=one.platform if isinstance(one, Account) else one.role,
                why=reason, used_at=used.get(one.id), rank=RANKS[reason],
                reviewer_id=reviewers.get(person_id), reviewer_role=certification_reviewers.role_for(certification, person_id, one.scope, work.now),
            )
        )  # fmt: skip
    return made


def _reason(work: Work, right: Right, used: datetime | None, kept: datetime | None, changed: "Changed") -> str | None:
    """Say why a right is asked about, or None where nothing speaks for it: certified, unchanged and in use."""
    idle = work.now - timedelta(days=book.number("AC-10", "unused_days"))
    given = given_at(right)
    if (used or given) < idle and (kept is None or kept < idle):
        return "unused"
    if kept is None:
        return "new"
    if isinstance(right, RoleAssignment) and changed.since(right.role, kept):
        return "changed"
    return "due" if span(str(book.parameter("AC-10", "again_after"))).after(kept) <= work.now else None


def given_at(right: Right) -> datetime:
    """Return since when a right works: its start, else the moment its row was made (its id tells the millisecond)."""
    if isinstance(right, Account):
        return right.activated_at or right.made_at
    return right.starts_at or datetime.fromtimestamp((right.id.int >> 80) / 1000, tz=UTC)


def _certified(work: Work, held: Sequence[Right]) -> dict[UUID, datetime]:
    """Return when each of these rights was last kept, in one query."""
    about = CertificationItem.account_id if held and isinstance(held[0], Account) else CertificationItem.assignment_id
    rows = work.session.execute(
        select(about, func.max(CertificationItem.decided_at))
        .where(col(about).in_([one.id for one in held]), CertificationItem.state == "kept")
        .group_by(col(about))
    )
    return {row[0]: row[1] for row in rows}


def _uses(work: Work, held: Sequence[Right]) -> dict[UUID, datetime]:
    """Return when each of these rights was last used, from real deeds; an account by its last session or its platform's word."""
    roles = [one for one in held if isinstance(one, RoleAssignment)]
    deeds = last_deeds.last_uses(work.session, [(one.subject_ref, one.role) for one in roles])
    found = {one.id: deeds[one.subject_ref, one.role] for one in roles if (one.subject_ref, one.role) in deeds}
    accounts = [one for one in held if isinstance(one, Account)]
    found |= {one.id: one.used_at for one in accounts if one.used_at is not None}
    own = [one.id for one in accounts if one.platform == OWN_PLATFORM]
    seen = work.session.execute(
        select(Session.account_id, func.max(Session.started_at))
        .where(col(Session.account_id).in_(own))
        .group_by(col(Session.account_id))
    )
    return found | {row[0]: row[1] for row in seen}


class Changed:
    """Tells whether what a role allows has changed since a time, by the editions of the book."""

    def __init__(self, work: Work) -> None:
        self._published = list(
            work.session.execute(
                select(PolicyEdition.number, PolicyEdition.published_at).order_by(col(PolicyEdition.number))
            )
        )
        self._allowed: dict[tuple[int, str], frozenset[str]] = {}

    def since(self, role: str, then: datetime) -> bool:
        """Tell whether the role allows other things now than it did then."""
        number = max((row[0] for row in self._published if row[1] <= then), default=0)
        latest = self._published[-1][0] if self._published else 0
        if number in (0, latest):
            return False
        return self._lines(number, role, then) != self._lines(latest, role, None)

    def _lines(self, number: int, role: str, at: datetime | None) -> frozenset[str]:
        known = self._allowed.get((number, role))
        if known is None:
            roles = book.in_force(at).roles
            known = self._allowed[number, role] = frozenset(
                line for name in gate.current().closure(role) if name in roles for line in roles[name].may
            )
        return known
