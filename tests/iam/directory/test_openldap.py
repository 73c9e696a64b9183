"""A real OpenLDAP: looks find what differs, both ways; writes put it right. [AC-7]"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from iam.directory import corrections, own_passwords, registry
from iam.directory.connection import REPLACE, DirectoryFault, Door, opened
from iam.directory.reader import Reader
from iam.directory.registry import door_of
from iam.directory.writer import Writer
from kernel.errors import Denied, Refused, Unavailable
from tests import world
from tests.iam.conftest import Hands
from tests.iam.directory import slapd
from tests.iam.directory.drift import TWELVE, Behind, furnish, inject, put_all_right
from tests.iam.directory.house import Governed, governed
from tests.iam.directory.slapd import GROUPS, PEOPLE, Slapd

pytestmark = [pytest.mark.needs("slapd"), pytest.mark.usefixtures("database")]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Slapd]:
    ldif = slapd.user(1, "afi.mensah") + slapd.user(2, "kofi.adjovi") + slapd.user(3, "zoe.diallo")
    made = slapd.made(tmp_path / "slapd", ldif + slapd.group("supervisors", "afi.mensah") + slapd.group("trainers"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def house(server: Slapd, hands: Hands) -> Governed:
    return governed("ldap", server.ldaps, server.own.pem, (slapd.ROOT, slapd.PASSWORD), PEOPLE, GROUPS, has_otp=True)


def door(house: Governed) -> Door:
    return door_of(house.directory)


def groups_of(house: Governed) -> dict[str, str]:
    with opened(door(house)) as link:
        return {name: key for key, name in Reader(link).groups()}


def modify(house: Governed, name: str, **changes: str) -> None:
    """Somebody changes an entry behind our back."""
    with opened(door(house)) as link:
        link.modify(
            f"uid={name},{PEOPLE}", {key: [(REPLACE, [value] if value else [])] for key, value in changes.items()}
        )


def test_a_first_look_finds_accounts_nobody_asked_for(house: Governed) -> None:
    done = house.look()
    assert (done.whole, done.compared, done.state) == (True, 3, "current")
    assert house.open_cases() == [
        ("unknown-account", "afi.mensah"), ("unknown-account", "kofi.adjovi"), ("unknown-account", "zoe.diallo")
    ]  # fmt: skip
    assert house.look(whole=True).found == 3, "found again, and still one case each"
    assert len(house.open_cases()) == 3


def test_twelve_kinds_of_drift_are_all_found_in_one_cycle_and_put_right(house: Governed, hands: Hands) -> None:
    with opened(door(house)) as link:
        behind = Behind(link)
        clean(house, behind)
        people = furnish(house, behind, lambda: groups_of(house))
        assert house.open_cases() == [("bad-name", "odd_name")], "all else is in order"
        inject(house, behind, people)
        changed = house.look()
        assert not changed.whole
        ours = {"old-secret", "no-otp", "missing-right"}
        assert found(house) >= TWELVE.keys() - ours, "what changed there is found by asking for changes only"
        hands.forward(days=91)
        cycle = house.look()
        assert cycle.whole, "the book's hours are over"
        assert found(house) == TWELVE.keys()
        assert put_all_right(house) == sorted(TWELVE.keys() - {"no-otp", "bad-name"})
        hands.back(days=91)  # the directory's own clock, which dates the new secrets, did not move
        house.look(whole=True)
        assert {kind for kind, _ in house.open_cases()} == {"bad-name", "no-otp"}


def found(house: Governed) -> set[str]:
    return {kind for kind, name in house.open_cases() if TWELVE.get(kind) == name}


def clean(house: Governed, behind: Behind) -> None:
    for name in ("afi.mensah", "kofi.adjovi", "zoe.diallo"):
        behind.remove(name)
    for name in ("supervisors", "trainers"):
        behind.link._bounded(behind.link._connection.delete, f"cn={name},{GROUPS}")


def test_ones_own_password_is_checked_by_our_rules_first_and_signs_in_there(house: Governed) -> None:
    who = world.activated(given_name="Afi", family_name="Mensah")
    account = house.account(who, "afi.mensah")
    house.look()
    house.bind(account, "afi.mensah")
    for weak in ("short1A", "Afi-Mensah-2026", "x" * 10_000, ""):
        with pytest.raises(Refused):
            own_passwords.set_password(who.actor, account, weak)
    with pytest.raises(Denied):
        own_passwords.set_password(world.activated().actor, account, "Mumble-Tractor7-Violet")
    own_passwords.set_password(who.actor, account, "Mumble-Tractor7-Violet")
    own = replace(door(house), bind_dn=f"uid=afi.mensah,{PEOPLE}", password=SecretStr("Mumble-Tractor7-Violet"))
    with opened(own):
        pass
    with pytest.raises(DirectoryFault), opened(replace(own, password=SecretStr("Violet-Tractor9"))):
        pass


def test_starttls_is_as_good_and_an_outage_loses_nothing(house: Governed, server: Slapd) -> None:
    registry.amend_directory(house.admin.actor, house.directory.id, url=server.ldap, password=slapd.PASSWORD)
    assert house.look().state == "current"
    before = house.open_cases()
    server.stop()
    assert house.look().state == "down"
    assert [(one.state, bool(one.why)) for one in registry.list_directories(house.admin.actor)] == [("down", True)]
    assert house.open_cases() == before, "a directory that is down has lost nobody"
    case = house.case("unknown-account")
    corrections.correct_deviation(house.admin.actor, case.id)
    with pytest.raises(Unavailable):
        corrections.put_right(deviation_id=str(case.id))
    server.start()
    corrections.put_right(deviation_id=str(case.id))
    assert house.case("unknown-account", "corrected").id == case.id
    assert registry.list_directories(house.admin.actor)[0].state == "current"


def test_a_directory_that_lost_most_of_its_users_is_not_believed(server: Slapd, house: Governed, hands: Hands) -> None:
    with opened(door(house)) as link:
        behind = Behind(link)
        for number in range(60):
            behind.add(f"many.{'abcdefghij'[number // 10]}{'abcdefghij'[number % 10]}")
        house.look(whole=True)
        before = house.open_cases()
        for number in range(40):
            behind.remove(f"many.{'abcdefghij'[number // 10]}{'abcdefghij'[number % 10]}")
    done = house.look(whole=True)
    assert done.state == "untrusted"
    assert house.open_cases() == before


def test_names_that_would_be_commands_are_only_names_to_a_real_directory(house: Governed) -> None:
    with opened(door(house)) as link:
        writer = Writer(link)
        for name in ("*", "a)(uid=*", "a,ou=admins", "a+cn=b", " a ", "#a", "a\\", 'a"b;<c>', "Ọlúṣẹ́gun"):
            made = writer.provide(name, "Given", "Family", "")
            assert made.name.strip() == name.strip()
            assert writer.reader.by_name(name).external_id == made.external_id, "found again, and nobody else"
        with pytest.raises(DirectoryFault, match="already"):
            writer.provide("afi.mensah", "Afi", "Mensah", "")
