"""Words of the firewall reviews: dangers, kinds of findings, what is said of them."""

from collections.abc import Mapping

from api.console.pages.frame import State
from api.words import N_, P_

GATHERING, OPEN, SIGNED = (
    State(N_("Being looked at"), "grey"),
    State(P_("review", "Open"), "blue"),
    State(N_("Signed"), "green"),
)
NEW, PERSISTENT, GONE = (
    State(P_("finding", "New"), "blue"),
    State(N_("Persistent"), "amber"),
    State(N_("No longer found"), "grey"),
)
ACCEPTED = State(N_("Accepted"), "grey")
DANGERS: Mapping[str, State] = {
    "high": State(N_("Dangerous"), "red"),
    "medium": State(N_("Serious"), "amber"),
    "low": State(N_("Slight"), "grey"),
    "info": State(N_("To know"), "grey"),
}
DISPOSITIONS: Mapping[str, State] = {
    "explained": State(N_("Explained"), "green"),
    "accepted": ACCEPTED,
    "escalated": State(N_("Reported upwards"), "amber"),
    "incident": State(N_("Incident"), "red"),
}
KINDS: Mapping[str, str] = {
    "scan": N_("Scan"),
    "persistent": N_("Persistence"),
    "login": N_("Sign-ins"),
    "outbound": N_("Outbound"),
    "service": N_("Service"),
    "first": N_("First seen"),
    "threat": N_("Threat list"),
    "country": N_("Country"),
    "health": N_("Health of a device"),
    "administrator": N_("Administration"),
    "packet": N_("Odd packets"),
    "signature": N_("Signature"),
    "imported": N_("Imported rule"),
}
WHY: Mapping[str, str] = {
    "dangerous": N_("It is dangerous."),
    "persistent": N_("It persists."),
    "escalated": N_("The reviewer puts it before you."),
}
