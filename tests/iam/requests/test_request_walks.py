"""Whatever people press in whatever order: nothing is carried out without the two other people it needs. [AC-1, AC-2, AC-6]"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

import iam
from iam.requests import requests
from iam.requests.models import AccessLine, AccessRequest
from iam.requests.voices import House as Line
from iam.requests.voices import Led, nearest
from kernel import db
from kernel.access import RoleAssignment
from kernel.db import uuid7
from kernel.errors import OmniError
from policy.models import Approval, ApprovalVote
from tests.iam.conftest import Hands
from tests.iam.requests import world as here
from tests.iam.requests.world import House, allocate, answer

EVENTS = (
    "send",
    "amend",
    "withdraw",
    "boss",
    "boss-no",
    "head",
    "owner",
    "owner-no",
    "asker",
    "second",
    "work",
    "wait",
)
STRAIGHT = ("send", "boss", "owner", "work")


def step(event: str, house: House, request: AccessRequest, hands: Hands) -> None:
    """Press something; a refusal is as good an answer as any."""
    deeds: dict[str, Callable[[], object]] = {
        "send": lambda: requests.send_request(house.ama.actor, request.id),
        "amend": lambda: requests.amend_request(
            house.ama.actor, request.id,
            wishes=[allocate(house.ama.id, "trainer", ends_at=hands.forward(seconds=1) + timedelta(days=9))],
            reason=here.REASON,
        ),
        "withdraw": lambda: requests.withdraw_request(house.ama.actor, request.id, reason=here.REASON),
        "boss": lambda: answer(house.boss, request),
        "boss-no": lambda: answer(house.boss, request, yes=False),
        "head": lambda: answer(house.head, request),
        "owner": lambda: answer(house.owner, request),
        "owner-no": lambda: answer(house.owner, request, yes=False),
        "asker": lambda: answer(house.ama, request),
        "second": lambda: answer(house.second, request),
        "work": lambda: here.carry_out(request),
        "wait": lambda: hands.forward(days=4),
    }  # fmt: skip
    if event not in {"send", "amend", "withdraw", "work", "wait"} and here.question(request) is None:
        return
    try:
        deeds[event]()
    except OmniError:
        return


@pytest.mark.slow
def test_no_walk_gives_a_right_without_its_manager_and_its_owner(database: str, hands: Hands) -> None:
    house = here.settle()

    ended: list[str] = []

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(EVENTS)), max_size=4), st.sampled_from(EVENTS))
    def walk(strays: list[tuple[int, str]], left_out: str) -> None:
        request = here.draft(house.ama.actor, allocate(house.ama.id, "trainer"))
        events = [event for event in STRAIGHT if event != left_out]
        for place, stray in strays:
            events.insert(place, stray)
        for event in events:
            step(event, house, request, hands)
        ended.append(here.now(request).state)
        with db.read_session() as session:
            now = session.get_one(AccessRequest, request.id)
            lines = session.scalars(select(AccessLine).where(AccessLine.request_id == request.id)).all()
            done = [line for line in lines if line.outcome == "done"]
            assert bool(done) <= (now.state == "executed")
            for line in done:
                assert line.dropped_at is None
                spent = session.scalars(select(Approval).filter_by(subject_ref=request.ref, state="used")).one()
                votes = session.scalars(
                    select(ApprovalVote).filter_by(approval_id=spent.id, revision=spent.revision)
                ).all()
                said = {vote.voter_id for vote in votes if vote.yes and vote.voided_at is None}
                assert house.boss.id in said
                assert said & {house.owner.id, house.head.id}
                assert house.ama.id not in said
                assert all(vote.digest == spent.digest for vote in votes if vote.voided_at is None)
        for held in roles_by_request(house.ama.id):
            take(held)

    walk()
    assert "executed" in ended, "some walks must arrive, or this shows nothing"


def roles_by_request(person_id: UUID) -> list[UUID]:
    with db.read_session() as session:
        rows = session.scalars(
            select(RoleAssignment).filter_by(subject_ref=f"person:{person_id}", role="trainer", taken_at=None)
        )
        return [row.id for row in rows]


def take(held: UUID) -> None:
    """Take a right back, so that the next walk begins where this one did."""
    iam.take_role(here.ADMIN(), held)


PEOPLE = [uuid7() for _ in range(8)]
SOME = st.sampled_from(PEOPLE)


@given(
    leaders=st.dictionaries(SOME, st.one_of(st.none(), SOME), max_size=8),
    present=st.frozensets(SOME),
    out=st.frozensets(SOME, max_size=3),
    led=st.lists(st.one_of(SOME.map(Led), SOME.map(lambda boss: Led(None, boss))), min_size=1, max_size=4),
)
def test_who_answers_is_here_not_barred_above_everybody_and_the_nearest_such(
    leaders: dict[UUID, UUID | None], present: frozenset[UUID], out: frozenset[UUID], led: list[Led]
) -> None:
    house = Line(leaders, present)
    found = nearest(house, led, out)
    fit = [
        one for one in house.above(led[0]) if one in present - out and all(one in house.above(other) for other in led)
    ]
    assert found == (fit[0] if fit else None)
    assert all(len(house.above(one)) <= len(PEOPLE) for one in led), "a ring of managers is cut"
