"""What people say of findings in rules: explained, accepted until a day, to be mended by somebody. And who answers for a rule. [FW-1, FW-5]"""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints
from sqlmodel import select

from firewall_audit.analyses.findings import forget, reopen, tell_services
from firewall_audit.analyses.models import ACCEPTED, GONE, TO_MEND, RuleFinding, RuleOwner
from firewall_audit.analyses.states import FINDING_STEPS
from firewall_audit.configurations import texts
from firewall_audit.configurations.patience import patiently
from firewall_audit.configurations.versions import latest
from firewall_audit.devices import in_service
from firewall_audit.models import NetworkDevice
from kernel.action import Work, action
from kernel.errors import Conflict, NotFound, Refused
from policy import book
from policy.approvals import person_of
from policy.changes import BOUND
from policy.holders import roles_of

CLAUSE = "FW-5"
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=2000)]
Number = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(CH-\d{4}-\d+)?$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
EVENTS = {"explained": "explain", "accepted": "accept", "to-mend": "mend"}


@action("rule-finding.answer", on=RuleFinding)
def answer_finding(
    work: Work,
    finding: RuleFinding,
    *,
    answer: Literal["explained", "accepted", "to-mend"],
    reason: Reason,
    until: AwareDatetime | None = None,
    mender_id: UUID | None = None,
    change: Number = "",
) -> RuleFinding:
    """Say of a finding in the rules that it is explained, accepted until a day, or to be mended by somebody until a day. [FW-1, FW-5]"""
    if finding.state == GONE:
        raise Conflict("The rules lack this no more.", CLAUSE)
    _check(work, finding, answer, until, mender_id)
    FINDING_STEPS.advance(work, finding, EVENTS[answer])
    forget(finding)
    if answer == ACCEPTED:
        finding.until = until
    if answer == TO_MEND:
        finding.due_at, finding.mender_id = until, mender_id
    finding.change_ref = f"{BOUND}{change}" if change else ""
    finding.reason, finding.answered_by, finding.answered_at = reason, person_of(work), work.now
    work.session.flush()
    tell_services(work, work.get(NetworkDevice, finding.device_id))
    return finding


def _check(work: Work, finding: RuleFinding, answer: str, until: datetime | None, mender_id: UUID | None) -> None:
    if (answer == "explained") != (until is None):
        raise Refused(CLAUSE, "What is accepted or to be mended has a day, and what is explained has none.")
    if (answer == TO_MEND) != (mender_id is not None):
        raise Refused(CLAUSE, "What is to be mended has somebody who mends it, and nothing else has.")
    if until is not None:
        check_longest(work, until)
    if mender_id is not None and not roles_of(mender_id, finding.scope, work.now) & _menders():
        raise Refused(CLAUSE, "Who mends a rule is somebody who may touch network equipment.")


def check_longest(work: Work, until: datetime) -> None:
    """Refuse a day that has passed, or lies further ahead than the book allows."""
    longest = work.now + timedelta(days=book.number("FW-1", "longest_accept_days"))
    if not work.now < until <= longest:
        raise Refused("FW-1", f"The day is one that comes, and not after {longest:%Y-%m-%d}.")


def _menders() -> frozenset[str]:
    named = book.parameter("SW-18", "roles")
    return frozenset(map(str, named)) if isinstance(named, list) else frozenset({str(named)})


@action("rule-finding.reopen", on=RuleFinding)
def reopen_finding(work: Work, finding: RuleFinding, *, reason: Reason) -> RuleFinding:
    """Take back what was said of a finding in the rules: it waits for an answer again. [FW-1, FW-5]"""
    if finding.state == GONE:
        raise Conflict("The rules lack this no more.", CLAUSE)
    reopen(work, finding)
    finding.reason, finding.answered_by, finding.answered_at = reason, person_of(work), work.now
    work.session.flush()
    tell_services(work, work.get(NetworkDevice, finding.device_id))
    return finding


@action("rule-owner.give", on=NetworkDevice)
def give_owner(
    work: Work,
    device: NetworkDevice,
    *,
    filter: Words,  # noqa: A002 - the field's own name
    rule: Words,
    owner_id: UUID,
    ticket: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = "",
    until: AwareDatetime | None = None,
    purpose: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = "",
) -> RuleOwner:
    """Say who answers for a rule of a firewall, by which change it came, and until when it is wanted. [FW-1]"""
    in_service(device)
    if not _has(work, device, filter, rule):
        raise NotFound("There is no such rule in the configuration that the device runs now.")
    if not roles_of(owner_id, device.scope, work.now) - {"person"}:
        raise Refused("FW-1", "The owner of a rule is somebody of the house.")
    row = _entry(work, device.id, filter, rule)
    if row is None:
        row = work.add(RuleOwner(scope=device.scope, device_id=device.id, filter=filter, rule=rule, owner_id=owner_id, given_by=person_of(work), given_at=work.now))  # fmt: skip
    row.owner_id, row.ticket, row.until, row.purpose = owner_id, ticket, until, purpose
    row.given_by, row.given_at = person_of(work), work.now
    return row


@action("rule-owner.drop", on=NetworkDevice)
def drop_owner(work: Work, device: NetworkDevice, *, filter: Words, rule: Words) -> None:  # noqa: A002
    """Take an entry on who answers for a rule out of the register; the rule's comment speaks again. [FW-1]"""
    row = _entry(work, device.id, filter, rule)
    if row is None:
        raise NotFound("The register has no entry on this rule.")
    work.session.delete(row)


def _entry(work: Work, device_id: UUID, filter_: str, rule: str) -> RuleOwner | None:
    found: RuleOwner | None = work.select(
        select(RuleOwner).where(RuleOwner.device_id == device_id, RuleOwner.filter == filter_, RuleOwner.rule == rule)
    ).first()
    return found


def _has(work: Work, device: NetworkDevice, filter_: str, rule: str) -> bool:
    """Tell whether the present configuration has a rule."""
    version = latest(work, device.id)
    if version is None:
        return False
    ruleset = patiently(work, lambda: texts.read(version.text, version.kind))
    known = ruleset.filter(filter_)
    return known is not None and any(one.id == rule for one in known.rules)
