"""The lines of other projects' tests, read as they say; and lines of vendors' rules for what they must raise."""

import pytest

from firewall_audit.formats import read_line
from tools.corpora import Score, records, score
from tools.parts import PARTS

pytestmark = pytest.mark.needs("corpora")
VENDORS = (
    "auth_other", "auth_ssh", "barracuda", "checkpoint", "cisco_asa", "cisco_ftd", "cisco_ios", "cisco_meraki", "clavister", "forcepoint_cef",
    "fortinet_fortigate", "iptables", "juniper_srx", "mikrotik", "opnsense_pfsense_auth", "paloalto", "pf_filterlog", "sonicwall", "sophos_xg",
    "stormshield", "suricata_eve", "unifi", "watchguard",
)  # fmt: skip


def folder():
    found = PARTS["corpora"].find()
    assert found is not None
    return found


@pytest.mark.parametrize("vendor", VENDORS)
def test_lines_of_a_vendor_are_read_as_labelled(vendor):
    found = score(folder() / f"logs/{vendor}.jsonl")
    assert found.share >= found.bar, "\n".join(found.wrong)


def test_no_line_of_any_vendor_turns_a_refusal_into_a_pass():
    scores: list[Score] = [score(file) for file in sorted((folder() / "logs").glob("*.jsonl"))]
    assert [line for found in scores for line in found.turned] == []
    assert [line for found in scores for line in found.stopped] == []


def test_drops_of_the_kernel_are_refused():
    drops = [
        one
        for one in records(folder() / "logs_rules/iptables.jsonl")
        if "firewall_drop" in one["corpus"]["wazuh.groups"]
    ]
    assert drops
    for record in drops:
        assert read_line(record["line"]).action == "deny"


def test_failed_sign_ins_are_counted():
    wanted = [
        one
        for one in records(folder() / "logs_rules/auth_ssh.jsonl")
        if "authentication_failed" in one["corpus"]["wazuh.groups"] and one["corpus"]["wazuh.expect"] == "pass"
    ]
    assert len(wanted) > 5
    for record in wanted:
        event = read_line(record["line"])
        assert event is not None, record["line"]
        assert (event.kind, event.outcome) == ("auth", "failure"), record["line"]
