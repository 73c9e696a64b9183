"""Every title and every reason that a detection writes is told in French, values at their places; what nobody writes any more is in no list."""

import ast
import re
from collections.abc import Iterator
from itertools import product

import pytest

from api import words
from api.console import said_findings
from api.console.said_findings import REASONS, TITLES, said
from firewall_audit.detections.first_seen import TOLD
from firewall_audit.detections.signatures import SIGNATURES
from tests.conftest import ROOT

PLAIN, APOSTROPHE = re.compile(r"\s"), "\N{RIGHT SINGLE QUOTATION MARK}"
FOLDER = ROOT / "firewall_audit" / "detections"
KEPT = {"imported.py": "titles of imported rules are their authors'", "finding.py": "the form itself"}
OF_PARTS = {"7: 7", "7", "7 searched 77", "7 tried 77", "7 more", "7 more: 7"}
"""Put together of what a device said, or of parts that the cases below put together."""


def written(node: ast.expr) -> Iterator[str]:
    """Every sentence that an expression can be, with a number at each of its places."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from written(node.body)
        yield from written(node.orelse)
    elif isinstance(node, (ast.BoolOp, ast.FormattedValue)):
        inner = node.value if isinstance(node, ast.FormattedValue) else None
        yield from (written(inner) if isinstance(inner, ast.IfExp) else ["7"])
    elif isinstance(node, ast.JoinedStr):
        yield from ("".join(parts) for parts in product(*(list(written(part)) for part in node.values)))
    elif isinstance(node, ast.BinOp):
        yield from (a + b for a, b in product(list(written(node.left)), list(written(node.right))))
    elif isinstance(node, ast.Subscript):
        yield from written(node.value)


def sentences() -> set[str]:
    """What the detections can say: of findings, of what stands for the rest of them, and in their tables."""
    found: set[str] = {title.format(key="7") for _danger, title, _reason in TOLD.values()}
    found |= {one.title.format(who="7") for one in SIGNATURES}
    for path in sorted(FOLDER.glob("*.py")):
        if path.name in KEPT:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        prose = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                told = [one.value for one in node.keywords if one.arg in {"title", "reason"}]
                found |= {text for one in told for text in written(one)}
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
                text = node.value
                if re.fullmatch(r"[A-Z][^.\n]+ .*\.", text) or (text.startswith("{count} more") and text[-1].isalpha()):
                    found.add(text.replace("{count}", "7"))
    return found - OF_PARTS


def test_every_sentence_of_a_finding_is_told_in_french() -> None:
    told = sentences()
    assert len(told) > 60
    with words.speaking("fr"):
        mute = [one for one in sorted(told) if said(one) == one]
    assert mute == []


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("203.0.113.66 tried 1,024 ports of 192.0.2.11, and 2 more", "203.0.113.66 a essayé 1 024 ports de 192.0.2.11, et 2 autres"),
        ("Somebody changed the configuration of edge-1: 1 event", "Quelqu'un a modifié la configuration de edge-1 : 1 événement"),
        ("edge-1 took 3 packets on an interface whose sender claims to be the house itself",
         "edge-1 a reçu 3 paquets sur une interface dont l'émetteur prétend être la maison elle-même"),
        ("edge-1 told 12,000 events on Tuesday, where 900 are usual", "edge-1 a signalé 12 000 événements le mardi, contre 900 d'habitude"),
        ("2001:db8::7 searched 31 hosts for tcp/22", "2001:db8::7 a cherché tcp/22 sur 31 machines"),
        ("My own rule: 203.0.113.9", "My own rule: 203.0.113.9"),
    ],
)  # fmt: skip
def test_values_stand_at_their_places(english: str, french: str) -> None:
    assert said(english) == english
    with words.speaking("fr"):
        assert PLAIN.sub(" ", said(english)).replace(APOSTROPHE, "'") == french


def test_form_keeps_its_places_in_french() -> None:
    with words.speaking("fr"):
        for one in (*TITLES, *REASONS, *said_findings.PARTS):
            assert set(said_findings.PLACE.findall(words._(one))) == set(said_findings.PLACE.findall(one)), one


def test_hostile_value_cannot_fill_another_place() -> None:
    with words.speaking("fr"):
        assert said("%(who)s worked on %s outside the usual hours").startswith("%(who)s a travaillé sur %s ")


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ("edge-1 said nothing for 5 days, 21:00:00, 2 times", "5 j 21 h, 2 fois"),
        ("edge-1 said nothing for 2:10:00", "2 h 10 min"),
    ],
)
def test_a_silence_is_told_as_people_say_it(stored, told):
    with words.speaking("fr"):
        assert said(stored).endswith(f" {told}")
