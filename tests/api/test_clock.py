"""A clock that jumps, a day ahead and an hour back: nothing is granted that was not, nothing is lost, nothing crashes."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest

import iam
from contactcenter import conversations, sweeping
from iam.entry import sessions, throttle
from kernel import clock, db
from kernel.errors import Busy, Conflict, Denied, NotFound, OmniError, Refused, StepUpNeeded
from kernel.sweeps import SWEEPS
from policy import book, deadlines
from policy.models import Duty
from tests import world
from tests.api.conftest import TestClient, entered, token_of
from tests.contactcenter.house import House, arrives, conversation, offers_of
from tests.iam.conftest import Hands, hands

__all__ = ["hands"]
pytestmark = pytest.mark.usefixtures("database")
MINE = "/api/v1/account/mine"


@pytest.fixture
def knock(programs: TestClient) -> Callable[[world.Somebody], int]:
    """Try somebody's session at the door: the status."""

    def send(who: world.Somebody) -> int:
        status: int = programs.get(MINE, headers=token_of(who)).status_code
        return status

    return send


def test_a_session_that_is_over_stays_over_where_the_clock_is_put_back(
    hands: Hands, knock: Callable[[world.Somebody], int]
) -> None:
    """A day ahead it is over; whoever came in keeps nothing by it. Ended by a person, it stays ended at any hour."""
    who, ended = entered(), entered()
    assert ended.entered is not None
    assert knock(who) == knock(ended) == 200
    hands.forward(days=1)
    assert knock(who) == 401
    sessions.end_session(ended.actor, session_of(ended))
    hands.back(days=1)
    assert knock(ended) == 401
    hands.back(hours=1)
    assert knock(ended) == 401
    assert knock(who) in {200, 401}


def session_of(who: world.Somebody) -> UUID:
    assert who.actor.session is not None
    return who.actor.session


def test_an_hour_back_is_no_sign_of_life(hands: Hands, knock: Callable[[world.Somebody], int]) -> None:
    """Idle time counts from the last use as it was noted, and use at an earlier hour does not lengthen a session."""
    who = entered()
    idle = book.number("ID-1", "idle_minutes")
    hands.back(hours=1)
    assert knock(who) == 200
    hands.forward(hours=1)
    hands.forward(minutes=idle - 1)
    assert knock(who) == 200
    hands.forward(minutes=idle + 1)
    assert knock(who) == 401


def test_a_step_up_is_not_young_again(hands: Hands) -> None:
    """A factor shown in what is now the future is no fresh factor for longer than the book allows."""
    admin, other = world.activated(role="it-admin"), world.person()
    minutes = book.number("ID-1", "step_up_minutes")
    hands.forward(minutes=minutes + 1)
    with pytest.raises(StepUpNeeded):
        iam.suspend_person(admin.actor, other.id)
    hands.forward(days=1)
    with pytest.raises(StepUpNeeded):
        iam.suspend_person(admin.actor, other.id)


def test_a_used_code_is_used_at_every_hour(hands: Hands) -> None:
    """The clock is put back to where the code was right: it was taken once, and earlier ones are behind it."""
    ama = world.activated()
    hands.forward(seconds=31)
    code = ama.code()
    assert iam.sign_in(ama.user_name, ama.password, source=world.HERE, proof=iam.Proof(code=code))
    for shift in (timedelta(0), timedelta(days=1), -timedelta(days=1), -timedelta(hours=1)):
        hands.time += shift
        with pytest.raises((Refused, Busy)):
            iam.sign_in(ama.user_name, ama.password, source=world.HERE, proof=iam.Proof(code=code))


def test_a_code_of_an_earlier_hour_is_refused_after_a_jump_back(hands: Hands) -> None:
    """An hour back, the authenticator shows codes from before the last one taken: they may have been seen."""
    ama = world.activated()
    hands.forward(seconds=31)
    ama.sign_in()
    hands.back(hours=1)
    with pytest.raises((Refused, Busy)):
        ama.sign_in()
    hands.forward(hours=1, minutes=1)
    assert ama.sign_in()


def test_a_jump_back_frees_nobody_who_is_held_back(hands: Hands) -> None:
    key = throttle.key("pair", "someone", "somewhere")
    for _ in range(20):
        try:
            throttle.count([key], hands.time)
        except Busy as held:
            hands.forward(seconds=held.retry_after)
            throttle.count([key], hands.time)
    with pytest.raises(Busy) as before:
        throttle.count([key], hands.time)
    hands.back(hours=1)
    with pytest.raises(Busy) as after:
        throttle.count([key], hands.time)
    longest = book.number("ID-1", "longest_delay_seconds")
    assert before.value.retry_after <= longest
    assert 0 < after.value.retry_after <= 3600 + longest


def test_an_offer_is_nobodys_for_ever_nor_two_agents(hands: Hands, database: str) -> None:
    """A day ahead it has expired and cannot be accepted; an hour back it stands once and is taken once."""
    house = House()
    ama = house.agent().ready()
    talk = arrives(house.widget(house.queue())).conversation().id
    (offer,) = offers_of(talk)
    hands.back(hours=1)
    sweeping.look(hands.time)
    assert [o.outcome for o in offers_of(talk)] == [None]
    hands.forward(days=1)
    try:
        conversations.accept(ama.actor, talk)
        taken = True
    except (Refused, Conflict, Denied, NotFound):
        taken = False
    assert not taken, "an offer that expired a day ago was accepted"
    sweeping.look(hands.time)
    assert offers_of(talk)[0].id == offer.id
    assert offers_of(talk)[0].outcome is not None
    assert sum(o.outcome is None for o in offers_of(talk)) <= 1
    hands.back(hours=1)
    sweeping.look(hands.time)
    assert conversation(talk).status in {"queued", "offered", "open", "waiting"}


def test_duties_are_marked_late_once_and_never_unmarked(hands: Hands, database: str) -> None:
    def told() -> dict[UUID, tuple[object, ...]]:
        with db.read_session() as session:
            return {d.id: (d.state, d.due_at, d.opened_at) for d in session.query(Duty)}

    world.person(role="agent")
    deadlines.sweep(hands.time)
    first = told()
    hands.back(hours=1)
    deadlines.sweep(hands.time)
    assert told() == first, "an hour back opens and marks nothing"
    hands.forward(days=1)
    deadlines.sweep(hands.time)
    second = told()
    assert set(first) <= set(second)
    hands.back(hours=1)
    deadlines.sweep(hands.time)
    assert told() == second


@pytest.fixture
def every_hour(hands: Hands) -> Iterator[None]:
    """The hands go to and fro."""
    return (setattr(hands, "time", hands.time + shift) for shift in SHIFTS)


SHIFTS = (
    timedelta(0),
    -timedelta(hours=1),
    timedelta(days=1),
    -timedelta(hours=1),
    timedelta(days=365),
    -timedelta(days=366),
)


def test_every_sweep_bears_every_jump(hands: Hands, every_hour: Iterator[None], database: str) -> None:
    house = House()
    house.agent().ready()
    arrives(house.widget(house.queue()))
    for _ in every_hour:
        for name, (_seconds, look) in SWEEPS.items():
            try:
                look(clock.now())
            except OmniError as error:
                pytest.fail(f"{name} at {clock.now()}: {error.why}")


def test_rights_begin_and_end_by_the_clock_and_not_by_what_was_seen(hands: Hands, database: str) -> None:
    """A right that has ended is not there a day later, and one that begins tomorrow is not there an hour before."""
    from kernel import gate

    who = world.person()
    iam.give_role(
        world.SETUP,
        person_id=who.id,
        role="auditor",
        scope="house",
        reason="for a day",
        start=hands.time + timedelta(hours=2),
        end=hands.time + timedelta(hours=20),
    )

    def may() -> bool:
        return gate.may(who.actor, "ledger.search", "house", hands.time).allowed

    assert not may()
    hands.forward(hours=3)
    assert may()
    hands.back(hours=2)
    assert not may()
    hands.forward(days=1)
    assert not may()
