"""Rules are read, named when they cannot be, and never grow: aliases, depth, length."""

import pytest

from firewall_audit.sigma.documents import MOST_BYTES, split
from firewall_audit.sigma.reading import read
from kernel.errors import Malformed
from tests.firewall_audit.sigma.written import BASE, CLEARTEXT, MANY, rule, together


def test_rule_is_read_with_its_own_id_and_words() -> None:
    (found,) = read(CLEARTEXT)
    assert (found.key, found.title) == ("d7fb8f0e-bd5f-45c2-b467-19571c490d7e", "Cleartext protocols let through")
    assert found.asked.danger == "medium"
    assert found.text == CLEARTEXT
    assert "kind IN ('traffic', 'threat')" in found.asked.where
    assert [value for _, value in found.asked.values] == [21, 23, "allow", "allow", "allow"]


def test_rule_without_an_id_keeps_its_key_while_it_keeps_its_name() -> None:
    first, second = read(rule("{src_ip: 192.0.2.1}"))[0], read(rule("{src_ip: 192.0.2.2}"))[0]
    assert first.key == second.key
    assert first.digest != second.digest


def test_correlation_holds_the_rules_it_counts_and_they_are_no_rules_by_themselves() -> None:
    (found,) = read(together(BASE, MANY))
    assert found.title == "Many ports"
    assert found.asked.count is not None
    assert (found.asked.count.group, found.asked.count.span, found.asked.count.least, found.asked.count.distinct) == (
        ("src",),
        300,
        3,
        "dst_port",
    )
    assert "name: refused" in found.text
    assert len(read(together(BASE, MANY.replace("correlation:\n", "correlation:\n  generate: true\n")))) == 2


def test_several_documents_are_several_rules_in_their_order() -> None:
    assert [one.title for one in read(together(CLEARTEXT, rule("{dst_port: 1}"), BASE))] == [
        "Cleartext protocols let through",
        "Of a test",
        "Refused",
    ]


BOMB = "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("   \n", "empty"),
        ("title: a\0b", "no text"),
        ("x" * (MOST_BYTES + 1), "256 KiB"),
        (BOMB, "aliases"),
        ("a: &a 1\n", "aliases"),
        ("[" * 40 + "]" * 40, "too deeply"),
        ("a: [1, 2", "no YAML: line 1"),
        ("- one\n- two\n", "mapping"),
        ("!!python/object/apply:os.system ['true']", "no YAML"),
        ("title: a\ntitle: b\n", "twice"),
        ("title: only a title\n", "no Sigma rule"),
        ("---\n".join(["a: 1\n"] * 51), "50 documents"),
        (together(CLEARTEXT, CLEARTEXT), "same id"),
        (rule("{nonsense: 1, src_ip: 192.0.2.1, other|contains: x}"), "nonsense, other"),
        (rule("{src_ip: 192.0.2.1}", logsource="{category: process_creation, product: windows}"), "not of firewalls: process_creation, windows"),
        (rule("{src_ip: 192.0.2.1}", logsource="{category: firewall, product: windows}"), "not of firewalls"),
        (rule("{action: explode}"), "no such value here: explode"),
        (rule("{dst_port: many}"), "is a number"),
        (rule("{src_ip|gt: 4}"), "is no number"),
        (rule("{detail|re: '(('}"), "no Sigma rule"),
        (rule("{detail|re: '(?=x)y'}"), "no Sigma rule"),
        (rule("{detail: 'x'}", condition="s and nobody"), "cannot be read"),
        (rule("{detail: 'x'}", condition="((((((s))))))"), "nested too deeply"),
        (rule("{detail: 'x'}", condition="s " + "or s " * 400), "too long"),
        (rule("{detail|expand: '%users%'}"), "not supported"),
        (together(MANY), "counts refused, which is not in this text"),
        (together(BASE, MANY.replace("value_count", "temporal")), "not temporal"),
        (together(BASE, MANY.replace("gte: 3", "lt: 3")), "at least so many"),
        (together(BASE, MANY.replace("5m", "30d")), "seven days"),
        (together(BASE, MANY.replace("field: dst_port", "field: nonsense")), "nonsense"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(text: str, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        read(text)


def test_text_of_each_document_is_its_own() -> None:
    assert split("---\na: 1\n---\n\n---\nb: 2\n...\n") == ["a: 1\n", "b: 2\n"]
