"""What the house itself notices raises alarms in the same transaction: a silent device, lost lines, a change nobody approved. [FW-2, FW-6]"""

from collections.abc import Sequence

from sqlmodel import select

from firewall_audit.alarms.models import AlarmRule
from firewall_audit.alarms.raising import raise_alarm
from kernel.action import Fact, Work, on_fact


def _raise(work: Work, told: str, group: Sequence[str], device: str, count: int = 1) -> None:
    rows = select(AlarmRule).where(AlarmRule.terms["told"].as_string() == told)
    for rule in work.select(rows):
        if rule.is_on(work.now):
            raise_alarm(work, rule, group, at=work.now, first=work.now, count=max(1, count), device=device)


@on_fact("intake.noted")
def hear_intake(work: Work, fact: Fact) -> None:
    """Raise the alarm of what is amiss with the intake."""
    slug = fact.data["slug"] or ""
    _raise(work, f"intake.{fact.data['kind']}", [slug] if slug else [], slug, fact.data["count"])


@on_fact("firewall.changed-without-approval")
def hear_change(work: Work, fact: Fact) -> None:
    """Raise the alarm of a change that nobody approved."""
    thing = str(fact.data["thing"]).removeprefix("device:")
    _raise(work, fact.name, [thing], thing, len(fact.data["seen"]))
