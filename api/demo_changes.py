"""The demonstration house's systems and changes: one in each state that is worth a look, made by the people who would make them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

import changecontrol
from changecontrol import freezes, observations, systems
from changecontrol.models import Change, ChangeAuthorisation, System, TestResult
from changecontrol.observed.models import ObservedChange, ObservedState
from kernel import clock, fresh
from kernel.actor import Actor, person
from kernel.db import read_session
from policy import inbox

CLIENT = "client:soleil"
SYSTEMS: dict[str, dict[str, Any]] = {
    "telephone-exchange": {"label": "Telephone exchange", "environment": "production", "function": "connects calls"},
    "agents-desk": {"label": "Agents' desk", "environment": "production", "function": "shows conversations to agents"},
    "mail-gateway": {"label": "Mail gateway", "environment": "production", "function": "carries the house's mail"},
    "backup-server": {"label": "Backup server", "environment": "production", "function": "keeps the backups"},
    "wallboard": {"label": "Wallboard", "environment": "production", "function": "shows the queues on the wall"},
    "edge-firewall": {"label": "Edge firewall", "environment": "production", "function": "lets in what may come in"},
    "test-exchange": {"label": "Exchange for tests", "environment": "test", "function": "connects the calls of tests"},
}
PACKAGES = "openssl\t3.0.15-1\tii \nnginx\t1.24.0-2\tii \n"
ONE_MORE = "tcpdump\t4.99.3-1\tii \n"
REPORT = b"%PDF-1.7\nTwelve cases on the exchange for tests, all as expected.\n"
TOLD = {
    "summary": "The service gets the version that the supplier released this month.",
    "reason": "The supplier ends its support of the present version.",
    "risk": "low",
    "plan": "Stop the service, install, start it, look at its log.",
    "rollback": "Install the version before from its package.",
    "documentation": "The page of the system says the new version.",
    "no_training": "Nothing looks different to anybody.",
}
"""What every change of the house says beside its title."""
WAY = ("draft", "assess", "authorise", "scheduled", "implementing", "review", "closed")
FREEZE = "Month's end: nothing is changed"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Makers:
    """Who makes changes, who authorises them, who reviews them."""

    engineer: UUID
    director: UUID
    officer: UUID


def seed_changes(makers: Makers) -> None:
    """Make what is missing; safe to repeat, and to be killed in the middle: a later start goes on. Once all is there nothing is touched."""
    with read_session() as session:
        if session.scalars(select(ObservedChange.id).limit(1)).first() is not None:
            return
    _register(makers)
    fresh.refresh(force=True)
    now = clock.now()
    bring(makers, "draft", "Another version of the telephone exchange", "telephone-exchange")
    bring(makers, "authorise", "New layout of the agents' desk", "agents-desk", now + DAY, now + DAY * 2)
    bring(makers, "scheduled", "Renew the certificate of the mail gateway", "mail-gateway", now, now + DAY * 2)
    bring(makers, "closed", "Larger disks for the backups", "backup-server", now, now + DAY)
    bring(makers, "implementing", "Telephone exchange refuses calls from abroad", "telephone-exchange", now, now + DAY)
    _freeze(makers)
    _observe(makers)


def _act(who: UUID) -> Actor:
    """Give somebody who has just shown a second factor."""
    return person(who, "demonstration house", factor_at=clock.now())


def _register(makers: Makers) -> None:
    """Put the systems on the register; the client's work rests on the desk, and the desk on the exchange."""
    with read_session() as session:
        known = set(session.scalars(select(System.slug)))
    for slug, told in SYSTEMS.items():
        if slug not in known:
            systems.add_system(_act(makers.engineer), slug=slug, owner_id=makers.engineer, **told)
    desk = _system("agents-desk")
    page = systems.read_system(_act(makers.engineer), desk)
    if not page.rests_on:
        systems.rest_on(_act(makers.engineer), desk, on="telephone-exchange")
    if not page.users:
        systems.serve(_act(makers.engineer), desk, user=CLIENT)


def _system(slug: str) -> UUID:
    with read_session() as session:
        return session.scalars(select(System.id).where(System.slug == slug)).one()


def bring(
    makers: Makers, wanted: str, title: str, slug: str, starts_at: Any = None, ends_at: Any = None, *, things: Sequence[str] = ()
) -> None:  # fmt: skip
    """Bring a change, drafted where it is missing, step by step into a state; `things`: network devices it touches."""
    content = TOLD | {
        "title": title, "systems": [_system(slug)], "things": list(things), "implementers": [makers.engineer],
        "starts_at": starts_at, "ends_at": ends_at,
    }  # fmt: skip
    change = _found(title)
    if change is None:
        write = changecontrol.raise_emergency if wanted == "implementing" else changecontrol.draft_change
        write(_act(makers.engineer), content=content)  # type: ignore[arg-type]  # plain values, read by the frame
        change = _found(title)
    while change is not None and change.state in WAY and WAY.index(change.state) < WAY.index(wanted):
        _step(makers, change)
        change = _found(title)


def _found(title: str) -> Change | None:
    with read_session() as session:
        return session.scalars(select(Change).where(Change.title == title)).first()


def _step(makers: Makers, change: Change) -> None:
    """Take the step that follows, as the person whose step it is."""
    engineer = _act(makers.engineer)
    if change.state == "draft":
        changecontrol.submit_change(engineer, change.id)
    elif change.state == "assess":
        _test(engineer, change)
        changecontrol.ask_authorisation(engineer, change.id)
    elif change.state == "authorise":
        _authorise(_act(makers.director), change)
    elif change.state == "scheduled":
        changecontrol.start_change(engineer, change.id)
    elif change.state == "implementing":
        changecontrol.finish_change(engineer, change.id, report="It went as planned; the log shows no fault.")
    else:
        changecontrol.close_change(
            _act(makers.officer), change.id, review="Done in its window, by whom it named, as it was tested."
        )


def _test(engineer: Actor, change: Change) -> None:
    with read_session() as session:
        known = session.scalars(select(TestResult.id).where(TestResult.change_id == change.id)).first()
    if known is None:
        changecontrol.report_test(
            engineer, change.id, on="test-exchange", outcome="passed", tested_at=clock.now(),
            what="the list of twelve cases", name="test-report.pdf", content=REPORT,
        )  # fmt: skip


def _authorise(director: Actor, change: Change) -> None:
    with read_session() as session:
        asked = select(ChangeAuthorisation).where(
            ChangeAuthorisation.change_id == change.id, col(ChangeAuthorisation.dropped_at).is_(None)
        )
        refs = {one.ref for one in session.scalars(asked)}
    for one in inbox.approvals_waiting(director, limit=200):
        if one.subject_ref in refs:
            inbox.cast(director, one.id, yes=True, digest=one.digest)


def _freeze(makers: Makers) -> None:
    now = clock.now()
    if not any(one.title == FREEZE for one in freezes.list_freezes(_act(makers.director), past=True)):
        freezes.declare_freeze(_act(makers.director), title=FREEZE, starts_at=now + 20 * DAY, ends_at=now + 23 * DAY)


def _observe(makers: Makers) -> None:
    """Have a host looked at twice; between the looks somebody installed what nobody authorised."""
    wallboard = _system("wallboard")
    with read_session() as session:
        looked = session.scalars(select(ObservedState.id).where(ObservedState.system_id == wallboard)).first()
    for text in (PACKAGES, PACKAGES + ONE_MORE)[looked is not None :]:
        observations.report_system(_act(makers.engineer), wallboard, source="packages", text=text)
