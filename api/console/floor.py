"""The supervisors' wall, and conversations for those who look back at them. [OC-12, OC-14]"""

from datetime import timedelta

from starlette.responses import Response

from api.console import frame, sentences, talk, typed_times
from api.console.account import uuid_of
from api.console.pages import desk, floor
from api.console.pages.frame import Chart, Column, State
from api.console.visit import Visit, route
from api.formats import duration
from api.words import N_, _
from contactcenter import inbox, indicators
from kernel.ledger.browse import read_history

NONE = "\u2013"


def wall(visit: Visit) -> Response:
    """GET /wall."""
    return visit.page("wall.html", _wall(visit))


def wall_part(visit: Visit) -> Response:
    """GET /parts/wall: the wall anew."""
    return visit.part("parts/wall.html", _wall(visit))


def _wall(visit: Visit) -> floor.Wall:
    seen = indicators.watch_floor(visit.actor, zone=typed_times.zone_name())
    queues = tuple(
        floor.Queue(
            name=queue.label,
            waiting=queue.waiting,
            oldest=seen.at - timedelta(seconds=queue.oldest_seconds) if queue.waiting else None,
            late=queue.oldest_seconds > queue.target,
            offered=queue.offered,
            answered=queue.answered,
            abandoned=queue.abandoned,
            service_level=_percent(queue.service_level),
        )
        for queue in seen.queues
    )
    agents = tuple(_agent(one) for one in seen.agents if one.state != "offline")
    return floor.Wall(_figures(seen), queues, agents, _chart(seen), _alarms(seen))


def _percent(share: float | None) -> str:
    return NONE if share is None else f"{share:.0%}".replace("%", "\u202f%")


def _agent(one: indicators.AgentFigures) -> floor.Agent:
    state = frame.STATES[one.state]
    if one.reason:
        state = State(frame.reason_of(one.reason), state.colour)
    doing = [_("on a call")] if one.calls else []
    doing += [_("%(n)s of %(most)s chats", n=one.chats, most=one.most_chats)] if one.chats else []
    return floor.Agent(str(one.id), one.name, state, one.since, ", ".join(doing))


def _figures(seen: indicators.Wall) -> tuple[floor.Figure, ...]:
    waiting = sum(queue.waiting for queue in seen.queues)
    oldest = max((queue.oldest_seconds for queue in seen.queues if queue.waiting), default=0)
    late = any(queue.waiting and queue.oldest_seconds > queue.target for queue in seen.queues)
    states = [agent.state for agent in seen.agents]
    offered = sum(queue.offered for queue in seen.queues)
    lost = sum(queue.abandoned for queue in seen.queues)
    return (
        floor.Figure(N_("Waiting"), str(waiting)),
        floor.Figure(N_("Oldest waiting"), duration(oldest) if waiting else NONE, "bad" if late else ""),
        floor.Figure(N_("Ready"), str(states.count("ready")), "good" if "ready" in states else ""),
        floor.Figure(N_("At work"), str(sum(state in {"busy", "reserved", "wrap-up"} for state in states))),
        floor.Figure(N_("Offered today"), str(offered)),
        floor.Figure(N_("Given up today"), _percent(lost / offered if offered else None)),
    )


def _chart(seen: indicators.Wall) -> Chart | None:
    columns = tuple(Column(queue.label, queue.offered, str(queue.offered)) for queue in seen.queues)
    if not any(column.value for column in columns):
        return None
    return Chart("offered", _("Offered today by queue"), _("How many conversations came to each queue today."), columns)


def _alarms(seen: indicators.Wall) -> tuple[str, ...]:
    if any(agent.state == "ready" for agent in seen.agents):
        return ()
    late = [queue for queue in seen.queues if queue.waiting and queue.oldest_seconds > queue.target]
    return tuple(_("Nobody is ready, and %(count)s wait in %(queue)s.", count=q.waiting, queue=q.label) for q in late)


def conversation(visit: Visit) -> Response:
    """GET /conversations/{id}: words, facts, and its slice of the ledger."""
    talk_id = uuid_of(visit.request.path_params["id"])
    view = inbox.read_conversation(visit.actor, talk_id)
    entries = (
        read_history(visit.actor, ref=f"conversation:{talk_id}") if frame.is_open(visit.actor, "ledger.history") else []
    )
    shown = desk.ConversationPage(talk.shown(view), None, sentences.rows(visit.actor, entries))
    return visit.page("desk/conversation.html", shown)


ROUTES = [
    route("/wall", wall),
    route("/parts/wall", wall_part, touch=False),
    route("/conversations/{id}", conversation),
]
