"""Examples of the six-monthly audit, of the invented house: (name, template, page, path)."""

from dataclasses import replace
from datetime import timedelta

from api.console import audit_words as words
from api.console.pages import firewall_audits as pages
from api.console.pages.frame import Choice, Form
from firewall_audit.audits.checklist import shipped
from tests.api.console.house import HASH, NOW, before

HALF = NOW - timedelta(days=184)
POINTS = shipped("en").points
RULE = "-A FORWARD -i eth0 -d 192.0.2.20/32 -p tcp -m tcp --dport 3306 -j ACCEPT"
ROW = pages.Row("1", NOW - timedelta(days=20), NOW + timedelta(days=40), words.AUDIT_STATES["open"], 3, 4, None, "")
FINDINGS = (
    pages.Finding("1", "192.0.2.20: non-essential services open: tcp/3306 MySQL", "scanned from internet", words.DANGERS["high"], words.FINDING_STATES["open"], "edge", "Kossi Mensah", before(60), late=True),
    pages.Finding("2", "Not so: Every rule that allows has an owner and the number of the change that brought it.", "", words.DANGERS["medium"], words.FINDING_STATES["answered"], "edge", "Kossi Mensah", NOW + timedelta(days=9), late=False),
    pages.Finding("3", "Rule in line 7 of filter/FORWARD", RULE, words.DANGERS["low"], words.FINDING_STATES["verified"], "edge-2", "", NOW + timedelta(days=80), late=False),
)  # fmt: skip
CELLS = tuple(pages.Cell(n % 4, int(n % 5 == 2), 3) for n in range(len(words.AREAS)))
DONE = tuple(pages.Cell(0, 0, 3) for _ in words.AREAS)
AUDIT = pages.Audit(
    id="1", since=HALF, until=NOW - timedelta(days=20), due=NOW + timedelta(days=40), state=words.AUDIT_STATES["open"], method=2, method_digest=HASH,
    seed="5f0c2f7f0d9a4e57b6a4c1f6f3a3d2e1", areas=tuple(words.AREAS.values()),
    devices=(
        pages.DeviceRow("1", "edge-cotonou", "Edge of Cotonou", words.VERDICTS["bad"], CELLS, 7, 12, 3),
        pages.DeviceRow("2", "edge-porto-novo", "Edge of Porto-Novo", words.VERDICTS["look"], DONE, 0, 12, 1),
        pages.DeviceRow("3", "core-router", "Core router", words.VERDICTS["fine"], DONE, 0, 0, 0, retired=True),
    ),
    added=("lab-router",), findings=FINDINGS, missing="14 points are not answered yet.", may_sign=True,
)  # fmt: skip
SIGNED = replace(
    AUDIT, state=words.AUDIT_STATES["signed"], may_sign=False, missing="", conclusion="Two findings, both with their owner; nothing else was out of order.",
    signed=before(60 * 24), signed_name="Zoé Adjovi", digest=HASH,
)  # fmt: skip
DEVICE = pages.Device(
    id="1", audit="1", slug="edge-cotonou", name="Edge of Cotonou", state=words.AUDIT_STATES["open"],
    checks=(
        pages.Check("Configuration", words.VERDICTS["look"], (("Version", "7"), ("Days since it was last seen", "2"), ("Rules", "48")), HASH),
        pages.Check("Unapproved changes", words.VERDICTS["bad"], (("Changes", "9"), ("Without approval", "1"), ("Not settled", "1")), HASH),
        pages.Check("Weekly reviews", words.VERDICTS["fine"], (("Reviews", "26"), ("Missed", "0"), ("Late", "0")), HASH),
        pages.Check("Silence of the log", words.VERDICTS["unknown"], (), ""),
    ),
    areas=tuple(
        pages.Area(
            area, name,
            tuple(
                pages.Point(one.code, one.ask, one.how, words.TOOLS.get(one.tool, ""), words.DANGERS[one.danger], ("yes", "no", "")[place % 3], "The rule for MySQL has neither." if place % 3 == 1 else "")
                for place, one in enumerate(point for point in POINTS if point.area == area)
            ), 1,
        )
        for area, name in words.AREAS.items()
    ),
    sample=(
        pages.Drawn(0, RULE, (("List", "filter/FORWARD"), ("Line", "7"), ("Owner", "ada"), ("Change", "CHG-2026")), is_day=False, answer="remove", words="Nobody uses it."),
        pages.Drawn(1, "2026-09-14", (("Lines", "48112"), ("Review", "Signed")), is_day=True, answer="", words=""),
    ),
    configuration=HASH, seed=AUDIT.seed,
    files=(
        pages.File("1", "dehors.xml", 48_112, HASH, "services-1", before(60), "3 ports open on 1 hosts; 1 of them the configuration refuses, 1 are non-essential"),
        pages.File("2", "photo.jpg", 1_204_112, HASH, "physical-1", before(30)),
    ),
    zones=(Choice("lan", "lan"), Choice("internet", "internet")), points=tuple(Choice(one.code, f"{one.code} · {one.ask[:70]}") for one in POINTS),
    findings=FINDINGS[:2], after="2", may_answer=True,
)  # fmt: skip
READ_ONLY = replace(DEVICE, may_answer=False, before="2", same=True, state=words.AUDIT_STATES["signed"])
BARE = replace(DEVICE, checks=(), sample=(), configuration="", files=(), findings=())
WRONG = replace(
    DEVICE,
    form=Form(
        {"answer-rules-1": "no"},
        {"words-rules-1": "Say why: what is missing, or why it does not apply.", "file": "The file is empty."},
    ),
)
FINDING = pages.FindingPage(
    finding=FINDINGS[0], said="", response="", words="", change="", until=None, answered=None, verdict="", verified=None,
    longest=NOW + timedelta(days=180), device="/firewalls/audited/1", may_answer=True, may_assign=True,
)  # fmt: skip
ANSWERED = replace(
    FINDING, finding=FINDINGS[1], said="The rule for MySQL has neither.", response="It is mended", words="The rule is gone since today.", change="CH-2026-0014",
    answered=before(30), may_answer=False, may_judge=True, may_assign=False,
)  # fmt: skip
VERSIONS = (
    pages.MethodRow("2", 2, words.METHOD_STATES["draft"], before(60), None, chosen=True),
    pages.MethodRow("1", 1, words.METHOD_STATES["approved"], before(60 * 24 * 90), before(60 * 24 * 80), chosen=False),
)
METHOD = pages.Method(
    rows=VERSIONS, id="2", number=2, state=words.METHOD_STATES["draft"], text=shipped("en").text, tools=tuple(shipped("en").tools), sample_rules=10, sample_days=2,
    points=tuple(pages.MethodPoint(one.code, words.AREAS[one.area], one.ask, one.how, words.TOOLS.get(one.tool, ""), one.danger) for one in POINTS),
    areas=tuple(Choice(area, name) for area, name in words.AREAS.items()), dangers=tuple(Choice(name, one.word) for name, one in words.DANGERS.items()),
    sites=("Cotonou",), chosen=("cotonou",), places=(Choice("bohicon", "Bohicon"), Choice("cotonou", "Cotonou")), digest=HASH, differences=(pages.Difference("~", "Rules drawn: 10 → 12"), pages.Difference("+", "vpn-3 · Tunnels end by themselves."), pages.Difference("-", "time-1 · The clock is right.")),
    against=1, may_write=True,
)  # fmt: skip
WHERE = "/firewalls/audits"
EXAMPLES = (
    ("audits", "firewalls/audits.html", pages.List((ROW, replace(ROW, id="2", state=words.AUDIT_STATES["signed"], signed=before(60), signed_name="Zoé Adjovi", late=True)), None, 2, NOW + timedelta(days=40), 3), WHERE),
    ("audits-waiting", "firewalls/audits.html", pages.List((), NOW + timedelta(days=40), None, None), WHERE),
    ("audit", "firewalls/audit.html", AUDIT, WHERE),
    ("audit-wrong", "firewalls/audit.html", replace(AUDIT, form=Form({"name": "Somebody"}, {"": "An audit is signed with one's own name."})), WHERE),
    ("audit-signed", "firewalls/audit.html", SIGNED, WHERE),
    ("audit-empty", "firewalls/audit.html", replace(AUDIT, devices=(), added=(), findings=(), gathering=True, may_sign=False, state=words.AUDIT_STATES["gathering"]), WHERE),
    ("audited", "firewalls/audited.html", DEVICE, WHERE),
    ("audited-wrong", "firewalls/audited.html", WRONG, WHERE),
    ("audited-read-only", "firewalls/audited.html", READ_ONLY, WHERE),
    ("audited-bare", "firewalls/audited.html", BARE, WHERE),
    ("audit-findings", "firewalls/audit_findings.html", pages.Findings(FINDINGS), WHERE),
    ("audit-findings-none", "firewalls/audit_findings.html", pages.Findings(()), WHERE),
    ("audit-finding", "firewalls/audit_finding.html", FINDING, WHERE),
    ("audit-finding-answered", "firewalls/audit_finding.html", ANSWERED, WHERE),
    ("audit-finding-verified", "firewalls/audit_finding.html", replace(ANSWERED, may_judge=False, verdict="Gone; I looked at version 8.", verified=before(5)), WHERE),
    ("audit-method", "firewalls/audit_method.html", METHOD, WHERE),
    ("audit-method-asked", "firewalls/audit_method.html", replace(METHOD, may_write=False, may_recall=True, state=words.METHOD_STATES["asked"], differences=()), WHERE),
    ("audit-method-none", "firewalls/audit_method.html", pages.Method((), may_begin=True), WHERE),
)  # fmt: skip
