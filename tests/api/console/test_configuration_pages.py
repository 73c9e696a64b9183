"""Configurations through the door: handed in, read, compared, approved; and what nobody approved stands where people look. [FW-2]"""

from uuid import UUID

import pytest

from firewall_audit.devices import add_device
from firewall_audit.models import ConfigurationDrift, ConfigurationVersion, NetworkDevice
from kernel import db
from tests import world
from tests.api.console.test_change_pages import house  # noqa: F401 - a fixture
from tests.changecontrol.builders import House, fresh
from tests.firewall_audit.configurations.builders import SECRET, SQL, WEB, text
from tests.iam.conftest import hands  # noqa: F401 - a fixture

pytestmark = pytest.mark.needs("frontend")


def sent(said: str, kind: str = "") -> dict[str, object]:
    return {"data": {"kind": kind}, "files": {"file": ("running.txt", said.encode(), "text/plain")}}


def number(version_id: str) -> ConfigurationVersion:
    with db.read_session() as session:
        return session.get_one(ConfigurationVersion, UUID(version_id))


def test_a_configuration_is_handed_in_compared_and_its_change_found(browser_of, house: House):  # noqa: F811
    who = world.activated(role="network-engineer")
    made: NetworkDevice = add_device(
        fresh(who), slug="edge-7", name="Edge of Parakou", kind="firewall", vendor="cisco", owner_id=who.id
    )
    place = f"/firewalls/configurations/{made.id}"
    engineer = browser_of(who)
    assert "Edge of Parakou" in engineer.get("/firewalls/configurations").text
    wrong = engineer.post(place, **sent("nothing of a firewall"))
    assert wrong.status_code == 422
    assert 'id="file-problem"' in wrong.text
    first = engineer.post(place, **sent(text(WEB)))
    assert first.status_code == 303
    listing = engineer.get(first.headers["location"].partition("?")[0]).text
    assert "tcp 443 from 0.0.0.0/0 to 192.0.2.10" in listing
    assert SECRET not in listing
    assert "Approve as baseline" not in listing, "it is the technical director who approves"
    assert engineer.post(place, **sent(text(WEB))).status_code == 409
    second = engineer.post(place, **sent(text(WEB, SQL)))
    difference = engineer.get(second.headers["location"].partition("?")[0]).text
    assert "tcp 3306 from 0.0.0.0/0 to 192.0.2.20" in difference
    with db.read_session() as session:
        row = session.query(ConfigurationDrift).filter_by(device_id=made.id).one()
    board = engineer.get("/firewalls/drift").text
    assert f"drift-{row.id}" in board
    assert f"/changes?search={row.found_ref}" in board


def test_what_a_file_would_change_is_shown_and_nothing_of_it_is_kept(browser_of, house: House):  # noqa: F811
    who = world.activated(role="network-engineer")
    made = add_device(fresh(who), slug="edge-6", name="Edge", kind="firewall", vendor="cisco", owner_id=who.id)
    place, engineer = f"/firewalls/configurations/{made.id}", browser_of(who)
    assert engineer.post(place, **sent(text(WEB))).status_code == 303
    assert "/preview" in engineer.get(place).text
    shown = engineer.post(f"{place}/preview", **sent(text(WEB, SQL)))
    assert shown.status_code == 200
    assert ("What this file would change" in shown.text, "tcp 3306 from 0.0.0.0/0" in shown.text) == (True, True)
    assert SECRET not in shown.text
    assert engineer.post(f"{place}/preview", **sent("nothing of a firewall")).status_code == 422
    with db.read_session() as session:
        assert session.query(ConfigurationVersion).filter_by(device_id=made.id).count() == 1
    stranger = browser_of(world.activated(role="agent"))
    assert stranger.post(f"{place}/preview", **sent(text(WEB))).status_code in {403, 404}


def test_the_director_approves_a_baseline_and_an_agent_sees_nothing(browser_of, house: House):  # noqa: F811
    who = world.activated(role="network-engineer")
    made = add_device(
        fresh(who), slug="edge-8", name="Edge of Natitingou", kind="firewall", vendor="cisco", owner_id=who.id
    )
    answer = browser_of(who).post(f"/firewalls/configurations/{made.id}", **sent(text(WEB)))
    page = answer.headers["location"].partition("?")[0]
    director = browser_of(house.director)
    assert "Approve as baseline" in director.get(page).text
    assert director.post(f"{page}/approve").status_code == 303
    assert number(page.rpartition("/")[2]).baseline_by == house.director.id
    stranger = browser_of(world.activated(role="agent"))
    assert stranger.get("/firewalls/drift").status_code in {403, 404}
    assert stranger.get(page).status_code in {403, 404}
