"""The house's imported rules: taken, tried over a past week, switched on until a day, switched off. [FW-3]"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field
from sqlmodel import col, select

from firewall_audit import place
from firewall_audit.configurations.patience import patiently
from firewall_audit.detections.asked import Imported
from firewall_audit.models import DetectionRule, DetectionVersion, NetworkDevice
from firewall_audit.models.devices import IN_SERVICE
from firewall_audit.sigma.documents import MOST_BYTES
from firewall_audit.sigma.fields import PRODUCTS
from kernel.action import Work, action
from kernel.db import HOUSE, Answer
from kernel.errors import Conflict, Malformed, Refused
from policy import book
from policy.approvals import person_of

if TYPE_CHECKING:  # the store is a large library: only who looks at lines loads it
    from firewall_audit.detections.imported import Hit

CLAUSE = "FW-3"
MOST_RULES = 500
LONGEST_TRIAL = timedelta(days=7)
LINES_KEPT = 20
Text = Annotated[str, Field(min_length=1, max_length=MOST_BYTES)]


class TakenRule(Answer):
    """What became of one rule of a text. `new`: its words were not known yet."""

    id: UUID
    title: str
    number: int
    new: bool


class TakenRules(Answer):
    """What became of a text of rules, in its order."""

    rules: list[TakenRule]


class Trial(Answer):
    """What a version would have found: events, and of how many different sources or users."""

    id: UUID
    events: int
    subjects: int


@action("detection-rule.take", scope=HOUSE, answer=TakenRules)
def take_rules(work: Work, *, text: Text) -> TakenRules:
    """Take in detection rules in the form of Sigma. A changed rule becomes its next version; what is on stays on until that is approved. [FW-3]"""
    from firewall_audit.sigma.reading import read  # noqa: PLC0415 - the form of Sigma is a large library

    found = patiently(work, lambda: read(text))
    held = {
        row.key: row
        for row in work.select(
            select(DetectionRule).where(col(DetectionRule.key).in_([one.key for one in found])).with_for_update()
        )
    }
    told: list[TakenRule] = []
    for one in found:
        rule = held.get(one.key)
        last = _version(work, rule.id, rule.versions) if rule else None
        if rule and last and last.digest == one.digest:
            told.append(TakenRule(id=rule.id, title=one.title, number=last.number, new=False))
            continue
        if rule is None:
            rule = work.add(DetectionRule(key=one.key, title=one.title, danger=one.asked.danger))
            work.session.flush()
        else:
            rule.title, rule.danger, rule.versions = one.title, one.asked.danger, rule.versions + 1
        work.add(
            DetectionVersion(
                rule_id=rule.id, number=rule.versions, title=one.title, danger=one.asked.danger, text=one.text, digest=one.digest,
                taken_by=work.actor.ref, taken_at=work.now,
            )
        )  # fmt: skip
        told.append(TakenRule(id=rule.id, title=one.title, number=rule.versions, new=True))
    if len(work.select(select(DetectionRule.id).limit(MOST_RULES + 1)).all()) > MOST_RULES:
        raise Refused(CLAUSE, f"The house keeps {MOST_RULES} imported rules at most.")
    work.note("new", sum(one.new for one in told))
    return TakenRules(rules=told)


@action("detection-version.try", on=DetectionVersion, answer=Trial)
def try_version(work: Work, version: DetectionVersion, *, until: AwareDatetime, days: Annotated[int, Field(ge=1, le=7)] = 7) -> Trial:  # fmt: skip
    """Try a version over past days: how often it would have spoken, and by which lines; nothing is reported. [FW-3]"""
    if until > work.now:
        raise Refused(CLAUSE, "A rule is tried over days that have passed.")
    since = until - timedelta(days=days)
    rule = _asked(version)
    decided, products = decided_of(work.session), products_of(work.session)
    hits = patiently(work, lambda: _hits(rule, since, until, decided, products))
    version.tried_at, version.tried_since, version.tried_until = work.now, since, until
    version.tried_events, version.tried_subjects = sum(one.count for one in hits), len(hits)
    lines = [[line.batch, line.place] for one in hits for line in one.lines[:3]]
    version.tried_lines = lines[:LINES_KEPT]
    work.note("events", version.tried_events)
    return Trial(id=version.id, events=version.tried_events, subjects=version.tried_subjects)


def _hits(
    rule: Imported, since: datetime, until: datetime, decided: Any, products: dict[str, list[str]]
) -> "list[Hit]":
    from firewall_audit.detections.imported import ask, prepare_rules  # noqa: PLC0415
    from firewall_audit.store import Window  # noqa: PLC0415

    with Window(place.store(), since, until, decided=decided) as window:
        prepare_rules(window, [rule], products)
        return ask(window, rule)


@action("detection-version.switch-on", on=DetectionVersion)
def switch_on(work: Work, version: DetectionVersion, *, until: AwareDatetime) -> None:
    """Approve a version that was tried: from now on until a day it takes part in the weekly review. [FW-3]"""
    why = why_not_on(version.tried_at, until, work.now, book.number(CLAUSE, "longest_rule_days"))
    if why is not None:
        raise Refused(CLAUSE, why)
    rule = work.get(DetectionRule, version.rule_id, lock=True)
    _asked(version)
    rule.on_version, rule.on_until, rule.on_by, rule.on_at = version.number, until, person_of(work), work.now
    work.note("digest", version.digest)


def why_not_on(tried_at: datetime | None, until: datetime, now: datetime, days: int) -> str | None:
    """Say why a version cannot be switched on until a day; None where it can."""
    if tried_at is None:
        return "A rule is tried over past days before it is switched on."
    if not now < until <= now + timedelta(days=days):
        return f"A rule is on until a day that comes, within {days} days."
    return None


@action("detection-rule.switch-off", on=DetectionRule)
def switch_off(work: Work, rule: DetectionRule) -> None:
    """Switch a rule off before its day; its versions stay. [FW-3]"""
    if not rule.is_on(work.now):
        raise Conflict("This rule is not switched on.")
    rule.on_version = rule.on_until = rule.on_by = rule.on_at = None


def _asked(version: DetectionVersion) -> Imported:
    from firewall_audit.sigma.reading import read_one  # noqa: PLC0415

    return read_one(version.text)


def _version(work: Work, rule_id: UUID, number: int) -> DetectionVersion | None:
    rows = select(DetectionVersion).where(DetectionVersion.rule_id == rule_id, DetectionVersion.number == number)
    found: DetectionVersion | None = work.select(rows).first()
    return found


def products_of(session: Any) -> dict[str, list[str]]:
    """Give of each product of log sources the devices in service that write its lines."""
    devices = [one for one in session.scalars(select(NetworkDevice)) if one.state == IN_SERVICE]
    return {
        product: sorted(one.slug for one in devices if set(one.formats) & set(formats) or (not one.formats and product in one.vendor.lower()))
        for product, formats in PRODUCTS.items()
    }  # fmt: skip


def decided_of(session: Any) -> dict[str, dict[str, Any]]:
    """Give of each device what the prefixes of its lines mean."""
    return {one.slug: dict(one.prefixes) for one in session.scalars(select(NetworkDevice)) if one.prefixes}


def rules_on(session: Any, until: datetime) -> tuple[tuple[Imported, ...], tuple[str, ...]]:
    """Give the rules that take part in a review of a period that ends then; and the titles of those that can no longer be read."""
    rows = session.execute(
        select(DetectionVersion.text, DetectionRule.title)
        .join(DetectionRule, col(DetectionRule.id) == DetectionVersion.rule_id)
        .where(DetectionRule.on_version == DetectionVersion.number, col(DetectionRule.on_until) >= until)
        .order_by(col(DetectionRule.key))
    ).all()
    if not rows:
        return (), ()
    from firewall_audit.sigma.reading import read_one  # noqa: PLC0415

    found: list[Imported] = []
    broken: list[str] = []
    for text, title in rows:
        try:
            found.append(read_one(text))
        except Malformed:
            broken.append(title)
    return tuple(found), tuple(broken)
