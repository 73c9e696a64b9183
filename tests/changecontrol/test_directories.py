"""What others changed in the groups of a directory, held against the windows on the system that it is. [CC-1, CC-4]"""

from typing import Any

from changecontrol.models import System
from changecontrol.observed import directories
from changecontrol.observed.models import ObservedChange
from kernel import db
from kernel.action import Fact, Work
from tests.changecontrol.builders import House
from tests.iam.directory.changes import change


def told(house: House, system: str, **more: Any) -> None:
    """Identity tells that somebody came into a group of a directory."""
    one = {"group": "admins", "who": "entry:0", "joined": True, "person_id": None, "account": ""} | more

    def tell(work: Work) -> None:
        directories.see_groups(
            work, Fact("directory.groups-changed", {"system": system, "since": house.hands.now(), "changes": [one]})
        )

    change(tell)


def seen(system: System) -> list[ObservedChange]:
    with db.read_session() as session:
        return session.query(ObservedChange).filter_by(system_id=system.id).order_by(ObservedChange.id).all()


def test_a_move_inside_the_window_of_a_change_is_matched_to_it(house: House) -> None:
    system = house.system()
    change = house.started(system)
    told(house, system.slug)
    (row,) = seen(system)
    assert (row.verdict, row.bound_to, row.found_id) == ("matched", change.window_ref, None)


def test_a_move_by_who_carries_it_out_is_matched_and_by_another_is_not(house: House) -> None:
    system = house.system()
    house.started(system)
    told(house, system.slug, who="entry:1", person_id=house.second.id)
    told(house, system.slug, who="entry:2", person_id=house.engineer.id)
    assert [row.verdict for row in seen(system)] == ["matched", "other-person"]
    assert seen(system)[1].person_id == house.engineer.id


def test_moves_without_a_window_are_one_unauthorised_change_with_an_owner_and_counted_when_they_come_again(house: House) -> None:  # fmt: skip
    system = house.system()
    told(house, system.slug)
    told(house, system.slug)
    told(house, system.slug, joined=False)
    first, second = seen(system)
    assert (first.verdict, first.count, first.found_id is not None) == ("unapproved", 2, True)
    assert (second.kind, second.before, second.after) == ("removed", "member", "not a member")


def test_a_system_that_is_out_of_use_or_never_was_is_judged_by_nobody(house: House) -> None:
    with db.read_session() as session:
        before = session.query(ObservedChange).count()
    told(house, "no-such-system")
    with db.read_session() as session:
        assert session.query(ObservedChange).count() == before
