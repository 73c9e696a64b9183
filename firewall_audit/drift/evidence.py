"""What FW-2 is proved by: every device's configuration is looked at, was approved once, and everything since was approved or is settled."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from firewall_audit.configurations.versions import why_no_baseline
from firewall_audit.models import NetworkDevice
from firewall_audit.models.configurations import ANSWERED, SIGN_IN, ConfigurationDrift, ConfigurationVersion
from firewall_audit.models.devices import IN_SERVICE
from kernel.action import Work
from kernel.errors import Refused
from policy import book
from policy.evidence import Evidence, evidence, found, probe


@evidence("FW-2")
def every_configuration_is_looked_at_and_approved(session: Any, now: datetime) -> Evidence:
    """Every firewall and router in service was looked at lately, and its technical director approved a version of it."""
    kinds = book.parameter("FW-2", "kinds")
    wanted = [str(one) for one in kinds] if isinstance(kinds, list) else [str(kinds)]
    devices = list(
        session.scalars(
            select(NetworkDevice).where(NetworkDevice.state == IN_SERVICE, col(NetworkDevice.kind).in_(wanted))
        )
    )
    since = now - timedelta(days=book.number("FW-2", "look_days"))
    looked = set(session.scalars(select(ConfigurationVersion.device_id).where(ConfigurationVersion.seen_at >= since)))
    based = set(
        session.scalars(
            select(ConfigurationVersion.device_id).where(col(ConfigurationVersion.baseline_at).is_not(None))
        )
    )
    return found(
        (one.ref for one in devices), (one.ref for one in devices if one.id not in looked or one.id not in based)
    )


@evidence("FW-2", empty_ok=True)
def every_change_of_a_device_was_approved(session: Any, now: datetime) -> Evidence:  # noqa: ARG001 - the frame's own form
    """Everything that changed on a device was approved, or what was opened for it has been settled."""
    rows = list(session.scalars(select(ConfigurationDrift).where(ConfigurationDrift.kind != SIGN_IN)))
    return found(
        (row.ref for row in rows),
        (row.ref for row in rows if row.settled_at is None and row.verdict not in ANSWERED),
    )


@probe("FW-2", guard="baseline-by-another")
def approve_own(work: Work) -> None:  # noqa: ARG001
    """Nobody approves the configuration that he handed in himself."""
    why = why_no_baseline("person:probe", "probe")
    if why is not None:
        raise Refused("FW-2", why)
