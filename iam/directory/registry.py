"""Directories as the house knows them: added, amended, their groups that are rights, and what their clerk reports. [AC-7, AC-11]"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, StringConstraints
from sqlmodel import col, select

from iam.deviations.findings import close_deviation, raise_deviation
from iam.directory import mirror
from iam.directory.connection import Door
from iam.directory.models import LIVE, Deviation, Directory, DirectoryGroup
from iam.directory.moves import Move
from iam.directory.settings import (
    Authority,
    Dn,
    Url,
    check_authority,
    check_bind_name,
    check_place,
    check_url,
)
from iam.people.models import Platform
from kernel import gate
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import Answer
from kernel.errors import Conflict, NotFound, Refused
from kernel.reading import reading
from kernel.sealing import seal, unseal

CLERK = clerk("directories")
AT_ONCE = 40
Key = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{2,40}$")]


class DirectoryView(Answer):
    """A directory as a door shows it: how it stands, never how we bind to it."""

    id: UUID
    platform: str
    kind: str
    url: str
    people: str
    groups: str
    active: bool
    system: str = ""
    state: str = "new"
    why: str = ""
    answered_at: datetime | None = None
    full_at: datetime | None = None

    @classmethod
    def of(cls, row: Directory) -> "DirectoryView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class Difference(BaseModel):
    """One finding of a look at a directory, as its clerk reports it."""

    model_config = ConfigDict(extra="forbid")

    kind: Word
    about_ref: Annotated[str, StringConstraints(pattern=r"^[a-z-]+:[a-z0-9.-]{1,160}$")]
    clause: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[0-9]{1,2}$")]
    person_id: UUID | None = None
    detail: dict[str, Any] = Field(default_factory=dict)
    moved: Move | None = None
    """Of a group: that the directory itself changed since it was last looked at, and not what we want of it."""


def door_of(directory: Directory) -> Door:
    """Return the way into a directory, its password opened; it stays in this process."""
    sealed = unseal(directory.sealed_password, directory.ref).decode() if directory.sealed_password else ""
    return Door(
        directory.kind, directory.url, directory.authority, directory.bind_dn, SecretStr(sealed), directory.people,
        directory.groups,
    )  # fmt: skip


@action("directory.add", answer=DirectoryView)
def add_directory(
    work: Work,
    *,
    platform: Annotated[str, StringConstraints(max_length=40)],
    url: Url,
    bind_dn: Dn,
    password: Annotated[SecretStr, Field(min_length=1, max_length=256)],
    people: Dn,
    groups: Dn,
    authority: Authority = "",
) -> Directory:
    """Govern a directory: where it answers, as whom we bind, and where its users and groups lie. [AC-7]"""
    row = checked_platform(work, platform)
    check_settings(row.kind, url, bind_dn, people, groups, authority, work.now)
    if work.select(select(Directory.id).where(Directory.platform == platform)).first() is not None:
        raise Conflict("This platform has its directory already.")
    made = Directory(
        scope=row.scope, platform=platform, kind=row.kind, url=url, authority=authority, bind_dn=bind_dn,
        people=people, groups=groups,
    )  # fmt: skip
    made.sealed_password = seal(password.get_secret_value().encode(), made.ref)
    return work.add(made)


def checked_platform(work: Work, slug: str) -> Platform:
    """Return the platform of a directory. Raises NotFound where there is none, or it is of another kind."""
    row: Platform | None = work.select(select(Platform).where(Platform.slug == slug)).first()
    if row is None or row.kind not in {"ldap", "active-directory"}:
        raise NotFound("There is no directory platform of this name.")
    return row


def check_settings(kind: str, url: str, bind_dn: str, people: str, groups: str, authority: str, now: datetime) -> None:
    """Refuse settings no directory could be asked by. Raises Refused, Malformed."""
    check_url(url)
    check_bind_name(bind_dn)
    check_place("people", people)
    check_place("groups", groups)
    check_authority(authority, now)
    if kind == "active-directory" and "dc=" not in people.lower():
        raise Refused("AC-7", "The users of an Active Directory lie below its domain: the name ends in DC=.")


@action("directory.amend", on=Directory, answer=DirectoryView)
def amend_directory(
    work: Work,
    directory: Directory,
    *,
    url: Url | None = None,
    bind_dn: Dn | None = None,
    password: Annotated[SecretStr, Field(min_length=1, max_length=256)] | None = None,
    authority: Authority | None = None,
    active: bool | None = None,
    system: Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9-]{0,59})?$")] | None = None,
) -> Directory:
    """Change where a directory answers or as whom we bind, which system it is, or let it be for a time. [AC-7, PW-4]

    The password kept here is never said to another machine, nor to one that another authority vouches for: whoever changes
    these gives it anew.
    """
    check_settings(
        directory.kind, url or directory.url, bind_dn or directory.bind_dn, directory.people, directory.groups,
        directory.authority if authority is None else authority, work.now,
    )  # fmt: skip
    is_another = url not in {None, directory.url} or authority not in {None, directory.authority}
    if password is None and (is_another or bind_dn not in {None, directory.bind_dn}):
        raise Refused("PW-4", "Give the bind account's password again: it goes to another place than before.")
    if system and f"system:{system}" not in gate.current().scopes:
        raise NotFound("The register has no system of this name.")
    given = {"url": url, "bind_dn": bind_dn, "authority": authority, "active": active, "system": system}
    for field, value in given.items():
        if value is not None:
            setattr(directory, field, value)
    if password is not None:
        directory.sealed_password = seal(password.get_secret_value().encode(), directory.ref)
    return directory


@action("directory.govern", on=Directory)
def govern_group(
    work: Work,
    directory: Directory,
    *,
    external_id: Key,
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)],
    role: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=80)] | None = None,
    scope: Annotated[str, StringConstraints(pattern=r"^[a-z0-9:_.-]{1,80}$")] = "house",
) -> DirectoryGroup:
    """Make a group of a directory a right: who holds the role is in it, nobody else. Without a role nobody is. [AC-2, AC-7]"""
    if role is not None and role not in gate.current().parents:
        raise NotFound(f"The book knows no role {role}.")
    if scope not in gate.current().scopes:
        raise NotFound("There is no such place in the house.")
    look_at_all(work, directory.id)
    return work.add(
        DirectoryGroup(directory_id=directory.id, external_id=external_id, name=name, role=role, scope=scope)
    )


@action("directory.ungovern", on=DirectoryGroup)
def end_group(work: Work, group: DirectoryGroup) -> None:
    """Let a group of a directory be no right of ours any more; who is in it stays there, and is looked at no longer. [AC-2, AC-7]"""
    work.note("group", group.external_id)
    work.session.delete(group)
    look_at_all(work, group.directory_id)


@action("directory.look", on=Directory)
def look_soon(work: Work, directory: Directory) -> None:
    """Have everything in a directory looked at in the clerk's next round, within a minute. [AC-7]"""
    if not directory.active:
        raise Refused("AC-7", "This directory is left alone for now. Take it up again first.")
    look_at_all(work, directory.id)


def look_at_all(work: Work, directory_id: UUID) -> None:
    """Have the clerk's next round compare a directory whole: what changed there no longer tells enough."""
    work.after_commit(lambda: mirror.stand(directory_id, mark=None))


def directory_of(work: Work, platform: str) -> Directory:
    """Return the directory of a platform. Raises NotFound."""
    found: Directory | None = work.select(select(Directory).where(Directory.platform == platform)).first()
    if found is None:
        raise NotFound("This platform is no directory that we govern.")
    return found


@reading("directory.list")
def list_directories(work: Work) -> list[DirectoryView]:
    """List the directories and how each stands. [AC-7, AC-9]"""
    shown = []
    for row in work.select(select(Directory).order_by(col(Directory.platform))):
        view, now = DirectoryView.of(row), mirror.standing(work.session, row.id)
        view.state, view.why, view.answered_at, view.full_at = now.state, now.why, now.answered_at, now.full_at
        shown.append(view)
    return shown


@action("directory.report", on=Directory)
def report(
    work: Work,
    directory: Directory,
    *,
    found: Annotated[list[Difference], Field(max_length=AT_ONCE)],
    since: AwareDatetime | None = None,
) -> int:
    """Open a case for each difference a look at a directory has found; those that are open already stay one. [AC-7]

    Tells `directory.groups-changed` of what others changed in its groups since the look before (`since`), where it is a system
    of the register.
    """
    for one in found:
        raise_deviation(
            work,
            kind=one.kind,
            about_ref=one.about_ref,
            platform=directory.platform,
            clause=one.clause,
            detail={**one.detail, "directory": str(directory.id)},
            person_id=one.person_id,
            scope=directory.scope,
        )
    moved = [one.moved.told() for one in found if one.moved is not None]
    if moved and directory.system:
        work.fact("directory.groups-changed", system=directory.system, since=since, changes=moved)
    return len(found)


@action("directory.settle", on=Directory)
def settle(work: Work, directory: Directory, *, ids: Annotated[list[UUID], Field(max_length=AT_ONCE)]) -> int:
    """Close the cases whose difference a later look has not found any more. [AC-7]"""
    asked = select(Deviation).where(
        col(Deviation.id).in_(ids), Deviation.platform == directory.platform, col(Deviation.state).in_(LIVE)
    )
    rows = work.select(asked.with_for_update()).all()
    for deviation in rows:
        close_deviation(work, deviation, "A later look at the directory found it in order.", corrected=True)
    return len(rows)


@action("directory.note", on=Directory)
def note_standing(
    work: Work,
    directory: Directory,  # noqa: ARG001 - the frame's own form
    *,
    state: Literal["current", "slow", "down", "untrusted", "refused"],
    why: Annotated[str, Field(max_length=300)] = "",
) -> None:
    """Write down that a directory stands otherwise than before: it answers, is slow, is down, or is not to be trusted. [AC-7]"""
    work.note("state", state)
    work.note("why", why)
