"""Rights in plain words: what a role is for, what a line of a request asks, who is asked. [AC-6]"""

from collections.abc import Mapping

from api.console import frame
from api.console.pages.frame import State
from api.words import N_, _

ROLES: Mapping[str, str] = {
    "agent": N_("Answers customers at the desk: calls and messages of the queues they are enrolled in."),
    "supervisor": N_("Does what an agent does, sees the wall, and looks after the agents of a team."),
    "manager": N_("Leads people: asks for their rights, answers for them, and certifies them again."),
    "trainer": N_("Brings people in and trains them: may ask for identities and rights of others."),
    "it-admin": N_(
        "Runs the systems: suspends accounts, lets people go, takes roles back; brings in and gives under an elevation alone."
    ),
    "technical-director": N_("Authorises changes and the roles of control; may change the policy book with another."),
    "customer-operations-director": N_(
        "Answers for the operation: agrees to maintenance, owns the rights of the floor."
    ),
    "security-officer": N_("Owns the rules: reviews logs and deviations, suspends, approves waivers and editions."),
    "client-representative": N_("Sees what concerns one client, and accepts the service for them."),
    "auditor": N_("Reads everything that proves the rules, and decides nothing."),
}
DEEDS: Mapping[str, str] = {
    "create": N_("Bring a person in"),
    "move": N_("Move"),
    "suspend": N_("Suspend"),
    "reactivate": N_("Let in again"),
    "revoke": N_("Let go"),
    "allocate": N_("Give a role"),
    "amend": N_("Give a role another end"),
    "withdraw": N_("Take a role back"),
    "allocate-profile": N_("Give a profile"),
    "amend-profile": N_("Give a profile another end"),
    "withdraw-profile": N_("Take a profile back"),
    "several": N_("Several things"),
}
STATES: Mapping[str, State] = {
    "draft": State(N_("In the basket"), "grey"),
    "asked": State(N_("Asked"), "blue"),
    "granted": State(N_("Granted"), "purple"),
    "executed": State(N_("Carried out"), "green"),
    "refused": State(N_("Refused"), "red"),
    "withdrawn": State(N_("Withdrawn"), "grey"),
    "expired": State(N_("Expired"), "amber"),
    "failed": State(N_("Not carried out"), "red"),
    "open": State(N_("Waiting"), "blue"),
    "used": State(N_("Granted"), "green"),
}
OUTCOMES: Mapping[str, State | None] = {
    "waiting": None,
    "done": State(N_("Done"), "green"),
    "already": State(N_("Was so already"), "grey"),
    "failed": State(N_("Not done"), "red"),
}
VOICES: Mapping[str, str] = {"manager-of-subject": N_("the manager"), "owner-of-right": N_("the owner of the right")}
QUESTIONS: Mapping[str, str] = {
    "access.identity": N_("An identity"),
    "access.right": N_("A right"),
    "policy.publish": N_("An edition of the policy book"),
    "waiver.grant": N_("A waiver"),
    "change.authorise": N_("A change"),
    "change.consent": N_("Maintenance"),
    "change.client-consent": N_("A change that affects you"),
    "change.emergency": N_("An emergency change"),
    "change.accept": N_("An unauthorised change"),
    "phishing.run": N_("A trial mail"),
    "course.publish": N_("A course"),
    "course.retire": N_("The end of a course"),
    "training.excuse": N_("An excuse from a course"),
    "audit-method.approve": N_("The method of the firewall audit"),
}


def meaning(role: str) -> str:
    """What a role is for, in a sentence; its name where no sentence is written."""
    return _(ROLES[role]) if role in ROLES else frame.role_label(role)


def title(deed: str, role: str | None, scope: str, profile: str = "") -> str:
    """What a line or a request asks, short enough for a heading."""
    if profile and deed in {"create", "move"}:
        return _("%(deed)s: %(profile)s", deed=_(DEEDS[deed]), profile=profile)
    if profile and f"{deed}-profile" in DEEDS:
        said = _(DEEDS[f"{deed}-profile"])
        return _("%(deed)s: %(role)s, %(place)s", deed=said, role=profile, place=place(scope))
    if role is None or deed not in {"allocate", "amend", "withdraw"}:
        return _(DEEDS[deed])
    return _("%(deed)s: %(role)s, %(place)s", deed=_(DEEDS[deed]), role=frame.role_label(role), place=place(scope))


def place(scope: str) -> str:
    """How people call a scope."""
    return frame.place_label(scope)


def voice(name: str) -> str:
    """Who is asked: a role, a relation, or one of several."""
    parts = [_(VOICES[part]) if part in VOICES else frame.role_label(part) for part in name.split(" or ")]
    return _(" or ").join(parts)


def question(name: str) -> str:
    """What kind of thing is to be approved."""
    return _(QUESTIONS[name]) if name in QUESTIONS else name.replace(".", ": ").replace("-", " ").capitalize()
