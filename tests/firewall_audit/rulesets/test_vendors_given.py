"""Configurations that other projects keep for their own tests: all are read, and access lists are judged as Batfish judged them."""

import json
from pathlib import Path

import pytest

from firewall_audit.rulesets.boxes import Box, subtract
from firewall_audit.rulesets.model import Filter, Ruleset, Unreadable
from firewall_audit.rulesets.parsers import cisco, fortios, junos, paloalto, pf
from firewall_audit.rulesets.parsers.parser import Parser
from tools.parts import PARTS

pytestmark = pytest.mark.needs("corpora")
NO_CONFIGURATION = "batfish__BUILD.bazel"
CUT = "JuniperSRXTest.testLongIcmpTypes.stdout.ref"
"""The generator itself left a brace open here."""


def folder(*names: str) -> list[Path]:
    """The files of some folders of configurations."""
    found = PARTS["corpora"].find()
    assert found is not None
    return [file for name in names for file in sorted((found / "configs" / name).iterdir()) if file.is_file()]


def texts(file: Path) -> list[str]:
    """The configurations in a file; a generator's output may hold several documents."""
    text = file.read_text(encoding="utf-8", errors="replace")
    return ["<?xml" + part for part in text.split("<?xml")[1:]] if text.count("<?xml") > 1 else [text]


@pytest.mark.parametrize(
    ("parser", "places", "rules"),
    [
        (cisco.ASA, ("cisco_asa", "aerleon_generated/ciscoasa"), 5),
        (cisco.IOS, ("aerleon_generated/cisco", "shadow_truth/pybatfish_example_filters"), 588),
        (paloalto.PANOS, ("palo_alto", "aerleon_generated/paloaltofw"), 117),
        (junos.JUNOS, ("juniper", "aerleon_generated/junipersrx"), 94),
        (fortios.FORTIOS, ("fortios", "aerleon_generated/fortigate"), 55),
        (pf.PF, ("pfsense_config_xml", "opnsense_config_xml"), 83),
    ],
    ids=lambda one: one.name if isinstance(one, Parser) else "",
)
def test_every_given_configuration_is_read(parser: Parser, places: tuple[str, ...], rules: int) -> None:
    """None raises; as many rules are found as there are at the least, and each that is not exact says why."""
    found = 0
    for file in folder(*places):
        if file.name in {NO_CONFIGURATION, "EXPECTED.json"}:
            continue
        for text in texts(file):
            if file.name == CUT:
                with pytest.raises(Unreadable, match="braces are not closed"):
                    parser.parse(text)
                continue
            read = parser.parse(text)
            found += read.size
            assert all(
                one.boxes or one.unmodelled or not one.exact or one.action
                for made in read.filters
                for one in made.rules
            )
    assert found >= rules


def test_lines_that_can_never_match_are_those_that_batfish_named() -> None:
    """The stored answers of `filterLineReachability` and `searchFilters`."""
    (truth,) = [file for file in folder("shadow_truth/pybatfish_example_filters") if file.name == "EXPECTED.json"]
    told = json.loads(truth.read_text())
    text = (truth.parent / "current__configs__rtr-with-acl.cfg").read_text()
    made = one_filter(cisco.IOS.parse(text), told["filter"])
    unreachable = {rule.id for place, rule in enumerate(made.rules) if not left(made, place)}
    assert unreachable == {one["line"].split()[0] for one in told["unreachable"]}
    for one in told["unreachable"]:
        line = next(rule for rule in made.rules if rule.id == one["line"].split()[0])
        blocking = [rule for rule in made.rules if rule.id in {told.split()[0] for told in one["blocking"]}]
        assert any(rule.action != line.action for rule in blocking) == one["different_action"]
        assert not rest(list(line.boxes), [box for rule in blocking for box in rule.boxes])
    searched = told["search"][0]
    (line,) = [rule for rule in made.rules if rule.id == searched["line"].split()[0]]
    assert (line.text, line.action.upper()) == (searched["line"], searched["action"])


def one_filter(found: Ruleset, name: str) -> Filter:
    """The filter of a name."""
    made = found.filter(name)
    assert made is not None
    return made


def left(made: Filter, place: int) -> list[Box]:
    """What of a rule is not matched by those before it."""
    before = [box for rule in made.rules[:place] if rule.exact for box in rule.boxes]
    return rest(list(made.rules[place].boxes), before)


def rest(boxes: list[Box], taken: list[Box]) -> list[Box]:
    """Take boxes away from boxes."""
    for one in taken:
        boxes = [part for box in boxes for part in subtract(box, one)]
    return boxes
