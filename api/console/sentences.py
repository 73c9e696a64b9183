"""The ledger in sentences: who did what to which thing, in the language of the reader."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from api.console.deeds import SENTENCES
from api.console.pages.frame import HistoryRow, State
from api.console.readings import look_names_up
from api.words import N_, _
from kernel.actor import Actor
from kernel.ledger.browse import EntryView

OUTCOMES = {
    "done": State(N_("Done"), "green"),
    "read": State(N_("Read"), "blue"),
    "denied": State(N_("Denied"), "red"),
    "refused": State(N_("Refused"), "red"),
    "not_found": State(N_("Not found"), "amber"),
    "malformed": State(N_("Malformed"), "amber"),
    "conflict": State(N_("Too late"), "amber"),
    "failed": State(N_("Failed"), "red"),
    "unknown": State(N_("Unknown"), "amber"),
}
FINE = frozenset({"done", "read"})

ICONS = (
    ("conversation", "message"),
    ("call", "phone"),
    ("phone", "phone"),
    ("person", "user"),
    ("policy", "book"),
    ("approval", "shield"),
    ("request", "shield"),
    ("duty", "clock"),
)
CLERKS = {
    "signin": N_("The sign-in desk"),
    "setup": N_("The set-up"),
    "voice": N_("The telephone exchange"),
    "routing": N_("The routing"),
    "webchat": N_("The web chat"),
    "provisioning": N_("The provisioning"),
    "intake": N_("The intake of log lines"),
}


def names_for(actor: Actor, entries: Iterable[EntryView]) -> dict[str, str]:
    """Ask once for the names behind everything these entries speak of."""
    refs = {ref for entry in entries for ref in (entry.body["actor"], entry.body.get("target")) if ref}
    refs |= {f"account:{entry.body.get('notes', {}).get('account', '')}" for entry in entries}
    return look_names_up(actor, refs=sorted(refs)[:1000])


def name_of(ref: str, names: Mapping[str, str]) -> str:
    """How people call what a reference stands for."""
    if ref in names:
        return names[ref]
    noun, _colon, name = ref.partition(":")
    if noun == "clerk":
        return _(CLERKS[name]) if name in CLERKS else _("The clerk %(name)s", name=name)
    if noun == "nobody":
        return _("Somebody unknown")
    return f"{noun} {name[-6:]}" if name else noun


def thing_of(body: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """How people call what an entry is about."""
    account = body.get("notes", {}).get("account")
    if body.get("target") is None and account:
        return name_of(f"account:{account}", names)
    return name_of(body["target"], names) if body.get("target") else _("the house")


def sentence(body: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """An entry in one sentence."""
    known = SENTENCES.get(body["action"])
    who, thing = name_of(body["actor"], names), thing_of(body, names)
    fine = body["outcome"] in FINE
    if known is not None:
        return _(known[1] if fine else known[2], who=who, thing=thing)
    plain = N_("%(who)s: %(action)s, %(thing)s") if fine else N_("%(who)s tried: %(action)s, %(thing)s")
    return _(plain, who=who, thing=thing, action=body["action"])


def icon_of(action: str) -> str:
    """The picture of an action."""
    if action in SENTENCES:
        return SENTENCES[action][0]
    return next((name for noun, name in ICONS if action.startswith(noun)), "cog")


def rows(actor: Actor, entries: list[EntryView]) -> tuple[HistoryRow, ...]:
    """Entries as the lines of a history."""
    names = names_for(actor, entries)
    return tuple(row(entry, names) for entry in entries)


def row(entry: EntryView, names: Mapping[str, str]) -> HistoryRow:
    """One entry as a line of a history."""
    body = entry.body
    refused = body["outcome"] not in FINE
    return HistoryRow(
        index=entry.index,
        sentence=sentence(body, names),
        at=datetime.fromisoformat(body["at"]),
        icon=icon_of(body["action"]),
        outcome=OUTCOMES.get(body["outcome"], OUTCOMES["unknown"]),
        refused=refused,
        why="",
        clauses=tuple(body.get("clauses", ())) if refused else (),
    )
