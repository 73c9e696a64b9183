"""A real OpenLDAP: looks find what differs, both ways; writes put it right. [AC-7]"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from iam.directory.connection import REPLACE, Door, opened
from iam.directory.reader import Reader
from iam.directory.registry import door_of
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
        assert found(house) == TWELVE.keys() - {"old-secret"}, "what changed is found by asking for changes only"
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
