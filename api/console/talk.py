"""A conversation as pages show it: words, notes and events in the order of time; the customer's card."""

from typing import Any
from uuid import UUID

from babel import Locale, UnknownLocaleError

from api.console.pages import desk
from api.console.pages.frame import Choice, State
from api.words import N_, _, locale
from api.words import language as spoken
from contactcenter import lines
from contactcenter.views import Card, View
from policy.local_time import local

STATES = {
    "new": State(N_("New"), "grey"),
    "queued": State(N_("Waiting"), "amber"),
    "reserved": State(N_("Offered"), "purple"),
    "open": State(N_("Open"), "blue"),
    "wrap-up": State(N_("To be finished"), "purple"),
    "closed": State(N_("Closed"), "grey"),
}
OVER = N_("This conversation is over.")
ELSEWHERE = N_("This conversation is not in your hands.")


def shown(view: View, **rights: Any) -> desk.Conversation:
    """A conversation, and what may be done with it now."""
    return desk.Conversation(
        id=str(view.id),
        reference=view.reference,
        who=view.who or (_("Caller") if view.channel == "voice" else _("Visitor")),
        channel=view.channel,
        queue=view.queue,
        language=language(view.language),
        state=STATES[view.status],
        since=view.opened_at,
        messages=lines_of(view),
        assignee=view.assignee or "",
        earlier=view.earlier,
        may_transfer=bool(rights.get("queues")),
        why_not=_(OVER) if view.status in {"wrap-up", "closed"} else _(ELSEWHERE),
        status=view.status,
        **{"may_reply": False, "may_note": False, "may_end": False, **rights},
    )


def lines_of(view: View) -> tuple[desk.Message, ...]:
    """Messages, notes and events in the order of time, with a line for each new day."""
    found = [desk.Message(f"o-{view.id}", "event", _("Opened"), view.opened_at)]
    if view.answered_at:
        found.append(
            desk.Message(
                f"a-{view.id}", "event", _("%(name)s took it", name=view.assignee or _("An agent")), view.answered_at
            )
        )
    if view.ended_at:
        found.append(desk.Message(f"e-{view.id}", "event", _("Ended"), view.ended_at))
    kinds = {"customer": "theirs", "agent": "ours", "system": "event"}
    found += [desk.Message(str(m.id), kinds[m.author], m.text, m.at, m.author_name or "") for m in view.messages]
    found += [desk.Message(str(n.id), "note", n.text, n.at, n.author_name or "") for n in view.notes]
    found.sort(key=lambda line: line.at)
    days: list[desk.Message] = []
    for at, line in enumerate(found):
        if at == 0 or local(line.at).date() != local(found[at - 1].at).date():
            days.append(desk.Message(f"day-{local(line.at):%Y%m%d}", "day", "", line.at))
        days.append(line)
    return tuple(days)


def customer(card: Card, but: UUID) -> desk.Customer:
    """Who we are talking to; the conversation at hand is left out of the earlier ones."""
    return desk.Customer(
        name=card.name or _("Not known by name"),
        segment=card.segment or "",
        language=language(card.language) if card.language else "",
        number=card.phone,
        email=card.email,
        client="",
        first_seen=card.first_seen,
        past=tuple(
            desk.Past(str(past.id), past.channel, _label(past.disposition) or past.queue, past.at)
            for past in card.past
            if past.id != but
        )[:8],
    )


def dispositions(choices: list[lines.Choice]) -> tuple[Choice, ...]:
    """Ways in which a conversation may end, in the reader's language."""
    return tuple(Choice(str(one.id), _label(one.labels) or one.code) for one in choices)


def queue_choice(queue: lines.QueueLine) -> Choice:
    """A queue to hand over to."""
    return Choice(str(queue.id), queue.label)


def _label(labels: dict[str, str] | None) -> str:
    if not labels:
        return ""
    return labels.get(spoken()) or next(iter(labels.values()))


def language(code: str) -> str:
    """The name of a language, in the reader's language."""
    try:
        return str(Locale.parse(code).get_language_name(spoken()) or code)
    except (UnknownLocaleError, ValueError):
        return str(locale(spoken()).languages.get(code, code))
