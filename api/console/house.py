"""Pages of the house: the start, search, the policy book, static parts."""

from datetime import datetime

from starlette.responses import Response
from starlette.routing import Mount

from api.console import frame
from api.console.ledger import href_of
from api.console.pages import plain, policy
from api.console.pages.frame import State
from api.console.readings import find_names
from api.console.visit import Visit, route
from api.statics import Statics
from api.words import N_
from kernel import gate
from kernel.access import PolicyEdition
from kernel.db import read_session
from policy import book
from policy.reading import Clause
from policy.status import status

CHAPTERS = {
    "ID": N_("Identity"), "PW": N_("Passwords"), "AC": N_("Access control"), "CC": N_("Change control"), "FW": N_("Firewalls"),
    "TR": N_("Training"), "DS": N_("Data"), "IS": N_("Infrastructure"), "SW": N_("Software"), "OP": N_("Operations"),
    "WS": N_("Workstations"), "FA": N_("Facilities"), "BC": N_("Continuity"), "OC": N_("Contact centre"),
}  # fmt: skip
WORDS = {
    "violated": State(N_("Violated"), "red"),
    "unproven": State(N_("Unproven"), "grey"),
    "stale": State(N_("Stale"), "amber"),
    "not evaluable": State(N_("Not evaluable"), "amber"),
    "excepted": State(N_("Excepted"), "purple"),
    "attested": State(N_("Attested"), "blue"),
    "holds": State(N_("Holds"), "green"),
}
FIRST = ("/wall", "/desk", "/ledger", "/people", "/policy")
LATER = State(N_("Not yet in force"), "grey")


def start(visit: Visit) -> Response:
    """GET /: the first place that somebody's rights open."""
    places = {link.href for group in visit.frame.groups for link in group.links}
    first = next((href for href in FIRST if href in places), None)
    return visit.go(first) if first else visit.page("welcome.html", None)


def search(visit: Visit) -> Response:
    """GET /search: entries by number, people and conversations by name, clauses by id or words."""
    words = visit.field("q").strip()[:100]
    hits: list[plain.Hit] = []
    if words.isdigit() and frame.is_open(visit.actor, "ledger.search"):
        return visit.go(f"/ledger/{words[:15]}")
    if words:
        for ref, name in find_names(visit.actor, words=words).items():
            is_person = ref.startswith("person:")
            if not is_person or frame.is_open(visit.actor, "person.read"):
                kind = N_("Person") if is_person else N_("Conversation")
                hits.append(plain.Hit(name, kind, href_of(ref), "user" if is_person else "messages"))
        hits += [
            plain.Hit(clause.id, clause.text, f"/policy#{clause.id}", "book")
            for clause in book.in_force().clauses
            if words.upper() == clause.id or words.lower() in clause.text.lower()
        ][:10]
    return visit.page("search.html", plain.Found(words, tuple(hits)))


def policy_book(visit: Visit) -> Response:
    """GET /policy: the book as a document, the state of each clause beside it for those who may know it."""
    edition = gate.current().edition
    words = {}
    if frame.is_open(visit.actor, "evidence.status"):
        words = {found.id: found.status for found in status(visit.actor) if found.in_force}
    chapters: dict[str, list[policy.Clause]] = {}
    for clause in book.in_force().clauses:
        chapters.setdefault(clause.id.partition("-")[0], []).append(_clause(clause, words.get(clause.id, "")))
    digest, since = _edition(edition)
    return visit.page(
        "policy/book.html",
        policy.Book(
            edition, since, digest,
            tuple(policy.Chapter(id, CHAPTERS.get(id, id), tuple(clauses)) for id, clauses in chapters.items()),  # noqa: A001
        ),
    )  # fmt: skip


def _clause(clause: Clause, word: str) -> policy.Clause:
    maps = [f"ISO 27001 {n}" for n in clause.maps.iso27001] + [f"PCI DSS {n}" for n in clause.maps.pci]
    maps += [f"ISO 22301 {n}" for n in clause.maps.iso22301]
    return policy.Clause(
        id=clause.id,
        text=clause.text,
        kind=", ".join(clause.kind),
        owner=frame.role_label(clause.owner),
        state=WORDS.get(word) if clause.in_force else LATER,
        guard=", ".join(clause.guard),
        duty=", ".join(clause.duty),
        evidence=", ".join(clause.evidence),
        parameters=tuple((name.replace("_", " "), _shown(value)) for name, value in clause.parameters.items()),
        maps=tuple(maps),
    )


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _edition(number: int) -> tuple[str, datetime | None]:
    with read_session() as session:
        found = session.query(PolicyEdition).filter_by(number=number).first()
    return (found.digest, found.published_at) if found else ("", None)


def navigation(visit: Visit) -> Response:
    """GET /parts/navigation: the places anew, with their counts."""
    return visit.page("parts/navigation.html", None)


ROUTES = [
    route("/", start),
    route("/search", search),
    route("/policy", policy_book),
    route("/parts/navigation", navigation, touch=False),
    Mount("/static", Statics(), name="static"),
]
