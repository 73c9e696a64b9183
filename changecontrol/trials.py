"""Trials of the guards of change control: each attempts what must be refused, and is rolled back. [CC-1 to CC-3, CC-5, CC-8, CC-10, SW-4 to SW-6, SW-8, SW-10, SW-12]"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from changecontrol import files, papers
from changecontrol import requirements as needed
from changecontrol.authorisation import asks
from changecontrol.contents import Content, clause_of, digest_of, missing
from changecontrol.keys import ROLE
from changecontrol.models import Change, ChangeAuthorisation, ChangeImplementer, ChangeRevision, System
from changecontrol.models.changes import EMERGENCY, NORMAL
from changecontrol.models.register import PRODUCTION
from kernel.access import RoleAssignment
from kernel.action import Work
from kernel.db import uuid7
from kernel.errors import Refused
from policy import book
from policy.evidence import name_guard, probe

name_guard(
    "change_key",
    "A trigger of the database: the right of an implementer comes with a change that is being implemented, on its systems, in its window.",
)


def _scratch(work: Work, *, model: str = NORMAL, state: str = "assess", **fields: Any) -> Change:
    """Make a change of a trial; what the trial writes is rolled back."""
    plain = Content.model_validate({"title": "A trial of the guards"} | fields).plain()
    change = work.add(
        Change(
            number=f"CH-trial-{uuid7().hex[:12]}", model=model, title=plain["title"], kind=plain["kind"], revision=1,
            digest=digest_of(plain), requester_id=uuid7(), opened_at=work.now,
            starts_at=work.now - timedelta(minutes=1), ends_at=work.now + timedelta(hours=1),
        )
    )  # fmt: skip
    work.session.flush()
    work.add(
        ChangeRevision(
            change_id=change.id, number=1, content=plain, digest=change.digest, edit="first", made_by=uuid7(),
            made_at=work.now,
        )
    )  # fmt: skip
    change.state = state
    work.session.flush()
    return change


@probe("CC-1", guard="unauthorised-start")
def start_unauthorised(work: Work) -> None:
    """A change that nobody authorised is not scheduled."""
    change = _scratch(work)
    work.add(ChangeAuthorisation(change_id=change.id, requirement="change.authorise", revision=1))
    work.session.flush()
    why = needed.authorised(work, change)
    if why is not None:
        raise Refused("CC-1", why)


@probe("CC-1", guard="change_key")
def key_without_change(work: Work) -> None:
    """The database refuses an implementer's right that no change stands behind."""
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415 - only the trial looks at the database's own words

    work.add(
        RoleAssignment(
            subject_ref="person:nobody", role=ROLE, scope="house", starts_at=work.now,
            ends_at=work.now + timedelta(hours=1), given_by="change:none", reason="a trial",
        )
    )  # fmt: skip
    try:
        work.session.flush()
    except DBAPIError as no:
        raise Refused("CC-1", "the database refuses the right") from no


@probe("CC-2", guard="untested-change")
def ask_untested(work: Work) -> None:
    """A change without a result of a test is not put before anybody."""
    why = needed.tested(work, _scratch(work))
    if why is not None:
        raise Refused("CC-2", why)


@probe("SW-8", guard="untested-control")
def use_untested_control(work: Work) -> None:
    """A new security control without a test is not put before anybody."""
    why = needed.tested(work, _scratch(work, kind="control"))
    if why is not None:
        raise Refused("SW-8", why)


@probe("CC-3", guard="undocumented-change")
def ask_undocumented(work: Work) -> None:
    """A change without documentation, that says nothing of training, is not put before anybody."""
    _lacking(work, {"documentation", "training"})


@probe("SW-4", guard="design-without-security")
def ask_insecure(work: Work) -> None:
    """A design that names no security measure is not put before anybody."""
    _lacking(work, {"security"}, kind="design")


@probe("SW-5", guard="design-without-recovery")
def ask_unrecoverable(work: Work) -> None:
    """A design that names neither error recovery nor audit trail is not put before anybody."""
    _lacking(work, {"recovery", "audit"}, kind="design")


@probe("SW-12", guard="unreviewed-licence")
def ask_unreviewed(work: Work) -> None:
    """An open-source part whose licence nobody reviewed is not put before anybody."""
    _lacking(work, {"open_source"}, open_source=[{"name": "a part", "licence": "unknown"}])


def _lacking(work: Work, wanted: set[str], **fields: Any) -> None:
    change = _scratch(work, **fields)
    lacking = set(missing(change.model, "ask", needed.content_of(work, change))) & wanted
    if lacking == wanted:
        raise Refused(clause_of(sorted(lacking)), f"still to be said: {', '.join(sorted(lacking))}")


@probe("CC-5", guard="emergency-without-word")
def start_without_word(work: Work) -> None:
    """An emergency that the technical director has not authorised is not scheduled."""
    change = _scratch(work, model=EMERGENCY, state="draft")
    why = needed.authorised(work, change)
    if why is not None:
        raise Refused("CC-5", why)


@probe("CC-7", guard="emergency-left-as-it-is")
def close_without_design(work: Work) -> None:
    """An emergency without a normal change behind it is not closed."""
    why = needed.normalised(work, _scratch(work, model=EMERGENCY, state="draft"))
    if why is not None:
        raise Refused("CC-7", why)


@probe("CC-8", guard="test-in-production")
def test_in_production(work: Work) -> None:
    """A test on a system of production is refused."""
    papers.not_in_production(
        System(
            slug="a-trial", label="A trial", environment=PRODUCTION, function="a trial", owner_id=uuid7(),
            added_at=work.now,
        )
    )  # fmt: skip


@probe("CC-10", guard="maintenance-without-consent")
def maintain_without_consent(work: Work) -> None:
    """A maintenance that the customer operations director has not agreed to is not scheduled."""
    change = _scratch(work, kind="maintenance")
    for requirement, scope in asks(work, change):
        if requirement in _names("maintenance_asks"):
            work.add(ChangeAuthorisation(change_id=change.id, requirement=requirement, scope=scope, revision=1))
    work.session.flush()
    if not needed.live_authorisations(work, change):
        raise LookupError("the book asks nobody about maintenance")
    why = needed.authorised(work, change)
    if why is not None:
        raise Refused("CC-10", why)


def _names(parameter: str) -> list[str]:
    found = book.parameter("CC-1", parameter)
    return [str(one) for one in found] if isinstance(found, list) else [str(found)]


@probe("CC-11", guard="maintenance-off-record")
def finish_unrecorded(work: Work) -> None:
    """A maintenance of which nobody wrote what was done is not finished."""
    why = needed.recorded(work, _scratch(work, kind="maintenance"))
    if why is not None:
        raise Refused("CC-11", why)


@probe("SW-6", guard="automation-waits")
def start_by_machine(work: Work) -> None:
    """A machine does not begin a change, even one that names it."""
    change = _scratch(work)
    work.add(ChangeImplementer(change_id=change.id, person_id=UUID(int=0)))
    work.session.flush()
    why = needed.by_implementer(work, change)
    if why is not None:
        raise Refused("SW-6", why)


@probe("SW-10", guard="hostile-file")
def attach_program(work: Work) -> None:  # noqa: ARG001 - the frame's own form
    """A program that calls itself a report is not attached."""
    files.judged("report.pdf", b"MZ\x90\x00\x03", most_bytes=1024, kinds=["application/pdf", "text/plain"])
