"""Asking a directory now, outside any look: whether it lets us in, shows what a look needs, and which groups it has. [AC-7, PW-4]

Nobody's transaction is open while a stranger takes its time: first the gate is asked and the wish is written down, then the
directory is.
"""

from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, SecretStr

from iam.directory.connection import DirectoryFault, Door, Link, NoEntry, opened
from iam.directory.entries import DIALECTS, entry_of
from iam.directory.models import Directory
from iam.directory.reader import Reader
from iam.directory.registry import check_settings, door_of
from iam.directory.settings import Authority, Dn, Url
from iam.people import names
from iam.people.names import Convention
from iam.people.platforms import convention
from kernel.action import Work
from kernel.actor import Actor
from kernel.clock import monotonic
from kernel.db import Answer, read_session
from kernel.errors import Unavailable
from kernel.reading import reading

PATIENCE = 8.0
"""Seconds a person waits for one answer of a directory."""
SLOW = 3.0
SAMPLE = 200
MOST_GROUPS = 2000


class Settings(Answer):
    """What is told of a directory that is tried, read and sound; without the password."""

    kind: str
    url: str
    people: str
    groups: str


@dataclass(frozen=True, slots=True)
class Trial:
    """How a directory answered: `steps` are what went well, `state` and `why` what did not; counts are of a first page."""

    state: str
    why: str
    steps: tuple[str, ...]
    seconds: float
    users: int = 0
    groups: int = 0
    more: bool = False
    odd_names: int = 0


@reading("directory.check", watched=True)
def check_directory(
    work: Work,
    *,
    kind: Literal["ldap", "active-directory"],
    url: Url,
    bind_dn: Dn,
    password: Annotated[SecretStr, Field(min_length=1, max_length=256)],  # noqa: ARG001 - that there is one is all
    people: Dn,
    groups: Dn,
    authority: Authority = "",
) -> Settings:
    """Check what is told of a directory, before it is asked for the first time. [AC-7, PW-4]"""
    check_settings(kind, url, bind_dn, people, groups, authority, work.now)
    return Settings(kind=kind, url=url, people=people, groups=groups)


@reading("directory.ask", on=Directory, watched=True)
def may_ask(work: Work, directory: Directory) -> None:
    """Ask a directory now whether it lets us in, and what it shows. [AC-7]"""


def try_settings(actor: Actor, **told: Any) -> Trial:
    """Try a directory that is not governed yet. Raises Denied, StepUpNeeded, Refused, Malformed; faults are the answer."""
    check_directory(actor, **told)
    secret = told["password"]
    password = secret if isinstance(secret, SecretStr) else SecretStr(secret)
    door = Door(
        told["kind"], told["url"], told.get("authority", ""), told["bind_dn"], password, told["people"], told["groups"],
        PATIENCE,
    )  # fmt: skip
    return tried(door, None)


def try_directory(actor: Actor, directory_id: UUID) -> Trial:
    """Try a directory that is governed, as its looks would ask it. Raises NotFound, Denied, StepUpNeeded; faults are the answer."""
    may_ask(actor, directory_id)
    with read_session() as session:
        directory = session.get_one(Directory, directory_id)
        rules = convention(session, directory.platform)
    return tried(replace(door_of(directory), answer_seconds=PATIENCE), rules)


def tried(door: Door, rules: Convention | None) -> Trial:
    """Go through a door step by step as far as it leads."""
    begun, steps = monotonic(), list[str]()
    counted: dict[str, Any] = {}
    try:
        with opened(door) as link:
            steps += ["trusted", "let-in"]
            counted = _look_around(link, steps, rules)
    except DirectoryFault as fault:
        return Trial(fault.state, fault.why, tuple(steps), monotonic() - begun, **counted)
    seconds = monotonic() - begun
    if seconds > SLOW:
        return Trial("slow", "It answers, and takes its time.", tuple(steps), seconds, **counted)
    return Trial("current", "", tuple(steps), seconds, **counted)


def _look_around(link: Link, steps: list[str], rules: Convention | None) -> dict[str, Any]:
    """Read a first page of users and of groups. Raises DirectoryFault with the sentence for what is missing."""
    door, words = link.door, DIALECTS[link.door.kind]
    users = _first_page(link, door.people, words.users, words.attributes, "The place of the users is not there.")
    if not users:
        raise DirectoryFault("refused", "It shows no user there. May the bind account read them, is the place right?")
    steps.append("users")
    read = [entry_of(door.kind, one) for one in users]
    if not all(one.stamp for one in read):
        raise DirectoryFault("refused", "It hides when its users changed. The bind account must read that attribute.")
    steps.append("attributes")
    groups = _first_page(link, door.groups, words.groups, [words.id, "cn"], "The place of the groups is not there.")
    steps.append("groups")
    odd = sum(not names.fits(rules, one.name) for one in read) if rules is not None else 0
    return {
        "users": len(users), "groups": len(groups), "more": max(len(users), len(groups)) >= SAMPLE, "odd_names": odd
    }  # fmt: skip


def _first_page(link: Link, base: str, wanted: str, attributes: list[str], gone: str) -> list[Any]:
    try:
        return next(iter(link.pages(base, wanted, attributes, SAMPLE)), [])
    except NoEntry:
        raise DirectoryFault("refused", gone) from None


def groups_there(actor: Actor, directory_id: UUID) -> list[tuple[str, str]]:
    """List a directory's groups as key and name, by name. Raises Unavailable with the reason where it does not tell."""
    may_ask(actor, directory_id)
    with read_session() as session:
        directory = session.get_one(Directory, directory_id)
    try:
        with opened(replace(door_of(directory), answer_seconds=PATIENCE)) as link:
            found = Reader(link).groups()
    except DirectoryFault as fault:
        raise Unavailable(fault.why) from fault
    except NoEntry:
        raise Unavailable("The place of the groups is not there.") from None
    return sorted(found, key=lambda one: one[1].lower())[:MOST_GROUPS]
