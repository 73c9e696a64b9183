"""The clauses on requests as their evidence sees them: what went round them is found. [AC-1, AC-2]"""

import pytest
from sqlmodel import select

import iam
from iam.requests import evidence as evidence_requests
from iam.requests.models import AccessRequest
from kernel import clock, db
from kernel.access import RoleAssignment
from tests import world
from tests.iam.conftest import Hands
from tests.iam.requests import world as here
from tests.iam.requests.world import House, allocate, granted
from tests.rows import Worlds

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def house(worlds: Worlds, hands: Hands) -> House:
    return worlds.stand(here.settle)


def rights() -> tuple[set[str], set[str]]:
    with db.read_session() as session:
        found = evidence_requests.rights_were_asked_for(session, clock.now())
        by_hand = session.scalars(select(RoleAssignment).where(RoleAssignment.given_by.startswith("person:"))).all()
        return set(found.violations), {one.ref for one in by_hand}


def test_a_right_that_was_asked_for_is_no_finding_and_one_given_by_hand_is(house: House) -> None:
    granted(house, house.ama.actor, allocate(house.ama.id, "trainer"))
    assert rights() == (set(), set())
    director = world.person(role="technical-director", elevated=True)
    iam.give_role(director.actor, person_id=house.boss.id, role="trainer", reason="in a hurry")
    found, by_hand = rights()
    assert found == by_hand
    assert len(found) == 1


def test_an_identity_carried_out_without_its_approval_would_be_found(house: House, database: str) -> None:
    request = here.ask(house.boss.actor, {"deed": "suspend", "person_id": house.ama.id})
    here.answer(house.head, request)
    here.answer(house.owner, request)
    here.carry_out(request)
    with db.read_session() as session:
        good = evidence_requests.identities_were_asked_for(session, clock.now())
        assert (good.population, good.violations) == ([request.ref], [])
    alone = AccessRequest(
        owners=[], basket=request.basket, requested_by=house.boss.id, drafted_at=clock.now(), reason=here.REASON
    )
    with db.read_session() as session:
        assert evidence_requests._unapproved(session, [alone]) == [alone.ref]
