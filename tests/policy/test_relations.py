"""Voices by relation: whoever stands so to what is asked now, in turn, by delegation, and nobody else. [AC-1, AC-2]"""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import false

from kernel import clock
from kernel.actor import Actor
from kernel.errors import Denied, Refused
from policy import book, delegations, inbox
from policy.evidence import vocabulary
from policy.lint import lint
from policy.reading import Book, Voice
from policy.relations import RELATIONS, Question, relation
from tests.policy import field
from tests.policy.conftest import Question as Asked
from tests.policy.field import someone

pytestmark = pytest.mark.usefixtures("house")
PLAN = {"plan": "swap it"}


def spoken(requires: list[dict[str, object]], **more: object) -> Book:
    document = dict(field.DOCUMENT)
    document["approvals"] = {
        **document["approvals"], "sample-order.authorise": {"clause": "CC-1", "requires": requires, **more}
    }  # fmt: skip
    return Book.model_validate(document)


@pytest.fixture
def leaders(house: str) -> Iterator[list[Actor]]:
    """Those who lead the order's people now; the test puts them in, the nearest first."""
    found: list[Actor] = []

    def nearest(question: Question) -> frozenset[UUID]:
        able = [one.id for one in found if one.id not in question.out and one.id is not None]
        return frozenset(able[:1])

    relation("leader-of-sample", concerning=lambda _model, _actor: false())(nearest)
    yield found
    del RELATIONS["leader-of-sample"]


def test_only_who_stands_in_the_relation_now_may_answer(leaders: list[Actor], director: Actor) -> None:
    boss, above = someone(), someone()
    leaders[:] = [boss, above]
    with book.opened(spoken([{"who": "leader-of-sample"}])):
        question = Asked(someone(), PLAN)
        for other in (above, director, someone()):
            with pytest.raises(Denied, match="none of them"):
                question.vote(other)
        leaders.remove(boss)
        with pytest.raises(Denied):
            question.vote(boss)
        question.vote(above)
        assert question.now().state == "granted"


def test_who_is_barred_is_passed_over_and_nobody_left_is_refused_at_once(leaders: list[Actor]) -> None:
    boss, above = someone(), someone()
    leaders[:] = [boss]
    with book.opened(spoken([{"who": "leader-of-sample"}])):
        with pytest.raises(Refused, match="leader-of-sample"):
            Asked(boss, PLAN)
        leaders.append(above)
        question = Asked(boss, PLAN)
        with pytest.raises(Denied, match="asked for it"):
            question.vote(boss)
        question.vote(above)
        assert question.now().state == "granted"


def test_second_voice_waits_for_the_first(leaders: list[Actor], director: Actor) -> None:
    boss = someone()
    leaders[:] = [boss]
    with book.opened(spoken([{"who": "leader-of-sample"}, {"role": "director"}], in_order=True)):
        question = Asked(someone(), PLAN)
        with pytest.raises(Denied, match="another is asked before you"):
            question.vote(director)
        assert inbox.read_approval(director, question.approval.id).missing == ["leader-of-sample", "director"]
        assert inbox.approvals_waiting(director) == []
        question.vote(boss)
        assert [one.id for one in inbox.approvals_waiting(director)] == [question.approval.id]
        question.vote(director)
        assert question.now().state == "granted"


def test_one_person_in_both_voices_counts_once(leaders: list[Actor], director: Actor) -> None:
    leaders[:] = [director]
    requires = [{"who": "leader-of-sample"}, {"role": "director"}]
    with book.opened(spoken(requires, in_order=True)):
        with pytest.raises(Refused, match="too few or barred"):
            Asked(someone(), PLAN)
        someone("director")
        question = Asked(someone(), PLAN)
        question.vote(director)
        with pytest.raises(Refused, match="counts once"):
            question.vote(director)
        assert question.now().state == "open"


def test_a_relation_is_delegated_and_ends_with_the_relation(leaders: list[Actor]) -> None:
    boss, stand_in, asker = someone(), someone(), someone()
    leaders[:] = [boss]
    with book.opened(spoken([{"who": "leader-of-sample"}])):
        for to in (stand_in, asker):
            delegations.give_delegation(
                boss, to=to.id, role="leader-of-sample", ends_at=clock.now() + timedelta(days=1), reason="leave"
            )
        question = Asked(asker, PLAN)
        with pytest.raises(Denied, match="asked for it"):
            question.vote(asker, on_behalf_of=boss.id)
        leaders[:] = [someone()]
        with pytest.raises(Denied):
            question.vote(stand_in, on_behalf_of=boss.id)
        leaders[:] = [boss]
        vote = question.vote(stand_in, on_behalf_of=boss.id)
        assert (vote.voter_id, vote.principal_id, vote.role) == (stand_in.id, boss.id, "leader-of-sample")


def test_a_voice_names_somebody_and_an_unknown_relation_is_not_published() -> None:
    for nobody in ({}, {"role": []}, {"role": [], "who": []}):
        with pytest.raises(ValidationError):
            Voice.model_validate(nobody)
    faults = lint(spoken([{"who": "manager-of-nobody"}]), vocabulary())
    assert any('"manager-of-nobody" is no relation' in fault for fault in faults)
