"""What changes, and by whose word: systems, changes and their approval, emergencies, maintenance and patches."""

from changecontrol import evidence, feeds, found, freezes, patches, readings, schedule, sweeping, systems, templates
from changecontrol.authorisation import acknowledge
from changecontrol.changes import (
    ask_authorisation,
    cancel_change,
    draft_change,
    return_change,
    revise_change,
    submit_change,
)
from changecontrol.contents import Content
from changecontrol.emergencies import document_emergency, raise_emergency, record_word
from changecontrol.found import open_found
from changecontrol.implementation import close_change, finish_change, roll_back, start_change, stop_change, work_on
from changecontrol.observed import devices as observed_devices
from changecontrol.observed import directories, observations, own, reconciliation, reviews
from changecontrol.observed import evidence as observed_evidence
from changecontrol.papers import attach, read_attachment, report_test

__all__ = [
    "Content",
    "acknowledge",
    "ask_authorisation",
    "attach",
    "cancel_change",
    "close_change",
    "directories",
    "document_emergency",
    "draft_change",
    "evidence",
    "feeds",
    "finish_change",
    "found",
    "freezes",
    "observations",
    "observed_devices",
    "observed_evidence",
    "open_found",
    "own",
    "patches",
    "raise_emergency",
    "read_attachment",
    "readings",
    "reconciliation",
    "record_word",
    "report_test",
    "return_change",
    "reviews",
    "revise_change",
    "roll_back",
    "schedule",
    "start_change",
    "stop_change",
    "submit_change",
    "sweeping",
    "systems",
    "templates",
    "work_on",
]
