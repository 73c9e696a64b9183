"""Passkeys: registered once, proved by challenge, bound to our address, never replayed, never cloned. [ID-1]"""

from concurrent.futures import ThreadPoolExecutor

import pytest

import iam
from iam.credentials import passkeys
from iam.entry.entering import Entered
from iam.entry.signin import FactorNeeded
from kernel import clock
from kernel.errors import Conflict, OmniError, Refused, StepUpNeeded
from tests import world
from tests.iam.authenticator import Authenticator, changed
from tests.iam.conftest import Hands
from tests.rows import Worlds

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def ama(worlds: Worlds, hands: Hands) -> world.Somebody:
    return worlds.stand(world.activated)


@pytest.fixture
def key(ama: world.Somebody) -> Authenticator:
    made = Authenticator(origin=passkeys.origin())
    register(ama, made)
    return made


def register(somebody: world.Somebody, key: Authenticator, label: str = "Laptop") -> passkeys.Passkey:
    begun = iam.registration(somebody.account_id, somebody.user_name, somebody.name)
    return iam.register_passkey(
        somebody.actor, somebody.account_id, ticket=begun.ticket, credential=key.register(begun.options), label=label
    )


def step_of(somebody: world.Somebody) -> FactorNeeded:
    step = iam.sign_in(somebody.user_name, somebody.password, source=world.HERE)
    assert isinstance(step, FactorNeeded)
    return step


def enter(step: FactorNeeded, ticket: str, credential: str) -> Entered:
    return iam.give_factor(step.ticket, iam.Proof(ticket=ticket, credential=credential), source=world.HERE)


def test_a_passkey_is_a_second_factor(ama: world.Somebody, key: Authenticator) -> None:
    step = step_of(ama)
    assert "passkey" in step.factors
    challenge = iam.ask_passkey(step.ticket)
    entered = enter(step, challenge.ticket, key.answer(challenge.options))
    mine = iam.my_account(ama.acting(entered))
    assert [(k.label, k.used_at is not None) for k in mine.passkeys] == [("Laptop", True)]
    assert [s.factor for s in iam.my_sessions(ama.acting(entered)) if s.is_this] == ["passkey"]


def test_a_challenge_is_good_once(ama: world.Somebody, key: Authenticator) -> None:
    step = step_of(ama)
    challenge = iam.ask_passkey(step.ticket)
    answer = key.answer(challenge.options)
    enter(step, challenge.ticket, answer)
    again = step_of(ama)
    with pytest.raises(Refused):
        enter(again, challenge.ticket, answer)


def test_of_two_who_show_the_same_answer_at_once_one_comes_in(ama: world.Somebody, key: Authenticator) -> None:
    steps = [step_of(ama), step_of(ama)]
    challenge = iam.ask_passkey(steps[0].ticket)
    answer = key.answer(challenge.options)

    def show(step: FactorNeeded) -> Entered | OmniError:
        try:
            return enter(step, challenge.ticket, answer)
        except (Refused, Conflict) as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(show, steps))
    assert sorted(type(o).__name__ for o in outcomes) == ["Entered", "Refused"]


def test_an_answer_to_another_challenge_is_refused(ama: world.Somebody, key: Authenticator) -> None:
    step = step_of(ama)
    first, second = iam.ask_passkey(step.ticket), iam.ask_passkey(step.ticket)
    with pytest.raises(Refused):
        enter(step, second.ticket, key.answer(first.options))


def test_an_answer_for_another_address_is_refused(ama: world.Somebody, key: Authenticator) -> None:
    step = step_of(ama)
    key.origin = "https://omniwarden.example.net"
    challenge = iam.ask_passkey(step.ticket)
    with pytest.raises(Refused):
        enter(step, challenge.ticket, key.answer(challenge.options))
    key.origin = passkeys.origin()
    challenge = iam.ask_passkey(step.ticket)
    with pytest.raises(Refused):
        enter(step, challenge.ticket, key.answer(challenge.options, rp_id="example.net"))


@pytest.mark.parametrize(("part", "at"), [("signature", 10), ("authenticatorData", 3), ("clientDataJSON", 40)])
def test_a_changed_byte_is_refused(ama: world.Somebody, key: Authenticator, part: str, at: int) -> None:
    step = step_of(ama)
    challenge = iam.ask_passkey(step.ticket)
    with pytest.raises(Refused):
        enter(step, challenge.ticket, changed(key.answer(challenge.options), part, at))


@pytest.mark.parametrize(
    "credential", ["{}", "[]", "nonsense", '{"rawId": 5}', '{"rawId": "AAAA", "response": {}}', "null"]
)
def test_nonsense_is_refused_and_breaks_nothing(ama: world.Somebody, key: Authenticator, credential: str) -> None:
    step = step_of(ama)
    challenge = iam.ask_passkey(step.ticket)
    with pytest.raises(Refused):
        enter(step, challenge.ticket, credential)


def test_a_cloned_key_shows_by_its_counter(ama: world.Somebody, key: Authenticator) -> None:
    step = step_of(ama)
    challenge = iam.ask_passkey(step.ticket)
    enter(step, challenge.ticket, key.answer(challenge.options))
    key.count = 0
    step = step_of(ama)
    challenge = iam.ask_passkey(step.ticket)
    with pytest.raises(Refused):
        enter(step, challenge.ticket, key.answer(challenge.options))


def test_a_key_that_does_not_verify_its_user_is_no_strong_factor(ama: world.Somebody, key: Authenticator) -> None:
    key.verifies = False
    step = step_of(ama)
    challenge = iam.ask_passkey(step.ticket)
    with pytest.raises(Refused):
        enter(step, challenge.ticket, key.answer(challenge.options))
    with pytest.raises(Refused):
        register(ama, Authenticator(origin=passkeys.origin(), verifies=False))


def test_anothers_key_opens_nothing(ama: world.Somebody, key: Authenticator) -> None:
    kofi = world.activated()
    other = Authenticator(origin=passkeys.origin())
    register(kofi, other)
    step = step_of(ama)
    challenge = iam.ask_passkey(step.ticket)
    with pytest.raises(Refused):
        enter(step, challenge.ticket, other.answer(challenge.options))


def test_one_key_is_registered_once(ama: world.Somebody, key: Authenticator) -> None:
    begun = iam.registration(ama.account_id, ama.user_name, ama.name)
    assert passkeys.bytes_to_base64url(key.id) in begun.options
    with pytest.raises(Conflict):
        register(ama, key)


def test_a_registration_challenge_is_this_accounts_and_good_once(ama: world.Somebody) -> None:
    kofi, fresh = world.activated(), Authenticator(origin=passkeys.origin())
    begun = iam.registration(kofi.account_id, kofi.user_name, kofi.name)
    answer = fresh.register(begun.options)
    for somebody in (ama, kofi):
        with pytest.raises(Refused, match="run out"):
            iam.register_passkey(
                somebody.actor, somebody.account_id, ticket=begun.ticket, credential=answer, label="Telephone"
            )


def test_registering_needs_a_fresh_second_factor(ama: world.Somebody, hands: Hands) -> None:
    hands.forward(minutes=11)
    with pytest.raises(StepUpNeeded):
        register(ama, Authenticator(origin=passkeys.origin()))


def test_a_passkey_steps_up_and_unlocks(ama: world.Somebody, key: Authenticator, hands: Hands) -> None:
    assert ama.entered is not None
    hands.forward(minutes=12)
    challenge = iam.assertion(ama.account_id)
    iam.show_factor(ama.actor, iam.Proof(ticket=challenge.ticket, credential=key.answer(challenge.options)))
    assert ama.acting(ama.entered).factor_at == hands.time
    hands.forward(minutes=20)
    challenge = iam.assertion(ama.account_id)
    back = iam.come_back(
        ama.entered.token, proof=iam.Proof(ticket=challenge.ticket, credential=key.answer(challenge.options))
    )
    assert back.state(clock.now()) == "open"


def test_with_a_passkey_the_authenticator_may_go_but_not_both(ama: world.Somebody, key: Authenticator) -> None:
    (mine,) = iam.my_account(ama.actor).passkeys
    iam.remove_otp(ama.actor, ama.account_id)
    with pytest.raises(Refused, match="everyone has a strong second factor"):
        iam.remove_passkey(ama.actor, mine.id)
    register(ama, Authenticator(origin=passkeys.origin()), "Telephone")
    iam.remove_passkey(ama.actor, mine.id)
    step = step_of(ama)
    challenge = iam.ask_passkey(step.ticket)
    with pytest.raises(Refused):
        enter(step, challenge.ticket, key.answer(challenge.options))
