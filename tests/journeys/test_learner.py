"""Somebody who learns: lessons first, a quiz that fails and one that passes, and the certificate. [TR-1, TR-5]"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsing import Window
from tests.journeys.house import House
from tests.journeys.newcomers import english
from tests.journeys.people import Arrival, arrive
from training.courses.content import CourseContent
from training.courses.folder import read_courses

pytestmark = [
    pytest.mark.needs("chromium", "frontend"), pytest.mark.xdist_group("journeys"), pytest.mark.slow, pytest.mark.timeout(300),
]  # fmt: skip
COURSE = "passwords"


def test_a_course_is_read_failed_once_and_passed(house: House, window) -> None:
    (sika,) = arrive(house, Arrival("Sika Tossou", {"agent": 0}, job="agent"))
    mine: Window = english(window())
    page = mine.sign_in(sika, f"/training/{COURSE}")
    (course,) = [one for one in read_courses() if one.slug == COURSE]
    read(page, course)
    fail(house, page, course)
    page.goto(f"/training/{COURSE}")
    expect(page.locator("#certificate")).to_have_count(0)
    pass_it(page, course)
    page.goto(f"/training/{COURSE}")
    expect(page.locator("#certificate")).to_be_visible()
    tries = house.rows("select state, score from attempt where person_id = %s order by started_at", sika.id)
    assert tries == [("failed", 0), ("passed", 100)], "what failed stays on record"


def read(page: Page, course: CourseContent) -> None:
    """Open each lesson, from one to the next by a key."""
    page.goto(f"/training/{COURSE}")
    for lesson in course.lessons:
        page.keyboard.press("n")
        page.wait_for_url(f"**/training/{COURSE}/{lesson.number}")
        expect(page.locator("ol.rows [aria-current=page]")).to_have_text(re.compile(rf"^{lesson.number}\. "))


def begin(page: Page) -> str:
    page.goto(f"/training/{COURSE}")
    page.click(f"form[action='/training/{COURSE}/quiz'] button[type=submit]")
    page.wait_for_url("**/training/attempts/*")
    return page.url


def answer(page: Page, course: CourseContent, *, right: bool) -> None:
    """Answer the question on the page, as somebody who has read the lesson, or who has not."""
    asked = course.question(page.locator("input[name=question]").input_value())
    assert asked is not None
    chosen = next(one.id for one in asked.answers if one.right is right)
    page.check(f"input[name=answer][value='{chosen}']")
    page.click("form[action$='/answer'] button[type=submit]")


def fail(house: House, page: Page, course: CourseContent) -> None:
    """One answer, a wrong one, and handed in at that."""
    attempt = begin(page)
    answer(page, course, right=False)
    expect(page.locator("h1")).to_contain_text("Question 2 of")
    headers = {"sec-fetch-site": "same-origin", "origin": house.address}
    page.request.post(f"{attempt}/finish", headers=headers)
    page.goto(attempt)
    expect(page.locator("h1")).to_contain_text("Not passed: 0 %")


def pass_it(page: Page, course: CourseContent) -> None:
    begin(page)
    for number in range(1, course.draws + 1):
        expect(page.locator("h1")).to_contain_text(f"Question {number} of {course.draws}")
        answer(page, course, right=True)
    page.click("form[action$='/finish'] button[type=submit]")
    expect(page.locator("h1")).to_contain_text("Passed with 100 %")
    expect(page.locator("main")).to_contain_text("Your certificate")
