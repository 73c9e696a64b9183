"""Changes in words: states, models, risks, whom each state waits for, what each deed means. [CC-1]"""

from collections.abc import Mapping

from api.console.pages.changes import Deed
from api.console.pages.frame import State
from api.words import N_, P_

STATES: Mapping[str, State] = {
    "draft": State(N_("Draft"), "grey"),
    "assess": State(N_("Being assessed"), "blue"),
    "authorise": State(N_("Waits for its yes"), "amber"),
    "scheduled": State(N_("Scheduled"), "purple"),
    "implementing": State(N_("Being carried out"), "blue"),
    "review": State(N_("To be reviewed"), "amber"),
    "rolled-back": State(N_("Rolled back"), "amber"),
    "rejected": State(N_("Rejected"), "red"),
    "cancelled": State(N_("Cancelled"), "grey"),
    "closed": State(P_("deviation", "Closed"), "green"),
}
MODELS: Mapping[str, str] = {
    "normal": N_("Normal change"),
    "standard": N_("Standard change"),
    "emergency": N_("Emergency change"),
    "unauthorised": N_("Unauthorised change"),
}
KINDS: Mapping[str, str] = {
    "change": N_("Change"),
    "maintenance": N_("Maintenance"),
    "patch": N_("Patch"),
    "release": N_("Release"),
    "design": N_("Design"),
    "control": N_("Security control"),
}
RISKS: Mapping[str, State] = {
    "low": State(N_("Low risk"), "grey"),
    "medium": State(N_("Medium risk"), "amber"),
    "high": State(N_("High risk"), "red"),
}
WAITS: Mapping[str, str] = {
    "draft": N_("%(name)s, to hand it in"),
    "assess": N_("%(name)s, to put it forward"),
    "authorise": N_("those who must say yes"),
    "scheduled": N_("its implementers, in the window"),
    "implementing": N_("its implementers, to finish"),
    "review": N_("somebody else, to review it"),
    "rolled-back": N_("somebody else, to review it"),
}
"""Whom a change waits for; a state that is not here waits for nobody."""
QUESTIONS: Mapping[str, str] = {
    "change.authorise": N_("The technical director authorises it"),
    "change.consent": N_("The customer operations director consents"),
    "change.client-consent": N_("The client agrees"),
    "change.emergency": N_("The technical director authorises the emergency"),
    "change.accept": N_("It is accepted as it stands"),
}
STANDINGS: Mapping[str, State] = {
    "none": State(N_("Not asked yet"), "grey"),
    "open": State(N_("Waiting"), "blue"),
    "granted": State(P_("answer", "Yes"), "green"),
    "used": State(P_("answer", "Yes"), "green"),
    "refused": State(P_("answer", "No"), "red"),
    "withdrawn": State(N_("Withdrawn"), "grey"),
    "expired": State(N_("Expired"), "amber"),
}
TESTS: Mapping[str, State] = {"passed": State(N_("Passed"), "green"), "failed": State(P_("test", "Failed"), "red")}
ENVIRONMENTS: Mapping[str, str] = {
    "production": N_("production"),
    "test": N_("test"),
    "development": N_("development"),
}
FIELDS: Mapping[str, str] = {
    "title": N_("Title"),
    "summary": N_("What"),
    "reason": N_("Why"),
    "note": N_("Note"),
    "plan": N_("Plan"),
    "rollback": N_("Way back"),
    "documentation": N_("Documentation"),
    "no_training": N_("Why nobody needs training"),
    "security": N_("Security measures"),
    "recovery": N_("Error recovery"),
    "audit": N_("Audit trail"),
    "training": N_("Courses needed before"),
    "kind": N_("Kind"),
    "risk": N_("Risk"),
    "incident": N_("Incident"),
    "systems": N_("Systems"),
    "things": N_("Other things it touches"),
    "texts": N_("Texts it puts in place, by SHA-256"),
    "rules": N_("Rules it puts in place and takes away"),
    "open_source": N_("Open source"),
    "implementers": N_("Implementers"),
    "starts_at": N_("Window opens"),
    "ends_at": N_("Window closes"),
}
TEXTS = (
    "summary",
    "reason",
    "plan",
    "rollback",
    "documentation",
    "no_training",
    "security",
    "recovery",
    "audit",
    "note",
)
"""Fields that are shown at length, in the order in which they are read."""
EDITS: Mapping[str, str] = {
    "first": N_("first"),
    "material": N_("material"),
    "clerical": N_("clerical"),
}
DEEDS: Mapping[str, Deed] = {
    one.name: one
    for one in (
        Deed("submit", N_("Hand it in"), N_("It goes to assessment: what, why, how and how back are said.")),
        Deed("ask", N_("Ask for the yes"), N_("It is put before everybody who must say yes. Its tests are sealed from then on.")),
        Deed("start", N_("Begin"), N_("You begin now. Its implementers hold the right on its systems until the window closes.")),
        Deed("finish", N_("Finish"), N_("It is done. The right on its systems ends now."), "report", 10),
        Deed("close", N_("Close"), N_("You look at what was done and close it."), "review", 10),
        Deed("return", N_("Send back"), N_("It goes one step back; questions that are open are taken back."), "reason", 3),
        Deed("roll-back", N_("Roll back"), N_("It was taken back. The right on its systems ends now."), "report", 10, grave=True),
        Deed("stop", N_("Stop"), N_("The work ends within a second and is then rolled back."), "reason", 3, grave=True),
        Deed("cancel", N_("Cancel the change"), N_("It will not be made; its approvals end with it."), "reason", 3, grave=True),
    )
}  # fmt: skip
"""Deeds in the order of their buttons."""
