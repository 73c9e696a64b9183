"""The agent's desk: inbox, conversation, customer, telephone, state. Each page calls the field's own readings and actions. [OC-1, OC-3]"""

from datetime import datetime
from uuid import UUID, uuid4

from starlette.responses import Response

from api.console import frame, talk
from api.console.account import uuid_of
from api.console.awareness import unread
from api.console.pages import desk
from api.console.pages.frame import AgentState, Call, Choice, Form, Phone, State
from api.console.visit import Visit, route
from api.words import N_, _
from contactcenter import agents, conversations, inbox, lines
from contactcenter.views import Row, View
from contactcenter.voice.server import address
from kernel.actor import Actor
from kernel.errors import Malformed, NotFound

PHASES = {"reserved": "ringing", "open": "connected", "wrap-up": "wrap-up"}
SECTIONS = (("reserved", N_("Offered to you")), ("open", N_("Yours")), ("wrap-up", N_("To be finished")))
WAITING = N_("Waiting in your queues")


def standing(actor: Actor, now: datetime) -> frame.Standing:  # noqa: ARG001 - the form the frame asks for
    """How somebody stands as an agent, for the frame around every page."""
    if not frame.is_open(actor, "agent.ready"):
        return frame.Standing()
    mine = inbox.my_standing(actor)
    if not mine.enrolled or mine.state is None or mine.since is None:
        return frame.Standing()
    rows = inbox.list_conversations(actor, box="mine")
    calls = [row for row in rows if row.channel == "voice" and row.status in PHASES]
    state = frame.STATES[mine.state]
    if mine.reason:
        state = State(frame.reason_of(mine.reason), state.colour)
    return frame.Standing(
        agent=AgentState(state, mine.since, mine.presence == "ready", mine.presence == "offline", frame.PAUSES),
        phone=Phone(address() is not None, _call(actor, calls[0]) if calls else None) if mine.voice else None,
        counts=(("/desk", len(rows)),),
    )


def _call(actor: Actor, row: Row) -> Call:
    phase = PHASES[row.status]
    choices: tuple[Choice, ...] = ()
    if phase == "wrap-up":
        view = inbox.read_conversation(actor, row.id, since=1_000_000)
        choices = talk.dispositions(lines.list_dispositions(actor, campaign_id=view.campaign_id))
    return Call(
        phase, row.who or _("Caller"), "", row.queue, row.since, str(row.id), talk.language(row.language), choices
    )


def page(visit: Visit) -> Response:
    """GET /desk, with nothing open; a conversation that is offered opens by itself."""
    box = _inbox(visit, "")
    offered = _offered(box)
    return (
        visit.go(f"/desk/{offered}")
        if offered
        else visit.page("desk/desk.html", desk.Desk(box, reminder=unread(visit)))
    )


def idle_part(visit: Visit) -> Response:
    """GET /desk/idle: what the desk says while nothing is open; an offer is named there, and the page opens it."""
    box = _inbox(visit, "")
    return visit.page("desk/idle.html", desk.Desk(box, offered=_offered(box), reminder=unread(visit)))


def _offered(box: desk.Inbox) -> str:
    offers = (ticket for section in box.sections if section.label == SECTIONS[0][1] for ticket in section.tickets)
    return next((ticket.id for ticket in offers if ticket.channel != "voice"), "")


def open_talk(visit: Visit) -> Response:
    """GET /desk/{id}."""
    talk_id = uuid_of(visit.request.path_params["id"])
    view = inbox.read_conversation(visit.actor, talk_id)
    shown = _shown(visit, view)
    customer = (
        talk.customer(inbox.read_customer(visit.actor, talk_id), view.id) if shown.may_reply or shown.may_note else None
    )
    return visit.page("desk/desk.html", desk.Desk(_inbox(visit, str(talk_id)), shown, customer))


def _shown(visit: Visit, view: View) -> desk.Conversation:
    mine = view.assignee_id == visit.actor.id
    choices = talk.dispositions(lines.list_dispositions(visit.actor, campaign_id=view.campaign_id)) if mine else ()
    open_chat = mine and view.status == "open" and view.channel != "voice"
    queues = lines.list_queues(visit.actor, channel="webchat") if open_chat else []
    return talk.shown(
        view,
        may_accept=mine and view.status == "reserved" and view.channel != "voice",
        may_reply=open_chat,
        may_note=mine and view.status == "open",
        may_end=mine and view.status == "open",
        needs_disposition=mine and view.status == "wrap-up",
        dispositions=choices,
        queues=tuple(talk.queue_choice(q) for q in queues if q.id != view.queue_id and view.language in q.languages),
        form=Form(once=str(uuid4())),
    )


def _inbox(visit: Visit, current: str) -> desk.Inbox:
    mine = inbox.list_conversations(visit.actor, box="mine")
    waiting = inbox.list_conversations(visit.actor, box="waiting", limit=30)
    sections = [
        desk.Section(label, tuple(_ticket(row, current) for row in mine if row.status == status))
        for status, label in SECTIONS
    ]
    open_to_take = tuple(_waiting(row) for row in waiting if row.channel != "voice")
    topics = ["waiting", f"inbox:{visit.actor.id}", *(f"conversation:{row.id}" for row in mine)]
    return desk.Inbox((*sections, desk.Section(WAITING, open_to_take)), " ".join(topics))


def _ticket(row: Row, current: str) -> desk.Ticket:
    unread = row.last_author == "customer" and str(row.id) != current
    who = row.who or (_("Caller") if row.channel == "voice" else _("Visitor"))
    return desk.Ticket(
        str(row.id), who, row.channel, row.last or row.queue, row.since, row.late, unread, str(row.id) == current
    )


def _waiting(row: Row) -> desk.Ticket:
    place = f"{row.queue}, {talk.language(row.language)}"
    return desk.Ticket(str(row.id), row.reference, row.channel, place, row.since, row.late, take=True)


def inbox_part(visit: Visit) -> Response:
    """GET /desk/inbox?open=ID: the inbox anew."""
    box = _inbox(visit, visit.field("open"))
    return visit.part("desk/inbox.html", desk.Desk(box, _stub(visit.field("open"))))


def _stub(talk_id: str) -> desk.Conversation | None:
    """Only the id of the open conversation, for the address of the inbox part."""
    if not talk_id:
        return None
    state = State("")
    return desk.Conversation(talk_id, "", "", "", "", "", state, datetime.min, (), False, False, False, False)  # noqa: DTZ901


def messages_part(visit: Visit) -> Response:
    """GET /desk/{id}/messages: the words anew. A conversation that is no longer ours, or ended, is shown whole a moment later."""
    view = inbox.read_conversation(visit.actor, uuid_of(visit.request.path_params["id"]))
    stale = visit.field("status") not in {"", view.status}
    return visit.part("desk/messages.html", desk.Desk(desk.Inbox(()), talk.shown(view, stale=stale)))


def reply(visit: Visit) -> Response:
    """POST /desk/{id}/reply: to the customer, or a note for colleagues. The words appear at once."""
    talk_id = uuid_of(visit.request.path_params["id"])
    text = visit.field("text").replace("\r\n", "\n")
    if visit.field("kind") == "note":
        written = conversations.note(visit.actor, talk_id, text=text)
        said = desk.Message(str(written.id), "note", written.text, written.written_at, visit.actor.name)
    else:
        sent = conversations.reply(visit.actor, talk_id, text=text, key=_once(visit.field("once")))
        said = desk.Message(str(sent.id), "ours", sent.text, sent.received_at, visit.actor.name)
    return visit.part("desk/said.html", said) if visit.partial else visit.go(f"/desk/{talk_id}")


def _once(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Malformed("This page is too old; reload it.") from None


def accept(visit: Visit) -> Response:
    """POST /desk/{id}/accept."""
    talk_id = uuid_of(visit.request.path_params["id"])
    conversations.accept(visit.actor, talk_id)
    return visit.go(f"/desk/{talk_id}")


def decline(visit: Visit) -> Response:
    """POST /desk/{id}/decline."""
    conversations.decline(visit.actor, uuid_of(visit.request.path_params["id"]))
    return visit.go("/desk")


def end(visit: Visit) -> Response:
    """POST /desk/{id}/end, with how it ended."""
    chosen = visit.field("disposition")
    disposition = uuid_of(chosen) if chosen else None
    conversations.close(visit.actor, uuid_of(visit.request.path_params["id"]), disposition_id=disposition)
    return visit.go("/desk", "ended")


def set_disposition(visit: Visit) -> Response:
    """POST /desk/{id}/disposition: what is left to say after a call."""
    talk_id = uuid_of(visit.request.path_params["id"])
    conversations.set_disposition(visit.actor, talk_id, disposition_id=uuid_of(visit.field("disposition")))
    return (
        visit.page("parts/phone_facts.html", None)
        if visit.partial and not visit.boosted
        else visit.go("/desk", "ended")
    )


def transfer(visit: Visit) -> Response:
    """POST /desk/{id}/transfer."""
    talk_id = uuid_of(visit.request.path_params["id"])
    conversations.transfer(visit.actor, talk_id, queue_id=uuid_of(visit.field("queue")))
    return visit.go("/desk", "transferred")


def phone_part(visit: Visit) -> Response:
    """GET /desk/phone: what the house knows of the call in hand."""
    if visit.frame.phone is None:
        raise NotFound("There is no telephone here.")
    return visit.page("parts/phone_facts.html", None)


def state_part(visit: Visit) -> Response:
    """GET /parts/agent-state."""
    return visit.page("parts/agent_state.html", None)


def go_ready(visit: Visit) -> Response:
    """POST /agent/ready: from offline or from a pause."""
    agents.go_ready(visit.actor)
    return _state_answer(visit)


def pause(visit: Visit) -> Response:
    """POST /agent/pause."""
    agents.pause(visit.actor, reason=visit.field("reason"))  # type: ignore[arg-type]  # checked by the action's own model
    return _state_answer(visit)


def go_offline(visit: Visit) -> Response:
    """POST /agent/offline."""
    agents.go_offline(visit.actor)
    return _state_answer(visit)


def finish_call(visit: Visit) -> Response:
    """POST /agent/wrapped-up: nothing is left to say after the call."""
    agents.end_wrap_up(visit.actor)
    return visit.page("parts/phone_facts.html", None) if visit.partial else visit.go("/desk")


def _state_answer(visit: Visit) -> Response:
    return visit.page("parts/agent_state.html", None) if visit.partial else visit.go("/desk")


ROUTES = [
    route("/desk", page),
    route("/desk/inbox", inbox_part, touch=False),
    route("/desk/idle", idle_part, touch=False),
    route("/desk/phone", phone_part, touch=False),
    route("/desk/{id}", open_talk),
    route("/desk/{id}/messages", messages_part, touch=False),
    route("/desk/{id}/reply", reply, ("POST",)),
    route("/desk/{id}/accept", accept, ("POST",)),
    route("/desk/{id}/decline", decline, ("POST",)),
    route("/desk/{id}/end", end, ("POST",)),
    route("/desk/{id}/disposition", set_disposition, ("POST",)),
    route("/desk/{id}/transfer", transfer, ("POST",)),
    route("/parts/agent-state", state_part, touch=False),
    route("/agent/ready", go_ready, ("POST",)),
    route("/agent/pause", pause, ("POST",)),
    route("/agent/offline", go_offline, ("POST",)),
    route("/agent/wrapped-up", finish_call, ("POST",)),
]
frame.stand_by(standing)
