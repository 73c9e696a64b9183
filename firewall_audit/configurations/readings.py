"""Reading configurations: network documents, so whoever opens one is on the ledger before it is shown. [FW-2, SW-18]"""

from difflib import unified_diff
from typing import Annotated

from pydantic import Field
from sqlmodel import col, select

from firewall_audit.configurations import texts
from firewall_audit.configurations.lists import VersionView
from firewall_audit.configurations.patience import patiently
from firewall_audit.configurations.versions import Kind, Text, latest
from firewall_audit.drift.readings import DriftView
from firewall_audit.models import NetworkDevice
from firewall_audit.models.configurations import ConfigurationDrift, ConfigurationVersion
from firewall_audit.rulesets.difference import compare
from firewall_audit.rulesets.masking import mask
from firewall_audit.rulesets.model import Filter, Rule, Ruleset
from firewall_audit.rulesets.words import describe
from kernel import sealing
from kernel.action import Work
from kernel.db import Answer
from kernel.errors import Refused
from kernel.reading import reading
from policy import rule_texts

MOST = 200
BOXES_SHOWN = 4
MOST_LINES = 2_000


class RuleLine(Answer):
    """One rule of a readable listing."""

    place: int
    id: str
    action: str
    enabled: bool
    traffic: list[str]
    more: int
    unmodelled: list[str]
    logs: bool
    comment: str
    text: str


class FilterLines(Answer):
    """One list of rules, in the order in which they decide."""

    name: str
    hook: str
    default: str
    applied: list[str] | None
    rules: list[RuleLine]


class VersionPage(Answer):
    """A version, readable: what it lets through, list by list, and what could not be modelled."""

    version: VersionView
    device_slug: str
    device_name: str
    filters: list[FilterLines]
    unmodelled: list[str]
    drift: DriftView | None
    text: str


class TrafficLine(Answer):
    """Traffic that fares otherwise: in words, and whether that is certain."""

    now: str
    words: str
    filter: str
    certain: bool


class Comparison(Answer):
    """What differs between two versions: first what it means, then the rules, then the lines."""

    before: VersionView | None
    after: VersionView | None
    traffic: list[TrafficLine]
    more: int
    undecided: list[str]
    added: list[str]
    removed: list[str]
    lines: list[str]
    digest: str
    """By which a change approves the whole text, with its secrets masked."""
    rule_digests: list[str]
    """By which it approves the rules one by one, in the order of `removed` and `added`."""
    drift: DriftView | None = None
    """What was judged of it, where the two follow one another."""


@reading("configuration.read", on=ConfigurationVersion, watched=True)
def read_version(work: Work, version: ConfigurationVersion) -> VersionPage:
    """Show a version of a configuration, rule by rule in plain words; its secrets were masked before it was stored. [FW-2, SW-18]"""
    device = work.get(NetworkDevice, version.device_id)
    ruleset = patiently(work, lambda: texts.read(version.text, version.kind))
    drift = work.select(select(ConfigurationDrift).where(ConfigurationDrift.version_id == version.id)).first()
    return VersionPage(
        version=VersionView.of(version), device_slug=device.slug, device_name=device.name,
        filters=[_listed(one) for one in ruleset.filters if one.rules],
        unmodelled=[f"line {one.line}: {one.what}" if one.line else one.what for one in ruleset.unmodelled][:MOST],
        drift=DriftView.of(drift, device) if drift is not None else None, text=version.text,
    )  # fmt: skip


def _listed(one: Filter) -> FilterLines:
    applied = list(one.applied) if one.applied is not None else None
    return FilterLines(
        name=one.name, hook=one.hook, default=one.default, applied=applied, rules=[_line(rule) for rule in one.rules]
    )


def _line(rule: Rule) -> RuleLine:
    return RuleLine(
        place=rule.place, id=rule.id, action=rule.action if not rule.target else f"{rule.action} {rule.target}", enabled=rule.enabled,
        traffic=[describe(box) for box in rule.boxes[:BOXES_SHOWN]], more=max(0, len(rule.boxes) - BOXES_SHOWN),
        unmodelled=list(rule.unmodelled), logs=rule.logs, comment=rule.comment, text=rule.text,
    )  # fmt: skip


@reading("configuration.compare", on=ConfigurationVersion, watched=True)
def compare_versions(
    work: Work, version: ConfigurationVersion, *, before: Annotated[int | None, Field(ge=1)] = None
) -> Comparison:
    """Show what differs from another version, the one before unless said otherwise: what traffic passes now, then rules, then lines. [FW-2]"""
    rows = select(ConfigurationVersion).where(ConfigurationVersion.device_id == version.device_id)
    wanted = (
        ConfigurationVersion.number == before if before is not None else ConfigurationVersion.number < version.number
    )
    other: ConfigurationVersion | None = work.select(
        rows.where(wanted).order_by(col(ConfigurationVersion.number).desc()).limit(1)
    ).first()
    if other is None:
        raise Refused("FW-2", "There is no other version to compare with.")
    told = patiently(work, lambda: _compared(other, VersionView.of(version), version.text, version.kind))
    row = work.select(select(ConfigurationDrift).where(ConfigurationDrift.version_id == version.id)).first()
    if row is None or other.number != version.number - 1:
        return told
    return told.model_copy(update={"drift": DriftView.of(row, work.get(NetworkDevice, version.device_id))})


@reading("configuration.preview", on=NetworkDevice, watched=True)
def preview_configuration(work: Work, device: NetworkDevice, *, text: Text, kind: Kind = "") -> Comparison:
    """Show what a proposed configuration would change on a device, and the digests by which a change approves it. Nothing is kept. [FW-2]"""
    last = latest(work, device.id)
    masked = mask(texts.steady(rule_texts.plain(text)), sealing.fingerprint("configuration", device.slug))
    return patiently(work, lambda: _compared(last, None, masked.text, kind or (last.kind if last else "")))


def _compared(last: ConfigurationVersion | None, after: VersionView | None, text: str, kind: str) -> Comparison:
    new = texts.read(text, kind)
    old = texts.read(last.text, last.kind) if last is not None else Ruleset(new.vendor, ())
    told, words = compare(old, new), texts.words_between(old, new)
    lines = list(
        unified_diff((last.text if last else "").splitlines(), text.splitlines(), "before", "after", n=2, lineterm="")
    )
    return Comparison(
        before=VersionView.of(last) if last else None, after=after,
        traffic=[TrafficLine(now=one.now, words=one.words, filter=one.filter, certain=one.certain) for one in told.traffic],
        more=told.more, undecided=[f"{one.filter}: {one.text}" for one in told.undecided], added=[f"{name}: {rule}" for name, rule in words.added],
        removed=[f"{name}: {rule}" for name, rule in words.removed], lines=lines[:MOST_LINES], digest=rule_texts.digest(text), rule_digests=words.digests,
    )  # fmt: skip
