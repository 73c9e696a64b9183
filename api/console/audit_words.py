"""Words of the six-monthly audits: areas, tools, answers, states, and what a finding is."""

from collections.abc import Mapping
from typing import Any

from api.console.frame import place_label
from api.console.pages.frame import Choice, State
from api.words import N_, P_, _
from firewall_audit.audits.findings import AuditFindingView

AREAS: Mapping[str, str] = {
    "rules": N_("Rules"),
    "services": N_("Non-essential services"),
    "administration": N_("Administration"),
    "firmware": N_("Firmware"),
    "logging": N_("Logging"),
    "time": P_("clock", "Time"),
    "redundancy": N_("Redundancy"),
    "vpn": N_("VPN"),
    "passwords": N_("Default passwords"),
    "backup": N_("Backup of the configuration"),
    "physical": N_("The place itself"),
    "documentation": N_("Documentation"),
}
TOOLS: Mapping[str, str] = {
    "configuration": N_("Configuration"),
    "analysis": N_("Analysis of the rules"),
    "changes": N_("Unapproved changes"),
    "reviews": N_("Weekly reviews"),
    "alarms": N_("Trials of the alarms"),
    "acceptances": N_("Acceptances"),
    "silence": N_("Silence of the log"),
    "scan": N_("Scan"),
    "sample": N_("Sample"),
}
VERDICTS: Mapping[str, State] = {
    "fine": State(N_("In order"), "green"),
    "look": State(N_("Look at it"), "amber"),
    "bad": State(N_("Not in order"), "red"),
    "unknown": State(N_("Not known"), "grey"),
}
FIGURES: Mapping[str, str] = {
    "versions": N_("Versions"), "number": N_("Version"), "days": N_("Days since it was last seen"), "rules": N_("Rules"),
    "unmodelled": N_("Not understood"), "approved": N_("Approved version"), "changes": N_("Changes"), "unapproved": N_("Without approval"),
    "unsettled": N_("Not settled"), "reviews": N_("Reviews"), "missed": N_("Missed"), "late": N_("Late"), "standing": N_("Standing"),
    "ended": N_("Ended"), "silences": N_("Times silent"), "longest_hours": N_("Longest, in hours"), "lost": N_("Lines lost"),
    "last": N_("Last line"), "security": N_("Dangers"), "troubleshooting": N_("Troubles"), "hygiene": N_("Untidiness"), "open": N_("Not answered"),
    "not_judged": N_("Not judged"), "tests": N_("Tests"), "answered": N_("Tests answered"), "tested": N_("Last test answered"),
}  # fmt: skip
ANSWERS: tuple[Choice, ...] = (Choice("yes", N_("Yes")), Choice("no", N_("No")), Choice("n/a", N_("Not applicable")))
JUDGEMENTS: tuple[Choice, ...] = (
    Choice("justified", N_("Justified")),
    Choice("questionable", N_("Questionable")),
    Choice("remove", N_("To be removed")),
)
AUDIT_STATES: Mapping[str, State] = {
    "gathering": State(N_("Being gathered"), "grey"),
    "open": State(P_("audit", "Open"), "blue"),
    "signed": State(N_("Signed"), "green"),
}
METHOD_STATES: Mapping[str, State] = {
    "draft": State(N_("Being written"), "blue"),
    "asked": State(N_("Before the technical director"), "amber"),
    "approved": State(N_("In force"), "green"),
    "refused": State(N_("Refused"), "red"),
    "withdrawn": State(N_("Given up"), "grey"),
    "replaced": State(N_("Replaced"), "grey"),
}
FINDING_STATES: Mapping[str, State] = {
    "open": State(N_("Waits for its owner"), "amber"),
    "answered": State(N_("Waits to be verified"), "blue"),
    "verified": State(N_("Verified"), "green"),
    "withdrawn": State(N_("Taken back"), "grey"),
}
DANGERS: Mapping[str, State] = {
    "high": State(N_("Dangerous"), "red"),
    "medium": State(N_("Serious"), "amber"),
    "low": State(N_("Slight"), "grey"),
}
RESPONSES: tuple[Choice, ...] = (
    Choice("mended", N_("It is mended")),
    Choice("accepted", N_("We accept it until a day")),
    Choice("contested", N_("It is not so")),
)


def title_of(one: AuditFindingView) -> str:
    """What a finding is, in a line."""
    told: Mapping[str, Any] = one.told
    match one.kind:
        case "point":
            return _("Not so: %(ask)s", ask=told.get("ask", ""))
        case "rule":
            return _("Rule in line %(line)s of %(list)s", line=told.get("line", ""), list=told.get("filter", ""))
        case "day":
            return _("Log of %(day)s", day=told.get("day", ""))
        case "refused":
            return _(
                "%(host)s: open, and the configuration refuses it: %(ports)s", host=told["host"], ports=told["ports"]
            )
        case "non-essential":
            return _("%(host)s: non-essential services open: %(ports)s", host=told["host"], ports=told["ports"])
        case "unclear":
            return _(
                "%(host)s: open, and the rules do not tell for certain: %(ports)s",
                host=told["host"],
                ports=told["ports"],
            )
        case "more":
            return _("The scan shows the same of %(count)s more hosts", count=told.get("count", ""))
    return one.said


def detail_of(one: AuditFindingView) -> str:
    """What stands below its title."""
    if one.kind == "rule":
        return str(one.told.get("text", ""))
    zone = one.told.get("zone")
    return _("scanned from %(zone)s", zone=zone) if zone else ""


def method_facts(requirement: str, content: Mapping[str, Any]) -> tuple[tuple[str, str], ...] | None:
    """Say a method that is put before the technical director, every point of it; None for what is none."""
    if requirement != "audit-method.approve":
        return None
    return (
        (_("Version"), str(content["number"])),
        (_("How it is done"), str(content["text"])),
        (_("Tools"), ", ".join(content["tools"])),
        (_("Rules drawn"), str(content["sample_rules"])),
        (_("Days drawn"), str(content["sample_days"])),
        (_("Sites"), ", ".join(place_label(one) for one in content["sites"]) or _("every site")),
        *((f"{one['code']} · {_(AREAS[one['area']])}", f"{one['ask']} {one['how']}") for one in content["points"]),
    )


def method_href(requirement: str, subject_ref: str) -> str:
    """Give the page that shows a method against the one before; empty for what is none."""
    return f"/firewalls/audit-method/{subject_ref.partition(':')[2]}" if requirement == "audit-method.approve" else ""
