"""Examples of the pages on configurations of network devices."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from api.console.configurations import ACTIONS, APPROVED, NEVER, OPEN, SHOWS, VERDICTS
from api.console.pages import configurations as pages
from api.console.pages.frame import Choice, Form, State

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
ID = "01a20970-d39d-72a9-9f7b-0222c4317762"
LONG = "access-list outside_in extended permit tcp object-group PARTNERS-OF-THE-HOUSE object-group SERVERS eq 3306 log"
VERSION = pages.Version(ID, 7, "Cisco ASA", 412, 3, 14, 2, 1, NOW - timedelta(hours=2), NOW, "Yao Agbeko", "")
DEVICES = pages.Devices(
    (
        pages.Device(ID, "Edge of Cotonou", "edge-1", 7, 412, NOW, OPEN), pages.Device(ID, "Edge of Lomé", "edge-2", 3, 96, NOW - timedelta(days=2), APPROVED),
        pages.Device(ID, "Router of the voice lines", "voice-router", 0, 0, None, NEVER),
    ),
    1,
)  # fmt: skip
VERSIONS = pages.Versions(
    ID, "Edge of Cotonou", "edge-1",
    (VERSION, replace(VERSION, number=6, added=0, removed=0, baseline="Afi Mensah", taken=NOW - timedelta(days=30))), "/firewalls/configurations/x?before=6",
    may_take=True, may_read=True, kinds=(Choice("", "Find it out"), Choice("cisco_asa", "Cisco ASA")), most_bytes=1_000_000, form=Form({"kind": ""}),
)  # fmt: skip
LISTING = pages.Listing(
    ID, ID, "Edge of Cotonou", VERSION,
    (
        pages.Rules("outside_in", "in interface outside", ACTIONS["deny"], (
            pages.Rule(1, ACTIONS["allow"], ("tcp 443 from 0.0.0.0/0 to 192.0.2.10", "tcp 443 from ::/0 to 2001:db8::10"), 3, (), "web, CH-2026-0001", LONG, off=False),
            pages.Rule(2, ACTIONS["deny"], ("every protocol from 198.51.100.0/24 to 0.0.0.0/0",), 0, ("only at the times of OFFICE",), "", LONG, off=True),
        )),
    ),
    ("line 12: access list L2: ethertype is not modelled",), VERDICTS["unapproved"], "", "CHG-2026-0041", "ASA Version 9.18\nenable password **secret-0123456789abcdef**\n",
    may_approve=True, form=Form({}),
)  # fmt: skip
DIFFERENCE = pages.Difference(
    ID, ID, "Edge of Cotonou", 6, 7,
    (
        pages.Traffic(State("Now allowed", "red"), "tcp 3306 from 0.0.0.0/0 to 10.30.0.5", "outside_in", certain=True),
        pages.Traffic(State("Now refused", "amber"), "udp 53 from 198.51.100.0/24 to 0.0.0.0/0", "outside_in", certain=False),
    ),
    2, ("outside_in rule 12",), (f"outside_in: {LONG}",), ("outside_in: " + LONG.replace("3306", "5432"),), f"--- before\n+++ after\n@@ -1 +1 @@\n-x\n+{LONG}", "ab" * 32,
)  # fmt: skip
ROW = pages.Drift(
    ID, ID, "Edge of Cotonou", "Configuration", "version 7: 2 rules came, 1 went", (f"+ {LONG}",), ID, "Yao Agbeko", NOW - timedelta(hours=5), NOW, 1,
    VERDICTS["unapproved"], "The device told nothing of it: its lines were stopped, or somebody hid it.", "", "CHG-2026-0041", settled=False,
)  # fmt: skip
DRIFT = pages.Drifts(
    Form({"show": "open"}), SHOWS,
    (
        ROW,
        replace(ROW, id=ID[:-1] + "3", kind="Told by the device", what="111010 access-list", lines=(), version="", count=4, verdict=VERDICTS["other-person"], note="", found="CHG-2026-0042", settled=True),
        replace(ROW, id=ID[:-1] + "4", kind="Change", what="CHG-2026-0038", lines=(), version="", by="", verdict=VERDICTS["never-seen"], note="", found="", bound="CHG-2026-0038"),
    ),
    open=True, older="/firewalls/drift?before=x",
)  # fmt: skip
EXAMPLES = (
    ("configurations", "firewalls/configurations.html", DEVICES, "/firewalls/configurations"),
    ("configurations-none", "firewalls/configurations.html", pages.Devices((), 0), "/firewalls/configurations"),
    ("configuration-versions", "firewalls/versions.html", VERSIONS, "/firewalls/configurations/x"),
    ("configuration-versions-none", "firewalls/versions.html", replace(VERSIONS, rows=(), older="", form=Form({"kind": ""}, {"file": "The text is empty."})), "/firewalls/configurations/x"),
    ("configuration-version", "firewalls/version.html", LISTING, "/firewalls/versions/x"),
    ("configuration-version-none", "firewalls/version.html", replace(LISTING, filters=(), unmodelled=(), may_approve=False, verdict=None, found=""), "/firewalls/versions/x"),
    ("configuration-difference", "firewalls/difference.html", DIFFERENCE, "/firewalls/versions/x/difference"),
    ("configuration-difference-none", "firewalls/difference.html", replace(DIFFERENCE, traffic=(), more=0, undecided=(), added=(), removed=(), lines=""), "/firewalls/versions/x/difference"),
    ("drift", "firewalls/drift.html", DRIFT, "/firewalls/drift"),
    ("drift-none", "firewalls/drift.html", replace(DRIFT, rows=(), older=""), "/firewalls/drift"),
    ("drift-none-such", "firewalls/drift.html", replace(DRIFT, rows=(), older="", open=False), "/firewalls/drift"),
)  # fmt: skip
