"""What imported rules find in lines, and that a hostile value stays a value."""

from collections.abc import Callable
from typing import Any

import pytest

from firewall_audit.detections import imported
from firewall_audit.detections.finding import Finding
from firewall_audit.detections.review import review
from firewall_audit.sigma.reading import read
from firewall_audit.store import Store
from tests.firewall_audit.sigma.written import BASE, CLEARTEXT, MANY, rule, together
from tests.firewall_audit.written import DAY, HOUR, MINUTE, allowed, denied, event, look, plain, window, write  # noqa: F401 - fixtures

STRANGER, OTHER = "203.0.113.99", "198.51.100.7"
HOSTILE = (
    "'; DROP TABLE events; --", "\"'); SELECT 1; --", "$s0", "{where}", "%s", "\\", "!", "%", "_", "x' OR '1'='1", "a\u0000b".replace("\0", "\u2400"), "☃" * 500,
)  # fmt: skip


@pytest.fixture
def hits(look: Callable[..., list[Finding]]) -> Callable[..., list[tuple[str, int]]]:  # noqa: F811
    """Of whom a text of rules speaks, and how often."""

    def asked(text: str, events: list[dict[str, Any]], **more: Any) -> list[tuple[str, int]]:
        rules = tuple(one.asked for one in read(text))
        return [(one.subject, one.count) for one in look(imported.detect, events, imported=rules, **more)]

    return asked


def test_rule_finds_whom_it_speaks_of(hits) -> None:
    lines = [
        allowed(0, STRANGER, port=23),
        allowed(MINUTE, STRANGER, port=21, times=4),
        denied(0, OTHER, port=23),
        allowed(0, OTHER, port=443),
    ]
    assert hits(CLEARTEXT, lines) == [(STRANGER, 5)]


def test_finding_keeps_its_id_and_tells_title_danger_and_lines(look) -> None:  # noqa: F811
    rules = tuple(one.asked for one in read(CLEARTEXT))
    (first,) = look(imported.detect, [allowed(0, STRANGER, port=23)], imported=rules)
    (again,) = look(imported.detect, [allowed(day * DAY, STRANGER, port=21) for day in range(6)], imported=rules)
    assert first.id == again.id
    assert first.title == f"Cleartext protocols let through: {STRANGER}"
    assert (first.danger, first.persistent, again.persistent) == ("medium", False, True)
    assert [len(one.evidence) for one in (first, again)] == [1, 6]
    assert "Telnet" in first.reason


CASES = (
    ("{src_ip|cidr: 203.0.113.0/24}", True), ("{src_ip|cidr: 203.0.112.0/24}", False), ("{src_ip: 203.0.113.99}", True), ("{source.ip|startswith: '203.'}", True),
    ("{dst_port|gte: 8000, dst_port|lt: 9000}", True), ("{dst_port|gt: 8080}", False), ("{dst_port: '8080'}", True), ("{dst_port: 80*}", True),
    ("{proto: 6}", True), ("{protocol: TCP}", True), ("{protocol: udp}", False), ("{detail|contains: NMAP}", True), ("{detail|contains|cased: NMAP}", False),
    ("{detail|contains|all: [nmap, scan]}", True), ("{detail|contains|all: [nmap, absent]}", False), ("{detail|re: '^n.ap'}", True), ("{detail|re: 'N.AP'}", False),
    ("{detail|re|i: 'N.AP'}", True), ("{detail: 'n?ap s*'}", True), ("{user: null}", True), ("{user|exists: true}", False), ("{detail|exists: true}", True),
    ("{rule|endswith: DROP}", True), ("{src|fieldref: dst}", False), ("{status: null}", True), ("['nothing', 'scan']", True), ("['nothing', 'n\\*ap']", False),
    ("{src_ip|cidr: '2001:db8::/32'}", False), ("{action: blocked}", True), ("{action: allowed}", False), ("{dst_port|exists: false}", False),
)  # fmt: skip


def test_values_are_held_against_lines_as_sigma_means_them(tmp_path, plain) -> None:  # noqa: F811
    store, wrong = Store(tmp_path), []
    write(store, [denied(0, STRANGER, port=8080, detail="nmap scan", rule="FW-DROP")])
    with window(store) as week:
        for detection, found in CASES:
            rules = [read(rule(detection, condition=one))[0].asked for one in ("s", "not s")]
            imported.prepare_rules(week, rules, {})
            if [bool(imported.ask(week, one)) for one in rules] != [found, not found]:
                wrong.append(detection)
    assert wrong == []


def test_missing_number_is_no_match_and_its_contrary_is(hits) -> None:
    line = denied(0, STRANGER) | {"dst_port": None}
    assert hits(rule("{dst_port|gt: 1}"), [line]) == []
    assert hits(rule("{dst_port|gt: 1}", condition="not s"), [line]) == [(STRANGER, 1)]


def test_hostile_value_stays_a_value(tmp_path, plain) -> None:  # noqa: F811
    store = Store(tmp_path)
    senders = {value: f"203.0.113.{place}" for place, value in enumerate(HOSTILE)}
    write(store, [denied(0, src, detail=value) for value, src in senders.items()])
    with window(store) as week:
        for value, src in senders.items():
            quoted = "'" + value.replace("'", "''").replace("\\", "\\\\") + "'"
            for modifier in ("", "|cased", "|startswith"):
                (one,) = read(rule(f"{{detail{modifier}: {quoted}}}"))
                imported.prepare_rules(week, [one.asked], {"'; DROP TABLE events": ["'; --"]})
                assert src in [hit.who for hit in imported.ask(week, one.asked)], (value, modifier)
                assert len(value) < 4 or value not in one.asked.where
        assert week.ask("SELECT count(*) FROM events") == [(len(HOSTILE),)]


def test_hostile_field_and_title_reach_no_query(hits, look) -> None:  # noqa: F811
    text = rule("{src_ip: 203.0.113.99}").replace("Of a test", '"x{who}\'; DROP TABLE events"')
    rules = tuple(one.asked for one in read(text))
    lines = [denied(at, f"203.0.113.{at % 200 + 1}") for at in range(60)]
    assert "'; DROP" in look(imported.detect, [denied(0, STRANGER)], imported=rules)[0].title
    everyone = tuple(one.asked for one in read(rule("{action: deny}").replace("Of a test", "'a {b} c'")))
    told = look(imported.detect, lines, imported=everyone, most=5)
    assert len(told) == 6
    assert told[-1].title == "a {b} c: 55 more"


def test_value_count_counts_within_its_span_only(hits) -> None:
    quick = [denied(at * MINUTE, STRANGER, port=80 + at) for at in range(4)]
    slow = [denied(at * HOUR, OTHER, port=80 + at) for at in range(6)]
    same = [denied(at, "192.0.2.9") for at in range(20)]
    assert hits(together(BASE, MANY), quick + slow + same) == [(STRANGER, 4)]


def test_event_count_counts_repeats_and_more_than_is_more(hits) -> None:
    counted = (
        MANY.replace("value_count", "event_count")
        .replace("gte: 3, field: dst_port", "gt: 3")
        .replace("[src_ip]", "[src_ip, dst_ip]")
    )
    assert hits(together(BASE, counted), [denied(0, STRANGER, times=3)]) == []
    assert hits(together(BASE, counted), [denied(0, STRANGER, times=4)]) == [(f"{STRANGER} 198.51.100.1", 4)]
    ungrouped = counted.replace("  group-by: [src_ip, dst_ip]\n", "")
    assert hits(together(BASE, ungrouped), [denied(at, f"203.0.113.{at + 1}") for at in range(5)]) == [("house", 5)]


def test_product_asks_its_devices_alone(hits) -> None:
    text = rule("{action: deny}", logsource="{product: fortinet, category: firewall}")
    assert hits(text, [denied(0, STRANGER)], products={"fortinet": ("fw",)}) == [(STRANGER, 1)]
    assert hits(text, [denied(0, STRANGER)], products={"fortinet": ("other",)}) == []


def test_category_asks_its_kinds_alone(hits) -> None:
    line = event(0, "auth", src=STRANGER, user="admin", outcome="failure")
    assert hits(rule("{user: admin}"), [line]) == []
    assert hits(rule("{user: admin}", logsource="{category: authentication}"), [line]) == [(STRANGER, 1)]


def test_rules_take_part_in_the_review_and_what_nobody_can_read_is_told(tmp_path, plain) -> None:  # noqa: F811
    from firewall_audit.detections.parameters import Parameters

    store = Store(tmp_path)
    write(store, [allowed(0, STRANGER, port=23)])
    rules = tuple(one.asked for one in read(CLEARTEXT))
    with window(store) as week:
        found = review(week, Parameters(imported=rules, unreadable=("Old one",)))
    kinds = {one.kind for one in found.findings}
    assert "imported.d7fb8f0e-bd5f-45c2-b467-19571c490d7e" in kinds
    assert "health.rule" in kinds
