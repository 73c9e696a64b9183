"""What decides of a packet is what a firewall would say of it, rule by rule; and a question that leaves something open has several answers. [FW-5]"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firewall_audit.rulesets.deciding import asked, decide, touches
from firewall_audit.rulesets.parsers import iptables
from tests.firewall_audit.rulesets.packets import Packet
from tests.firewall_audit.rulesets.packets import decide as by_hand

HOSTS = ("192.0.2.1", "192.0.2.2", "198.51.100.1", "203.0.113.9")
NETWORKS = ("0.0.0.0/0", "192.0.2.0/24", "192.0.2.1/32", "198.51.100.0/24", "203.0.113.8/30")
RULES = st.builds(
    "-A FORWARD -s {} -d {}{} -p {} -m {} --dport {} -j {}".format,
    st.sampled_from(NETWORKS), st.sampled_from(NETWORKS), st.sampled_from(["", " -i eth0", " -i eth1"]), st.just("tcp"), st.just("tcp"),
    st.sampled_from(["22", "443", "1:1023", "400:500"]), st.sampled_from(["ACCEPT", "DROP", "REJECT"]),
)  # fmt: skip


def ruleset(*rules: str, policy: str = "DROP"):
    return iptables.parse("\n".join(["*filter", f":FORWARD {policy} [0:0]", *rules, "COMMIT"]))


@settings(max_examples=60, deadline=None)
@given(
    rules=st.lists(RULES, max_size=12), source=st.sampled_from(HOSTS), destination=st.sampled_from(HOSTS),
    port=st.sampled_from([22, 443, 450, 8080]), came=st.sampled_from(["eth0", "eth1"]), policy=st.sampled_from(["DROP", "ACCEPT"]),
)  # fmt: skip
def test_it_is_what_a_packet_meets_rule_by_rule(rules, source, destination, port, came, policy):
    made = ruleset(*rules, policy=policy)
    (told,) = decide(made, asked(source, destination, "tcp", str(port), came))
    (answer,) = told.answers
    assert (answer.effect, answer.at.rule) == by_hand(
        made.filters[0], Packet(source, destination, "tcp", port, came=came)
    )


def test_what_a_question_leaves_open_has_several_answers():
    made = ruleset(
        "-A FORWARD -i eth0 -p tcp -m tcp --dport 443 -j ACCEPT", "-A FORWARD -s 192.0.2.1 -m recent --name x -j DROP"
    )
    (told,) = decide(made, asked("192.0.2.1", "198.51.100.1", "tcp", "443"))
    assert sorted((one.effect, one.default) for one in told.answers) == [("allow", False), ("deny", True)]
    assert [one.text for one in told.doubtful] == ["-A FORWARD -s 192.0.2.1 -m recent --name x -j DROP"]


@pytest.mark.parametrize(
    "wrong",
    [("192.0.2.1", "2001:db8::1", "tcp", ""), ("x", "", "tcp", ""), ("", "", "icmp", "5"), ("", "", "nothing", ""), ("", "", "tcp", "99999")],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(wrong):
    with pytest.raises(ValueError, match=r"."):
        asked(*wrong)


def test_rules_are_found_by_address_and_port_and_not_by_being_for_all():
    rules = (
        ruleset("-A FORWARD -s 192.0.2.0/24 -p tcp -m tcp --dport 22 -j ACCEPT", "-A FORWARD -j ACCEPT")
        .filters[0]
        .rules
    )
    assert [[touches(one.boxes, words) for one in rules] for words in ("192.0.2.7", "192.0.0.0/8", "22", "23", "words")] == [
        [True, False], [True, False], [True, False], [False, False], [False, False],
    ]  # fmt: skip
