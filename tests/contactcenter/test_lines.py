"""Setting up: only who may, nothing twice, nothing unknown; the demonstration is laid out once however often it starts."""

from collections import Counter
from typing import Any

import pytest

from contactcenter import demo, lines
from kernel import db
from kernel.actor import clerk
from kernel.errors import Conflict, Denied, Malformed, NotFound
from tests import world
from tests.contactcenter.house import House

SETUP = clerk("setup")


def test_a_manager_of_a_client_sets_up_that_client_only(house: House) -> None:
    other = House()
    manager = world.person(role="manager", scope=f"client:{house.mark}").actor
    lines.add_campaign(manager, client=house.mark, slug=f"{house.mark}-new", label="New")
    with pytest.raises(Denied):
        lines.add_campaign(manager, client=other.mark, slug=f"{other.mark}-new", label="New")
    with pytest.raises(Denied):
        lines.add_client(manager, slug="mine", label="Mine")


@pytest.mark.parametrize(
    "wrong",
    [
        {"channels": ["pigeon"]},
        {"channels": []},
        {"languages": ["French"]},
        {"languages": []},
        {"skills": {"network": 11}},
        {"relaxing": [{"after": 0, "by": 1}]},
        {"relaxing": [{"after": 10, "by": 1, "until": 3}]},
        {"target": 0},
        {"label": "two\nlines"},
        {"slug": "Not a slug"},
    ],
)
def test_a_queue_that_could_not_work_is_refused(house: House, wrong: dict[str, Any]) -> None:
    with pytest.raises((Malformed, NotFound)):
        house.queue(**wrong)


def test_unknown_skills_and_strange_queues_are_refused(house: House) -> None:
    with pytest.raises(NotFound, match="no skill"):
        lines.add_queue(
            SETUP, campaign=house.mark, slug=f"q-{house.mark}", label="Q", channels=["webchat"], languages=["fr"],
            skills={"flying": 3},
        )  # fmt: skip
    with pytest.raises(NotFound):
        lines.add_widget(
            SETUP, campaign=house.mark, queue=House().queue().slug, slug="w", label="W", greetings={"fr": "Bonjour"}
        )


def test_nothing_is_set_up_twice(house: House) -> None:
    with pytest.raises(Conflict):
        lines.add_client(SETUP, slug=house.mark, label="Again")
    code = house.dispositions()["solved"]
    lines.retire_disposition(SETUP_MANAGER(house), code)
    with pytest.raises(Conflict, match="already"):
        lines.retire_disposition(SETUP_MANAGER(house), code)


def SETUP_MANAGER(house: House) -> Any:  # noqa: N802 - reads as the actor it is
    return world.person(role="manager", scope=house.scope).actor


def test_the_demonstration_is_laid_out_once(database: str) -> None:
    tables = (
        "site",
        "client",
        "campaign",
        "skill",
        "queue",
        "disposition",
        "widget",
        "number",
        "agent_profile",
        "agent_skill",
    )

    def counted() -> Counter[str]:
        with db.connect("none", database) as conn:
            return Counter({t: conn.execute(f'select count(*) from "{t}"').fetchone()[0] for t in tables})  # type: ignore[index]

    demo.seed_lines()
    ama = world.person(role="agent")
    demo.seed_agent(ama.id, ama.name, "cotonou")
    once = counted()
    demo.seed_lines()
    demo.seed_agent(ama.id, ama.name, "cotonou")
    assert counted() == once
    assert (once["site"], once["campaign"], once["queue"], once["agent_skill"]) == (2, 2, 5, 3)
