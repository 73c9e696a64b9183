"""Approvals: what waits for somebody, and one decision on one screen. [AC-1, AC-2]"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from starlette.responses import Response

from api.console import audit_words, frame, meanings, training_words
from api.console.account import uuid_of
from api.console.changes import asked_about
from api.console.pages import approvals as pages
from api.console.pages.frame import Choice, Form
from api.console.pages.requests import Found
from api.console.readings import look_names_up
from api.console.requests import answered, facts_of, right, title_of, whom
from api.console.visit import Visit, problems_of, route
from api.words import _
from iam.requests import views
from iam.requests.checks import Finding
from iam.requests.line_views import LineView
from kernel.actor import Actor
from kernel.errors import Conflict, Malformed, OmniError, Refused
from policy import inbox

COUNTED_FOR = timedelta(seconds=10)
"""For how long a count of what waits stands, so that pages do not ask anew each time."""
MOST_COUNTED = 5000
_counts: dict[UUID, tuple[datetime, int]] = {}
MOST_SIGNS = 400
"""Signs of one sealed value that are shown."""


def count(actor: Actor, now: datetime) -> tuple[str, int]:
    """How many questions wait for somebody, as known some seconds ago at most."""
    if actor.id is None or not frame.is_open(actor, "approval.inbox"):
        return "/approvals", 0
    known = _counts.get(actor.id)
    if known is None or not timedelta(0) <= now - known[0] < COUNTED_FOR:
        if len(_counts) >= MOST_COUNTED:
            _counts.clear()
        known = _counts[actor.id] = (now, len(inbox.approvals_waiting(actor, limit=100)))
    return "/approvals", known[1]


def waiting(visit: Visit) -> Response:
    """GET /approvals: everything that waits for an answer, the most urgent first."""
    found = inbox.approvals_waiting(visit.actor, limit=100)
    names = look_names_up(visit.actor, refs=list({f"person:{one.requested_by}" for one in found}))
    ids = [UUID(one.subject_ref.partition(":")[2]) for one in found if one.subject_ref.startswith("request:")]
    about = {f"request:{line.id}": line for line in views.look_requests_up(visit.actor, ids=ids)}
    rows = tuple(_row(visit, one, about.get(one.subject_ref), names) for one in found)
    return visit.page("approvals/inbox.html", pages.Inbox(rows))


def _change_named(visit: Visit, one: inbox.ApprovalView) -> str:
    """The number and the title of the change that a question is about; empty for any other question."""
    if not one.requirement.startswith("change."):
        return ""
    revisions = inbox.read_approval(visit.actor, one.id).revisions
    said = revisions[-1].content if revisions else {}
    return f"{said['number']} · {said['title']}" if "number" in said and "title" in said else ""


def _row(visit: Visit, one: inbox.ApprovalView, line: views.RequestLine | None, names: dict[str, str]) -> pages.Waiting:
    title = (
        meanings.title(line.deed, line.role, line.scope, line.profile) if line else meanings.question(one.requirement)
    )
    half = one.requested_at + (one.answer_by - one.requested_at) / 2
    return pages.Waiting(
        str(one.id), title, whom(line) if line else _change_named(visit, one), names.get(f"person:{one.requested_by}", ""), one.requested_at, one.answer_by,
        visit.now > half,
    )  # fmt: skip


def _request(visit: Visit, subject_ref: str) -> views.RequestView | None:
    noun, _colon, key = subject_ref.partition(":")
    return views.read_request(visit.actor, UUID(key)) if noun == "request" else None


def decision(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /approvals/{id}: who, what it means, why, what stands against it, what they have now; and the two buttons."""
    asked = inbox.read_approval(visit.actor, uuid_of(visit.request.path_params["id"]))
    request = _request(visit, asked.approval.subject_ref)
    change = _change(visit, asked)
    content = asked.revisions[-1].content if asked.revisions else {}
    voices, why_not = _voices(visit, asked)
    people = {asked.approval.requested_by, *(vote.voter_id for vote in asked.votes)}
    people |= {vote.principal_id for vote in asked.votes} | {voice.principal_id for voice in voices}
    leaders = {one for line in request.lines for one in (line.manager_id, line.new_manager_id)} if request else set()
    people |= {one for one in leaders if one is not None}
    names = look_names_up(visit.actor, refs=[f"person:{one}" for one in people])
    return visit.page(
        "approvals/decision.html",
        pages.Decision(
            id=str(asked.approval.id), digest=asked.approval.digest,
            title=_title(asked, request, change),
            kind=meanings.question(asked.approval.requirement),
            state=meanings.STATES.get(asked.state, meanings.STATES["open"]),
            asker=names.get(f"person:{asked.approval.requested_by}", ""),
            asked=asked.approval.requested_at, answer_by=asked.approval.answer_by,
            reason=request.reason if request else str(change.content["reason"]) if change else "",
            subjects=_subjects(visit, request, names) if request else (),
            facts=() if request else change.facts if change else _facts(visit, asked),
            revisions=asked.approval.revision,
            answers=tuple(answered(vote, names) for vote in asked.votes),
            missing=tuple(meanings.voice(name) for name in asked.missing),
            voices=tuple(_choice(visit, voice, names) for voice in voices),
            why_not=why_not, form=form or Form(),
            whole=f"/requests/{request.id}" if request else change.href if change else _whole(asked, content),
        ),
        status,
    )  # fmt: skip


def _whole(asked: inbox.ApprovalPage, content: dict[str, Any]) -> str:
    about, wanted = asked.approval.subject_ref, asked.approval.requirement
    return audit_words.method_href(wanted, about) or training_words.href(wanted, content)


@dataclass(frozen=True)
class _Change:
    """A change that somebody is asked about: its content, that in words, and its page."""

    content: dict[str, Any]
    facts: tuple[tuple[str, str], ...]
    href: str


def _change(visit: Visit, asked: inbox.ApprovalPage) -> _Change | None:
    """The change that is asked about; None for what is no change, or one that this person may not see."""
    number = asked.revisions[-1].content.get("number") if asked.revisions else None
    if not asked.approval.requirement.startswith("change.") or not isinstance(number, str):
        return None
    found = asked_about(visit, number)
    if found is None:
        return None
    return _Change(found[0].content, found[1], f"/changes/{found[0].change.id}")


def _title(asked: inbox.ApprovalPage, request: views.RequestView | None, change: _Change | None) -> str:
    if change is not None:
        return str(change.content["title"])
    return title_of(request) if request else meanings.question(asked.approval.requirement)


def _voices(visit: Visit, asked: inbox.ApprovalPage) -> tuple[list[inbox.VoiceView], str]:
    """In whose name this person may answer now, or why they may not."""
    if asked.state != "open":
        return [], asked.why
    why = asked.barred.get(visit.actor.id) if visit.actor.id else None
    if why is not None:
        return [], f"You may not answer this: {why}."
    if asked.approval.id not in {one.id for one in inbox.approvals_waiting(visit.actor, limit=200)}:
        return [], "It is not asked of you now."
    return inbox.voices_of(visit.actor, asked.approval.id), ""


def _choice(visit: Visit, voice: inbox.VoiceView, names: dict[str, str]) -> Choice:
    own = voice.principal_id == visit.actor.id
    name = names.get(f"person:{voice.principal_id}", "")
    role = meanings.voice(voice.role)
    label = _("As %(role)s", role=role) if own else _("For %(name)s, as %(role)s", name=name, role=role)
    return Choice(f"{'' if own else voice.principal_id} {voice.role}", label)


def _subjects(visit: Visit, request: views.RequestView, names: dict[str, str]) -> tuple[pages.Subject, ...]:
    against = views.check_request(visit.actor, request.id) if request.state == "asked" else []
    shown = [_subject(line, against, names) for line in request.lines]
    return tuple(sorted(shown, key=lambda one: (not one.found, one.number)))


def _subject(line: LineView, against: list[Finding], names: dict[str, str]) -> pages.Subject:
    facts = []
    if line.job:
        facts.append((_("Function"), line.job))
    if line.manager_id:
        facts.append((_("Led by"), names.get(f"person:{line.manager_id}", "")))
    facts += facts_of(line)
    if line.new_manager_id and line.new_manager_id != line.manager_id:
        facts.append((_("New manager"), names.get(f"person:{line.new_manager_id}", "")))
    if line.deed == "create":
        facts.append((_("Site"), frame.place_label(line.scope)))
    return pages.Subject(
        number=line.number, title=meanings.title(line.deed, line.role, line.scope, line.profile), name=line.name,
        href=f"/people/{line.person_id}" if line.person_id else "", facts=tuple(facts), joined=line.joined_at,
        start=line.starts_at, end=line.ends_at, ends_now=line.ends_now, bound=line.bound_to or "",
        held=tuple(
            pages.Right(frame.role_label(one.role), frame.place_label(one.scope), one.ends_at) for one in line.held
        ),
        meaning=" ".join(meanings.meaning(role) for role in line.roles or filter(None, [line.role])),
        gives=tuple(right(role, line.place) for role in line.roles) if line.profile else (),
        ends=tuple(right(one.role, one.scope) for one in line.ends),
        gains=tuple(line.gains),
        found=tuple(Found(one.line, one.stop, one.why) for one in against if one.line == line.number),
    )  # fmt: skip


def _facts(visit: Visit, asked: inbox.ApprovalPage) -> tuple[tuple[str, str], ...]:
    """What is sealed, for approvals that have no page of their own here."""
    content = asked.revisions[-1].content if asked.revisions else {}
    known = audit_words.method_facts(asked.approval.requirement, content)
    if known is not None:
        return known
    known = training_words.facts(visit, asked.approval.requirement, content, asked.approval.subject_ref)
    if known is not None:
        return known
    return tuple((name.replace("_", " ").capitalize(), _shown(value)) for name, value in content.items())


def _shown(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= MOST_SIGNS else f"{text[:MOST_SIGNS]}…"


def answer(visit: Visit) -> Response:
    """POST /approvals/{id}/answer: yes or no to the revision that was on the screen; then the next one."""
    principal, _space, role = visit.field("voice").partition(" ")
    try:
        inbox.cast(
            visit.actor,
            uuid_of(visit.request.path_params["id"]),
            yes=visit.field("answer") == "yes",
            digest=visit.field("digest"),
            comment=_comment(visit),
            role=role or None,
            on_behalf_of=uuid_of(principal) if principal else None,
        )
    except (Refused, Conflict, Malformed) as error:
        return _again(visit, error)
    if visit.actor.id is not None:
        _counts.pop(visit.actor.id, None)
    following = inbox.approvals_waiting(visit.actor, limit=1)
    return visit.go(f"/approvals/{following[0].id}" if following else "/approvals", "answered")


def _comment(visit: Visit) -> str:
    """The note of an answer. Raises Malformed for a no without a reason: who asked must know what to change."""
    said = visit.field("comment").strip()
    if visit.field("answer") not in {"yes", "no"}:
        raise Malformed("Say yes or no.")
    if visit.field("answer") == "no" and not said:
        raise Malformed("Say why not, so that who asked knows what to change.")
    return said


def _again(visit: Visit, error: OmniError) -> Response:
    return decision(visit, Form({"comment": visit.field("comment")}, problems_of(error)), 422)


frame.count_by(count)
ROUTES = [
    route("/approvals", waiting),
    route("/approvals/{id}", decision),
    route("/approvals/{id}/answer", answer, ("POST",)),
]
