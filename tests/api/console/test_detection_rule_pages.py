"""Imported rules through the door: handed in, named when they cannot be read, tried, switched on and off. [FW-3]"""

import re
from datetime import timedelta

import pytest

from kernel import clock
from tests import world
from tests.firewall_audit.sigma.written import BASE, CLEARTEXT, rule, together
from tests.iam.conftest import hands  # noqa: F401 - a fixture

pytestmark = pytest.mark.needs("frontend")


def test_officer_hands_a_rule_in_tries_it_and_switches_it_on_and_off(browser_of, hands):  # noqa: F811
    officer = browser_of(world.activated(role="security-officer"))
    wrong = officer.post("/firewalls/rules", data={"text": rule("{nonsense: 1}")})
    assert wrong.status_code == 422
    assert "these fields: nonsense" in wrong.text
    assert "nonsense: 1" in wrong.text, "what was typed stays"
    made = officer.post("/firewalls/rules", data={"text": CLEARTEXT})
    assert made.status_code == 303
    place = made.headers["location"].partition("?")[0]
    page = officer.get(place).text
    assert "Cleartext protocols let through" in page
    assert "Switch version" not in page, "it is tried first"
    (version,) = set(re.findall(r'name="version" value="([^"]+)"', page))
    assert officer.post(f"{place}/try", data={"version": version, "until": "yesterday"}).status_code == 422
    today = f"{clock.now():%Y-%m-%d}"
    assert officer.post(f"{place}/try", data={"version": version, "until": today}).status_code == 303
    assert "0 events" in officer.get(place).text
    assert officer.post(f"{place}/on", data={"version": version, "end": "2020-01-01"}).status_code == 422
    end = f"{clock.now() + timedelta(days=60):%Y-%m-%d}"
    assert officer.post(f"{place}/on", data={"version": version, "end": end}).status_code == 303
    assert "Switch off" in officer.get(place).text
    assert officer.post(f"{place}/off").status_code == 303
    assert officer.post(f"{place}/off").status_code == 409


def test_file_of_several_rules_goes_to_the_list_and_an_agent_sees_nothing(browser_of):
    engineer = browser_of(world.activated(role="network-engineer"))
    text = together(CLEARTEXT, BASE).encode()
    made = engineer.post("/firewalls/rules", data={"text": ""}, files={"file": ("rules.yml", text, "text/yaml")})
    assert made.headers["location"].startswith("/firewalls/rules?")
    listed = engineer.get("/firewalls/rules").text
    assert "Refused" in listed
    page = re.search(r'href="(/firewalls/rules/[0-9a-f-]{36})"', listed)
    assert page is not None
    assert "Try it" not in engineer.get(page[1]).text
    stranger = browser_of(world.activated(role="agent"))
    assert stranger.get("/firewalls/rules").status_code in {403, 404}
