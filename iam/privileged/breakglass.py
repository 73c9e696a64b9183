"""Break-glass: an emergency role at once, by two keepers' keys, or by one while a continuity plan is active. [AC-5]

It lasts hours, the security officer is told, its documentation is due in 24 hours, and until that is in there is no next one.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints
from sqlmodel import col, select

from iam.letters import delivery
from iam.letters.models import MAIL, SMS
from iam.people.models import HUMAN, PLATFORM, Account, Person
from iam.privileged import bindings, standing
from iam.privileged.elevations import Bound, Identifier, Reason, Why
from iam.privileged.models import ActivePlan, BreakGlass
from kernel import gate
from kernel.action import Fact, Work, action, on_fact
from kernel.actor import clerk
from kernel.db import HOUSE, Answer, read_session
from kernel.edition import locked_state
from kernel.errors import Conflict, Refused
from kernel.gate import Ask, condition
from kernel.reading import reading
from kernel.sweeps import sweep
from policy import book
from policy.approvals import person_of
from policy.holders import holders, roles_of
from policy.local_time import local
from policy.workflow import Step, Workflow

CLERK = clerk("privilege")
MOST = 200
Document = Annotated[str, StringConstraints(strip_whitespace=True, min_length=40, max_length=10_000)]

BREAK_GLASS_STEPS = Workflow(
    BreakGlass,
    "asked",
    [
        Step("asked", "open", "open", clause="AC-5"),
        Step("asked", "lapse", "lapsed"),
        Step("open", "close", "closed", clause="AC-5"),
        Step("closed", "document", "documented", clause="AC-5"),
    ],
)


class BreakGlassView(Answer):
    """A break-glass as a door shows it."""

    id: UUID
    person_id: UUID
    role: str
    scope: str
    reason: str
    bound_to: str
    state: str
    asked_at: datetime
    answer_by: datetime
    first_keeper_id: UUID
    second_keeper_id: UUID | None
    plan: str | None
    opened_at: datetime | None
    ends_at: datetime | None
    ended_at: datetime | None
    ended_why: str | None
    document: str
    documented_at: datetime | None
    documented_by: UUID | None

    @classmethod
    def of(cls, row: BreakGlass) -> "BreakGlassView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@on_fact("plan.activated")
def note_plan(work: Work, fact: Fact) -> None:
    """Note that a continuity plan was put into effect."""
    work.add(ActivePlan(plan_ref=str(fact.data["plan_ref"]), began_at=work.now))


@on_fact("plan.ended")
def forget_plan(work: Work, fact: Fact) -> None:
    """Note that a continuity plan is over."""
    live = select(ActivePlan).where(
        ActivePlan.plan_ref == str(fact.data["plan_ref"]), col(ActivePlan.ended_at).is_(None)
    )
    for plan in list(work.select(live.with_for_update())):
        plan.ended_at = work.now


def active_plan(session: Any) -> str | None:
    """Return the continuity plan that is active, or None where there is none."""
    live = select(col(ActivePlan.plan_ref)).where(col(ActivePlan.ended_at).is_(None))
    found: str | None = session.scalars(live.order_by(col(ActivePlan.began_at)).limit(1)).first()
    return found


@condition("plan-active")
def is_plan_active(ask: Ask) -> str | None:
    """Fulfilled while a continuity plan is active."""
    if ask.session is not None:
        plan = active_plan(ask.session)
    else:
        with read_session() as session:
            plan = active_plan(session)
    return None if plan is not None else "No continuity plan is active."


@condition("own-break-glass", where=lambda model, actor: model.person_id == actor.id)
def own_break_glass(ask: Ask) -> str | None:
    """Tell whether it was opened for this person."""
    mine = isinstance(ask.target, BreakGlass) and ask.target.person_id == ask.actor.id
    return None if mine else "It was not opened for you."


def _keeper(work: Work, scope: str) -> UUID:
    """Return the natural person who turns a key. Raises Refused for who is no keeper."""
    keeper = person_of(work)
    keepers = standing.names("AC-5", "keeper_roles")
    if not roles_of(keeper, scope, work.now) & set(keepers):
        raise Refused("AC-5", f"The keys are kept by: {', '.join(keepers)}.")
    return keeper


@action("break-glass.ask", scope=lambda fields: fields.scope, answer=BreakGlassView)
def ask_break_glass(
    work: Work, *, person_id: UUID, role: Identifier, scope: Identifier = HOUSE, reason: Reason, bound_to: Bound
) -> BreakGlass:
    """Turn the first key of the break-glass for a person; it opens with the second, or at once under a continuity plan. [AC-5]"""
    keeper = _keeper(work, scope)
    if keeper == person_id:
        raise Refused("AC-5", "Nobody turns a key for himself.")
    if role not in standing.names("AC-5", "emergency_roles"):
        raise Refused("AC-5", "The book names no such role for emergencies.")
    locked_state(work)  # changes of rights stand in a line, so two who ask at once see one another
    if work.select(select(BreakGlass.id).where(col(BreakGlass.slot).is_not(None)).limit(1)).first() is not None:
        raise Refused(
            "AC-5", "The last break-glass is not settled: it is asked, open, or its documentation is missing."
        )
    standing.bear(work, person_id, role, scope, "AC-5")
    bindings.serve(work, bound_to)
    made = work.add(
        BreakGlass(
            scope=scope, person_id=person_id, role=role, reason=reason, bound_to=bound_to, asked_at=work.now,
            first_keeper_id=keeper, answer_by=work.now + timedelta(minutes=book.number("AC-5", "second_key_minutes")),
        )
    )  # fmt: skip
    work.session.flush()
    work.fact("break-glass.asked", **{"break-glass_id": made.id}, person_id=person_id)
    plan = active_plan(work.session)
    if plan is not None:
        made.plan = plan
        _open(work, made)
    return made


@action("break-glass.confirm", on=BreakGlass, answer=BreakGlassView)
def confirm_break_glass(work: Work, asked: BreakGlass) -> BreakGlass:
    """Turn the second key: the emergency role opens at once and for hours only. [AC-5]"""
    keeper = _keeper(work, asked.scope)
    if keeper in (asked.first_keeper_id, asked.person_id):
        raise Refused("AC-5", "The two keys are turned by two other persons than the one who goes in.")
    if asked.state == "asked" and asked.answer_by <= work.now:
        raise Refused("AC-5", "The second key came too late; ask anew.")
    standing.bear(work, asked.person_id, asked.role, asked.scope, "AC-5")
    asked.second_keeper_id = keeper
    return _open(work, asked)


def _open(work: Work, asked: BreakGlass) -> BreakGlass:
    BREAK_GLASS_STEPS.advance(work, asked, "open")
    asked.opened_at = work.now
    asked.ends_at = work.now + timedelta(hours=book.number("AC-5", "emergency_hours"))
    made = standing.mint(
        work, asked.person_id, asked.role, asked.scope, start=work.now, end=asked.ends_at,
        behind=asked.ref, reason=f"break-glass for {asked.bound_to}",
    )  # fmt: skip
    asked.assignment_id = made.id
    work.fact("break-glass.opened", **{"break-glass_id": asked.id}, person_id=asked.person_id, role=asked.role)
    _tell_officers(work, asked)
    return asked


def _tell_officers(work: Work, opened: BreakGlass) -> None:
    """Write to every security officer by mail and by text message; the duty to look at it stands beside."""
    officers = holders(["security-officer"], HOUSE, work.now)
    until = f"{local(opened.ends_at):%d/%m/%Y %H:%M %Z}" if opened.ends_at is not None else ""
    rows = select(Account, Person).join(Person, col(Person.id) == Account.person_id)
    wanted = rows.where(
        col(Person.id).in_(officers), Account.platform == PLATFORM, Account.kind == HUMAN, Account.status != "revoked"
    )
    for account, person in list(work.session.execute(wanted)):
        for channel, address in ((MAIL, person.email), (SMS, person.phone)):
            if address:
                delivery.post(work, person, account, "break-glass", channel, until=until, bound_to=opened.bound_to)


@action("break-glass.end", on=BreakGlass, answer=BreakGlassView)
def end_break_glass(work: Work, opened: BreakGlass, *, reason: Why) -> BreakGlass:
    """Close an open break-glass, or take back a key that was turned; the role stops everywhere within a second. [AC-5]"""
    if opened.state not in {"asked", "open"}:
        raise Refused("AC-5", f"This break-glass is {opened.state}.")
    close(work, opened, reason)
    return opened


def close(work: Work, opened: BreakGlass, why: str) -> None:
    """Close what is open, and let what is asked lapse."""
    lapses = opened.state == "asked"
    BREAK_GLASS_STEPS.advance(work, opened, "lapse" if lapses else "close")
    opened.ended_at = work.now if opened.ends_at is None else min(work.now, opened.ends_at)
    opened.ended_why = why
    if lapses:
        opened.slot = None
        return
    if opened.ends_at is not None and opened.ends_at > work.now:
        standing.take(work, opened.assignment_id, why)
    work.fact("break-glass.closed", **{"break-glass_id": opened.id}, person_id=opened.person_id)


@action("break-glass.document", on=BreakGlass, answer=BreakGlassView)
def document_break_glass(work: Work, closed: BreakGlass, *, document: Document) -> BreakGlass:
    """Hand in what was done under a break-glass and why; then a next one can be opened. [AC-5]"""
    author = person_of(work)
    if author not in (closed.person_id, closed.first_keeper_id, closed.second_keeper_id):
        raise Refused("AC-5", "It is documented by who went in or by who turned a key.")
    if closed.state == "documented":
        raise Conflict("It is documented already.")
    BREAK_GLASS_STEPS.advance(work, closed, "document")
    closed.document, closed.documented_at, closed.documented_by, closed.slot = document, work.now, author, None
    work.fact("break-glass.documented", **{"break-glass_id": closed.id}, person_id=closed.person_id)
    return closed


@action("break-glass.acknowledge", on=BreakGlass, answer=BreakGlassView)
def acknowledge_break_glass(work: Work, opened: BreakGlass) -> BreakGlass:
    """Say that you know of an opened break-glass; who turned a key or went in does not say it. [AC-5]"""
    if person_of(work) in (opened.person_id, opened.first_keeper_id, opened.second_keeper_id):
        raise Refused("AC-5", "Another person than those who opened it looks at a break-glass.")
    if opened.opened_at is None:
        raise Refused("AC-5", "This break-glass was never opened.")
    work.fact("break-glass.acknowledged", **{"break-glass_id": opened.id}, person_id=opened.person_id)
    return opened


@reading("break-glass.list")
def list_break_glasses(work: Work, *, live: bool = False, limit: int = 50) -> list[BreakGlassView]:
    """List the break-glasses one may see, the newest first; `live` leaves out what is settled. [AC-5, AC-9]"""
    rows = select(BreakGlass).where(gate.visible(work.actor, "break-glass.list", BreakGlass, work.now))
    if live:
        rows = rows.where(col(BreakGlass.slot).is_not(None))
    found = work.select(rows.order_by(col(BreakGlass.id).desc()).limit(max(1, min(limit, MOST))))
    return [BreakGlassView.of(row) for row in found]


@on_fact("person.left")
@on_fact("person.suspended")
def follow_person(work: Work, fact: Fact) -> None:
    """Close what is open for who left or was suspended."""
    rows = select(BreakGlass).where(
        BreakGlass.person_id == fact.data["person_id"], col(BreakGlass.state).in_(["asked", "open"])
    )
    for opened in list(work.select(rows.with_for_update())):
        close(work, opened, f"the {fact.name.replace('.', ' ')}")


def _over(now: datetime) -> Any:
    return select(BreakGlass).where(
        ((col(BreakGlass.state) == "asked") & (col(BreakGlass.answer_by) <= now))
        | ((col(BreakGlass.state) == "open") & (col(BreakGlass.ends_at) <= now))
    )


@action("break-glass.sweep", scope="house")
def sweep_break_glass(work: Work) -> int:
    """Note the break-glass whose time is over: no second key in time, or its hours have passed. [AC-5]"""
    rows = list(work.select(_over(work.now).with_for_update(skip_locked=True)))
    for opened in rows:
        close(work, opened, "no second key came in time" if opened.state == "asked" else "its time is over")
    work.note("ended", len(rows))
    return len(rows)


@sweep("break-glass", seconds=15)
def close_what_is_over(now: datetime) -> int:
    """Have the privilege clerk close what is over; nothing is written where nothing is."""
    with read_session() as session:
        if session.scalars(_over(now).limit(1)).first() is None:
            return 0
    return sweep_break_glass(CLERK)
