"""The access directive and its procedures: written as versions, approved by another, published, and acknowledged by everybody. [AC-8]"""

import hashlib
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlmodel import col, select

from iam.directives.models import TEXT_STEPS, Directive, DirectiveVersion
from kernel.action import Fact, Work, action, on_fact
from kernel.actor import clerk
from kernel.db import HOUSE, Answer
from kernel.errors import Conflict, NotFound, Refused
from kernel.outbox import effect
from policy.approvals import ask_approval, person_of, subject_of, use_approval, withdraw_all
from policy.ballots import seal

CLERK = clerk("directives")
REQUIREMENT = "directive.publish"
PUBLISH = "directive.publish"
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=120)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=20, max_length=60_000)]
Summary = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=500)]


class DirectiveView(Answer):
    """A document as a list shows it."""

    id: UUID
    slug: str
    title: str
    kind: str
    current: int | None

    @classmethod
    def of(cls, row: Directive) -> "DirectiveView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class TextView(Answer):
    """A version of a document with its text."""

    id: UUID
    directive_id: UUID
    number: int
    text: str
    digest: str
    summary: str
    written_by: UUID
    written_at: datetime
    state: str
    in_force_at: datetime | None
    retired_at: datetime | None

    @classmethod
    def of(cls, row: DirectiveVersion) -> "TextView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@action("directive.add", scope=HOUSE, answer=DirectiveView)
def add_directive(work: Work, *, slug: Slug, title: Title, kind: Literal["directive", "procedure"]) -> Directive:
    """Add a document; it says nothing to anybody until a version of it is in force. [AC-8]"""
    if work.select(select(Directive.id).where(Directive.slug == slug)).first() is not None:
        raise Conflict("There is a document of this name already.")
    return work.add(Directive(slug=slug, title=title, kind=kind))


@action("directive.write", on=Directive, answer=TextView)
def write_text(work: Work, directive: Directive, *, text: Text, summary: Summary) -> DirectiveVersion:
    """Write the next version of a document; it is a draft until you ask for its approval. [AC-8]"""
    last = work.select(
        select(DirectiveVersion.number)
        .where(DirectiveVersion.directive_id == directive.id)
        .order_by(col(DirectiveVersion.number).desc())
        .limit(1)
    ).first()
    plain = text.replace("\r\n", "\n")
    return work.add(
        DirectiveVersion(
            directive_id=directive.id, number=(last or 0) + 1, text=plain, summary=summary,
            digest=hashlib.sha256(plain.encode()).hexdigest(), written_by=person_of(work), written_at=work.now,
        )
    )  # fmt: skip


@action("directive.ask", on=DirectiveVersion, answer=TextView)
def ask_publication(work: Work, version: DirectiveVersion) -> DirectiveVersion:
    """Ask that a version be approved; the one who wrote or asks for it cannot approve it. [AC-8]"""
    directive = work.get(Directive, version.directive_id, lock=True)
    newer = select(DirectiveVersion.id).where(
        DirectiveVersion.directive_id == directive.id,
        (col(DirectiveVersion.state) == "asked") & (col(DirectiveVersion.id) != version.id),
    )
    if work.select(newer).first() is not None:
        raise Conflict("Another version of this document waits for approval; withdraw it first.")
    _newest(directive, version)
    TEXT_STEPS.advance(work, version, "ask")
    ask_approval(work, version.ref, REQUIREMENT, content_of(directive, version), implementers=[version.written_by])
    return version


def _newest(directive: Directive, version: DirectiveVersion) -> None:
    if directive.current is not None and version.number < directive.current:
        raise Refused("AC-8", "A later version is in force already.")


def content_of(directive: Directive, version: DirectiveVersion) -> dict[str, Any]:
    """Give what the approval of a version binds to."""
    return {
        "document": directive.slug,
        "title": directive.title,
        "number": version.number,
        "digest": version.digest,
        "summary": version.summary,
    }


@action("directive.drop", on=DirectiveVersion, answer=TextView)
def drop_text(work: Work, version: DirectiveVersion) -> DirectiveVersion:
    """Take back a version that is not in force, and the question about it. [AC-8]"""
    if version.state == "asked":
        withdraw_all(work, version.ref, "the version was taken back")
    TEXT_STEPS.advance(work, version, "drop")
    return version


@on_fact("approval.granted")
@on_fact("approval.refused")
@on_fact("approval.expired")
def follow(work: Work, fact: Fact) -> None:
    """Have an approved version published by the clerk, never by the voter; close one that was refused."""
    if fact.data["requirement"] != REQUIREMENT:
        return
    version = work.get(DirectiveVersion, subject_of(fact))
    if version.state != "asked":
        return
    if fact.name == "approval.granted":
        work.later(PUBLISH, version_id=version.id)
    else:
        TEXT_STEPS.advance(work, version, "refuse" if fact.name == "approval.refused" else "drop")


@effect(PUBLISH)
def publish_approved(*, version_id: str) -> None:
    """Publish an approved version; one that was published or dropped meanwhile is left as it is."""
    try:
        publish_text(CLERK, UUID(version_id))
    except (Refused, Conflict, NotFound) as no:
        note_unpublished(CLERK, UUID(version_id), why=no.why[:300])


@action("directive.publish", on=DirectiveVersion, answer=TextView)
def publish_text(work: Work, version: DirectiveVersion) -> DirectiveVersion:
    """Put an approved version in force; everybody is asked to acknowledge it. [AC-8]"""
    return put_in_force(work, version)


def put_in_force(work: Work, version: DirectiveVersion) -> DirectiveVersion:
    """Publish a version, inside any action; raises Refused when it is outdated or not approved exactly as it stands."""
    directive = work.get(Directive, version.directive_id, lock=True)
    if version.state != "asked":
        raise Refused("AC-8", f"A version that is {version.state} cannot be published.")
    _newest(directive, version)
    content = content_of(directive, version)
    sealed = seal(version.ref, REQUIREMENT, content, implementers=[version.written_by], subjects=())
    use_approval(work, version.ref, REQUIREMENT, sealed.digest)
    old = work.select(
        select(DirectiveVersion).where(
            DirectiveVersion.directive_id == directive.id, DirectiveVersion.state == "in-force"
        )
    ).first()
    if old is not None:
        TEXT_STEPS.advance(work, old, "retire")
        old.retired_at = work.now
    TEXT_STEPS.advance(work, version, "publish")
    version.in_force_at, directive.current = work.now, version.number
    work.fact("directive.published", directive_id=directive.id, version_id=version.id, number=version.number)
    return version


@action("directive.note-unpublished", on=DirectiveVersion)
def note_unpublished(work: Work, version: DirectiveVersion, *, why: Annotated[str, Field(max_length=300)]) -> None:
    """Write down why an approved version was not published. [AC-8]"""
    work.note("why", why)
    if version.state == "asked":
        TEXT_STEPS.advance(work, version, "drop")
