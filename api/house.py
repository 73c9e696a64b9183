"""Found the house on the shipped book, and bring it to the shipped book of a newer release."""

import hashlib
from typing import Any

from sqlmodel import select

import kernel.founding
from kernel import fresh, gate
from kernel.access import PolicyEdition
from kernel.actor import clerk
from kernel.db import read_session
from kernel.errors import Malformed
from kernel.ledger.entries import canonical
from policy import book, lint
from policy.reading import HouseRule

SETUP = clerk("setup")


def shipped(zone: str = "") -> dict[str, Any]:
    """Return the shipped book as the document of an edition, with the time zone of a house where one is told.

    Raises Malformed where there is no such zone.
    """
    chosen = book.shipped()
    if zone:
        chosen = chosen.model_copy(update={"house": HouseRule(zone=zone)})
        wrong = lint.lint(chosen)
        if wrong:
            raise Malformed("; ".join(wrong))
    return chosen.document()


def found(zone: str = "") -> int:
    """Found the house, or bring a shipped book in force to that of this release; return the edition in force.

    `zone` is the time zone of a house that is founded; a house that stands keeps its own. Raises Malformed for an unknown one.
    """
    fresh.refresh(force=True)
    number = gate.current().edition
    if number == 0:
        return kernel.founding.found_house(SETUP, document=shipped(zone))
    with read_session() as session:
        latest = session.scalars(select(PolicyEdition).where(PolicyEdition.number == number)).one()
    if (
        latest.published_by == SETUP.ref
        and latest.digest != hashlib.sha256(canonical(newest := shipped(book.in_force().house.zone))).hexdigest()
    ):
        return kernel.founding.upgrade_house(SETUP, document=newest)
    return number
