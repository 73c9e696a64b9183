"""Who has learnt what: courses in sealed versions, who is asked to take them, and the rights that rest on them."""

from importlib import import_module

for _module in (
    "awareness.breaches",
    "awareness.phishing",
    "awareness.reminders",
    "courses.drafts",
    "courses.films",
    "courses.publication",
    "courses.readings",
    "courses.shipped",
    "courses.versions",
    "evidence",
    "learning.assignments",
    "learning.attempts",
    "learning.effectiveness",
    "learning.excuses",
    "learning.passes",
    "learning.readings",
    "standing.condition",
    "standing.courses",
):
    import_module(
        f"training.{_module}"
    )  # what they do is known once they are imported: actions, readings, sweeps, evidence
