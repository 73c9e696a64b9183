"""What a change says, in words: its values, and what a revision says otherwise than the one before it. [CC-1]"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from api import formats
from api.console import change_words as words
from api.console import sentences
from api.console.pages import changes as pages
from api.words import _
from changecontrol.readings import RevisionView


@dataclass(frozen=True)
class Spoken:
    """Values of a content as people say them: names of persons and systems, times of the house."""

    names: Mapping[str, str]
    systems: Mapping[str, str]
    now: datetime

    def person(self, person_id: UUID | str) -> str:
        """The name of somebody."""
        return sentences.name_of(f"person:{person_id}", self.names)

    def value(self, field: str, value: Any) -> str:
        """One value of a content; empty for one that is not said."""
        if value in (None, "", [], {}):
            return ""
        if field in {"starts_at", "ends_at"}:
            return formats.spoken(datetime.fromisoformat(value), self.now)
        if field == "risk":
            return _(words.RISKS[value].word)
        if field == "kind":
            return _(words.KINDS[value])
        if isinstance(value, list):
            return ", ".join(self._one(field, one) for one in value)
        if isinstance(value, dict):
            return "\n".join(f"{device}\n{text}" for device, text in value.items())
        return str(value)

    def _one(self, field: str, one: Any) -> str:
        if field == "implementers":
            return self.person(one)
        if field == "systems":
            return self.systems.get(one) or sentences.name_of(f"system:{one}", self.names)
        return f"{one['name']} ({one['licence']})" if isinstance(one, dict) else str(one)


def revisions_of(rows: Sequence[RevisionView], said: Spoken) -> tuple[pages.Revision, ...]:
    """The revisions, the newest first, each with what differs from the one before."""
    told: list[pages.Revision] = []
    before: dict[str, Any] | None = None
    for row in sorted(rows, key=lambda one: one.number):
        told.append(
            pages.Revision(
                row.number, words.EDITS.get(row.edit, row.edit), said.person(row.made_by), row.made_at, row.reason or "",
                row.digest, () if before is None else differences(before, row.content, said),
            )
        )  # fmt: skip
        before = row.content
    return tuple(reversed(told))


def since_approved(rows: Sequence[RevisionView], approved: int | None, said: Spoken) -> tuple[pages.Differs, ...]:
    """What the present revision says otherwise than the one that was authorised last; nothing where none was."""
    by_number = {row.number: row.content for row in rows}
    if approved is None or approved not in by_number:
        return ()
    return differences(by_number[approved], by_number[max(by_number)], said)


def differences(before: Mapping[str, Any], after: Mapping[str, Any], said: Spoken) -> tuple[pages.Differs, ...]:
    """What a content says otherwise than another, field by field in words."""
    return tuple(
        pages.Differs(label, said.value(name, before.get(name)), said.value(name, after.get(name)))
        for name, label in words.FIELDS.items()
        if before.get(name) != after.get(name)
    )


def facts_of(content: Mapping[str, Any], said: Spoken) -> tuple[tuple[str, str], ...]:
    """Everything that a content says, for whoever decides about it: label and value, what is not said left out."""
    told = [(_(label), said.value(name, content.get(name))) for name, label in words.FIELDS.items() if name != "reason"]
    return tuple((label, value) for label, value in told if value)
