"""Authorisation: who is asked about a change, what follows from their answers, and how a client acknowledges. [CC-1, CC-5, CC-10]

The technical director always; the customer operations director for maintenance; each affected client's representative. Whom a
model asks is the book's. Authors, requester and implementers are barred, through a delegation too.
"""

from typing import Any
from uuid import UUID

from sqlmodel import col, select

from changecontrol import keys, reach
from changecontrol import requirements as needed
from changecontrol.models import (
    Change,
    ChangeAuthorisation,
    ChangeRevision,
    ChangeTemplate,
    SpokenAuthorisation,
    TestResult,
)
from changecontrol.models.changes import EMERGENCY, UNAUTHORISED
from changecontrol.revisions import things_of
from changecontrol.states import CHANGE_STEPS
from kernel.action import Fact, Work, action, on_fact
from kernel.db import HOUSE, Answer
from kernel.errors import NotFound, Refused
from policy import book, changes
from policy.approvals import ask_approval, person_of, subject_of, withdraw_approval
from policy.models import Approval

ASKED = frozenset({"change.authorise", "change.consent", "change.client-consent", "change.emergency", "change.accept"})


class AuthorisationView(Answer):
    """One who is asked: by which approval of the book, in which scope, and whether a client has acknowledged."""

    id: UUID
    change_id: UUID
    requirement: str
    scope: str
    approval_id: UUID | None
    revision: int
    acknowledged_by: UUID | None

    @classmethod
    def of(cls, row: ChangeAuthorisation) -> "AuthorisationView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


def names(parameter: str) -> list[str]:
    """Return a list of clause CC-1. Raises NotFound when the parameter is of another kind."""
    found = book.parameter("CC-1", parameter)
    if not isinstance(found, list):
        raise NotFound(f"Clause CC-1, parameter {parameter} is not a list.")
    return [str(one) for one in found]


def asks(work: Work, change: Change) -> list[tuple[str, str]]:
    """Give whom a change asks: approvals of the book, each in its scope."""
    wanted = [(name, HOUSE) for name in names(f"{change.model}_asks")]
    if change.model in (EMERGENCY, UNAUTHORISED):
        return wanted
    if change.kind == "maintenance":
        wanted += [(name, HOUSE) for name in names("maintenance_asks")]
    affected = reach.clients(work.session, needed.systems_of(work, change))
    return wanted + [(name, client) for client in affected for name in names("client_asks")]


def put(work: Work, change: Change, reason: str | None = None) -> None:
    """Put the current revision before everyone it asks; whoever is asked no more is told so. An edit's kind is computed again.

    Raises Refused where nobody could answer, and where a model asks nobody at all.
    """
    wanted = asks(work, change)
    if reason is not None:
        _carry_word(work, change)
    if not wanted and change.template_id is None:
        raise Refused("CC-1", "The book asks nobody about this, and nobody is not a quorum.")
    live = {(one.requirement, one.scope): one for one in needed.live_authorisations(work, change)}
    for key in live.keys() - set(wanted):
        drop(work, live[key], "this revision asks somebody else")
    content = question(work, change, [scope for _, scope in wanted if scope != HOUSE])
    for requirement, scope in wanted:
        one = live.get((requirement, scope)) or work.add(
            ChangeAuthorisation(change_id=change.id, requirement=requirement, scope=scope, revision=change.revision)
        )
        work.session.flush()
        approval = ask_approval(
            work, one.ref, requirement, content, scope=scope, reason=reason,
            implementers=needed.implementers_of(work, change), subjects=_writers(work, change),
        )  # fmt: skip
        if approval.digest != one.digest and reason is None:
            one.acknowledged_at = one.acknowledged_by = None
        one.approval_id, one.revision, one.digest = approval.id, change.revision, approval.digest
    work.session.flush()


def _carry_word(work: Work, change: Change) -> None:
    """Let a spoken word stand for a clerical revision as well."""
    rows = select(SpokenAuthorisation).where(
        SpokenAuthorisation.change_id == change.id, SpokenAuthorisation.revision == change.revision - 1
    )
    for word in list(work.select(rows.with_for_update())):
        word.revision = change.revision


def question(work: Work, change: Change, clients: list[str]) -> dict[str, Any]:
    """Give what the approvals bind to: the content of the revision, its tests by their digests, and who is affected."""
    tests = work.select(
        select(TestResult.attachment_id).where(TestResult.change_id == change.id).order_by(col(TestResult.id))
    )
    return {
        **needed.content_of(work, change),
        "number": change.number,
        "model": change.model,
        "tests": [str(one) for one in tests],
        "clients": sorted(clients),
    }


def _writers(work: Work, change: Change) -> set[UUID]:
    """Give the requester and all who wrote what is material; who wrote a clerical edit is barred by having asked anew."""
    rows = select(ChangeRevision.made_by).where(
        ChangeRevision.change_id == change.id, ChangeRevision.edit != "clerical"
    )
    return {change.requester_id, *work.select(rows)}


def drop(work: Work, one: ChangeAuthorisation, why: str) -> None:
    """Ask no more, and take the question back."""
    one.dropped_at = work.now
    waiting = select(Approval).where(Approval.id == one.approval_id, col(Approval.state).in_(["open", "granted"]))
    for approval in list(work.select(waiting.with_for_update())):
        withdraw_approval(work, approval, why)


def drop_all(work: Work, change: Change, why: str) -> None:
    """Take every question about a change back."""
    for one in needed.live_authorisations(work, change):
        drop(work, one, why)


def settle(work: Work, change: Change) -> bool:
    """Schedule a change whose every yes is there (accept one that was found); tells whether it was."""
    if change.state != "authorise" or needed.authorised(work, change) is not None:
        return False
    if change.model == UNAUTHORISED:
        CHANGE_STEPS.advance(work, change, "accept")
        change.authorised_at = work.now
        work.fact("change.accepted", change_id=change.id)
        return True
    CHANGE_STEPS.advance(work, change, "schedule")
    change.authorised_at = work.now
    _count_use(work, change)
    content = announce(work, change)
    work.fact("change.scheduled", change_id=change.id, training=content["training"])
    return True


def announce(work: Work, change: Change) -> dict[str, Any]:
    """Tell everyone who has to know what may be changed, when and by whom; returns the content."""
    content, systems = needed.content_of(work, change), needed.systems_of(work, change)
    if change.starts_at is None or change.ends_at is None:
        raise Refused("CC-1", "A change without a window is not scheduled.")
    changes.authorise_window(
        work, change.window_ref, change_id=change.id, model=change.model, revision=change.revision, digest=change.digest,
        starts_at=change.starts_at, ends_at=change.ends_at, implementers=needed.implementers_of(work, change),
        things=things_of(work, content, systems), texts=content["texts"], rules=content.get("rules", {}),
    )  # fmt: skip
    return content


def _count_use(work: Work, change: Change) -> None:
    if change.template_id is None:
        return
    template = work.get(ChangeTemplate, change.template_id, lock=True)
    if template.used >= template.most:
        raise Refused("CC-1", "The template has been used as often as it was authorised for.")
    template.used += 1


def stop(work: Work, change: Change, event: str, why: str) -> None:
    """End a change, or send it back, wherever it stands: questions, keys and window end with it."""
    drop_all(work, change, why)
    CHANGE_STEPS.advance(work, change, event)
    keys.take(work, change)
    if change.state not in {"authorise", "assess"}:
        change.ended_at, change.ended_why = work.now, why
    changes.end_window(work, change.window_ref, why)


@on_fact("approval.granted")
@on_fact("approval.refused")
@on_fact("approval.voided")
@on_fact("approval.expired")
@on_fact("approval.withdrawn")
def follow(work: Work, fact: Fact) -> None:
    """Move a change as its approvals move."""
    if fact.data["requirement"] not in ASKED:
        return
    one = work.get(ChangeAuthorisation, subject_of(fact))
    if one.dropped_at is not None or one.approval_id not in (None, fact.data["approval_id"]):
        return
    change = work.get(Change, one.change_id, lock=True)
    happened = fact.name.removeprefix("approval.")
    if happened == "granted":
        approval = work.get(Approval, fact.data["approval_id"])
        if change.ends_at is not None and change.model != UNAUTHORISED:
            changes.ends_with(approval, change.ends_at)
        work.fact("change.answered", change_id=change.id, requirement=one.requirement, yes=True)
        settle(work, change)
    elif happened == "refused" and change.state in {"authorise", "scheduled", "implementing"}:
        stop(work, change, "reject", "it was refused")
        work.fact("change.answered", change_id=change.id, requirement=one.requirement, yes=False)
        work.fact("change.rejected", change_id=change.id, normalises_id=change.normalises_id)
    elif happened == "voided" and change.state == "scheduled":
        CHANGE_STEPS.advance(work, change, "void")
        changes.end_window(work, change.window_ref, "an approval was taken back")
    elif happened in {"expired", "withdrawn"} and change.state in {"authorise", "scheduled"}:
        _unanswered(work, change, happened)
    elif happened == "expired" and change.state == "implementing" and _never_answered(work, fact):
        work.fact("emergency.unconfirmed", change_id=change.id)


def _never_answered(work: Work, fact: Fact) -> bool:
    return work.get(Approval, fact.data["approval_id"]).settled_at is None


def _unanswered(work: Work, change: Change, happened: str) -> None:
    why = "nobody answered in time" if happened == "expired" else "a question was taken back"
    if change.ends_at is not None and change.ends_at <= work.now:
        why = "its window passed and it had not begun"
    stop(work, change, "cancel", why)


@action("change.acknowledge", on=ChangeAuthorisation, answer=AuthorisationView)
def acknowledge(work: Work, one: ChangeAuthorisation, *, revision: int) -> ChangeAuthorisation:
    """Acknowledge, for a client, a change that affects its operations, as the revision stands that you read. [CC-10]"""
    change = work.get(Change, one.change_id, lock=True)
    if one.scope == HOUSE:
        raise Refused("CC-10", "It is clients who acknowledge.")
    if one.dropped_at is not None or change.state != "authorise":
        raise Refused("CC-10", "Nobody is asked about this change any more.")
    if revision != one.revision:
        raise Refused("CC-10", "It was changed since you read it; read it again before you acknowledge.")
    one.acknowledged_at, one.acknowledged_by = work.now, person_of(work)
    work.session.flush()
    work.fact("change.acknowledged", change_id=change.id, authorisation_id=one.id)
    settle(work, change)
    return one
