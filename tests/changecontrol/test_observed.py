"""What collectors see is matched to what was authorised; everything else has an owner, and is never silenced."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

import changecontrol
import iam
from changecontrol import found
from changecontrol.models import Change, System
from changecontrol.observed import ddl, observations, reconciliation
from changecontrol.observed.models import ObservedChange
from kernel import clock, db
from kernel.errors import Denied, Malformed, Refused
from kernel.postgres import Cluster
from tests import world
from tests.changecontrol.builders import House, fresh
from tests.conftest import RUN, WORKER

BEFORE, AFTER = "openssl\t3.0.1\nbash\t5.2\n", "openssl\t3.0.2\nbash\t5.2\n"


def look(house: House, system: System, text: str, source: str = "packages") -> Any:
    return observations.report_system(fresh(house.engineer), system.id, source=source, text=text)


def rows(**by: Any) -> list[ObservedChange]:
    with db.read_session() as session:
        return session.query(ObservedChange).filter_by(**by).order_by(ObservedChange.first_at, ObservedChange.id).all()


def test_the_first_look_judges_nothing_and_the_same_again_is_no_difference(house: House) -> None:
    system = house.system()
    assert look(house, system, BEFORE).first_look
    again = look(house, system, BEFORE)
    assert (again.first_look, again.differences) == (False, 0)


def test_what_a_change_did_inside_its_window_is_matched_to_it(house: House) -> None:
    system = house.system()
    look(house, system, BEFORE)
    change = house.started(system)
    house.hands.forward(minutes=5)
    told = look(house, system, AFTER)
    assert (told.differences, told.matched, told.found) == (1, 1, [])
    (row,) = rows(system_id=system.id)
    assert (row.verdict, row.bound_to, row.before, row.after) == ("matched", change.window_ref, "3.0.1", "3.0.2")


def test_a_look_after_the_change_still_meets_its_window(house: House) -> None:
    system = house.system()
    look(house, system, BEFORE)
    change = house.started(system)
    changecontrol.work_on(fresh(house.second), system.id, change_id=change.id, what="installed it")
    changecontrol.finish_change(fresh(house.second), change.id, report="It went as planned.")
    house.hands.forward(hours=9)
    assert look(house, system, AFTER).matched == 1


def test_what_nobody_authorised_opens_one_change_with_the_owner_of_the_system(house: House) -> None:
    system = house.system()
    look(house, system, BEFORE)
    house.hands.forward(hours=1)
    told = look(house, system, "openssl\t3.0.2\ncurl\t8\n")
    assert (told.differences, told.unmatched, len(told.found)) == (3, 3, 1)
    with db.read_session() as session:
        opened = session.get_one(Change, told.found[0])
    assert (opened.model, opened.requester_id) == ("unauthorised", house.engineer.id)
    assert {row.verdict for row in rows(found_id=opened.id)} == {"unapproved"}


def test_the_same_difference_again_is_counted_with_its_open_change_and_opens_anew_once_that_is_over(
    house: House,
) -> None:
    system = house.system()
    at = clock.now()

    def tell() -> Any:
        house.hands.forward(minutes=10)
        return observations.tell_observations(
            fresh(house.engineer),
            system.id,
            source="api",
            seen=[{"what": "file /etc/hosts", "after": "ff", "at": clock.now()}],
        )

    first = tell()
    assert tell().found == first.found
    (row,) = rows(system_id=system.id)
    assert row.count == 2
    assert row.last_at > row.first_at >= at
    changecontrol.cancel_change(fresh(house.director), first.found[0], reason="it was a misreading")
    assert tell().found != first.found


def test_another_person_and_another_time_are_told_apart(house: House) -> None:
    system = house.system()
    change = house.started(system)
    seen = [
        {"what": "table t", "after": "x", "at": clock.now(), "account": house.engineer.user_name},
        {"what": "table u", "after": "x", "at": clock.now(), "account": house.second.user_name},
        {"what": "table v", "after": "x", "at": clock.now() - timedelta(hours=20)},
    ]
    observations.tell_observations(fresh(house.engineer), system.id, source="api", seen=seen)
    verdicts = {row.what: (row.verdict, row.bound_to) for row in rows(system_id=system.id)}
    ref = change.window_ref
    assert verdicts == {
        "table t": ("other-person", ref),
        "table u": ("matched", ref),
        "table v": ("outside-window", ref),
    }


def test_done_and_never_seen_is_found_where_a_collector_looks(house: House) -> None:
    system, unwatched = house.system(), house.system()
    look(house, system, BEFORE)
    change = house.started(system, unwatched)
    changecontrol.work_on(fresh(house.second), system.id, change_id=change.id, what="installed it")
    changecontrol.finish_change(fresh(house.second), change.id, report="It went as planned.")
    house.hands.forward(hours=50)
    look(house, system, BEFORE)
    reconciliation.run(clock.now())
    (row,) = rows(verdict="never-seen")
    assert (row.system_id, row.bound_to) == (system.id, change.window_ref)
    reconciliation.run(clock.now())
    assert len(rows(verdict="never-seen")) == 1


def test_a_system_whose_owner_left_is_answered_for_by_the_technical_director(house: House) -> None:
    gone = world.person(role="agent")
    system = house.system(owner_id=gone.id)
    look(house, system, BEFORE)
    iam.leave_person(fresh(house.engineer), gone.id)
    told = look(house, system, AFTER)
    with db.read_session() as session:
        opened = session.get_one(Change, told.found[0])
    assert opened.requester_id in {house.director.id, house.deputy.id}


def test_a_command_in_a_real_database_is_seen(house: House, cluster: Cluster) -> None:
    system = house.system()
    name = f"watched_{RUN}_{WORKER}"
    cluster.create_database(name)
    with psycopg.connect(cluster.dsn(name), autocommit=True) as conn:
        conn.execute(ddl.INSTALL)
        conn.execute(ddl.INSTALL)
        conn.execute("create table account (id int)")
        conn.execute("alter table account add column name text")
        conn.execute("create temp table of_no_interest (id int)")
        conn.execute("drop table account")
        lines = "\n".join(row[0] for row in conn.execute(ddl.FETCH))
    with db.connect("none", cluster.dsn("postgres")) as conn:
        conn.execute(f'drop database "{name}" with (force)')
    house.hands.time = clock.now() + timedelta(seconds=30)
    told = look(house, system, lines, "database")
    assert [(row.what, row.after) for row in rows(system_id=system.id)] == [
        ("table public.account", "CREATE TABLE"),
        ("table public.account", "ALTER TABLE"),
        ("table public.account", "DROP TABLE"),
    ]
    assert told.unmatched == 3
    assert look(house, system, lines, "database").differences == 0, "what was told is told"


def test_impossible_times_and_huge_differences_are_refused_and_lose_nothing(house: House) -> None:
    system = house.system()
    look(house, system, BEFORE)
    ahead = {"what": "x", "at": clock.now() + timedelta(hours=1)}
    with pytest.raises(Malformed, match="future"):
        observations.tell_observations(fresh(house.engineer), system.id, source="api", seen=[ahead])
    with pytest.raises(Refused, match="another system"):
        look(house, system, "\n".join(f"p{number}\t1" for number in range(6000)))
    assert look(house, system, BEFORE).differences == 0


def test_only_collectors_and_administrators_tell(house: House) -> None:
    with pytest.raises(Denied):
        observations.report_system(world.person(role="agent").actor, house.system().id, source="packages", text=BEFORE)


def test_reported_by_hand_is_the_same_kind_of_change(house: House) -> None:
    made = found.report_found(
        fresh(house.officer),
        content={"title": "A cable was moved", "systems": [house.system().id]},
        owner_id=house.engineer.id,
    )
    assert made.model == "unauthorised"
