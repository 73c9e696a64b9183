"""Platforms and their naming conventions, as data: this service, directories, the PBX, firewalls, clients' applications. [ID-2, ID-3]"""

import re
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlmodel import col, select

from iam.people import names
from iam.people.models import PLATFORM, Person, Platform
from kernel.action import Work, action
from kernel.db import Answer
from kernel.errors import Conflict, Refused
from kernel.reading import reading
from policy import book

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Form = Annotated[str, StringConstraints(pattern=r"^([a-z0-9._-]|\{given\}|\{initial\}|\{family\})+$", max_length=80)]
Kind = Literal["ldap", "active-directory", "pbx", "firewall", "application"]
SHAPE = ("pattern", "forms", "min_length", "max_length")
LIKE = {"ldap": "linux", "active-directory": "active-directory"}
"""Whose convention of the book a new platform begins with; the others begin with this service's."""


class PlatformView(Answer):
    """A platform and how its user ids look."""

    id: UUID
    slug: str
    label: str
    kind: str
    owner_id: UUID | None
    pattern: str
    forms: list[str]
    min_length: int
    max_length: int
    has_otp: bool
    active: bool

    @classmethod
    def of(cls, platform: Platform) -> "PlatformView":
        """Return what is shown of a platform."""
        return cls(**platform.model_dump(include=set(cls.model_fields)))


def convention(session: Any, platform: str = PLATFORM) -> names.Convention:
    """Return the naming convention of a platform: its own data, or the book's where the book names it.

    Raises Refused where there is no such platform. [ID-3]
    """
    reserved = book.parameter("ID-2", "reserved_names")
    row = session.scalars(select(Platform).where(Platform.slug == platform)).first()
    if row is not None:
        told: dict[str, Any] = {field: getattr(row, field) for field in SHAPE}
    elif platform == PLATFORM:
        told = _of_book(platform)
    else:
        raise Refused("ID-3", f"There is no platform {platform}.")
    return names.Convention.of({"platform": platform, "reserved": reserved, **told})


def _of_book(name: str) -> dict[str, Any]:
    return {field: book.parameter("ID-3", f"{name}_{field}") for field in SHAPE}


@action("platform.add", answer=PlatformView)
def add_platform(
    work: Work,
    *,
    slug: Slug,
    label: Label,
    kind: Kind,
    owner_id: UUID | None = None,
    has_otp: bool = False,
    pattern: Pattern | None = None,
    forms: Annotated[list[Form], Field(min_length=1, max_length=6)] | None = None,
    min_length: Annotated[int, Field(ge=1, le=64)] | None = None,
    max_length: Annotated[int, Field(ge=1, le=64)] | None = None,
) -> Platform:
    """Add a platform with its naming convention; what is left out is the book's for its kind. [ID-3]"""
    if slug == PLATFORM or work.select(select(Platform).where(Platform.slug == slug)).first():
        raise Conflict("There is a platform of this name already.")
    if owner_id is not None:
        work.get(Person, owner_id)
    given = {"pattern": pattern, "forms": forms, "min_length": min_length, "max_length": max_length}
    shape = {**_of_book(LIKE.get(kind, PLATFORM)), **{k: v for k, v in given.items() if v is not None}}
    _check(slug, shape)
    return work.add(Platform(slug=slug, label=label, kind=kind, owner_id=owner_id, has_otp=has_otp, **shape))


@action("platform.amend", on=Platform, answer=PlatformView)
def amend_platform(
    work: Work,
    platform: Platform,
    *,
    label: Label | None = None,
    owner_id: UUID | None = None,
    has_otp: bool | None = None,
    active: bool | None = None,
    pattern: Pattern | None = None,
    forms: Annotated[list[Form], Field(min_length=1, max_length=6)] | None = None,
    min_length: Annotated[int, Field(ge=1, le=64)] | None = None,
    max_length: Annotated[int, Field(ge=1, le=64)] | None = None,
) -> Platform:
    """Change a platform or its naming convention; ids given before stay, and the lint tells which no longer fit. [ID-3]"""
    if owner_id is not None:
        work.get(Person, owner_id)
    given: dict[str, Any] = {
        "label": label, "owner_id": owner_id, "has_otp": has_otp, "active": active,
        "pattern": pattern, "forms": forms, "min_length": min_length, "max_length": max_length,
    }  # fmt: skip
    for field, value in given.items():
        if value is not None:
            setattr(platform, field, value)
    _check(platform.slug, {field: getattr(platform, field) for field in SHAPE})
    return platform


def _check(slug: str, shape: dict[str, Any]) -> None:
    """Refuse a convention that is no pattern, or that not even its own forms fit."""
    try:
        re.compile(shape["pattern"])
    except re.error as wrong:
        raise Refused("ID-3", f"The pattern is no regular expression: {wrong}.") from None
    if shape["min_length"] > shape["max_length"]:
        raise Refused("ID-3", "The shortest user id is longer than the longest.")
    tried = names.Convention.of({"platform": slug, "reserved": (), **shape})
    if not any(names.fits(tried, name) for name in names.bases(tried, "Amavi", "Mensah")):
        raise Refused("ID-3", "No user id that the forms make fits the pattern and the lengths.")


@reading("platform.list")
def list_platforms(work: Work) -> list[PlatformView]:
    """List the platforms and their naming conventions. [ID-3]"""
    return [PlatformView.of(row) for row in work.select(select(Platform).order_by(col(Platform.slug)))]
