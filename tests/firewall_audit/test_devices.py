"""The register of network devices: who may touch it, by what lines are known, credentials that nobody sees again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firewall_audit import credentials, devices, readings, senders
from kernel import db
from kernel.db import HOUSE
from kernel.errors import Conflict, Denied, Malformed, NotFound, Refused
from policy.evidence import QUERIES
from tests import world

ZONES: list[Any] = [
    {"name": "lan", "side": "inside", "networks": ["10.20.0.7/16"], "interfaces": ["eth1"]},
    {"name": "internet", "side": "outside", "interfaces": ["eth0"]},
]


def edge(slug: str = "edge-1", **more: Any) -> devices.DeviceView:
    who = world.person(role="network-engineer")
    told: dict[str, Any] = {"name": "Edge", "kind": "firewall", "vendor": "netfilter", "owner_id": who.id} | more
    return devices.DeviceView.of(devices.add_device(who.actor, slug=slug, **told))


def test_device_is_added_revised_and_retired(database: str) -> None:
    made = edge(zones=ZONES, senders=["192.0.2.1", "Edge-1.Example.Org."], time_zone="Africa/Porto-Novo")
    assert made.zones[0].networks == ["10.20.0.0/16"]
    officer = world.person(role="security-officer")
    page = readings.read_device(officer.actor, made.id)
    assert page.senders == ["192.0.2.1", "edge-1.example.org"]
    devices.revise_device(officer.actor, made.id, name="Edge of Cotonou", senders=["198.51.100.1"])
    page = readings.read_device(officer.actor, made.id)
    assert (page.device.slug, page.device.name, page.senders) == ("edge-1", "Edge of Cotonou", ["198.51.100.1"])
    devices.retire_device(officer.actor, made.id)
    assert devices.list_devices(officer.actor) == []
    assert [one.state for one in devices.list_devices(officer.actor, retired=True)] == ["retired"]
    assert readings.read_device(officer.actor, made.id).senders == []
    with pytest.raises(Refused, match="out of service"):
        devices.revise_device(officer.actor, made.id, name="Back")


def test_only_authorised_staff_touch_network_equipment(database: str) -> None:
    made = edge()
    for role in ("agent", "supervisor", "manager", "trainer"):
        stranger = world.person(role=role)
        with pytest.raises((Denied, NotFound)):
            devices.revise_device(stranger.actor, made.id, name="Mine")
        with pytest.raises((Denied, NotFound)):
            credentials.give_credential(stranger.actor, made.id, purpose="ssh", kind="password", secret="x")
    auditor = world.person(role="auditor")
    assert readings.read_device(auditor.actor, made.id).device.slug == "edge-1"
    with pytest.raises(Denied):
        devices.revise_device(auditor.actor, made.id, name="Mine")


def test_a_line_is_of_one_device_only(database: str) -> None:
    edge(senders=["192.0.2.1"])
    with pytest.raises(Conflict, match="another device"):
        edge("edge-2", senders=["::ffff:192.0.2.1"])
    edge("edge-2", senders=["192.0.2.2"])


def test_retired_devices_address_may_be_given_to_its_successor(database: str) -> None:
    made = edge(senders=["192.0.2.1"])
    devices.retire_device(world.person(role="security-officer").actor, made.id)
    edge("edge-2", senders=["192.0.2.1"])
    with pytest.raises(Conflict):
        edge("edge-1")


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Africa/Nowhere"},
        {"senders": ["not a name"]},
        {"senders": ["192.0.2.300"]},
        {"zones": [{"name": "lan", "side": "inside", "networks": ["10.0.0.0/40"]}]},
        {"zones": [*ZONES, {"name": "lan", "side": "dmz"}]},
        {"zones": [{"name": "lan", "side": "above"}]},
        {"slug": "../edge"},
        {"prefixes": {"DROP": "perhaps"}},
        {"longest_silence": 0},
        {"formats": ["nobody-writes-so"]},
    ],
)
def test_what_no_device_can_be_is_refused(database: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        edge(**wrong)


def test_a_place_that_the_house_does_not_have_is_refused(database: str) -> None:
    with pytest.raises(NotFound):
        edge(site="site:atlantis")


def test_a_credential_is_sealed_replaced_dropped_and_never_shown(database: str) -> None:
    made, engineer = edge(), world.person(role="network-engineer")
    credentials.give_credential(
        engineer.actor, made.id, purpose="ssh", kind="password", secret="Old-Secret-77", user_name="backup"
    )
    given = credentials.give_credential(
        engineer.actor, made.id, purpose="ssh", kind="password", secret="New-Secret-88", user_name="backup"
    )
    page = readings.read_device(engineer.actor, made.id)
    assert [one.user_name for one in page.credentials] == ["backup"]
    with db.connect("none", database) as conn:
        for table in ("public.collector_credential", "ledger.entry", "ledger.detail"):
            told = conn.execute(f"select coalesce(string_agg(row::text, ''), '') from {table} row").fetchone()
            assert told is not None
            assert b"Secret-88".hex() not in told[0]
            assert "Secret-88" not in told[0]
    assert "Secret" not in page.model_dump_json()
    assert credentials.opened(given) == "New-Secret-88"
    credentials.drop_credential(engineer.actor, made.id, purpose="ssh")
    assert readings.read_device(engineer.actor, made.id).credentials == []
    with pytest.raises(NotFound):
        credentials.drop_credential(engineer.actor, made.id, purpose="ssh")


def test_a_device_in_the_hands_of_nobody_authorised_is_reported(database: str) -> None:
    edge()
    query = QUERIES["network-devices-are-in-authorised-hands"]
    from kernel import clock

    with db.read_session() as session:
        assert query.ask(session, clock.now()).violations == []
    agent = world.person(role="agent")
    made = edge("edge-2", owner_id=agent.id)
    with db.read_session() as session:
        assert query.ask(session, clock.now()).violations == [f"network-device:{made.id}"]


def test_sender_forms() -> None:
    assert senders.written("2001:DB8:0::1") == ("address", "2001:db8::1")
    assert senders.written("::ffff:192.0.2.1") == ("address", "192.0.2.1")
    assert senders.written("fe80::1%eth0") == ("address", "fe80::1")
    assert senders.written("FW1") == ("hostname", "fw1")
    assert senders.written("SHA256:" + ":".join(["AB"] * 32)) == ("certificate", "ab" * 32)
    assert senders.written("ab" * 32) == ("certificate", "ab" * 32)


@given(st.text(max_size=80))
def test_any_text_is_a_sender_or_refused_and_its_form_is_stable(text: str) -> None:
    try:
        kind, name = senders.written(text)
    except ValueError:
        return
    assert senders.written(name) == (kind, name)


def test_scope_of_a_device_is_its_site(database: str) -> None:
    place = world.site("cotonou")
    assert edge(site=place).scope == place
    assert edge("edge-2").scope == HOUSE
