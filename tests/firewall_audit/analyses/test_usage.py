"""Rules that nobody used: by the device's counters, and by its lines joined with the configuration of their time. [FW-5]"""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from firewall_audit.analyses import making
from firewall_audit.analyses.models import RuleFinding
from firewall_audit.analyses.usage import names_of
from firewall_audit.configurations.texts import read
from firewall_audit.store import Reading, Store
from kernel import clock
from tests.firewall_audit.analyses.edge import TELNET, WEB, Edge, text
from tests.firewall_audit.configurations.builders import take

pytestmark = pytest.mark.usefixtures("quick")
LOGGING = """table inet fw {{
  chain forward {{
    type filter hook forward priority 0; policy drop;
    ip daddr 192.0.2.10 tcp dport 443 log prefix "WEB: " accept
    tcp dport {port} log prefix "OLD: " accept
    udp dport 53 accept
  }}
}}
"""
LINE = "{at:%b %d %H:%M:%S} edge kernel: [1.000] {prefix}: IN=eth0 OUT=eth1 MAC= SRC=198.51.100.7 DST=192.0.2.10 LEN=60 TOS=0x00 PREC=0x00 TTL=52 ID=1 DF PROTO=TCP SPT=40000 DPT=443 WINDOW=1024 RES=0x00 SYN URGP=0"


@pytest.fixture
def store(state: Path) -> Store:
    return Store(state / "firewall")


def unused(edge: Edge) -> list[RuleFinding]:
    """The findings that stand of rules without use."""
    return [one for one in edge.findings("unused") if one.state == "open"]


def judge(edge: Edge, **span: float) -> None:
    """Let time pass, and have the sweep judge again."""
    edge.house.hands.forward(**span)
    making.run(clock.now())


def test_a_rule_without_a_hit_by_the_counters_is_told_with_its_evidence(edge: Edge) -> None:
    take(edge.device, text(f"[0:0] {WEB}", f"[7:420] {TELNET}"))
    edge.judged()
    assert unused(edge) == []
    edge.house.hands.forward(days=60)
    take(edge.device, text(f"[0:0] {WEB}", f"[9:540] {TELNET}"))
    judge(edge, hours=1)
    assert unused(edge) == []
    edge.house.hands.forward(days=40)
    take(edge.device, text(f"[0:0] {WEB}", f"[9:540] {TELNET}"))
    judge(edge, hours=1)
    (usage,) = edge.analysis().usage
    assert usage["source"] == "counters"
    assert sorted(count for rules in usage["hits"].values() for count in rules.values()) == [0, 9]
    assert len(unused(edge)) == 1, "the other was hit forty days ago"
    edge.house.hands.forward(days=60)
    take(edge.device, text(f"[1:60] {WEB}", f"[9:540] {TELNET}"))
    judge(edge, hours=1)
    (now,) = unused(edge)
    assert "dport 23" in now.text, "the one that was hit meanwhile is gone from the list"


def test_a_reset_of_the_counters_proves_nothing(edge: Edge) -> None:
    take(edge.device, text(f"[0:0] {WEB}", f"[7:420] {TELNET}"))
    edge.house.hands.forward(days=100)
    take(edge.device, text(f"[0:0] {WEB}", f"[0:0] {TELNET}"))
    judge(edge, hours=1)
    assert unused(edge) == []


def write(store: Store, begin: datetime, days: range, prefix: str = "WEB") -> None:
    """A line a day by one rule."""
    lines = [LINE.format(at=begin + timedelta(days=day, minutes=1), prefix=prefix).encode() for day in days]
    store.write_batch(
        [lines],
        Reading(device="edge-9", arrived=begin + timedelta(days=days[-1], hours=1), formats=("netfilter",)),
        source=f"{prefix}-{days[0]}.log",
    )


def test_a_rule_that_logs_and_told_nothing_in_all_those_days_is_unused(edge: Edge, store: Store) -> None:
    begun = clock.now()
    take(edge.device, LOGGING.format(port=8080))
    write(store, begun, range(100))
    judge(edge, days=99, hours=1)
    (usage,) = edge.analysis().usage
    assert usage["source"] == "logs"
    counts = sorted(count for rules in usage["hits"].values() for count in rules.values())
    assert counts == [0, 100], "the third rule does not log: of it nothing is known"
    assert len(unused(edge)) == 1


def test_a_day_without_any_line_breaks_the_proof(edge: Edge, store: Store) -> None:
    begun = clock.now()
    take(edge.device, LOGGING.format(port=8080))
    write(store, begun, range(50))
    write(store, begun, range(51, 100))
    judge(edge, days=99, hours=1)
    assert unused(edge) == []


def test_a_rule_whose_words_changed_begins_anew_though_its_lines_have_the_same_name(edge: Edge, store: Store) -> None:
    begun = clock.now()
    take(edge.device, LOGGING.format(port=8080))
    write(store, begun, range(100))
    write(store, begun, range(0, 49, 48), "OLD")
    edge.house.hands.forward(days=50)
    take(edge.device, LOGGING.format(port=8081))
    judge(edge, days=49, hours=1)
    (usage,) = edge.analysis().usage
    counts = sorted(count for rules in usage["hits"].values() for count in rules.values())
    assert counts == [0, 100], "hits of the rule before are not those of the one that stands there now"
    assert unused(edge) == [], "the new one stands there for seven weeks"


def test_a_name_that_two_rules_share_is_of_neither() -> None:
    twice = LOGGING.format(port=8080).replace("OLD: ", "WEB: ")
    assert "WEB" in names_of(read(LOGGING.format(port=8080)))
    assert "WEB" not in names_of(read(twice))
