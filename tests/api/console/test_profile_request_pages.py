"""Asking for a profile as people do it: what it gives stands beside the form before anything is asked. [AC-3, AC-6]"""

import html
import re

import pytest
from sqlmodel import select

import iam
from iam.profiles import holders as profile_holders
from kernel import db
from kernel.access import RoleAssignment
from tests import world
from tests.iam.requests import world as here
from tests.iam.requests.test_profile_requests import held, profile, roles
from tests.iam.requests.world import House
from tests.rows import Worlds

pytestmark = pytest.mark.needs("frontend")


@pytest.fixture
def people(worlds: Worlds) -> House:
    return worlds.stand(here.settle)


def text_of(answer) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_a_joiner_and_a_mover_by_profile(browser_of, people: House) -> None:
    cotonou, bohicon = world.site("cotonou"), world.site("bohicon")
    floor, lead = profile(people, "floor", "agent"), profile(people, "lead", "supervisor", job="team leader")
    admin = world.person(role="it-admin").actor
    profile_holders.give_profile(admin, person_id=people.ama.id, profile_id=floor.id, scope=cotonou, reason="her team")
    head = browser_of(people.head)
    form = head.get(f"/requests/new?deed=move&person={people.ama.id}")
    assert "Lead (Supervisor)" in text_of(form)
    wish = {"deed": "move", "person": str(people.ama.id), "site": bohicon, "role": f"profile:{lead.id}", "scope": ""}
    shown = text_of(head.post("/requests/foresee", data=wish))
    assert "It gives Supervisor, Bohicon It ends Agent, Cotonou" in shown, shown
    assert "Everything it would add" in shown
    head.post("/requests/new", data=wish | {"reason": "she leads the new team there"})
    assert "Move: Lead" in text_of(head.get("/requests"))
    newcomer = {
        "deed": "create", "given_name": "Abla", "family_name": "Houngbédji", "email": "abla@example.com", "language": "en",
        "telephone": "+2290196555998", "manager": people.boss.user_name, "site": cotonou, "role": f"profile:{floor.id}",
        "reason": "the care team grows",
    }  # fmt: skip
    assert head.post("/requests/new", data=newcomer).headers["location"] == "/requests?done=basket"
    head.post("/requests/send")
    for request in here.all_of(people.head):
        assert request.state == "asked", request.why
        page = text_of(browser_of(people.boss).get(f"/approvals/{here.question(request).id}"))
        assert "It gives" in page
        here.answer(people.boss, request)
        here.answer(people.owner, request)
        assert here.carry_out(request).state == "executed"
        assert "It gives" in text_of(browser_of(people.head).get(f"/requests/{request.id}"))
    assert roles(people.ama.id) == {("agent", "house"), ("supervisor", bohicon)}


def test_a_profile_held_is_taken_back_from_the_persons_page(browser_of, people: House) -> None:
    coach = profile(people, "coach", "trainer", kind="house")
    admin = world.person(role="it-admin").actor
    profile_holders.give_profile(admin, person_id=people.ama.id, profile_id=coach.id, scope="house", reason="coaches")
    boss = browser_of(people.boss)
    page = boss.get(f"/people/{people.ama.id}")
    (holding,) = held(people.ama.id)
    path = f"/requests/new?deed=withdraw&person={people.ama.id}&holding={holding.id}"
    assert html.escape(path) in page.text
    assert "Coach, the house" in text_of(boss.get(path))
    wish = {
        "deed": "withdraw",
        "person": str(people.ama.id),
        "holding": str(holding.id),
        "reason": "the course is over",
    }
    assert boss.post("/requests/new", data=wish).headers["location"] == "/requests?done=basket"
    assert "Take a profile back: Coach, the house" in text_of(boss.get("/requests"))


def test_what_a_list_may_say_of_profiles(browser_of, people: House) -> None:
    profile(people, "floor", "agent")
    boss = browser_of(people.boss)
    text = (
        f"person;profile;scope\n{people.ama.user_name};floor;{world.site('cotonou')}\n{people.ama.user_name};emperor;\n"
    )
    looked = boss.post("/requests/list", data={"deed": "allocate", "role": "", "scope": "", "text": text})
    assert "1 line is good." in text_of(looked)
    assert "No profile in force has the name in the cell profile." in text_of(looked)
    taken = boss.post(
        "/requests/list", data={"deed": "allocate", "text": text, "reason": "the care team grows", "take": "yes"}
    )
    assert taken.headers["location"] == "/requests?done=basket"
    text = f"person;site;job\n{people.ama.user_name};{world.site('bohicon')};coach\n"
    looked = boss.post("/requests/list", data={"deed": "move", "role": "profile:floor", "text": text})
    assert "1 line is good." in text_of(looked)


def test_a_door_that_closed_says_which_right_ended(browser_of, people: House) -> None:
    boss = browser_of(people.boss)
    never = text_of(boss.get("/directories"))
    assert "This is not open to you" in never
    assert "Your right" not in never, "nobody ever had it"
    assert boss.get("/people").status_code == 200
    with db.read_session() as session:
        held = session.scalars(
            select(RoleAssignment).where(RoleAssignment.subject_ref == f"person:{people.boss.id}")
        ).one()
    iam.take_role(world.person(role="it-admin").actor, held.id)
    refused = boss.get("/people")
    assert refused.status_code == 403
    assert "Your right Manager, the house ended:" in text_of(refused)
