"""Collecting configurations from real servers on this machine: whole, unchanged, and every way in which it fails."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncssh
import pytest
from sqlalchemy import text as sql

from firewall_audit.collectors import api, collecting, registry, rounds, ssh
from firewall_audit.collectors.noticed import noticed
from firewall_audit.configurations import texts
from firewall_audit.credentials import give_credential
from firewall_audit.devices import retire_device
from firewall_audit.models import CollectionAttempt, Collector, CollectorCredential, IntakeEvent, NetworkDevice
from kernel import clock, db
from kernel.errors import Conflict, Denied, Malformed, NotFound
from tests import world
from tests.changecontrol.builders import House, fresh
from tests.firewall_audit.collectors.devices import ASA, FORTI, PASSWORD, SAVED, ApiDevice, SshDevice, asa, forti, says

pytestmark = pytest.mark.usefixtures("loopback")
ENABLE = "Enable-Pass-0815"
TOKEN = "Api-Token-1234567890"


class Hand:
    """An engineer who sets a collector up, and what is on record of it."""

    def __init__(self, device: NetworkDevice) -> None:
        self.device = device
        self.who = world.person(role="network-engineer")

    def set(self, recipe: str, port: int, **more: Any) -> Collector:
        told = {"way": "ssh", "address": "127.0.0.1"} | more
        return registry.set_collector(fresh(self.who), self.device.id, recipe=recipe, port=port, **told)  # type: ignore[arg-type]

    def give(self, secret: str = PASSWORD, purpose: Any = "ssh", kind: Any = "password") -> None:
        give_credential(fresh(self.who), self.device.id, purpose=purpose, kind=kind, secret=secret, user_name="backup")  # type: ignore[arg-type]

    def row(self) -> Collector:
        with db.read_session() as session:
            return session.query(Collector).filter_by(device_id=self.device.id).one()

    def run(self) -> CollectionAttempt:
        collecting.collect(self.row().id)
        with db.read_session() as session:
            return (
                session.query(CollectionAttempt)
                .filter_by(device_id=self.device.id)
                .order_by(CollectionAttempt.id.desc())
                .first()
            )

    def trust(self) -> None:
        registry.trust_key(fresh(self.who), self.device.id, fingerprint=self.row().offered)

    def ready(self, recipe: str, port: int, **more: Any) -> None:
        """Set up, looked at, trusted, with a credential."""
        self.set(recipe, port, **more)
        assert self.run().outcome == "untrusted"
        self.trust()
        self.give(**({"purpose": "api", "kind": "token", "secret": TOKEN} if more.get("way") == "api" else {}))


@pytest.fixture
def hand(house: House, device: NetworkDevice) -> Hand:
    return Hand(device)


def amiss() -> list[str]:
    with db.read_session() as session:
        return [row.kind for row in session.query(IntakeEvent).order_by(IntakeEvent.id)]


def test_a_configuration_is_fetched_once_new_then_unchanged(hand: Hand) -> None:
    with SshDevice(says(SAVED.format(port=443))) as there:
        hand.ready("iptables", there.port)
        first = hand.run()
        assert (first.outcome, first.number, first.size) == ("new", 1, len(SAVED.format(port=443)))
        assert hand.run().outcome == "unchanged"
    assert there.tries == [PASSWORD, PASSWORD]


def test_nothing_is_shown_to_a_key_that_nobody_trusted(hand: Hand) -> None:
    with SshDevice(says(SAVED.format(port=443))) as there:
        hand.set("iptables", there.port)
        hand.give()
        assert hand.run().outcome == "untrusted"
        assert hand.row().offered == f"ssh-ed25519 {there.key.get_fingerprint()}"
        assert there.tries == []
        with pytest.raises(Conflict):
            registry.trust_key(fresh(hand.who), hand.device.id, fingerprint="ssh-ed25519 SHA256:another")


def test_a_changed_key_stops_the_collection_and_is_told_at_once(hand: Hand, house: House) -> None:
    with SshDevice(says(SAVED.format(port=443))) as there:
        hand.ready("iptables", there.port)
    row = hand.row()
    door = collecting.door_of(row.id)
    with SshDevice(says(SAVED.format(port=443))) as other:
        with pytest.raises(collecting.CollectionFault) as fault:
            ssh.fetch(replace(door, port=other.port))
        assert (fault.value.outcome, other.tries) == ("changed-key", [])
    attempt = collecting.begin(collecting.CLERK, row.id)
    collecting.fail(collecting.CLERK, row.id, attempt_id=attempt.id, outcome="changed-key", offered=fault.value.offered)
    assert amiss() == ["host-key"]
    house.hands.forward(days=3)
    with db.read_session() as session:
        assert rounds.waiting(session, clock.now()) == []
    hand.trust()
    with db.read_session() as session:
        assert rounds.waiting(session, clock.now()) == [row.id]
        assert session.query(CollectorCredential).count() == 0, "a credential is given anew to another key"


def test_an_asa_is_asked_in_a_terminal_and_enabled(hand: Hand) -> None:
    with SshDevice(asa(enable=ENABLE)) as there:
        hand.ready("asa", there.port)
        assert hand.run().outcome == "credential"
        hand.give(ENABLE, "enable")
        got = hand.run()
    assert (got.outcome, got.number) == ("new", 1)
    with db.read_session() as session:
        kept = session.execute(sql("select text from configuration_version")).scalar_one()
    assert kept.splitlines()[-1] == ": end"
    assert len(kept.splitlines()) == len(ASA.splitlines())


def test_a_pager_is_answered_and_leaves_nothing_behind(hand: Hand) -> None:
    with SshDevice(forti) as there:
        hand.ready("fortios", there.port)
        assert hand.run().outcome == "new"
    with db.read_session() as session:
        assert session.execute(sql("select text from configuration_version")).scalar_one().splitlines() == FORTI


def test_a_private_key_opens_too(hand: Hand) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    with SshDevice(says(SAVED.format(port=443)), public=key.convert_to_public()) as there:
        hand.ready("iptables", there.port)
        hand.give(key.export_private_key().decode(), kind="private-key")
        assert hand.run().outcome == "new"


def test_a_private_key_that_lost_its_line_ends_in_a_form_opens_too(hand: Hand) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    with SshDevice(says(SAVED.format(port=443)), public=key.convert_to_public()) as there:
        hand.ready("iptables", there.port)
        with pytest.raises(Malformed):
            hand.give("-----BEGIN OPENSSH PRIVATE KEY----- b3Bl", kind="private-key")
        hand.give(" ".join(key.export_private_key().decode().split("\n")), kind="private-key")
        assert hand.run().outcome == "new"


def test_a_key_that_is_trusted_before_a_credential_is_given_starts_nothing(hand: Hand) -> None:
    with SshDevice(says(SAVED.format(port=443))) as there:
        hand.set("iptables", there.port)
        hand.run()
        hand.trust()
        assert hand.row().asked_by == ""
        hand.give()
        assert hand.run().outcome == "new"


async def _cut(process: Any) -> None:
    process.stdout.write(SAVED[:60])
    await process.stdout.drain()
    process.channel.get_connection().abort()


async def _gone(process: Any) -> None:
    process.channel.get_connection().abort()


async def _silent(process: Any) -> None:
    await asyncio.sleep(60)


@pytest.mark.parametrize(
    ("handle", "outcome"),
    [
        (says("# Generated by iptables-save v1\n*filter\n:INPUT DROP [0:0]\n"), "truncated"),
        (says("hello\n"), "not-configuration"),
        (says("permission denied\n", 1), "not-allowed"),
        (says("x" * (2 << 20)), "too-large"),
        (_cut, "truncated"),
        (_gone, "truncated"),
        (_silent, "slow"),
    ],
)
def test_each_failure_has_its_name(hand: Hand, monkeypatch: pytest.MonkeyPatch, handle: Any, outcome: str) -> None:
    real = collecting.book.number
    small = {"collect_megabytes": 1, "collect_seconds": 2}
    monkeypatch.setattr(collecting.book, "number", lambda clause, name: small.get(name) or real(clause, name))
    with SshDevice(handle) as there:
        hand.ready("iptables", there.port)
        got = hand.run()
    assert (got.outcome, got.number) == (outcome, None)


def test_a_wrong_password_is_shown_once_and_a_refused_connection_is_told_the_second_time(hand: Hand) -> None:
    with SshDevice(says(SAVED.format(port=443))) as there:
        hand.ready("iptables", there.port)
        hand.give("Wrong-Pass-99")
        assert hand.run().outcome == "sign-in"
        assert there.tries == ["Wrong-Pass-99"]
        assert amiss() == []
    assert hand.run().outcome == "unreachable"
    assert (amiss(), hand.row().failures) == (["uncollected"], 2)


def test_a_run_that_was_killed_is_put_down_when_its_time_is_over_and_two_never_run_at_once(
    hand: Hand, house: House
) -> None:
    with SshDevice(says(SAVED.format(port=443))) as there:
        hand.ready("iptables", there.port)
        row = hand.row()
        killed = collecting.begin(collecting.CLERK, row.id)
        with pytest.raises(Conflict):
            collecting.begin(collecting.CLERK, row.id)
        with db.read_session() as session:
            assert rounds.waiting(session, clock.now()) == []
            later = clock.now() + timedelta(minutes=10)
            assert rounds.waiting(session, later) == [row.id]
        house.hands.forward(minutes=10)
        assert hand.run().outcome == "new"
    with db.read_session() as session:
        assert session.get_one(CollectionAttempt, killed.id).outcome == "broken-off"
    with pytest.raises(Conflict):
        collecting.keep(collecting.CLERK, row.id, attempt_id=killed.id, text="x", size=1)


def test_at_another_address_nothing_is_trusted_and_no_credential_is_left(hand: Hand) -> None:
    with SshDevice(says(SAVED.format(port=443))) as there:
        hand.ready("iptables", there.port)
        hand.set("iptables", there.port, address="192.0.2.7")
    assert hand.row().trusted == ""
    with db.read_session() as session:
        assert session.query(CollectorCredential).count() == 0


def test_secrets_stand_nowhere_but_sealed(hand: Hand, caplog: pytest.LogCaptureFixture) -> None:
    with SshDevice(asa(enable=ENABLE)) as there:
        hand.ready("asa", there.port)
        hand.give(ENABLE, "enable")
        assert hand.run().outcome == "new"
        hand.give("Wrong-Pass-99")
        assert hand.run().outcome == "sign-in"
    with db.read_session(db.OWNER) as session:
        tables = session.execute(
            sql("select table_schema || '.' || table_name from information_schema.tables where table_schema in ('public', 'ledger') and table_type = 'BASE TABLE'")
        ).scalars()  # fmt: skip
        for table in list(tables):
            for secret in (PASSWORD, ENABLE, "Wrong-Pass-99", "Zq7-Vt0p"):
                asked = sql(f"select count(*) from {table} t where t::text like :secret")
                assert session.execute(asked, {"secret": f"%{secret}%"}).scalar_one() == 0, table
    for secret in (PASSWORD, ENABLE, "Wrong-Pass-99"):
        assert secret not in caplog.text
    assert PASSWORD not in repr(collecting.door_of(hand.row().id))


def test_who_does_not_run_the_networks_sets_up_trusts_and_asks_nothing(hand: Hand) -> None:
    hand.set("iptables", 22)
    for role in ("agent", "auditor", "technical-director"):
        other = fresh(world.person(role=role))
        for call in (
            lambda a: registry.set_collector(a, hand.device.id, way="ssh", recipe="asa", address="192.0.2.1"),
            lambda a: registry.trust_key(a, hand.device.id, fingerprint="ssh-ed25519 x"),
            lambda a: registry.drop_collector(a, hand.device.id),
            lambda a: registry.ask_collection(a, hand.device.id),
        ):
            with pytest.raises((Denied, NotFound)):
                call(other)
    registry.ask_collection(fresh(world.person(role="security-officer")), hand.device.id)


def test_a_retired_device_is_asked_no_more(hand: Hand) -> None:
    hand.set("iptables", 22)
    retire_device(fresh(world.person(role="security-officer")), hand.device.id)
    with db.read_session() as session:
        assert session.query(Collector).count() == 0


ANSWERS = {
    "fortios": ("Authorization", f"Bearer {TOKEN}", "\n".join(FORTI) + "\n"),
    "panos": ("X-PAN-KEY", TOKEN, '<?xml version="1.0"?>\n<config version="10.0.0"><shared/><devices><entry name="localhost.localdomain"/></devices></config>\n'),
    "opnsense": ("Authorization", "Basic ", '<?xml version="1.0"?>\n<opnsense><version>25.1</version><system><hostname>edge</hostname></system><filter></filter></opnsense>\n'),
}  # fmt: skip


@pytest.mark.parametrize("recipe", ANSWERS)
def test_an_api_is_asked_with_its_token_in_a_header_by_its_pinned_certificate(
    hand: Hand, tmp_path: Any, recipe: str
) -> None:
    header, token, body = ANSWERS[recipe]
    with ApiDevice(tmp_path, lambda _request: (200, {}, body.encode())) as there:
        hand.ready(recipe, there.port, way="api")
        assert there.seen == [], "looking at a certificate asks nothing"
        assert hand.run().outcome == "new"
    ((_, path, headers),) = there.seen
    assert headers[header].startswith(token)
    assert TOKEN not in path


def test_an_api_that_sends_elsewhere_is_not_followed(hand: Hand, tmp_path: Any) -> None:
    with ApiDevice(tmp_path, lambda _request: (302, {"Location": "https://192.0.2.99/"}, b"")) as there:
        hand.ready("fortios", there.port, way="api")
        assert hand.run().outcome == "answer"
        there._answer = lambda _request: (401, {}, b"")
        assert hand.run().outcome == "sign-in"
        there._answer = lambda _request: (200, {"Content-Length": "9999"}, b"#config-version=")
        assert hand.run().outcome == "truncated"


def test_another_certificate_than_the_pinned_one_gets_no_token(hand: Hand, tmp_path: Any) -> None:
    with ApiDevice(tmp_path, lambda _request: (200, {}, b"")) as there:
        hand.ready("fortios", there.port, way="api")
        door = collecting.door_of(hand.row().id)
    (tmp_path / "other").mkdir()
    with ApiDevice(tmp_path / "other", lambda _request: (200, {}, b"")) as other:
        with pytest.raises(collecting.CollectionFault) as fault:
            api.fetch(replace(door, port=other.port))
        assert (fault.value.outcome, other.seen) == ("changed-key", [])


def test_only_addresses_where_a_device_may_be(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for wrong in ("127.0.0.1", "::1", "169.254.169.254", "::ffff:127.0.0.1", "fe80::1", "edge.example.org"):
        with pytest.raises(Malformed):
            hand.set("iptables", 22, address=wrong)
    hand.set("iptables", 22, address="10.0.0.1")


def test_a_weekly_review_is_told_of_failures_and_of_a_changed_key(hand: Hand) -> None:
    hand.set("iptables", 22)
    row, begun = hand.row(), clock.now()
    for outcome in ("slow", "changed-key"):
        attempt = collecting.begin(collecting.CLERK, row.id)
        collecting.fail(
            collecting.CLERK, row.id, attempt_id=attempt.id, outcome=outcome, offered="ssh-ed25519 SHA256:x"
        )
    with db.read_session() as session:
        found = noticed(session, begun, begun + timedelta(days=7))
        assert [(one.kind, one.scope, one.count) for one in found] == [
            ("health.key", "edge-1", 1),
            ("health.collection", "edge-1", 2),
        ]
        assert noticed(session, begun - timedelta(days=7), begun) == ()


def test_what_fortios_encrypts_anew_each_time_is_no_change() -> None:
    written = 'config user local\n    edit "a"\n        set passwd ENC {secret}\n    next\nend\n'
    first, second = (texts.steady(written.format(secret=one)) for one in ("AAAAbbbb1111==", "CCCCdddd2222=="))
    assert first == second
    assert "AAAA" not in first
