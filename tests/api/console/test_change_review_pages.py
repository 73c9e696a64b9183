"""The review of changes through the door: begun when it is due, answered row by row, signed with one's own name. [CC-4]"""

import re
from typing import Any

import pytest

from changecontrol.observed.models import ChangeReview
from kernel import db
from tests import world
from tests.api.console.test_change_pages import house  # noqa: F401 - a fixture
from tests.changecontrol.builders import House
from tests.changecontrol.test_reviews import CONCLUSION, done, due
from tests.iam.conftest import hands  # noqa: F401 - a fixture

pytestmark = pytest.mark.needs("frontend")
BOOSTLESS = {"hx-request": "true"}


def review_of(path: str) -> ChangeReview:
    with db.read_session() as session:
        return session.get(ChangeReview, path.rpartition("/")[2])


@pytest.fixture
def begun(browser_of: Any, house: House) -> tuple[Any, str]:  # noqa: F811
    """The officer's browser, and the path of a review that was just begun from the list."""
    done(house, title="Another image of the recorder")
    duty = due(house)
    house.officer.entered = house.officer.sign_in()
    browser = browser_of(house.officer)
    page = browser.get("/changes/reviews").text
    assert f'name="duty" value="{duty.id}"' in page
    answer = browser.post("/changes/reviews", data={"duty": str(duty.id)})
    assert answer.status_code == 303
    return browser, answer.headers["location"]


def test_a_review_is_begun_answered_and_signed_in_pages(begun, house: House):  # noqa: F811
    browser, path = begun
    page = browser.get(path).text
    assert "Another image of the recorder" in page
    assert 'data-do="keep"' in page
    assert "data-certify" in page, "its keys are those of the access review"
    early = browser.post(f"{path}/sign", data={"name": house.officer.name, "conclusion": CONCLUSION})
    assert early.status_code == 422
    assert CONCLUSION in early.text, "what was typed stays"
    places = range(len(review_of(path).sample))
    for place in places:
        row = browser.post(f"{path}/sample/{place}/in-order", headers=BOOSTLESS)
        assert row.status_code == 200
        assert f'id="item-{place}"' in row.text
        assert 'data-item="decided"' in row.text
    wrong = browser.post(f"{path}/sign", data={"name": "Somebody Else", "conclusion": CONCLUSION})
    assert wrong.status_code == 422
    assert browser.post(f"{path}/sign", data={"name": house.officer.name, "conclusion": CONCLUSION}).status_code == 303
    signed = browser.get(path).text
    assert CONCLUSION in signed
    assert 'id="do-sign"' not in signed
    assert 'data-do="' not in signed
    listed = browser.get("/changes/reviews").text
    assert "Signed" in listed
    assert f'value="{review_of(path).duty_id}"' not in listed, "it is asked no more"


def test_an_answer_is_given_anew_and_a_no_says_what(begun):
    browser, path = begun
    assert browser.post(f"{path}/sample/0/not", data={"reason": ""}, headers=BOOSTLESS).headers["hx-reswap"] == "none"
    row = browser.post(f"{path}/sample/0/not", data={"reason": "no <b>test</b>"}, headers=BOOSTLESS).text
    assert "no &lt;b&gt;test&lt;/b&gt;" in row
    anew = browser.get(f"{path}/sample/0", headers=BOOSTLESS).text
    assert 'data-item="open"' in anew
    assert review_of(path).answers == {review_of(path).sample[0]: False}, "looking at it again changes nothing"
    browser.post(f"{path}/sample/0/in-order", headers=BOOSTLESS)
    assert list(review_of(path).answers.values()) == [True]
    assert review_of(path).remarks == {}


@pytest.mark.parametrize("place", ["12", "-1", "٣", "1e3", "0x0", "99999999999999999999", "zero"])
def test_what_is_not_in_the_sample_is_not_found(begun, place: str):
    browser, path = begun
    assert browser.post(f"{path}/sample/{place}/in-order").status_code == 404
    assert browser.post(f"{path}/sample/0/perhaps").status_code == 404


def test_others_read_a_review_and_neither_answer_nor_sign_it(begun, browser_of, house: House):  # noqa: F811
    _, path = begun
    director = browser_of(world.activated(role="technical-director"))
    page = director.get(path).text
    assert re.search(r"Review of changes", page)
    assert 'data-do="' not in page
    assert 'id="do-sign"' not in page
    assert director.post(f"{path}/sample/0/in-order").status_code in {403, 404}
    assert browser_of(world.activated(role="agent")).get(path).status_code in {403, 404}
    assert browser_of(world.activated(role="agent")).get("/changes/reviews").status_code in {403, 404}


def test_a_review_begins_once_and_only_by_whom_it_is_asked(browser_of, house: House):  # noqa: F811
    done(house)
    duty = due(house)
    director = browser_of(world.activated(role="technical-director"))
    assert 'name="duty"' not in director.get("/changes/reviews").text
    assert director.post("/changes/reviews", data={"duty": str(duty.id)}).status_code in {403, 404, 422}
    house.officer.entered = house.officer.sign_in()
    officer = browser_of(house.officer)
    assert officer.post("/changes/reviews", data={"duty": str(duty.id)}).status_code == 303
    twice = officer.post("/changes/reviews", data={"duty": str(duty.id)})
    assert twice.status_code == 422
    assert "begun already" in twice.text
    assert officer.post("/changes/reviews", data={"duty": "none"}).status_code == 404
