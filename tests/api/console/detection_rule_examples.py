"""Examples of the pages on imported detection rules."""

from dataclasses import replace
from datetime import timedelta

from api.console.detection_rules import ENDED, OFF, ON
from api.console.pages import detection_rules as pages
from api.console.pages.firewall_reviews import Line
from api.console.pages.frame import Form
from api.console.review_words import DANGERS
from tests.api.console.firewall_review_examples import LINE
from tests.api.console.house import HASH, NOW, before
from tests.firewall_audit.sigma.written import CLEARTEXT

ID = "01a20970-d39d-72a9-9f7b-0222c4317762"
ROWS = (
    pages.Row("1", "Cleartext protocols let through", DANGERS["medium"], ON, 2, NOW + timedelta(days=90), newer=True),
    pages.Row("2", "Huge number of ports asked of one host within five minutes by one source", DANGERS["high"], OFF, 1, None, newer=False),
    pages.Row("3", "Refused sign-in of a default account", DANGERS["low"], ENDED, 11, None, newer=False),
)  # fmt: skip
LIST = pages.Rules(ROWS, 262_144, may_take=True)
WRONG = Form({"text": "title: x\n"}, {"text": "No line of a firewall has these fields: nonsense."})
VERSION = pages.Version(
    ID, 2, DANGERS["medium"], "Zoé Adjovi", before(60), CLEARTEXT, HASH, is_on=False, tried=NOW, since=NOW - timedelta(days=7), until=NOW, events=1204, subjects=3,
)  # fmt: skip
RULE = pages.Rule(
    ID, "d7fb8f0e-bd5f-45c2-b467-19571c490d7e", "Cleartext protocols let through", ON, (VERSION, replace(VERSION, number=1, is_on=True)),
    (Line(1, LINE), Line(2, "")), NOW + timedelta(days=90), "Zoé Adjovi", NOW + timedelta(days=400), may_try=True, may_switch=True, form=Form({"until": "2026-11-23"}),
)  # fmt: skip
NEW = replace(
    RULE, state=OFF, versions=(replace(VERSION, number=1, tried=None, since=None, until=None, events=0, subjects=0),), lines=(), until=None, by="",
)  # fmt: skip
EXAMPLES = (
    ("detection-rules", "firewalls/rules.html", LIST, "/firewalls/rules"),
    ("detection-rules-none", "firewalls/rules.html", pages.Rules((), 262_144, may_take=True, form=WRONG), "/firewalls/rules"),
    ("detection-rule", "firewalls/rule.html", RULE, "/firewalls/rules/1"),
    ("detection-rule-new", "firewalls/rule.html", NEW, "/firewalls/rules/1"),
    ("detection-rule-read", "firewalls/rule.html", replace(RULE, may_try=False, may_switch=False, lines=()), "/firewalls/rules/1"),
)  # fmt: skip
