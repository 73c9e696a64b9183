"""Words for what is found in rules: each kind's name and sentence, states, why an analysis is not complete."""

from collections.abc import Mapping

from api.console.pages.frame import State
from api.words import N_, P_, _

NAMES: Mapping[str, str] = {
    "open-outside": N_("Open from outside"), "any-any": N_("Everything allowed"), "service-open": N_("Non-essential service"), "expired": N_("Ended, still in force"),
    "shadowed-deny": N_("Refusal never reached"), "loop": N_("Chain in a circle"), "shadowed-allow": N_("Permission never reached"), "not-logged": N_("Refuses without a line"),
    "correlated": N_("Order decides"), "never-called": N_("Chain never called"), "redundant": N_("Needless"), "generalised": N_("Wider than those before"),
    "wrong-owner": N_("Owner has left"), "wrong-ticket": N_("Unknown change"), "no-end": N_("No end date"), "no-ticket": N_("No change named"), "no-owner": N_("No owner"),
    "disabled": N_("Switched off"), "unused": N_("Not used"), "not-modelled": N_("Not wholly understood"), "undecided": N_("Too costly to decide"),
}  # fmt: skip
SAID: Mapping[str, str] = {
    "open-outside": N_("From outside it opens services that the policy calls non-essential: %(detail)s."),
    "any-any": N_("Everything is allowed from anywhere to anywhere."),
    "service-open": N_("It opens services that the policy calls non-essential: %(detail)s."),
    "expired": N_("Its end was %(detail)s, and it is still in force."),
    "shadowed-deny": N_("It should refuse, but it is never reached: the rules below decide before it, and some of it is allowed."),
    "loop": N_("The chain comes back to itself: %(detail)s."),
    "shadowed-allow": N_("It should allow, but it is never reached: the rules below decide before it, and some of it is refused."),
    "not-logged": N_("It refuses without a line in the log."),
    "correlated": N_("It overlaps %(detail)s earlier rules that decide otherwise: their order decides."),
    "never-called": N_("Nothing calls this chain: its %(detail)s rules do nothing."),
    "redundant": N_("Without it the same would be decided, by the rules below."),
    "generalised": N_("It decides otherwise of what %(detail)s earlier rules left over, which is often meant."),
    "wrong-owner": N_("Its owner is not of the house any more."),
    "wrong-ticket": N_("Change control never authorised the change it names: %(detail)s."),
    "no-end": N_("It allows without an end date."),
    "no-ticket": N_("It allows without the number of a change."),
    "no-owner": N_("It allows without an owner."),
    "disabled": N_("It is switched off and still present."),
    "unused": N_("Not used, and its counting was not reset: %(detail)s."),
    "not-modelled": N_("Not all of its conditions are understood: %(detail)s. It counts as covering no other rule."),
    "undecided": N_("Whether it is ever reached was too costly to find out."),
}  # fmt: skip
IMPACTS: Mapping[str, State] = {
    "security": State(N_("Security"), "red"), "troubleshooting": State(N_("Troubleshooting"), "amber"), "hygiene": State(N_("Hygiene"), "grey"),
}  # fmt: skip
STATES: Mapping[str, State] = {
    "open": State(P_("finding", "Open"), "red"), "explained": State(N_("Explained"), "green"), "accepted": State(N_("Accepted until a day"), "green"),
    "to-mend": State(N_("To be mended"), "amber"), "gone": State(N_("Gone"), "grey"),
}  # fmt: skip
WHY: Mapping[str, str] = {
    "time": N_("The time for it was up."), "memory": N_("It would have taken too much memory."), "unreadable": N_("The text could not be read."), "broken": N_("The analyser broke off."),
}  # fmt: skip
PIECES: Mapping[str, str] = {
    "everything": N_("everything"), "single rules": N_("what is said of single rules"), "from outside": N_("what is open from outside"), "usage": N_("what is not used"),
}  # fmt: skip
SOURCES: Mapping[str, str] = {"logs": N_("our log lines"), "counters": N_("the device's counters")}


def sentence(kind: str, detail: str) -> str:
    """Say a finding in the reader's language."""
    if kind == "unused" and detail.count(", ") == 3:  # noqa: PLR2004 source, since, until, days
        source, since, until, days = detail.split(", ")
        return _(
            "Not used by %(source)s from %(since)s to %(until)s (%(days)s days), and nothing was reset meanwhile.",
            source=_(SOURCES.get(source, source)), since=since, until=until, days=days.removesuffix(" days"),
        )  # fmt: skip
    return _(SAID[kind]) % {"detail": detail}


def piece(name: str) -> str:
    """Name a piece of an analysis."""
    return _(PIECES[name]) if name in PIECES else _("the list %(name)s", name=name.removeprefix("list "))
