"""Rules of a firewall through the door: what was found, what becomes of it, what decides of a packet. [FW-1, FW-5]"""

import html
import re
from datetime import timedelta

import pytest

from api.console import rule_words
from firewall_audit.rulesets.findings import IMPACTS, KINDS
from kernel import clock
from tests import world
from tests.api.console.test_change_pages import house  # noqa: F401 - a fixture
from tests.firewall_audit.analyses.edge import SQL_INSIDE, TELNET, WEB, Edge, edge, quick  # noqa: F401 - fixtures
from tests.iam.conftest import hands  # noqa: F401 - a fixture

pytestmark = [pytest.mark.needs("frontend"), pytest.mark.usefixtures("quick")]
WHY = "It is a test line that stands until the move."


def test_a_finding_is_read_answered_and_gone(browser_of, edge: Edge) -> None:  # noqa: F811
    officer = browser_of(edge.house.officer)
    place = f"/firewalls/{edge.device.id}/rules"
    assert "No version was seen yet" in officer.get(place).text
    edge.runs(WEB, TELNET)
    assert TELNET in officer.get(place).text
    (found,) = edge.findings("open-outside")
    mine = f"/firewalls/rule-findings/{found.id}"
    assert "non-essential: Telnet" in officer.get(mine).text
    wrong = officer.post(mine, data={"answer": "accepted", "reason": WHY, "until": "soon"})
    assert (wrong.status_code, 'id="until-problem"' in wrong.text) == (422, True)
    nobody = officer.post(
        mine, data={"answer": "to-mend", "reason": WHY, "until": "2030-01-01", "mender": "Nobody At All"}
    )
    assert (nobody.status_code, 'id="mender-problem"' in nobody.text) == (422, True)
    day = (clock.now() + timedelta(days=20)).date().isoformat()
    assert officer.post(mine, data={"answer": "accepted", "reason": WHY, "until": day}).status_code == 303
    assert edge.findings("open-outside")[0].state == "accepted"
    assert "Open from outside" not in officer.get(place).text
    assert "Open from outside" in officer.get(f"{place}?show=all").text
    assert officer.post(mine, data={"answer": "reopen", "reason": WHY}).status_code == 303
    edge.runs(WEB)
    assert "Open from outside" in officer.get(f"{place}?show=gone").text


def test_rules_are_searched_and_asked_and_an_agent_sees_nothing(browser_of, edge: Edge) -> None:  # noqa: F811
    edge.runs(WEB, SQL_INSIDE)
    officer, place = browser_of(edge.house.officer), f"/firewalls/{edge.device.id}/rules"
    listed = officer.get(f"{place}/listing?words=10.20.0.9").text
    assert (SQL_INSIDE in listed, WEB in listed) == (True, False)
    asked = officer.get(f"{place}/ask?source=10.20.0.5&destination=203.0.113.9&protocol=tcp&port=443").text
    assert "whatever no rule decides" in asked
    assert officer.get(f"{place}/ask").status_code == 200
    assert officer.get(f"{place}/ask?source=nobody").status_code == 422
    stranger = browser_of(world.activated(role="agent"))
    assert {stranger.get(one).status_code for one in (place, f"{place}/listing", f"{place}/ask")} <= {403, 404}


def test_the_owner_of_a_rule_is_put_on_the_register_by_a_form_and_taken_out(browser_of, edge: Edge) -> None:  # noqa: F811
    edge.runs(WEB, SQL_INSIDE)
    who = world.activated(role="network-engineer")
    engineer, place = browser_of(who), f"/firewalls/{edge.device.id}/rules"
    (link,) = re.findall(r'href="([^"]+/rules/owner\?[^"]+)"', engineer.get(f"{place}/listing?words=3306").text)
    address = html.unescape(link)
    form = engineer.get(address).text
    sent = {name: html.unescape(value) for name, value in re.findall(r'name="(filter|rule)" value="([^"]*)"', form)}
    wrong = engineer.post(
        f"{place}/owner", data=sent | {"owner": "Nobody At All", "ticket": "CH-2026-7", "until": "2030-01-31"}
    )
    assert (wrong.status_code, 'id="owner-problem"' in wrong.text, "CH-2026-7" in wrong.text) == (422, True, True)
    data = sent | {"owner": who.user_name, "ticket": "CH-2026-7", "until": "2030-01-31", "purpose": "Wallboard."}
    assert engineer.post(f"{place}/owner", data=data).status_code == 303
    listed = html.unescape(engineer.get(f"{place}/listing?words=3306").text)
    assert (who.name in listed, "CH-2026-7" in listed) == (True, True)
    again = html.unescape(engineer.get(address).text)
    assert ('value="2030-01-31"' in again, who.name in again, "Wallboard." in again) == (True, True, True)
    assert engineer.post(f"{place}/owner", data=sent | {"drop": "yes"}).status_code == 303
    assert "CH-2026-7" not in engineer.get(f"{place}/listing").text
    assert engineer.get(f"{place}/owner?filter=x&rule=y").status_code == 404
    officer = browser_of(edge.house.officer)
    assert "/rules/owner?" not in officer.get(f"{place}/listing").text
    assert officer.get(address).status_code == 403
    assert officer.post(f"{place}/owner", data=data).status_code == 403


def test_every_kind_of_finding_has_words_on_the_page() -> None:
    assert set(rule_words.NAMES) == set(rule_words.SAID) == set(KINDS)
    assert set(rule_words.IMPACTS) == set(IMPACTS)
    assert "93" in rule_words.sentence("unused", "logs, 2026-08-01, 2026-11-02, 93 days")
