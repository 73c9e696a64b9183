"""What FW-1 is proved by: the rules that every firewall runs now were judged whole, and open nothing from outside that nobody answers for. [FW-1]"""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from firewall_audit.analyses.answers import check_longest
from firewall_audit.analyses.findings import OPEN_OUTSIDE
from firewall_audit.analyses.models import ANSWERED, RuleAnalysis
from firewall_audit.analyses.readings import latest_analysis, standing
from firewall_audit.models import ConfigurationVersion, NetworkDevice
from firewall_audit.models.devices import IN_SERVICE
from kernel.action import Work
from policy import book
from policy.evidence import Evidence, evidence, found, probe


@evidence("FW-1")
def no_firewall_opens_a_service_that_is_not_essential(session: Any, now: datetime) -> Evidence:
    """The configuration that each firewall and router in service runs now was judged, and opens no non-essential service from outside without an answer."""
    kinds = book.parameter("FW-2", "kinds")
    wanted = [str(one) for one in kinds] if isinstance(kinds, list) else [str(kinds)]
    devices = list(
        session.scalars(
            select(NetworkDevice).where(NetworkDevice.state == IN_SERVICE, col(NetworkDevice.kind).in_(wanted))
        )
    )
    return found((one.ref for one in devices), (one.ref for one in devices if not is_closed(session, one, now)))


def is_closed(session: Any, device: NetworkDevice, now: datetime) -> bool:
    """Tell whether a device's present rules were judged whole and leave nothing open that nobody answers for."""
    analysis = latest_analysis(session, device.id)
    newest = session.scalars(
        select(ConfigurationVersion.id)
        .where(ConfigurationVersion.device_id == device.id)
        .order_by(col(ConfigurationVersion.number).desc())
        .limit(1)
    ).first()
    if analysis is None or analysis.version_id != newest or not _whole(analysis):
        return False
    mine = [one for one in standing(session, device.id) if one.kind == OPEN_OUTSIDE]
    answered = [one for one in mine if one.state in ANSWERED and (one.until is None or one.until > now)]
    return len(answered) == len(mine) >= analysis.counts.get(OPEN_OUTSIDE, 0)


def _whole(analysis: RuleAnalysis) -> bool:
    """Tell whether what is open from outside was looked at, whatever else was not."""
    return not {"everything", "from outside"} & set(analysis.not_looked) and not (
        analysis.why and not analysis.not_looked
    )


@probe("FW-1", guard="acceptance-without-end")
def accept_for_ever(work: Work) -> None:
    """Nothing that is open is accepted for longer than the book allows."""
    check_longest(work, work.now + timedelta(days=36_500))
