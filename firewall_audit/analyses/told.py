"""Findings as they are kept and told: from the analyser's own form and back. Pure. [FW-5]"""

from collections.abc import Mapping
from typing import Any

from firewall_audit.analyses.models import RuleAnalysis
from firewall_audit.rulesets.findings import Finding, Place


def kept(one: Finding) -> dict[str, Any]:
    """Write a finding as plain values."""
    return {
        "kind": one.kind, "at": _place(one.at), "by": [_place(each) for each in one.by], "detail": one.detail, "count": one.count, "weight": one.weight,
    }  # fmt: skip


def finding(told: Mapping[str, Any]) -> Finding:
    """Read a finding."""
    by = tuple(Place(*each) for each in told["by"])
    return Finding(told["kind"], Place(*told["at"]), by, told["detail"], told["count"], told["weight"])


def _place(one: Place) -> list[Any]:
    return [one.filter, one.rule, one.line, one.text]


def findings_of(analysis: RuleAnalysis) -> list[Finding]:
    """Give what an analysis found, the worst first: at most fifty of each kind, `analysis.counts` has all."""
    return [finding(one) for one in analysis.findings]
