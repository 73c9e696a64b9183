"""Examples of the pages on the rules of firewalls."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from api.console import rule_words as words
from api.console.configurations import ACTIONS
from api.console.firewall_rules import CHOICES, HOOKS
from api.console.pages import firewall_rules as pages
from api.console.pages.frame import Form

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
ID = "01a20970-d39d-72a9-9f7b-0222c4317762"
TELNET = "-A FORWARD -p tcp -m tcp --dport 23 -j ACCEPT"
LONG = "access-list outside_in extended permit tcp object-group PARTNERS-OF-THE-HOUSE object-group SERVERS eq 3306 log"
OPEN = pages.Finding(
    ID, words.NAMES["open-outside"], "From outside it opens services that the policy calls non-essential: Telnet.", words.IMPACTS["security"], words.STATES["open"],
    "filter/FORWARD", 41, TELNET, (), 0, NOW - timedelta(days=2), None,
)  # fmt: skip
SHADOWED = replace(
    OPEN, id=ID[:-1] + "3", name=words.NAMES["shadowed-allow"], impact=words.IMPACTS["troubleshooting"], state=words.STATES["to-mend"], text=LONG, due=NOW + timedelta(days=9),
    sentence="It should allow, but it is never reached: the rules below decide before it, and some of it is refused.", because=(f"line 12: {LONG}", "line 13: -A FORWARD -j DROP"), more=4,
)  # fmt: skip
USE = pages.Use(
    words.SOURCES["logs"], NOW - timedelta(days=93), NOW, 93, 12, 3,
    (pages.Bar("filter/FORWARD a1b2c3d4e5f6", 18_204, "18204"), pages.Bar("filter/FORWARD 0f9e8d7c6b5a", 2_210, "2210"), pages.Bar("filter/INPUT 99aa88bb77cc", 14, "14")),
)  # fmt: skip
ANALYSIS = pages.Analysis(
    7, NOW - timedelta(hours=2), "3.4", complete=True, why="", not_looked=(), rules=412, inexact=3, unweighed=0, unread=1, unmodelled=("12: -A FORWARD -m nonsense",),
    not_judged=("nat/PREROUTING",), stopped=(), found=57, uses=(USE,), unprovable=400,
)  # fmt: skip
RULES = pages.Rules(
    ID,
    "Edge of Cotonou",
    "edge-1",
    7,
    ANALYSIS,
    Form({"show": "waiting"}),
    CHOICES,
    (OPEN, SHADOWED),
    140,
    3,
    waiting=False,
)
PARTLY = replace(
    ANALYSIS, complete=False, why=words.WHY["time"], not_looked=("the list filter/FORWARD", "what is not used"), uses=()
)
FINDING = pages.FindingPage(
    SHADOWED, ID, "Edge of Cotonou", SHADOWED.because, "The engineer puts it before the refusal.", "Afi Mensah", NOW, "Yao Agbeko", "CH-2026-0014", NOW, 5, may_answer=True,
    answered=True, longest=NOW + timedelta(days=180), menders=(), form=Form({"answer": "to-mend"}, {"until": "Write a day as 2026-11-23."}),
)  # fmt: skip
LINE = pages.Line(
    "filter/FORWARD", 1, 4, ACTIONS["allow"], ("tcp 443 from 0.0.0.0/0 to 192.0.2.10", "tcp 443 from ::/0 to 2001:db8::10"), 3, "Yao Agbeko", "CH-2026-0001",
    NOW + timedelta(days=30), logs=True, off=False, notes=(), comment="web", text=LONG, owning="/firewalls/x/rules/owner?filter=filter%2FFORWARD&rule=r1",
)  # fmt: skip
LISTING = pages.Listing(
    ID, "Edge of Cotonou", 7, "192.0.2.10", 212, (LINE, replace(LINE, place=2, action=ACTIONS["deny"], owner="", ticket="", ends=None, off=True, logs=False, notes=("only at the times of OFFICE",))),
    "/firewalls/x/rules/listing?page=1", "/firewalls/x/rules/listing?page=3",
)  # fmt: skip
QUESTION = pages.Question(
    ID, "Edge of Cotonou", Form({"source": "10.20.0.5", "destination": "203.0.113.9", "protocol": "tcp", "port": "443", "hook": "forward"}), HOOKS, asked=True,
    lists=(
        pages.List("filter/FORWARD", "", (
            pages.Decides(ACTIONS["allow"], 41, LONG, "tcp 443 from 10.20.0.5 to 203.0.113.9 in by eth1", default=False),
            pages.Decides(ACTIONS["deny"], 0, "filter/FORWARD", "tcp 443 from 10.20.0.5 to 203.0.113.9 in by all but eth1", default=True),
        ), 0, ("filter/FORWARD, line 12: -A FORWARD -m recent --name x -j DROP",), undecided=False),
        pages.List("inside_in", "in interface inside", (), 0, (), undecided=True),
    ),
)  # fmt: skip
EXAMPLES = (
    ("rules", "firewalls/judged.html", RULES, "/firewalls/x/rules"),
    ("rules-partly", "firewalls/judged.html", replace(RULES, analysis=PARTLY, waiting=True, findings=(), shown=0), "/firewalls/x/rules"),
    ("rules-none", "firewalls/judged.html", replace(RULES, number=None, analysis=None, findings=(), shown=0), "/firewalls/x/rules"),
    ("rule-finding", "firewalls/rule_finding.html", FINDING, "/firewalls/rule-findings/x"),
    ("rule-finding-new", "firewalls/rule_finding.html", replace(FINDING, finding=OPEN, because=(), reason="", may_answer=False, form=Form()), "/firewalls/rule-findings/x"),
    ("rule-listing", "firewalls/rule_listing.html", LISTING, "/firewalls/x/rules/listing"),
    ("rule-listing-none", "firewalls/rule_listing.html", replace(LISTING, rows=(), found=0, newer="", older=""), "/firewalls/x/rules/listing"),
    ("rule-owner", "firewalls/rule_owner.html", pages.Owning(ID, "Edge of Cotonou", "/firewalls/x/rules/listing", "-A FORWARD", LINE, registered=True, form=Form({"owner": "Yao Agbeko", "ticket": "CH-2026-0001", "until": "2027-01-31"}, {"owner": "Nobody is called so."})), "/firewalls/x/rules/owner"),
    ("rule-question", "firewalls/rule_question.html", QUESTION, "/firewalls/x/rules/ask"),
    ("rule-question-none", "firewalls/rule_question.html", replace(QUESTION, lists=(), form=Form({"hook": "forward"}, {"source": "This cannot be asked."})), "/firewalls/x/rules/ask"),
)  # fmt: skip
