"""What other people's rules say a line is: a changed configuration, a sign-in, a refusal, a new account."""

import pytest

from firewall_audit.formats import BY_NAME, read_line
from tools.corpora import records
from tools.parts import PARTS

pytestmark = pytest.mark.needs("corpora")
GROUPS = {
    "config_changed": lambda event: event.kind == "config",
    "account_changed": lambda event: event.kind == "config",
    "authentication_failed": lambda event: (event.kind, event.outcome) == ("auth", "failure"),
    "invalid_login": lambda event: (event.kind, event.outcome) == ("auth", "failure"),
    "access_denied": lambda event: event.action == "deny",
}
# Sentences of the manual in the place of a line: no address or outcome can be read of `{FAILED|OK}`.
PLACEHOLDERS = ("source-address", "{", "AAA user aaa_type")


@pytest.mark.parametrize(
    "vendor", ["cisco_asa", "cisco_ftd", "cisco_ios", "fortinet_fortigate", "paloalto", "juniper_srx", "netscreen"]
)
def test_lines_are_of_the_kind_that_a_rule_gives_them(vendor):
    checked = 0
    for record in records(PARTS["corpora"].find() / f"logs_rules/{vendor}.jsonl"):
        event = read_line(record["line"])
        for group in record["corpus"]["wazuh.groups"].split(","):
            if group in GROUPS and not any(word in record["line"] for word in PLACEHOLDERS):
                assert event is not None, record["line"]
                assert GROUPS[group](event), (group, record["line"], event)
                checked += 1
    assert checked or vendor in {"cisco_ios", "paloalto", "juniper_srx"}


@pytest.mark.parametrize(
    "vendor",
    ["cisco_asa", "cisco_ftd", "cisco_ios", "fortinet_fortigate", "checkpoint", "sonicwall", "sophos_xg", "huawei_usg"],
)
def test_every_line_is_read_by_its_own_format(vendor):
    for record in records(PARTS["corpora"].find() / f"logs_rules/{vendor}.jsonl"):
        own = [BY_NAME[name] for name in {vendor, "cisco_asa"} if name in BY_NAME]
        assert read_line(record["line"], own) is not None, record["line"]
        assert (
            read_line(record["line"]) == read_line(record["line"], [one for one in own if one.name == vendor] or own)
            or vendor == "cisco_ftd"
        )


@pytest.mark.parametrize("word", ["Denied", "Drop", "Block", "Reject", "dropped", "blocked", "deny"])
def test_what_says_it_was_refused_is_never_read_as_passed(word):
    for vendor in ("checkpoint", "sophos_xg", "sonicwall", "fortinet_fortigate", "cisco_asa", "cisco_ftd"):
        for record in records(PARTS["corpora"].find() / f"logs_rules/{vendor}.jsonl"):
            if f'"{word}"' in record["line"] or f"={word} " in record["line"]:
                event = read_line(record["line"])
                assert event is None or event.action != "allow", record["line"]
