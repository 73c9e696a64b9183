"""Drafting and editing a change in its pages: nothing typed is lost, nobody is overwritten unseen, what is frozen is not edited. [CC-1]"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest

import changecontrol
from api.console import change_fields, typed_times
from changecontrol import readings
from changecontrol.models import Change
from changecontrol.readings import ChangePage
from kernel import db
from policy import book
from policy.reading import HouseRule
from policy.rule_texts import rule_digest, signed_lines
from tests import world
from tests.api.console.test_change_pages import buttons, house, state_of  # noqa: F401 - a fixture
from tests.changecontrol.builders import House, fresh
from tests.changecontrol.test_templates import in_force
from tests.iam.conftest import hands  # noqa: F401 - a fixture
from tests.training.conftest import school  # noqa: F401 - a fixture

pytestmark = pytest.mark.needs("frontend")
WORDS = {
    "title": "Another mail gate", "summary": "Mail goes through the new gate.", "reason": "The old one <b>ends</b>.",
    "plan": "1. Stop.\r\n2. Start.", "rollback": "Start the old one.", "kind": "maintenance", "risk": "low",
    "documentation": "The page of the gate.", "no_training": "Nothing looks different.",
}  # fmt: skip


def wall(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")


def window(house: House) -> dict[str, str]:  # noqa: F811
    now = house.hands.now()
    return {"starts_at": wall(now + timedelta(hours=2)), "ends_at": wall(now + timedelta(hours=4))}


def filled(text: str) -> dict[str, str]:
    """What the form on a page would send: every field as it stands."""
    form = text[text.index('id="change-form"') :]
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    for tag in re.findall(r"<input [^>]+>", form):
        named = re.search(r' name="([^"]+)"', tag)
        if named and 'type="checkbox"' in tag:
            sent |= {named[1]: "on"} if " checked" in tag else {}
        elif named and 'type="hidden"' not in tag:
            value = re.search(r' value="([^"]*)"', tag)
            sent[named[1]] = value[1] if value else ""
    for name, value in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        sent[name] = value.replace("\r\n", "\n").replace("\n", "\r\n")
    for name, options in re.findall(
        r'<select [^>]*name="([^"]+)"(?![^>]*disabled)[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    return {name: unescape(value) for name, value in sent.items()}


def read(who: world.Somebody, change_id: Any) -> ChangePage:
    return readings.read_change(fresh(who), UUID(str(change_id)))


def rows() -> int:
    with db.read_session() as session:
        return session.query(Change).count()


def test_a_change_is_drafted_by_names_and_times_of_the_house(browser_of, house):  # noqa: F811
    system = house.system(label="Mail gate")
    browser = browser_of(house.engineer)
    assert 'href="/changes/new"' in browser.get("/changes").text
    page = browser.get("/changes/new").text
    assert "Mail gate" in page
    assert "UTC" in page
    user = house.second.user_name
    answer = browser.post(
        "/changes/new", data=WORDS | window(house) | {f"system-{system.id}": "on", "implementers": f"{user}\r\n"}
    )
    assert answer.status_code == 303
    found = read(house.engineer, answer.headers["location"].partition("?")[0].rpartition("/")[2])
    assert (found.change.model, found.change.state, found.change.kind) == ("normal", "draft", "maintenance")
    assert found.content["systems"] == [str(system.id)]
    assert found.content["implementers"] == [str(house.second.id)]
    assert found.content["plan"] == "1. Stop.\n2. Start."
    assert found.change.starts_at.strftime("%Y-%m-%dT%H:%M") == window(house)["starts_at"]


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(browser_of, house):  # noqa: F811
    system, before = house.system(), rows()
    browser = browser_of(house.engineer)
    sent = WORDS | {
        "title": "Gate", "starts_at": "tomorrow", "ends_at": "", "implementers": "Nobody At All", "things": "edge 1",
        f"system-{system.id}": "on", "texts": "abc", "open_source": "openssl", "incident": "a b",
    }  # fmt: skip
    answer = browser.post("/changes/new", data=sent)
    assert answer.status_code == 422
    for name in ("title", "starts_at", "implementers", "things", "texts", "open_source", "incident"):
        assert f'id="{name}-problem"' in answer.text, name
    assert "A title has 5 to 160 signs." in answer.text
    again = filled(answer.text)
    for name, value in sent.items():
        if name != "starts_at":
            assert again[name] == value, name
    assert rows() == before


@pytest.mark.parametrize(
    ("start", "end", "field"), [(4, 2, "starts_at"), (2, 200, "starts_at"), (24 * 400, 24 * 400 + 1, "starts_at")]
)
def test_a_window_that_the_book_does_not_allow_is_told_at_the_window(browser_of, house, start, end, field):  # noqa: F811
    now = house.hands.now()
    sent = WORDS | {
        "starts_at": wall(now + timedelta(hours=start)),
        "ends_at": wall(now + timedelta(hours=end)),
    }
    answer = browser_of(house.engineer).post("/changes/new", data=sent)
    assert answer.status_code == 422
    assert f'id="{field}-problem"' in answer.text


def test_an_edit_without_an_edit_is_none_though_browsers_write_lines_otherwise(browser_of, house):  # noqa: F811
    change = house.draft(plan="1. Stop.\n2. Start.")
    browser = browser_of(house.engineer)
    page = browser.get(f"/changes/{change.id}")
    assert f'href="/changes/{change.id}/edit"' in page.text
    sent = filled(browser.get(f"/changes/{change.id}/edit").text)
    answer = browser.post(f"/changes/{change.id}/edit", data=sent)
    assert answer.status_code == 422
    assert "Nothing says otherwise" in answer.text
    assert read(house.engineer, change.id).change.revision == 1
    answer = browser.post(f"/changes/{change.id}/edit", data=sent | {"rollback": "Start the old one at once."})
    assert answer.status_code == 303
    found = read(house.engineer, change.id)
    assert (found.change.revision, found.content["rollback"]) == (2, "Start the old one at once.")
    assert found.content["starts_at"] == found.revisions[0].content["starts_at"], "a time that was not touched stays"


def test_courses_are_picked_from_those_in_force_and_one_that_is_not_stays_to_be_seen(browser_of, house, school):  # noqa: F811
    school.publish("passwords")
    browser = browser_of(house.engineer)
    page = browser.get("/changes/new").text
    assert 'name="course-passwords"' in page
    assert "About passwords" in page
    assert "course-sanctions" not in page, "it is not in force"
    ticked = {"course-passwords": "on", "course-": "on", "course-Not a course": "on", "course-sanctions": "off"}
    answer = browser.post("/changes/new", data=WORDS | window(house) | ticked)
    made = answer.headers["location"].partition("?")[0].rpartition("/")[2]
    assert read(house.engineer, made).content["training"] == ["passwords"]
    assert filled(browser.get(f"/changes/{made}/edit").text)["course-passwords"] == "on"
    old = house.draft(training=["a-course-of-old"], no_training="")
    shown = browser.get(f"/changes/{old.id}/edit").text
    assert re.search(r'name="course-a-course-of-old" value="on" checked.*?not in force', shown)
    sent = filled(shown)
    assert browser.post(f"/changes/{old.id}/edit", data=sent | {"plan": "Another."}).is_redirect
    assert read(house.engineer, old.id).content["training"] == ["a-course-of-old"], "nobody unticked it"
    del sent["course-a-course-of-old"]
    assert browser.post(
        f"/changes/{old.id}/edit", data=sent | {"revision": "2", "base": "2", "plan": "Another."}
    ).is_redirect
    assert read(house.engineer, old.id).content["training"] == []


def test_two_who_edit_at_once_see_one_another_and_lose_nothing(browser_of, house):  # noqa: F811
    change = house.draft()
    browser = browser_of(house.engineer)
    sent = filled(browser.get(f"/changes/{change.id}/edit").text)
    changecontrol.revise_change(fresh(house.engineer), change.id, fields={"rollback": "Written by another hand."})
    answer = browser.post(f"/changes/{change.id}/edit", data=sent | {"plan": "Another plan."})
    assert answer.status_code == 409
    assert "Written by another hand." in answer.text
    assert 'id="meanwhile"' in answer.text
    again = filled(answer.text)
    assert again["plan"] == "Another plan."
    assert browser.post(f"/changes/{change.id}/edit", data=again).status_code == 303
    content = read(house.engineer, change.id).content
    assert (content["plan"], content["rollback"]) == ("Another plan.", "Written by another hand.")


def test_once_it_is_asked_marked_fields_keep_the_approvals_and_want_a_reason(browser_of, house):  # noqa: F811
    change = house.scheduled()
    browser = browser_of(house.engineer)
    page = browser.get(f"/changes/{change.id}/edit").text
    assert "voids the approvals" in page
    assert page.count("keeps the approvals") >= 4
    sent = filled(page) | {"note": "The lift is out of order."}
    answer = browser.post(f"/changes/{change.id}/edit", data=sent)
    assert answer.status_code == 422
    assert 'id="reason_of_edit-problem"' in answer.text
    assert browser.post(
        f"/changes/{change.id}/edit", data=sent | {"reason_of_edit": "for who comes by car"}
    ).is_redirect
    assert state_of(change) == "scheduled"
    sent = filled(browser.get(f"/changes/{change.id}/edit").text) | {"plan": "Another plan."}
    assert browser.post(f"/changes/{change.id}/edit", data=sent).is_redirect
    assert state_of(change) == "authorise"
    shown = browser.get(f"/changes/{change.id}").text
    assert 'id="since"' in shown, "what differs from what was authorised stands on its page"
    since = shown[shown.index('id="since"') : shown.index('id="revisions"')]
    assert "Another plan." in since
    assert "The lift" not in since, "the clerical edit was authorised with the rest"


def test_while_it_is_carried_out_and_after_fields_are_shown_as_frozen(browser_of, house):  # noqa: F811
    now = house.hands.now()
    change = house.started(starts_at=now + timedelta(minutes=2), ends_at=now + timedelta(hours=1))
    browser = browser_of(house.engineer)
    page = browser.get(f"/changes/{change.id}/edit").text
    assert re.search(r'id="note"[^>]* readonly', page)
    assert not re.search(r'id="plan"[^>]* readonly', page)
    assert "an edit stops it" in page
    changecontrol.finish_change(fresh(house.second), change.id, report="It runs, all queues were called.")
    page = browser.get(f"/changes/{change.id}/edit").text
    assert "stands as it is" in page
    assert "Save" not in page
    assert "disabled" in page
    sent = {"revision": "1", "base": "1", "plan": "Another plan."}
    assert browser.post(f"/changes/{change.id}/edit", data=sent).status_code in {409, 422}
    assert f"/changes/{change.id}/edit" not in browser.get(f"/changes/{change.id}").text


def test_a_standard_change_says_what_is_of_this_time_alone(browser_of, house):  # noqa: F811
    system, other = house.system(label="Certificates"), house.system(label="Something else")
    template = in_force(house, system)
    browser = browser_of(house.engineer)
    page = browser.get("/changes/new?model=standard").text
    assert f"system-{system.id}" in page
    assert f"system-{other.id}" not in page
    assert 'id="plan"' not in page
    user = house.second.user_name
    sent = {
        "model": "standard", "template": str(template.id), "title": "The certificates of May", "summary": "New ones.",
        f"system-{system.id}": "on", "implementers": user, "plan": "something of my own",
    }  # fmt: skip
    answer = browser.post("/changes/new", data=sent | window(house))
    assert answer.status_code == 303
    found = read(house.engineer, answer.headers["location"].partition("?")[0].rpartition("/")[2])
    assert found.change.model == "standard"
    assert found.content["plan"] == template.content["plan"]
    page = browser.get(f"/changes/{found.change.id}/edit").text
    assert re.search(r'id="plan"[^>]* readonly', page)
    assert not re.search(r'id="title"[^>]* readonly', page)


def test_an_emergency_asks_for_the_factor_first_and_goes_to_the_director_at_once(browser_of, house, monkeypatch):  # noqa: F811
    system = house.system()
    browser = browser_of(house.engineer)
    user = house.second.user_name
    now = house.hands.now()
    sent = {
        "model": "emergency", "title": "Calls are lost", "summary": "The switch restarts.", "reason": "Every call ends.",
        f"system-{system.id}": "on", "implementers": user, "starts_at": wall(now), "ends_at": wall(now + timedelta(hours=2)),
    }  # fmt: skip
    answer = browser.post("/changes/new", data=sent | {"summary": ""})
    assert answer.status_code == 422
    assert 'id="summary-problem"' in answer.text
    answer = browser.post("/changes/new", data=sent)
    assert answer.status_code == 303
    change_id = answer.headers["location"].partition("?")[0].rpartition("/")[2]
    assert read(house.engineer, change_id).change.state == "authorise"
    assert f"normalises={change_id}" in browser.get(f"/changes/{change_id}").text
    for _ in range(5):
        house.hands.forward(minutes=10)
        assert browser.get("/changes").status_code == 200, "the session is in use"
    before = browser.get("/changes/new?model=emergency")
    assert before.is_redirect
    assert "/step-up" in before.headers["location"]
    late = browser.post("/changes/new", data=sent | {"summary": "Typed at length."})
    assert "Typed at length." in late.text


def test_who_may_not_neither_drafts_nor_edits(browser_of, house):  # noqa: F811
    change = house.draft()
    second = browser_of(house.second)
    assert second.get(f"/changes/{change.id}/edit").status_code in {403, 404}
    sent = {"revision": "1", "base": "1", "plan": "Mine."}
    assert second.post(f"/changes/{change.id}/edit", data=sent).status_code in {403, 404}
    agent = browser_of(world.activated(role="agent"))
    assert agent.get("/changes/new").status_code in {403, 404}
    assert agent.post("/changes/new", data=WORDS).status_code in {403, 404}
    assert "Draft a change" not in agent.get("/changes").text


def test_what_is_hostile_is_told_or_kept_as_words(browser_of, house):  # noqa: F811
    browser = browser_of(house.engineer)
    for sent in (
        {"title": "x" * 200}, {"title": "A fine title\x00", "system-not-an-id": "on", "kind": "war"}, {"risk": "' or 1=1 --"},
        {"title": "A fine title", "starts_at": "9999-99-99T00:00"}, {"title": "A fine title", "starts_at": "2026-05-01T00:00+02:00"},
        {"title": "A fine title", "template": "x"}, {"title": "A fine title", "normalises": "x"}, {"plan": "x" * 20_001},
    ):  # fmt: skip
        assert browser.post("/changes/new", data=WORDS | sent).status_code in {404, 422}, sent
    assert browser.post("/changes/new", content=b"title=" + b"x" * 1_100_000, headers={"content-type": "application/x-www-form-urlencoded"}).status_code == 422  # fmt: skip
    assert browser.get("/changes/new?model=%00&template=x").status_code == 200


def test_a_change_of_five_hundred_systems_is_ticked_and_saved(browser_of, house):  # noqa: F811
    change = house.draft()
    found = read(house.engineer, change.id)
    browser = browser_of(house.engineer)
    sent = filled(browser.get(f"/changes/{change.id}/edit").text)
    many = {f"system-{n:08d}-0000-4000-8000-000000000000": "on" for n in range(499)}
    answer = browser.post(f"/changes/{change.id}/edit", data=sent | many)
    assert answer.status_code == 422
    assert "not on the register" in answer.text, "all five hundred were read"
    answer = browser.post(f"/changes/{change.id}/edit", data=sent | many | {"system-99999999-0000-4000-8000-000000000000": "on"})  # fmt: skip
    assert "500 systems at most" in answer.text
    assert found.change.revision == 1


@pytest.fixture
def paris() -> Iterator[None]:
    with book.opened(book.shipped().model_copy(update={"house": HouseRule(zone="Europe/Paris")})):
        yield


def test_what_is_shown_of_the_second_of_two_hours_is_read_back_as_the_second(paris) -> None:
    content = changecontrol.Content(title="A fine title", starts_at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC)).plain()
    shown = change_fields.typed(content)
    assert (shown["starts_at"], shown["starts_at_which"]) == ("2026-10-25T02:30", "second")
    back = typed_times.read_time(shown, "starts_at")
    assert back == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_rules_are_said_for_a_device_that_is_picked(browser_of, house):  # noqa: F811
    browser = browser_of(house.engineer)
    rule = "+ access-list IN extended permit tcp any host 192.0.2.10 eq 443"
    answer = browser.post("/changes/new", data=WORDS | window(house) | {"rules-0": rule})
    assert answer.status_code == 422
    assert "rules-problem" in answer.text
    assert rule in answer.text
    mixed = browser.post("/changes/new", data=WORDS | {"device-0": "device:edge-1", "rules-0": f"{rule}\nno sign"})
    assert mixed.status_code == 422
    assert "rules-problem" in mixed.text
    sent = {"device-0": "device:edge-1", "rules-0": rule, "device-1": "device:edge-2", "rules-1": ""}
    answer = browser.post("/changes/new", data=WORDS | window(house) | sent)
    assert answer.status_code == 303
    id = answer.headers["location"].split("?")[0].removeprefix("/changes/")  # noqa: A001
    found = read(house.engineer, id)
    assert (found.content["rules"], found.content["things"]) == ({"device:edge-1": rule}, ["device:edge-2"])
    page = browser.get(f"/changes/{id}").text
    assert rule in page
    assert rule_digest(*signed_lines(rule)[0]) in page
    again = browser.get(f"/changes/{id}/edit").text
    assert 'name="rules-0"' in again
    assert 'name="device-2"' in again
