"""A tiny field for the policy's own tests: orders that must be approved, and a book that speaks of them."""

from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.access import RoleAssignment
from kernel.action import Work, action
from kernel.actor import Actor, person
from kernel.db import Record, uuid7
from kernel.edition import give_role, publish, take_role
from policy import approvals, settlements
from policy.reading import Book
from policy.workflow import Guard, Step, Workflow


class SampleOrder(Record, table=True):
    __tablename__ = "sample_order"
    __table_args__: ClassVar[Any] = {"info": {"governed": True}}

    content: dict[str, Any] = Field(sa_type=JSONB)
    implementers: list[str] = Field(default_factory=list, sa_type=JSONB)
    state: str = "draft"


def _approved(work: Work, order: SampleOrder) -> str | None:
    standing = settlements.settled(work, order.ref, "sample-order.authorise")
    sealed = approvals.seal(
        order.ref, "sample-order.authorise", order.content, implementers=map(UUID, order.implementers)
    )
    if not standing.granted:
        return standing.why
    return None if standing.digest == sealed.digest else "what was approved is not what stands here now"


IN_THE_DATABASE = """exists (select 1 from approval a where a.subject_ref = 'sample-order:' || new.id and a.state = 'granted'
and a.requirement = 'sample-order.authorise')"""
ORDER = Workflow(
    SampleOrder,
    "draft",
    [
        Step("draft", "start", "running", (Guard("approval", _approved, "CC-1", IN_THE_DATABASE),), "CC-1"),
        Step("draft", "drop", "dropped"),
        Step("running", "finish", "done"),
    ],
)


@action("sample-order.draft")
def draft(work: Work, *, content: dict[str, Any], implementers: list[UUID] = []) -> SampleOrder:  # noqa: B006
    """Draft an order."""
    return work.add(SampleOrder(content=content, implementers=[str(i) for i in implementers]))


@action("sample-order.edit", on=SampleOrder)
def edit(
    work: Work, order: SampleOrder, *, content: dict[str, Any], implementers: list[UUID] | None = None
) -> SampleOrder:
    """Edit an order behind the approvers' backs."""
    order.content = content
    if implementers is not None:
        order.implementers = [str(i) for i in implementers]
    return order


@action("sample-order.ask", on=SampleOrder)
def ask(work: Work, order: SampleOrder, *, reason: str | None = None, subjects: list[UUID] = []) -> approvals.Approval:  # noqa: B006
    """Ask for approval of an order as it stands."""
    return approvals.ask_approval(
        work,
        order.ref,
        "sample-order.authorise",
        order.content,
        implementers=map(UUID, order.implementers),
        subjects=subjects,
        reason=reason,
    )


@action("sample-order.move", on=SampleOrder)
def move(work: Work, order: SampleOrder, *, event: str, version: int | None = None) -> SampleOrder:
    """Take a step."""
    return ORDER.advance(work, order, event, version=version)


@action("sample-order.force", on=SampleOrder)
def force(work: Work, order: SampleOrder, *, state: str) -> SampleOrder:
    """Set a state without asking the workflow."""
    order.state = state
    return order


@action("sample-order.begin-at")
def begin_at(work: Work, *, state: str) -> SampleOrder:
    """Make an order that begins in the middle."""
    return work.add(SampleOrder(content={}, state=state))


@action("sample-order.use", on=SampleOrder)
def use(work: Work, order: SampleOrder) -> None:
    """Spend the approval."""
    sealed = approvals.seal(
        order.ref, "sample-order.authorise", order.content, implementers=map(UUID, order.implementers)
    )
    approvals.use_approval(work, order.ref, "sample-order.authorise", sealed.digest)


@action("sample-order.tamper", on=approvals.ApprovalRevision)
def tamper(work: Work, revision: approvals.ApprovalRevision, *, sealed: str) -> None:
    """Try to change what was sealed."""
    revision.sealed = sealed


@action("sample-order.tell")
def tell(work: Work, *, fact: str, data: dict[str, str]) -> None:
    """Tell a fact."""
    work.fact(fact, **{key: UUID(value) if key.endswith("_id") else value for key, value in data.items()})


@action("sample-order.publish-quietly")
def publish_quietly(work: Work, *, document: dict[str, Any]) -> int:
    """Publish an edition past its approval."""
    return publish(work, document)


@action("sample-field-role.give")
def give(work: Work, *, ref: str, role: str, scope: str = "house") -> UUID:
    """Give a role."""
    return give_role(work, ref, role, scope, reason="test").id


@action("sample-field-role.take")
def take(work: Work, *, assignment: UUID) -> None:
    """Take a role back."""
    take_role(work, work.get(RoleAssignment, assignment, lock=True))


ROLES: dict[str, Any] = {
    "nobody": {"label": "Nobody"},
    "member": {
        "label": "Member",
        "may": [
            "approval.inbox",
            "approval.list",
            "approval.read if concerns-you",
            "approval.cast if asked-of-you",
            "approval.withdraw if own-request",
            "approval.withdraw-vote if own-vote",
            "delegation.give",
            "delegation.end if own-delegation",
            "delegation.list",
            "duty.mine",
            "duty.fulfil if own-duty",
            "duty.hand-over if own-duty",
            "waiver.ask",
            "waiver.end if own-waiver",
            "policy.read",
            "sample-order.draft",
            "sample-order.edit",
            "sample-order.ask",
            "sample-order.move",
            "sample-order.force",
            "sample-order.use",
            "sample-order.tamper",
            "sample-order.tell",
            "sample-order.begin-at",
            "sample-order.publish-quietly",
        ],
    },
    "director": {"label": "Director", "is": ["member"], "may": ["policy.*", "evidence.attest", "evidence.status"]},
    "officer": {
        "label": "Officer",
        "is": ["member"],
        "may": ["duty.*", "policy.*", "evidence.*", "waiver.*", "approval.read"],
    },
    "auditor": {"label": "Auditor", "is": ["member"], "never": ["approval.cast"]},
    "founder": {"label": "Founder", "may": ["house.*", "sample-field-role.*", "role.escalate"]},
    "clerk-deadlines": {
        "label": "Deadlines clerk",
        "may": ["duty.sweep", "duty.recur", "waiver.sweep", "approval.sweep"],
    },
    "clerk-evidence": {
        "label": "Evidence clerk",
        "may": ["evidence.evaluate", "evidence.probe", "evidence.note-probe"],
    },
}
DOCUMENT: dict[str, Any] = Book.model_validate(
    {
        "clauses": [
            {
                "id": "CC-1",
                "text": "Nothing runs before it is authorised.",
                "kind": ["rule"],
                "owner": "director",
                "guard": ["sample-order.move"],
            },
            {
                "id": "FW-3",
                "text": "The logs are reviewed every week.",
                "kind": ["duty"],
                "owner": "officer",
                "duty": ["log-review"],
            },
            {
                "id": "TR-2",
                "text": "Users know that they are logged.",
                "kind": ["duty"],
                "owner": "officer",
                "duty": ["induction"],
            },
            {
                "id": "PW-1",
                "text": "Passwords have at least 8 characters.",
                "kind": ["rule"],
                "owner": "officer",
                "parameters": {"min_length": 8},
                "evidence": ["sample-passwords"],
            },
            {
                "id": "AC-8",
                "text": "The directive is published.",
                "kind": ["record"],
                "owner": "officer",
                "attestation": "90 days",
            },
            {
                "id": "DS-1",
                "text": "Risks are assessed by people.",
                "kind": ["record"],
                "owner": "officer",
                "in_force": False,
            },
        ],
        "roles": ROLES,
        "approvals": {
            "sample-order.authorise": {
                "clause": "CC-1",
                "requires": [{"role": "director"}, {"role": "officer"}],
                "clerical": ["title"],
                "answer_within": "7 days",
                "valid_for": "2 days",
            },
            "policy.publish": {
                "clause": "AC-8",
                "requires": [{"role": ["director", "officer"]}],
                "clerical": ["summary"],
            },
            "waiver.grant": {"clause": "AC-8", "requires": [{"role": ["director", "officer"]}], "clerical": ["note"]},
        },
        "duties": {
            "log-review": {
                "clause": "FW-3",
                "title": "Review the logs of the week",
                "holder": "officer",
                "calendar": {"anchor": "2026-01-05 00:00", "every": "1 week"},
                "escalates_to": "director",
            },
            "induction": {
                "clause": "TR-2",
                "title": "Pass the induction",
                "holder": "subject",
                "about": "person",
                "opened_by": "person.joined",
                "within": "30 days",
                "fulfilled_by": "training.passed",
                "fulfilled_where": {"course": "induction"},
                "ended_by": "person.left",
                "renews": "1 year",
                "escalates_to": "officer",
            },
        },
        "clerks": {"setup": ["founder"], "deadlines": ["clerk-deadlines"], "evidence": ["clerk-evidence"]},
    }
).document()


def someone(*roles: str, name: str = "Ama") -> Actor:
    """A natural person who holds these roles in the whole house."""
    from kernel.actor import clerk

    made = person(uuid7(), name)
    for role in roles:
        give(clerk("setup"), ref=made.ref, role=role)
    return made
