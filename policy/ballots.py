"""The pure rules of approvals: what is sealed, what an edit does to votes, who is barred, and when a count is reached.

Persons are natural persons, by id. Nothing here reads the clock or the database.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from kernel.errors import Malformed
from kernel.ledger.entries import canonical
from policy.reading import Requirement, Voice

Edit = Literal["none", "clerical", "material"]


@dataclass(frozen=True, slots=True)
class Sealed:
    """What an approval is about, frozen: `text` is canonical JSON, `digest` its SHA-256 in hexadecimal."""

    text: str
    digest: str

    def opened(self) -> dict[str, Any]:
        """Read the sealed text back."""
        return dict(json.loads(self.text))


def seal(
    subject_ref: str,
    requirement: str,
    content: dict[str, Any],
    *,
    implementers: Iterable[UUID] = (),
    subjects: Iterable[UUID] = (),
) -> Sealed:
    """Freeze a content together with what it is about and who would do it: a vote binds to all of it.

    Raises Malformed when the content is not plain JSON (fractions and odd keys have no canonical form).
    """
    envelope = {
        "subject_ref": subject_ref,
        "requirement": requirement,
        "content": content,
        "implementers": sorted({str(person) for person in implementers}),
        "subjects": sorted({str(person) for person in subjects}),
    }
    try:
        text = canonical(envelope)
    except (ValueError, TypeError) as fault:
        raise Malformed(f"What is to be approved cannot be sealed: {fault}") from fault
    return Sealed(text.decode(), hashlib.sha256(text).hexdigest())


def edit_of(old: dict[str, Any], new: dict[str, Any], clerical: Iterable[str]) -> Edit:
    """Tell what an edit is, from the two sealed envelopes: clerical only if nothing but clerical fields of the content differ."""
    if old == new:
        return "none"
    if any(old[part] != new[part] for part in old if part != "content"):
        return "material"
    before, after = old["content"], new["content"]
    touched = {name for name in before.keys() | after.keys() if before.get(name, _ABSENT) != after.get(name, _ABSENT)}
    return "clerical" if touched <= set(clerical) else "material"


_ABSENT = object()


def barred(envelope: dict[str, Any], authors: Iterable[UUID], requirement: Requirement) -> dict[UUID, str]:
    """Name everyone who may not approve this, each with the reason; every author of a revision counts as requester."""
    found: dict[UUID, str] = {}
    if "subject" in requirement.barred:
        found |= {UUID(person): "it is about this person" for person in envelope["subjects"]}
    found |= {UUID(person): "this person would carry it out" for person in envelope["implementers"]}
    found |= dict.fromkeys(authors, "this person asked for it or wrote it")
    return found


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote as counted: who pressed the button, on whose authority (himself, or who delegated), in which role."""

    voter: UUID
    principal: UUID
    role: str
    yes: bool

    @property
    def persons(self) -> frozenset[UUID]:
        """The natural persons this vote stands for; each counts once."""
        return frozenset((self.voter, self.principal))


@dataclass(frozen=True, slots=True)
class Tally:
    """Where a vote stands: `missing` says in words what is still needed; empty when granted."""

    granted: bool
    refused: bool
    missing: tuple[str, ...]


def tally(requirement: Requirement, ballots: Sequence[Ballot], barred_persons: Iterable[UUID] = ()) -> Tally:
    """Count votes in the order they were cast: distinct natural persons, none barred, each filling one place at most.

    Raises ValueError on a requirement that asks for nobody: an empty quorum approves nothing.
    """
    places = [voice for voice in requirement.requires for _ in range(voice.count)]
    if not places or any(not voice.names for voice in requirement.requires):
        raise ValueError("an approval that asks for nobody cannot be given")
    out: set[UUID] = set(barred_persons)
    counted: list[Ballot] = []
    for ballot in ballots:
        if ballot.persons & out:
            continue
        out |= ballot.persons
        counted.append(ballot)
    refused = sum(not ballot.yes for ballot in counted) >= requirement.refusals
    filled = _filled(places, [ballot for ballot in counted if ballot.yes])
    missing = tuple(" or ".join(voice.names) for number, voice in enumerate(places) if number not in filled)
    return Tally(granted=not missing and not refused, refused=refused, missing=missing)


def _filled(places: Sequence[Voice], yes: Sequence[Ballot]) -> dict[int, int]:
    """Match places to votes so that as many places as can be are filled (augmenting paths)."""
    held: dict[int, int] = {}

    def place(vote: int, tried: set[int]) -> bool:
        for number, voice in enumerate(places):
            if number in tried or yes[vote].role not in voice.names:
                continue
            tried.add(number)
            if number not in held or place(held[number], tried):
                held[number] = vote
                return True
        return False

    for vote in range(len(yes)):
        place(vote, set())
    return held


def reachable(requirement: Requirement, candidates: dict[UUID, frozenset[str]]) -> bool:
    """Tell whether these persons, each with the roles they may speak for, could fill every place."""
    places = [voice for voice in requirement.requires for _ in range(voice.count)]
    held: dict[int, UUID] = {}

    def seat(person: UUID, tried: set[int]) -> bool:
        for number, voice in enumerate(places):
            if number in tried or not candidates[person] & set(voice.names):
                continue
            tried.add(number)
            if number not in held or seat(held[number], tried):
                held[number] = person
                return True
        return False

    for person in candidates:
        seat(person, set())
    return bool(places) and len(held) == len(places)
