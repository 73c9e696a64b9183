"""A real domain controller (Samba): the same looks and writes, deltas by DirSync, and what only Active Directory does. [AC-7]

Its ports are fixed, so all that needs it stands in this one file.
"""

from collections.abc import Iterator

import pytest

from iam.directory.connection import DirectoryFault, opened
from iam.directory.reader import Reader
from iam.directory.registry import door_of
from iam.directory.writer import Writer
from tests import world
from tests.conftest import STATE
from tests.iam.conftest import Hands
from tests.iam.directory import samba
from tests.iam.directory.drift import TWELVE, Behind, furnish, inject, put_all_right
from tests.iam.directory.house import Governed, governed
from tests.iam.directory.samba import TOP, Controller

pytestmark = [pytest.mark.needs("samba"), pytest.mark.usefixtures("database"), pytest.mark.slow]
NUMBERS = iter(range(1, 1000))


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    STATE.mkdir(parents=True, exist_ok=True)
    with samba.running(tmp_path_factory.mktemp("samba"), STATE / "samba.lock") as made:
        yield made


@pytest.fixture
def place(controller: Controller) -> str:
    """A unit of its own for each test, in the one domain."""
    dn = f"OU=unit{next(NUMBERS)},{TOP}"
    admin = governed_door(controller, TOP)
    with opened(admin) as link:
        link.add(dn, ["top", "organizationalUnit"], {})
        for name in ("people", "groups"):
            link.add(f"OU={name},{dn}", ["top", "organizationalUnit"], {})
    return dn


def governed_door(controller: Controller, top: str, url: str = ""):
    from pydantic import SecretStr

    from iam.directory.connection import Door

    return Door(
        "active-directory",
        url or controller.ldaps,
        controller.own.pem,
        samba.ADMIN,
        SecretStr(samba.PASSWORD),
        top,
        top,
    )


@pytest.fixture
def house(controller: Controller, place: str, hands: Hands) -> Governed:
    return governed(
        "active-directory", controller.ldaps, controller.own.pem, (samba.ADMIN, samba.PASSWORD), f"OU=people,{place}",
        f"OU=groups,{place}", has_otp=True,
    )  # fmt: skip


def found(house: Governed) -> set[str]:
    return {kind for kind, name in house.open_cases() if TWELVE.get(kind) == name}


def groups_of(house: Governed) -> dict[str, str]:
    with opened(door_of(house.directory)) as link:
        return {name: key for key, name in Reader(link).groups()}


@pytest.fixture
def behind(house: Governed) -> Iterator[Behind]:
    with opened(door_of(house.directory)) as link:
        made = Behind(link)
        yield made
        # What a test made under names that are one in the whole domain goes with it.
        for base, wanted in ((link.door.people, "(objectClass=user)"), (link.door.groups, "(objectClass=group)")):
            for one in link.search(base, wanted, ["cn"])[0]:
                link._bounded(link._connection.delete, one.dn)


def test_twelve_kinds_of_drift_are_all_found_in_one_cycle_and_put_right(
    house: Governed, behind: Behind, hands: Hands
) -> None:
    people = furnish(house, behind, lambda: groups_of(house))
    assert house.open_cases() == [("bad-name", "odd_name")], "all else is in order"
    inject(house, behind, people)
    changed = house.look()
    assert not changed.whole
    ours = {"old-secret", "no-otp", "missing-right"}
    assert found(house) == TWELVE.keys() - ours, (
        "what changed there is found by DirSync, what changed here by a whole look"
    )
    hands.forward(days=91)
    assert house.look().whole, "the book's hours are over"
    assert found(house) == TWELVE.keys()
    assert put_all_right(house) == sorted(TWELVE.keys() - {"no-otp", "bad-name"})
    hands.back(days=91)
    house.look(whole=True)
    assert {kind for kind, _ in house.open_cases()} == {"bad-name", "no-otp"}


def test_an_administrator_who_adds_himself_to_a_group_behind_our_back_is_found_and_taken_out(
    house: Governed, behind: Behind
) -> None:
    furnish(house, behind, lambda: groups_of(house))
    behind.join("koku.quiet", "supervisors")
    assert not house.look().whole, "found among the changes, without reading all"
    assert ("extra-right", "koku.quiet") in house.open_cases()
    put_all_right(house)
    assert ("extra-right", "koku.quiet") not in house.open_cases()
    group, _ = behind.link.search(f"CN=supervisors,{behind.link.door.groups}", "(objectClass=*)", ["member"], one=True)
    assert b"koku" not in b"".join(group[0].attributes.get("member", []))


def test_a_group_within_a_group_and_a_primary_group_hide_nobody(house: Governed, behind: Behind) -> None:
    furnish(house, behind, lambda: groups_of(house))
    behind.add_group("helpers")
    behind.join("koku.quiet", "helpers")
    behind.link.modify(
        f"CN=supervisors,{behind.link.door.groups}",
        {"member": [("MODIFY_ADD", [f"CN=helpers,{behind.link.door.groups}"])]},
    )
    house.look()
    assert ("extra-right", "koku.quiet") in house.open_cases()
    trainers = f"CN=trainers,{behind.link.door.groups}"
    behind.join("efua.moved", "trainers")
    token, _ = behind.link.search(trainers, "(objectClass=*)", ["primaryGroupToken"], one=True)
    behind.write("efua.moved", "primaryGroupID", token[0].text("primarygrouptoken"))
    listed, _ = behind.link.search(trainers, "(objectClass=*)", ["member"], one=True)
    assert b"efua" not in b"".join(listed[0].attributes.get("member", [])), "no list of members shows them"
    house.look()
    assert ("extra-right", "efua.moved") in house.open_cases()


def test_a_leaver_is_disabled_there_and_put_back_by_hand_is_found(house: Governed, behind: Behind) -> None:
    people = furnish(house, behind, lambda: groups_of(house))
    leaver = people["koku.quiet"]
    from iam.directory import rounds
    from iam.people.people import leave_person

    leave_person(house.admin.actor, leaver.id)
    rounds.bring_along(account_id=str(account_of(house, "koku.quiet")))
    status, _ = behind.link.search(behind.dn("koku.quiet"), "(objectClass=*)", ["userAccountControl"], one=True)
    assert int(status[0].text("useraccountcontrol")) & 2
    assert not [kind for kind, name in house.open_cases() if name == "koku.quiet"]
    behind.lock("koku.quiet", locked=False)
    house.look()
    assert ("re-enabled-leaver", "koku.quiet") in house.open_cases()


def account_of(house: Governed, name: str):
    from sqlmodel import select

    from iam.people.models import Account
    from kernel import db

    with db.read_session() as session:
        return session.scalars(select(Account.id).where(Account.platform == house.platform, Account.name == name)).one()


def test_an_account_whose_end_is_past_does_not_work_there(house: Governed, behind: Behind) -> None:
    furnish(house, behind, lambda: groups_of(house))
    behind.write("koku.quiet", "accountExpires", "132000000000000000")  # in 2019
    house.look()
    assert ("disabled-elsewhere", "koku.quiet") in house.open_cases()


def test_people_who_move_within_the_tree_stay_themselves(house: Governed, behind: Behind) -> None:
    furnish(house, behind, lambda: groups_of(house))
    inner = f"OU=night,{behind.link.door.people}"
    behind.link.add(inner, ["top", "organizationalUnit"], {})
    behind.link._bounded(
        behind.link._connection.modify_dn, behind.dn("koku.quiet"), "CN=koku.quiet", new_superior=inner
    )
    behind.link._settle()
    assert not house.look().whole
    house.look(whole=True)
    assert house.open_cases() == [("bad-name", "odd_name")]


def test_a_password_is_set_and_signs_in_over_either_kind_of_tls(
    house: Governed, behind: Behind, controller: Controller
) -> None:
    behind.add("koku.quiet")
    with opened(door_of(house.directory)) as link:
        writer = Writer(link)
        entry = writer.reader.by_name("koku.quiet")
        writer.set_password(entry, "Mumble-Tractor7-Violet")
    for url in (controller.ldaps, controller.ldap):
        from dataclasses import replace

        from pydantic import SecretStr

        own = replace(governed_door(controller, TOP, url), bind_dn=behind.dn("koku.quiet"))
        with opened(replace(own, password=SecretStr("Mumble-Tractor7-Violet"))):
            pass
        with pytest.raises(DirectoryFault) as wrong, opened(replace(own, password=SecretStr("not-the-one"))):
            pass
        assert wrong.value.state == "refused"


def test_pages_go_on_beyond_what_the_controller_gives_at_once(house: Governed, behind: Behind) -> None:
    for number in range(7):
        behind.add(f"page.{'abcdefg'[number]}")
    with opened(door_of(house.directory)) as link:
        pages = list(link.pages(link.door.people, "(objectClass=user)", ["sAMAccountName"], size=3))
    assert [len(page) for page in pages] == [3, 3, 1]


def test_someone_made_by_us_cannot_sign_in_before_a_password_is_set(house: Governed, behind: Behind) -> None:
    who = world.person(given_name="Yawa", family_name="Tossou")
    from tests.iam.directory.drift import strong

    strong(who.account_id)
    house.account(who, "yawa.tossou")
    house.look(whole=True)
    assert ("missing-account", "yawa.tossou") in house.open_cases()
    assert "missing-account" in put_all_right(house)
    status, _ = behind.link.search(behind.dn("yawa.tossou"), "(objectClass=*)", ["userAccountControl"], one=True)
    assert int(status[0].text("useraccountcontrol")) & 2
    assert [kind for kind, _ in house.open_cases()] == ["disabled-elsewhere"], "until they have a password"
