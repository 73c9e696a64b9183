"""What the registry and the book want of a directory, a page of accounts at a time. [AC-2, AC-3, AC-7]

Each question is a transaction of its own: none stays open while a directory takes its time.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Text, any_, cast, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select

from iam.credentials.models import Passkey, Totp
from iam.directory.comparison import NOTHING, Rules, Wanted
from iam.directory.mirror import listed
from iam.directory.models import Directory, DirectoryGroup
from iam.people.models import SERVICE, Account, Person, Platform
from iam.people.platforms import convention
from kernel import gate
from kernel.db import read_session
from kernel.index import Index
from policy import book

PAGE = 1000


def rules_of(session: Any, platform: str, now: datetime) -> Rules:
    """Return what the book and the platform's own data ask of its accounts."""
    row = session.scalars(select(Platform).where(Platform.slug == platform)).one()
    return Rules(convention(session, platform), row.has_otp, book.number("ID-4", "days"), now)


class Registry:
    """Tells what is wanted of one directory's accounts; who has a second factor is asked once."""

    def __init__(self, directory: Directory, groups: Iterable[DirectoryGroup], now: datetime) -> None:
        self._platform = directory.platform
        self._groups = [(str(group.id), group.role, group.scope) for group in groups]
        self._now = now
        self._asked: dict[tuple[Any, ...], frozenset[str]] = {}
        strong = select(cast(Account.person_id, Text)).join(Totp, col(Totp.account_id) == Account.id)
        held = select(cast(Account.person_id, Text)).join(Passkey, col(Passkey.account_id) == Account.id)
        with read_session() as session:
            self._strong = {
                *session.scalars(strong.where(col(Totp.confirmed_at).is_not(None), col(Totp.ended_at).is_(None))),
                *session.scalars(held.where(col(Passkey.ended_at).is_(None))),
            }

    def bound(self, keys: Iterable[str]) -> dict[str, Wanted]:
        """Return the accounts bound to these keys, by key."""
        found: dict[str, Wanted] = {}
        for row in self._read(col(Account.external_id) == any_(listed(keys))):
            former = found.get(row.external_id)
            shared = former is not None and former.person_id != row.person_id
            found[row.external_id] = self._wanted(row, shared=shared)
        return found

    def named(self, names: Iterable[str]) -> dict[str, Wanted]:
        """Return the accounts that have or had these names, by name."""
        asked = [name.lower() for name in names]
        if not asked:
            return {}
        rows = self._read(col(Account.name) == any_(literal(asked, ARRAY(Text()))))
        return {row.name: self._wanted(row, shared=False) for row in rows}

    def _read(self, which: Any) -> Sequence[Any]:
        with read_session() as session:
            return session.connection().execute(self._accounts().where(which)).all()

    def unseen(self, seen: set[str]) -> Iterator[Wanted]:
        """Yield the accounts that are to work and whose entry was not seen, or that have none."""
        active = (Account.platform == self._platform, Account.status == "active")
        with read_session() as session:
            held = session.execute(select(Account.id, Account.external_id).where(*active)).all()
            lost = [key for key, external_id in held if external_id not in seen]
            for start in range(0, len(lost), PAGE):
                asked = self._accounts().where(col(Account.id).in_(lost[start : start + PAGE]))
                for row in session.execute(asked).all():
                    yield self._wanted(row, shared=False)

    def bound_to(self, keys: Iterable[str]) -> list[Wanted]:
        """Return the accounts bound to these keys."""
        return list(self.bound(keys).values())

    def _accounts(self) -> Select[Any]:
        asked: Select[Any] = (
            select(
                cast(Account.id, Text).label("id"), cast(Account.person_id, Text).label("person_id"), Account.name, Account.external_id, Account.status, Account.kind,
                Person.given_name, Person.family_name, Person.email,
            )  # type: ignore[call-overload]  # SQLModel types four columns
            .join(Person, col(Person.id) == Account.person_id)
            .where(Account.platform == self._platform)
        )  # fmt: skip
        return asked

    def _wanted(self, row: Any, shared: bool) -> Wanted:
        return Wanted(
            account_id=row.id,
            person_id=row.person_id,
            name=row.name,
            external_id=row.external_id,
            status=row.status,
            kind=row.kind,
            groups=NOTHING if row.kind == SERVICE else self.groups_of(row.person_id),
            given_name=row.given_name,
            family_name=row.family_name,
            mail=row.email or "",
            has_otp=row.person_id in self._strong,
            is_shared=shared,
        )

    def groups_of(self, person_id: str) -> frozenset[str]:
        """Return the ids of the groups that a person's roles of this moment ask for. A service account gets none of its owner's.

        Whoever holds the same roles in the same places is asked the same groups, so the gate is asked once for them all.
        """
        index, ref = gate.current(), f"person:{person_id}"
        own = index.assignments.get(ref)
        if not own:
            return NOTHING
        held = (index.edition, *((one.role, one.scope) for one in own if one.start <= self._now < one.end))
        groups = self._asked.get(held)
        if groups is None:
            groups = self._asked[held] = self._groups_asked(index, ref)
        return groups

    def _groups_asked(self, index: Index, ref: str) -> frozenset[str]:
        roles: dict[str, set[str]] = {}
        for _, _, scope in self._groups:
            if scope not in roles:
                roles[scope] = {name for one in index.held(ref, scope, self._now) for name in index.closure(one.role)}
        return frozenset(key for key, role, scope in self._groups if role in roles[scope])
