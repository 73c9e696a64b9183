"""Examples of the alarms, of the invented house: (name, template, page, path)."""

from dataclasses import replace
from datetime import timedelta

from api.console import alarm_words as words
from api.console.pages import alarms as pages
from api.console.pages.frame import Alarmed, Choice, Form
from tests.api.console.house import NOW, before

LINE = (
    "Nov 23 09:12:44 edge kernel: [812345.123] FW-DROP IN=eth0 OUT= MAC= SRC=203.0.113.66 DST=192.0.2.11 LEN=60 TOS=0x00 PREC=0x00 TTL=52 "
    "ID=4711 DF PROTO=TCP SPT=40112 DPT=445 WINDOW=1024 RES=0x00 SYN URGP=0"
)
D, S = words.DANGERS, words.STATES
ROWS = (
    pages.Row("1", "A sign-in succeeded after many that failed: 203.0.113.66", D["high"], S["open"], None, "edge", 12, before(3), before(1), ""),
    pages.Row("2", "Test of the alarms", D["high"], S["open"], words.MARKS["test"], "edge", 1, before(1), before(1), ""),
    pages.Row("3", "More of: A burst of scanning", D["low"], S["open"], words.MARKS["more"], "", 4_212, before(50), before(2), ""),
    pages.Row("4", "A host inside knocks outside and is refused: 10.20.0.27", D["medium"], S["acknowledged"], None, "edge", 180, before(90), before(6), "Kossi Mensah"),
)  # fmt: skip
HEALTH = pages.Health(words.ALIVE, before(0), "0.1 s", 1_402_113, 12, 0, 0, 7, ("Kossi Mensah",), ("Zoé Adjovi",), before(60 * 24 * 12), test_late=False)  # fmt: skip
DEAD = replace(
    HEALTH,
    state=words.SILENT,
    beat=before(90),
    forgotten=1_204,
    missed=2,
    first=(),
    second=(),
    tested=None,
    test_late=True,
)
TESTS = (pages.Test("1", "2", before(1), "0.4 s", ""), pages.Test("2", "9", before(60 * 24 * 12), "0.6 s", "3 min"), pages.Test("3", "", before(60 * 24 * 40), "", ""))  # fmt: skip
LIST = pages.List(
    ROWS, closed=False, health=HEALTH, tests=TESTS, devices=(Choice("1", "Edge of Cotonou"),), may_test=True
)
ALARM = pages.Alarm(
    row=ROWS[0], about="203.0.113.66", first=before(8), lines=(LINE, LINE),
    sendings=(
        pages.Sending("On call", "Kossi Mensah", "Console", before(3), "0.4 s"), pages.Sending("On call", "Kossi Mensah", "Mail", before(3), "2.1 s"),
        pages.Sending("On call", "Kossi Mensah", "SMS", before(3), ""), pages.Sending("Second line", "", "nobody stands here", before(1), ""),
    ),
    rule="1", rule_name="A sign-in succeeded after many that failed", next=NOW + timedelta(minutes=7), may_acknowledge=True,
)  # fmt: skip
TAKEN = replace(ALARM, row=ROWS[3], next=None, acknowledged=before(40), may_acknowledge=False, may_close=True)
CLOSED = replace(
    TAKEN, row=replace(ROWS[3], state=S["closed"]), may_close=False, closed=before(5), closed_by="Kossi Mensah",
    disposition=words.DISPOSITIONS["benign"], words="The printer asked an old address; it was told the new one.", lines=(),
)  # fmt: skip
RULES = (
    pages.RuleRow("1", "success-after-failures", "A sign-in succeeded after many that failed", "after 5 others within 3600 s, by src", D["high"], words.ON, 2),
    pages.RuleRow("2", "scan", "A burst of scanning", "30 different hosts and ports within 60 s, by src", D["low"], words.OFF, 41, NOW + timedelta(days=2), "The auditors scan this week."),
)  # fmt: skip
VALUES = {
    "slug": "scan", "name": "A burst of scanning", "kinds": "traffic, threat", "actions": "deny", "src_side": "outside", "at_least": "30",
    "distinct": "dst+dst_port", "within": "60", "group": "src", "danger": "low", "quiet": "14400", "most_hourly": "20",
    "steps": "on-call, second-line, security-officer, technical-director",
}  # fmt: skip
RULE = pages.Rule(
    Form({**VALUES, "before": "on", "before_kinds": "auth", "before_outcomes": "failure", "before_at_least": "5"}), row=RULES[0], number=2, choices=words.CHOICES, may_write=True,
    versions=(pages.Version(2, "Too many of them.", "Zoé Adjovi", before(60)), pages.Version(1, "It comes with the house.", "Alarms clerk", before(60 * 24 * 30))),
    trial=pages.Trial(7, 3, 41, 12_041, is_whole=True, rows=((before(60 * 24), "203.0.113.66", 30), (before(60 * 50), "203.0.113.88", 34))),
)  # fmt: skip
WEEKDAYS = (("Mon", "Monday"), ("Tue", "Tuesday"), ("Wed", "Wednesday"), ("Thu", "Thursday"), ("Fri", "Friday"), ("Sat", "Saturday"), ("Sun", "Sunday"))  # fmt: skip
WEEK = tuple(
    pages.Day(f"{23 + day} Nov", () if day == 6 else ("Kossi Mensah",), ("Zoé Adjovi",), gap=day >= 5, today=day == 1, passed=day == 0)
    for day in range(7)
)  # fmt: skip
SHIFTS = (
    pages.Shift("1", words.LINES["first"], "Kossi Mensah", before(60 * 24), NOW + timedelta(days=5), "Ama Dos Santos", is_mine=True, is_offered_to_me=False),
    pages.Shift("2", words.LINES["second"], "Zoé Adjovi", before(60 * 24), NOW + timedelta(days=6), "Kossi Mensah", is_mine=False, is_offered_to_me=True),
)  # fmt: skip
CALENDAR = pages.Calendar(
    "23 November - 29 November 2026", month=False, weekdays=WEEKDAYS, weeks=(WEEK,), shifts=SHIFTS,
    gaps=(pages.Gap(NOW + timedelta(days=5), NOW + timedelta(days=7)),), before="/firewalls/alarms/on-call", after="/firewalls/alarms/on-call",
    people=(Choice("1", "Kossi Mensah"), Choice("2", "Zoé Adjovi")), may_plan=True, may_offer=True, form=Form({"hour": "09:00", "weeks": "8"}),
)  # fmt: skip
EXAMPLES = (
    ("alarms", "firewalls/alarms.html", LIST, "/firewalls/alarms"),
    ("alarms-none", "firewalls/alarms.html", pages.List((), closed=False, health=DEAD, may_test=True), "/firewalls/alarms"),
    ("alarm-list", "parts/alarm_list.html", pages.List(ROWS, closed=True), "/firewalls/alarms"),
    ("alarm", "firewalls/alarm.html", ALARM, "/firewalls/alarms"),
    ("alarm-taken", "firewalls/alarm.html", replace(TAKEN, form=Form({"words": "x"}, {"words": "String should have at least 5 characters"})), "/firewalls/alarms"),
    ("alarm-closed", "firewalls/alarm.html", CLOSED, "/firewalls/alarms"),
    ("alarm-rules", "firewalls/alarm_rules.html", pages.Rules(RULES, may_write=True), "/firewalls/alarms"),
    ("alarm-rules-none", "firewalls/alarm_rules.html", pages.Rules(()), "/firewalls/alarms"),
    ("alarm-rule", "firewalls/alarm_rule.html", RULE, "/firewalls/alarms"),
    ("alarm-rule-off", "firewalls/alarm_rule.html", replace(RULE, row=RULES[1], trial=None), "/firewalls/alarms"),
    ("alarm-rule-new", "firewalls/alarm_rule.html", pages.Rule(Form({"within": "x"}, {"within": words.NO_NUMBER}), choices=words.CHOICES, may_write=True), "/firewalls/alarms"),
    ("on-call", "firewalls/on_call.html", CALENDAR, "/firewalls/alarms"),
    ("on-call-month", "firewalls/on_call.html", replace(CALENDAR, month=True, weeks=(WEEK,) * 5, gaps=(), may_plan=False), "/firewalls/alarms"),
    ("on-call-none", "firewalls/on_call.html", replace(CALENDAR, shifts=()), "/firewalls/alarms"),
    ("alarm-banner", "parts/alarm_banner.html", Alarmed(2, ("Kossi Mensah",)), "/firewalls/alarms"),
    ("alarm-banner-none", "parts/alarm_banner.html", Alarmed(1), "/firewalls/alarms"),
)  # fmt: skip
