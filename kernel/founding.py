"""The first act: before any edition there is one rule, that the clerk `setup` may found the house on the shipped book."""

import hashlib
from typing import Any

from sqlmodel import select

from kernel import edition
from kernel.access import PolicyEdition, Scope
from kernel.action import Work, action
from kernel.db import HOUSE
from kernel.errors import Conflict
from kernel.ledger.entries import canonical


@action("house.found")
def found_house(work: Work, *, document: dict[str, Any]) -> int:
    """Found the house on the first edition of its book. [AC-8]"""
    if work.session.get(Scope, HOUSE) is None:
        work.session.add(Scope(id=HOUSE, parent=None, label="House"))
    if edition.locked_state(work).edition:
        raise Conflict("The house stands already.")
    return edition.publish(work, document)


@action("house.upgrade")
def upgrade_house(work: Work, *, document: dict[str, Any]) -> int:
    """Put the shipped book of a newer release in force, where the edition in force is a shipped one. [AC-8, CC-1]"""
    state = edition.locked_state(work)
    latest = work.session.scalars(select(PolicyEdition).where(PolicyEdition.number == state.edition)).first()
    if latest is not None and latest.published_by != work.actor.ref:
        raise Conflict("The edition in force was adopted by this house; propose the shipped changes as a new edition.")
    if latest is not None and latest.digest == hashlib.sha256(canonical(document)).hexdigest():
        raise Conflict("The shipped book is in force already.")
    return edition.publish(work, document)
