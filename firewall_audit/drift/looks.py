"""What changed on a device, held against the rules of one change; and what is kept of it beside the difference. [FW-2]"""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from sqlmodel import col, select

from firewall_audit.configurations import texts
from firewall_audit.configurations.patience import patiently
from firewall_audit.drift.approved import FINE, Pair, Version, compare
from firewall_audit.drift.verdicts import Look
from firewall_audit.models.configurations import LESS, ConfigurationDrift, ConfigurationVersion
from kernel.action import Work
from policy.rule_texts import Line

SHOWN, LONGEST = 300, 2000
"""Pairs that are kept, the ones that are not as approved first, and signs of each."""


def look_at(work: Work, device_id: UUID, before: Version, after: Version) -> Look:
    """Give how two versions are held against the rules of a change; what it applied before is not wanted again."""

    def look(ref: str, approved: str) -> tuple[Pair, ...]:
        done = [
            Line(one["sign"], one["approved"])
            for row in _rows(work, device_id, ref)
            for one in row.compared
            if one["how"] in FINE and one["approved"]
        ]
        return patiently(work, lambda: compare(approved, before, after, done))

    return look


def look_again(work: Work, row: ConfigurationDrift) -> Look | None:
    """Give the same for a difference that is on record; None where it is none of two versions."""
    if row.version_id is None:
        return None
    made = work.get(ConfigurationVersion, row.version_id)
    earlier = select(ConfigurationVersion).where(
        ConfigurationVersion.device_id == made.device_id, ConfigurationVersion.number == made.number - 1
    )
    last = work.select(earlier).one()
    before, after = (Version(one.text, texts.read(one.text, one.kind)) for one in (last, made))
    return look_at(work, made.device_id, before, after)


def kept(pairs: Sequence[Pair]) -> list[dict[str, str]]:
    """Give the pairs as they are kept, what is not as approved first."""
    told = sorted(pairs, key=lambda one: one.how in FINE)[:SHOWN]
    return [{name: value[:LONGEST] for name, value in asdict(one).items()} for one in told]


def complete(work: Work, row: ConfigurationDrift) -> None:
    """Where the last of what was approved came now, the differences before it are no longer less than approved."""
    for other in _rows(work, row.device_id, row.bound_to or ""):
        if other.id != row.id and other.verdict == LESS:
            other.verdict = "matched"
            other.compared = [one for one in other.compared if one["how"] != "missing"]


def _rows(work: Work, device_id: UUID, ref: str) -> list[ConfigurationDrift]:
    rows = select(ConfigurationDrift).where(
        ConfigurationDrift.device_id == device_id, ConfigurationDrift.bound_to == ref
    )
    return list(work.select(rows.order_by(col(ConfigurationDrift.id))))
