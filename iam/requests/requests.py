"""Requests for identities and rights: drafted, asked of the manager and then of the owner, and carried out once granted. [AC-1, AC-2]"""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import func, select

from iam.people.joiners import MOST_LEVELS
from iam.requests.checks import check
from iam.requests.functions import roles_asked
from iam.requests.models import IDENTITY, AccessLine, AccessRequest
from iam.requests.voices import Led, house_above, lines_of, owners_of
from iam.requests.wishes import Sentence, Wishes, content_of, line_of
from kernel import gate
from kernel.action import Fact, Work, action, on_fact
from kernel.db import uuid7
from kernel.errors import Denied, Refused
from kernel.gate import RIGHTS
from policy.approvals import ask_approval, live_approvals, person_of, subject_of, withdraw_all
from policy.workflow import Step, Workflow

FOR_OTHERS = "request.for-others"
"""The right to ask for people whom one does not lead."""
RIGHTS.add(FOR_OTHERS)
QUESTIONS = {True: "access.identity", False: "access.right"}
"""What the book's approvals are called: of identities, of rights."""

REQUEST_STEPS = Workflow(
    AccessRequest,
    "draft",
    [
        Step("draft", "ask", "asked"),
        Step("draft", "withdraw", "withdrawn"),
        Step("asked", "grant", "granted"),
        Step("asked", "refuse", "refused"),
        Step("asked", "withdraw", "withdrawn"),
        Step("asked", "expire", "expired"),
        Step("granted", "void", "asked"),
        Step("granted", "withdraw", "withdrawn"),
        Step("granted", "expire", "expired"),
        Step("granted", "execute", "executed"),
        Step("granted", "fail", "failed"),
        Step("refused", "void", "asked"),
        Step("refused", "withdraw", "withdrawn"),
    ],
)


def question_name(lines: Iterable[AccessLine]) -> str:
    """Give the approval of the book that these lines need."""
    return QUESTIONS[any(line.deed in IDENTITY for line in lines)]


def _owner_key(work: Work, line: AccessLine) -> tuple[bool, tuple[str, ...], str]:
    owners = owners_of(line.deed, roles_asked(work.session, line))
    return line.deed in IDENTITY, tuple(owners), line.scope


@action("request.draft")
def draft_request(work: Work, *, wishes: Wishes, reason: Sentence, basket: UUID | None = None) -> list[AccessRequest]:
    """Put wishes into your basket: one request for each owner of what is wished for. Nobody is asked yet. [AC-1, AC-2]"""
    requester, together = person_of(work), basket or uuid7()
    groups: dict[tuple[bool, tuple[str, ...], str], list[AccessLine]] = {}
    for wish in wishes:
        line = line_of(work, together, 0, wish)
        groups.setdefault(_owner_key(work, line), []).append(line)
    may_ask_for(work, requester, [line for lines in groups.values() for line in lines])
    made = []
    for (_, owners, scope), lines in groups.items():
        request = work.add(
            AccessRequest(
                scope=scope,
                owners=list(owners),
                basket=together,
                requested_by=requester,
                drafted_at=work.now,
                reason=reason,
            )
        )
        work.session.flush()
        _number(work, request, lines, 0)
        made.append(request)
    return made


def _number(work: Work, request: AccessRequest, lines: Iterable[AccessLine], last: int) -> None:
    for number, line in enumerate(lines, start=last + 1):
        line.request_id, line.number = request.id, number
        work.add(line)
    work.session.flush()


def may_ask_for(work: Work, requester: UUID, lines: list[AccessLine]) -> None:
    """Let people ask for themselves and for those they lead; for others their role must say so.

    Raises Denied.
    """
    strangers = [line for line in lines if line.person_id != requester]
    if not strangers:
        return
    led = [Led(line.person_id) if line.person_id else Led(None, line.manager_id) for line in strangers]
    house = house_above(work.session, led)
    index = gate.current()
    for line, one in zip(strangers, led, strict=True):
        if (
            requester not in house.above(one)[:MOST_LEVELS]
            and not index.decide(work.actor, FOR_OTHERS, line.scope, work.now).allowed
        ):
            raise Denied("You ask for yourself and for those whom you lead.", "AC-2")


@action("request.amend", on=AccessRequest)
def amend_request(work: Work, request: AccessRequest, *, wishes: Wishes, reason: Sentence) -> AccessRequest:
    """Put other lines in the place of a request's lines. If it was asked already, every answer given so far is void. [AC-1, AC-2]"""
    if request.state not in {"draft", "asked", "granted", "refused"}:
        raise Refused("AC-2", f"This request is {request.state}; put together a new one.")
    old = lines_of(work.session, [request.id])[request.id]
    new = [line_of(work, request.id, 0, wish) for wish in wishes]
    may_ask_for(work, person_of(work), new)
    if {_owner_key(work, line) for line in (*old, *new)} != {_owner_key(work, old[0])}:
        raise Refused("AC-2", "A request has one owner. Ask for what another owns in a request of its own.")
    last = work.session.scalar(select(func.max(AccessLine.number)).where(AccessLine.request_id == request.id))
    for line in old:
        line.dropped_at = work.now
    request.reason = reason
    _number(work, request, new, last or 0)
    if request.state != "draft":
        _ask(work, request, new)
    return request


@action("request.send", on=AccessRequest)
def send_request(work: Work, request: AccessRequest) -> AccessRequest:
    """Ask: first the manager of the people it is about, then the owner of the right. [AC-1, AC-2, AC-6]"""
    REQUEST_STEPS.advance(work, request, "ask")
    request.asked_at = work.now
    _ask(work, request, lines_of(work.session, [request.id])[request.id])
    work.fact("request.asked", request_id=request.id)
    return request


def _ask(work: Work, request: AccessRequest, lines: list[AccessLine]) -> None:
    """Put the lines before those who answer. Raises Refused where something stands against them, or nobody could answer."""
    work.session.flush()
    stops = [found for found in check(work, request, lines) if found.stop]
    if stops:
        raise Refused("AC-6" if "conflict" in stops[0].why else "AC-2", f"Line {stops[0].line}: {stops[0].why}")
    ask_approval(
        work,
        request.ref,
        question_name(lines),
        content_of(request.id, request.reason, lines),
        subjects={line.person_id for line in lines if line.person_id},
        scope=request.scope,
        requester=request.requested_by,
    )


@action("request.withdraw", on=AccessRequest)
def withdraw_request(work: Work, request: AccessRequest, *, reason: Sentence) -> AccessRequest:
    """Take a request back before it is carried out. [AC-1, AC-2]"""
    REQUEST_STEPS.advance(work, request, "withdraw")
    request.settled_at = work.now
    withdraw_all(work, request.ref, reason)
    return request


@on_fact("approval.granted")
@on_fact("approval.refused")
@on_fact("approval.voided")
@on_fact("approval.expired")
@on_fact("approval.withdrawn")
def follow(work: Work, fact: Fact) -> None:
    """Move a request as its approval moves; once granted, the provisioning clerk carries it out after the commit."""
    if fact.data["requirement"] not in QUESTIONS.values():
        return
    request = work.get(AccessRequest, subject_of(fact))
    step = {"granted": "grant", "refused": "refuse", "voided": "void", "expired": "expire", "withdrawn": "withdraw"}[
        fact.name.removeprefix("approval.")
    ]
    if step not in REQUEST_STEPS.possible(request.state) or (step == "expire" and live_approvals(work, request.ref)):
        return
    REQUEST_STEPS.advance(work, request, step)
    request.settled_at = None if step == "void" else work.now
    if step == "grant":
        work.later("request.execute", request_id=request.id)
    elif step == "refuse":
        request.why = "One of those who were asked said no."
    elif step == "expire":
        request.why = "Nobody answered in time." if request.asked_at else ""
