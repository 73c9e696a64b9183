"""Incidents of the house: cases that a field keeps, known to every field whose deeds must serve one that is open. [AC-5]

A right for a time names what it serves. A field that keeps cases makes their kind known here and says when one is over; nobody
else has to read its tables, or to know what its cases are about.
"""

from typing import Any
from uuid import UUID

from sqlmodel import select

from kernel.action import Work
from kernel.db import Record

OPEN = "open"
KINDS: dict[str, type[Any]] = {}
"""The tables of cases by the first word of their references: `breach-report:<id>`, `disclosure:<id>`."""


def keep_incidents(model: type[Record]) -> None:
    """Make the cases of a table known as incidents; its column `state` says `open` as long as one is not over.

    Raises RuntimeError for a second table of the same word, or one without that column.
    """
    if "state" not in model.model_fields:
        raise RuntimeError(f"nothing says whether an incident of the kind {model.noun} is over")
    if KINDS.setdefault(model.noun, model) is not model:
        raise RuntimeError(f"incidents of the kind {model.noun} are kept already")


def why_not(work: Work, ref: str) -> str | None:
    """Say why nothing can rest on an incident of this reference; None where a field keeps it and it is open.

    The case is held as it is until the deed is over: who closes it at the same time comes before or after, and then ends what
    rests on it.
    """
    noun, _, key = ref.partition(":")
    model = KINDS.get(noun)
    if model is None:
        return "The house keeps no incidents of this kind."
    try:
        number = UUID(key)
    except ValueError:
        return "There is no open incident of this number."
    live = select(model.id).where(model.id == number, model.state == OPEN).with_for_update(read=True)
    return None if work.select(live).first() is not None else "There is no open incident of this number."


def end_incident(work: Work, ref: str) -> None:
    """Tell that an incident is over; what rests on it ends. Tells `incident.ended`."""
    work.fact("incident.ended", bound_to=ref)
