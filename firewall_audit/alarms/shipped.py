"""The rules that come with the house; its officer rewrites them, or switches them off with a reason and an end. [FW-6]"""

from typing import Any, Final

DENIED: Final[dict[str, Any]] = {"kinds": ["traffic", "threat"], "actions": ["deny"]}
FAILED: Final[dict[str, Any]] = {"kinds": ["auth"], "outcomes": ["failure"]}
SHIPPED: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "device-silent": ("A device fell silent", {"told": "intake.silent", "danger": "high"}),
    "lines-lost": ("Log lines were lost", {"told": "intake.dropped", "danger": "medium"}),
    "uncollected": ("A configuration could not be collected", {"told": "intake.uncollected", "danger": "medium"}),
    "host-key": ("A device shows another key than before", {"told": "intake.host-key", "danger": "high"}),
    "changed-unapproved": (
        "A device was changed without approval",
        {"told": "firewall.changed-without-approval", "danger": "high"},
    ),
    "intrusion": (
        "Intrusion detection warns",
        {"look": {"kinds": ["threat"], "severity": 3}, "group": ["src", "dst"], "danger": "high"},
    ),
    "administrator-off-hours": (
        "An administrator signed in outside working hours",
        {
            "look": {"kinds": ["admin", "auth"], "outcomes": ["success"], "off_hours": True},
            "group": ["device", "user"], "danger": "medium", "quiet": 14_400,
        },
    ),
    "success-after-failures": (
        "A sign-in succeeded after many that failed",
        {
            "look": {"kinds": ["auth", "admin"], "outcomes": ["success"]}, "before": FAILED, "before_at_least": 5,
            "within": 3600, "group": ["src"], "danger": "high",
        },
    ),
    "failures": (
        "Many sign-ins fail",
        {"look": FAILED, "at_least": 10, "within": 300, "group": ["src"], "danger": "medium"},
    ),
    "scan": (
        "A burst of scanning",
        {
            "look": {**DENIED, "src_side": "outside"}, "at_least": 30, "distinct": "dst+dst_port", "within": 60,
            "group": ["src"], "danger": "low", "quiet": 14_400,
        },
    ),
    "forbidden-service": (
        "A service that is not essential was let through from outside",
        {
            "look": {"kinds": ["traffic"], "actions": ["allow"], "src_side": "outside", "dst_side": "inside", "non_essential": True},
            "group": ["src", "dst"], "danger": "high",
        },
    ),
    "outbound-denied": (
        "A host inside knocks outside and is refused",
        {
            "look": {**DENIED, "src_side": "inside", "dst_side": "outside"}, "at_least": 50, "within": 300, "group": ["src"],
            "danger": "medium",
        },
    ),
}  # fmt: skip
"""By short name: name and terms."""
