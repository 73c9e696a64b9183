"""The demonstration house is seeded by the real actions: what is worth a look is there, and a second start writes nothing."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from api import demo_house
from changecontrol.models import Change, Freeze
from changecontrol.observed.models import ObservedChange
from firewall_audit import place
from firewall_audit.alarms.models import Alarm
from firewall_audit.alarms.oncall import list_shifts
from firewall_audit.analyses.models import RuleFinding
from firewall_audit.audits.models import AuditedDevice, AuditFinding, FirewallAudit
from firewall_audit.models import NetworkDevice
from firewall_audit.models.configurations import ConfigurationDrift
from firewall_audit.review.models import FindingReport, LogFinding, LogReview
from iam.letters import transports
from kernel import db, gate
from kernel.actor import person as acting
from policy.evidence import QUERIES
from policy.models import Approval
from tests.iam.conftest import Hands, hands  # noqa: F401 - a fixture
from training.courses.models import CourseVersion
from training.learning.models import Assignment, CoursePass

STATES = {
    ("normal", "draft"),
    ("normal", "authorise"),
    ("normal", "scheduled"),
    ("normal", "closed"),
    ("emergency", "implementing"),
    ("unauthorised", "draft"),
}


def entries(url: str) -> int:
    with db.connect("none", url) as conn:
        found = conn.execute("select count(*) from ledger.entry").fetchone()
        assert found is not None
        return int(found[0])


def the_firewalls_have_a_past(hands: Hands) -> None:  # noqa: F811
    """One audit and one review are signed by somebody's own name, one of each is due; alarms were answered, one waits; nothing is broken."""
    now = hands.now()
    with db.read_session() as session:
        assert {one.vendor for one in session.scalars(select(NetworkDevice))} == {"netfilter", "cisco", "fortinet"}
        done, due = session.scalars(select(FirewallAudit).order_by(FirewallAudit.until))  # type: ignore[arg-type]
        assert (done.state, done.signed_name, due.state) == ("signed", "Sena Ahouansou", "open")
        assert done.signed_at is not None
        assert done.signed_at < now - timedelta(days=1)
        audited = list(session.scalars(select(AuditedDevice).where(AuditedDevice.audit_id == done.id)))
        assert all(one.sample and len(one.judged) == len(one.sample) for one in audited)
        assert sorted(one.state for one in session.scalars(select(AuditFinding))) == ["open", "verified", "verified"]
        last, this = session.scalars(select(LogReview).order_by(LogReview.since))  # type: ignore[arg-type]
        assert (last.state, this.state, last.until) == ("signed", "open", this.since)
        said = {one.disposition for one in session.scalars(select(LogFinding).where(LogFinding.review_id == last.id))}
        assert said == {"explained", "accepted"}
        assert sorted(one.state for one in session.scalars(select(FindingReport))) == ["answered", "open"]
        assert {one.state for one in session.scalars(select(Alarm))} == {"closed", "acknowledged", "open"}
        answers = {one.state for one in session.scalars(select(RuleFinding))}
        assert answers == {"open", "explained", "accepted", "to-mend"}
        assert [one.verdict for one in session.scalars(select(ConfigurationDrift))] == ["matched"]
        officer = acting(done.signed_by, done.signed_name)  # type: ignore[arg-type]
        for name, query in QUERIES.items():
            if query.clause.startswith("FW-") and name != "alarms-are-watched-for":
                assert (name, query.ask(session, now).violations) == (name, [])
    calendar = list_shifts(officer, since=now, until=now + timedelta(days=28))
    assert {one.line for one in calendar.shifts} == {"first", "second"}
    assert not calendar.gaps


def test_the_house_has_courses_and_changes_and_a_second_start_writes_nothing(
    database: str,
    hands: Hands,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = transports.settings.model_copy(update={"state_folder": tmp_path, "demo": True})
    monkeypatch.setattr(transports, "settings", own)
    monkeypatch.setattr(place, "settings", own)
    demo_house.seed(lambda _: None)
    the_firewalls_have_a_past(hands)
    first = entries(database)
    with db.read_session() as session:
        changes = list(session.scalars(select(Change)))
        assert {(one.model, one.state) for one in changes} == STATES
        now = hands.now()
        assert [one.state for one in changes if one.documentation_due is not None and one.documentation_due > now]
        assert [one.title for one in session.scalars(select(Freeze))] == ["Month's end: nothing is changed"]
        assert [one.verdict for one in session.scalars(select(ObservedChange))] == ["unapproved"]
        assert {one.requirement for one in session.scalars(select(Approval).where(Approval.state == "open"))} == {
            "change.authorise",
            "change.client-consent",
        }
        assert len(list(session.scalars(select(CourseVersion).where(CourseVersion.state == "in-force")))) == 15
        passed = list(session.scalars(select(CoursePass)))
        assert len(passed) == 10, "eight of the first agent, two of the second"
        asked = select(Assignment).where(Assignment.course == "passwords", Assignment.state == "open")
        assert list(session.scalars(asked))
        (able,) = {one.person_id for one in passed if one.course == "passwords"}
        (other,) = {one.person_id for one in passed} - {able}
    demo_house.seed(lambda _: None)
    assert entries(database) == first
    hands.forward(days=31)
    assert gate.may(acting(able, "Ama"), "conversation.serve", gate.ANYWHERE).allowed
    assert not gate.may(acting(other, "Kofi"), "conversation.serve", gate.ANYWHERE).allowed
