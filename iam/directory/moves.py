"""Who came into a group of a directory or left it since it was last looked at, and not by our own wish. [AC-7, CC-4]

A first look judges nothing, nor does the first look at a group that has just become a right of ours. What comes nearer to what
we want (such as our own corrections) is no finding, and so no move either.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlmodel import col, select

from iam.directory.comparison import Finding
from iam.directory.mirror import Seen
from iam.directory.models import DirectoryEntry, DirectoryGroup, DirectoryStanding
from iam.directory.reader import Reader, fold
from iam.people.models import Account
from kernel.db import read_session

KINDS = {"extra-right": True, "missing-right": False}
"""Kinds of findings that a move makes, and whether somebody came in."""
SKEW = timedelta(minutes=2)
"""How far the directory's clock may be behind ours."""


class Move(BaseModel):
    """Somebody came into a group or left it; `who` is an account of ours or an entry by its key, never a name.

    `person_id` and `account` tell who wrote to the group last, where the directory says so.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    group: str
    who: str
    joined: bool
    person_id: UUID | None = None
    account: str = ""

    def told(self) -> dict[str, Any]:
        """Give it as a fact tells it."""
        return self.model_dump()


class Moves:
    """What moved during one look."""

    def __init__(self, groups: Iterable[DirectoryGroup], before: DirectoryStanding) -> None:
        self.since = before.answered_at
        self._directory = before.directory_id
        self._groups = {str(one.id): one for one in groups}
        self._old = {key for key, one in self._groups.items() if before.full_at and made_at(one.id) < before.full_at}
        self._moved: set[tuple[str, str]] = set()
        self._writers: dict[str, tuple[UUID | None, str]] = {}

    def note(self, before: Mapping[str, Seen], after: Iterable[Seen]) -> None:
        """Keep in mind whose groups are others than when they were last seen; of an entry that is new, all of them are."""
        for one in after:
            known = before.get(one.actual.external_id)
            held = known.actual.groups if known is not None else frozenset[str]()
            self._moved.update((one.actual.external_id, group) for group in (held ^ one.actual.groups) & self._old)

    def of(self, finding: Finding, reader: Reader) -> Move | None:
        """Give the move behind a finding; None where the directory did not move. Raises DirectoryFault."""
        if finding.kind not in KINDS or finding.group is None or finding.external_id is None:
            return None
        if (finding.external_id, finding.group) not in self._moved:
            return None
        who = f"account:{finding.account_id}" if finding.account_id else f"entry:{finding.external_id}"
        person, account = self._writer(finding.group, reader)
        group = self._groups[finding.group].name
        return Move(group=group, who=who, joined=KINDS[finding.kind], person_id=person, account=account)

    def _writer(self, group: str, reader: Reader) -> tuple[UUID | None, str]:
        """Tell who wrote to a group last: a person where their entry is bound, else an account; nobody where that was before."""
        if group not in self._writers:
            dn, at = reader.writer(self._groups[group].external_id)
            fresh = bool(dn) and (at is None or self.since is None or at >= self.since - SKEW)
            self._writers[group] = self._person(dn) if fresh else (None, "")
        return self._writers[group]

    def _person(self, dn: str) -> tuple[UUID | None, str]:
        entry = select(DirectoryEntry.external_id).where(
            DirectoryEntry.directory_id == self._directory, col(DirectoryEntry.dn).in_({dn, fold(dn)})
        )
        with read_session() as session:
            key = session.scalars(entry).first()
            bound = select(Account.person_id).where(Account.external_id == key)
            person = session.scalars(bound).first() if key is not None else None
        if person is not None:
            return person, ""
        return None, f"entry:{key}" if key is not None else fold(dn)[:200]


def made_at(key: UUID) -> datetime:
    """Tell when something was made, by its id (UUID version 7, RFC 9562 section 5.7)."""
    return datetime.fromtimestamp((key.int >> 80) / 1000, UTC)
