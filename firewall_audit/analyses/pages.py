"""The rules of one device as people look at them: findings, the listing, what decides of a packet. Network documents: reading is on the ledger. [FW-1, FW-5, SW-18]"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlmodel import col, select

from firewall_audit.analyses.findings import OPEN_OUTSIDE
from firewall_audit.analyses.models import GONE, RuleFinding, RuleOwner
from firewall_audit.analyses.readings import latest_analysis
from firewall_audit.analyses.views import AnalysisView, FindingView, OwnerView
from firewall_audit.configurations import texts
from firewall_audit.configurations.patience import patiently
from firewall_audit.configurations.versions import latest
from firewall_audit.models import ConfigurationVersion, NetworkDevice
from firewall_audit.rulesets.analysis import Listed, listing
from firewall_audit.rulesets.deciding import asked, decide, touches
from firewall_audit.rulesets.findings import IMPACTS, ORDER, Place
from firewall_audit.rulesets.model import Ruleset
from firewall_audit.rulesets.terms import house_terms
from kernel.action import Work
from kernel.db import Answer
from kernel.errors import Fault, Malformed, NotFound
from kernel.reading import reading

TOGETHER = 100
READ_AT_ONCE = 2
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Named = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]


class RulesPage(Answer):
    """A device's rules as they were judged last."""

    device_id: UUID
    slug: str
    name: str
    number: int | None
    """Of the version that the device runs now; None: none was seen."""
    analysis: AnalysisView | None
    findings: list[FindingView]
    gone: int
    owners: list[OwnerView]


@reading("rule-analysis.read", on=NetworkDevice, watched=True)
def read_analysis(work: Work, device: NetworkDevice, *, gone: bool = False) -> RulesPage:
    """Show what was found in the rules of a device, the worst first, and what was not looked at. [FW-1, FW-5]"""
    analysis, version = latest_analysis(work.session, device.id), latest(work, device.id)
    rows = list(work.select(select(RuleFinding).where(RuleFinding.device_id == device.id)))
    shown = [one for one in rows if (one.state == GONE) == gone]
    shown.sort(
        key=lambda one: (
            one.kind != OPEN_OUTSIDE,
            IMPACTS.index(_any(one.impact)),
            ORDER[_any(one.kind)],
            -one.weight,
            one.line,
            one.key,
        )
    )
    owners = (
        select(RuleOwner).where(RuleOwner.device_id == device.id).order_by(col(RuleOwner.filter), col(RuleOwner.rule))
    )
    return RulesPage(
        device_id=device.id, slug=device.slug, name=device.name, number=version.number if version else None,
        analysis=AnalysisView.of(analysis) if analysis else None, findings=[FindingView.of(one) for one in shown],
        gone=sum(one.state == GONE for one in rows), owners=[OwnerView.of(one) for one in work.select(owners)],
    )  # fmt: skip


class FindingPage(Answer):
    """A finding and the device it is of."""

    finding: FindingView
    device_name: str


@reading("rule-finding.read", on=RuleFinding, watched=True)
def read_finding(work: Work, finding: RuleFinding) -> FindingPage:
    """Show one finding in the rules of a device. [FW-1, FW-5]"""
    return FindingPage(finding=FindingView.of(finding), device_name=work.get(NetworkDevice, finding.device_id).name)


def _any(value: str) -> Any:
    return value


class RuleLine(Answer):
    """One rule of the readable listing."""

    filter: str
    place: int
    line: int
    id: str
    action: str
    traffic: list[str]
    more: int
    logs: bool
    enabled: bool
    owner: str
    ticket: str
    ends_at: datetime | None
    comment: str
    unmodelled: list[str]
    text: str
    purpose: str = ""
    registered: bool = False
    """The register names its owner; what its comment says of one does not count."""


class ListingPage(Answer):
    """A part of the listing; `found` counts all that fits what is looked for."""

    name: str
    number: int
    found: int
    rules: list[RuleLine]


@reading("rule-analysis.listing", on=NetworkDevice, watched=True)
def list_rules(
    work: Work,
    device: NetworkDevice,
    *,
    words: Words = "",
    page: Annotated[int, Field(ge=1, le=10_000)] = 1,
    filter: Named = "",  # noqa: A002 - the field's own name
    rule: Named = "",
) -> ListingPage:
    """List the rules that a device runs now in plain words; by an address, a network, a port, words that stand in them, or one alone. [FW-1, FW-5]"""
    version = _version(work, device)
    ruleset = patiently(work, lambda: read_text(version.id, version.text, version.kind))
    found = [one for one in _fitting(ruleset, words) if not rule or (one.filter, one.id) == (filter, rule)]
    rows = work.select(select(RuleOwner).where(RuleOwner.device_id == device.id))
    owners = {(one.filter, one.rule): one for one in rows}
    begin = (page - 1) * TOGETHER
    return ListingPage(
        name=device.name, number=version.number, found=len(found),
        rules=[_line(one, owners.get((one.filter, one.id))) for one in found[begin : begin + TOGETHER]],
    )  # fmt: skip


def _line(one: Listed, owner: RuleOwner | None) -> RuleLine:
    line = RuleLine.model_validate(one, from_attributes=True)
    if owner is None:
        return line
    told = {
        "owner": f"person:{owner.owner_id}",
        "ticket": owner.ticket or line.ticket,
        "ends_at": owner.until or line.ends_at,
    }
    return line.model_copy(update=told | {"purpose": owner.purpose, "registered": True})


def _fitting(ruleset: Ruleset, words: str) -> Iterator[Listed]:
    boxes = {(one.name, rule.id): rule.boxes for one in ruleset.filters for rule in one.rules}
    sought = words.casefold()
    for one in listing(ruleset, house_terms()):
        if (
            not sought
            or sought in f"{one.text} {one.comment} {one.owner} {one.ticket} {one.filter}".casefold()
            or touches(boxes[one.filter, one.id], words)
        ):
            yield one


@lru_cache(maxsize=READ_AT_ONCE)
def read_text(version_id: UUID, text: str, kind: str) -> Ruleset:
    """Read a version's masked text; the last ones read are at hand, for the pages of a long listing."""
    del version_id
    return texts.read(text, kind)


def _version(work: Work, device: NetworkDevice) -> ConfigurationVersion:
    version = latest(work, device.id)
    if version is None:
        raise NotFound("No configuration of this device was seen yet.")
    return version


class DecidingRule(Answer):
    """A rule that decides of what was asked, or of a part of it."""

    filter: str
    rule: str
    line: int
    text: str
    effect: str
    packets: str
    default: bool


class Deciding(Answer):
    """What one list does with what was asked."""

    filter: str
    applied: list[str] | None
    answers: list[DecidingRule]
    more: int
    doubtful: list[str]
    undecided: bool


class Decided(Answer):
    """What a device does with what was asked, list by list."""

    name: str
    number: int
    lists: list[Deciding]


@reading("rule-analysis.decide", on=NetworkDevice, watched=True)
def what_decides(
    work: Work,
    device: NetworkDevice,
    *,
    source: Words = "",
    destination: Words = "",
    protocol: Words = "tcp",
    port: Words = "",
    incoming: Words = "",
    hook: Literal["forward", "input", "output"] = "forward",
) -> Decided:
    """Say which rule decides of a packet, list by list, by the very model that judges the rules. [FW-1, FW-5]"""
    version = _version(work, device)
    try:
        box = asked(source, destination, protocol.lower(), port, incoming)
    except ValueError as error:
        why = "This cannot be asked: write addresses or networks, a protocol by name, a port by number."
        raise Malformed(why, [Fault("source", why)]) from error
    lists = patiently(
        work,
        lambda: [
            Deciding(
                filter=one.filter, applied=list(one.applied) if one.applied is not None else None,
                answers=[DecidingRule(**_place(each.at), effect=each.effect, packets=each.packets, default=each.default) for each in one.answers],
                more=one.more, doubtful=[f"{each.filter}, line {each.line}: {each.text}" for each in one.doubtful[:TOGETHER]], undecided=one.undecided,
            )
            for one in decide(read_text(version.id, version.text, version.kind), box, hook)
        ],
    )  # fmt: skip
    return Decided(name=device.name, number=version.number, lists=lists)


def _place(at: Place) -> dict[str, Any]:
    return {"filter": at.filter, "rule": at.rule, "line": at.line, "text": at.text}
