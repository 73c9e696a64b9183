"""Versions of configurations: masked before they are stored, the same one once, compared, and approved by another than who handed them in."""

import pytest
from sqlalchemy import text as sql

from firewall_audit.configurations import lists
from firewall_audit.configurations.versions import MOST_RULES, approve_baseline
from firewall_audit.models import ConfigurationVersion, NetworkDevice
from kernel import db
from kernel.errors import Denied, Malformed, NotFound, Refused
from tests import world
from tests.changecontrol.builders import House, fresh
from tests.firewall_audit.configurations.builders import SECRET, SQL, WEB, drift, engineer, take, text


def test_no_secret_reaches_the_database_or_the_ledger(house: House, device: NetworkDevice) -> None:
    told = take(device, text(WEB))
    assert (told.number, told.new, told.kind, told.rules, told.secrets) == (1, True, "cisco_asa", 1, 1)
    with db.read_session(db.OWNER) as session:
        tables = session.execute(
            sql("select table_schema || '.' || table_name from information_schema.tables where table_schema in ('public', 'ledger') and table_type = 'BASE TABLE'")
        ).scalars()  # fmt: skip
        for table in list(tables):
            rows = session.execute(
                sql(f"select count(*) from {table} t where t::text like :secret"), {"secret": f"%{SECRET}%"}
            )
            assert rows.scalar_one() == 0, table
        assert "**secret-" in session.get_one(ConfigurationVersion, told.id).text


def test_the_same_text_again_is_no_version_but_seen(house: House, device: NetworkDevice) -> None:
    first = take(device, text(WEB))
    house.hands.forward(hours=1)
    again = take(device, text(WEB).replace("\n", "\r\n") + "\n\n")
    assert (again.new, again.number, again.id) == (False, 1, first.id)
    with db.read_session() as session:
        row = session.get_one(ConfigurationVersion, first.id)
    assert (row.seen, row.seen_at > row.taken_at) == (2, True)
    assert drift() == []


def test_a_changed_secret_alone_is_a_change(house: House, device: NetworkDevice) -> None:
    take(device, text(WEB))
    told = take(device, text(WEB, secret="another-one"))
    assert (told.number, told.new, told.added, told.removed, told.verdict) == (2, True, 0, 0, "unapproved")
    (row,) = drift()
    assert row.what == "version 2: no rule, but other lines"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("hello world", "No kind of configuration"),
        ("   ", "empty"),
        ("<pfsense><filter>", "line 2: this is no well-formed XML"),
    ],
)
def test_what_no_parser_reads_is_refused_with_its_line(
    house: House, device: NetworkDevice, said: str, why: str
) -> None:
    with pytest.raises(Malformed, match=why):
        take(device, said)


def test_more_rules_than_the_house_reads_are_refused_with_their_number(house: House, device: NetworkDevice) -> None:
    lines = [f"permit ip any host 10.{i >> 16}.{i >> 8 & 255}.{i & 255}" for i in range(MOST_RULES + 1)]
    with pytest.raises(Refused, match="20001"):
        take(device, text(*lines))


def test_only_those_who_run_networks_hand_in_and_read(house: House, device: NetworkDevice) -> None:
    told = take(device, text(WEB))
    agent = world.person(role="agent")
    with pytest.raises((Denied, NotFound)):
        take(device, text(SQL), by=agent)
    with pytest.raises((Denied, NotFound)):
        lists.list_versions(agent.actor, device.id)
    assert [one.id for one in lists.list_versions(fresh(house.officer), device.id)] == [told.id]


def test_a_version_is_approved_by_the_director_and_never_by_who_handed_it_in(
    house: House, device: NetworkDevice
) -> None:
    told = take(device, text(WEB))
    with pytest.raises(Denied):
        approve_baseline(fresh(engineer()), told.id)
    approve_baseline(fresh(house.director), told.id)
    with db.read_session() as session:
        assert session.get_one(ConfigurationVersion, told.id).baseline_by == house.director.id


def test_no_version_is_approved_over_an_open_change_or_behind_the_last(house: House, device: NetworkDevice) -> None:
    first = take(device, text(WEB))
    second = take(device, text(WEB, SQL))
    with pytest.raises(Refused, match="runs now"):
        approve_baseline(fresh(house.director), first.id)
    with pytest.raises(Refused, match="nobody authorised is still open"):
        approve_baseline(fresh(house.director), second.id)


def test_devices_are_listed_with_what_is_open(house: House, device: NetworkDevice) -> None:
    (row,) = lists.list_device_versions(fresh(house.officer))
    assert (row.latest, row.approved, row.open) == (None, False, 0)
    told = take(device, text(WEB))
    approve_baseline(fresh(house.director), told.id)
    assert lists.list_device_versions(fresh(house.officer))[0].approved
    take(device, text(SQL))
    (row,) = lists.list_device_versions(fresh(house.officer))
    assert (row.approved, row.open) == (False, 1)
