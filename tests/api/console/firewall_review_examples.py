"""Examples of the weekly review of firewall logs, of the invented house: (name, template, page, path)."""

from dataclasses import replace
from datetime import timedelta

from api.console.firewall_findings import ANSWERED, WAITS
from api.console.firewall_pictures import heat
from api.console.firewall_reviews import ANSWERS
from api.console.pages import firewall_reviews as pages
from api.console.pages.frame import Form
from api.console.review_words import DANGERS, DISPOSITIONS, GATHERING, GONE, NEW, OPEN, PERSISTENT, SIGNED, WHY
from tests.api.console.house import HASH, NOW, before

WEEK = NOW - timedelta(days=7)
LINE = (
    "Nov 18 03:12:44 edge kernel: [812345.123] FW-DROP IN=eth0 OUT= MAC=52:54:00:12:34:56 SRC=203.0.113.66 DST=192.0.2.11 LEN=60 TOS=0x00 "
    "PREC=0x00 TTL=52 ID=4711 DF PROTO=TCP SPT=40112 DPT=445 WINDOW=1024 RES=0x00 SYN URGP=0"
)
HOURS = [
    [f"2026-11-{16 + day}", hour, (day * 7 + hour * 3) % 23 * (20 if day == 2 and hour == 3 else 1), 40]
    for day in range(7)
    for hour in range(24)
]
FINDINGS = (
    pages.Finding("1", "203.0.113.66 tried 1,024 ports of 192.0.2.11 within a minute", "Scan", DANGERS["high"], (NEW,), 1, 1024, "edge", None, needs_answer=True),
    pages.Finding("2", "203.0.113.88 has come back on 7 days for udp/5060", "Persistence", DANGERS["medium"], (PERSISTENT,), 4, 350, "edge", DISPOSITIONS["escalated"], needs_answer=False),
    pages.Finding("3", "10.20.0.27 inside asks 198.51.100.7 tcp/4444 every 5 minutes, and is refused", "Outbound", DANGERS["medium"], (NEW, PERSISTENT), 1, 2016, "", None, needs_answer=True),
    pages.Finding("4", "edge-2 was silent for 9 hours", "Health of a device", DANGERS["low"], (), 1, 1, "edge-2", DISPOSITIONS["explained"], needs_answer=False),
    pages.Finding("5", "A network never seen before: 198.51.100.0/24", "First seen", DANGERS["info"], (NEW, GONE), 1, 12, "", None, needs_answer=False),
)  # fmt: skip
SAMPLE = (
    pages.Sample("1", 0, LINE, (("Device", "edge"), ("Decision", "deny"), ("From", "203.0.113.66"), ("To", "192.0.2.11"), ("Port", "445"), ("Protocol", "tcp"), ("Rule", "FW-DROP")), ANSWERS[True], may_answer=True),
    pages.Sample("1", 1, LINE.replace("FW-DROP", "FW-ACCEPT"), (("Device", "edge"), ("Decision", "allow"), ("From", "203.0.113.66"), ("To", "192.0.2.11")), may_answer=True),
    pages.Sample("1", 2, "", (("Device", "edge-2"), ("Kind", "health")), ANSWERS[False], "It is no packet at all.", may_answer=True),
)  # fmt: skip
REVIEW = pages.Review(
    id="1", since=WEEK, until=NOW, due=NOW + timedelta(days=5), state=OPEN,
    figures=(
        pages.Figure("Events", 2_013_456, 1_874_112), pages.Figure("Refused", 1_500_912, 1_390_004), pages.Figure("Let through", 512_544, 484_108),
        pages.Figure("New", 3), pages.Figure("Dangerous", 1, grave=True), pages.Figure("Persistent", 2), pages.Figure("Unread lines", 12, grave=True),
    ),
    findings=FINDINGS, left=2, missing="2 findings that are dangerous or persistent have no answer yet.",
    inputs=(
        pages.Input("edge", 1_400_211, 0, "2026-11-16T00:00:01+00:00", "2026-11-22T23:59:58+00:00"),
        pages.Input("edge-2", 613_245, 12, "2026-11-16T00:00:04+00:00", "2026-11-22T23:59:12+00:00"),
    ),
    heat=heat(HOURS),
    talkers=(pages.Bar("203.0.113.66", 1024, 0, 51, "on one day"), pages.Bar("10.20.0.27", 2016, 0, 100, "on 7 days"), pages.Bar("2001:db8:4006:812::200e", 350, 12, 18, "on 7 days")),
    services=(pages.Bar("tcp/445", 48_112, 0, 100, "1,204 sources"), pages.Bar("udp/5060", 9_412, 0, 20, "88 sources"), pages.Bar("tcp/443", 812, 402_144, 84, "9,120 sources")),
    zones=(pages.Bar("internet → dmz", 1_200_000, 412_000, 100), pages.Bar("lan → internet", 12_400, 100_144, 7)),
    rules=(pages.Bar("FW-DROP", 1_500_912, 0, 100, "edge"), pages.Bar("FW-ACCEPT", 0, 512_544, 34, "edge")),
    sample=SAMPLE, known=(pages.Known("192.0.2.200 tried 40 hosts on tcp/22", "The scanner of the auditors.", "2026-12-31"),),
    seed="5f0c2f7f0d9a4e57b6a4c1f6f3a3d2e1", digest=HASH, pack=HASH, may_answer=True, may_sign=True,
)  # fmt: skip
DONE = replace(
    REVIEW, state=SIGNED, left=0, missing="", may_answer=False, may_sign=False, signed=before(5), signed_name="Zoé Adjovi", signed_digest=HASH, dropped=before(4),
    conclusion="One scan, refused by every rule. The inside host that knocks outside was found and cleaned.",
    sample=tuple(replace(one, answer=one.answer or ANSWERS[True], may_answer=False) for one in SAMPLE),
)  # fmt: skip
EMPTY = replace(
    REVIEW,
    figures=(),
    findings=(),
    left=0,
    missing="",
    inputs=(),
    heat=(),
    talkers=(),
    services=(),
    zones=(),
    rules=(),
    sample=(),
    known=(),
)
FINDING = pages.FindingPage(
    finding=FINDINGS[0], review="1", about="203.0.113.66 192.0.2.11", reason="Whoever scans looks for open doors; what they find comes next.",
    first=before(60 * 24 * 5), last=before(60 * 24 * 5 - 1), sources=("203.0.113.66",), figures=(("ports", "1,024"), ("most of it within", "a minute")),
    lines=tuple(pages.Line(place, LINE) for place in range(3)), remark="", until=None, incident="", by="", at=None, longest=NOW + timedelta(days=180),
    may_answer=True,
)  # fmt: skip
SAID = replace(
    FINDING, finding=replace(FINDINGS[0], disposition=DISPOSITIONS["accepted"], needs_answer=False), remark="The scanner of the auditors, until they are done.",
    until=NOW + timedelta(days=30), by="Zoé Adjovi", at=before(30), may_answer=False, lines=(),
)  # fmt: skip
ROWS = (
    pages.ReportRow("1", FINDINGS[0].title, WHY["dangerous"], DANGERS["high"], before(60 * 30), NOW + timedelta(days=2), late=False, state=WAITS),
    pages.ReportRow("2", FINDINGS[1].title, WHY["persistent"], DANGERS["medium"], before(60 * 24 * 5), before(60 * 24), late=True, state=WAITS),
    pages.ReportRow("3", FINDINGS[2].title, WHY["escalated"], DANGERS["medium"], before(60 * 24 * 9), before(60 * 24 * 6), late=False, state=ANSWERED),
)  # fmt: skip
REPORT = pages.Report(
    row=ROWS[0],
    finding="1",
    reason=FINDING.reason,
    count=1024,
    first=FINDING.first,
    last=FINDING.last,
    lines=FINDING.lines,
    may_answer=True,
)
EXAMPLES = (
    ("log-reviews", "firewalls/reviews.html", pages.List((pages.Row("1", WEEK, NOW, OPEN, "2,013,456", None, ""), pages.Row("2", WEEK - timedelta(days=7), WEEK, SIGNED, "1,874,112", before(60 * 24 * 4), "Zoé Adjovi")), 2), "/firewalls/reviews"),
    ("log-reviews-none", "firewalls/reviews.html", pages.List((), 0), "/firewalls/reviews"),
    ("log-review", "firewalls/review.html", REVIEW, "/firewalls/reviews"),
    ("log-review-wrong", "firewalls/review.html", replace(REVIEW, form=Form({"name": "Somebody", "conclusion": "All of it is explained."}, {"": "A review is signed with one's own name."})), "/firewalls/reviews"),
    ("log-review-signed", "firewalls/review.html", DONE, "/firewalls/reviews"),
    ("log-review-empty", "firewalls/review.html", EMPTY, "/firewalls/reviews"),
    ("log-review-gathering", "firewalls/review.html", replace(EMPTY, state=GATHERING, gathering=True, may_answer=False, may_sign=False), "/firewalls/reviews"),
    ("log-sample-row", "parts/log_sample_row.html", pages.SampleRow(SAMPLE[1]), "/firewalls/reviews"),
    ("log-finding", "firewalls/finding.html", FINDING, "/firewalls/reviews"),
    ("log-finding-wrong", "firewalls/finding.html", replace(FINDING, form=Form({"disposition": "accepted", "remark": "Our scanner", "until": "tomorrow"}, {"until": "Write a day as 2026-11-23."})), "/firewalls/reviews"),
    ("log-finding-said", "firewalls/finding.html", SAID, "/firewalls/reviews"),
    ("finding-reports", "firewalls/reports.html", pages.Reports(ROWS), "/firewalls/reviews"),
    ("finding-reports-none", "firewalls/reports.html", pages.Reports(()), "/firewalls/reviews"),
    ("finding-report", "firewalls/report.html", REPORT, "/firewalls/reviews"),
    ("finding-report-answered", "firewalls/report.html", replace(REPORT, row=ROWS[2], may_answer=False, answer="The host was cleaned and the rule stays.", answered=before(60), answered_by="Kossi Mensah"), "/firewalls/reviews"),
)  # fmt: skip
