"""Approvals over time and under haste: expiry, two votes at once, and what the inbox shows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from kernel.actor import Actor
from kernel.errors import OmniError, Refused
from policy import deadlines, delegations, inbox
from tests.policy import field
from tests.policy.conftest import Hands, Question, entries_of
from tests.policy.field import someone

pytestmark = pytest.mark.usefixtures("house")


def test_unanswered_question_expires_by_the_clock_and_then_by_the_sweep(
    question: Question, director: Actor, hands: Hands
) -> None:
    hands.on(days=8)
    with pytest.raises(Refused, match="no longer open"):
        question.vote(director)
    deadlines.sweep()
    assert (question.now().state, question.now().reason) == ("expired", "nobody answered in time")
    again = field.ask(question.requester, question.order.id)
    assert again.id != question.approval.id


def test_granted_approval_ends_with_its_time(question: Question, director: Actor, officer: Actor, hands: Hands) -> None:
    question.vote(director)
    question.vote(officer)
    hands.on(days=3)
    with pytest.raises(Refused, match="has ended"):
        field.move(question.requester, question.order.id, event="start")
    deadlines.sweep()
    assert question.now().state == "expired"


def test_two_votes_at_once_by_one_person_leave_one(director: Actor, officer: Actor) -> None:
    for _ in range(5):
        question = Question(someone(), {"plan": "x"})

        def cast(role: str, question: Question = question) -> str:
            try:
                question.vote(director)
            except OmniError as no:
                return no.why
            return "cast"

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(cast, ["director"] * 4))
        assert answers.count("cast") == 1
        assert len(question.votes()) == 1


def test_last_two_votes_at_once_settle_once(director: Actor, officer: Actor, house: str) -> None:
    question = Question(someone(), {"plan": "x"})
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(question.vote, [director, officer]))
    assert question.now().state == "granted"
    told = [e for e in entries_of(house, "approval.cast") if e.get("target") == f"approval:{question.approval.id}"]
    assert [e["outcome"] for e in told] == ["done", "done"]
    assert sum("approval.granted" in e["facts"] for e in told) == 1


def test_inbox_shows_what_waits_for_me_and_nothing_else(question: Question, director: Actor, officer: Actor) -> None:
    assert question.approval.id in {row.id for row in inbox.approvals_waiting(director, limit=200)}
    assert inbox.approvals_waiting(someone()) == []
    assert question.approval.id not in {row.id for row in inbox.approvals_waiting(question.requester)}
    stand_in = someone()
    from kernel import clock

    delegations.give_delegation(
        director, to=stand_in.id, role="director", reason="leave", ends_at=clock.now() + timedelta(days=1)
    )
    assert question.approval.id in {row.id for row in inbox.approvals_waiting(stand_in, limit=200)}


def test_page_of_an_approval_tells_all_it_rests_on(question: Question, director: Actor, officer: Actor) -> None:
    question.vote(director, comment="fine by me")
    page = inbox.read_approval(officer, question.approval.id)
    assert (page.state, page.missing) == ("open", ["officer"])
    assert page.votes[0].comment == "fine by me"
    assert page.revisions[0].content == {"title": "New switch", "plan": "swap it"}
    assert page.barred == {question.requester.id: "this person asked for it or wrote it"}


def test_comment_is_not_on_the_ledger_in_clear(question: Question, director: Actor, house: str) -> None:
    question.vote(director, comment="a private remark of mine")
    assert "private remark" not in str(entries_of(house, "approval.cast"))
