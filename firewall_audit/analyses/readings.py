"""What is known of a device's rules: the last analysis, and the findings that stand. [FW-1, FW-5]"""

from typing import Any
from uuid import UUID

from sqlmodel import col, select

from firewall_audit.analyses.models import GONE, RuleAnalysis, RuleFinding
from firewall_audit.analyses.told import findings_of

__all__ = ["findings_of", "latest_analysis", "standing"]


def latest_analysis(session: Any, device_id: UUID) -> RuleAnalysis | None:
    """Give the last analysis of a device's rules; None where there is none yet."""
    rows = select(RuleAnalysis).where(RuleAnalysis.device_id == device_id)
    found: RuleAnalysis | None = session.scalars(
        rows.order_by(col(RuleAnalysis.made_at).desc(), col(RuleAnalysis.id).desc()).limit(1)
    ).first()
    return found


def standing(session: Any, device_id: UUID) -> list[RuleFinding]:
    """Give the findings of a device that are not gone, in the order of their keys."""
    rows = select(RuleFinding).where(RuleFinding.device_id == device_id, RuleFinding.state != GONE)
    return list(session.scalars(rows.order_by(col(RuleFinding.key))))
