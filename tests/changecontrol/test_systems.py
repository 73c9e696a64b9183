"""The register: one environment each, no circles, production apart, and clients found by what rests on what. [CC-8, CC-10, SW-7, SW-9]"""

import psycopg
import pytest

from changecontrol import reach, systems
from kernel import db
from kernel.errors import Conflict, Denied, Malformed, NotFound, Refused
from tests.changecontrol.builders import House, campaign, client, fresh


def rest(house: House, above, below) -> None:
    systems.rest_on(fresh(house.engineer), above.id, on=below.slug)


def clients(*on) -> list[str]:
    with db.read_session() as session:
        return reach.clients(session, [one.id for one in on])


def test_a_client_is_found_through_everything_that_rests_on_a_system(house: House) -> None:
    acme, other = client("acme"), client("other")
    disk, base, switch, mail = (house.system() for _ in range(4))
    rest(house, base, disk)
    rest(house, switch, base)
    rest(house, mail, disk)
    systems.serve(fresh(house.engineer), switch.id, user=acme)
    systems.serve(fresh(house.engineer), mail.id, user=other)
    assert clients(disk) == [acme, other]
    assert clients(base) == [acme]
    assert clients(mail, switch) == [acme, other]
    assert clients() == []
    page = systems.read_system(fresh(house.officer), base.id)
    assert [one.id for one in page.rests_on] == [disk.id]
    assert [one.id for one in page.carries] == [switch.id]
    assert page.clients == [acme]


def test_a_campaign_stands_for_its_client(house: House) -> None:
    acme = client("acme")
    sales = campaign(acme, "sales")
    switch = house.system()
    systems.serve(fresh(house.engineer), switch.id, user=sales)
    systems.serve(fresh(house.engineer), switch.id, user=acme)
    assert clients(switch) == [acme]


def test_a_circle_is_refused_however_long(house: House) -> None:
    one, two, three = house.system(), house.system(), house.system()
    rest(house, one, two)
    rest(house, two, three)
    for above, below in ((three, one), (one, one), (two, one)):
        with pytest.raises(Refused, match="itself"):
            rest(house, above, below)
    with pytest.raises(Conflict):
        rest(house, one, two)
    systems.rest_no_more(fresh(house.engineer), two.id, on=three.slug)
    rest(house, three, one)


def test_the_database_refuses_a_circle_too(house: House, database: str) -> None:
    one, two = house.system(), house.system()
    rest(house, one, two)
    with db.connect(db.APP, database) as conn, conn.transaction():
        conn.execute("select set_config('app.action_id', gen_random_uuid()::text, true)")
        with pytest.raises(psycopg.errors.CheckViolation, match="depend on itself"):
            conn.execute(
                "insert into dependency (id, version, dependent_id, on_id) values (gen_random_uuid(), 1, %s, %s)",
                [two.id, one.id],
            )


def test_production_rests_on_production_alone(house: House) -> None:
    live, trial = house.system(), house.system("test")
    for above, below in ((live, trial), (trial, live)):
        with pytest.raises(Refused, match="Production"):
            rest(house, above, below)
    rest(house, trial, house.system("development"))
    with pytest.raises(Refused, match="from production"):
        systems.serve(fresh(house.engineer), trial.id, user=client("acme"))


def test_what_others_rest_on_is_not_retired(house: House) -> None:
    above, below = house.system(), house.system()
    rest(house, above, below)
    with pytest.raises(Refused, match="rests on it"):
        systems.retire_system(fresh(house.director), below.id)
    systems.retire_system(fresh(house.director), above.id)
    systems.retire_system(fresh(house.director), below.id)
    with pytest.raises(Refused, match="out of use"):
        systems.amend_system(fresh(house.engineer), below.id, label="again")
    assert below.slug not in {one.slug for one in systems.list_systems(fresh(house.officer), limit=500)}


@pytest.mark.parametrize("slug", ["", "Edge", "a b", "é", "-a", "a" * 61, "../etc"])
def test_hostile_names_are_malformed(house: House, slug: str) -> None:
    with pytest.raises(Malformed):
        house.system(slug=slug)


def test_an_unknown_environment_and_an_empty_function_are_malformed(house: House) -> None:
    for fields in ({"environment": "staging"}, {"function": "  "}):
        with pytest.raises(Malformed):
            house.system(**fields)


def test_the_same_name_twice_and_what_is_not_there(house: House) -> None:
    one = house.system()
    with pytest.raises(Conflict):
        house.system(slug=one.slug)
    with pytest.raises(NotFound):
        systems.rest_on(fresh(house.engineer), one.id, on="nowhere")
    with pytest.raises(NotFound):
        systems.serve(fresh(house.engineer), one.id, user="client:nobody-of-this-name")


def test_who_does_not_keep_the_register_does_not_write_it(house: House) -> None:
    with pytest.raises(Denied):
        systems.add_system(
            fresh(house.officer), slug="x1", label="x", environment="test", function="none", owner_id=house.officer.id
        )
