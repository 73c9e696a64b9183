"""A directory's administrator adds himself to a group behind our back: found, shown, taken out; another is let be, for a time. [AC-7, AC-8]"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from iam.directory.connection import ADD, Door, opened
from iam.directory.reader import Reader
from tests.conftest import STATE
from tests.iam.directory import samba
from tests.iam.directory.drift import Behind
from tests.iam.directory.samba import TOP, USERS, Controller
from tests.journeys.authenticator import Authenticator
from tests.journeys.browsing import Window
from tests.journeys.directory_set_up import PLATFORM
from tests.journeys.house import House, until
from tests.journeys.newcomers import english
from tests.journeys.people import Arrival, arrive

pytestmark = [
    pytest.mark.needs("chromium", "frontend", "samba"), pytest.mark.xdist_group("journeys"), pytest.mark.slow, pytest.mark.timeout(600),
]  # fmt: skip
GROUP = "supervisors"
A_ROUND = 150.0
"""Seconds within which the house's own clerk has looked again, on a busy machine too."""


@dataclass
class Governed:
    """What the house is told of the directory."""

    url: str
    authority: str
    bind: str
    password: str
    people: str
    groups: str
    group: str
    accounts: dict[str, str]
    admin: str
    director: str
    directory: str = ""


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    STATE.mkdir(parents=True, exist_ok=True)
    with samba.running(tmp_path_factory.mktemp("samba"), STATE / "samba.lock") as made:
        yield made


@pytest.fixture
def door(controller: Controller) -> Door:
    """The way of the domain's own administrator, who is not us."""
    unit = f"OU=house,{TOP}"
    made = Door(
        "active-directory", controller.ldaps, controller.own.pem, samba.ADMIN, SecretStr(samba.PASSWORD), f"OU=people,{unit}", f"OU=groups,{unit}"
    )  # fmt: skip
    with opened(made) as link:
        for dn in (unit, made.people, made.groups):
            link.add(dn, ["top", "organizationalUnit"], {})
    return made


def test_a_directorys_administrator_adds_himself_to_a_group_behind_our_back(house: House, door: Door, window) -> None:
    fatou, sena = house.people["it-admin:Fatou"], house.people["security-officer:Sena"]
    cossi, lina = arrive(house, Arrival("Cossi Ayivi", {"it-admin": 0}), Arrival("Lina Padonou", {"agent": 0}))
    with governed(house, door, cossi, lina) as directory:
        page = english(window()).sign_in(fatou, "/deviations")
        expect(page.locator("main tbody tr")).to_have_count(0)
        he_adds_himself_and_a_friend(door, cossi, lina)
        his, hers = found_by_the_next_look(page, cossi), found_by_the_next_look(page, lina)
        nothing_for_himself(english(window()), cossi, his)
        officers: Window = english(window())
        officers.sign_in(sena, "/deviations")
        put_right(house, officers.page, his, cossi, door)
        accepted_for_a_time(page, officers, hers, lina)
        no_longer(officers.page, hers)
        put_right(house, officers.page, hers, lina, door)
        assert members(door) == []
        ((open_cases,),) = house.rows(
            "select count(*) from deviation where platform = %s and state in ('open', 'accepted')", directory
        )
        assert open_cases == 0


@contextmanager
def governed(house: House, door: Door, *people: Authenticator) -> Iterator[str]:
    """The directory under the house's rules, with these people's accounts in it; afterwards it is let go."""
    with opened(door) as link:
        behind = Behind(link)
        behind.add_group(GROUP)
        for one in people:
            given, _, family = one.name.partition(" ")
            behind.add(one.user_name, given, family, one.email)
        reader = Reader(link)
        (group,) = [key for key, name in reader.groups() if name == GROUP]
        keys = {entry.name: entry.external_id for page in reader.entries() for entry in page}
    told = Governed(
        door.url, door.authority, door.bind_dn, door.password.get_secret_value(), door.people, door.groups, group,
        {one.id: keys[one.user_name] for one in people}, house.people["it-admin:Fatou"].id, house.people["technical-director:Jean"].id,
    )  # fmt: skip
    told.directory = json.loads(tell(house, "open", asdict(told)))["directory"]
    try:
        yield PLATFORM["slug"]
    finally:
        tell(house, "close", asdict(told))


def tell(house: House, verb: str, told: dict[str, Any]) -> str:
    return house.command(sys.executable, "-m", "tests.journeys.directory_set_up", verb, json.dumps(told)).stdout


def he_adds_himself_and_a_friend(door: Door, cossi: Authenticator, lina: Authenticator) -> None:
    """With his own account, which the domain lets do anything."""
    with opened(door) as link:
        link.modify(f"CN=Domain Admins,{USERS}", {"member": [(ADD, [Behind(link).dn(cossi.user_name)])]})
        his = replace(door, bind_dn=Behind(link).dn(cossi.user_name))
    with opened(his) as link:
        for one in (cossi, lina):
            Behind(link).join(one.user_name, GROUP)
    assert members(door) == sorted([cossi.user_name, lina.user_name])


def members(door: Door) -> list[str]:
    """Who is in the group, as the domain itself tells."""
    with opened(door) as link:
        (group,), _ = link.search(f"CN={GROUP},{door.groups}", "(objectClass=*)", ["member"], one=True)
        return sorted(dn.decode().partition(",")[0].removeprefix("CN=") for dn in group.attributes.get("member", []))


def found_by_the_next_look(page: Page, who: Authenticator) -> str:
    """The board shows the case by itself a round later: what, whose, until when. Returns its address."""
    row = page.locator(f"tbody tr:has-text('{who.user_name}')")

    def there() -> bool:
        page.goto("/deviations")
        return row.count() == 1

    until(there, "the clerk's next look", A_ROUND)
    expect(row).to_contain_text("Right nobody gave")
    expect(row).to_contain_text("Fatou Diallo")
    due = datetime.fromisoformat(row.locator("time").nth(1).get_attribute("datetime"))
    assert timedelta(hours=23) < due - datetime.now(UTC) <= timedelta(days=1), "what is urgent has a day"
    return str(row.locator("a").get_attribute("href"))


def nothing_for_himself(his: Window, cossi: Authenticator, case: str) -> None:
    """Who it is about sees it and may do nothing about it."""
    page = his.sign_in(cossi, case)
    expect(page.locator("main")).to_contain_text(cossi.user_name)
    assert page.locator("#do-correct, #do-close, #reason").count() == 0


def put_right(house: House, page: Page, case: str, who: Authenticator, door: Door) -> None:
    """One button: the domain has him no more, and the look after it closes the case."""
    page.goto(case)
    page.click("#do-correct")
    page.click("dialog[open] button[type=submit]")
    until(lambda: who.user_name not in members(door), "the domain to let go of him", 60)
    until(
        lambda: house.rows("select state from deviation where id = %s", case.rpartition("/")[2]) == [("corrected",)],
        "the case to be closed",
        A_ROUND,
    )
    page.goto(case)
    expect(page.locator(".titles .state")).to_have_class("state state-green")


def accepted_for_a_time(page: Page, officers: Window, case: str, lina: Authenticator) -> None:
    """The administrator asks that it may stand, with an end; the officer answers."""
    page.goto(case)
    page.fill("#reason", "She stands in for the supervisor who is on leave.")
    page.fill("#compensation", "What she does there is looked at each evening.")
    page.fill("#ends_at", (datetime.now(UTC) + timedelta(days=14)).date().isoformat())
    page.click("#ask")
    page.wait_for_url("**done=asked-waiver*")
    inbox = officers.go("/approvals")
    inbox.click("tr:has-text('Fatou Diallo') a")
    inbox.click("#yes")
    inbox.wait_for_url("**done=answered*")
    page.goto(case)
    expect(page.locator(".titles .state")).to_have_class("state state-blue")
    assert lina.user_name in page.inner_text("main")


def no_longer(page: Page, case: str) -> None:
    """Its end comes, here before its time: the case is open again."""
    page.goto(case)
    page.click("#do-end")
    page.fill("#why", "The supervisor is back.")
    page.click("dialog[open] button[type=submit]")
    page.wait_for_url("**done=done*")
    expect(page.locator("#do-correct")).to_be_visible()
