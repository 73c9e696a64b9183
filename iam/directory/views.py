"""Reading about directories: one with its numbers, groups and history; entries nobody is bound to and whose they may be. [AC-7, AC-9]"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, String, and_, any_, func, literal, or_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select

from iam.directory import mirror
from iam.directory.models import (
    LIVE,
    Deviation,
    Directory,
    DirectoryEntry,
    DirectoryGroup,
    DirectoryLook,
)
from iam.directory.registry import DirectoryView
from iam.people.models import HUMAN, Account, Person, Platform
from kernel.action import Work
from kernel.db import Answer
from kernel.reading import reading

HISTORY = 40
AT_ONCE = 50
MOST_CANDIDATES = 3


class GroupView(Answer):
    """A group of a directory that is a right."""

    id: UUID
    name: str
    role: str | None
    scope: str


class LookView(Answer):
    """A look at a directory: what it did, how long it took, and how the directory stood."""

    at: datetime
    seconds: float
    whole: bool
    compared: int
    read: int
    found: int
    settled: int
    state: str
    why: str


class DirectoryPage(DirectoryView):
    """A directory with its numbers; as whom we bind is told, the password never."""

    label: str = ""
    bind_dn: str = ""
    has_authority: bool = False
    pattern: str = ""
    asked_at: datetime | None = None
    entries: int = 0
    bound: int = 0
    unbound_accounts: int = 0
    deviations: dict[str, int] = Field(default_factory=dict)
    group_rights: list[GroupView] = Field(default_factory=list)
    looks: list[LookView] = Field(default_factory=list)


class Candidate(Answer):
    """Whose an entry may be: an account that has no entry, or a person who has no account there; `agree` says why."""

    person_id: UUID
    account_id: UUID | None
    name: str
    user_name: str
    agree: list[str]


class Unbound(Answer):
    """An entry of a directory that no account is bound to."""

    external_id: str
    name: str
    given_name: str
    family_name: str
    mail: str
    enabled: bool
    candidates: list[Candidate]


class OwnEntry(Answer):
    """An account of one's own in a directory."""

    account_id: UUID
    directory: str
    name: str


@reading("directory.read", on=Directory)
def read_directory(work: Work, directory: Directory) -> DirectoryPage:
    """Read a directory: how it stands, how many entries and accounts belong together, its groups and the last looks. [AC-7, AC-9]"""
    platform = work.select(select(Platform).where(Platform.slug == directory.platform)).one()
    standing = mirror.standing(work.session, directory.id)
    accounts = select(func.count()).select_from(Account).where(Account.platform == directory.platform)
    held, free = col(Account.external_id).is_not(None), col(Account.external_id).is_(None)
    entries = select(func.count()).select_from(DirectoryEntry).where(DirectoryEntry.directory_id == directory.id)
    open_cases = (
        select(Deviation.kind, func.count())
        .where(Deviation.platform == directory.platform, col(Deviation.state).in_(LIVE))
        .group_by(col(Deviation.kind))
    )
    groups = (
        select(DirectoryGroup).where(DirectoryGroup.directory_id == directory.id).order_by(col(DirectoryGroup.name))
    )
    looks = select(DirectoryLook).where(DirectoryLook.directory_id == directory.id)
    return DirectoryPage(
        **DirectoryView.of(directory).model_dump(include={"id", "platform", "kind", "url", "people", "groups", "active"}),
        state=standing.state, why=standing.why, answered_at=standing.answered_at, full_at=standing.full_at,
        asked_at=standing.asked_at, label=platform.label, bind_dn=directory.bind_dn,
        has_authority=bool(directory.authority.strip()), pattern=platform.pattern,
        entries=work.select(entries).one(), bound=work.select(accounts.where(held)).one(),
        unbound_accounts=work.select(accounts.where(free, Account.status != "revoked")).one(),
        deviations=dict(work.session.execute(open_cases).tuples().all()),
        group_rights=[GroupView.model_validate(one, from_attributes=True) for one in work.select(groups)],
        looks=[
            LookView.model_validate(one, from_attributes=True)
            for one in work.select(looks.order_by(col(DirectoryLook.at).desc()).limit(HISTORY))
        ],
    )  # fmt: skip


@reading("directory.proposals", on=Directory, watched=True)
def propose_bindings(
    work: Work, directory: Directory, *, after: Annotated[str, StringConstraints(max_length=300)] = ""
) -> list[Unbound]:
    """List entries nobody is bound to, by user id, each with whose it may be by id, mail or names. [ID-2, AC-7]"""
    bound = select(Account.id).where(
        Account.platform == directory.platform, Account.external_id == DirectoryEntry.external_id
    )
    asked = (
        select(DirectoryEntry)
        .where(DirectoryEntry.directory_id == directory.id, ~bound.exists(), col(DirectoryEntry.name) > after)
        .order_by(col(DirectoryEntry.name), col(DirectoryEntry.external_id))
        .limit(AT_ONCE)
    )
    entries = list(work.select(asked))
    found = _candidates(work, directory, [one.external_id for one in entries])
    return [
        Unbound(
            **one.model_dump(include={"external_id", "name", "given_name", "family_name", "mail", "enabled"}),
            candidates=found.get(one.external_id, [])[:MOST_CANDIDATES],
        )
        for one in entries
    ]


def _candidates(work: Work, directory: Directory, keys: list[str]) -> dict[str, list[Candidate]]:
    """Return who may be meant by each entry: whoever agrees in most comes first.

    One question for each thing that may agree, so that each joins by equality however many people there are.
    """
    agree: dict[str, ColumnElement[bool]] = {
        "mail": and_(col(DirectoryEntry.mail) != "", func.lower(DirectoryEntry.mail) == func.lower(Person.email)),
        "names": and_(
            col(DirectoryEntry.family_name) != "",
            func.lower(DirectoryEntry.given_name) == func.lower(Person.given_name),
            func.lower(DirectoryEntry.family_name) == func.lower(Person.family_name),
        ),
        "user-id": func.lower(DirectoryEntry.name) == Account.name,
    }
    on_platform = and_(
        col(Account.person_id) == Person.id, col(Account.platform) == directory.platform, col(Account.kind) == HUMAN
    )
    found: dict[str, dict[UUID, Candidate]] = {}
    for word, equal in agree.items():
        asked = (
            select(DirectoryEntry.external_id, Person, Account)
            .select_from(Person)
            .join(Account, on_platform, isouter=word != "user-id")
            .join(DirectoryEntry, equal)
            .where(
                DirectoryEntry.directory_id == directory.id,
                col(DirectoryEntry.external_id) == any_(literal(keys, ARRAY(String))),
                col(Person.status).in_(("joining", "active", "suspended")),
                col(Account.external_id).is_(None),
                or_(col(Account.id).is_(None), col(Account.status) != "revoked"),
            )
            .order_by(col(Person.family_name), col(Person.given_name))
            .limit(AT_ONCE * MOST_CANDIDATES)
        )
        for key, person, account in work.session.execute(asked):
            _add(found.setdefault(key, {}), person, account, word)
    return {
        key: sorted(rows.values(), key=lambda one: (-len(one.agree), one.account_id is None, one.name))
        for key, rows in found.items()
    }


def _add(rows: dict[UUID, Candidate], person: Person, account: Account | None, word: str) -> None:
    made = Candidate(
        person_id=person.id, account_id=account.id if account else None, name=person.name,
        user_name=account.name if account else "", agree=[],
    )  # fmt: skip
    rows.setdefault(person.id, made).agree.append(word)


@reading("directory.mine")
def list_own_entries(work: Work) -> list[OwnEntry]:
    """List one's own accounts in directories, where one sets one's password. [PW-1, AC-7]"""
    asked = (
        select(Account.id, Platform.label, Account.name)
        .join(Platform, col(Platform.slug) == Account.platform)
        .join(Directory, col(Directory.platform) == Account.platform)
        .where(
            Account.person_id == work.actor.id, Account.status == "active", Account.kind == HUMAN,
            col(Account.external_id).is_not(None), col(Directory.active).is_(True),
        )
        .order_by(col(Platform.label))
    )  # fmt: skip
    return [OwnEntry(account_id=row[0], directory=row[1], name=row[2]) for row in work.session.execute(asked)]
