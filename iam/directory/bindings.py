"""Entries of a directory and whose they are: bound to accounts, taken into the registry, and who might be meant. [ID-2, AC-6, AC-7]"""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlmodel import col, func, select

from iam.directory.models import Directory, DirectoryEntry
from iam.directory.registry import Key, directory_of
from iam.people.models import HUMAN, Account, Person
from kernel.action import Work, action
from kernel.errors import Conflict, NotFound, Refused

KEPT_STATUS = {"joining": "active", "active": "active", "suspended": "suspended"}
"""What the account of a person who is here is, once their entry is taken in."""


@action("directory.bind", on=Account)
def bind_account(work: Work, account: Account, *, external_id: Key) -> None:
    """Bind an account to the entry of a directory that is its own; each entry serves one account. [ID-2, AC-7]"""
    bar_oneself(work, account.person_id)
    directory = directory_of(work, account.platform)
    entry = work.session.get(DirectoryEntry, (directory.id, external_id))
    if entry is None:
        raise NotFound("The directory has not shown us such an entry.")
    taken = select(Account.id).where(Account.platform == account.platform, Account.external_id == external_id)
    if work.select(taken.where(Account.id != account.id)).first() is not None:
        raise Conflict("Another account is bound to this entry. A user id belongs to one person.")
    account.external_id = external_id


@action("directory.import", on=Directory)
def import_entries(work: Work, directory: Directory, *, limit: Annotated[int, Field(ge=1, le=500)] = 500) -> int:
    """Bind the accounts that have no entry yet to the entries of the same name whose mail or both names agree. [AC-7]

    Whatever agrees in name alone is left for a person to bind. Returns how many were bound; again while it is `limit`.
    """
    same = (
        select(Account, DirectoryEntry.external_id)
        .join(Person, col(Person.id) == Account.person_id)
        .join(DirectoryEntry, func.lower(DirectoryEntry.name) == Account.name)
        .where(
            DirectoryEntry.directory_id == directory.id,
            Account.platform == directory.platform,
            col(Account.external_id).is_(None),
            Account.status != "revoked",
            (col(DirectoryEntry.mail) == Person.email)
            | (
                (col(DirectoryEntry.given_name) == Person.given_name)
                & (col(DirectoryEntry.family_name) == Person.family_name)
            ),
        )
        .order_by(col(Account.id))
        .limit(limit)
    )
    taken = set(
        work.select(
            select(Account.external_id).where(
                Account.platform == directory.platform, col(Account.external_id).is_not(None)
            )
        )
    )
    count = 0
    for account, external_id in work.session.execute(same).all():
        if external_id not in taken:
            account.external_id, count = external_id, count + 1
            taken.add(external_id)
    work.note("bound", count)
    return count


@action("directory.adopt", on=Directory)
def adopt_entry(work: Work, directory: Directory, *, external_id: Key, person_id: UUID) -> Account:
    """Take an entry that was there before us into the registry, as the account of a person who is here. [ID-2, ID-3, AC-7]"""
    bar_oneself(work, person_id)
    entry = work.session.get(DirectoryEntry, (directory.id, external_id))
    if entry is None:
        raise NotFound("The directory has not shown us such an entry.")
    person = work.get(Person, person_id)
    if person.status not in KEPT_STATUS:
        raise Refused("AC-3", "This person has left. Have the entry disabled instead.")
    own = select(Account).where(Account.platform == directory.platform)
    if work.select(own.where(Account.external_id == external_id)).first() is not None:
        raise Conflict("Another account is bound to this entry. A user id belongs to one person.")
    if work.select(own.where(Account.name == entry.name.lower())).first() is not None:
        raise Conflict("The registry knows this user id already. Bind that account, or have the entry disabled.")
    if work.select(own.where(Account.person_id == person_id, Account.kind == HUMAN)).first() is not None:
        raise Conflict("This person has an account on this platform already.")
    return work.add(
        Account(
            scope=person.scope, person_id=person.id, platform=directory.platform, name=entry.name.lower(), kind=HUMAN,
            status=KEPT_STATUS[person.status], made_at=work.now, activated_at=work.now, external_id=external_id,
        )
    )  # fmt: skip


def bar_oneself(work: Work, person_id: UUID) -> None:
    """Refuse binding an entry to oneself: whoever is bound to it may set its password. [AC-6]"""
    if person_id == work.actor.id:
        raise Refused("AC-6", "Nobody binds an entry to himself. Have another person do it.")
