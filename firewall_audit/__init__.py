"""What the house's firewalls, routers and intrusion detection saw, reviewed every week, and no change of theirs that nobody approved."""

from importlib import import_module

MODULES: tuple[str, ...] = (
    "alarms.alarms",
    "alarms.evidence",
    "alarms.heard",
    "alarms.oncall",
    "alarms.raising",
    "alarms.readings",
    "alarms.rules",
    "alarms.telling",
    "alarms.testing",
    "alarms.trials",
    "analyses.making",
    "audits.answers",
    "audits.evidence",
    "audits.files",
    "audits.findings",
    "audits.gathering",
    "audits.methods",
    "audits.readings",
    "audits.signing",
    "configurations.lists",
    "configurations.readings",
    "configurations.versions",
    "credentials",
    "devices",
    "drift.evidence",
    "drift.matching",
    "drift.readings",
    "evidence",
    "intake.batches",
    "intake.events",
    "intake.retention",
    "intake.taking",
    "intake.uploading",
    "intake.uploads",
    "lists",
    "readings",
    "review.drawing",
    "review.evidence",
    "review.readings",
    "review.reports",
    "review.reviews",
    "sigma.library",
    "sigma.readings",
)
"""What they do is known once they are imported: tables, actions, readings, sweeps, evidence."""

for _module in MODULES:
    import_module(f"firewall_audit.{_module}")
