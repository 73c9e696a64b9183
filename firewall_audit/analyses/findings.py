"""The life of what was found in rules: carried from version to version, answered by people, gone by itself. [FW-1, FW-5]"""

from sqlmodel import select

from firewall_audit.analyses.models import ANSWERED, GONE, OPEN, TO_MEND, RuleAnalysis, RuleFinding
from firewall_audit.analyses.readings import standing
from firewall_audit.analyses.states import FINDING_STEPS
from firewall_audit.analyses.told import findings_of
from firewall_audit.models import NetworkDevice
from firewall_audit.rulesets.findings import Finding
from kernel.action import Work

OPEN_OUTSIDE = "open-outside"
SERVICE_OPEN, SERVICES_CLOSED = "firewall.service-open", "firewall.services-closed"


def carry(work: Work, device: NetworkDevice, analysis: RuleAnalysis, ids: frozenset[str]) -> None:
    """Bring the findings of a device up to date with an analysis; `ids` are of all that was found, also of what is not told.

    Where something was not looked at nothing is called gone: only what was looked for and not found is.
    """
    rows = select(RuleFinding).where(RuleFinding.device_id == device.id)
    known = {row.key: row for row in work.select(rows.with_for_update())}
    for one in findings_of(analysis):
        row = known.get(one.id)
        if row is None:
            work.add(_new(work, device, analysis, one))
        else:
            _seen_again(work, row, analysis, one)
    if analysis.complete:
        for row in known.values():
            if row.key not in ids and row.state != GONE:
                _vanish(work, row)
    work.session.flush()
    tell_services(work, device)


def _new(work: Work, device: NetworkDevice, analysis: RuleAnalysis, one: Finding) -> RuleFinding:
    return RuleFinding(
        scope=device.scope, device_id=device.id, key=one.id, kind=one.kind, impact=one.impact, filter=one.at.filter, rule=one.at.rule, line=one.at.line,
        text=one.at.text, detail=one.detail, because=_because(one), count=one.count, weight=one.weight, analysis_id=analysis.id,
        first_number=analysis.number, first_at=work.now, last_at=work.now,
    )  # fmt: skip


def _because(one: Finding) -> list[list[object]]:
    return [[each.filter, each.rule, each.line, each.text] for each in one.by]


def _seen_again(work: Work, row: RuleFinding, analysis: RuleAnalysis, one: Finding) -> None:
    """Note that it is there still; what was answered is open again when a danger is another one now, or when it had been gone."""
    other = (row.text, row.detail) != (one.at.text, one.detail)
    if row.state == GONE or (other and row.impact == "security" and row.state in ANSWERED):
        reopen(work, row)
    row.line, row.text, row.detail, row.because = one.at.line, one.at.text, one.detail, _because(one)
    row.count, row.weight, row.analysis_id, row.last_at = one.count, one.weight, analysis.id, work.now


def reopen(work: Work, row: RuleFinding) -> None:
    """Have a finding wait for an answer again; what was said of it stays on the ledger."""
    FINDING_STEPS.advance(work, row, "return" if row.state == GONE else "reopen")
    row.gone_at = None
    forget(row)


def _vanish(work: Work, row: RuleFinding) -> None:
    FINDING_STEPS.advance(work, row, "vanish")
    row.gone_at = work.now
    forget(row)


def forget(row: RuleFinding) -> None:
    """Take away what belongs to the state it has left."""
    row.until = row.due_at = row.mender_id = None


def tell_services(work: Work, device: NetworkDevice) -> None:
    """Tell whether a device opens a non-essential service from outside that nobody explained or accepted. [FW-1]"""
    mine = [one for one in standing(work.session, device.id) if one.kind == OPEN_OUTSIDE]
    name = SERVICE_OPEN if any(one.state in {OPEN, TO_MEND} for one in mine) else SERVICES_CLOSED
    work.fact(name, **{"network-device_id": device.id}, count=len(mine))
