"""The way in, and what strangers can learn at it: nothing. [ID-1, PW-4]"""

import threading
import time
from typing import Any

import pytest

import iam
from iam.credentials import hashing
from iam.entry import signin
from iam.entry.entering import Entered, summary
from iam.entry.signin import FactorNeeded
from kernel import clock, db
from kernel.errors import Busy, OmniError, Refused
from tests import world
from tests.iam.conftest import Hands

pytestmark = pytest.mark.usefixtures("database")


def refusal(*args: Any, **kwargs: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        iam.sign_in(*args, **kwargs)
    return caught.value


def test_password_then_code_then_a_session(hands: Hands) -> None:
    ama = world.activated()
    hands.forward(seconds=31)
    step = iam.sign_in(ama.user_name, ama.password, source=world.HERE)
    assert isinstance(step, FactorNeeded)
    assert step.factors == ("otp", "recovery")
    entered = iam.give_factor(step.ticket, ama.proof(), source=world.HERE)
    signed = iam.who(entered.token)
    assert signed is not None
    assert (signed.person_id, signed.name, signed.state(clock.now())) == (ama.id, ama.name, "open")
    assert signed.actor.session == entered.session_id
    assert signed.actor.factor_at == hands.time


def test_password_and_code_in_one_step(hands: Hands) -> None:
    ama = world.activated()
    hands.forward(seconds=31)
    assert isinstance(iam.sign_in(ama.user_name, ama.password, source=world.HERE, proof=ama.proof()), Entered)


def test_no_session_without_a_second_factor(hands: Hands) -> None:
    ama = world.activated()
    step = iam.sign_in(ama.user_name, ama.password, source=world.HERE)
    assert isinstance(step, FactorNeeded)
    with pytest.raises(Refused):
        iam.give_factor(step.ticket, iam.Proof(), source=world.HERE)
    assert len(iam.my_sessions(ama.actor)) == 1


def test_the_user_id_may_be_typed_as_people_type_it(hands: Hands) -> None:
    ama = world.activated()
    hands.forward(seconds=31)
    typed = f"  {ama.user_name.upper()} "
    assert isinstance(iam.sign_in(typed, ama.password, source=world.HERE, proof=ama.proof()), Entered)


def test_a_password_typed_in_another_unicode_form_is_the_same(hands: Hands) -> None:
    ama = world.activated(password="Violétte-Tracteur9-Brouillon")
    hands.forward(seconds=31)
    loose = "Viole\u0301tte-Tracteur9-Brouillon"
    assert isinstance(iam.sign_in(ama.user_name, loose, source=world.HERE, proof=ama.proof()), Entered)


def test_a_ticket_is_good_once_and_for_minutes(hands: Hands) -> None:
    ama = world.activated()
    hands.forward(seconds=31)
    step = iam.sign_in(ama.user_name, ama.password, source=world.HERE)
    assert isinstance(step, FactorNeeded)
    iam.give_factor(step.ticket, ama.proof(), source=world.HERE)
    hands.forward(seconds=31)
    with pytest.raises(Refused, match="run out"):
        iam.give_factor(step.ticket, ama.proof(), source=world.HERE)
    late = iam.sign_in(ama.user_name, ama.password, source=world.HERE)
    assert isinstance(late, FactorNeeded)
    hands.forward(minutes=11)
    with pytest.raises(Refused, match="run out"):
        iam.give_factor(late.ticket, ama.proof(), source=world.HERE)
    with pytest.raises(Refused, match="run out"):
        iam.give_factor("not-a-ticket", ama.proof(), source=world.HERE)


def test_a_ticket_dies_with_the_password_it_came_from(hands: Hands) -> None:
    ama, admin = world.activated(), world.person(role="it-admin")
    step = iam.sign_in(ama.user_name, ama.password, source=world.HERE)
    assert isinstance(step, FactorNeeded)
    iam.report_disclosure(admin.actor, ama.account_id, disclosure="known")
    hands.forward(seconds=31)
    with pytest.raises(Refused, match="run out"):
        iam.give_factor(step.ticket, ama.proof(), source=world.HERE)


@pytest.mark.parametrize("state", ["unknown", "pending", "suspended", "left", "voided", "wrong"])
def test_all_that_is_wrong_gets_the_same_answer(hands: Hands, state: str) -> None:
    admin = world.person(role="it-admin")
    ama = world.person() if state == "pending" else world.activated()
    if state == "suspended":
        iam.suspend_person(admin.actor, ama.id)
    if state == "left":
        iam.leave_person(admin.actor, ama.id)
    if state == "voided":
        iam.report_disclosure(admin.actor, ama.account_id, disclosure="suspected")
    name = "nobody.here" if state == "unknown" else ama.user_name
    password = "Wrong-Tractor9-Mumble" if state == "wrong" else world.PASSWORD
    error = refusal(name, password, source=world.THERE)
    assert (error.why, error.clause) == (signin.NO, "ID-1")


def test_the_work_is_the_same_whether_someone_exists_or_not(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not guessed: one argon2id verification each time, and the same number of questions to the database."""
    from sqlalchemy import event

    ama, pending = world.activated(), world.person()
    refusal("warm.up", "x", source=world.THERE)
    hashes: list[str] = []
    verify = hashing.PasswordHasher.verify
    monkeypatch.setattr(hashing.PasswordHasher, "verify", lambda self, h, p: hashes.append(h) or verify(self, h, p))
    asked: list[str] = []
    event.listen(db.engine(), "before_cursor_execute", lambda *a: "access_state" in a[2] or asked.append(a[2]))
    seen = []
    for name, password in (
        (ama.user_name, "Wrong-Tractor9-Mumble"),
        ("no.one", "Wrong-Tractor9-Mumble"),
        (pending.user_name, ""),
    ):
        hashes.clear()
        asked.clear()
        refusal(name, password, source=world.THERE)
        assert len(hashes) == 1
        assert hashes[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        seen.append(list(asked))
    assert seen[0] == seen[1] == seen[2]


def test_the_time_of_a_refusal_tells_little(hands: Hands) -> None:
    """Loose, and by the quickest of many, which a shared machine disturbs least: both lie within a third of one another."""
    ama = world.activated()
    spent: dict[str, list[float]] = {ama.user_name: [], "no.one": []}
    for turn in range(8):
        for name, times in spent.items():
            hands.forward(hours=1)
            begun = time.perf_counter()
            refusal(name, f"Wrong-{turn}", source=world.THERE)
            times.append(time.perf_counter() - begun)
    known, unknown = (min(times) for times in spent.values())
    assert 0.66 < known / unknown < 1.5


def test_every_try_is_on_the_ledger_and_unknown_names_are_not(hands: Hands, auditor: Any) -> None:
    ama = world.activated()
    refusal(ama.user_name, "Wrong-Tractor9-Mumble", source=world.THERE)
    refusal("Grace.Hopper", "Wrong-Tractor9-Mumble", source=world.THERE)
    refusal(" grace.hopper", "Other-Tractor9-Mumble", source=world.THERE)
    hands.forward(seconds=31)
    ama.sign_in()
    known, unknown, again, done = auditor("sign-in.password")
    assert [e["outcome"] for e in (known, unknown, again, done)] == ["refused", "refused", "refused", "done"]
    assert known["notes"]["account"] == str(ama.account_id)
    assert unknown["notes"]["unknown"] == again["notes"]["unknown"]
    assert done["notes"]["person"] == str(ama.id)
    assert done["facts"] == ["session.started"]
    written = repr(auditor("sign-in.password")).lower()
    for secret in ("grace", "hopper", "tractor9", ama.user_name, ama.otp.lower(), world.THERE.address, "curl"):
        assert secret not in written


def test_a_hash_with_old_parameters_is_renewed_at_sign_in(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    ama = world.activated()
    before = _hash(ama)
    hands.forward(seconds=31)
    monkeypatch.setattr(hashing, "hasher", lambda: hashing._hasher(19_456, 3, 1))
    ama.sign_in()
    after = _hash(ama)
    assert "t=2" in before
    assert "t=3" in after
    hands.forward(seconds=31)
    ama.sign_in()
    assert _hash(ama) == after


def _hash(somebody: world.Somebody) -> str:
    from sqlmodel import select

    from iam.credentials.models import Password

    with db.read_session() as session:
        return session.scalars(select(Password).where(Password.account_id == somebody.account_id)).one().hash


def test_beyond_capacity_the_answer_is_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The queue is full: sent away at once with 429, nothing counted, nothing broken afterwards."""
    slots = hashing.Slots(1, 1)
    monkeypatch.setattr(hashing, "SLOTS", slots)
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with slots.taken():
            inside.set()
            leave.wait(5)

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(5)
    errors: list[OmniError] = []

    def wait_in_line() -> None:
        try:
            with slots.taken():
                pass
        except Busy as error:
            errors.append(error)

    waiting = threading.Thread(target=wait_in_line)
    waiting.start()
    while slots._queue._value:
        time.sleep(0.001)
    with pytest.raises(Busy) as caught:
        iam.sign_in("no.one", "x", source=world.HERE)
    assert caught.value.retry_after >= 1
    leave.set()
    holder.join()
    waiting.join()
    assert errors == []
    refusal("no.one", "x", source=world.HERE)


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140 on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36 Edg/142.0", "Edge 142 on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 Version/26.0 Mobile Safari/604.1", "Safari 26 on iOS"),
        ("curl/8", "Unknown browser"),
        ("<script>alert(1)</script>", "Unknown browser"),
    ],
)  # fmt: skip
def test_a_browser_is_told_in_words_people_know(agent: str, told: str) -> None:
    assert summary(agent) == told
