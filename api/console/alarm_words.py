"""Words of the alarms, and a rule as its form holds it: lists by commas, the rest as it is."""

from collections.abc import Mapping
from typing import Any

from api.console.pages.frame import Choice, State
from api.words import N_, P_, _
from firewall_audit.alarms import shipped
from firewall_audit.alarms.terms import Look, Terms
from kernel.errors import Fault, Malformed

DANGERS: Mapping[str, State] = {
    "high": State(N_("Dangerous"), "red"), "medium": State(N_("Serious"), "amber"), "low": State(N_("Slight"), "grey"),
}  # fmt: skip
STATES: Mapping[str, State] = {
    "open": State(P_("alarm", "Open"), "red"), "acknowledged": State(N_("Taken on"), "blue"),
    "closed": State(P_("alarm", "Closed"), "grey"),
}  # fmt: skip
MARKS: Mapping[str, State] = {"test": State(N_("Test"), "purple"), "more": State(N_("Held back and counted"), "amber")}
DISPOSITIONS: Mapping[str, State] = {
    "true-positive": State(N_("It was real"), "red"), "benign": State(N_("Real, but harmless"), "amber"),
    "false-positive": State(N_("It was nothing"), "grey"),
}  # fmt: skip
STEPS: Mapping[str, str] = {
    "on-call": N_("On call"), "second-line": N_("Second line"), "security-officer": N_("Security officer"),
    "technical-director": N_("Technical director"),
}  # fmt: skip
CHANNELS: Mapping[str, str] = {
    "console": N_("Console"), "mail": N_("Mail"), "sms": N_("SMS"), "nobody": N_("nobody stands here"),
}  # fmt: skip
SHIPPED: Mapping[str, str] = {
    "device-silent": N_("A device fell silent"), "lines-lost": N_("Log lines were lost"),
    "uncollected": N_("A configuration could not be collected"), "host-key": N_("A device shows another key than before"),
    "changed-unapproved": N_("A device was changed without approval"), "intrusion": N_("Intrusion detection warns"),
    "administrator-off-hours": N_("An administrator signed in outside working hours"),
    "success-after-failures": N_("A sign-in succeeded after many that failed"), "failures": N_("Many sign-ins fail"),
    "scan": N_("A burst of scanning"), "forbidden-service": N_("A service that is not essential was let through from outside"),
    "outbound-denied": N_("A host inside knocks outside and is refused"),
}  # fmt: skip
BY_NAME: Mapping[str, str] = {name: SHIPPED[slug] for slug, (name, _terms) in shipped.SHIPPED.items()}
ON, OFF = State(P_("rule", "On"), "green"), State(P_("rule", "Off"), "amber")
ALIVE, SILENT = State(N_("Watched for"), "green"), State(N_("Not watched for"), "red")
LINES: Mapping[str, str] = {"first": N_("First line"), "second": N_("Second line")}
TOLD = (
    Choice("", N_("the lines of devices")), Choice("intake.silent", N_("a device falls silent")),
    Choice("intake.dropped", N_("log lines are lost")), Choice("intake.unknown", N_("a sender nobody knows")),
    Choice("intake.uncollected", N_("a configuration that could not be collected")), Choice("intake.host-key", N_("another key than before")),
    Choice("firewall.changed-without-approval", N_("a change nobody approved")),
)  # fmt: skip
ACTIONS = (Choice("", N_("any decision")), Choice("deny", N_("refused")), Choice("allow", N_("let through")))
OUTCOMES = (Choice("", N_("any outcome")), Choice("failure", N_("failed")), Choice("success", N_("succeeded")))
SIDES = (
    Choice("", N_("anywhere")),
    Choice("outside", N_("outside the house")),
    Choice("inside", N_("inside the house")),
)
DISTINCT = (
    Choice("", N_("events")), Choice("dst_port", N_("different ports")), Choice("dst", N_("different hosts")),
    Choice("dst+dst_port", N_("different hosts and ports")), Choice("src", N_("different sources")),
    Choice("user", N_("different users")), Choice("device", N_("different devices")),
)  # fmt: skip
CHOICES: Mapping[str, tuple[Choice, ...]] = {
    "told": TOLD, "actions": ACTIONS, "outcomes": OUTCOMES, "sides": SIDES, "distinct": DISTINCT,
    "danger": tuple(Choice(value, one.word) for value, one in DANGERS.items()),
}  # fmt: skip
LISTS = ("devices", "kinds", "src", "dst", "services", "users", "words")
ONES = ("actions", "outcomes")
SIDED = ("src_side", "dst_side")
FLAGS = ("non_essential", "off_hours")
NUMBERS = ("at_least", "within", "quiet", "most_hourly")
LOOKED = (*LISTS, *ONES, *SIDED, *FLAGS, "severity")
BEFORE = "before_"
"""What stands before the name of a field that says what must have been seen before."""
FIELDS = (
    "slug", "name", "why", "told", "distinct", "danger", "group", "steps", "before", "before_at_least", *NUMBERS, *LOOKED,
    *(f"{BEFORE}{one}" for one in LOOKED),
)  # fmt: skip
NO_NUMBER = N_("This is no whole number.")


def rule_name(name: str) -> str:
    """Say the name of a rule: one that came with the house in the reader's language, another as it was written."""
    return _(BY_NAME[name]) if name in BY_NAME else name


def title_of(kind: str, name: str, about: str) -> str:
    """Say what an alarm is, in the reader's language."""
    if kind == "test":
        return _("Test of the alarms")
    if kind == "more":
        return (
            _("More of: %(name)s", name=rule_name(name)) if name else _("More alarms than the house is told one by one")
        )
    return f"{rule_name(name)}: {about}" if about else rule_name(name)


def listed(text: str) -> list[str]:
    """Read what is written with commas or line by line."""
    return [one.strip() for one in text.replace("\n", ",").split(",") if one.strip()]


def terms_of(sent: Mapping[str, str]) -> dict[str, Any]:
    """Read a rule's form. Raises Malformed."""
    terms: dict[str, Any] = {name: _number(sent, name) for name in NUMBERS if sent.get(name, "").strip()}
    terms |= {name: listed(sent.get(name, "")) for name in ("group", "steps") if sent.get(name, "").strip()}
    terms |= {name: sent[name] for name in ("distinct", "danger") if sent.get(name)}
    if sent.get("told"):
        return {name: said for name, said in terms.items() if name not in {"at_least", "distinct"}} | {
            "told": sent["told"]
        }
    if sent.get("before"):
        terms |= {"before": _look_of(sent, BEFORE), "before_at_least": _number(sent, "before_at_least")}
        terms.pop("at_least", None)
    return terms | {"look": _look_of(sent)}


def _look_of(sent: Mapping[str, str], begin: str = "") -> dict[str, Any]:
    """Read the conditions on a line, whose fields begin so."""

    def said(name: str) -> str:
        return sent.get(f"{begin}{name}", "").strip()

    look: dict[str, Any] = {name: found for name in LISTS if (found := listed(said(name)))}
    look |= {name: [said(name)] for name in ONES if said(name)}
    look |= {name: said(name) for name in SIDED if said(name)}
    look |= {name: True for name in FLAGS if said(name)}
    if said("severity"):
        look["severity"] = _number(sent, f"{begin}severity")
    return look


def _number(sent: Mapping[str, str], name: str) -> int:
    text = sent.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 - longer than any of them
        raise Malformed(NO_NUMBER, [Fault(name, NO_NUMBER)])
    return int(text)


def fields_of(terms: Terms) -> dict[str, str]:
    """Give a rule as its form holds it."""
    said = {name: str(getattr(terms, name)) for name in (*NUMBERS, "distinct", "danger", "before_at_least")}
    said |= {"told": terms.told or "", "group": ", ".join(terms.group), "steps": ", ".join(terms.steps)}
    if terms.look is not None:
        said |= _fields_of(terms.look)
    if terms.before is not None:
        said |= {"before": "on"} | {f"{BEFORE}{name}": value for name, value in _fields_of(terms.before).items()}
    return said


def _fields_of(look: Look) -> dict[str, str]:
    said = {name: ", ".join(getattr(look, name)) for name in LISTS}
    said |= {name: next(iter(getattr(look, name)), "") for name in ONES}
    said |= {name: getattr(look, name) for name in SIDED}
    said |= {name: "on" for name in FLAGS if getattr(look, name)}
    return said | {"severity": "" if look.severity is None else str(look.severity)}
