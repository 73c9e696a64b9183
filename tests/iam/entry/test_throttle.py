"""Wrong tries: delays grow, guessing is held, and no stranger can hold the owner back or learn who exists. [ID-1]"""

from concurrent.futures import ThreadPoolExecutor

import pytest

import iam
from iam.entry import throttle
from iam.entry.entering import Entered, Source
from kernel.errors import Busy, OmniError, Refused
from policy import book
from tests import world
from tests.iam.conftest import Hands

pytestmark = pytest.mark.usefixtures("database")
WRONG = "Wrong-Tractor9-Mumble"


def attempt(name: str, password: str, source: Source = world.THERE, device: str | None = None) -> OmniError | None:
    try:
        iam.sign_in(name, password, source=source, device=device)
    except (Refused, Busy) as error:
        return error
    return None


def test_delays_grow_and_end(hands: Hands) -> None:
    free = book.number("ID-1", "free_tries_pair")
    assert all(isinstance(attempt("no.one", WRONG), Refused) for _ in range(free))
    waits = []
    for _ in range(8):
        assert isinstance(attempt("no.one", WRONG), Refused)
        held = attempt("no.one", WRONG)
        assert isinstance(held, Busy)
        waits.append(held.retry_after)
        hands.forward(seconds=held.retry_after)
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256]
    hands.forward(minutes=31)
    assert all(isinstance(attempt("no.one", WRONG), Refused) for _ in range(free))


def test_the_delay_never_exceeds_the_book(hands: Hands) -> None:
    longest = book.number("ID-1", "longest_delay_seconds")
    key = throttle.key("pair", "someone", "somewhere")
    waits = []
    for _ in range(40):
        try:
            throttle.count([key], hands.time)
        except Busy as held:
            waits.append(held.retry_after)
            hands.forward(seconds=held.retry_after)
    assert max(waits) == longest


def test_the_right_password_is_refused_while_held_back_and_then_passes(hands: Hands) -> None:
    ama = world.activated()
    for _ in range(book.number("ID-1", "free_tries_pair") + 1):
        attempt(ama.user_name, WRONG)
    assert isinstance(attempt(ama.user_name, ama.password), Busy)
    hands.forward(seconds=3)
    assert attempt(ama.user_name, ama.password) is None


def test_success_forgives(hands: Hands) -> None:
    ama = world.activated()
    free = book.number("ID-1", "free_tries_pair")
    for _ in range(3):
        for _ in range(free - 1):
            assert isinstance(attempt(ama.user_name, WRONG, world.HERE), Refused)
        assert attempt(ama.user_name, ama.password, world.HERE) is None


def test_a_stranger_cannot_lock_the_owner_out(hands: Hands) -> None:
    """From one place or from a hundred: the owner's known device still comes in at once."""
    ama = world.activated()
    assert ama.entered is not None
    device = ama.entered.device
    for number in range(120):
        attempt(ama.user_name, WRONG, Source(address=f"203.0.113.{number}"))
    hands.forward(seconds=31)
    entered = iam.sign_in(ama.user_name, ama.password, source=world.HERE, device=device, proof=ama.proof())
    assert isinstance(entered, Entered)
    assert entered.device is None, "a known device is not remembered twice"


def test_many_sources_against_one_account_are_held_back_all_together(hands: Hands) -> None:
    ama = world.activated()
    outcomes = [attempt(ama.user_name, WRONG, Source(address=f"203.0.113.{n}")) for n in range(60)]
    looked_at = sum(isinstance(o, Refused) for o in outcomes)
    assert looked_at <= book.number("ID-1", "free_tries_account") + 1
    assert isinstance(attempt(ama.user_name, ama.password, Source(address="192.0.2.200")), Busy)


def test_one_source_against_many_accounts_is_held_back(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    from iam.credentials import hashing

    monkeypatch.setattr(hashing, "verify", lambda *_: False)
    outcomes = [attempt(f"guess.number{'x' * (n % 17)}{n}", WRONG) for n in range(220)]
    assert sum(isinstance(o, Refused) for o in outcomes) == book.number("ID-1", "free_tries_source") + 1
    assert isinstance(attempt("quite.another", WRONG), Busy)


def test_a_false_device_token_buys_nothing(hands: Hands) -> None:
    ama, kofi = world.activated(), world.activated()
    assert kofi.entered is not None
    free = book.number("ID-1", "free_tries_pair")
    for device in ("made-up", kofi.entered.device):
        source = Source(address=f"203.0.113.{len(device or '')}")
        outcomes = [attempt(ama.user_name, WRONG, source, device) for _ in range(free + 3)]
        assert sum(isinstance(o, Refused) for o in outcomes) == free + 1


def test_a_stolen_device_token_is_held_back_too(hands: Hands) -> None:
    ama = world.activated()
    assert ama.entered is not None
    outcomes = [attempt(ama.user_name, WRONG, world.THERE, ama.entered.device) for _ in range(20)]
    assert sum(isinstance(o, Refused) for o in outcomes) == book.number("ID-1", "free_tries_device") + 1


def test_known_and_unknown_names_are_held_back_alike(hands: Hands) -> None:
    ama = world.activated()
    told: dict[str, list[tuple[str, str]]] = {}
    for name, address in ((ama.user_name, "203.0.113.1"), ("no.one", "203.0.113.2")):
        outcomes = [attempt(name, WRONG, Source(address=address)) for _ in range(9)]
        told[name] = [(type(o).__name__, o.why) for o in outcomes if o is not None]
    assert told[ama.user_name] == told["no.one"]


def test_a_hundred_tries_at_once_count_as_a_hundred(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    from iam.credentials import hashing

    looked_at: list[str] = []
    monkeypatch.setattr(hashing, "verify", lambda _, password: bool(looked_at.append(password)))
    monkeypatch.setattr(hashing, "SLOTS", hashing.Slots(6, 200))
    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(lambda n: attempt("no.one", f"guess-{n}"), range(60)))
    assert len(looked_at) == book.number("ID-1", "free_tries_pair") + 1
    assert sum(isinstance(o, Busy) for o in outcomes) == 60 - len(looked_at)


def test_wrong_codes_are_held_back_for_those_who_know_the_password(hands: Hands) -> None:
    ama = world.activated()
    hands.forward(seconds=31)
    step = iam.sign_in(ama.user_name, ama.password, source=world.HERE)
    assert isinstance(step, iam.FactorNeeded)
    free = book.number("ID-1", "free_tries_factor")
    outcomes = []
    for n in range(free + 3):
        try:
            iam.give_factor(step.ticket, iam.Proof(code=f"{n:06d}"), source=world.HERE)
        except OmniError as error:
            outcomes.append(error)
    assert sum(isinstance(o, Refused) for o in outcomes) == free + 1
    with pytest.raises(Busy):
        iam.give_factor(step.ticket, ama.proof(), source=world.HERE)
    hands.forward(seconds=3)
    assert iam.give_factor(step.ticket, ama.proof(), source=world.HERE).person_id == ama.id


def test_counters_say_nothing_about_whom_they_count(database: str) -> None:
    from kernel import db

    attempt("grace.hopper", WRONG)
    with db.connect(db.APP, database) as conn:
        kept = conn.execute("select * from throttle").fetchall()
    assert kept
    assert "grace" not in repr(kept)
    assert world.THERE.address not in repr(kept)


def test_old_counters_are_cleared_away(database: str, hands: Hands) -> None:
    attempt("no.one", WRONG)
    throttle.purge(hands.time)
    hands.forward(days=2)
    throttle.purge(hands.time)
    from kernel import db

    with db.connect(db.APP, database) as conn:
        assert conn.execute("select count(*) from throttle").fetchone() == (0,)
