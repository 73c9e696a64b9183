"""What a revision of a change says, and what each model asks for before each step: pure rules over plain values. [CC-1, CC-3, SW-4, SW-5, SW-12]

The lists of required fields are the book's (clause CC-1 and, for designs and open source, SW-4 and SW-12).
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from kernel.db import as_utc
from kernel.frame import malformed
from kernel.ledger.entries import canonical
from policy import book
from policy.masking import masked
from policy.rule_texts import signed_lines

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=160)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
Thing = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{0,19}:[a-z0-9][a-z0-9_.-]{0,79}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Device = Annotated[str, StringConstraints(pattern=r"^device:[a-z0-9][a-z0-9_.-]{0,79}$")]
Rules = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200_000)]
Risk = Literal["low", "medium", "high"]
Kind = Literal["change", "maintenance", "patch", "release", "design", "control"]
MOST_SYSTEMS = 500


class OpenSource(BaseModel):
    """A part of open source that comes into use: which, under what licence, and what the review of the licence said. [SW-12]"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    licence: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=80)]
    review: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""


class Content(BaseModel):
    """Everything a change says of itself; a revision seals it. Empty means: not said yet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Title
    summary: Words = ""
    """What, for those who are asked."""
    note: Words = ""
    """Remarks that change nothing of what is done."""
    kind: Kind = "change"
    reason: Words = ""
    risk: Risk = "medium"
    plan: Words = ""
    rollback: Words = ""
    documentation: Words = ""
    training: Annotated[list[Slug], Field(max_length=20)] = []
    """Courses that users need before."""
    no_training: Words = ""
    """Why nobody needs any."""
    security: Words = ""
    recovery: Words = ""
    audit: Words = ""
    """Of a design: its security measures, its error recovery, its audit trail."""
    open_source: Annotated[list[OpenSource], Field(max_length=100)] = []
    incident: Annotated[str, StringConstraints(pattern=r"^(incident:[A-Za-z0-9_.-]{1,80})?$")] = ""
    systems: Annotated[list[UUID], Field(max_length=MOST_SYSTEMS)] = []
    things: Annotated[list[Thing], Field(max_length=MOST_SYSTEMS)] = []
    """What it touches beside systems of the register, such as `device:edge-1`."""
    texts: Annotated[list[Digest], Field(max_length=MOST_SYSTEMS)] = []
    """SHA-256 of the texts that it puts in place."""
    rules: Annotated[dict[Device, Rules], Field(max_length=20)] = {}
    """By device, the words of the rules that it puts in place and takes away, their secrets masked: see `policy.rule_texts`."""
    implementers: Annotated[list[UUID], Field(max_length=50)] = []
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None

    @field_validator("rules")
    @classmethod
    def _masked(cls, rules: dict[str, str]) -> dict[str, str]:
        """Mask secrets before anything is kept. Raises Malformed, Refused."""
        told = {device: masked(device, text).rstrip() for device, text in rules.items()}
        if any(signed_lines(text) == () for text in told.values()):
            raise ValueError("No line of it comes or goes.")
        return told

    def plain(self) -> dict[str, Any]:
        """Give the content as plain JSON values in one form: lists in order and without doubles, times in UTC."""
        told = self.model_dump(mode="json")
        for name in ("systems", "things", "texts", "implementers", "training"):
            told[name] = sorted(set(told[name]))
        if not told["rules"]:
            del told["rules"]  # a content without them stays what it was before changes could say them
        told["starts_at"], told["ends_at"] = _time(self.starts_at), _time(self.ends_at)
        return told


def checked(content: Mapping[str, Any]) -> Content:
    """Give the content that plain values make.

    Raises Malformed for fields that a change does not have, or of another form.
    """
    try:
        return Content.model_validate(content)
    except ValidationError as fault:
        raise malformed(fault) from None


def _time(at: datetime | None) -> str | None:
    return None if at is None else as_utc(at)


def digest_of(content: dict[str, Any]) -> str:
    """Give the SHA-256 of a content in canonical form (RFC 8785), in hexadecimal."""
    return hashlib.sha256(canonical(content)).hexdigest()


def required(model: str, step: str) -> tuple[str, ...]:
    """Give the fields that the book wants filled before a step (`submit`, `ask`) of a model."""
    return _list("CC-1", f"{model}_{step}")


def _list(clause: str, name: str) -> tuple[str, ...]:
    found = book.parameter(clause, name)
    return tuple(map(str, found)) if isinstance(found, list) else (str(found),)


WHOSE = {
    "documentation": "CC-3", "training": "CC-3", "security": "SW-4", "recovery": "SW-5", "audit": "SW-5",
    "open_source": "SW-12",
}  # fmt: skip
"""The clause that wants a field, where it is not CC-1 itself."""


def missing(model: str, step: str, content: dict[str, Any]) -> tuple[str, ...]:
    """Name the fields that a content lacks before a step: those of its model, those of a design, reviews of licences."""
    wanted = list(required(model, step))
    if step == "ask" and content["kind"] in _list("SW-4", "design_kinds"):
        wanted += [*_list("SW-4", "design_requires"), *_list("SW-5", "design_requires")]
    lacking = [name for name in wanted if not _said(content, name)]
    if any(not part["review"].strip() for part in content["open_source"]):
        lacking.append("open_source")
    return tuple(dict.fromkeys(lacking))


def _said(content: dict[str, Any], name: str) -> bool:
    if name == "training":
        return bool(content["training"] or content["no_training"].strip())
    if name == "window":
        return content["starts_at"] is not None and content["ends_at"] is not None
    value = content[name]
    return bool(value.strip()) if isinstance(value, str) else bool(value)


def clause_of(lacking: Iterable[str]) -> str:
    """Give the clause that the first of the lacking fields rests on."""
    return next((WHOSE[name] for name in lacking if name in WHOSE), "CC-1")
