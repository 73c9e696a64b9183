"""Waivers: compensated, approved by another, seen by the gate and by status, and always ending."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.actor import Actor
from kernel.db import read_session
from kernel.errors import Denied, Malformed, NotFound, Refused
from policy import deadlines, inbox, waivers
from policy.models import Approval, Waiver
from tests.policy.conftest import Hands
from tests.policy.field import someone

TERMS: dict[str, Any] = {
    "clause": "PW-1",
    "about_ref": "account:printer",
    "reason": "the printer takes six characters only",
    "compensation": "it stands in a network of its own",
}


@pytest.fixture
def asker(house: str) -> Actor:
    someone("director")
    return someone("officer")


def ask(who: Actor, hands: Hands, **more: Any) -> Waiver:
    return waivers.request_waiver(who, **{**TERMS, "ends_at": hands.now() + timedelta(days=30), **more})


def settle(waiver: Waiver, by: Actor, yes: bool = True) -> None:
    with read_session() as session:
        approval = session.query(Approval).filter_by(subject_ref=waiver.ref).one()
    inbox.cast(by, approval.id, yes=yes, digest=approval.digest)


def state(waiver: Waiver) -> str:
    with read_session() as session:
        return session.get(Waiver, waiver.id).state


def holds(hands: Hands, about: str = "account:printer", clause: str = "PW-1") -> bool:
    with read_session() as session:
        return waivers.waived(session, clause, [about], hands.now()) is not None


def test_waiver_counts_only_once_another_person_has_approved_it(asker: Actor, hands: Hands) -> None:
    waiver = ask(asker, hands)
    assert not holds(hands)
    with pytest.raises(Denied, match="asked for it"):
        settle(waiver, asker)
    settle(waiver, someone("officer"))
    assert holds(hands)
    assert not holds(hands, about="account:other")
    assert not holds(hands, clause="AC-8")


def test_person_it_is_about_may_not_approve_it(asker: Actor, hands: Hands) -> None:
    boss = someone("director")
    waiver = ask(asker, hands, about_ref=f"person:{boss.id}")
    with pytest.raises(Denied, match="it is about this person"):
        settle(waiver, boss)


def test_waiver_ends_by_the_clock_and_is_then_marked(asker: Actor, hands: Hands) -> None:
    waiver = ask(asker, hands)
    settle(waiver, someone("officer"))
    hands.on(days=30)
    assert not holds(hands)
    assert state(waiver) == "granted"
    assert deadlines.sweep().waivers == 1
    assert state(waiver) == "expired"


def test_waiver_that_starts_later_does_not_hold_yet(asker: Actor, hands: Hands) -> None:
    waiver = ask(asker, hands, starts_at=hands.now() + timedelta(days=2))
    settle(waiver, someone("officer"))
    assert not holds(hands)
    hands.on(days=2)
    assert holds(hands)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ends_at": timedelta(0)}, "A waiver ends, after it starts"),
        ({"ends_at": timedelta(days=-1)}, "A waiver ends, after it starts"),
        ({"ends_at": timedelta(days=400)}, "lasts 1 year at most"),
        ({"compensation": "              "}, "what is done in its place"),
    ],
)
def test_waiver_without_end_or_compensation_is_refused(
    asker: Actor, hands: Hands, change: dict[str, Any], told: str
) -> None:
    sent = {name: hands.now() + value if isinstance(value, timedelta) else value for name, value in change.items()}
    with pytest.raises(Refused, match=told):
        ask(asker, hands, **sent)


def test_waiver_must_say_until_when(asker: Actor, hands: Hands) -> None:
    with pytest.raises(Malformed):
        waivers.request_waiver(asker, **TERMS)  # type: ignore[call-arg]


def test_unknown_clause_cannot_be_waived(asker: Actor, hands: Hands) -> None:
    with pytest.raises(NotFound):
        ask(asker, hands, clause="ZZ-1")


def test_refused_waiver_never_held(asker: Actor, hands: Hands) -> None:
    waiver = ask(asker, hands)
    settle(waiver, someone("director"), yes=False)
    assert (state(waiver), holds(hands)) == ("refused", False)


def test_ending_early_takes_effect_at_once(asker: Actor, hands: Hands) -> None:
    waiver = ask(asker, hands)
    settle(waiver, someone("officer"))
    waivers.end_waiver(asker, waiver.id, reason="replaced the printer")
    assert (state(waiver), holds(hands)) == ("ended", False)


def test_question_taken_back_drops_it(asker: Actor, hands: Hands) -> None:
    waiver = ask(asker, hands)
    with pytest.raises(Denied):
        waivers.end_waiver(someone(), waiver.id, reason="not mine at all")
    waivers.end_waiver(asker, waiver.id, reason="not needed")
    assert state(waiver) == "dropped"


def test_approver_who_takes_the_vote_back_suspends_it(asker: Actor, hands: Hands) -> None:
    boss, waiver = someone("officer"), ask(asker, hands)
    settle(waiver, boss)
    with read_session() as session:
        approval = session.query(Approval).filter_by(subject_ref=waiver.ref).one()
    page = inbox.read_approval(boss, approval.id)
    inbox.take_vote_back(boss, page.votes[0].id, reason="I misjudged")
    assert (state(waiver), holds(hands)) == ("asked", False)


def test_extension_is_a_new_waiver_for_the_same_thing(asker: Actor, hands: Hands) -> None:
    first = ask(asker, hands)
    settle(first, someone("officer"))
    with pytest.raises(Refused, match="same clause and the same thing"):
        ask(asker, hands, extends=first.id, about_ref="account:other")
    hands.on(days=29)
    second = ask(asker, hands, extends=first.id)
    hands.on(days=2)
    deadlines.sweep()
    assert not holds(hands)
    settle(second, someone("officer"))
    assert holds(hands)


def test_list_shows_live_ones_to_those_who_oversee(asker: Actor, hands: Hands) -> None:
    waiver = ask(asker, hands)
    assert [row.id for row in waivers.list_waivers(asker, live=True)] == [waiver.id]
    hands.on(days=31)
    assert waivers.list_waivers(asker, live=True) == []
    assert UUID(str(waivers.list_waivers(asker, clause="PW-1")[0].id)) == waiver.id
