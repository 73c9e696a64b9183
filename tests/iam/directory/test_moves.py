"""Who came into a group of a real OpenLDAP behind our back is told to whoever watches systems, once, and never our own doing. [AC-7, CC-4]"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

import iam
from changecontrol import systems
from changecontrol.models import System
from changecontrol.observed.models import ObservedChange
from iam.directory import corrections, cycle, registry
from iam.directory.connection import DELETE, opened
from iam.directory.moves import made_at
from iam.directory.reader import Reader
from iam.directory.registry import door_of
from kernel import clock, db
from kernel.db import uuid7
from kernel.errors import NotFound
from tests import world
from tests.iam.conftest import Hands
from tests.iam.directory import slapd
from tests.iam.directory.drift import Behind, again
from tests.iam.directory.house import Governed, governed
from tests.iam.directory.slapd import GROUPS, PEOPLE, Slapd


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Slapd]:
    ldif = slapd.user(1, "afi.mensah") + slapd.user(2, "kofi.adjovi") + slapd.user(3, "zoe.diallo")
    made = slapd.made(tmp_path / "slapd", ldif + slapd.group("admins", "afi.mensah") + slapd.group("trainers"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def house(database: str, server: Slapd, hands: Hands) -> Governed:
    return governed("ldap", server.ldaps, server.own.pem, (slapd.ROOT, slapd.PASSWORD), PEOPLE, GROUPS)


def standing_for(house: Governed) -> System:
    """The directory is said to be a system of the register."""
    system = systems.add_system(
        again(house.admin).actor, slug=f"directory-{uuid7().hex[-12:]}", label="The directory", environment="production",
        function="knows everybody", owner_id=house.admin.id,
    )  # fmt: skip
    registry.amend_directory(again(house.admin).actor, house.directory.id, system=system.slug)
    return system


def seen(system: System) -> list[ObservedChange]:
    with db.read_session() as session:
        return session.query(ObservedChange).filter_by(system_id=system.id).order_by(ObservedChange.id).all()


def groups_of(house: Governed) -> dict[str, str]:
    with opened(door_of(house.directory)) as link:
        return {name: key for key, name in Reader(link).groups()}


def leave(behind: Behind, name: str, group: str) -> None:
    behind.link.modify(f"cn={group},{GROUPS}", {"member": [(DELETE, [behind.dn(name)])]})


@pytest.mark.needs("slapd")
def test_who_joins_a_group_behind_our_back_is_a_change_of_the_system_and_told_once(
    house: Governed, hands: Hands
) -> None:
    system = standing_for(house)
    house.group("admins", None, groups_of(house))
    hands.forward(minutes=1)
    house.look()
    assert ("extra-right", "afi.mensah") in house.open_cases()
    assert seen(system) == [], "a first look judges nothing"
    before = hands.time
    with opened(door_of(house.directory)) as link:
        Behind(link).join("kofi.adjovi", "admins")
    hands.forward(minutes=1)
    house.look()
    (row,) = seen(system)
    assert (row.source, row.kind, row.verdict, row.after) == ("directory", "added", "unapproved", "member")
    assert row.what.startswith("group admins: entry:")
    assert "kofi" not in row.what, "the ledger holds no names"
    assert (row.since, row.found_id is not None) == (before, True), "somebody answers for it"
    assert row.account == slapd.ROOT.lower(), "the directory says who wrote to the group"
    house.look()
    house.look(whole=True)
    assert len(seen(system)) == 1, "the same difference is one change"


@pytest.mark.needs("slapd")
def test_our_own_correction_and_a_group_that_has_just_become_a_right_are_no_changes_of_others(
    house: Governed, hands: Hands
) -> None:
    system = standing_for(house)
    house.look()
    hands.forward(minutes=1)
    house.group("admins", None, groups_of(house))
    house.look()
    assert ("extra-right", "afi.mensah") in house.open_cases()
    assert seen(system) == []
    case = house.case("extra-right")
    corrections.correct_deviation(again(house.admin).actor, case.id)
    corrections.put_right(deviation_id=str(case.id))
    hands.forward(minutes=1)
    house.look()
    assert house.case("extra-right") is None
    assert seen(system) == [], "we took it back ourselves"


@pytest.mark.needs("slapd")
def test_a_role_that_is_given_is_our_own_change_and_who_is_thrown_out_of_its_group_is_not(
    house: Governed, hands: Hands
) -> None:
    system = standing_for(house)
    house.group("trainers", "trainer", groups_of(house))
    who = world.person(given_name="Zoe", family_name="Diallo")
    account = house.account(who, "zoe.diallo")
    house.look()
    house.bind(account, "zoe.diallo")
    iam.give_role(world.SETUP, person_id=who.id, role="trainer", reason="for the test")
    hands.forward(minutes=1)
    house.look(whole=True)
    assert ("missing-right", "zoe.diallo") in house.open_cases()
    assert seen(system) == [], "the registry moved, the directory did not"
    case = house.case("missing-right")
    corrections.correct_deviation(again(house.admin).actor, case.id)
    corrections.put_right(deviation_id=str(case.id))
    house.look()
    assert seen(system) == []
    with opened(door_of(house.directory)) as link:
        leave(Behind(link), "zoe.diallo", "trainers")
    house.look()
    (row,) = seen(system)
    assert (row.kind, row.before, row.after, row.what) == ("removed", "member", "not a member", f"group trainers: account:{account}")  # fmt: skip


@pytest.mark.needs("slapd")
def test_a_directory_that_is_no_system_is_judged_by_nobody(house: Governed, hands: Hands) -> None:
    house.group("admins", None, groups_of(house))
    hands.forward(minutes=1)
    house.look()
    with db.read_session() as session:
        before = session.query(ObservedChange).count()
    with opened(door_of(house.directory)) as link:
        Behind(link).join("kofi.adjovi", "admins")
    hands.forward(minutes=1)
    house.look()
    assert ("extra-right", "kofi.adjovi") in house.open_cases()
    with db.read_session() as session:
        assert session.query(ObservedChange).count() == before
    with pytest.raises(NotFound):
        registry.amend_directory(again(house.admin).actor, house.directory.id, system="no-such-system")


@pytest.mark.needs("slapd")
def test_a_look_that_is_cut_off_before_it_reports_tells_of_the_move_when_it_is_made_again(
    house: Governed, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = standing_for(house)
    house.group("admins", None, groups_of(house))
    hands.forward(minutes=1)
    house.look()
    with opened(door_of(house.directory)) as link:
        Behind(link).join("kofi.adjovi", "admins")
    hands.forward(minutes=1)

    def die(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(cycle, "report", die)
        with pytest.raises(KeyboardInterrupt):
            house.look(whole=True)
    assert seen(system) == []
    house.look(whole=True)
    assert len(seen(system)) == 1


def test_an_id_tells_when_it_was_made() -> None:
    before = clock.milliseconds()
    made = made_at(uuid7())
    assert before <= made.timestamp() * 1000 <= clock.milliseconds()
    assert made_at(UUID(int=0)) == datetime.fromtimestamp(0, made.tzinfo)
