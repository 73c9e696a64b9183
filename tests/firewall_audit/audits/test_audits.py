"""The six-monthly audit: it opens by itself by an approved method, is answered, drawn, found wanting, mended, verified and signed."""

from datetime import timedelta

import pytest
from sqlmodel import select

from firewall_audit import devices
from firewall_audit.audits import answers, files, findings, gathering, methods, readings, signing
from firewall_audit.audits.checklist import AREAS, shipped
from firewall_audit.audits.models import AuditedDevice, FirewallAudit
from firewall_audit.configurations.versions import take_configuration
from kernel import clock, db
from kernel.errors import Conflict, Denied, Malformed, NotFound, Refused, StepUpNeeded
from policy import deadlines, desk
from policy.evidence import QUERIES
from policy.models import Duty
from tests import world
from tests.changecontrol.builders import fresh
from tests.firewall_audit.audits.house import CONCLUSION, RULES, House, nmap

MISSING = "The rule for MySQL has neither owner nor change."


def found_of(house: House, query: str = "every-firewall-was-audited") -> list[str]:
    """What breaks the clause now."""
    with db.read_session() as session:
        return QUERIES[query].ask(session, clock.now()).violations


def test_shipped_method_speaks_of_every_area_in_both_languages() -> None:
    for language in ("en", "fr"):
        points = shipped(language).points
        assert {one.area for one in points} == set(AREAS)
        assert 20 <= len(points) <= 30
    assert [(one.code, one.danger, one.tool) for one in shipped("en").points] == [
        (one.code, one.danger, one.tool) for one in shipped("fr").points
    ]


def test_without_an_approved_method_the_audit_waits_and_the_list_says_so(house: House) -> None:
    deadlines.sweep()
    listed = readings.list_audits(fresh(house.officer))
    assert (listed.rows, listed.method, len(listed.waiting)) == ([], None, 1)
    house.approve()
    listed = readings.list_audits(fresh(house.officer))
    assert ([one.audit.state for one in listed.rows], listed.method, listed.waiting) == (["gathering"], 1, [])


def test_writer_does_not_approve_and_nobody_edits_what_was_asked(house: House) -> None:
    made = methods.draft_method(fresh(house.officer))
    methods.revise_method(fresh(house.officer), made.id, sample_rules=3, points=shipped("fr").points[:2])
    methods.ask_method(fresh(house.officer), made.id)
    with pytest.raises(Refused, match="stands as it is"):
        methods.revise_method(fresh(house.officer), made.id, sample_rules=4)
    with pytest.raises(Conflict):
        methods.draft_method(fresh(house.officer))
    with pytest.raises(Denied):
        methods.draft_method(fresh(house.director))
    house.vote(made.ref, yes=False)
    assert [one.state for one in readings.list_methods(fresh(house.officer))] == ["refused"]
    deadlines.sweep()
    assert readings.list_audits(fresh(house.officer)).rows == []


def test_new_version_replaces_the_old_and_a_running_audit_keeps_its_own(house: House) -> None:
    house.begin()
    second = methods.draft_method(fresh(house.officer))
    with pytest.raises(Refused, match="says the same"):
        methods.ask_method(fresh(house.officer), second.id)
    methods.revise_method(fresh(house.officer), second.id, sample_rules=1)
    methods.ask_method(fresh(house.officer), second.id)
    methods.recall_method(fresh(house.officer), second.id)
    methods.ask_method(fresh(house.officer), second.id)
    house.vote(second.ref)
    assert [(one.number, one.state) for one in readings.list_methods(fresh(house.officer))] == [
        (2, "approved"),
        (1, "replaced"),
    ]
    assert readings.read_audit(fresh(house.officer), house.audit().id).method.number == 1


def test_machine_gathers_draws_and_says_what_it_looked_at(house: House) -> None:
    house.begin()
    page = readings.read_audit(fresh(house.officer), house.audit().id)
    assert page.audit.state == "open"
    (device,) = page.devices
    checks = {one["tool"]: one for one in device.checks}
    assert checks["configuration"]["verdict"] == "look", "no version of it was approved"
    assert checks["configuration"]["digest"] == device.configuration
    assert checks["silence"]["verdict"] == "bad", "not a single line came"
    assert checks["alarms"]["verdict"] == "bad", "nobody tried them"
    assert checks["changes"]["verdict"] == "fine"
    assert len([one for one in device.sample if one["kind"] == "rule"]) == 4
    assert any(one.get("owner") == "ada" for one in device.sample)
    again = readings.draw_again(fresh(house.officer), device.id)
    assert again.same
    assert (again.seed, again.digest) == (page.audit.seed, device.configuration)


def test_device_added_later_is_told_and_a_retired_one_needs_no_answer(house: House) -> None:
    house.begin()
    later = devices.add_device(
        house.engineer.actor, slug="edge-2", name="Later", kind="router", vendor="mikrotik", owner_id=house.engineer.id
    )
    devices.add_device(
        house.engineer.actor, slug="ids-1", name="Eye", kind="ids", vendor="suricata", owner_id=house.engineer.id
    )
    page = readings.read_audit(fresh(house.officer), house.audit().id)
    assert ([one.slug for one in page.devices], page.added) == (["edge"], ["edge-2"])
    devices.retire_device(fresh(house.officer), house.device.id)
    page = readings.read_audit(fresh(house.officer), house.audit().id)
    assert page.retired == ["edge"]
    assert "audit of nothing" in (page.missing or "")
    assert later.slug in page.added


def test_audit_goes_its_way_to_the_signature(house: House) -> None:
    house.begin()
    audit = house.audit()
    with pytest.raises(Refused, match="points are not answered"):
        signing.sign_audit(fresh(house.officer), audit.id, name=house.officer.name, conclusion=CONCLUSION)
    house.answer_all(rules_1=MISSING)
    (raised,) = house.findings()
    assert (raised.key, raised.owner_id, raised.danger) == ("point:rules-1", house.engineer.id, "medium")
    assert raised.due_at - raised.raised_at == timedelta(days=30)
    with pytest.raises(Refused, match="one's own name"):
        signing.sign_audit(fresh(house.officer), audit.id, name="Somebody Else", conclusion=CONCLUSION)
    signed = signing.sign_audit(fresh(house.officer), audit.id, name=house.officer.name.upper(), conclusion=CONCLUSION)
    assert signed.state == "signed"
    with db.read_session() as session:
        duty = session.get_one(Duty, audit.duty_id)
    assert (duty.state, duty.evidence_ref) == ("fulfilled", audit.ref)
    with pytest.raises(Conflict, match="signed"):
        answers.answer_point(fresh(house.officer), house.audited().id, point="rules-1", answer="yes")
    assert found_of(house) == []


def test_signature_is_reckoned_again_and_a_changed_word_shows(house: House) -> None:
    house.begin()
    house.answer_all(rules_1=MISSING)
    signing.sign_audit(fresh(house.officer), house.audit().id, name=house.officer.name, conclusion=CONCLUSION)
    page = readings.read_audit(fresh(house.officer), house.audit().id)
    row, told = house.audited(), house.findings()
    assert signing.digest_of(house.audit(), page.method, [row], [], told) == page.audit.signed_digest  # type: ignore[arg-type]
    row.answers["rules-1"]["answer"] = "yes"
    assert signing.digest_of(house.audit(), page.method, [row], [], told) != page.audit.signed_digest  # type: ignore[arg-type]


def test_signing_asks_for_the_second_factor_anew(house: House, hands) -> None:
    house.begin()
    house.answer_all()
    actor = fresh(house.officer)
    hands.forward(hours=2)
    with pytest.raises(StepUpNeeded):
        signing.sign_audit(actor, house.audit().id, name=house.officer.name, conclusion=CONCLUSION)
    with pytest.raises(Refused, match="closes by itself"):
        desk.do_duty(fresh(house.officer), house.audit().duty_id, evidence_ref="I looked at all of it")


def test_who_runs_a_device_neither_answers_nor_signs(house: House) -> None:
    devices.revise_device(fresh(house.officer), house.device.id, owner_id=house.officer.id)
    house.begin()
    with pytest.raises(Refused, match="runs a device"):
        answers.answer_point(fresh(house.officer), house.audited().id, point="rules-1", answer="yes")
    with pytest.raises(Refused, match="runs a device"):
        signing.sign_audit(fresh(house.officer), house.audit().id, name=house.officer.name, conclusion=CONCLUSION)
    with pytest.raises((Denied, NotFound)):
        answers.answer_point(fresh(house.engineer), house.audited().id, point="rules-1", answer="yes")
    with pytest.raises((Denied, NotFound)):
        readings.read_audit(fresh(house.engineer), house.audit().id)


def test_no_and_not_applicable_say_why_and_a_later_yes_takes_the_finding_back(house: House) -> None:
    house.begin()
    one = house.audited().id
    for answer in ("no", "n/a"):
        with pytest.raises(Refused, match="Say why"):
            answers.answer_point(fresh(house.officer), one, point="rules-1", answer=answer)
    with pytest.raises(Malformed, match="no such point"):
        answers.answer_point(fresh(house.officer), one, point="rules-77", answer="yes")
    answers.answer_point(fresh(house.officer), one, point="rules-1", answer="no", words=MISSING)
    answers.answer_point(fresh(house.officer), one, point="rules-1", answer="no", words=MISSING + " Nor has SSH.")
    answers.answer_point(fresh(house.officer), one, point="rules-1", answer="yes")
    assert [(row.state, row.said) for row in house.findings()] == [("withdrawn", MISSING + " Nor has SSH.")]
    answers.answer_point(fresh(house.officer), one, point="rules-1", answer="no", words=MISSING)
    assert [row.state for row in house.findings()] == ["open"]
    with db.read_session() as session:
        states = session.scalars(select(Duty.state).where(Duty.rule == "audit-finding").order_by(Duty.id)).all()  # type: ignore[arg-type]
    assert states == ["ended", "open"]


def test_sample_is_judged_with_words_and_what_is_to_go_becomes_a_finding(house: House) -> None:
    house.begin()
    page = readings.read_audited(fresh(house.officer), house.audited().id)
    at = next(place for place, one in enumerate(page.device.sample) if "3306" in one.get("text", ""))
    with pytest.raises(Refused, match="justified"):
        answers.judge_sample(fresh(house.officer), page.device.id, place=at, answer="justified")
    for place in (-1, 99):
        with pytest.raises(Malformed):
            answers.judge_sample(fresh(house.officer), page.device.id, place=place, answer="remove", words="No need.")
    answers.judge_sample(fresh(house.officer), page.device.id, place=at, answer="remove", words="Nobody uses it.")
    (one,) = house.findings()
    assert (one.key, one.danger) == (f"sample:{at}", "medium")
    assert "3306" in one.told["text"]


def test_sample_that_was_begun_is_not_drawn_anew(house: House) -> None:
    house.begin()
    before = house.audited()
    answers.judge_sample(fresh(house.officer), before.id, place=0, answer="justified", words="CHG-2026-0007")
    take_configuration(fresh(house.engineer), house.device.id, text=RULES.replace("443", "8443"))
    gathering.look_again(fresh(house.officer), before.id)
    gathering.run(clock.now())
    after = house.audited()
    assert (after.sample, after.configuration) == (before.sample, before.configuration)
    checks = {one["tool"]: one for one in after.checks}
    assert checks["configuration"]["figures"]["number"] == 2
    assert (checks["changes"]["verdict"], checks["changes"]["figures"]["unsettled"]) == ("bad", 1)
    assert readings.draw_again(fresh(house.officer), after.id).same


def test_scan_is_held_against_the_configuration_and_its_findings_have_an_owner(house: House) -> None:
    house.begin()
    one = house.audited().id
    scan = nmap(("tcp", 443), ("tcp", 3306), ("tcp", 8443))
    kept = files.attach(fresh(house.officer), one, name="dehors.xml", content=scan, zone="internet")
    assert kept.kind == "nmap"
    assert {name: kept.told[name] for name in ("open", "refused", "non-essential")} == {
        "open": 3,
        "refused": 1,
        "non-essential": 1,
    }
    assert {(row.kind, row.danger, row.told["ports"]) for row in house.findings()} == {
        ("non-essential", "high", "tcp/3306 MySQL"),
        ("refused", "high", "tcp/8443"),
    }
    assert {row.due_at - row.raised_at for row in house.findings()} == {timedelta(days=7)}
    with pytest.raises(Conflict, match="attached to this device already"):
        files.attach(fresh(house.officer), one, name="again.xml", content=scan, zone="internet")
    assert files.read_file(fresh(house.officer), kept.id).content == scan


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty.txt", b"", "empty"),
        ("../../etc/passwd", b"x", "signs that no name needs"),
        ("a\u202egpj.exe", b"x", "signs that no name needs"),
        (".hidden", b"x", "signs that no name needs"),
        ("n" * 121, b"x", "1 to 120"),
        ("cut.xml", nmap(("tcp", 1))[:-30], "no whole XML"),
        ("bomb.xml", b'<!DOCTYPE nmaprun [<!ENTITY a "b">]><nmaprun args="&a;"/>', "declares a document type"),
    ],
)
def test_hostile_file_is_refused_clearly(house: House, name: str, content: bytes, why: str) -> None:
    house.begin()
    with pytest.raises(Refused, match=why):
        files.attach(fresh(house.officer), house.audited().id, name=name, content=content)
    assert house.findings() == []


def test_owner_answers_auditor_verifies_and_a_thin_answer_comes_back(house: House) -> None:
    house.begin()
    answers.answer_point(fresh(house.officer), house.audited().id, point="rules-1", answer="no", words=MISSING)
    (one,) = house.findings()
    stranger = world.person(role="network-engineer")
    with pytest.raises((Denied, NotFound)):
        findings.answer_finding(fresh(stranger), one.id, response="mended", words="I mended it for him.")
    with pytest.raises(Refused, match="not answered yet"):
        findings.verify(fresh(house.officer), one.id, words="I looked at it myself.")
    engineer = fresh(house.engineer)
    with pytest.raises(Refused, match="no authorised change"):
        findings.answer_finding(engineer, one.id, response="mended", words="Closed it now.", change="CH-2026-9999")
    with pytest.raises(Refused, match="accepted until"):
        findings.answer_finding(engineer, one.id, response="accepted", words="We live with it.")
    assert [row.id for row in readings.my_findings(engineer)] == [one.id]
    findings.answer_finding(engineer, one.id, response="mended", words="The rule is gone since today.")
    findings.return_finding(fresh(house.officer), one.id, words="It is still there, see line 7.")
    assert house.findings()[0].state == "open"
    findings.answer_finding(fresh(house.engineer), one.id, response="mended", words="Now it is gone indeed.")
    findings.verify(fresh(house.officer), one.id, words="Gone; I looked at version 3.")
    assert house.findings()[0].state == "verified"
    with db.read_session() as session:
        left = session.scalars(select(Duty).where(Duty.about_ref == one.ref, Duty.state == "open")).all()
    assert left == []


def test_overdue_finding_escalates_and_breaks_the_clause(house: House, hands) -> None:
    house.begin()
    answers.answer_point(fresh(house.officer), house.audited().id, point="services-1", answer="no", words=MISSING)
    (one,) = house.findings()
    assert found_of(house, "audit-findings-are-settled") == []
    hands.forward(days=8)
    deadlines.sweep()
    assert found_of(house, "audit-findings-are-settled") == [one.ref]
    with db.read_session() as session:
        duty = session.scalars(select(Duty).where(Duty.about_ref == one.ref)).one()
    assert (duty.fired_at is not None, duty.escalates_to) == (True, "technical-director")


def test_firewall_that_was_not_audited_in_time_breaks_the_clause(house: House, hands) -> None:
    assert found_of(house) == [], "it came onto the register a moment ago"
    house.begin()
    due = readings.list_audits(fresh(house.officer)).rows[0].due_at
    hands.forward(days=185)
    deadlines.sweep()
    broken = found_of(house)
    assert house.device.ref in broken
    with db.read_session() as session:
        first = session.scalars(select(FirewallAudit).order_by(FirewallAudit.until)).first()  # type: ignore[arg-type]
    assert due < clock.now()
    assert first is not None
    assert first.ref in broken


def test_devices_of_two_audits_at_once_are_looked_at_once(house: House) -> None:
    house.begin()
    before = house.audited()
    gathering.run(clock.now())
    assert house.audited().version == before.version
    with pytest.raises(Conflict):
        gathering.gather_device(
            gathering.CLERK, before.id, gathered=gathering.Gathered(checks=[], configuration="", sample=[])
        )
    with db.read_session() as session:
        assert len(session.scalars(select(AuditedDevice)).all()) == 1
