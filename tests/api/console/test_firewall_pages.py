"""Firewalls in the console: a device is put on the register, revised, taken out of service; lines that no format could read are shown."""

from datetime import UTC, datetime

import pytest

from firewall_audit import place
from firewall_audit.collectors import collecting
from firewall_audit.intake import batches, taking
from firewall_audit.intake.taking import Counted
from firewall_audit.models.collectors import Collector
from kernel import db
from tests import world

pytestmark = pytest.mark.needs("frontend")
FORM = {
    "slug": "edge-1", "name": "Edge of Cotonou", "kind": "firewall", "vendor": "netfilter", "site": "house",
    "time_zone": "Africa/Porto-Novo", "senders": "192.0.2.1\nedge-1.example.org", "format": "netfilter",
    "zones": "lan inside 10.20.0.0/16 eth1\ninternet outside eth0", "prefixes": "FW DROP deny", "expected_daily": "",
    "longest_silence": "15",
}  # fmt: skip


def test_a_device_is_put_on_the_register_revised_and_taken_out_of_service(browser_of, tmp_path, monkeypatch):
    monkeypatch.setattr(place, "settings", place.settings.model_copy(update={"state_folder": tmp_path}))
    who = world.activated(role="security-officer")
    browser = browser_of(who)
    wrong = browser.post("/firewalls/new", data=FORM | {"owner": "Nobody At All", "zones": "lan above"})
    assert wrong.status_code == 422
    assert "A zone is written as" in wrong.text or "Nobody is called so" in wrong.text
    made = browser.post("/firewalls/new", data=FORM | {"owner": who.user_name})
    assert made.status_code == 303, made.text
    page = browser.get(made.headers["location"].partition("?")[0])
    for told in ("edge-1.example.org", "10.20.0.0/16 eth1", "FW DROP", "Africa/Porto-Novo"):
        assert told in page.text
    path = made.headers["location"].partition("?")[0]
    assert "192.0.2.1" in browser.get(f"{path}/edit").text
    assert browser.post(f"{path}/edit", data=FORM | {"owner": who.user_name, "name": "Edge"}).status_code == 303
    device = taking.device_by_slug("edge-1")
    reading = taking.reading_of(device, datetime.now(UTC))
    told = taking.take(
        batches.CLERK, device, [[b"<b>nothing\x01\x1b[31m"]], reading, Counted(), source="file", name="x.log"
    )
    lines = browser.get(f"/firewalls/batches/{told.id}")
    assert "&lt;b&gt;nothing\u2401\u241b[31m" in lines.text
    assert browser.post(f"/firewalls/batches/{told.id}/again").status_code == 303
    assert "x.log" in browser.get(path).text
    assert browser.post(f"{path}/retire").status_code == 303
    assert "Edge" not in browser.get("/firewalls").text.partition("<main")[2]
    assert "Edge" in browser.get("/firewalls?retired=on").text.partition("<main")[2]


def test_whoever_may_not_see_networks_is_not_shown_them(browser_of):
    browser = browser_of(world.activated(role="agent"))
    assert browser.get("/firewalls").status_code in {403, 404}
    assert browser.get("/firewalls/new").status_code in {403, 404}
    assert "/firewalls" not in browser.get("/account").text


def test_an_engineer_gives_a_collector_a_secret_that_no_page_shows(browser_of):
    who = world.activated(role="network-engineer")
    browser = browser_of(who)
    made = browser.post("/firewalls/new", data=FORM | {"owner": who.user_name})
    path = made.headers["location"].partition("?")[0]
    given = {"purpose": "ssh", "kind": "password", "user_name": "backup", "secret": "Very-Secret-99"}
    assert browser.post(f"{path}/credential", data=given).status_code == 303
    page = browser.get(path).text
    assert "backup" in page
    assert "Very-Secret-99" not in page
    assert browser.post(f"{path}/drop-credential", data={"purpose": "ssh"}).status_code == 303


def test_an_engineer_sets_a_collector_up_trusts_what_it_showed_and_asks_at_once(browser_of, monkeypatch):
    who = world.activated(role="network-engineer")
    browser = browser_of(who)
    made = browser.post("/firewalls/new", data=FORM | {"owner": who.user_name})
    path = made.headers["location"].partition("?")[0]
    wrong = browser.post(f"{path}/collector", data={"recipe": "ssh:asa", "address": "edge.example.org", "port": ""})
    assert wrong.status_code == 422
    right = {"recipe": "ssh:asa", "address": "192.0.2.250", "port": ""}
    assert browser.post(f"{path}/collector", data=right).status_code == 303
    page = browser.get(path).text
    assert "192.0.2.250" in page
    assert 'id="collect"' in page
    with db.read_session() as session:
        row = session.query(Collector).one()
    attempt = collecting.begin(collecting.CLERK, row.id)
    shown = "ssh-ed25519 SHA256:abcdefgh"
    collecting.fail(collecting.CLERK, row.id, attempt_id=attempt.id, outcome="untrusted", offered=shown)
    assert shown in browser.get(path).text
    assert browser.post(f"{path}/trust-key", data={"fingerprint": shown}).status_code == 303
    assert 'id="trust"' not in browser.get(path).text
    assert browser.post(f"{path}/collect").status_code == 303
    assert browser.post(f"{path}/collect").status_code == 409
    assert browser.post(f"{path}/drop-collector").status_code == 303
    assert "192.0.2.250" not in browser.get(path).text.partition("<main")[2].partition("history")[0]
