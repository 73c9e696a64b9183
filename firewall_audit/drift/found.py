"""What nobody approved goes to change control as a fact, and comes back with the change that was opened for it. [FW-2, CC-1]"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from firewall_audit.drift.looks import kept, look_again
from firewall_audit.drift.verdicts import EMERGENCY, Judge
from firewall_audit.models import NetworkDevice
from firewall_audit.models.configurations import ANSWERED, DIFFERENCE, EVENT, LATE, PARTLY, ConfigurationDrift
from kernel.action import Fact, Work, on_fact

UNAPPROVED = "firewall.changed-without-approval"
TOLD_LINES = 20
AFTERWARDS = (LATE, PARTLY, "other-text")


def report_unapproved(work: Work, device: NetworkDevice, rows: Sequence[ConfigurationDrift]) -> None:
    """Tell that a device was changed and nobody had approved it. Tells `firewall.changed-without-approval`."""
    if rows:
        work.fact(
            UNAPPROVED, device_id=device.id, thing=device.thing, label=device.name, owner_id=device.owner_id, scope=device.scope,
            seen=[_told(row) for row in rows],
        )  # fmt: skip


def _told(row: ConfigurationDrift) -> dict[str, Any]:
    return {
        "id": row.id, "kind": row.kind, "what": row.what, "lines": row.lines[:TOLD_LINES], "since": row.since, "first_at": row.first_at,
        "last_at": row.last_at, "account": ", ".join(row.accounts), "person_id": row.person_id, "verdict": row.verdict, "bound_to": row.bound_to,
    }  # fmt: skip


@on_fact("change.found-on-device")
def keep_found(work: Work, fact: Fact) -> None:
    """Note which unauthorised change was opened for what was seen."""
    rows = work.select(select(ConfigurationDrift).where(col(ConfigurationDrift.id).in_(fact.data["seen"])))
    for row in rows:
        row.found_id, row.found_ref = fact.data["change_id"], fact.data["number"]


@on_fact("change.closed")
@on_fact("change.rejected")
@on_fact("change.cancelled")
def settle(work: Work, fact: Fact) -> None:
    """Note that the change which was opened for something has come to its end: accepted, or rolled back."""
    found: UUID = fact.data["change_id"]
    rows = select(ConfigurationDrift).where(
        ConfigurationDrift.found_id == found, col(ConfigurationDrift.settled_at).is_(None)
    )
    for row in work.select(rows):
        row.settled_at = work.now


@on_fact("change.authorised")
def judge_again(work: Work, fact: Fact) -> None:
    """Hold what is open on a device against an emergency that was authorised afterwards: it is late then, and no longer without approval. [CC-5]"""
    slugs = [thing.removeprefix("device:") for thing in fact.data["things"] if thing.startswith("device:")]
    if fact.data["model"] != EMERGENCY or not slugs:
        return
    rows = select(ConfigurationDrift, NetworkDevice).join(
        NetworkDevice, col(NetworkDevice.id) == ConfigurationDrift.device_id
    )
    open_rows = rows.where(
        col(NetworkDevice.slug).in_(slugs), col(ConfigurationDrift.kind).in_([DIFFERENCE, EVENT]),
        col(ConfigurationDrift.verdict).not_in(ANSWERED), col(ConfigurationDrift.settled_at).is_(None),
    )  # fmt: skip
    for row, device in list(work.session.execute(open_rows)):
        person = str(row.person_id) if row.person_id else None
        told = Judge(work.session, device.thing, row.since or row.first_at, row.last_at).judge(
            row.last_at, row.since, [person], look=look_again(work, row)
        )
        if told.verdict in AFTERWARDS and told.ref == fact.data["bound_to"]:
            row.verdict, row.bound_to = told.verdict, told.ref
            row.unapproved, row.compared = told.unapproved, kept(told.compared)
