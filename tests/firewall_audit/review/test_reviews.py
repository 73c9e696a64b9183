"""The weekly review: it opens by itself, the machine looks, the officer answers and signs; what is dangerous goes upwards."""

from datetime import timedelta

import pytest
from sqlmodel import select

from firewall_audit.review import drawing, readings, reports, reviews
from firewall_audit.review.models import AcceptedNoise, FindingReport
from firewall_audit.store import Window
from kernel import clock, db
from kernel.errors import Conflict, Denied, Malformed, NotFound, Refused, StepUpNeeded
from policy import deadlines, desk
from policy.evidence import QUERIES
from policy.models import Duty
from tests import world
from tests.changecontrol.builders import fresh
from tests.firewall_audit.review.house import SCANNER, House, week_of

CONCLUSION = "One scan from outside; it was refused by every rule, and nothing got in."


def pass_week(house: House, hands) -> None:
    """The week ends, and the duty to review it opens."""
    hands.forward(seconds=(house.monday + timedelta(days=7, minutes=6) - clock.now()).total_seconds())
    deadlines.sweep()


@pytest.fixture
def drawn(house: House, hands) -> House:
    """A week with a scan, looked at by the machine."""
    house.take(week_of(house.monday))
    pass_week(house, hands)
    house.look()
    return house


def answered(house: House) -> None:
    """All is answered that a signature asks for."""
    for one in house.findings():
        if one.needs_answer:
            reviews.dispose(
                fresh(house.officer), one.id, disposition="explained", remark="It is the scanner of the auditors."
            )
    for place in range(len(house.review().sample)):
        reviews.answer_sample(fresh(house.officer), house.review().id, place=place, right=True)


def test_review_opens_by_itself_over_the_week_that_ended(house: House, hands) -> None:
    pass_week(house, hands)
    review = house.review()
    assert (review.since, review.until, review.state) == (house.monday, house.monday + timedelta(days=7), "gathering")
    with pytest.raises(Conflict, match="being looked at"):
        reviews.answer_sample(fresh(house.officer), review.id, place=0, right=True)


def test_machine_finds_the_scan_and_shows_the_lines(drawn: House) -> None:
    review = drawn.review()
    assert review.state == "open"
    assert [(one["device"], one["rows"], one["unparsed"]) for one in review.inputs] == [("edge", 368, 0)]
    scans = [one for one in drawn.findings() if one.kind.startswith("scan.") and SCANNER in one.about]
    assert scans, [one.kind for one in drawn.findings()]
    lines = readings.read_finding(fresh(drawn.officer), scans[0].id)
    assert lines
    assert all(SCANNER in (line.text or "") for line in lines)
    assert scans[0].new
    assert scans[0].periods == 1
    assert review.figures["totals"] == {"events": 368, "refused": 200, "allowed": 168}


def test_officer_answers_and_signs_and_the_duty_closes(drawn: House) -> None:
    answered(drawn)
    signed = reviews.sign_review(
        fresh(drawn.officer), drawn.review().id, name=drawn.officer.name.upper(), conclusion=CONCLUSION
    )
    assert signed.state == "signed"
    assert signed.signed_digest
    with db.read_session() as session:
        duty = session.get_one(Duty, signed.duty_id)
    assert (duty.state, duty.evidence_ref) == ("fulfilled", signed.ref)
    with pytest.raises(Conflict, match="signed"):
        reviews.answer_sample(fresh(drawn.officer), signed.id, place=0, right=False, remark="late")
    with pytest.raises(Conflict, match="signed"):
        reviews.dispose(fresh(drawn.officer), drawn.findings()[0].id, disposition="explained", remark="afterwards")


def test_what_was_signed_can_be_reckoned_again_and_a_changed_word_shows(drawn: House) -> None:
    answered(drawn)
    signed = reviews.sign_review(
        fresh(drawn.officer), drawn.review().id, name=drawn.officer.name, conclusion=CONCLUSION
    )
    findings = sorted(drawn.findings(), key=lambda one: one.key)
    assert reviews.digest_of(drawn.review(), findings) == signed.signed_digest
    findings[0].disposition = "accepted"
    assert reviews.digest_of(drawn.review(), findings) != signed.signed_digest


def test_nothing_is_signed_before_the_dangerous_and_the_sample_are_answered(drawn: House) -> None:
    assert any(one.needs_answer for one in drawn.findings())
    with pytest.raises(Refused, match="no answer yet"):
        reviews.sign_review(fresh(drawn.officer), drawn.review().id, name=drawn.officer.name, conclusion=CONCLUSION)
    for one in drawn.findings():
        if one.needs_answer:
            reviews.dispose(fresh(drawn.officer), one.id, disposition="explained", remark="Known to us.")
    with pytest.raises(Refused, match="lines of the sample"):
        reviews.sign_review(fresh(drawn.officer), drawn.review().id, name=drawn.officer.name, conclusion=CONCLUSION)
    for place in range(len(drawn.review().sample)):
        reviews.answer_sample(fresh(drawn.officer), drawn.review().id, place=place, right=True)
    with pytest.raises(Refused, match="one's own name"):
        reviews.sign_review(fresh(drawn.officer), drawn.review().id, name="Somebody Else", conclusion=CONCLUSION)


def test_signing_asks_for_the_second_factor_anew(drawn: House, hands) -> None:
    answered(drawn)
    actor = fresh(drawn.officer)
    hands.forward(hours=2)
    with pytest.raises(StepUpNeeded):
        reviews.sign_review(actor, drawn.review().id, name=drawn.officer.name, conclusion=CONCLUSION)


def test_duty_cannot_be_called_done_by_word(drawn: House) -> None:
    with pytest.raises(Refused, match="closes by itself"):
        desk.do_duty(fresh(drawn.officer), drawn.review().duty_id, evidence_ref="I looked, trust me")


def test_director_reads_but_neither_answers_nor_signs(drawn: House) -> None:
    page = readings.read_review(fresh(drawn.director), drawn.review().id)
    assert page.missing
    with pytest.raises(Denied):
        reviews.dispose(fresh(drawn.director), drawn.findings()[0].id, disposition="explained", remark="It is nothing.")
    for role in ("agent", "network-engineer", "manager"):
        with pytest.raises((Denied, NotFound)):
            readings.read_review(world.person(role=role).actor, drawn.review().id)


def test_sample_is_drawn_again_by_anybody_with_the_seed(drawn: House) -> None:
    review = drawn.review()
    with Window(drawn.store, review.since, review.until) as window:
        again = drawing.draw_lines(window, review.seed, len(review.sample))
        other = drawing.draw_lines(window, "another seed", len(review.sample))
    assert [(one["batch"], one["place"]) for one in again] == [(one["batch"], one["place"]) for one in review.sample]
    assert again != other
    lines = readings.read_sample(fresh(drawn.officer), review.id)
    assert all(str(one["read"]["src"]) in (line.text or "") for one, line in zip(review.sample, lines, strict=True))


def test_line_read_wrongly_is_said_how(drawn: House) -> None:
    with pytest.raises(Refused, match="Say what"):
        reviews.answer_sample(fresh(drawn.officer), drawn.review().id, place=0, right=False)
    for place in (-1, 99):
        with pytest.raises(Malformed):
            reviews.answer_sample(fresh(drawn.officer), drawn.review().id, place=place, right=True)
    reviews.answer_sample(fresh(drawn.officer), drawn.review().id, place=0, right=False, remark="It was accepted.")
    assert (drawn.review().answers, drawn.review().remarks) == ({"0": False}, {"0": "It was accepted."})


def test_lines_that_come_late_are_looked_at_and_answers_stay(drawn: House) -> None:
    before = drawn.review()
    first = next(one for one in drawn.findings() if one.needs_answer)
    reviews.dispose(fresh(drawn.officer), first.id, disposition="explained", remark="Known to us.")
    reviews.answer_sample(fresh(drawn.officer), before.id, place=0, right=True)
    drawn.look()
    assert drawn.review().version == before.version + 1, "but for the answer nothing was written"
    assert drawn.review().inputs_digest == before.inputs_digest
    drawn.take([b"Jan 01 00:00:00 edge kernel: nonsense"], source="late.log")
    drawn.take(week_of(drawn.monday + timedelta(seconds=1)), source="late-2.log")
    drawn.look()
    after = drawn.review()
    assert after.inputs_digest != before.inputs_digest
    assert after.sample == before.sample, "a sample that was begun is not drawn anew"
    kept = next(one for one in drawn.findings() if one.key == first.key)
    assert (kept.disposition, kept.remark) == ("explained", "Known to us.")
    assert kept.count > first.count


def test_nothing_new_writes_nothing(drawn: House, auditor) -> None:
    drawn.look()
    assert auditor("log-review.draw") == []


def test_dangerous_finding_is_put_before_the_director_who_answers(drawn: House) -> None:
    grave = [one for one in drawn.findings() if one.danger == "high"] or drawn.findings()[:1]
    if grave[0].danger != "high":
        reviews.dispose(fresh(drawn.officer), grave[0].id, disposition="escalated", remark="Look at this, please.")
    waiting = readings.list_reports(fresh(drawn.director), state="open")
    assert [one.finding.id for one in waiting] == [one.id for one in grave]
    assert waiting[0].due_at == clock.now() + timedelta(days=3)
    with pytest.raises(Denied):
        reports.answer_report(fresh(drawn.officer), waiting[0].report.id, answer="I answer myself.")
    reports.answer_report(
        fresh(drawn.director), waiting[0].report.id, answer="The provider blocks the network from tonight."
    )
    with pytest.raises(Conflict, match="answered already"):
        reports.answer_report(fresh(drawn.director), waiting[0].report.id, answer="Once more, to be sure.")
    with db.read_session() as session:
        duty = session.scalars(select(Duty).where(Duty.about_ref == f"finding-report:{waiting[0].report.id}")).one()
    assert duty.state == "fulfilled"


def test_escalating_twice_is_one_report_while_it_waits(drawn: House) -> None:
    one = next(one for one in drawn.findings() if one.danger != "high")
    for _ in range(2):
        reviews.dispose(fresh(drawn.officer), one.id, disposition="escalated", remark="Look at this, please.")
    with db.read_session() as session:
        told = session.scalars(select(FindingReport).where(FindingReport.key == one.key)).all()
    assert len(told) == 1
    reports.answer_report(fresh(drawn.director), told[0].id, answer="Seen; it is our own scanner.")
    reviews.dispose(fresh(drawn.officer), one.id, disposition="escalated", remark="No, it is not ours.")
    with db.read_session() as session:
        assert len(session.scalars(select(FindingReport).where(FindingReport.key == one.key)).all()) == 2


@pytest.mark.parametrize("days", [-1, 0, 181])
def test_acceptance_ends_in_time(drawn: House, days: int) -> None:
    with pytest.raises(Refused, match="accepted until"):
        reviews.dispose(
            fresh(drawn.officer), drawn.findings()[0].id, disposition="accepted", remark="Our scanner.",
            until=clock.now() + timedelta(days=days),
        )  # fmt: skip


def test_only_what_is_accepted_has_a_day_and_only_an_incident_has_a_case(drawn: House) -> None:
    one = drawn.findings()[0].id
    officer = fresh(drawn.officer)
    with pytest.raises(Refused):
        reviews.dispose(officer, one, disposition="accepted", remark="For ever and ever.")
    with pytest.raises(Refused):
        reviews.dispose(
            officer, one, disposition="explained", remark="Explained.", until=clock.now() + timedelta(days=3)
        )
    with pytest.raises(Refused):
        reviews.dispose(officer, one, disposition="incident", remark="It is one.")
    with pytest.raises(Refused, match="no incidents of this kind"):
        reviews.dispose(officer, one, disposition="incident", remark="It is one.", incident="rumour:1")


def test_what_is_accepted_is_left_out_next_week_counted_and_comes_back(drawn: House, hands) -> None:
    scan = next(one for one in drawn.findings() if one.kind.startswith("scan."))
    until = drawn.monday + timedelta(days=15)
    reviews.dispose(fresh(drawn.officer), scan.id, disposition="accepted", remark="Our own scanner.", until=until)
    drawn.look()
    assert not next(one for one in drawn.findings() if one.id == scan.id).gone, (
        "it stays on the page where it was accepted"
    )
    answered(drawn)
    reviews.sign_review(fresh(drawn.officer), drawn.review().id, name=drawn.officer.name, conclusion=CONCLUSION)
    for week in (1, 2):
        drawn.take(week_of(drawn.monday + timedelta(weeks=week)), source=f"{week}.log", week=week)
        hands.forward(days=7)
        deadlines.sweep()
    drawn.look()
    second, third = drawn.page(1), drawn.page(2)
    assert scan.key not in {one.key for one in second.findings}
    assert scan.key in {row[0] for row in second.review.figures["known"]}
    assert second.review.suppressed >= 1
    back = next(one for one in third.findings if one.key == scan.key)
    assert not back.new
    with db.read_session() as session:
        noise = session.scalars(select(AcceptedNoise)).one()
    with pytest.raises(Conflict, match="no longer accepted"):
        reviews.end_acceptance(fresh(drawn.officer), noise.id)


def test_same_thing_week_after_week_is_counted(drawn: House, hands) -> None:
    drawn.take(week_of(drawn.monday + timedelta(weeks=1)), source="2.log", week=1)
    hands.forward(days=7)
    deadlines.sweep()
    drawn.look()
    page = drawn.page(1)
    scan = next(one for one in page.findings if one.kind.startswith("scan.") and SCANNER in one.about)
    assert (scan.periods, scan.new) == (2, False)
    assert page.review.figures["before"] == {"events": 368, "refused": 200, "allowed": 168}


def test_late_review_is_a_violation_and_stays_one(drawn: House, hands) -> None:
    ask = QUERIES["firewall-logs-were-reviewed"].ask
    with db.read_session() as session:
        assert drawn.review().ref not in ask(session, clock.now()).violations
    hands.forward(days=8)
    with db.read_session() as session:
        assert drawn.review().ref in ask(session, clock.now()).violations
    answered(drawn)
    reviews.sign_review(fresh(drawn.officer), drawn.review().id, name=drawn.officer.name, conclusion=CONCLUSION)
    with db.read_session() as session:
        assert drawn.review().ref in ask(session, clock.now()).violations


def test_unanswered_report_is_a_violation_when_its_day_is_over(drawn: House, hands) -> None:
    reviews.dispose(
        fresh(drawn.officer), drawn.findings()[-1].id, disposition="escalated", remark="Look at this, please."
    )
    ask = QUERIES["dangerous-findings-were-reported"].ask
    with db.read_session() as session:
        assert ask(session, clock.now()).violations == []
        assert ask(session, clock.now() + timedelta(days=4)).violations != []
