"""Suspected disclosure: one act locks everything, opens a case, and the time from signal to locked is measured. [PW-5]"""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

import iam
from iam.credentials import disclosure
from iam.credentials.disclosure import DisclosureView
from iam.entry import passkey as passkey_entry
from kernel import clock, db
from kernel.errors import Denied, OmniError, Refused, StepUpNeeded
from policy.evidence import QUERIES
from policy.models import Duty
from tests import world
from tests.iam.conftest import Hands
from tests.iam.entry.test_passkey_entry import registered
from tests.rows import Worlds

pytestmark = pytest.mark.usefixtures("database")
NEW = "Orange-Kettle4-Drizzle"
FINDING = "The telephone was found under the desk; nobody had it."


@pytest.fixture
def ama(worlds: Worlds, hands: Hands) -> world.Somebody:
    return worlds.stand(world.activated)


@pytest.fixture
def officer(database: str, hands: Hands) -> world.Somebody:
    return world.person(role="security-officer")


def duties() -> list[tuple[str, str]]:
    with db.read_session() as session:
        found = session.scalars(select(Duty).where(Duty.rule == "disclosure-case"))
        return [(duty.about_ref, duty.state) for duty in found]


def asked(name: str) -> tuple[int, int]:
    with db.read_session() as session:
        answer = QUERIES[name].ask(session, clock.now())
    return len(answer.population), len(answer.violations)


def tried(call: Any) -> OmniError | None:
    try:
        call()
    except OmniError as error:
        return error
    return None


def test_nothing_that_opened_the_account_opens_it_any_more(
    ama: world.Somebody, officer: world.Somebody, hands: Hands
) -> None:
    key = registered(ama)
    assert ama.entered is not None
    hands.forward(seconds=31)
    begun = iam.sign_in(ama.user_name, ama.password, source=world.HERE)
    assert isinstance(begun, iam.FactorNeeded)
    case = iam.report_disclosure(officer.actor, ama.account_id, disclosure="known", renew=False)
    assert case.ended == {
        "sessions": 1, "passwords": 1, "authenticators": 1, "passkeys": 1, "recovery_codes": 10, "activation_codes": 0, "devices": 1
    }  # fmt: skip
    assert iam.who(ama.entered.token) is None
    challenge = passkey_entry.ask()
    for way in (
        ama.sign_in,
        lambda: ama.sign_in(device=ama.entered.device if ama.entered else None),
        lambda: iam.sign_in(ama.user_name, ama.password, source=world.HERE, proof=iam.Proof(recovery=ama.codes[0])),
        lambda: iam.give_factor(begun.ticket, ama.proof(), source=world.HERE),
        lambda: passkey_entry.enter(challenge.ticket, key.answer(challenge.options), source=world.HERE),
    ):
        assert isinstance(tried(way), Refused)
    assert ama.phone not in {envelope.address for envelope in world.deliver().sent}, (
        "the telephone may be what was lost"
    )


def test_it_opens_a_case_with_a_holder_and_a_limit(ama: world.Somebody, officer: world.Somebody, hands: Hands) -> None:
    case = iam.report_disclosure(ama.actor, ama.account_id, disclosure="suspected", note="I typed it into a chat.")
    assert duties() == [(f"disclosure:{case.id}", "open")]
    (listed,) = disclosure.list_disclosures(officer.actor)
    assert (listed.id, listed.state, listed.reported_by) == (case.id, "open", f"person:{ama.id}")


def test_the_time_from_signal_to_locked_is_measured(
    ama: world.Somebody, officer: world.Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = DisclosureView.of(iam.report_disclosure(officer.actor, ama.account_id, disclosure="known"))
    assert 0 <= case.milliseconds < 5000
    assert case.locked_at == case.signalled_at, "the clock of this test stands still"
    assert asked("disclosures-locked-in-time") == (1, 0)


def test_with_a_running_clock_it_takes_less_than_five_seconds(database: str) -> None:
    ama, officer = world.activated(), world.person(role="security-officer")
    case = DisclosureView.of(iam.report_disclosure(officer.actor, ama.account_id, disclosure="known"))
    assert 0 < case.milliseconds < 5000


def test_a_signal_that_lay_about_is_measured_from_when_it_came(
    ama: world.Somebody, officer: world.Somebody, hands: Hands
) -> None:
    told = hands.time - timedelta(hours=2)
    case = iam.report_disclosure(officer.actor, ama.account_id, disclosure="known", signalled_at=told)
    assert DisclosureView.of(case).milliseconds == 2 * 3600 * 1000
    assert asked("disclosures-locked-in-time") == (1, 1)
    with pytest.raises(Refused, match="future"):
        iam.report_disclosure(
            officer.actor, ama.account_id, disclosure="known", signalled_at=hands.time + timedelta(hours=1)
        )


def test_a_case_closes_once_the_secrets_are_new_and_by_another(
    ama: world.Somebody, officer: world.Somebody, hands: Hands
) -> None:
    case = iam.report_disclosure(officer.actor, ama.account_id, disclosure="suspected")
    with pytest.raises(Refused, match="no new secret"):
        disclosure.close_disclosure(officer.actor, case.id, finding=FINDING)
    code = world.code_in(world.deliver().last_to(ama.phone))
    hands.forward(seconds=40)
    step = iam.open_code(ama.user_name, code, source=world.HERE)
    iam.choose_password(step.ticket, NEW)
    closed = disclosure.close_disclosure(officer.actor, case.id, finding=FINDING)
    assert (closed.state, closed.closed_by) == ("closed", f"person:{officer.id}")
    assert duties() == [(f"disclosure:{case.id}", "fulfilled")]
    with pytest.raises(Refused):
        disclosure.close_disclosure(officer.actor, case.id, finding=FINDING)


def test_nobody_closes_the_case_about_himself(officer: world.Somebody, hands: Hands) -> None:
    sena = world.activated(role="security-officer")
    case = iam.report_disclosure(sena.actor, sena.account_id, disclosure="known")
    with pytest.raises(Denied):
        disclosure.close_disclosure(sena.actor, case.id, finding=FINDING)
    hands.forward(minutes=11)
    with pytest.raises(StepUpNeeded):
        disclosure.close_disclosure(officer.actor, case.id, finding=FINDING)


def test_one_reports_ones_own_and_not_a_colleagues(ama: world.Somebody, hands: Hands) -> None:
    kofi = world.activated()
    with pytest.raises(Denied):
        iam.report_disclosure(kofi.actor, ama.account_id, disclosure="known")
    assert isinstance(iam.report_disclosure(kofi.actor, kofi.account_id, disclosure="known").id, object)


def test_a_suspended_account_is_locked_and_no_way_in_goes_out(
    ama: world.Somebody, officer: world.Somebody, hands: Hands
) -> None:
    iam.suspend_person(officer.actor, ama.id)
    world.deliver()
    case = iam.report_disclosure(officer.actor, ama.account_id, disclosure="known")
    assert case.ended["passwords"] == 1
    assert world.deliver().sent == []


def test_reported_twice_are_two_cases_and_the_second_finds_nothing(
    ama: world.Somebody, officer: world.Somebody, hands: Hands
) -> None:
    iam.report_disclosure(officer.actor, ama.account_id, disclosure="suspected", renew=False)
    again = iam.report_disclosure(officer.actor, ama.account_id, disclosure="known", renew=False)
    assert set(again.ended.values()) == {0}
    assert len(disclosure.list_disclosures(officer.actor)) == 2


@pytest.mark.parametrize(
    ("table", "damage"),
    [
        ("password", "update password set ended_at = null"),
        ("totp", "update totp set ended_at = null"),
        ("session", "update session set ended_at = null"),
    ],
)
def test_the_proof_notices_what_outlived_its_disclosure(
    ama: world.Somebody, officer: world.Somebody, hands: Hands, database: str, table: str, damage: str
) -> None:
    hands.forward(seconds=5)
    iam.report_disclosure(officer.actor, ama.account_id, disclosure="known", renew=False)
    assert asked("disclosed-secrets-are-void") == (1, 0)
    with db.connect("none", database) as conn:
        conn.execute(f"set session_replication_role = replica; alter table {table} disable trigger user")
        conn.execute(damage)
        conn.execute(f"alter table {table} enable always trigger wall_stamp")
        conn.execute(f"alter table {table} enable always trigger wall_entry")
    assert asked("disclosed-secrets-are-void") == (1, 1)


def test_what_was_said_of_it_is_nowhere_readable(ama: world.Somebody, hands: Hands, auditor: Any) -> None:
    iam.report_disclosure(ama.actor, ama.account_id, disclosure="suspected", note="Kwame saw me type Violet-Tractor9")
    written = repr(auditor("disclosure.report"))
    assert "Kwame" not in written
    assert "Tractor9" not in written


def test_a_service_accounts_keys_end_with_it(officer: world.Somebody, hands: Hands) -> None:
    from iam.services import accounts as service_accounts
    from iam.services import keys as service_keys
    from iam.services import program_entry

    admin, owner = world.person(role="it-admin"), world.activated()
    account = service_accounts.open_service(
        admin.actor, name="svc-backup", purpose="Nightly backup of recordings", owner_id=owner.id, ends_at=hands.time + timedelta(days=300)
    )  # fmt: skip
    issued = service_keys.issue_key(owner.actor, account.id, label="first")
    assert issued.token is not None
    assert program_entry.actor_of(issued.token) is not None
    world.deliver()
    case = iam.report_disclosure(officer.actor, account.id, disclosure="known")
    assert case.ended == {"keys": 1}
    assert program_entry.actor_of(issued.token) is None
    (told,) = world.deliver().sent
    assert (told.address, told.channel) == (owner.email, "mail"), "the owner is told, and gets no secret"
    with pytest.raises(Refused, match="no new secret"):
        disclosure.close_disclosure(officer.actor, case.id, finding=FINDING)
    service_keys.issue_key(owner.actor, account.id, label="second")
    assert disclosure.close_disclosure(officer.actor, case.id, finding=FINDING).state == "closed"
