"""Who is given a function that serves customers is enrolled with it; nobody waits at a dead desk. [OC-2, AC-3]"""

import pytest
from sqlmodel import select

import contactcenter
import iam
from contactcenter.models import AgentProfile, AgentState
from iam.profiles import holders
from kernel import db
from tests import world
from tests.iam.requests import world as here
from tests.iam.requests.test_profile_requests import profile
from tests.iam.requests.world import House

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def house(database: str) -> House:
    return here.settle()


def sited(slug: str) -> str:
    """A site of the contact centre."""
    contactcenter.lines.add_site(world.SETUP, slug=slug, label=slug.title(), zone="Africa/Porto-Novo")
    return f"site:{slug}"


def enrolled(who: world.Somebody) -> AgentProfile | None:
    with db.read_session() as session:
        return session.scalars(select(AgentProfile).where(AgentProfile.person_id == who.id)).first()


def give(house: House, made, who: world.Somebody, scope: str = "house") -> None:
    admin = world.person(role="it-admin").actor
    holders.give_profile(admin, person_id=who.id, profile_id=made.id, scope=scope, reason="joins the team")


def test_a_function_that_serves_customers_enrols_and_another_does_not(house: House) -> None:
    site = sited("enrol-one")
    floor, coach = profile(house, "floor", "agent", kind="house"), profile(house, "coach", "trainer", kind="house")
    ama, kofi, nowhere = world.person(site=site, language="en"), world.person(site=site), world.person()
    for made, who in ((floor, ama), (coach, kofi), (floor, nowhere)):
        give(house, made, who)
    found = enrolled(ama)
    assert found is not None
    assert (found.name, found.scope, found.languages) == (ama.name, site, ["en"])
    assert contactcenter.inbox.my_standing(ama.actor).enrolled
    assert enrolled(kofi) is None, "a trainer serves nobody"
    assert enrolled(nowhere) is None, "the house itself is no site of agents"


def test_who_is_enrolled_already_stays_as_the_supervisor_set_it(house: House) -> None:
    site = sited("enrol-two")
    ama = world.person(site=site, language="en")
    slug = site.removeprefix("site:")
    contactcenter.agents.enrol_agent(
        world.SETUP, person_id=ama.id, name=ama.name, site=slug, languages=["fr", "en"], chats=5
    )
    give(house, profile(house, "floor", "agent", kind="house"), ama)
    found = enrolled(ama)
    assert found is not None
    assert (found.chats, found.languages) == (5, ["fr", "en"])


def test_an_agent_who_moves_is_of_the_new_site(house: House) -> None:
    before, after = sited("enrol-three"), sited("enrol-four")
    ama = world.person(site=before)
    give(house, profile(house, "floor", "agent", kind="house"), ama)
    iam.move_person(world.person(role="it-admin").actor, ama.id, site=after)
    found = enrolled(ama)
    assert found is not None
    with db.read_session() as session:
        state = session.get_one(AgentState, ama.id)
        assert (found.scope, state.scope) == (after, after)
