"""What was never seen in the weeks behind: services, rules, administrators' addresses, countries, networks. [FW-3]"""

from collections.abc import Mapping
from typing import Any, Final

from firewall_audit.detections.finding import Danger, Finding, Selector, capped
from firewall_audit.detections.parameters import Category, Parameters
from firewall_audit.detections.tallies import History, Tally
from firewall_audit.store import Window

TOLD: Final[Mapping[Category, tuple[Danger, str, str]]] = {
    "service": ("medium", "{key} was reached from outside for the first time", "Somebody opened a service, or found one that was open all the time."),
    "outbound": ("low", "Machines inside use {key} outside for the first time", "A new program, or a new way out for one that should not be there."),
    "rule": ("low", "The rule {key} spoke for the first time", "The configuration changed, or something happened that never did before."),
    "administrator": ("medium", "{key}: for the first time", "An administrator came from an address they never used, or is new."),
    "country": ("low", "Connections from {key} were let in for the first time", "Nobody came from there in the weeks behind."),
}  # fmt: skip


def detect(window: Window, parameters: Parameters, history: History, now: Tally) -> list[Finding]:
    """Return what is new against the weeks behind; nothing while too few of them are known."""
    if len(history.tallies) < parameters.weeks:
        return []
    found: list[Finding] = []
    for category, (danger, title, reason) in TOLD.items():
        known = history.usual.get(category)
        if known is None:  # it was not counted then: nothing can be called new
            continue
        fresh = {key: count for key, count in now.seen.get(category, {}).items() if key not in known}
        each = [_finding(window, category, key, count, (danger, title, reason)) for key, count in sorted(fresh.items())]
        found += capped(
            each, parameters.most, "{count} more of the kind '" + category + "' were seen for the first time", reason
        )
    return [*found, *_networks(window, history, now)]


def _finding(window: Window, category: Category, key: str, count: int, told: tuple[Danger, str, str]) -> Finding:
    selectors = _selectors(category, key)
    return Finding(
        kind=f"first.{category}", subject=key, title=told[1].format(key=key), reason=told[2], danger=told[0], count=count,
        first=window.since, last=window.until, selectors=selectors,
        sources=tuple(one.src for one in selectors if one.src), scope=key.partition(" ")[0] if category == "rule" else "",
    )  # fmt: skip


def _selectors(category: Category, key: str) -> tuple[Selector, ...]:
    one, _, two = key.partition(" ")
    values: dict[Category, Any] = {
        "administrator": lambda: Selector(src=two or None, user=one, kinds=("admin", "config")),
        "service": lambda: Selector(
            dst=one, protocol=two.partition("/")[0], dst_port=int(two.partition("/")[2]), verdict="allow"
        ),
        "rule": lambda: Selector(device=one, rule=two),
        "outbound": lambda: Selector(
            protocol=one.partition("/")[0], dst_port=int(one.partition("/")[2]), verdict="allow"
        ),
    }
    return (values[category](),) if category in values else ()


def _networks(window: Window, history: History, now: Tally) -> list[Finding]:
    known = history.usual.get("network", frozenset())
    fresh = {net: count for net, count in now.seen.get("network", {}).items() if net not in known}
    if not fresh or not known:
        return []
    return [
        Finding(
            kind="first.network", subject="networks", title=f"{len(fresh):,} networks were let in that never were before",
            reason="It is usual for what is published; for anything else it is the first thing to look at.", danger="info",
            count=sum(fresh.values()), first=window.since, last=window.until,
            figures={"networks": len(fresh), "of": len(now.seen["network"])},
        )
    ]  # fmt: skip
