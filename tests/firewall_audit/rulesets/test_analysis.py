"""A configuration is judged in words an engineer acts on: what is open, ended, silent, unowned, idle; ranked, counted, and never in thousands of lines."""

from datetime import UTC, datetime, timedelta

import pytest

from firewall_audit.rulesets.analysis import MOST_TOLD, analyse, listing
from firewall_audit.rulesets.findings import IMPACTS, KINDS
from firewall_audit.rulesets.parsers import iptables
from firewall_audit.rulesets.terms import Service, Terms, Usage, annotated, house_terms
from policy import book
from tools.parts import PARTS

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TERMS = Terms(services=(Service.read("telnet tcp/23"), Service.read("smb tcp/139,445")))


def house(*lines, policy="DROP"):
    return iptables.parse(
        "\n".join(["*filter", f":INPUT {policy} [0:0]", ":FORWARD DROP [0:0]", ":a - [0:0]", *lines, "COMMIT"])
    )


def judge(*lines, usage=None, policy="DROP"):
    return analyse(house(*lines, policy=policy), TERMS, at=NOW, usage=usage)


def told(report, kind):
    return [one.at.text for one in report.findings if one.kind == kind]


def test_everything_from_anywhere_is_the_first_finding():
    report = judge("-A INPUT -s 192.0.2.0/24 -p tcp --dport 22 -j ACCEPT", "-A INPUT -j ACCEPT")
    assert (report.findings[0].kind, report.findings[0].at.text) == ("any-any", "-A INPUT -j ACCEPT")
    assert not told(judge("-A INPUT -i lo -j ACCEPT", "-A INPUT -m state --state ESTABLISHED -j ACCEPT"), "any-any")


def test_a_service_that_the_policy_calls_non_essential():
    report = judge("-A INPUT -p tcp --dport 20:30 -j ACCEPT", "-A INPUT -p tcp --dport 443 -j ACCEPT")
    (found,) = [one for one in report.findings if one.kind == "service-open"]
    assert (found.at.text, found.detail) == ("-A INPUT -p tcp --dport 20:30 -j ACCEPT", "telnet")
    assert "telnet" in found.sentence


def test_a_service_refused_before_is_not_open():
    assert not told(
        judge("-A INPUT -p tcp --dport 23 -j DROP", "-A INPUT -p tcp --dport 20:30 -j ACCEPT"), "service-open"
    )
    assert not told(judge("-A INPUT -p tcp --dport 20:30 -m state --state ESTABLISHED -j ACCEPT"), "service-open")


def test_owner_ticket_and_end_are_read_from_comments():
    words = '-A INPUT -s 192.0.2.1 -m comment --comment "owner: net-team CHG-1042 until 2026-11-01" -j ACCEPT'
    (rule,) = annotated(house(words), TERMS).filters[0].rules
    assert (rule.owner, rule.ticket, rule.ends_at.date().isoformat()) == ("net-team", "CHG-1042", "2026-11-01")
    report = judge(words, "-A INPUT -s 192.0.2.2 -j ACCEPT")
    assert told(report, "expired") == [words]
    assert (
        told(report, "no-owner")
        == told(report, "no-ticket")
        == told(report, "no-end")
        == ["-A INPUT -s 192.0.2.2 -j ACCEPT"]
    )


def test_a_date_that_is_none_ends_nothing():
    (rule,) = annotated(house('-A INPUT -m comment --comment "until 2026-13-45" -j ACCEPT'), TERMS).filters[0].rules
    assert rule.ends_at is None


def test_a_refusal_without_a_line_in_the_log():
    report = judge(
        "-A INPUT -s 192.0.2.1 -j DROP",
        "-A INPUT -s 192.0.2.2 -j LOG",
        "-A INPUT -s 192.0.2.2 -j DROP",
        "-A INPUT -j LOG",
    )
    assert sorted(told(report, "not-logged")) == ["-A INPUT -s 192.0.2.1 -j DROP", "filter/FORWARD"]


def test_a_chain_that_nothing_calls():
    report = judge("-A a -j ACCEPT")
    assert [(one.at.filter, one.detail) for one in report.findings if one.kind == "never-called"] == [("filter/a", "1")]


def test_a_shared_chain_is_idle_only_when_every_list_says_so():
    shared = ["-A INPUT -s 192.0.2.1 -j DROP", "-A INPUT -j a", "-A a -s 192.0.2.1 -j ACCEPT"]
    assert told(judge(*shared), "shadowed-allow")
    assert not told(judge(*shared, "-A FORWARD -j a"), "shadowed-allow")


@pytest.mark.parametrize(
    ("days", "reset", "hits", "said"),
    [(120, False, 0, 1), (120, True, 0, 0), (30, False, 0, 0), (120, False, 3, 0), (120, False, None, 0)],
)
def test_unused_needs_evidence(days, reset, hits, said):
    ruleset = house("-A INPUT -s 192.0.2.1 -j ACCEPT")
    rule = ruleset.filters[0].rules[0]
    known = {} if hits is None else {("filter/INPUT", rule.id): hits}
    report = analyse(ruleset, TERMS, at=NOW, usage=Usage(NOW - timedelta(days=days), NOW, known, reset=reset))
    assert len(told(report, "unused")) == said
    if said:
        assert "120 days" in next(one for one in report.findings if one.kind == "unused").sentence


def test_what_is_not_modelled_is_said():
    report = judge("-A INPUT -m recent --name x --set -j ACCEPT", "nonsense")
    assert report.inexact == 1
    assert told(report, "not-modelled") == ["-A INPUT -m recent --name x --set -j ACCEPT"]
    assert report.unmodelled[0].line == 6


def test_findings_are_counted_and_the_worst_told():
    report = judge(*(f"-A INPUT -s 192.0.2.{number} -p tcp --dport 22 -j ACCEPT" for number in range(120)))
    assert report.counts["no-owner"] == 120
    assert len(told(report, "no-owner")) == MOST_TOLD
    assert [IMPACTS.index(one.impact) for one in report.findings] == sorted(
        IMPACTS.index(one.impact) for one in report.findings
    )


def test_every_kind_has_words():
    for impact, words in KINDS.values():
        assert impact in IMPACTS
        assert words.format(by="line 1", detail="x").strip().endswith("." if words != "{detail}" else "x")


def test_the_same_finding_keeps_its_id_when_rules_move():
    one = judge("-A INPUT -j ACCEPT")
    other = judge("-A INPUT -i lo -j ACCEPT", "-A INPUT -j ACCEPT")
    assert {finding.id for finding in one.findings if finding.kind == "any-any"} == {
        finding.id for finding in other.findings if finding.kind == "any-any"
    }


def test_a_listing_an_auditor_can_read():
    rows = list(
        listing(
            house(
                '-A FORWARD -d 198.51.100.5/32 -i eth0 -p tcp --dport 3306 -m comment --comment "CHG-7" -j ACCEPT',
                "-A INPUT -p icmp -j a",
            ),
            TERMS,
        )
    )
    assert [(row.filter, row.action, row.traffic, row.ticket) for row in rows] == [
        ("filter/INPUT", "jump filter/a", ("icmp from 0.0.0.0/0 to 0.0.0.0/0",), ""),
        ("filter/FORWARD", "allow", ("tcp 3306 from 0.0.0.0/0 to 198.51.100.5 in by eth0",), "CHG-7"),
    ]


@pytest.mark.parametrize("text", ["telnet", "tcp/23", "telnet tcp/99999", "telnet nonsense/23", ""])
def test_a_service_that_cannot_be_read_is_refused(text):
    with pytest.raises(ValueError, match=r"is no"):
        Service.read(text)


@pytest.mark.needs("corpora")
def test_configurations_of_other_houses_are_judged():
    folder = PARTS["corpora"].find() / "configs"
    files = [
        file
        for file in (*folder.glob("iptables-save/*"), *folder.glob("aerleon_generated/iptables/*"))
        if file.suffix != ".json" and file.stat().st_size < 10_000
    ]
    assert len(files) > 40
    for file in files:
        report = analyse(iptables.parse(file.read_text()), TERMS, at=NOW)
        assert not report.stopped
        assert report.counts["undecided"] == 0


def test_the_book_names_the_services_that_are_not_essential():
    with book.opened(book.shipped()):
        terms = house_terms()
    report = analyse(
        house("-A INPUT -p tcp --dport 5900 -j ACCEPT", "-A INPUT -p tcp --dport 443 -j ACCEPT"), terms, at=NOW
    )
    assert [one.detail for one in report.findings if one.kind == "service-open"] == ["VNC"]
    assert terms.unused_days == 90
