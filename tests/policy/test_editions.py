"""Editions: two natural persons, lint before anything, and history judged by the value then in force."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from kernel import gate
from kernel.actor import Actor
from kernel.db import read_session
from kernel.errors import Conflict, Denied, Malformed, NotFound, Refused
from policy import book, editions, inbox, trials
from policy.models import Approval, EditionProposal
from tests.policy import field
from tests.policy.conftest import Hands, entries_of
from tests.policy.field import DOCUMENT, someone


@pytest.fixture(autouse=True)
def only_its_clauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The little book carries six clauses; the house of these tests has no more, and a query of its own."""
    from policy import evidence, lint

    monkeypatch.setattr(lint, "CLAUSE_IDS", tuple(clause["id"] for clause in DOCUMENT["clauses"]))
    monkeypatch.setitem(
        evidence.QUERIES,
        "sample-passwords",
        evidence.Query("PW-1", "sample-passwords", "2 days", False, lambda _s, _n: evidence.found([])),
    )


@pytest.fixture
def proposer(house: str) -> Actor:
    someone("director")
    return someone("officer")


def changed(**parameters: Any) -> dict[str, Any]:
    document = deepcopy(book.in_force().document())
    next(clause for clause in document["clauses"] if clause["id"] == "PW-1")["parameters"] = parameters
    return document


def approval_of(proposal: EditionProposal) -> Approval:
    with read_session() as session:
        return session.query(Approval).filter_by(subject_ref=proposal.ref).one()


def approve(proposal: EditionProposal, by: Actor, yes: bool = True) -> None:
    approval = approval_of(proposal)
    inbox.cast(by, approval.id, yes=yes, digest=approval.digest)


def propose(by: Actor, document: dict[str, Any]) -> EditionProposal:
    return editions.propose_edition(by, document=document, summary="Longer passwords")


def restore(by: Actor) -> None:
    """Put the little book back in force for the tests that follow."""
    if book.parameter("PW-1", "min_length") != 8:
        back = propose(by, changed(min_length=8))
        approve(back, someone("director"))
        editions.publish_edition(by, back.id)


def test_edition_needs_a_second_person_and_history_keeps_the_old_value(
    proposer: Actor, hands: Hands, house: str
) -> None:
    proposal = propose(proposer, changed(min_length=12))
    with pytest.raises(Refused, match="Still needed"):
        editions.publish_edition(proposer, proposal.id)
    with pytest.raises(Denied, match="asked for it"):
        approve(proposal, proposer)
    approve(proposal, someone("director"))
    before = hands.now()
    hands.on(minutes=1)
    number = gate.current().edition
    published = editions.publish_edition(proposer, proposal.id)
    assert (published.state, published.edition, gate.current().edition) == ("published", number + 1, number + 1)
    assert book.parameter("PW-1", "min_length") == 12
    assert book.parameter("PW-1", "min_length", before) == 8
    assert book.parameter("PW-1", "min_length", hands.now()) == 12
    told = entries_of(house, "policy.publish")[-1]
    assert (told["outcome"], "AC-8" in told["clauses"]) == ("done", True)
    with pytest.raises(Refused):
        editions.publish_edition(proposer, proposal.id)
    with read_session() as session:
        told = editions.editions_were_approved(session, hands.now())
    assert (told.violations, len(told.population)) == ([], number + 1)
    assert trials.run_probe("policy.publish")
    restore(proposer)


def test_edition_that_nobody_approved_is_a_violation(proposer: Actor, hands: Hands) -> None:
    with read_session() as session:
        first = editions.editions_were_approved(session, hands.now())
    field.publish_quietly(someone("officer"), document=changed(min_length=20))
    with read_session() as session:
        told = editions.editions_were_approved(session, hands.now())
    assert len(set(told.violations) - set(first.violations)) == 1
    restore(proposer)


def test_time_before_the_first_edition_is_judged_by_the_shipped_book(house: str, hands: Hands) -> None:
    assert book.number_at(hands.now() - timedelta(days=3650)) == 0
    assert book.in_force(hands.now() - timedelta(days=3650)) == book.shipped()


def test_book_with_faults_cannot_be_proposed(proposer: Actor) -> None:
    unproven = changed(min_length=9)
    next(clause for clause in unproven["clauses"] if clause["id"] == "PW-1")["evidence"] = []
    with pytest.raises(Refused, match="PW-1 is in force with neither guard, duty, evidence nor attestation"):
        propose(proposer, unproven)
    unknown = changed(min_length=9)
    unknown["roles"]["member"]["may"].append("ghost.walk")
    with pytest.raises(Refused, match=r'"ghost\.walk" covers no action'):
        propose(proposer, unknown)
    with pytest.raises(Malformed, match="clauses"):
        propose(proposer, {"clauses": "all of them"})


def test_the_book_in_force_is_nothing_new(proposer: Actor) -> None:
    with pytest.raises(Conflict, match="nothing to publish"):
        propose(proposer, book.in_force().document())


def test_proposal_on_an_older_edition_is_refused(proposer: Actor) -> None:
    late, first = propose(proposer, changed(min_length=10)), propose(proposer, changed(min_length=11))
    for proposal in (late, first):
        approve(proposal, someone("director"))
    editions.publish_edition(proposer, first.id)
    with pytest.raises(Refused, match="Another edition came into force"):
        editions.publish_edition(proposer, late.id)
    restore(proposer)


def test_refused_proposal_is_closed(proposer: Actor) -> None:
    proposal = propose(proposer, changed(min_length=10))
    approve(proposal, someone("director"), yes=False)
    with read_session() as session:
        assert session.get(EditionProposal, proposal.id).state == "refused"
    with pytest.raises(Refused):
        editions.publish_edition(proposer, proposal.id)


def test_edition_that_puts_people_in_conflict_is_refused(proposer: Actor) -> None:
    someone("director", "officer")
    document = changed(min_length=8)
    document["toxic"] = [{"roles": ["director", "officer"], "clause": "AC-8", "why": "who decides does not check"}]
    proposal = propose(proposer, document)
    approve(proposal, someone("director"))
    with pytest.raises(Refused, match="conflict of duties"):
        editions.publish_edition(proposer, proposal.id)


def test_everyone_reads_the_book_and_only_the_named_propose(proposer: Actor) -> None:
    reader = someone()
    shown = editions.read_book(reader)
    assert shown.edition == gate.current().edition
    assert {row.number for row in shown.editions} >= {1}
    with pytest.raises(Denied):
        propose(reader, changed(min_length=10))
    assert editions.read_book(reader, edition=1).document["clauses"] == DOCUMENT["clauses"]


def test_unknown_clause_and_parameter_are_not_found(house: str) -> None:
    with pytest.raises(NotFound):
        book.parameter("ZZ-1", "x")
    with pytest.raises(NotFound):
        book.parameter("PW-1", "x")
    assert book.number("PW-1", "min_length") == 8
