"""Editions: a next book is proposed by one person, approved by another, and published; each is kept with its dates. [AC-8]"""

import hashlib
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, ValidationError
from sqlalchemy import func
from sqlmodel import col, select

from kernel import edition, gate
from kernel.access import PolicyEdition
from kernel.action import Fact, Work, action, on_fact
from kernel.db import Answer, uuid7
from kernel.errors import Conflict, Fault, Malformed, Refused
from kernel.ledger.entries import canonical
from kernel.reading import reading
from policy import book, lint
from policy.approvals import ask_approval, person_of, subject_of, use_approval
from policy.ballots import seal
from policy.evidence import Evidence, evidence, found, probe, vocabulary
from policy.models import Approval, ApprovalVote, EditionProposal
from policy.reading import Book
from policy.workflow import Step, Workflow

REQUIREMENT = "policy.publish"
PROPOSAL_STEPS = Workflow(
    EditionProposal,
    "proposed",
    [
        Step("proposed", "publish", "published", clause="AC-8"),
        Step("proposed", "refuse", "refused"),
        Step("proposed", "drop", "dropped"),
    ],
)


class ProposalView(Answer):
    """A proposal as a door shows it; the document is shown by its digest."""

    id: UUID
    summary: str
    digest: str
    base: int
    proposed_by: UUID
    proposed_at: datetime
    state: str
    edition: int | None

    @classmethod
    def of(cls, row: EditionProposal) -> "ProposalView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


def checked(document: dict[str, Any]) -> Book:
    """Read a document as a book that may be published.

    Raises Malformed where its form is wrong, Refused where its lint finds faults.
    """
    try:
        proposed = Book.model_validate(document)
    except ValidationError as error:
        faults = [
            Fault(".".join(map(str, fault["loc"])), fault["msg"])
            for fault in error.errors(include_input=False, include_url=False)
        ]
        raise Malformed("; ".join(f"{fault.field}: {fault.why}" for fault in faults), faults) from None
    wrong = lint.lint(proposed, vocabulary())
    if wrong:
        raise Refused("AC-8", "The edition has faults: " + "; ".join(wrong))
    return proposed


def _in_conflict(proposed: Book) -> list[str]:
    """List the persons whose present roles the proposed book would call a conflict of duties."""
    return [
        f"{ref}: {conflict}"
        for ref, held in sorted(gate.current().assignments.items())
        if ref.startswith("person:")
        for conflict in lint.conflicts(proposed, [given.role for given in held])
    ]


@action("policy.propose", scope="house", answer=ProposalView)
def propose_edition(
    work: Work, *, document: dict[str, Any], summary: Annotated[str, Field(min_length=10, max_length=500)]
) -> EditionProposal:
    """Propose a next edition of the book; another person must approve it before it can be published. [AC-8]"""
    proposed = checked(document)
    written = proposed.document()
    base = gate.current().edition
    if written == book.in_force().document():
        raise Conflict("This is the book in force; there is nothing to publish.")
    proposal = work.add(
        EditionProposal(
            summary=summary,
            document=written,
            digest=hashlib.sha256(canonical(written)).hexdigest(),
            base=base,
            proposed_by=person_of(work),
            proposed_at=work.now,
        )
    )
    work.session.flush()
    ask_approval(work, proposal.ref, REQUIREMENT, _content(proposal))
    return proposal


def _content(proposal: EditionProposal) -> dict[str, Any]:
    return {"digest": proposal.digest, "base": proposal.base, "summary": proposal.summary}


@action("policy.publish", on=EditionProposal, answer=ProposalView)
def publish_edition(work: Work, proposal: EditionProposal) -> EditionProposal:
    """Put an approved edition in force, with its date; what came before is judged by the edition before. [AC-8]"""
    return put_in_force(work, proposal)


def put_in_force(work: Work, proposal: EditionProposal) -> EditionProposal:
    """Publish a proposal; raises Refused when it is outdated, faulty, or not approved exactly as it stands."""
    if proposal.base != gate.current().edition:
        raise Refused("AC-8", "Another edition came into force since this was proposed; propose the difference anew.")
    proposed = checked(proposal.document)
    conflicts = _in_conflict(proposed)
    if conflicts:
        raise Refused(
            "AC-6", f"It would put {len(conflicts)} people in a conflict of duties, the first: {conflicts[0]}"
        )
    use_approval(work, proposal.ref, REQUIREMENT, seal(proposal.ref, REQUIREMENT, _content(proposal)).digest)
    PROPOSAL_STEPS.advance(work, proposal, "publish")
    proposal.edition = edition.publish(work, proposal.document)
    work.fact("policy.published", edition=proposal.edition, proposal_id=proposal.id)
    return proposal


@probe("AC-8", guard="policy.publish")
def publish_unapproved(work: Work) -> None:
    """Publish an edition that nobody approved."""
    written = book.in_force().document()
    scratch = EditionProposal(
        summary="a trial",
        document=written,
        digest=hashlib.sha256(canonical(written)).hexdigest(),
        base=gate.current().edition,
        proposed_by=uuid7(),
        proposed_at=work.now,
    )
    work.add(scratch)
    work.session.flush()
    put_in_force(work, scratch)


@evidence("AC-8")
def editions_were_approved(session: Any, now: datetime) -> Evidence:
    """Every edition that the house adopted was proposed by one person and approved by another."""
    rows = list(session.scalars(select(PolicyEdition).where(col(PolicyEdition.published_at) <= now)))
    approved = {
        edition
        for edition, digest, asker, approval in session.execute(
            select(EditionProposal.edition, EditionProposal.digest, EditionProposal.proposed_by, Approval.id)
            .join(Approval, col(Approval.subject_ref) == func.concat("edition-proposal:", EditionProposal.id))
            .where(Approval.state == "used", EditionProposal.state == "published")
        )
        if digest and _another_said_yes(session, approval, asker)
    }
    own = [row for row in rows if not row.published_by.startswith("clerk:")]
    shipped = [row for row in rows if row.published_by.startswith("clerk:")]
    return found(
        (row.ref for row in rows), (row.ref for row in own if row.number not in approved), (row.ref for row in shipped)
    )


def _another_said_yes(session: Any, approval: UUID, asker: UUID) -> bool:
    votes = select(ApprovalVote).where(ApprovalVote.approval_id == approval, col(ApprovalVote.voided_at).is_(None))
    return any(vote.yes and asker not in (vote.voter_id, vote.principal_id) for vote in session.scalars(votes))


@on_fact("approval.refused")
@on_fact("approval.withdrawn")
@on_fact("approval.expired")
def close_proposal(work: Work, fact: Fact) -> None:
    """Close a proposal whose approval will not come."""
    if fact.data["requirement"] != REQUIREMENT:
        return
    proposal = work.get(EditionProposal, subject_of(fact))
    if proposal.state == "proposed":
        PROPOSAL_STEPS.advance(work, proposal, "refuse" if fact.name == "approval.refused" else "drop")


class EditionView(Answer):
    """An edition of the book: its number, when and by whom it came into force, and its digest."""

    number: int
    digest: str
    published_at: datetime
    published_by: str


class BookView(Answer):
    """The book in force, with every edition there was and the proposals that are open."""

    edition: int
    document: dict[str, Any]
    editions: list[EditionView]
    proposals: list[ProposalView]


@reading("policy.read")
def read_book(work: Work, *, edition: int | None = None) -> BookView:
    """Read the book in force, or an earlier edition of it. [AC-8]"""
    rows = work.select(select(PolicyEdition).order_by(col(PolicyEdition.number).desc())).all()
    asked = edition or gate.current().edition
    chosen = next((row for row in rows if row.number == asked), None)
    proposals = work.select(
        select(EditionProposal).where(EditionProposal.state == "proposed").order_by(col(EditionProposal.id))
    ).all()
    return BookView(
        edition=asked,
        document=chosen.document if chosen else book.in_force().document(),
        editions=[EditionView.model_validate(row, from_attributes=True) for row in rows],
        proposals=[ProposalView.of(row) for row in proposals],
    )
