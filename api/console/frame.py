"""The frame around the pages: places by right with their counts, the state switch, the telephone, looks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import AgentState, Alarmed, Choice, Frame, Group, Link, Phone, State
from api.words import LANGUAGES, N_, _
from iam.entry.presence import Signed
from kernel import gate
from kernel.actor import NOBODY, Actor
from kernel.db import HOUSE
from kernel.settings import settings
from policy import book
from policy.reading import TRAINED

THEMES = ("system", "light", "dark")
DENSITIES = ("comfortable", "compact")
DONE = {
    "saved": N_("Saved."),
    "password": N_("Your password is changed. Your other sessions have ended."),
    "session-ended": N_("The session has ended."),
    "sessions-ended": N_("The other sessions have ended."),
    "passkey-added": N_("The passkey is added."),
    "passkey-removed": N_("The passkey is removed."),
    "otp": N_("The authenticator is paired."),
    "step-up": N_("Thank you. Go on."),
    "ended": N_("The conversation has ended."),
    "transferred": N_("The conversation is handed over."),
    "added": N_("The person is added. Two messages are on their way."),
    "correcting": N_("It is being put right. The next look at the directory closes the case."),
    "asked-waiver": N_("Asked. The case is accepted once another person has said yes."),
    "done": N_("Done."),
    "basket": N_("It is in your basket. Send it when it is whole."),
    "disclosed": N_("Everything is locked. A message and a code are on their way to you: with both you come in again."),
    "rung": N_("The test is on its way. It stands here within seconds, and waits for an answer."),
    "asked": N_("Sent. Those who are asked find it in their approvals."),
    "answered": N_("Your answer is given."),
    "directory-added": N_("The directory is added. The first look comes within a minute."),
    "reported": N_("Thank you. The security officer has it."),
    "word": N_("You gave your word."),
    "looking": N_("Everything in it is looked at within a minute."),
    "governed": N_("The group is a right now. The next look holds it against the roles."),
    "bound": N_("Bound."),
    "attached": N_("The file is attached."),
    "tested": N_("The result is on record."),
    "asked-again": N_("It is read again within a minute; what was read before holds until then."),
    "directory-password": N_("Your password there is set."),
}


@dataclass(frozen=True)
class Place:
    """A place of the navigation and the right that opens it."""

    group: str
    link: Link
    right: str


PLACES = (
    Place(N_("Work"), Link(N_("Desk"), "/desk", icon="headset", key="g d"), "agent.ready"),
    Place(N_("Work"), Link(N_("Wall"), "/wall", icon="layout-dashboard", key="g w"), "floor.watch"),
    Place(N_("Work"), Link(N_("Approvals"), "/approvals", icon="checklist", key="g a"), "approval.inbox"),
    Place(N_("Work"), Link(N_("Requests"), "/requests", icon="shopping-cart", key="g r"), "request.draft"),
    Place(N_("Work"), Link(N_("My courses"), "/training", icon="school", key="g t"), "training.mine"),
    Place(N_("Work"), Link(N_("Report a breach"), "/report", icon="message-report", key="g n"), "breach.report"),
    Place(N_("House"), Link(N_("People"), "/people", icon="users", key="g p"), "person.list"),
    Place(N_("House"), Link(N_("Access profiles"), "/profiles", icon="shield-check", key="g f"), "profile.list"),
    Place(N_("House"), Link(N_("Access review"), "/certification", icon="clipboard-check", key="g v"), "person.list"),
    Place(N_("House"), Link(N_("Elevations"), "/elevations", icon="key", key="g e"), "person.list"),
    Place(N_("House"), Link(N_("Changes"), "/changes", icon="git-branch", key="g c"), "change.list"),
    Place(N_("House"), Link(N_("Firewalls"), "/firewalls", icon="wall", key="g u"), "network-device.list"),
    Place(
        N_("House"),
        Link(N_("Configurations"), "/firewalls/configurations", icon="shield", key="g j"),
        "configuration.devices",
    ),
    Place(
        N_("House"), Link(N_("Firewall logs"), "/firewalls/reviews", icon="list-search", key="g q"), "log-review.list"
    ),
    Place(N_("House"), Link(N_("Alarms"), "/firewalls/alarms", icon="bell", key="g 1"), "alarm.list"),
    Place(
        N_("House"),
        Link(N_("Firewall audits"), "/firewalls/audits", icon="clipboard-check", key="g 2"),
        "firewall-audit.list",
    ),
    Place(N_("House"), Link(N_("Deviations"), "/deviations", icon="alert-triangle", key="g x"), "deviation.list"),
    Place(N_("House"), Link(N_("Directories"), "/directories", icon="stack-2", key="g y"), "directory.read"),
    Place(N_("House"), Link(N_("Reports"), "/reports", icon="list-search", key="g o"), "report.access-log"),
    Place(N_("House"), Link(N_("Directive"), "/directives", icon="notebook", key="g i"), "directive.list"),
    Place(N_("House"), Link(N_("Service accounts"), "/services", icon="robot", key="g s"), "service.list"),
    Place(N_("House"), Link(N_("Disclosed secrets"), "/disclosures", icon="key-off", key="g k"), "disclosure.list"),
    Place(N_("House"), Link(N_("Letters"), "/letters", icon="mail", key="g m"), "receipt.list"),
    Place(N_("House"), Link(N_("Policy"), "/policy", icon="book-2", key="g b"), "policy.read"),
    Place(N_("House"), Link(N_("Training"), "/training/team", icon="certificate", key="g h"), "training.completion"),
    Place(N_("House"), Link(N_("Awareness"), "/awareness", icon="bulb", key="g z"), "phishing.outcome"),
    Place(N_("House"), Link(N_("Ledger"), "/ledger", icon="list-details", key="g l"), "ledger.search"),
)


@dataclass(frozen=True)
class Look:
    """How this browser shows the console; empty means: as the profile or the system says."""

    theme: str = "system"
    density: str = "comfortable"
    language: str = ""

    @classmethod
    def parse(cls, text: str) -> "Look":
        """Read it from its cookie; what is not known is left out."""
        parts = [*text.split("."), "", "", ""][:3]
        return cls(
            parts[0] if parts[0] in THEMES else "system",
            parts[1] if parts[1] in DENSITIES else "comfortable",
            parts[2] if parts[2] in LANGUAGES else "",
        )

    def written(self) -> str:
        """Write it for its cookie."""
        return f"{self.theme}.{self.density}.{self.language}"


@dataclass(frozen=True)
class Standing:
    """What a field tells the frame of a person: how they stand, what they talk on, what waits, by place."""

    agent: AgentState | None = None
    phone: Phone | None = None
    counts: tuple[tuple[str, int], ...] = ()


_position: list[Callable[[], int]] = [lambda: 0]
_standing: list[Callable[[Actor, datetime], Standing]] = []
_warning: list[Callable[[Actor], Alarmed | None]] = []
_counting: list[Callable[[Actor, datetime], tuple[str, int]]] = []


def follow(position: Callable[[], int]) -> None:
    """Tell where the ledger's index of this process is known."""
    _position[0] = position


def stand_by(ask: Callable[[Actor, datetime], Standing]) -> None:
    """Tell who knows how a person stands."""
    _standing[:] = [ask]


def count_by(ask: Callable[[Actor, datetime], tuple[str, int]]) -> None:
    """Tell who counts what waits at a place; asked for each page, so it must be cheap."""
    _counting.append(ask)


def warn_by(ask: Callable[[Actor], Alarmed | None]) -> None:
    """Tell who knows of alarms that nobody has taken on."""
    _warning[:] = [ask]


def position() -> int:
    """The ledger's index up to which this process has heard; what a page shows is at least as new."""
    return _position[0]()


def build(
    actor: Actor,
    signed: Signed | None,
    look: Look,
    language: str,
    path: str,
    now: datetime,
    live: int,
    held: str,
    done: str,
) -> Frame:
    """Build the frame for somebody, or for nobody."""
    notice = _(DONE[done]) if done in DONE else ""
    if signed is None or actor is NOBODY:
        return bare(look, language, path, now, done=notice)
    standing = _standing[0](actor, now) if _standing else Standing()
    return Frame(
        language=language,
        now=now,
        path=path,
        theme=look.theme,
        density=look.density,
        person_id=str(actor.id),
        name=signed.name,
        role=main_role(actor),
        groups=places_of(actor, dict(standing.counts) | dict(ask(actor, now) for ask in _counting)),
        agent=standing.agent,
        phone=standing.phone,
        alarm=_warning[0](actor) if _warning else None,
        live=live,
        held=held,
        demo=settings.demo,
        done=notice,
        can_search=True,
    )


def bare(look: Look, language: str, path: str, now: datetime, *, person_id: str = "", done: str = "") -> Frame:
    """The frame of pages for nobody, and of parts that show nothing of what surrounds them."""
    return Frame(
        language=language,
        now=now,
        path=path,
        theme=look.theme,
        density=look.density,
        person_id=person_id,
        demo=settings.demo,
        done=done,
    )


def places_of(actor: Actor, counts: dict[str, int]) -> tuple[Group, ...]:
    """The places that somebody's rights open, by group."""
    groups: dict[str, list[Link]] = {}
    for place in PLACES:
        if is_open(actor, place.right):
            link = place.link
            counted = Link(link.label, link.href, link.icon, counts.get(link.href, 0), link.key)
            groups.setdefault(place.group, []).append(counted)
    return tuple(Group(label, tuple(links)) for label, links in groups.items())


def is_open(actor: Actor, right: str) -> bool:
    """Whether somebody may do this anywhere at all; what wants the second factor anew, or a course, is open and says so when it is pressed."""
    found = gate.may(actor, right, gate.ANYWHERE)
    return found.allowed or found.condition in {"step-up", TRAINED}


def main_role(actor: Actor) -> str:
    """The label of the role somebody holds, the first one given."""
    held = gate.current().assignments.get(actor.ref, ())
    for assignment in held:
        return role_label(assignment.role)
    return ""


def role_label(role: str) -> str:
    """How people call a role, in the reader's language."""
    known = book.in_force().roles.get(role)
    return _(known.label) if known is not None and known.label else role


def place_label(scope: str) -> str:
    """How people call a scope: `site:porto-novo` is Porto Novo."""
    if scope == HOUSE:
        return _("the house")
    return scope.partition(":")[2].replace("-", " ").title() or scope


STATES = {
    "ready": State(N_("Ready"), "green"),
    "reserved": State(N_("Reserved"), "purple"),
    "busy": State(N_("Busy"), "blue"),
    "wrap-up": State(N_("Wrap-up"), "purple"),
    "paused": State(N_("Paused"), "amber"),
    "offline": State(N_("Offline"), "grey"),
}
UNASKED = {"no-answer": N_("No answer")}
"""Reasons of a pause that the house gives by itself, beside those one may choose."""
PAUSES = (
    Choice("break", N_("Break")),
    Choice("lunch", N_("Lunch")),
    Choice("training", N_("Training")),
    Choice("meeting", N_("Meeting")),
    Choice("back-office", N_("Back office")),
    Choice("technical", N_("Technical problem")),
)


def reason_of(reason: str) -> str:
    """Return a pause's reason in words to be translated."""
    return UNASKED.get(reason) or next((p.label for p in PAUSES if p.value == reason), reason)
