"""Wall four: every action and reading refuses a nobody and a person without rights, and writes it down.

Exceptions stand here by hand, each with its reason; one that is no longer true fails.
"""

from typing import Any

import pytest

from api import fields  # noqa: F401
from kernel import clock, db, gate
from kernel.action import ACTIONS
from kernel.actor import NOBODY, Actor, person
from kernel.db import HOUSE, uuid7
from kernel.errors import Denied, NotFound, NotSignedIn, OmniError, StepUpNeeded
from kernel.reading import READINGS
from tests.rules.exceptions import MEMBER_MAY, NOBODY_MAY

CASES = {name: case for name, case in {**ACTIONS, **READINGS}.items() if not name.startswith("sample-")}


def attempt(case: Any, actor: Actor) -> OmniError | None:
    try:
        case(actor, *([uuid7()] if case.on else []))
    except OmniError as error:
        return error
    return None


def last_entry(url: str, name: str, actor: Actor) -> tuple[str, str] | None:
    with db.connect(db.AUDITOR, url) as conn:
        found = conn.execute(
            "select outcome, actor from ledger.entry where action = %s and actor = %s order by id desc limit 1",
            [name, actor.ref],
        )
        return found.fetchone()  # type: ignore[return-value]


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_nobody_is_refused_and_it_is_written_down(database: str, name: str) -> None:
    error = attempt(CASES[name], NOBODY)
    if name in NOBODY_MAY:
        assert not isinstance(error, NotSignedIn), f"{name} refuses a nobody: take it off the list of exceptions"
        return
    assert isinstance(error, NotSignedIn), f"{name} let a nobody in: {error!r}"
    assert last_entry(database, name, NOBODY) == ("denied", "nobody")


@pytest.mark.parametrize("name", sorted(CASES))
def test_an_ungranted_person_is_refused_and_it_is_written_down(database: str, name: str) -> None:
    stranger = person(uuid7(), "Stranger")
    error = attempt(CASES[name], stranger)
    if name in MEMBER_MAY:
        assert not isinstance(error, Denied), (
            f"{name} refuses a plain member: take it off the list of exceptions ({error})"
        )
        return
    if isinstance(error, NotFound) and is_conditional(name, stranger):
        assert last_entry(database, name, stranger) == ("not_found", stranger.ref)
        return
    assert isinstance(error, Denied | StepUpNeeded), f"{name} let a person without rights in: {error!r}"
    assert last_entry(database, name, stranger) == ("denied", stranger.ref)


def is_conditional(name: str, actor: Actor) -> bool:
    """Whether a plain member may do it only to what is his: nothing is, so it is not there."""
    index = gate.current()
    masks = index.masks(actor.ref, HOUSE, clock.now())
    return index.bits[name] in masks.conditional and not masks.allow >> index.bits[name] & 1


def test_no_exception_is_stale() -> None:
    assert set(NOBODY_MAY) | set(MEMBER_MAY) <= set(CASES), "an exception names no action of this release"
