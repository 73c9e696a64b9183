"""The ledger browser: search, one entry with its proof, and the proof to take away. [OC-14]"""

from datetime import datetime
from urllib.parse import urlencode

from starlette.responses import PlainTextResponse, Response

from api.console import sentences, typed_times
from api.console.pages import ledger
from api.console.pages.frame import Choice, Form
from api.console.readings import find_names
from api.console.visit import Visit, route
from api.words import N_, _
from kernel.errors import Malformed, NotFound, OmniError
from kernel.ledger import browse
from policy import book

PAGE = 50
OUTCOMES = tuple(Choice(value, state.word) for value, state in sentences.OUTCOMES.items())
RULES = {
    "granted": N_("A role of theirs allows it."),
    "silence": N_("None of their roles allows it."),
    "Refused": N_("The gate allowed it, a rule of the house stood against it."),
    "Conflict": N_("Somebody was quicker."),
    "NotFound": N_("There was no such thing."),
    "Malformed": N_("What was sent did not have the shape it needs."),
    "Busy": N_("Too much at once."),
}
FIELDS = ("q", "actor", "action", "outcome", "since", "until")


def search(visit: Visit) -> Response:
    """GET /ledger."""
    form = Form({name: visit.field(name)[:200] for name in FIELDS})
    words = form.value("q").strip()
    if words.isdigit():
        return visit.go(f"/ledger/{words}")
    before = visit.field("before")
    found = browse.search_entries(
        visit.actor,
        refs=_refs(visit, words),
        actors=_refs(visit, form.value("actor").strip(), "person:"),
        action=form.value("action").strip()[:100],
        outcome=form.value("outcome")[:20],
        since=_day(form.value("since")),
        until=_day(form.value("until"), 1),
        before=int(before) if before.isdigit() else None,
        limit=PAGE,
    )
    asked = {name: value for name, value in form.values.items() if value}
    older = f"/ledger?{urlencode({**asked, 'before': found.entries[-1].place})}" if found.more else ""
    newest = f"/ledger?{urlencode(asked)}" if before else ""
    rows = sentences.rows(visit.actor, found.entries)
    view = ledger.Search(form, rows, found.size, found.signed_at, OUTCOMES, older, newest, bool(asked))
    return visit.page("ledger/search.html", view)


def _refs(visit: Visit, words: str, noun: str = "") -> list[str] | None:
    """References for what somebody typed: as it is when it is one already, else by name; None where nothing was typed."""
    if not words:
        return None
    if ":" in words or words == "nobody":
        return [words[:100]]
    return [ref for ref in find_names(visit.actor, words=words[:100], limit=100) if ref.startswith(noun)]


def _day(text: str, more: int = 0) -> datetime | None:
    """Read a day of the house; anything else asks for nothing."""
    try:
        return typed_times.read_day(text, "", more=more)
    except Malformed:
        return None


def read(visit: Visit) -> Response:
    """GET /ledger/{index}."""
    found = browse.read_entry(visit.actor, index=_index(visit))
    body, names = found.entry.body, sentences.names_for(visit.actor, [found.entry])
    refs = sorted({ref for ref in body["changes"] if isinstance(body["changes"][ref], dict)})
    index = found.entry.index or 0
    line = sentences.row(found.entry, names)
    return visit.page(
        "ledger/entry.html",
        ledger.Entry(
            index=index,
            sentence=line.sentence,
            icon=line.icon,
            outcome=line.outcome,
            at=line.at,
            actor=sentences.name_of(body["actor"], names),
            actor_href=href_of(body["actor"]),
            session=body.get("session", "")[:13],
            action=body["action"],
            target=sentences.name_of(body["target"], names) if "target" in body else "",
            target_href=href_of(body.get("target", "")),
            scope=body["scope"],
            clauses=tuple((clause, _clause(clause)) for clause in body["clauses"]),
            why=_why(body),
            edition=body["edition"],
            changes=tuple(change for ref in refs for change in changes_of(ref, body["changes"][ref], names)),
            notes=tuple((name, str(value)) for name, value in body["notes"].items()),
            facts=tuple(str(fact) for fact in body["facts"]),
            body=found.raw,
            proof=_proof(found.proof),
            action_id=body["action_id"],
            before=f"/ledger/{index - 1}" if index else "",
            after=f"/ledger/{index + 1}" if found.proof is None or index + 1 < found.proof.size else "",
        ),
    )


def _index(visit: Visit) -> int:
    text = visit.request.path_params["index"]
    if not text.isdigit() or len(text) > 15:  # noqa: PLR2004 - more entries than any ledger will have
        raise NotFound("There is no such entry.")
    return int(text)


def _clause(clause_id: str) -> str:
    try:
        return book.clause(clause_id).text
    except OmniError:
        return ""


def _why(body: dict[str, str]) -> str:
    """Why the gate or the field said so: the rule as it stood, in words where it is one of the gate's own."""
    rule = str(body.get("why") or "")
    if rule in RULES:
        return _(RULES[rule])
    return _("The rule: %(rule)s", rule=rule) if rule else ""


def changes_of(ref: str, fields: dict[str, list[object]], names: dict[str, str]) -> list[ledger.Change]:
    """What an entry says of one thing, field by field."""
    thing = sentences.name_of(ref, names)
    return [
        ledger.Change(thing, name, *(["" if value is None else str(value) for value in pair[:2]] + ["", ""])[:2])
        for name, pair in sorted(fields.items())
        if isinstance(pair, list)
    ]


def href_of(ref: str) -> str:
    """The page of what a reference stands for, empty where it has none."""
    noun, _colon, key = ref.partition(":")
    places = {"person": "/people/", "conversation": "/conversations/"}
    return places[noun] + key if noun in places and key else ""


def _proof(found: browse.ProofView | None) -> ledger.Proof | None:
    if found is None:
        return None
    path = tuple(found.path)
    return ledger.Proof(found.holds, found.index, found.size, found.leaf, found.root, path, found.checkpoint)


def take_proof(visit: Visit) -> Response:
    """GET /ledger/{index}/proof: a file that anyone can verify."""
    found = browse.read_entry(visit.actor, index=_index(visit))
    if found.proof is None:
        raise NotFound("The proof is not there yet.")
    name = f"entry-{found.proof.index}.tlog-proof"
    return PlainTextResponse(found.proof.file, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def verify_page(visit: Visit) -> Response:
    """GET /ledger/verify: how to check the ledger without trusting this server."""
    return visit.page("ledger/verify.html", None)


ROUTES = [
    route("/ledger", search),
    route("/ledger/verify", verify_page),
    route("/ledger/{index}", read),
    route("/ledger/{index}/proof", take_proof),
]
