"""What the registry and the book want of a directory, a page of accounts at a time. [AC-2, AC-3, AC-7]

Each question is a transaction of its own: none stays open while a directory takes its time.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, any_, literal, or_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select

from iam.credentials.models import Passkey, Totp
from iam.directory.comparison import NOTHING, Rules, Wanted
from iam.directory.models import Directory, DirectoryGroup
from iam.people.models import SERVICE, Account, Person, Platform
from iam.people.platforms import convention
from kernel import gate
from kernel.db import read_session
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
        strong = select(Account.person_id).join(Totp, col(Totp.account_id) == Account.id)
        held = select(Account.person_id).join(Passkey, col(Passkey.account_id) == Account.id)
        with read_session() as session:
            self._strong = {
                *session.scalars(strong.where(col(Totp.confirmed_at).is_not(None), col(Totp.ended_at).is_(None))),
                *session.scalars(held.where(col(Passkey.ended_at).is_(None))),
            }

    def page(self, keys: Iterable[str], names: Iterable[str]) -> tuple[dict[str, Wanted], dict[str, Wanted]]:
        """Return the accounts bound to these keys, and those that have or had these names."""
        asked = self._accounts().where(
            or_(
                col(Account.external_id) == any_(literal(list(keys), ARRAY(Text()))),
                col(Account.name) == any_(literal([name.lower() for name in names], ARRAY(Text()))),
            )
        )
        bound: dict[str, Wanted] = {}
        named: dict[str, Wanted] = {}
        with read_session() as session:
            rows = session.execute(asked).all()
        for row in rows:
            wanted = self._wanted(row, row.external_id in bound and bound[row.external_id].person_id != str(row[1]))
            named[wanted.name] = wanted
            if wanted.external_id is not None:
                bound[wanted.external_id] = wanted
        return bound, named

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
        return list(self.page(keys, ())[0].values())

    def _accounts(self) -> Select[Any]:
        asked: Select[Any] = (
            select(
                Account.id, Account.person_id, Account.name, Account.external_id, Account.status, Account.kind,
                Person.given_name, Person.family_name, Person.email,
            )  # type: ignore[call-overload]  # SQLModel types four columns
            .join(Person, col(Person.id) == Account.person_id)
            .where(Account.platform == self._platform)
        )  # fmt: skip
        return asked

    def _wanted(self, row: Any, shared: bool) -> Wanted:
        return Wanted(
            account_id=str(row.id),
            person_id=str(row.person_id),
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

    def groups_of(self, person_id: UUID) -> frozenset[str]:
        """Return the ids of the groups that a person's roles of this moment ask for. A service account gets none of its owner's."""
        index, ref = gate.current(), f"person:{person_id}"
        if not index.assignments.get(ref):
            return NOTHING
        roles: dict[str, set[str]] = {}
        for _, _, scope in self._groups:
            if scope not in roles:
                roles[scope] = {name for one in index.held(ref, scope, self._now) for name in index.closure(one.role)}
        return frozenset(key for key, role, scope in self._groups if role in roles[scope])
