"""Found the house on the shipped book, and bring it to the shipped book of a newer release."""

import hashlib
from typing import Any

from sqlmodel import select

import kernel.founding
from kernel import fresh, gate
from kernel.access import PolicyEdition
from kernel.actor import clerk
from kernel.db import read_session
from kernel.ledger.entries import canonical
from policy import book

SETUP = clerk("setup")


def shipped() -> dict[str, Any]:
    """Return the shipped book as the document of an edition."""
    return book.shipped().model_dump(mode="json", by_alias=True, exclude_none=True)


def found() -> int:
    """Found the house, or bring a shipped book in force to that of this release; return the edition in force."""
    fresh.refresh(force=True)
    number = gate.current().edition
    if number == 0:
        return kernel.founding.found_house(SETUP, document=shipped())
    with read_session() as session:
        latest = session.scalars(select(PolicyEdition).where(PolicyEdition.number == number)).one()
    if latest.published_by == SETUP.ref and latest.digest != hashlib.sha256(canonical(shipped())).hexdigest():
        return kernel.founding.upgrade_house(SETUP, document=shipped())
    return number
