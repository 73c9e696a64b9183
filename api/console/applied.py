"""What was approved beside what was applied, in words. [FW-2]"""

from collections.abc import Mapping
from typing import Any

from api.console import frame
from api.console.applied_words import VERDICTS, rows_of
from api.console.pages import applied as pages
from api.console.visit import Visit
from firewall_audit.drift import readings as drift
from policy.rule_texts import digests


def said_by(content: Mapping[str, Any]) -> tuple[pages.Said, ...]:
    """What a change puts in place, device by device."""
    return tuple(pages.Said(device, text, digests(text)) for device, text in content.get("rules", {}).items())


def seen_of(visit: Visit, number: str) -> tuple[pages.Seen, ...]:
    """What was seen of a change on the devices, for whoever may look at it."""
    if not frame.is_open(visit.actor, "drift.list"):
        return ()
    found = drift.list_drift(visit.actor, show="changes", bound_to=f"change:{number}")
    return tuple(
        pages.Seen(
            one.device_name, VERDICTS[one.verdict], one.last_at, f"/firewalls/versions/{one.version_id}/difference" if one.version_id else "",
            rows_of(one.compared),
        )
        for one in found
        if one.compared or one.verdict == "never-seen"
    )  # fmt: skip
