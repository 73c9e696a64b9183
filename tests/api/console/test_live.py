"""Hints: what an entry tells, who hears it, and what a browser that was away is given."""

from datetime import timedelta
from uuid import uuid4

import pytest

import iam
from api.live import RIGHTS, Hint, Hub, heard, hint_of
from api.standing import fingerprint, standing
from kernel import clock, gate
from kernel.actor import person
from tests import world

ME, OTHER, TALK = str(uuid4()), str(uuid4()), str(uuid4())


def entry(**more):
    return {"outcome": "done", "rows": 1, "scope": "house", "changes": {}, "target": f"conversation:{TALK}"} | more


def test_a_change_is_told_under_everything_it_touches():
    changes = {
        f"conversation:{TALK}": {"assignee_id": [None, ME], "status": ["queued", "open"]},
        f"message:{OTHER}": {"conversation_id": [None, TALK]},
    }
    topics = hint_of(7, entry(changes=changes)).topics
    assert {f"conversation:{TALK}", f"inbox:{ME}", f"phone:{ME}", "waiting", "floor"} <= topics


@pytest.mark.parametrize("silent", [{"outcome": "read"}, {"outcome": "denied"}, {"rows": 0}])
def test_what_changed_nothing_is_not_told(silent):
    assert not hint_of(7, entry(**silent)).topics


def test_an_agents_state_is_for_him_and_for_the_wall():
    assert hint_of(1, entry(target=None, changes={f"agent-state:{ME}": {"state": ["ready", "busy"]}})).topics == {
        f"agent:{ME}",
        "floor",
    }


def test_nobody_hears_of_what_he_may_not_see(database):
    supervisor, stranger = world.person(role="supervisor"), world.person()
    hint = Hint(1, "house", frozenset({f"conversation:{TALK}", f"inbox:{supervisor.id}", f"inbox:{OTHER}", "floor"}))
    assert heard(supervisor.actor, hint) == [f"conversation:{TALK}", "floor", f"inbox:{supervisor.id}"]
    assert heard(stranger.actor, hint) == []
    assert heard(person(uuid4(), "gone"), hint) == []


def test_a_right_that_comes_or_goes_is_looked_for_and_nobody_hears_whose():
    changes = {f"role-assignment:{OTHER}": {"taken_at": [None, "2026-11-23T10:00:00Z"]}}
    hint = hint_of(1, entry(target=f"role-assignment:{OTHER}", changes=changes))
    assert RIGHTS in hint.topics
    assert heard(person(uuid4(), "a colleague"), hint) == []


def test_the_end_of_a_right_by_the_clock_is_known_beforehand(database):
    admin, who, site = world.person(role="it-admin"), world.person(), world.site("cotonou")
    end = clock.now() + timedelta(minutes=4)
    iam.give_role(admin.actor, person_id=who.id, role="agent", scope=site, reason="stands in", end=end)
    held, edge = standing(gate.current(), who.actor, end - timedelta(seconds=4))
    assert (held, edge) == ({("agent", site)}, 4)
    held, edge = standing(gate.current(), who.actor, end)
    assert held == set()
    assert edge is None, "nothing else begins or ends"


def test_a_fingerprint_is_of_who_holds_what_where():
    one, other = person(uuid4(), "one"), person(uuid4(), "other")
    held = frozenset({("agent", "site:cotonou"), ("trainer", "house")})
    assert fingerprint(one, held) == fingerprint(one, frozenset([*held][::-1]))
    others = [(other, held), (one, frozenset()), (one, frozenset({("agent", "house")}))]
    assert len({fingerprint(one, held), *(fingerprint(*pair) for pair in others)}) == 4


def test_a_browser_that_was_away_gets_what_it_missed():
    hub = Hub()
    hub.hints.extend(Hint(index, "house", frozenset()) for index in range(10, 20))
    hub.position = 20
    assert hub.after(20) == []
    assert [hint.index for hint in hub.after(18) or ()] == [18, 19]
    assert hub.after(10) is not None
    assert hub.after(3) is None, "longer ago than is remembered: the page loads anew"


def test_stream_is_for_the_signed_in(visitor):
    answer = visitor.get("/live?after=0")
    assert "event: signed-out" in answer.text
