"""The rounds of the directories' clerk: each minute a look at what changed, each day at everything; people's changes leave at once. [AC-7]

A look waits for a stranger's answers, so it has a thread of its own: no other sweep waits for a slow directory.
"""

import logging
import threading
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from iam.directory import cycle
from iam.directory.connection import DirectoryFault, NoEntry, opened
from iam.directory.mirror import known
from iam.directory.models import ACCEPTED, Deviation, Directory, DirectoryGroup
from iam.directory.reader import Reader
from iam.directory.registry import door_of
from iam.directory.wanted import Registry
from iam.directory.writer import Writer
from iam.people.models import Account
from kernel import clock, fresh
from kernel.action import Fact, Work, on_fact
from kernel.db import read_session
from kernel.errors import OmniError, Unavailable
from kernel.outbox import effect
from kernel.sweeps import sweep

log = logging.getLogger("omniwarden.directory")
_looking: dict[UUID, threading.Thread] = {}


@sweep("directories", seconds=60)
def go_round(now: datetime) -> None:
    """Begin a look at each directory that is not being looked at."""
    with read_session() as session:
        ids = cycle.due(session)
    for directory_id in ids:
        running = _looking.get(directory_id)
        if running is None or not running.is_alive():
            made = threading.Thread(target=_look, args=(directory_id, now), name="directory", daemon=True)
            _looking[directory_id] = made
            made.start()


def _look(directory_id: UUID, now: datetime) -> None:
    try:
        cycle.look(directory_id, now)
    except OmniError as error:
        log.warning("a directory could not be looked at now: %s", error.why)
    except Exception:
        log.exception("a look at a directory failed")


@on_fact("person.suspended")
@on_fact("person.reactivated")
@on_fact("person.left")
@on_fact("role.given")
def follow_person(work: Work, fact: Fact) -> None:
    """Have a person's entries follow what the house decided about them."""
    _follow(work, UUID(str(fact.data["person_id"])))


@on_fact("role.taken")
def follow_role(work: Work, fact: Fact) -> None:
    """Have the entries of whoever lost a role follow."""
    kind, _, key = str(fact.data["subject"]).partition(":")
    if kind == "person":
        _follow(work, UUID(key))


def _follow(work: Work, person_id: UUID) -> None:
    bound = (
        select(Account.id)
        .join(Directory, col(Directory.platform) == Account.platform)
        .where(Account.person_id == person_id, col(Account.external_id).is_not(None), col(Directory.active).is_(True))
    )
    for account_id in work.select(bound):
        work.later("directory.follow", account_id=account_id)


@effect("directory.follow")
def bring_along(*, account_id: str) -> None:
    """Bring one account's entry to what is wanted: enabled or not, and its groups; what a waiver accepts stays as it is."""
    fresh.refresh(force=True)
    with read_session() as session:
        account = session.get(Account, UUID(account_id))
        directory = session.scalars(
            select(Directory).where(Directory.platform == (account.platform if account else None))
        ).first()
        if account is None or directory is None or account.external_id is None:
            return
        groups = list(session.scalars(select(DirectoryGroup).where(DirectoryGroup.directory_id == directory.id)))
        accepted = {
            one.about_ref
            for one in session.scalars(
                select(Deviation).where(Deviation.platform == directory.platform, Deviation.state == ACCEPTED)
            )
        }
    prefix = f"entry:{directory.id}.{account.external_id}"
    try:
        _bring(account, directory, [group for group in groups if f"{prefix}.{group.id}" not in accepted])
    except NoEntry:
        log.warning("an account's entry is not in its directory; the next whole look tells")
    except DirectoryFault as fault:
        raise Unavailable(f"The directory is {fault.state}; the change is written later.") from fault


def _bring(account: Account, directory: Directory, groups: list[DirectoryGroup]) -> None:
    key = str(account.external_id)
    wanted = Registry(directory, groups, clock.now()).bound([key]).get(key)
    if wanted is None:
        return
    held = known(directory.id, [key]).get(key)
    with opened(door_of(directory)) as link:
        writer = Writer(link)
        entry = next((one for page in Reader(link).by_keys([key]) for one in page), None)
        if entry is None:
            raise NoEntry("entry")
        if wanted.is_active:
            writer.enable(entry)
        else:
            writer.disable(entry)
        asked = wanted.groups if wanted.status != "revoked" else frozenset()
        has = held.actual.groups if held is not None else frozenset()
        for group in groups:
            if str(group.id) in asked and str(group.id) not in has:
                writer.join(entry, group.external_id)
            elif str(group.id) not in asked and str(group.id) in has:
                writer.part(entry, group.external_id)
    cycle.look(directory.id, clock.now(), whole=False, keys=[key])
