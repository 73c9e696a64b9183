"""Every deed of the house has its sentence on the ledger, in both languages; what no release does any more has none."""

import re
from collections import Counter
from pathlib import Path

import pytest

from api import fields, words  # noqa: F401 - fields registers every action
from api.console import (
    deeds,
    deeds_audits,
    deeds_changes,
    deeds_firewall,
    deeds_house,
    deeds_privileged,
    deeds_registry,
    deeds_secrets,
    deeds_training,
)
from api.console.deeds import SENTENCES
from api.console.sentences import icon_of, sentence
from kernel.action import ACTIONS
from kernel.reading import READINGS

SHOWN = sorted(name for name in ACTIONS if not name.startswith("sample-")) + sorted(
    name for name, one in READINGS.items() if one.watched and not name.startswith("sample-")
)
"""Actions, and readings that are watched: what stands on the ledger when it went well."""
PARTS = (
    deeds_secrets.SECRETS,
    deeds_privileged.PRIVILEGED,
    deeds_changes.CHANGES,
    deeds_training.TRAINING,
    deeds_registry.REGISTRY,
    deeds_house.HOUSE,
    deeds_firewall.FIREWALL,
    deeds_audits.AUDITS,
)
NAMES = {"person:1": "Ama Mensah", "change:2": "CHG-2026-0042"}


def told(name: str, outcome: str) -> str:
    return sentence({"action": name, "outcome": outcome, "actor": "person:1", "target": "change:2"}, NAMES)


@pytest.mark.parametrize("name", SHOWN)
def test_every_deed_has_its_sentence_in_both_languages(name: str) -> None:
    assert name in SENTENCES, f"{name} has no sentence: give it one in api/console/deeds*.py"
    said = set()
    for language in ("en", "fr"):
        with words.speaking(language):
            for outcome in ("done", "refused"):
                text = told(name, outcome)
                assert not re.search(r"%\(|\{", text)
                assert name not in text, "its name is for machines"
                said.add(text)
    assert len(said) == 4, "done and tried, English and French are told apart"


def test_no_sentence_is_of_a_deed_that_nobody_can_do() -> None:
    assert set(SENTENCES) <= {*ACTIONS, *READINGS}


def test_no_deed_has_two_sentences() -> None:
    counted = Counter(name for part in PARTS for name in part)
    assert [name for name, count in counted.items() if count > 1] == []
    own = re.findall(r'^    "([\w.-]+)": \(', Path(deeds.__file__).read_text(), re.MULTILINE)
    assert not set(own) & set(counted)


def test_every_sentence_has_a_picture_that_histories_know() -> None:
    known = set(re.findall(r"name == '([a-z]+)'", Path("api/templates/parts/ui.html").read_text()))
    assert {icon_of(name) for name in SHOWN} <= known
