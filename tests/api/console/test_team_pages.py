"""Training for who leads and who teaches, as they meet it in a browser: who sleeps, who is late, courses, excuses. [TR-1]"""

import csv
import html
import io
import re
from datetime import timedelta

import pytest

from policy import inbox
from tests import world
from tests.training.conftest import School, hands, school  # noqa: F401 - fixtures
from training.learning import excuses

pytestmark = pytest.mark.needs("frontend")


def text_of(answer) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.fixture
def manager(database: str) -> world.Somebody:
    return world.activated(role="manager")


@pytest.fixture
def ama(manager: world.Somebody) -> world.Somebody:
    """An agent of Cotonou whom the manager leads."""
    return world.activated(role="agent", site=world.site("cotonou"), manager_id=manager.id)


def asked_before(school: School, **span: float) -> School:  # noqa: F811
    """A course came into force and was asked of everybody some time ago."""
    school.hands.back(**span)
    school.publish("passwords")
    school.sweep()
    school.hands.forward(**span)
    return school


@pytest.fixture
def late(school: School, ama: world.Somebody) -> School:  # noqa: F811
    """A course was asked of everybody and its time is over."""
    return asked_before(school, days=15)


def section(answer, name: str) -> str:
    return html.unescape(answer.text.split(f'id="{name}"', 1)[1].split("</section>", 1)[0])


def test_a_manager_sees_who_is_late_by_person_site_and_who_leads_them(browser_of, late, manager, ama) -> None:
    page = browser_of(manager).get("/training/team")
    assert ama.name in section(page, "late")
    groups = section(page, "groups")
    assert "Cotonou" in groups
    assert manager.name in groups
    assert "About passwords" in section(page, "done")


def test_who_falls_asleep_tomorrow_stands_there_the_day_before(browser_of, school, manager, ama) -> None:  # noqa: F811
    client = browser_of(manager)
    asked_before(school, days=29, hours=12)
    tomorrow = section(client.get("/training/team"), "falling")
    assert ama.name in tomorrow
    assert "take a conversation" in tomorrow
    assert "state-red" not in tomorrow
    for odd in ("0", "x", "99999", "-1"):
        assert client.get("/training/team", params={"days": odd}).status_code == 200


def test_who_falls_asleep_next_week_is_not_called_tomorrow_s(browser_of, school, manager, ama) -> None:  # noqa: F811
    client = browser_of(manager)
    asked_before(school, days=26)
    assert ama.name not in section(client.get("/training/team"), "falling")
    assert ama.name in section(client.get("/training/team?days=7"), "falling")


def test_who_sleeps_already_is_marked(browser_of, school, manager, ama) -> None:  # noqa: F811
    asked_before(school, days=31)
    assert "state-red" in section(browser_of(manager).get("/training/team"), "falling")


def test_the_same_is_taken_away_as_csv_and_pdf(browser_of, late, manager, ama) -> None:
    client = browser_of(manager)
    for slug in ("training-tomorrow", "training-overdue", "training-groups", "training-completion"):
        assert client.get(f"/reports/{slug}").status_code == 200, slug
        assert client.get(f"/reports/{slug}/pdf").content.startswith(b"%PDF-"), slug
        rows = list(csv.reader(io.StringIO(client.get(f"/reports/{slug}/csv").content.decode("utf-8-sig"))))
        assert len(rows[0]) > 2, slug
    overdue = list(csv.reader(io.StringIO(client.get("/reports/training-overdue/csv").content.decode("utf-8-sig"))))
    (row,) = [one for one in overdue if one[0] == ama.name]
    assert row[1:4] == ["Cotonou", manager.name, "About passwords"]


def test_an_agent_sees_no_team(browser_of, late, ama) -> None:
    client = browser_of(ama)
    for path in ("/training/team", "/training/courses", "/training/courses/passwords", "/reports/training-overdue"):
        assert client.get(path).status_code == 403, path
    assert 'href="/training/team"' not in client.get("/training").text


def test_a_manager_of_one_site_sees_that_site_alone(browser_of, late, ama) -> None:
    elsewhere = world.activated(role="manager", site=world.site("parakou"), scope=world.site("parakou"))
    page = browser_of(elsewhere).get("/training/team")
    assert page.status_code == 200
    assert ama.name not in page.text


def test_a_trainer_asks_for_a_draft_and_sees_what_is_in_force(browser_of, school) -> None:  # noqa: F811
    trainer = world.activated(role="trainer")
    version = school.draft(school.content("passwords"))
    client = browser_of(trainer)
    assert "not in force" in text_of(client.get("/training/courses"))
    page = client.get("/training/courses/passwords")
    assert "Draft" in text_of(page)
    asked = client.post("/training/courses/passwords/ask", data={"version": str(version.id)})
    assert asked.headers["location"] == "/training/courses/passwords?done=asked"
    assert "Waits for approval" in text_of(client.get("/training/courses/passwords"))
    review = client.get("/training/courses/passwords/1")
    assert "I do b." in review.text
    assert "Not a." in review.text
    assert client.get("/training/courses/passwords/9").status_code == 404
    officer = world.activated(role="security-officer")
    other = browser_of(officer)
    (one,) = inbox.approvals_waiting(officer.actor)
    assert 'href="/training/courses/passwords/1"' in other.get(f"/approvals/{one.id}").text
    client = browser_of(trainer)
    client.post("/training/courses/passwords/drop", data={"version": str(version.id)})
    assert "Dropped" in text_of(client.get("/training/courses/passwords"))
    assert inbox.approvals_waiting(officer.actor) == []


def test_difficulty_of_questions_is_shown_to_who_teaches(browser_of, school, ama) -> None:  # noqa: F811
    course = school.publish("passwords")
    school.take(ama, course, wrong=1)
    client = browser_of(world.activated(role="trainer"))
    assert "0 %" in section(client.get("/training/courses/passwords"), "questions")
    report = client.get("/reports/question-difficulty/csv", params={"course": "passwords"}).text
    assert '"0 %"' in report
    assert client.get("/reports/question-difficulty", params={"course": "nothing"}).status_code == 422


def excuse_of(answer) -> str:
    return re.search(r'href="(/training/excuses/[^"]+)"', answer.text)[1]


def test_a_learner_asks_for_an_excuse_and_the_officer_decides_it(browser_of, late, ama) -> None:
    client = browser_of(ama)
    form = excuse_of(client.get("/training/passwords"))
    until = f"{late.hands.time + timedelta(days=60):%Y-%m-%d}"
    assert "6 months" in text_of(client.get(form))
    for wrong in ({"until": "31/12"}, {"until": "2999-01-01"}, {"until": "2020-01-01"}, {"until": ""}):
        refused = client.post(form, data={"reason": "On maternity leave until then.", **wrong})
        assert refused.status_code == 422, wrong
        assert "On maternity leave until then." in refused.text
    assert client.post(form, data={"reason": "short", "until": until}).status_code == 422
    asked = client.post(form, data={"reason": "On maternity leave until then.", "until": until})
    assert asked.headers["location"] == "/training?done=asked"
    assert "Excuse asked for" in text_of(client.get("/training/passwords"))
    assert client.post(form, data={"reason": "On maternity leave until then.", "until": until}).status_code == 422
    officer = world.activated(role="security-officer")
    (one,) = inbox.approvals_waiting(officer.actor)
    other = browser_of(officer)
    decision = text_of(other.get(f"/approvals/{one.id}"))
    for part in ("An excuse from a course", ama.name, "About passwords", "On maternity leave until then."):
        assert part in decision, part
    other.post(
        f"/approvals/{one.id}/answer", data={"answer": "yes", "digest": one.digest, "voice": " security-officer"}
    )
    excuses.grant_approved(excuse_id=one.subject_ref.partition(":")[2])
    assert "Excused" in text_of(browser_of(ama).get("/training/passwords"))


def test_nobody_asks_for_the_excuse_of_another_whom_they_do_not_lead(browser_of, late, manager, ama) -> None:
    form = excuse_of(browser_of(ama).get("/training/passwords"))
    kofi = browser_of(world.activated(role="agent"))
    assert kofi.get(form).status_code == 404
    assert kofi.post(form, data={"reason": "On maternity leave.", "until": "2026-12-31"}).status_code == 404
    assert form in browser_of(manager).get("/training/team").text
    assert ama.name in text_of(browser_of(manager).get(form))
