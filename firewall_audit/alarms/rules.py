"""Rules are written by the security officer, keep their versions, and are switched off with a reason and an end, never for good. [FW-6]"""

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AwareDatetime, StringConstraints
from sqlmodel import col, select

from firewall_audit.alarms.models import AlarmRule, AlarmRuleVersion
from firewall_audit.alarms.shipped import SHIPPED
from firewall_audit.alarms.telling import CLERK
from firewall_audit.alarms.terms import Look, Terms
from firewall_audit.models import NetworkDevice
from kernel.action import Work, action
from kernel.db import HOUSE, read_session
from kernel.errors import Conflict, Refused
from kernel.sweeps import sweep
from policy import book
from policy.approvals import person_of

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,59}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=120)]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=1000)]


@action("alarm-rule.ship", scope=HOUSE)
def ship(work: Work) -> int:
    """Put the rules that come with the house in place, those that are not there yet. [FW-6]"""
    there = set(work.select(select(AlarmRule.slug)))
    missing = [slug for slug in SHIPPED if slug not in there]
    for slug in missing:
        name, terms = SHIPPED[slug]
        _write(work, slug, name, Terms.model_validate(terms), "It comes with the house.", shipped=True)
    return len(missing)


@action("alarm-rule.add", scope=HOUSE)
def add_rule(work: Work, *, slug: Slug, name: Name, terms: Terms, why: Why) -> AlarmRule:
    """Write a rule of the alarms. [FW-6]"""
    if work.select(select(AlarmRule.id).where(AlarmRule.slug == slug)).first() is not None:
        raise Conflict("There is a rule of this short name already.")
    _check_devices(work, terms)
    return _write(work, slug, name, terms, why)


def _write(work: Work, slug: str, name: str, terms: Terms, why: str, *, shipped: bool = False) -> AlarmRule:
    made = work.add(
        AlarmRule(slug=slug, name=name, shipped=shipped, terms=terms.model_dump(mode="json"), written_at=work.now)
    )
    work.session.flush()
    _keep(work, made, why)
    return made


def _keep(work: Work, rule: AlarmRule, why: str) -> None:
    work.add(
        AlarmRuleVersion(
            rule_id=rule.id, number=rule.number, name=rule.name, terms=rule.terms, why=why, written_by=work.actor.ref,
            written_at=work.now,
        )
    )  # fmt: skip


def _check_devices(work: Work, terms: Terms) -> None:
    named = {slug for look in (terms.look, terms.before) if isinstance(look, Look) for slug in look.devices}
    known = set(work.select(select(NetworkDevice.slug).where(col(NetworkDevice.slug).in_(named))))
    if named - known:
        raise Refused("FW-6", "The rule names a device that is not on the register.")


@action("alarm-rule.revise", on=AlarmRule)
def revise(work: Work, rule: AlarmRule, *, name: Name, terms: Terms, why: Why, number: int) -> AlarmRule:
    """Write a rule anew; what it said before stays on record. [FW-6]"""
    if number != rule.number:
        raise Conflict("This rule was written anew meanwhile; look again and repeat.")
    _check_devices(work, terms)
    written: dict[str, Any] = terms.model_dump(mode="json")
    if written == rule.terms and name == rule.name:
        raise Conflict("The rule says this already.")
    rule.name, rule.terms, rule.shipped = name, written, False
    rule.number += 1
    rule.written_at = work.now
    _keep(work, rule, why)
    return rule


@action("alarm-rule.switch-off", on=AlarmRule)
def switch_off(work: Work, rule: AlarmRule, *, reason: Why, until: AwareDatetime) -> AlarmRule:
    """Switch a rule off until a day, and say why; then it is on again by itself. [FW-6]"""
    why = until_when(work.now, until)
    if why is not None:
        raise Refused("FW-6", why)
    rule.off_reason, rule.off_until, rule.off_by = reason, until, person_of(work)
    return rule


def until_when(now: datetime, until: datetime) -> str | None:
    """Say why a rule cannot be off until a moment; None where it can."""
    longest = now + timedelta(days=book.number("FW-6", "longest_off_days"))
    if now < until <= longest:
        return None
    return f"A rule is off until a day that comes, and not after {longest:%Y-%m-%d}."


@action("alarm-rule.switch-on", on=AlarmRule)
def switch_on(work: Work, rule: AlarmRule) -> AlarmRule:
    """Switch a rule on again before its day. [FW-6]"""
    if rule.is_on(work.now):
        raise Conflict("This rule is on.")
    rule.off_reason, rule.off_until, rule.off_by = "", None, None
    return rule


@sweep("alarm-rules", seconds=60)
def look(_now: object) -> None:
    """See that the rules of the house are in place."""
    with read_session() as session:
        there = set(session.scalars(select(AlarmRule.slug)))
    if not set(SHIPPED) <= there:
        ship(CLERK)
