# ruff: noqa: ARG002 - a fixture is asked for what it sets up
"""Approvals on the real database: bound to content, barred persons, one no, delegation, two votes at once, expiry."""

from datetime import timedelta

import pytest

from kernel.actor import Actor, clerk, person
from kernel.db import read_session, uuid7
from kernel.errors import Conflict, Denied, Malformed, Refused
from policy import delegations, inbox
from policy.models import Approval, ApprovalRevision
from tests.policy import field
from tests.policy.conftest import Hands, Question
from tests.policy.field import someone

pytestmark = pytest.mark.usefixtures("house")


def test_two_different_persons_of_the_asked_roles_grant(question: Question, director: Actor, officer: Actor) -> None:
    question.vote(director)
    assert question.now().state == "open"
    question.vote(officer)
    assert question.now().state == "granted"


def test_requester_may_not_approve_own_request(director: Actor, officer: Actor) -> None:
    someone("director")
    question = Question(director, {"plan": "swap it"})
    with pytest.raises(Denied, match="asked for it or wrote it"):
        question.vote(director)
    assert question.votes() == []


def test_implementer_may_not_approve_what_he_will_carry_out(director: Actor, officer: Actor) -> None:
    someone("officer")
    question = Question(someone(), {"plan": "swap it"}, implementers=[officer])
    with pytest.raises(Denied, match="would carry it out"):
        question.vote(officer)


def test_editor_of_the_content_becomes_barred(question: Question, director: Actor, officer: Actor) -> None:
    someone("director")
    question.edit(director, {"title": "New switch", "plan": "swap two"})
    with pytest.raises(Denied, match="asked for it or wrote it"):
        question.vote(director)


def test_person_with_both_roles_fills_one_place_only(director: Actor, officer: Actor) -> None:
    both = someone("director", "officer")
    question = Question(someone(), {"plan": "swap it"})
    question.vote(both, role="director")
    with pytest.raises(Refused, match="One person counts once"):
        question.vote(both, role="officer")
    assert question.now().state == "open"


def test_one_no_refuses_and_the_same_content_cannot_be_asked_again(
    question: Question, director: Actor, officer: Actor
) -> None:
    question.vote(director, yes=False)
    assert question.now().state == "refused"
    with pytest.raises(Refused, match="no longer open"):
        question.vote(officer)
    with pytest.raises(Refused, match="change it before you ask again"):
        field.ask(question.requester, question.order.id)
    question.edit(question.requester, {"title": "New switch", "plan": "smaller"})
    assert question.now().state == "open"


def test_material_edit_voids_votes_even_of_a_granted_approval(
    question: Question, director: Actor, officer: Actor
) -> None:
    question.vote(director)
    question.vote(officer)
    question.edit(question.requester, {"title": "New switch", "plan": "swap the core too"})
    assert question.now().state == "open"
    assert {vote.void_reason for vote in question.votes()} == {"the content was edited"}
    with pytest.raises(Refused, match="Still needed"):
        field.move(question.requester, question.order.id, event="start")


def test_change_of_implementer_is_material(question: Question, director: Actor, officer: Actor) -> None:
    question.vote(director)
    question.vote(officer)
    someone("officer")
    question.edit(question.requester, {"title": "New switch", "plan": "swap it"}, implementers=[officer], reason="typo")
    assert question.now().state == "open"


def test_clerical_edit_carries_votes_over_with_its_reason(question: Question, director: Actor, officer: Actor) -> None:
    question.vote(director, comment="good")
    with pytest.raises(Refused, match="needs its reason"):
        question.edit(question.requester, {"title": "New switches", "plan": "swap it"})
    field.ask(question.requester, question.order.id, reason="plural")
    question.vote(officer)
    carried = [vote for vote in question.votes() if vote.carried_from]
    assert [(vote.voter_id, vote.carry_reason, vote.revision) for vote in carried] == [(director.id, "plural", 2)]
    assert question.now().state == "granted"


def test_clerical_edit_by_a_voter_does_not_keep_his_own_vote(
    question: Question, director: Actor, officer: Actor
) -> None:
    question.vote(director)
    question.vote(officer)
    someone("officer")
    question.edit(officer, {"title": "Nicer title", "plan": "swap it"}, reason="nicer")
    assert question.now().state == "open"
    assert [vote.voter_id for vote in question.votes() if vote.voided_at is None] == [director.id]


def test_vote_on_an_older_revision_is_refused(question: Question, director: Actor) -> None:
    seen = question.now().digest
    question.edit(question.requester, {"title": "New switch", "plan": "other"})
    with pytest.raises(Conflict, match="changed since you read it"):
        question.vote(director, digest=seen)


def test_content_changed_behind_the_approvers_backs_is_not_approved(
    question: Question, director: Actor, officer: Actor
) -> None:
    question.vote(director)
    question.vote(officer)
    field.edit(question.requester, question.order.id, content={"title": "New switch", "plan": "something else"})
    with pytest.raises(Refused, match="not what stands here now"):
        field.move(question.requester, question.order.id, event="start")
    with pytest.raises(Conflict, match="needs approval anew"):
        field.use(question.requester, question.order.id)


def test_approval_is_used_once(question: Question, director: Actor, officer: Actor) -> None:
    question.vote(director)
    vote = question.vote(officer)
    field.use(question.requester, question.order.id)
    with pytest.raises(Refused, match="used already"):
        field.use(question.requester, question.order.id)
    with pytest.raises(Refused, match="no longer stands"):
        inbox.take_vote_back(officer, vote.id, reason="second thoughts")


def test_vote_taken_back_reopens_what_it_settled(question: Question, director: Actor, officer: Actor) -> None:
    question.vote(director)
    vote = question.vote(officer)
    inbox.take_vote_back(officer, vote.id, reason="second thoughts")
    assert question.now().state == "open"
    with pytest.raises(Denied, match="not your vote"):
        inbox.take_vote_back(officer, question.votes()[0].id, reason="not mine")
    question.vote(officer)
    assert question.now().state == "granted"


def test_no_taken_back_lets_the_yes_votes_count(question: Question, director: Actor, officer: Actor) -> None:
    question.vote(director)
    no = question.vote(officer, yes=False)
    inbox.take_vote_back(officer, no.id, reason="misread it")
    assert question.now().state == "open"
    question.vote(officer)
    assert question.now().state == "granted"


def test_question_that_nobody_could_answer_is_refused(house: str) -> None:
    lonely, boss = someone(), someone("director", "officer")
    order = field.draft(lonely, content={"plan": "x"})
    with pytest.raises(Refused, match="Nobody could approve this"):
        field.ask(lonely, order.id)
    someone("officer")
    field.edit(lonely, order.id, content={"plan": "x"}, implementers=[boss.id])
    with pytest.raises(Refused, match="Nobody could approve this"):
        field.ask(lonely, order.id)
    with read_session() as session:
        assert session.query(Approval).count() == 0


def test_machine_neither_asks_nor_votes(question: Question) -> None:
    with pytest.raises(Denied):
        question.vote(clerk("deadlines"))


def test_person_without_the_role_and_auditor_may_not_vote(question: Question) -> None:
    with pytest.raises(Denied, match="you are none of them"):
        question.vote(someone())
    with pytest.raises(Denied, match="a rule forbids"):
        question.vote(someone("auditor", "director"))


def test_content_with_fractions_has_no_canonical_form(house: str) -> None:
    asker = someone()
    order = field.draft(asker, content={"price": 1.5})
    with pytest.raises(Malformed, match="cannot be sealed"):
        field.ask(asker, order.id)


def test_revision_is_never_changed_in_the_database(question: Question) -> None:
    with read_session() as session:
        revision = session.query(ApprovalRevision).filter_by(approval_id=question.approval.id).one()
    with pytest.raises(Refused, match="never changed"):
        field.tamper(question.requester, revision.id, sealed="{}")


class TestDelegation:
    def give(self, giver: Actor, to: Actor, role: str = "director", **more: object) -> object:
        from kernel import clock

        return delegations.give_delegation(
            giver,
            to=to.id,
            role=role,
            reason="on leave",
            ends_at=more.pop("ends_at", clock.now() + timedelta(days=3)),
            **more,
        )

    def test_delegate_votes_and_both_names_are_on_record(
        self, question: Question, director: Actor, officer: Actor
    ) -> None:
        stand_in = someone()
        self.give(director, stand_in)
        vote = question.vote(stand_in, on_behalf_of=director.id)
        assert (vote.voter_id, vote.principal_id, vote.role) == (stand_in.id, director.id, "director")
        with pytest.raises(Refused, match="counts once"):
            question.vote(director)

    def test_delegate_who_holds_the_other_role_counts_once(
        self, question: Question, director: Actor, officer: Actor
    ) -> None:
        self.give(director, officer)
        question.vote(officer, role="officer")
        with pytest.raises(Refused, match="counts once"):
            question.vote(officer, on_behalf_of=director.id)
        assert question.now().state == "open"

    def test_requester_cannot_vote_as_a_delegate(self, director: Actor, officer: Actor) -> None:
        asker = someone()
        question = Question(asker, {"plan": "x"})
        self.give(director, asker)
        with pytest.raises(Denied, match="asked for it"):
            question.vote(asker, on_behalf_of=director.id)

    def test_requester_cannot_be_spoken_for(self, officer: Actor) -> None:
        boss, stand_in = someone("director"), someone()
        someone("director")
        self.give(boss, stand_in)
        question = Question(boss, {"plan": "x"})
        with pytest.raises(Refused, match="The person you speak for may not approve this"):
            question.vote(stand_in, on_behalf_of=boss.id)

    def test_delegation_does_not_travel_two_hops(self, question: Question, director: Actor) -> None:
        first, second = someone(), someone()
        self.give(director, first)
        with pytest.raises(Refused, match="cannot be passed on"):
            self.give(first, second)
        with pytest.raises(Denied):
            question.vote(second, on_behalf_of=director.id)

    def test_delegation_works_only_between_its_dates_and_while_the_giver_holds_the_role(
        self, question: Question, hands: Hands, house: str
    ) -> None:
        setup = clerk("setup")
        boss, stand_in = person(uuid7(), "Bo"), someone()
        given = field.give(setup, ref=boss.ref, role="director")
        self.give(boss, stand_in, starts_at=hands.now() + timedelta(hours=1), ends_at=hands.now() + timedelta(hours=2))
        with pytest.raises(Denied):
            question.vote(stand_in, on_behalf_of=boss.id)
        hands.on(hours=1)
        vote = question.vote(stand_in, on_behalf_of=boss.id)
        inbox.take_vote_back(stand_in, vote.id, reason="once more")
        field.take(setup, assignment=given)
        with pytest.raises(Denied):
            question.vote(stand_in, on_behalf_of=boss.id)

    def test_delegation_ends_at_the_word_of_its_giver_only(self, question: Question, director: Actor) -> None:
        stand_in = someone()
        given = self.give(director, stand_in)
        with pytest.raises(Denied):
            delegations.stop_delegation(stand_in, given.id)
        delegations.stop_delegation(director, given.id)
        with pytest.raises(Denied):
            question.vote(stand_in, on_behalf_of=director.id)

    @pytest.mark.parametrize("days", [0, -1])
    def test_delegation_has_dates(self, director: Actor, hands: Hands, days: int) -> None:
        with pytest.raises(Refused, match="ends after it starts"):
            self.give(director, someone(), ends_at=hands.now() + timedelta(days=days))
