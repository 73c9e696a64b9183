"""Found the house on the shipped book, and bring it to the shipped book of a newer release."""

from typing import Any

import kernel.founding
from kernel import fresh, gate
from kernel.actor import clerk
from kernel.errors import Conflict
from policy import book

SETUP = clerk("setup")


def shipped() -> dict[str, Any]:
    """Return the shipped book as the document of an edition."""
    return book.shipped().model_dump(mode="json", by_alias=True, exclude_none=True)


def found() -> int:
    """Found the house, or bring it to the shipped book; return the edition in force."""
    fresh.refresh(force=True)
    if gate.current().edition == 0:
        return kernel.founding.found_house(SETUP, document=shipped())
    try:
        return kernel.founding.upgrade_house(SETUP, document=shipped())
    except Conflict:
        return gate.current().edition
