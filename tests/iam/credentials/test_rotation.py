"""OTP or ninety days: rotation begins the day OTP goes and stops the day it returns; notices once each; a due password first. [ID-4]"""

from datetime import datetime, timedelta

import pyotp
import pytest

import iam
from iam.credentials import due_change, rotation
from iam.credentials.rotation import ChangeNeeded
from iam.entry import passkey as passkey_entry
from iam.entry.entering import Entered
from iam.entry.signin import FactorNeeded
from kernel import clock, db
from kernel.errors import Refused
from policy.evidence import QUERIES
from tests import world
from tests.iam.authenticator import Authenticator
from tests.iam.conftest import Hands
from tests.iam.entry.test_passkey_entry import enter, registered
from tests.rows import Worlds

pytestmark = pytest.mark.usefixtures("database")
NEW = "Orange-Kettle4-Drizzle"


@pytest.fixture
def ama(worlds: Worlds, hands: Hands) -> world.Somebody:
    return worlds.stand(lambda: world.activated(language="en"))


@pytest.fixture
def key(ama: world.Somebody) -> Authenticator:
    """Ama's passkey; with it she may do without the authenticator."""
    return registered(ama)


def due(somebody: world.Somebody) -> datetime | None:
    with db.read_session() as session:
        found = rotation.standings(session, account_id=somebody.account_id)
    return found[0].due_at if found else None


def step_in(somebody: world.Somebody, key: Authenticator) -> Entered | ChangeNeeded:
    """Password first, then the passkey as second factor."""
    step = iam.sign_in(somebody.user_name, somebody.password, source=world.HERE)
    assert isinstance(step, FactorNeeded)
    challenge = iam.ask_passkey(step.ticket)
    proof = iam.Proof(ticket=challenge.ticket, credential=key.answer(challenge.options))
    return iam.give_factor(step.ticket, proof, source=world.HERE)


def fresh(somebody: world.Somebody, key: Authenticator) -> None:
    """A session of now, whose factor was just shown."""
    somebody.actor = somebody.acting(enter(key))


def test_with_otp_a_password_never_rotates(ama: world.Somebody, hands: Hands) -> None:
    assert due(ama) is None
    hands.forward(days=5000)
    assert due(ama) is None
    assert isinstance(ama.sign_in(), Entered)


def test_it_begins_the_day_otp_goes_and_stops_the_day_it_returns(
    ama: world.Somebody, key: Authenticator, hands: Hands
) -> None:
    hands.forward(days=200)
    fresh(ama, key)
    iam.remove_otp(ama.actor, ama.account_id)
    gone = hands.time
    assert due(ama) == gone + timedelta(days=90), "not from the day it was set, or it would be overdue at once"
    assert iam.my_account(ama.actor).change_due_at == gone + timedelta(days=90)
    hands.forward(days=60)
    fresh(ama, key)
    secret = iam.enrol_otp(ama.actor, ama.account_id).secret
    assert due(ama) == gone + timedelta(days=90), "begun is not paired"
    iam.confirm_own(ama.actor, ama.account_id, pyotp.TOTP(secret).at(hands.time))
    assert due(ama) is None
    assert iam.my_account(ama.actor).change_due_at is None


def test_a_changed_password_starts_the_days_anew(ama: world.Somebody, key: Authenticator, hands: Hands) -> None:
    iam.remove_otp(ama.actor, ama.account_id)
    hands.forward(days=30)
    fresh(ama, key)
    iam.change(ama.actor, ama.account_id, current_password=ama.password, password=NEW)
    assert due(ama) == hands.time + timedelta(days=90)


def sweep(hands: Hands) -> list[str]:
    """One turn of the sweep; the subjects of the mails that left, and how the others did."""
    rotation.send_notices(hands.time)
    return [e.subject or e.channel for e in world.deliver().sent]


def test_notices_at_fourteen_seven_and_one_day_each_once(
    ama: world.Somebody, key: Authenticator, hands: Hands, auditor: object
) -> None:
    iam.remove_otp(ama.actor, ama.account_id)
    told: list[tuple[int, str]] = []
    for _ in range(92):
        hands.forward(days=1)
        for _again in range(2):
            told += [((hands.time - clock_zero(ama)).days, what) for what in sweep(hands)]
    by_mail = [(90 - days, "Your Omniwarden password is to be changed") for days in (14, 7, 1)]
    assert told == [*by_mail, (90 - 1, "sms")], "the last one comes by text message too"
    assert len(auditor("rotation.notify")) == 3, "a turn of the sweep with nothing to do writes nothing"


def clock_zero(somebody: world.Somebody) -> datetime:
    found = due(somebody)
    assert found is not None
    return found - timedelta(days=90)


def test_after_a_long_downtime_one_notice_comes_and_not_three(
    ama: world.Somebody, key: Authenticator, hands: Hands
) -> None:
    iam.remove_otp(ama.actor, ama.account_id)
    hands.forward(days=90, hours=-12)
    assert sweep(hands) == ["Your Omniwarden password is to be changed", "sms"]
    assert sweep(hands) == []


def test_a_clock_that_jumps_back_repeats_no_notice(ama: world.Somebody, key: Authenticator, hands: Hands) -> None:
    iam.remove_otp(ama.actor, ama.account_id)
    hands.forward(days=84)
    assert len(sweep(hands)) == 1
    hands.back(days=5)
    assert sweep(hands) == []
    hands.forward(days=5)
    assert sweep(hands) == []


def test_a_notice_names_the_day_and_no_secret(ama: world.Somebody, key: Authenticator, hands: Hands) -> None:
    iam.remove_otp(ama.actor, ama.account_id)
    hands.forward(days=80)
    rotation.send_notices(hands.time)
    (letter,) = world.deliver().sent
    text = letter.body.get_secret_value()
    assert f"{clock_zero(ama) + timedelta(days=90):%d/%m/%Y}" in text
    assert letter.channel == "mail"
    assert ama.password not in text


def test_a_due_password_is_changed_before_anything_else(ama: world.Somebody, key: Authenticator, hands: Hands) -> None:
    iam.remove_otp(ama.actor, ama.account_id)
    hands.forward(days=91)
    for way in (step_in(ama, key), by_passkey_alone(key)):
        assert isinstance(way, ChangeNeeded)
    needed = step_in(ama, key)
    assert isinstance(needed, ChangeNeeded)
    assert sessions_of(ama) == 0
    with pytest.raises(Refused, match="before"):
        due_change.change(needed.ticket, ama.password, source=world.HERE)
    with pytest.raises(Refused, match="at least 8"):
        due_change.change(needed.ticket, "Kj8$gr!", source=world.HERE)
    assert sessions_of(ama) == 0
    entered = due_change.change(needed.ticket, NEW, source=world.HERE)
    assert ama.acting(entered).id == ama.id
    assert due(ama) == hands.time + timedelta(days=90)
    with pytest.raises(Refused, match="run out"):
        due_change.change(needed.ticket, "Purple-Ladder5-Whistle", source=world.HERE)


def by_passkey_alone(key: Authenticator) -> Entered | ChangeNeeded:
    begun = passkey_entry.ask()
    return passkey_entry.enter(begun.ticket, key.answer(begun.options), source=world.HERE)


def sessions_of(somebody: world.Somebody) -> int:
    with db.connect(db.APP) as conn:
        asked = "select count(*) from session where person_id = %s and ended_at is null and ends_at > %s"
        return int(conn.execute(asked, [somebody.id, clock.now()]).fetchone()[0])


def test_a_ticket_to_the_change_dies_with_the_password_and_with_time(
    ama: world.Somebody, key: Authenticator, hands: Hands
) -> None:
    iam.remove_otp(ama.actor, ama.account_id)
    hands.forward(days=91)
    first, second = step_in(ama, key), step_in(ama, key)
    assert isinstance(first, ChangeNeeded)
    assert isinstance(second, ChangeNeeded)
    due_change.change(first.ticket, NEW, source=world.HERE)
    with pytest.raises(Refused, match="run out"):
        due_change.change(second.ticket, "Purple-Ladder5-Whistle", source=world.HERE)
    hands.forward(days=91)
    ama.password = NEW
    late = step_in(ama, key)
    assert isinstance(late, ChangeNeeded)
    hands.forward(minutes=11)
    with pytest.raises(Refused, match="run out"):
        due_change.change(late.ticket, "Purple-Ladder5-Whistle", source=world.HERE)


def test_the_proof_notices_who_came_in_by_a_password_past_its_day(
    ama: world.Somebody, key: Authenticator, hands: Hands, database: str
) -> None:
    def asked() -> tuple[int, int]:
        with db.read_session() as session:
            answer = QUERIES["rotation-is-kept"].ask(session, clock.now())
        return len(answer.population), len(answer.violations)

    assert asked() == (0, 0)
    iam.remove_otp(ama.actor, ama.account_id)
    hands.forward(days=91)
    assert asked() == (1, 0), "a password past its day that opens nothing but its change breaks nothing"
    with db.connect("none", database) as conn:
        conn.execute("set session_replication_role = replica; alter table session disable trigger user")
        conn.execute("update session set started_at = %s", [hands.time])
        conn.execute(
            "alter table session enable always trigger wall_stamp; alter table session enable always trigger wall_entry"
        )
    assert asked() == (1, 1)
