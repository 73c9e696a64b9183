"""Pairs of versions of real firewalls: the rules that came and went are those that the corpus knows; and Batfish's answers for lines that are never reached are ours.

Against nothing: equal or not. The corpora belong to others; where they are not at hand the figure is told as not measured.
"""

import json
from collections import Counter
from pathlib import Path
from time import process_time
from typing import Any

from bench.harness import Measured, MissingPart, figure
from firewall_audit.rulesets.anomalies import find_anomalies
from firewall_audit.rulesets.difference import compare
from firewall_audit.rulesets.parsers import cisco, iptables
from firewall_audit.rulesets.program import unfold
from tools.parts import PARTS

DEFAULTS = {"allow": "ACCEPT", "deny": "DROP", "return": "-"}


@figure("change_pairs", unit="share", bar="== 1", against="what the corpora say")
def measure(options: Any) -> Measured:
    """Share of pairs and of stored answers that are equal; in the note, what the differences cost."""
    folder = PARTS["corpora"].find()
    if folder is None:
        raise MissingPart("the corpora of firewalls")
    equal, seconds, undecided = [], 0.0, 0
    place = folder / "configs/iptables-save"
    for pair in json.loads((place / "change_pairs.json").read_text()):
        before, after = (iptables.parse((place / pair[side]).read_text()) for side in ("before", "after"))
        begin = process_time()
        found = compare(before, after)
        seconds += process_time() - begin
        undecided += len(found.undecided)
        equal.append(
            all(
                Counter(map(as_told, lines)) == Counter(pair[key])
                for lines, key in ((found.added, "added_rules"), (found.removed, "removed_rules"))
            )
        )
    pairs = len(equal)
    equal += answers(folder / "configs/shadow_truth")
    return Measured(
        sum(equal) / len(equal),
        None,
        [],
        f"{pairs} pairs in {seconds:.1f} s, {undecided} moved rules not followed; {len(equal) - pairs} stored answers",
    )


def as_told(line: tuple[str, str]) -> str:
    """A rule in the corpus's own words."""
    (table, _, chain), text = line[0].partition("/"), line[1]
    return (
        f"{table}: POLICY {chain} {DEFAULTS[text.removeprefix('default ')]}"
        if text.startswith("default ")
        else f"{table}: {text}"
    )


def answers(folder: Path) -> list[bool]:
    """Whether the lines that Batfish calls unreachable are those that we do."""
    told = []
    for file in sorted(folder.glob("*/EXPECTED.json")):
        expected = json.loads(file.read_text())
        text = (file.parent / f"{expected['snapshot']}__configs__{expected['node']}.cfg").read_text()
        ruleset = cisco.IOS.parse(text)
        (one,) = [each for each in ruleset.filters if expected["filter"] in each.name]
        idle = {
            found.at.text.strip()
            for found in find_anomalies(unfold(ruleset, one)).findings
            if found.by and found.by[0].rule and found.kind in {"shadowed-allow", "shadowed-deny", "redundant"}
        }
        told.append({line["line"] for line in expected["unreachable"]} <= idle)
    return told
