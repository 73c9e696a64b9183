"""One-time codes: right, wrong, late, early, used; clocks that jump; two at the same time. [ID-1]"""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pyotp
import pytest

import iam
from iam.credentials import otp_codes
from iam.credentials.otp_codes import STEP, enrolment, new_secret, step_of
from iam.entry import throttle
from iam.entry.entering import Entered
from kernel import db
from kernel.errors import Busy, Conflict, OmniError, Refused, StepUpNeeded
from tests import world
from tests.iam.conftest import Hands
from tests.plugins.parts import program

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON = datetime(2026, 11, 23, 12, 0, 15, tzinfo=UTC)


def code(at: datetime) -> str:
    return pyotp.TOTP(SECRET).at(at)


@pytest.mark.parametrize(
    ("shift", "passes"), [(0, True), (-STEP, True), (STEP, True), (-2 * STEP, False), (2 * STEP, False), (-3600, False)]
)
def test_a_code_is_good_one_step_either_way(shift: int, passes: bool) -> None:
    shown = code(NOON + timedelta(seconds=shift))
    assert (step_of(SECRET, shown, NOON) is not None) is passes


def test_the_reference_values_of_rfc_6238() -> None:
    """Appendix B, SHA-1, last six digits of the eight."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, digits in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")):
        at = datetime.fromtimestamp(seconds, UTC)
        assert step_of(secret, digits, at) == seconds // 30


@pytest.mark.needs("oathtool")
def test_another_generator_shows_the_codes_we_expect() -> None:
    """oathtool, told the same secret and times, among them each edge of a step."""
    begin = int(NOON.timestamp()) // STEP * STEP
    for moment in (0, 59, begin - 1, begin, begin + STEP - 1, begin + STEP, 2**33):
        for secret in (SECRET, new_secret()):
            asked = [str(program("oathtool")), "--totp", "--base32", f"--now=@{moment}", secret]
            shown = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=20).stdout.strip()
            assert step_of(secret, shown, datetime.fromtimestamp(moment, UTC)) == moment // STEP


@pytest.mark.needs("oathtool")
def test_a_person_signs_in_with_another_programs_code(database: str, hands: Hands) -> None:
    ama = world.activated()
    hands.forward(seconds=STEP)
    asked = [str(program("oathtool")), "--totp", "--base32", f"--now=@{int(hands.now().timestamp())}", ama.otp]
    shown = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=20).stdout.strip()
    entered = iam.sign_in(ama.user_name, ama.password, source=world.HERE, proof=iam.Proof(code=shown))
    assert isinstance(entered, Entered)


def test_a_step_passes_once_and_only_forwards(database: str) -> None:
    totp, tries = uuid4(), throttle.key("factor", "someone")
    outcomes = [throttle.use(totp, step, tries, NOON) for step in (100, 100, 99, 101, None, 102)]
    assert outcomes == [True, False, False, True, False, True]
    assert throttle.use(uuid4(), 100, tries, NOON), "each authenticator has its own steps"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12345",
        "1234567",
        "abcdef",
        "\uff11\uff12\uff13\uff14\uff15\uff16",
        "٠١٢٣٤٥",
        "-12345",
        "+12345",
        "12 45 6",
        "0x1234",
        "\0" * 6,
    ],
)
def test_what_is_not_six_digits_is_no_code(typed: str) -> None:
    assert step_of(SECRET, typed, NOON) is None


def test_spaces_and_dashes_do_not_matter() -> None:
    shown = code(NOON)
    assert (
        step_of(SECRET, f" {shown[:3]} {shown[3:]} ", NOON)
        == step_of(SECRET, f"{shown[:3]}-{shown[3:]}", NOON)
        is not None
    )


def test_the_picture_is_inline_svg_and_holds_the_address() -> None:
    made = enrolment(new_secret(), "afi.mensah", "Omniwarden")
    assert made.picture.startswith("<svg")
    assert "<script" not in made.picture
    assert made.address.startswith("otpauth://totp/Omniwarden:afi.mensah?secret=")
    assert len({new_secret() for _ in range(50)}) == 50
    assert len(made.secret) == otp_codes.SECRET_LENGTH


def signed_in_twice(somebody: world.Somebody) -> list[Entered | OmniError]:
    proof = somebody.proof()

    def enter(number: int) -> Entered | OmniError:
        try:
            found = iam.sign_in(
                somebody.user_name,
                somebody.password,
                source=iam.Source(address=f"192.0.2.{number}"),
                proof=proof,
            )
        except (Refused, Busy, Conflict) as error:
            return error
        assert isinstance(found, Entered)
        return found

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(enter, (1, 2)))


def test_of_two_who_show_the_same_code_at_once_one_comes_in(database: str, hands: Hands) -> None:
    ama = world.activated()
    for _ in range(4):
        hands.forward(minutes=45)
        outcomes = signed_in_twice(ama)
        assert sorted(type(o).__name__ for o in outcomes) == ["Entered", "Refused"]


def test_a_replayed_code_is_refused_and_on_the_ledger(database: str, hands: Hands, auditor) -> None:
    ama = world.activated()
    hands.forward(seconds=31)
    proof = ama.proof()
    iam.sign_in(ama.user_name, ama.password, source=world.HERE, proof=proof)
    with pytest.raises(Refused, match="used already"):
        iam.sign_in(ama.user_name, ama.password, source=world.HERE, proof=proof)
    entry = auditor("sign-in.password")[-1]
    assert (entry["outcome"], entry["notes"]) == ("refused", {"cause": "factor", "account": str(ama.account_id)})


def test_the_code_that_paired_the_authenticator_does_not_open_a_session_again(database: str, hands: Hands) -> None:
    ama = world.activated()
    with pytest.raises(Refused):
        ama.sign_in()


def test_an_expired_code_is_refused(database: str, hands: Hands) -> None:
    ama = world.activated()
    old = ama.code()
    hands.forward(seconds=2 * STEP + 31)
    with pytest.raises(Refused):
        iam.sign_in(ama.user_name, ama.password, source=world.HERE, proof=iam.Proof(code=old))


def test_a_clock_that_jumps_forward_refuses_and_recovers(database: str, hands: Hands) -> None:
    ama = world.activated()
    right = hands.forward(minutes=5)
    hands.forward(hours=6)
    with pytest.raises(Refused):
        iam.sign_in(ama.user_name, ama.password, source=world.HERE, proof=ama.proof(right))
    hands.back(hours=6)
    assert ama.sign_in().person_id == ama.id


def test_a_clock_that_jumps_back_never_takes_a_used_code_again(database: str, hands: Hands) -> None:
    """Codes up to the latest used step stay refused; a recovery code helps until the clock has caught up."""
    ama = world.activated()
    hands.forward(hours=2)
    ama.sign_in()
    hands.back(hours=1)
    with pytest.raises(Refused):
        ama.sign_in()
    recovery = iam.Proof(recovery=ama.codes[0])
    assert isinstance(iam.sign_in(ama.user_name, ama.password, source=world.HERE, proof=recovery), Entered)
    hands.forward(hours=1, minutes=1)
    assert ama.sign_in().person_id == ama.id


def test_another_authenticator_replaces_the_first_once_confirmed(database: str, hands: Hands) -> None:
    ama = world.activated()
    first = ama.otp
    begun = iam.enrol_otp(ama.actor, ama.account_id)
    hands.forward(seconds=31)
    assert ama.sign_in().person_id == ama.id, "the present one stays good until the new one is confirmed"
    with pytest.raises(Refused, match="clock"):
        iam.confirm_own(ama.actor, ama.account_id, "000000")
    iam.confirm_own(ama.actor, ama.account_id, pyotp.TOTP(begun.secret).at(hands.time))
    hands.forward(seconds=31)
    with pytest.raises(Refused):
        ama.sign_in()
    ama.otp = begun.secret
    assert begun.secret != first
    assert ama.sign_in().person_id == ama.id


def test_pairing_needs_a_fresh_second_factor(database: str, hands: Hands) -> None:
    ama = world.activated()
    hands.forward(minutes=11)
    with pytest.raises(StepUpNeeded):
        iam.enrol_otp(ama.actor, ama.account_id)


def test_the_last_strong_factor_cannot_be_removed(database: str, hands: Hands) -> None:
    ama = world.activated()
    with pytest.raises(Refused, match="everyone has a strong second factor"):
        iam.remove_otp(ama.actor, ama.account_id)


def test_the_secret_is_sealed_in_the_database_and_opens_in_its_own_row_only(database: str, hands: Hands) -> None:
    from sqlmodel import select

    from iam.credentials import factors
    from iam.credentials.models import Totp
    from kernel.errors import Unavailable

    ama, kofi = world.activated(), world.activated()
    with db.read_session() as session:
        mine = session.scalars(select(Totp).where(Totp.account_id == ama.account_id)).one()
        his = session.scalars(select(Totp).where(Totp.account_id == kofi.account_id)).one()
    assert ama.otp.encode() not in mine.sealed
    assert factors.Paired(mine.id, mine.sealed).secret() == ama.otp
    with pytest.raises(Unavailable):
        factors.Paired(his.id, mine.sealed).secret()
