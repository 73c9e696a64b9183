"""Courses, lessons, the quiz and a breach, as people meet them in a browser. [TR-1, TR-8, DS-4]"""

import html
import re

import pytest
from sqlmodel import select

from api.console.problems import problem_of
from contactcenter import agents
from kernel.db import read_session
from kernel.errors import Denied
from tests import world
from tests.contactcenter.house import SETUP, House
from tests.training.conftest import School, hands, school  # noqa: F401 - fixtures
from tests.training.folders import PNG
from training.awareness.models import BreachReport
from training.learning import passes
from training.learning.models import LessonRead, Undertaking

pytestmark = pytest.mark.needs("frontend")


def text_of(answer) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def answer_all(client, attempt: str, choice: str) -> None:
    """Answer one question after the other, each on its page, until all have an answer."""
    for number in range(1, 5):
        page = client.get(attempt)
        assert f"Question {number} of 4" in text_of(page), text_of(page)
        question = re.search(r'name="question" value="([^"]+)"', page.text)[1]
        client.post(f"{attempt}/answer", data={"question": question, "answer": choice})


@pytest.fixture
def ama(database: str) -> world.Somebody:
    return world.activated(role="agent")


def test_a_refusal_for_want_of_a_course_leads_to_it_and_another_does_not() -> None:
    why = "You are asked to take the course “About passwords” again: /training/passwords"
    found = problem_of(Denied(why, "TR-5"))
    assert (found.repair, found.repair_href, found.clause) == ("To the course", "/training/passwords", "TR-5")
    for other in ("Show the path //training/x of it", "see /training/passwords/quiz"):
        assert problem_of(Denied(other, "TR-5")).repair_href == "/account#rights"


def test_a_right_that_sleeps_keeps_its_button_and_says_which_course_wakes_it(browser_of, school: School) -> None:  # noqa: F811
    house = House()
    school.publish("passwords")
    school.hands.forward(days=31)
    ama = world.activated(role="agent", scope=house.scope)
    agents.enrol_agent(SETUP, person_id=ama.id, name=ama.name, site=house.mark, languages=["en"])
    client = browser_of(ama)
    desk = client.get("/desk")
    assert 'id="desk-ready"' in desk.text
    assert "You are not on the floor" not in desk.text
    refused = client.post("/agent/ready", headers={"hx-request": "true"}).text
    assert "TR-5" in refused
    assert '<a href="/training/passwords">To the course</a>' in refused


def test_from_the_list_to_a_certificate(browser_of, school: School, ama) -> None:  # noqa: F811
    school.publish("passwords")
    school.sweep()
    client = browser_of(ama)
    listed = text_of(client.get("/training"))
    assert "1 course is asked of you" in listed
    assert "0 of 2 lessons opened" in listed
    assert "Begin to read" in text_of(client.get("/training/passwords"))
    early = client.post("/training/passwords/quiz")
    assert early.status_code == 422
    assert "Read the lessons first; 2 of 2 are still to be opened" in text_of(early)
    first = client.get("/training/passwords/1")
    (picture,) = re.findall(r'<img src="(/training/pictures/[0-9a-f]{64})" alt="A door"', first.text)
    shown = client.get(picture)
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
    assert shown.headers["cache-control"].startswith("private")
    assert 'rel="next" data-key="n" href="/training/passwords/2"' in first.text
    assert "To the quiz" in text_of(client.get("/training/passwords/2"))
    assert "2 of 2 lessons opened" in text_of(client.get("/training"))
    attempt = client.post("/training/passwords/quiz").headers["location"]
    answer_all(client, attempt, "b")
    assert "Hand in" in text_of(client.get(attempt))
    assert client.post(f"{attempt}/finish").headers["location"] == attempt
    (certificate,) = passes.my_certificates(ama.actor)
    result = text_of(client.get(attempt))
    assert "Passed with 100 %" in result
    assert certificate.code in result
    after = text_of(client.get("/training"))
    assert "Nothing is asked of you now" in after
    assert certificate.code in after


def test_what_is_right_is_told_after_the_end_alone(browser_of, school: School, ama) -> None:  # noqa: F811
    course = school.publish("passwords")
    school.read(ama, course)
    client = browser_of(ama)
    attempt = client.post("/training/passwords/quiz").headers["location"]
    assert "Not a." not in client.get(attempt).text
    answer_all(client, attempt, "a")
    assert "Not a." not in client.get(attempt).text
    client.post(f"{attempt}/finish")
    result = text_of(client.get(attempt))
    assert "Not passed: 0 %" in result
    assert "Not a." in result
    assert "I do b." in result


def test_a_quiz_is_resumed_and_an_answer_may_be_changed(browser_of, school: School, ama) -> None:  # noqa: F811
    course = school.publish("passwords")
    school.read(ama, course)
    client = browser_of(ama)
    attempt = client.post("/training/passwords/quiz").headers["location"]
    asked = re.search(r'name="question" value="([^"]+)"', client.get(attempt).text)[1]
    on = client.post(f"{attempt}/answer", data={"question": asked, "answer": "c"})
    assert on.headers["location"] == f"{attempt}?question=2"
    assert "Go on with the quiz" in text_of(client.get("/training"))
    assert client.post("/training/passwords/quiz").headers["location"] == attempt
    assert "Question 2 of 4" in text_of(client.get(attempt))
    back = client.get(f"{attempt}?question=1").text
    assert re.search(r'value="c" data-key="\d" required checked', back)
    without = client.post(f"{attempt}/answer", data={"question": asked})
    assert without.headers["location"] == f"{attempt}?question=1"
    for odd in ("99", "0", "-1", "x", "٣", "9" * 5000):
        assert "Question 2 of 4" in text_of(client.get(attempt, params={"question": odd})) or odd == "99"


def test_when_the_time_is_over_nothing_more_is_taken(browser_of, school: School, ama) -> None:  # noqa: F811
    course = school.publish("passwords", time_limit="3 minutes")
    school.read(ama, course)
    client = browser_of(ama)
    attempt = client.post("/training/passwords/quiz").headers["location"]
    asked = re.search(r'name="question" value="([^"]+)"', client.get(attempt).text)[1]
    school.hands.forward(minutes=3)
    assert client.post(f"{attempt}/answer", data={"question": asked, "answer": "b"}).headers["location"] == attempt
    assert "The time is over" in text_of(client.get(attempt))
    client.post(f"{attempt}/finish")
    assert "Not passed: 0 %" in text_of(client.get(attempt))


def test_another_person_s_quiz_and_unknown_courses_are_not_shown(browser_of, school: School, ama) -> None:  # noqa: F811
    course = school.publish("passwords")
    school.read(ama, course)
    attempt = browser_of(ama).post("/training/passwords/quiz").headers["location"]
    kofi = browser_of(world.activated(role="agent"))
    assert kofi.get(attempt).status_code == 404
    for path in (
        "/training/nothing",
        "/training/passwords/9",
        "/training/pictures/" + "0" * 64,
        "/training/attempts/x",
    ):
        assert kofi.get(path).status_code == 404, path
    with read_session() as session:
        assert len(session.scalars(select(LessonRead)).all()) == 2


def test_nobody_sees_a_course_without_signing_in(visitor) -> None:
    for path in ("/training", "/training/passwords", "/training/passwords/1", "/training/pictures/x", "/report"):
        assert visitor.get(path).headers["location"].startswith("/signin?next="), path


def test_a_lesson_is_read_in_the_reader_s_language(browser_of, school: School, ama) -> None:  # noqa: F811
    school.publish("passwords")
    client = browser_of(ama)
    client.get("/language?to=fr&next=/training")
    page = client.get("/training/passwords").text
    assert "De passwords" in page
    assert '<html lang="fr"' in page


def test_whose_course_teaches_the_rules_for_data_gives_their_word_by_name(browser_of, school: School, ama) -> None:  # noqa: F811
    course = school.publish("data", teaches=["DS-4"])
    client = browser_of(ama)
    assert "Your word" not in text_of(client.get("/training/data"))
    school.take(ama, course)
    page = client.get("/training/data").text
    hidden = dict(re.findall(r'type="hidden" name="(version|digest)" value="([^"]+)"', page))
    wrong = client.post("/training/data/undertaking", data=hidden | {"typed_name": "Somebody Else"})
    assert wrong.status_code == 422
    assert "Type your own name" in text_of(wrong)
    given = client.post("/training/data/undertaking", data=hidden | {"typed_name": ama.name})
    assert given.headers["location"] == "/training/data?done=word"
    assert "You gave your word on this course" in text_of(client.get("/training/data"))
    with read_session() as session:
        (made,) = session.scalars(select(Undertaking)).all()
    assert (made.person_id, made.typed_name) == (ama.id, ama.name)


def test_a_course_that_lapsed_says_so_beside_its_certificate(browser_of, school: School, ama) -> None:  # noqa: F811
    course = school.publish("passwords", valid_for="3 minutes")
    school.take(ama, course)
    client = browser_of(ama)
    assert "good until" in text_of(client.get("/training"))
    school.hands.forward(minutes=3)
    listed = text_of(client.get("/training"))
    assert "Lapsed" in listed
    assert "good until" not in listed


def test_a_breach_is_reported_in_one_step_from_the_menu(browser_of, ama) -> None:
    client = browser_of(ama)
    assert 'href="/report"' in client.get("/account").text
    short = client.post("/report", data={"kind": "mail", "told": " "})
    assert short.status_code == 422
    odd = client.post("/report", data={"kind": "weather", "told": "It rains."})
    assert odd.status_code == 422
    sent = client.post("/report", data={"kind": "mail", "told": "A mail asked for my <b>password</b>."})
    assert sent.headers["location"] == "/report?done=reported"
    page = client.get("/report").text
    assert "A mail asked for my &lt;b&gt;password&lt;/b&gt;." in page
    with read_session() as session:
        (made,) = session.scalars(select(BreachReport)).all()
    assert (made.kind, made.reporter_id, made.state) == ("mail", ama.id, "open")


def test_whoever_has_no_role_reports_too(browser_of, database: str) -> None:
    client = browser_of(world.activated())
    assert client.get("/report").status_code == 200
    assert client.post("/report", data={"kind": "lost", "told": "My badge."}).status_code == 303
