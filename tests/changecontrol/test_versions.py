"""Versions follow the vendors' updates: who waits past its day is behind, and what is in on paper alone is not in. [WS-3]"""

import changecontrol
from changecontrol import patches, systems
from kernel import clock, db
from policy import book
from policy.evidence import Evidence
from tests.changecontrol.builders import House, fresh
from tests.changecontrol.test_evidence import write
from tests.changecontrol.test_templates import patch_of


def test_the_clause_is_in_force_with_its_duty_and_its_evidence() -> None:
    clause = next(one for one in book.shipped().clauses if one.id == "WS-3")
    assert clause.in_force
    assert ("version-review" in clause.duty, clause.evidence) == (True, ["versions-follow-updates"])
    assert book.shipped().live_duties["version-review"].holder == "it-admin"


def versions() -> Evidence:
    with db.read_session() as session:
        return changecontrol.evidence.versions_follow_updates(session, clock.now())


def test_a_system_that_waits_for_an_update_past_its_day_is_behind_until_it_is_in(house: House) -> None:
    switch, other = house.system(), house.system()
    assert versions().population == []
    patch = patch_of(house, switch)
    assert (versions().population, versions().violations) == ([switch.ref], [])
    assert other.ref in versions().left_out
    house.hands.forward(days=31)
    assert versions().violations == [switch.ref]
    change = house.scheduled(switch, kind="patch")
    patches.plan_patch(fresh(house.engineer), patch.id, change_id=change.id)
    house.into(change)
    changecontrol.start_change(fresh(house.second), change.id)
    assert versions().violations == [switch.ref]
    changecontrol.finish_change(fresh(house.second), change.id, report="The patch is in; version checked.")
    assert (versions().population, versions().violations) == ([switch.ref], [])


def test_an_update_whose_change_was_taken_back_is_not_in(house: House) -> None:
    switch = house.system()
    patch = patch_of(house, switch)
    change = house.started(switch, kind="patch")
    patches.plan_patch(fresh(house.engineer), patch.id, change_id=change.id)
    changecontrol.roll_back(fresh(house.second), change.id, report="The switch did not start with it.")
    assert versions().violations == []
    house.hands.forward(days=31)
    assert versions().violations == [switch.ref]
    systems.retire_system(fresh(house.director), switch.id)
    assert switch.ref not in {*versions().population, *versions().violations, *versions().left_out}


def test_updates_that_are_on_paper_alone_break_the_clause(house: House, database: str) -> None:
    switch = house.system()
    patch = patch_of(house, switch)
    assert versions().violations == []
    write(database, "update patch set state = 'installed', installed_at = now() where id = %s", patch.id)
    assert versions().violations == [switch.ref]


def test_an_update_that_does_not_concern_the_system_says_nothing_of_its_version(house: House) -> None:
    switch = house.system()
    patch = patch_of(house, switch)
    patches.drop_patch(fresh(house.director), patch.id, reason="the module is not installed")
    house.hands.forward(days=31)
    assert (versions().population, versions().violations) == ([], [])
