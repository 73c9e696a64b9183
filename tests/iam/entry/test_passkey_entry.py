"""In by a passkey alone: discoverable, its user verified, the challenge ours, fresh and used once. [ID-1]"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import iam
from iam.credentials import passkeys
from iam.entry import passkey as passkey_entry
from iam.entry.entering import Entered
from kernel import db
from kernel.errors import Busy, OmniError, Refused
from tests import world
from tests.iam.authenticator import Authenticator, changed
from tests.iam.conftest import Hands

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def ama(database: str, hands: Hands) -> world.Somebody:
    return world.activated()


@pytest.fixture
def key(ama: world.Somebody) -> Authenticator:
    return registered(ama)


def registered(somebody: world.Somebody) -> Authenticator:
    made = Authenticator(origin=passkeys.origin())
    begun = iam.registration(somebody.account_id, somebody.user_name, somebody.name)
    iam.register_passkey(
        somebody.actor,
        somebody.account_id,
        ticket=begun.ticket,
        credential=made.register(begun.options),
        label="Laptop",
    )
    return made


def enter(key: Authenticator, source: iam.Source = world.HERE, device: str | None = None) -> Entered:
    begun = passkey_entry.ask()
    entered = passkey_entry.enter(begun.ticket, key.answer(begun.options), source=source, device=device)
    assert isinstance(entered, Entered)
    return entered


def test_a_passkey_alone_is_both_factors(ama: world.Somebody, key: Authenticator, hands: Hands) -> None:
    entered = enter(key)
    actor = ama.acting(entered)
    assert actor.id == ama.id
    assert actor.factor_at == hands.time
    assert [s.factor for s in iam.my_sessions(actor) if s.is_this] == ["passkey"]


def held_back(call: Any, tries: int) -> bool:
    """Try what is refused again and again; tells whether it was held back in the end."""
    for _ in range(tries):
        try:
            call()
        except Refused:
            continue
        except Busy:
            return True
    return False


def test_the_challenge_names_nobodys_keys(ama: world.Somebody, key: Authenticator) -> None:
    assert passkeys.bytes_to_base64url(key.id) not in passkey_entry.ask().options


def test_asking_costs_no_row(ama: world.Somebody, database: str) -> None:
    for _ in range(20):
        passkey_entry.ask()
    with db.connect(db.APP, database) as conn:
        assert conn.execute("select count(*) from ticket where purpose <> 'activation'").fetchone() == (0,)


def test_a_challenge_is_good_once_also_at_the_same_moment(ama: world.Somebody, key: Authenticator) -> None:
    begun = passkey_entry.ask()
    answer = key.answer(begun.options)

    def show(_: int) -> OmniError | None:
        try:
            passkey_entry.enter(begun.ticket, answer, source=world.HERE)
        except OmniError as error:
            return error
        return None

    with ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(show, range(3)))
    assert [type(o).__name__ for o in outcomes].count("NoneType") == 1
    with pytest.raises(Refused, match="run out"):
        passkey_entry.enter(begun.ticket, answer, source=world.HERE)


@pytest.mark.parametrize("minutes", [5, 60, -2])
def test_a_challenge_lives_for_minutes_also_when_the_clock_jumps(
    ama: world.Somebody, key: Authenticator, hands: Hands, minutes: int
) -> None:
    begun = passkey_entry.ask()
    answer = key.answer(begun.options)
    hands.forward(minutes=minutes)
    with pytest.raises(Refused, match="run out"):
        passkey_entry.enter(begun.ticket, answer, source=world.HERE)


def test_a_forged_challenge_is_refused(ama: world.Somebody, key: Authenticator) -> None:
    begun = passkey_entry.ask()
    answer = key.answer(begun.options)
    forged = begun.ticket[:-6] + ("AAAAA" if begun.ticket[-6:-1] != "AAAAA" else "BBBBB") + begun.ticket[-1]
    for ticket in (forged, "x" * 96, "é" * 40, begun.ticket[:-4]):
        with pytest.raises(Refused, match="run out"):
            passkey_entry.enter(ticket, answer, source=world.HERE)


def test_a_step_up_challenge_opens_no_session(ama: world.Somebody, key: Authenticator) -> None:
    begun = iam.assertion(ama.account_id)
    answer = key.answer(begun.options)
    with pytest.raises(Refused):
        passkey_entry.enter(begun.ticket, answer, source=world.HERE)


def test_without_its_holders_handle_it_is_no_discoverable_passkey(ama: world.Somebody, key: Authenticator) -> None:
    kofi = world.activated()
    for holder in (b"", kofi.account_id.bytes, b"\0" * 16):
        key.holder = holder
        with pytest.raises(Refused, match="opens nothing"):
            enter(key)


def test_a_user_who_was_not_verified_does_not_come_in(ama: world.Somebody, key: Authenticator) -> None:
    key.verifies = False
    with pytest.raises(Refused, match="opens nothing"):
        enter(key)


@pytest.mark.parametrize(("part", "at"), [("signature", 10), ("authenticatorData", 3), ("clientDataJSON", 40)])
def test_a_changed_byte_is_refused(ama: world.Somebody, key: Authenticator, part: str, at: int) -> None:
    begun = passkey_entry.ask()
    with pytest.raises(Refused, match="opens nothing"):
        passkey_entry.enter(begun.ticket, changed(key.answer(begun.options), part, at), source=world.HERE)


def test_unknown_removed_and_suspended_get_the_same_answer(
    ama: world.Somebody, key: Authenticator, hands: Hands, auditor: Any
) -> None:
    admin, kofi = world.person(role="it-admin"), world.activated()
    stranger = Authenticator(origin=passkeys.origin(), holder=ama.account_id.bytes)
    gone = registered(kofi)
    (mine,) = iam.my_account(kofi.actor).passkeys
    iam.remove_passkey(kofi.actor, mine.id)
    iam.suspend_person(admin.actor, ama.id)
    for one in (stranger, gone, key):
        with pytest.raises(Refused) as caught:
            enter(one)
        assert (caught.value.why, caught.value.clause) == (passkey_entry.NO, "ID-1")
    assert [e["outcome"] for e in auditor("sign-in.passkey")] == ["refused"] * 3
    written = repr(auditor("sign-in.passkey"))
    assert world.HERE.address not in written
    assert passkeys.bytes_to_base64url(stranger.id) not in written


def test_a_service_account_has_no_passkey(ama: world.Somebody, hands: Hands, database: str) -> None:
    with db.connect("none", database) as conn:
        conn.execute("set session_replication_role = replica; alter table account disable trigger user")
        conn.execute(
            "update account set kind = 'service', ends_at = now() + interval '1 day' where id = %s", [ama.account_id]
        )
        conn.execute(
            "alter table account enable always trigger wall_stamp; alter table account enable always trigger wall_entry"
        )
    with pytest.raises(Refused, match="never signs in as a person"):
        registered(ama)


def test_a_flood_is_held_back_and_the_owner_of_another_key_is_not(
    ama: world.Somebody, key: Authenticator, hands: Hands
) -> None:
    stranger = Authenticator(origin=passkeys.origin(), holder=b"\1" * 16)
    assert held_back(lambda: enter(stranger, world.THERE), 60)
    assert enter(key, world.THERE).person_id == ama.id


def test_nonsense_is_refused_and_breaks_nothing(ama: world.Somebody, hands: Hands) -> None:
    deep = "[" * 8000 + "]" * 8000
    for credential in (
        "{}",
        "[]",
        "null",
        '{"rawId": 5}',
        '{"rawId": "AAAA", "response": {}}',
        '{"rawId":"A","response":[]}',
        deep,
    ):
        begun = passkey_entry.ask()
        with pytest.raises(Refused):
            passkey_entry.enter(begun.ticket, credential, source=world.HERE)
        hands.forward(hours=2)
