"""Standard changes: a template the technical director authorises once, until a day and for so many uses. [CC-1]"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints
from sqlmodel import col, select

from changecontrol.contents import Content, digest_of, missing
from changecontrol.models import ChangeTemplate
from changecontrol.states import TEMPLATE_STEPS
from kernel.action import Fact, Work, action, on_fact
from kernel.db import HOUSE, Answer, as_utc
from kernel.errors import Conflict, Refused
from kernel.reading import reading
from policy import book
from policy.approvals import ask_approval, person_of, subject_of, use_approval, withdraw_all
from policy.ballots import seal

REQUIREMENT = "change-template.authorise"
FREE = frozenset({"title", "summary", "note", "systems", "implementers", "starts_at", "ends_at", "incident"})
"""What each use says anew; its systems are some of the template's. Everything else is the template's word."""
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class TemplateView(Answer):
    """A template as a door shows it."""

    id: UUID
    slug: str
    title: str
    content: dict[str, Any]
    digest: str
    ends_at: datetime
    most: int
    used: int
    written_by: UUID
    state: str

    @classmethod
    def of(cls, row: ChangeTemplate) -> "TemplateView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@action("change-template.write", scope=HOUSE, answer=TemplateView)
def write_template(
    work: Work, *, slug: Slug, content: Content, ends_at: AwareDatetime, most: Annotated[int, Field(ge=1, le=1000)]
) -> ChangeTemplate:
    """Write what a standard change is: plan, roll-back, risk and documentation, for which systems, until when and how often. [CC-1]"""
    if work.select(select(ChangeTemplate.id).where(ChangeTemplate.slug == slug)).first() is not None:
        raise Conflict("There is a template of this name already.")
    if not work.now < ends_at or (ends_at - work.now).days > book.number("CC-1", "template_days"):
        raise Refused("CC-1", f"A template ends, within {book.number('CC-1', 'template_days')} days.")
    plain = content.model_copy(update={"implementers": [], "starts_at": None, "ends_at": None}).plain()
    return work.add(
        ChangeTemplate(
            slug=slug, title=content.title, content=plain, digest=digest_of(plain), ends_at=ends_at, most=most,
            written_by=person_of(work), written_at=work.now,
        )
    )  # fmt: skip


@action("change-template.ask", on=ChangeTemplate, answer=TemplateView)
def ask_template(work: Work, template: ChangeTemplate) -> ChangeTemplate:
    """Ask the technical director to authorise a template; who wrote it cannot. [CC-1]"""
    lacking = missing("template", "ask", template.content)
    if lacking:
        raise Refused("CC-1", f"Still to be said: {', '.join(lacking)}.")
    TEMPLATE_STEPS.advance(work, template, "ask")
    ask_approval(work, template.ref, REQUIREMENT, _content(template), subjects=[template.written_by])
    return template


def _content(template: ChangeTemplate) -> dict[str, Any]:
    return {
        "slug": template.slug, "content": template.content, "ends_at": as_utc(template.ends_at), "most": template.most,
    }  # fmt: skip


@action("change-template.end", on=ChangeTemplate, answer=TemplateView)
def end_template(work: Work, template: ChangeTemplate, *, reason: Reason) -> ChangeTemplate:
    """Take a template out of use; what was scheduled by it and has not begun cannot begin. [CC-1]"""
    if template.state == "asked":
        withdraw_all(work, template.ref, reason)
    TEMPLATE_STEPS.advance(work, template, "end" if template.state == "in-force" else "drop")
    template.ended_why = reason
    return template


@on_fact("approval.granted")
@on_fact("approval.refused")
@on_fact("approval.expired")
def follow(work: Work, fact: Fact) -> None:
    """Put an authorised template in force, by exactly what was approved; close one that was not."""
    if fact.data["requirement"] != REQUIREMENT:
        return
    template = work.get(ChangeTemplate, subject_of(fact), lock=True)
    if template.state != "asked":
        return
    if fact.name == "approval.granted":
        sealed = seal(template.ref, REQUIREMENT, _content(template), subjects=[template.written_by])
        use_approval(work, template.ref, REQUIREMENT, sealed.digest)
        TEMPLATE_STEPS.advance(work, template, "grant")
    else:
        TEMPLATE_STEPS.advance(work, template, "refuse" if fact.name == "approval.refused" else "drop")


def filled(work: Work, template: ChangeTemplate, content: Content) -> Content:
    """Give the content of one use: what is free from the use, everything else from the template. Raises Refused."""
    plain = content.plain()
    free = {name: plain[name] for name in FREE if plain[name] not in ("", [], None)}
    made = Content.model_validate(template.content | free)
    check(work, template, made)
    return made


def check(work: Work, template: ChangeTemplate, content: Content) -> None:
    """Refuse a use of a template that is over or used up, and one that says something else than it. [CC-1]"""
    if template.state != "in-force" or template.ends_at <= work.now:
        raise Refused("CC-1", "The template is not in force.")
    if template.used >= template.most:
        raise Refused("CC-1", "The template has been used as often as it was authorised for.")
    plain = content.plain()
    if any(plain[name] != template.content[name] for name in plain.keys() - FREE):
        raise Refused("CC-1", "A standard change is done as its template says; anything else is a normal change.")
    if not set(plain["systems"]) <= set(template.content["systems"]):
        raise Refused("CC-1", "The template was authorised for other systems.")


@reading("change-template.list", scope=HOUSE)
def list_templates(work: Work, *, live: bool = True) -> list[TemplateView]:
    """List the templates of standard changes by name; `live` leaves out those that are over or used up. [CC-1]"""
    rows = select(ChangeTemplate).order_by(col(ChangeTemplate.slug))
    if live:
        rows = rows.where(
            ChangeTemplate.state == "in-force",
            ChangeTemplate.ends_at > work.now,
            ChangeTemplate.used < ChangeTemplate.most,
        )
    return [TemplateView.of(row) for row in work.select(rows)]
