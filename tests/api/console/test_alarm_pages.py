"""Alarms through the door: seen at once, taken on, closed; rules tried and written; who is on call; the line on every page. [FW-6]"""

import html
import re
from typing import Any

import pytest

from tests import world
from tests.firewall_audit.alarms.conftest import SCANNER, Alarmed, alarmed, scan  # noqa: F401 - fixtures
from tests.firewall_audit.alarms.test_telling import silent
from tests.iam.conftest import auditor, hands  # noqa: F401 - fixtures

pytestmark = pytest.mark.needs("frontend")
PART = {"hx-request": "true"}
BASE = "/firewalls/alarms"


@pytest.fixture
def officer(browser_of: Any, alarmed: Alarmed) -> Any:  # noqa: F811
    """The officer's browser."""
    alarmed.officer = world.activated(role="security-officer")
    return browser_of(alarmed.officer)


def test_alarm_is_seen_taken_on_and_closed(officer: Any, alarmed: Alarmed) -> None:  # noqa: F811
    assert "No alarm waits" in officer.get(BASE).text
    silent(alarmed)
    path = f"{BASE}/{alarmed.alarms()[0].id}"
    assert path in officer.get(f"{BASE}/list", headers=PART).text
    everywhere = officer.get("/policy").text
    assert "A dangerous alarm waits for an answer." in everywhere
    assert "Nobody is on call." in everywhere
    assert 'data-key="a"' in officer.get(path).text
    assert officer.post(f"{path}/acknowledge").status_code == 303
    assert "A dangerous alarm" not in officer.get("/parts/alarm-banner", headers=PART).text
    short = officer.post(f"{path}/close", data={"disposition": "benign", "words": "x"})
    assert short.status_code == 422
    said = officer.post(f"{path}/close", data={"disposition": "benign", "words": "It was <b>moved</b>."})
    assert said.status_code == 303
    assert "It was &lt;b&gt;moved&lt;/b&gt;." in officer.get(path).text
    assert path in officer.get(f"{BASE}?closed=on").text


def test_rule_is_tried_written_and_switched_off(officer: Any, alarmed: Alarmed) -> None:  # noqa: F811
    sent = {"slug": "echo", "name": "Echo is asked for", "services": "tcp/7", "group": "src", "danger": "low", "why": "We have none.",
            "at_least": "3", "within": "60", "quiet": "600", "most_hourly": "5", "steps": "on-call"}  # fmt: skip
    tried = officer.post(f"{BASE}/rules/new", data={**sent, "do": "try"})
    assert "It would have fired 0 times." in tried.text
    wrong = officer.post(f"{BASE}/rules/new", data={**sent, "services": "tcp/99999", "do": "save"})
    assert wrong.status_code == 422
    assert 'value="Echo is asked for"' in wrong.text, "what was typed stays"
    assert officer.post(f"{BASE}/rules/new", data={**sent, "within": "soon", "do": "save"}).status_code == 422
    assert officer.post(f"{BASE}/rules/new", data={**sent, "do": "save"}).status_code == 303
    path = f"{BASE}/rules/{alarmed.rule('echo').id}"
    assert path in officer.get(f"{BASE}/rules").text
    assert officer.post(path, data={**sent, "at_least": "9", "number": "1", "do": "save"}).status_code == 303
    assert alarmed.rule("echo").terms["at_least"] == 9
    assert officer.post(f"{path}/off", data={"reason": "Works.", "until": "2020-01-01"}).status_code == 422
    assert officer.post(f"{path}/off", data={"reason": "Works.", "until": "x"}).status_code == 422


def test_form_says_what_must_have_been_seen_before(officer: Any, alarmed: Alarmed) -> None:  # noqa: F811
    rule = alarmed.rule("success-after-failures")
    page = officer.get(f"{BASE}/rules/{rule.id}").text
    assert re.search(r'<option value="failure" selected', page)
    assert re.search(r'name="before" value="on" checked', page)
    sent = {"before": "on", "before_kinds": "auth", "before_outcomes": "failure", "name": rule.name, "kinds": "auth, admin", "outcomes": "success", "before_at_least": "7", "within": "3600", "group": "src",
            "danger": "high", "quiet": "3600", "most_hourly": "20", "steps": "on-call", "why": "Fewer of them.", "number": "1", "do": "save"}  # fmt: skip
    assert officer.post(f"{BASE}/rules/{rule.id}", data=sent).status_code == 303
    terms = alarmed.rule("success-after-failures").terms
    assert (terms["before"]["outcomes"], terms["before_at_least"]) == (["failure"], 7)
    wrong = officer.post(f"{BASE}/rules/{rule.id}", data={**sent, "number": "2", "before_src": "nowhere"})
    assert wrong.status_code == 422
    assert 'id="before_src"' in wrong.text
    assert 'value="nowhere"' in wrong.text, "what was typed stays"
    assert (
        officer.post(f"{BASE}/rules/{rule.id}", data={**sent, "number": "2", "before": "", "at_least": "3"}).status_code
        == 303
    )
    terms = alarmed.rule("success-after-failures").terms
    assert (terms["before"], terms["at_least"]) == (None, 3)


def test_rotation_is_planned_in_one_step_and_gaps_are_loud(officer: Any, alarmed: Alarmed) -> None:  # noqa: F811
    assert "Nobody is on call" in officer.get(f"{BASE}/on-call").text
    sent = {"line": "first", "first": "2099-01-05", "hour": "09:00", "weeks": "4", f"p-{alarmed.officer.id}": "on"}
    assert officer.post(f"{BASE}/on-call/rotate", data={**sent, "weeks": "x"}).status_code == 422
    assert officer.post(f"{BASE}/on-call/rotate", data={**sent, "hour": "late"}).status_code == 422
    assert officer.post(f"{BASE}/on-call/rotate", data=sent).status_code == 303
    month = html.unescape(officer.get(f"{BASE}/on-call?month=on&from=2099-01-05").text)
    assert month.count(alarmed.officer.name) >= 28
    for day in ("", "tomorrow", "0001-01-01", "9999-12-31"):
        assert officer.get(f"{BASE}/on-call?from={day}").status_code == 200


def test_test_is_rung_by_a_button(officer: Any, alarmed: Alarmed) -> None:  # noqa: F811
    watcher = alarmed.watcher()
    assert officer.post(f"{BASE}/test", data={"device": str(alarmed.device_id)}).status_code == 303
    watcher.step()
    (alarm,) = alarmed.alarms()
    assert str(alarm.id) in officer.get(BASE).text


def test_who_has_nothing_to_do_with_alarms_sees_none(browser_of: Any, alarmed: Alarmed) -> None:  # noqa: F811
    silent(alarmed)
    agent = browser_of(world.activated(role="agent"))
    assert "alarm-banner" not in agent.get("/policy").text
    assert agent.get(BASE).status_code in {403, 404}
    assert agent.get(f"{BASE}/{alarmed.alarms()[0].id}").status_code in {403, 404}
