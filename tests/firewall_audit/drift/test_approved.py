"""What was approved against what was applied, rule by rule. [FW-2]"""

from collections import Counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from firewall_audit.configurations import texts
from firewall_audit.drift.approved import Pair, Version, as_approved, compare, too_little, too_much
from kernel.errors import Malformed
from policy.rule_texts import Line, digest, digests, plain, rule_digest, signed_lines

WEB = "-A FORWARD -d 10.30.0.10/32 -p tcp -m tcp --dport 443 -j ACCEPT"
SQL = "-A FORWARD -d 10.30.0.20/32 -p tcp -m tcp --dport 3306 -j ACCEPT"
SSH = "-A INPUT -s 10.9.0.0/24 -p tcp -m tcp --dport 22 -j ACCEPT"
NAT = "-A FORWARD -m limit --limit 5/min -j ACCEPT"


def netfilter(*rules: str, policy: str = "DROP") -> Version:
    text = "\n".join(("*filter", ":INPUT DROP [0:0]", f":FORWARD {policy} [0:0]", *rules, "COMMIT", ""))
    return Version(text, texts.read(text, "iptables"))


def asa(*rules: str, host: str = "192.0.2.20") -> Version:
    named = f"object network DB\n host {host}\n"
    lines = "\n".join(f"access-list IN extended {one}" for one in rules)
    text = f"ASA Version 9.18(1)\nhostname edge-1\n{named}{lines}\naccess-group IN in interface outside\n"
    return Version(text, texts.read(text, "cisco_asa"))


def hows(pairs: tuple[Pair, ...]) -> list[str]:
    return [one.how for one in pairs]


def test_the_same_words_are_as_approved() -> None:
    told = compare(f"+   {WEB}\n- {SQL}", netfilter(SQL), netfilter(WEB))
    assert Counter(told) == Counter(
        [Pair("same", "+", WEB, WEB, "filter/FORWARD"), Pair("same", "-", SQL, SQL, "filter/FORWARD")]
    )


def test_what_the_device_writes_otherwise_means_the_same() -> None:
    typed = "-A FORWARD -p tcp -d 10.30.0.20 --dport 3306 -j ACCEPT"
    (told,) = compare(f"+ {typed}", netfilter(WEB), netfilter(WEB, SQL))
    assert told == Pair("meaning", "+", typed, SQL, "filter/FORWARD")


@pytest.mark.parametrize(
    "typed",
    [
        "-A INPUT -p tcp -d 10.30.0.20 --dport 3306 -j ACCEPT",
        "-A FORWARD -p tcp -d 10.30.0.20 --dport 3307 -j ACCEPT",
        "-A FORWARD -p tcp -d 10.30.0.20 --dport 3306 -j DROP",
        "-A FORWARD -p tcp -d 10.30.0.20 --dport 3306 -m limit --limit 5/min -j ACCEPT",
        "nothing that a parser takes",
    ],
)
def test_another_list_port_or_action_means_something_else(typed: str) -> None:
    told = compare(f"+ {typed}", netfilter(WEB), netfilter(WEB, SQL))
    assert Counter(hows(told)) == Counter(["more", "missing"])


def test_a_name_means_what_it_names_on_the_device() -> None:
    before, after = (
        asa("permit tcp any any eq 443"),
        asa("permit tcp any any eq 443", "permit tcp any object DB eq 3306"),
    )
    (told,) = compare("+ access-list IN extended permit tcp any host 192.0.2.20 eq 3306", before, after)
    assert told.how == "meaning"


def test_a_rule_that_is_not_modelled_exactly_is_held_by_its_words() -> None:
    other = "-A FORWARD -m limit --limit 5/minute -j ACCEPT"
    assert Counter(hows(compare(f"+ {other}", netfilter(), netfilter(NAT)))) == Counter(["more", "missing"])
    assert hows(compare(f"+ {NAT}", netfilter(), netfilter(NAT))) == ["same"]


def test_more_and_less_than_approved() -> None:
    more = compare(f"+ {WEB}", netfilter(), netfilter(WEB, SQL))
    assert (as_approved(more), too_much(more), too_little(more)) == (1, 1, 0)
    less = compare(f"+ {WEB}\n+ {SQL}", netfilter(), netfilter(WEB))
    assert (as_approved(less), too_much(less), too_little(less)) == (1, 0, 1)
    assert hows(compare(f"+ {WEB}\n+ {SQL}", netfilter(WEB), netfilter(WEB, SQL), [Line("+", WEB)])) == ["same"]


def test_a_rule_that_moves_beside_an_approved_one_was_not_approved() -> None:
    told = compare(f"+ {SSH}", netfilter(WEB, SQL), netfilter(SQL, WEB, SSH))
    assert Counter(hows(told)) == Counter(["same", "moved"])
    mover = next(one.applied for one in told if one.how == "moved")
    both = compare(f"+ {SSH}\n- {mover}\n+ {mover}", netfilter(WEB, SQL), netfilter(SQL, WEB, SSH))
    assert too_much(both) == too_little(both) == 0


def test_a_name_that_changed_beside_an_approved_rule_was_not_approved() -> None:
    uses, came = "permit tcp any object DB eq 3306", "permit tcp any any eq 443"
    before, after = asa(uses), asa(uses, came, host="192.0.2.99")
    approved = f"+ access-list IN extended {came}"
    assert Counter(hows(compare(approved, before, after))) == Counter(["same", "altered"])
    named = compare(f"{approved}\n- host 192.0.2.20\n+ host 192.0.2.99", before, after)
    assert Counter(hows(named)) == Counter(["same", "line", "line", "follows"])


def test_a_default_that_opens_was_not_approved() -> None:
    told = compare(f"+ {WEB}", netfilter(), netfilter(WEB, policy="ACCEPT"))
    assert {one.applied for one in told if one.how == "more"} == {"default deny", "default allow"}


def test_a_whole_configuration_is_held_rule_by_rule() -> None:
    before, after = netfilter(SSH), netfilter(SSH, WEB)
    typed = WEB.replace("-m tcp ", "")
    assert hows(compare(netfilter(SSH, WEB).text, before, after)) == ["same"]
    assert hows(compare(netfilter(SSH, typed).text, before, after)) == ["meaning"]
    assert hows(compare(netfilter(SSH, WEB, SQL).text, before, after)) == ["same", "missing"]
    assert hows(compare(netfilter(WEB, SSH).text, netfilter(), netfilter(SSH, WEB))) == ["same", "same"]
    assert "moved" in hows(compare(netfilter(SQL, WEB).text, netfilter(WEB), netfilter(WEB, SQL)))
    assert hows(compare("hostname edge-1\n", before, after)) == ["unread", "more"]


def test_lines_that_are_no_rules_differ_from_a_whole_configuration() -> None:
    rule = "permit tcp any any eq 443"
    wanted = asa(rule).text.replace("hostname edge-1", "hostname edge-2")
    told = compare(wanted, asa(), asa(rule))
    assert [(one.how, one.approved or one.applied) for one in told[1:]] == [
        ("missing", "hostname edge-2"),
        ("more", "hostname edge-1"),
    ]


PATCH = f"""--- before
+++ after
@@ -3,2 +3,2 @@
 {SSH}
-{SQL}
+{WEB}
that is no part of it
"""


def test_a_patch_is_read_by_its_hunks() -> None:
    assert signed_lines(PATCH) == (Line("-", SQL), Line("+", WEB))
    assert hows(compare(PATCH, netfilter(SSH, SQL), netfilter(SSH, WEB))) == ["same", "same"]


def test_digests_are_made_of_the_text() -> None:
    assert digests(f"# why\n+  {WEB}\n") == (rule_digest("+", WEB),)
    assert digests("hostname edge-1\r\n") == (digest(plain("hostname edge-1")),)
    with pytest.raises(Malformed, match="Line 2 begins with neither"):
        signed_lines(f"+ {WEB}\n{SQL}")


PORTS = st.lists(st.integers(1, 12), unique=True, max_size=8)


def rule(port: int, typed: bool = False) -> str:
    return f"-A {'FORWARD' if port % 2 else 'INPUT'} -p tcp {'' if typed else '-m tcp '}--dport {port} -j ACCEPT"


@settings(deadline=None, max_examples=150)
@given(PORTS, PORTS, PORTS, st.booleans())
def test_every_line_is_told_once_and_for_what_it_is(
    was: list[int], is_: list[int], asked: list[int], typed: bool
) -> None:
    is_ = sorted(is_)
    was = sorted(was)
    before, after = netfilter(*map(rule, was)), netfilter(*map(rule, is_))
    came, went = set(is_) - set(was), set(was) - set(is_)
    lines = [f"+ {rule(one, typed)}" for one in asked if one not in was] + [
        f"- {rule(one)}" for one in asked if one in was
    ]
    assume(lines)
    told = compare("\n".join(lines), before, after)
    fine = len(came.intersection(asked)) + len(went.intersection(asked))
    assert as_approved(told) == fine
    assert too_little(told) == len(lines) - fine
    assert too_much(told) == len(came) + len(went) - fine
    assert {one.how for one in told} <= {"same", "missing", "more"} | ({"meaning"} if typed else set())
