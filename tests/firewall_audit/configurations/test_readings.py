"""Configurations read in plain words: rule by rule, and what passes otherwise between two versions."""

import pytest

from firewall_audit.configurations import lists, readings
from firewall_audit.models import NetworkDevice
from kernel.errors import Denied, NotFound, Refused
from policy import rule_texts
from tests import world
from tests.changecontrol.builders import House, fresh
from tests.firewall_audit.configurations.builders import SECRET, SQL, WEB, engineer, take, text


def test_a_version_reads_in_plain_words_and_is_on_the_ledger(house: House, device: NetworkDevice) -> None:
    told = take(device, text(WEB))
    agent = world.person(role="agent")
    with pytest.raises((Denied, NotFound)):
        readings.read_version(agent.actor, told.id)
    page = readings.read_version(fresh(house.officer), told.id)
    (rule,) = page.filters[0].rules
    assert (rule.action, rule.traffic) == ("allow", ["tcp 443 from 0.0.0.0/0 to 192.0.2.10"])
    assert SECRET not in page.text
    assert (page.device_slug, page.filters[0].applied) == ("edge-1", ["in interface outside"])


def test_two_versions_are_compared_by_what_passes(house: House, device: NetworkDevice) -> None:
    take(device, text(WEB))
    told = take(device, text(WEB, SQL))
    found = readings.compare_versions(fresh(house.officer), told.id)
    assert [(one.now, one.words, one.certain) for one in found.traffic] == [
        ("allowed", "tcp 3306 from 0.0.0.0/0 to 192.0.2.20", True)
    ]
    assert (found.added, found.removed) == ([f"IN: access-list IN extended {SQL}"], [])
    assert f"+access-list IN extended {SQL}" in found.lines
    with pytest.raises(Refused, match="no other version"):
        readings.compare_versions(fresh(house.officer), told.id, before=9)


def test_a_proposal_shows_what_it_would_change_and_keeps_nothing(house: House, device: NetworkDevice) -> None:
    take(device, text(WEB))
    found = readings.preview_configuration(fresh(engineer()), device.id, text=text(WEB, SQL))
    assert [one.words for one in found.traffic] == ["tcp 3306 from 0.0.0.0/0 to 192.0.2.20"]
    assert found.rule_digests == [rule_texts.rule_digest("+", f"access-list IN extended {SQL}")]
    assert len(lists.list_versions(fresh(house.officer), device.id)) == 1
