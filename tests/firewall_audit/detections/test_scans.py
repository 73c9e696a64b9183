import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firewall_audit.detections import scans, signatures
from firewall_audit.detections.ground import widest
from tests.firewall_audit.written import DAY, HOUR, MINUTE, allowed, denied

STRANGER = "203.0.113.66"


def vertical(ports, every=1.0, src=STRANGER, dst="198.51.100.5"):
    return [denied(number * every, src, dst, 1000 + number) for number in range(ports)]


def horizontal(hosts, every=1.0, src=STRANGER, port=3389):
    return [denied(number * every, src, f"198.51.100.{number + 1}", port) for number in range(hosts)]


def kinds(findings):
    return [(one.kind, one.subject) for one in findings]


def test_fifteen_ports_of_one_host_are_a_scan_and_fourteen_are_not(look):
    [one] = look(scans.detect, vertical(15))
    assert (one.kind, one.subject, one.count, one.danger) == ("scan.vertical", STRANGER, 15, "low")
    assert one.title == "203.0.113.66 tried 15 ports of 198.51.100.5"
    assert one.sources == (STRANGER,)
    assert look(scans.detect, vertical(14)) == []


def test_same_port_fifteen_times_is_no_scan(look):
    assert look(scans.detect, [denied(second, STRANGER, port=22) for second in range(50)]) == []


def test_scan_of_one_port_in_ten_minutes_is_found_after_a_week(look):
    [one] = look(scans.detect, vertical(1008, 600.0))
    assert one.danger == "medium"
    assert one.persistent
    assert one.figures["most of it within"] == "a week"
    assert "so slowly" in one.reason or "day after day" in one.reason


def test_fifteen_hosts_for_one_port_are_a_search_and_fourteen_are_not(look):
    assert kinds(look(scans.detect, horizontal(15))) == [("scan.horizontal", STRANGER)]
    assert look(scans.detect, horizontal(14)) == []


def test_machine_inside_that_scans_is_dangerous(look):
    [one] = look(scans.detect, vertical(20, src="10.1.1.1"))
    assert one.danger == "high"


def test_what_was_let_through_is_no_scan(look):
    crawler = [allowed(second, STRANGER, f"10.30.0.{second + 1}") for second in range(60)]
    assert look(scans.detect, crawler) == []


def test_late_answers_of_a_server_are_no_scan(look):
    late = [denied(s, STRANGER, "198.51.100.5", 33_000 + s, src_port=443, flags="ACK RST") for s in range(100)]
    assert look(scans.detect, late) == []
    attempts = [one | {"flags": "SYN"} for one in late]
    assert kinds(look(scans.detect, attempts)) == [("scan.vertical", STRANGER)]


def test_undecided_lines_count_as_refused_only_where_the_format_never_says(look):
    undecided = [one | {"action": ""} for one in vertical(20)]
    assert kinds(look(scans.detect, undecided)) == [("scan.vertical", STRANGER)]
    assert look(scans.detect, [one | {"message": "302014"} for one in undecided]) == []


def test_addresses_of_one_network_are_added_up_where_none_is_found_alone(look):
    together = [denied(n, f"203.0.113.{n % 5 + 1}", "198.51.100.5", 1000 + n) for n in range(50)]
    assert kinds(look(scans.detect, together)) == [("scan.vertical.network", "203.0.113.0/24")]
    two = [one for one in together if one["src"] in ("203.0.113.1", "203.0.113.2")]
    assert look(scans.detect, two) == []


def test_addresses_of_one_64_are_one_network(look):
    together = [denied(n, f"2001:db8:0:1::{n:x}", "2001:db8:ffff::5", 1000 + n) for n in range(40)]
    assert kinds(look(scans.detect, together)) == [("scan.vertical.network", "2001:db8:0:1::/64")]


def sweep(src, lines=200, every=HOUR / 2):
    return [denied(n * every, src, f"198.51.100.{n % 37 + 1}", 1000 + n * 7 % 997) for n in range(lines)]


def test_what_the_internet_does_to_everybody_is_one_finding(look):
    noise = [one for last in range(20) for one in sweep(f"192.0.2.{last + 1}")]
    [one] = look(scans.detect, noise)
    assert (one.kind, one.danger, one.figures["addresses"]) == ("scan.background", "info", 20)


def test_one_host_that_stands_out_of_a_sweep_is_a_scan(look):
    found = look(scans.detect, [*sweep(STRANGER), *vertical(60)])
    assert kinds(found) == [("scan.vertical", STRANGER)]


def test_burst_of_a_sweep_stands_alone(look):
    burst = [denied(3 * DAY + n, STRANGER, f"198.51.100.{n % 37 + 1}", 1000 + n * 7 % 997) for n in range(400)]
    [one] = look(scans.detect, burst)
    assert (one.kind, one.subject, one.figures["busiest hour"]) == ("scan.block", STRANGER, 400)


def test_more_than_the_page_holds_are_told_together(look):
    many = [one for last in range(14) for one in vertical(20, src=f"203.0.{last}.1")]
    found = look(scans.detect, many, most=10)
    assert len(found) == 11
    assert found[-1].kind == "scan.vertical.others"
    assert found[-1].figures["findings"] == 4
    assert len(found[-1].sources) == 4


def test_what_many_machines_inside_are_refused_slowly_is_no_search(look):
    rows = [denied(n * HOUR, f"10.0.0.{m}", f"198.51.100.{n + 1}", 25) for m in range(1, 13) for n in range(20)]
    assert look(scans.detect, rows) == []
    fast = rows + [denied(n, "10.0.0.99", f"198.51.100.{n + 1}", 25) for n in range(20)]
    assert kinds(look(scans.detect, fast)) == [("scan.horizontal", "10.0.0.99")]


def test_campaign_is_known_by_its_services_together(look):
    telnet = [denied(0, STRANGER, port=23), denied(1, STRANGER, port=2323)]
    [one] = look(signatures.detect, telnet)
    assert (one.kind, one.subject, one.danger) == ("signature", "mirai", "info")
    assert look(signatures.detect, telnet[:1]) == []


def test_same_scan_in_another_week_has_the_same_id(look):
    [one] = look(scans.detect, vertical(20))
    [two] = look(scans.detect, [event | {"at": event["at"].replace("10-05", "10-09")} for event in vertical(30)])
    assert one.id == two.id
    assert one.count != two.count


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 9)), max_size=40), st.integers(1, 100))
def test_widest_is_what_counting_every_span_gives(tries, span):
    ordered = sorted(tries)
    brute = max((len({t for s, t in ordered if start <= s <= start + span}) for start, _ in ordered), default=0)
    assert widest(ordered, span) == brute


@pytest.mark.slow
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_neither_order_nor_cutting_into_batches_changes_what_is_found(look, data):
    events = [
        *vertical(20),
        *horizontal(20, src="203.0.113.77"),
        *sweep("192.0.2.9"),
        *sweep("192.0.2.10"),
        *vertical(14, MINUTE, "203.0.113.5"),
    ]
    plain = look(scans.detect, events)
    mixed = look(scans.detect, data.draw(st.permutations(events)), batches=data.draw(st.integers(1, 5)))
    assert mixed == plain
