"""The method of the audit: written by the officer, approved by the technical director as it stands, one version in force. [FW-5]"""

import hashlib
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlmodel import col, select

from firewall_audit.audits import opening
from firewall_audit.audits.checklist import Point, shipped
from firewall_audit.audits.models import APPROVED, ASKED, DRAFT, AuditMethod
from firewall_audit.audits.states import METHOD_STEPS
from kernel.access import Scope
from kernel.action import Fact, Work, action, on_fact
from kernel.db import HOUSE, Answer
from kernel.errors import Conflict, Malformed, NotFound, Refused
from kernel.ledger.entries import canonical
from policy import book
from policy.approvals import ask_approval, person_of, subject_of, use_approval, withdraw_all
from policy.ballots import seal

REQUIREMENT = "audit-method.approve"
CLAUSE = "FW-5"
MOST_POINTS = 120
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=50, max_length=20_000)]
Points = Annotated[list[Point], Field(min_length=1, max_length=MOST_POINTS)]
ToolText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]
Tools = Annotated[list[ToolText], Field(max_length=30)]
Count = Annotated[int, Field(ge=0, le=200)]
Sites = Annotated[list[Annotated[str, StringConstraints(pattern=r"^site:[a-z0-9_.-]{1,60}$")]], Field(max_length=200)]


class MethodView(Answer):
    """A version of the method as a door shows it."""

    id: UUID
    number: int
    state: str
    text: str
    points: list[Point]
    tools: list[str]
    sample_rules: int
    sample_days: int
    sites: list[str]
    digest: str
    written_by: UUID
    written_at: datetime
    approved_at: datetime | None

    @classmethod
    def of(cls, row: AuditMethod) -> "MethodView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@action("audit-method.draft", scope=HOUSE, answer=MethodView)
def draft_method(work: Work, *, language: Literal["en", "fr"] = "fr") -> AuditMethod:
    """Begin a new version of the method: from the one in force, else from the one that is shipped. [FW-5]"""
    rows = list(work.select(select(AuditMethod).order_by(col(AuditMethod.number).desc()).with_for_update()))
    if any(one.state in {DRAFT, ASKED} for one in rows):
        raise Conflict("A new version of the method is being written already.", CLAUSE)
    before = next((one for one in rows if one.state == APPROVED), None)
    made = AuditMethod(
        number=rows[0].number + 1 if rows else 1, text="", sample_rules=0, sample_days=0, digest="",
        written_by=person_of(work), written_at=work.now,
    )  # fmt: skip
    if before is not None:
        for name in ("text", "points", "tools", "sample_rules", "sample_days", "sites"):
            setattr(made, name, getattr(before, name))
    else:
        told = shipped(language)
        made.text, made.tools = told.text.strip(), list(told.tools)
        made.points = [one.model_dump() for one in told.points]
        made.sample_rules, made.sample_days = book.number(CLAUSE, "sample_rules"), book.number(CLAUSE, "sample_days")
    made.digest = digest_of(made)
    return work.add(made)


@action("audit-method.revise", on=AuditMethod, answer=MethodView)
def revise_method(
    work: Work,
    method: AuditMethod,
    *,
    text: Text | None = None,
    points: Points | None = None,
    tools: Tools | None = None,
    sample_rules: Count | None = None,
    sample_days: Count | None = None,
    sites: Sites | None = None,
) -> AuditMethod:
    """Change a version that nobody was asked about yet. [FW-5]"""
    if method.state != DRAFT:
        raise Refused(CLAUSE, "A version that was put before somebody stands as it is.")
    if points is not None:
        if len({one.code for one in points}) != len(points):
            raise Malformed("Two points have the same code.")
        method.points = [one.model_dump() for one in points]
    if sites is not None and any(work.session.get(Scope, one) is None for one in sites):
        raise NotFound("There is no such site.")
    given = {"text": text, "tools": tools, "sample_rules": sample_rules, "sample_days": sample_days, "sites": sites}
    for name, value in given.items():
        if value is not None:
            setattr(method, name, value)
    method.written_by, method.written_at = person_of(work), work.now
    method.digest = digest_of(method)
    return method


@action("audit-method.ask", on=AuditMethod, answer=MethodView)
def ask_method(work: Work, method: AuditMethod) -> AuditMethod:
    """Put a version before the technical director, as it stands word for word. [FW-5]"""
    if method.digest == digest_in_force(work):
        raise Refused(CLAUSE, "This version says the same as the one in force.")
    METHOD_STEPS.advance(work, method, "ask")
    ask_approval(work, method.ref, REQUIREMENT, content_of(method), implementers=[method.written_by])
    return method


@action("audit-method.recall", on=AuditMethod, answer=MethodView)
def recall_method(work: Work, method: AuditMethod) -> AuditMethod:
    """Take the question back, to write on. [FW-5]"""
    METHOD_STEPS.advance(work, method, "recall")
    withdraw_all(work, method.ref, "the version is being written on")
    return method


@action("audit-method.withdraw", on=AuditMethod, answer=MethodView)
def withdraw_method(work: Work, method: AuditMethod) -> AuditMethod:
    """Give a version up that is still being written. [FW-5]"""
    METHOD_STEPS.advance(work, method, "withdraw")
    return method


@on_fact("approval.granted")
@on_fact("approval.refused")
@on_fact("approval.expired")
def follow(work: Work, fact: Fact) -> None:
    """Put an approved version in force, the one before steps down; the audits that waited for a method open. [FW-5]"""
    if fact.data["requirement"] != REQUIREMENT:
        return
    method = work.get(AuditMethod, subject_of(fact))
    if method.state != ASKED:
        return
    if fact.name != "approval.granted":
        METHOD_STEPS.advance(work, method, "refuse")
        return
    sealed = seal(method.ref, REQUIREMENT, content_of(method), implementers=[method.written_by], subjects=())
    use_approval(work, method.ref, REQUIREMENT, sealed.digest)
    before = opening.in_force(work)
    if before is not None:
        METHOD_STEPS.advance(work, before, "replace")
        work.session.flush()
    METHOD_STEPS.advance(work, method, "approve")
    method.approved_at = work.now
    work.session.flush()
    work.fact("audit-method.approved", **{"audit-method_id": method.id})
    opening.open_waiting(work, method)


def content_of(method: AuditMethod) -> dict[str, Any]:
    """Give what is approved: all of it, the points in their order."""
    return {
        "number": method.number, "text": method.text, "points": method.points, "tools": method.tools,
        "sample_rules": method.sample_rules, "sample_days": method.sample_days, "sites": method.sites,
    }  # fmt: skip


def digest_of(method: AuditMethod) -> str:
    """Give the SHA-256 of what a method says, whatever its number."""
    told = content_of(method)
    del told["number"]
    return hashlib.sha256(canonical(told)).hexdigest()


def digest_in_force(work: Work) -> str:
    """Give the digest of the version in force; empty where none is."""
    found = opening.in_force(work)
    return found.digest if found is not None else ""
