"""Sessions: one place to know who is there; lock, come back, step up, list, end, everywhere. [ID-1, PW-5, TR-6]"""

import pytest

import iam
from iam.entry import presence, sessions
from kernel import clock, db, fresh
from kernel.errors import Denied, NotFound, Refused, StepUpNeeded
from tests import world
from tests.iam.conftest import Hands

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def ama(database: str, hands: Hands) -> world.Somebody:
    return world.activated(role="it-admin")


def state_of(token: str) -> str | None:
    signed = iam.who(token)
    return signed.state(clock.now()) if signed else None


def test_the_token_is_256_bits_and_never_stored(ama: world.Somebody, database: str) -> None:
    assert ama.entered is not None
    assert len(ama.entered.token) >= 43
    with db.connect(db.APP, database) as conn:
        kept = conn.execute("select * from session").fetchall()
    assert ama.entered.token not in repr(kept)
    assert ama.entered.token.encode() not in b"".join(c for row in kept for c in row if isinstance(c, bytes))


@pytest.mark.parametrize("token", ["", "x", "0" * 43, "\0", "ж" * 200])
def test_a_made_up_token_is_nobody(token: str) -> None:
    assert iam.who(token) is None
    assert sessions.actor_of(token) is None


def test_idle_locks_and_use_keeps_open(ama: world.Somebody, hands: Hands) -> None:
    assert ama.entered is not None
    token = ama.entered.token
    for _ in range(4):
        hands.forward(minutes=10)
        assert state_of(token) == "open"
    hands.forward(minutes=15)
    assert state_of(token) == "locked"
    assert sessions.actor_of(token) is None
    hands.forward(minutes=1)
    assert state_of(token) == "locked", "looking at a locked session does not open it"


def test_coming_back_takes_the_password_and_not_a_whole_sign_in(ama: world.Somebody, hands: Hands) -> None:
    assert ama.entered is not None
    token = ama.entered.token
    hands.forward(minutes=20)
    with pytest.raises(Refused):
        iam.come_back(token, password="Wrong-Tractor9-Mumble")
    with pytest.raises(Refused):
        iam.come_back(token)
    with pytest.raises(Refused):
        iam.come_back(token, proof=ama.proof())
    assert state_of(token) == "locked"
    assert iam.come_back(token, password=ama.password).state(clock.now()) == "open"
    assert state_of(token) == "open"


def test_coming_back_does_not_count_as_a_second_factor(ama: world.Somebody, hands: Hands) -> None:
    assert ama.entered is not None
    before = iam.who(ama.entered.token)
    hands.forward(minutes=20)
    after = iam.come_back(ama.entered.token, password=ama.password)
    assert before is not None
    assert after.factor_at == before.factor_at


def test_a_screen_locked_by_hand_stays_locked(ama: world.Somebody, hands: Hands) -> None:
    assert ama.entered is not None
    iam.lock_session(ama.actor, ama.entered.session_id)
    assert state_of(ama.entered.token) == "locked"
    hands.forward(minutes=1)
    assert iam.come_back(ama.entered.token, password=ama.password).locked_at is None


def test_a_suspended_person_does_not_come_back(ama: world.Somebody, hands: Hands) -> None:
    assert ama.entered is not None
    boss = world.person(role="it-admin")
    hands.forward(minutes=5)
    boss.actor = world.acting_person(boss.id, boss.name, factor_at=hands.time)
    iam.suspend_person(boss.actor, ama.id)
    with pytest.raises(NotFound):
        iam.come_back(ama.entered.token, password=ama.password)


def test_the_end_is_absolute_whatever_the_use(ama: world.Somebody, hands: Hands) -> None:
    assert ama.entered is not None
    for _ in range(71):
        hands.forward(minutes=10)
        assert state_of(ama.entered.token) == "open"
    hands.forward(minutes=11)
    assert iam.who(ama.entered.token) is None
    with pytest.raises(NotFound):
        iam.come_back(ama.entered.token, password=ama.password)


def test_step_up_refreshes_the_factor_for_the_books_minutes(ama: world.Somebody, hands: Hands) -> None:
    assert ama.entered is not None
    kofi = world.person()
    hands.forward(minutes=11)
    ama.actor = ama.acting(ama.entered)
    with pytest.raises(StepUpNeeded):
        iam.suspend_person(ama.actor, kofi.id)
    with pytest.raises(Refused):
        iam.show_factor(ama.actor, iam.Proof(code="000000"))
    iam.show_factor(ama.actor, ama.proof())
    ama.actor = ama.acting(ama.entered)
    assert iam.suspend_person(ama.actor, kofi.id).status == "suspended"
    hands.forward(minutes=10)
    with pytest.raises(StepUpNeeded):
        iam.reactivate_person(ama.acting(ama.entered), kofi.id)


def test_a_factor_shown_in_the_future_is_not_fresh(ama: world.Somebody, hands: Hands) -> None:
    """The clock jumped back: what lies ahead of it proves nothing now."""
    kofi = world.person()
    hands.back(minutes=5)
    with pytest.raises(StepUpNeeded):
        iam.suspend_person(ama.actor, kofi.id)


def test_one_sees_and_ends_ones_own_sessions_only(ama: world.Somebody, hands: Hands) -> None:
    kofi = world.activated()
    assert ama.entered is not None
    assert kofi.entered is not None
    hands.forward(seconds=31)
    second = kofi.sign_in(world.THERE)
    mine = iam.my_sessions(kofi.actor)
    assert [s.id for s in mine] == [second.session_id, kofi.entered.session_id]
    assert [s.is_this for s in mine] == [False, True]
    assert mine[0].source == world.THERE.address
    with pytest.raises(Denied):
        iam.end_session(kofi.actor, ama.entered.session_id)
    iam.end_session(kofi.actor, second.session_id)
    assert iam.who(second.token) is None
    assert iam.who(kofi.entered.token) is not None
    with pytest.raises(Refused):
        iam.end_session(kofi.actor, second.session_id)


def test_ending_everywhere_keeps_this_one_if_asked(ama: world.Somebody, hands: Hands) -> None:
    kofi = world.activated()
    assert kofi.entered is not None
    others = []
    for _ in range(2):
        hands.forward(seconds=31)
        others.append(kofi.sign_in())
    assert iam.end_all_sessions(kofi.actor, kofi.id, keep_this=True) == 2
    assert [iam.who(e.token) for e in others] == [None, None]
    assert iam.who(kofi.entered.token) is not None
    assert iam.end_all_sessions(kofi.actor, kofi.id) == 1
    assert iam.who(kofi.entered.token) is None


def test_an_ended_session_is_told_as_a_fact(ama: world.Somebody, hands: Hands, auditor) -> None:
    assert ama.entered is not None
    iam.end_session(ama.actor, ama.entered.session_id)
    assert auditor("session.end")[-1]["facts"] == ["session.ended"]


def test_another_process_forgets_an_ended_session_within_its_poll(ama: world.Somebody, database: str) -> None:
    """The row says so; a process that still has it in memory drops it at its next question."""
    assert ama.entered is not None
    known = presence.LIVE
    assert iam.who(ama.entered.token) is not None
    digest = presence._digest(ama.entered.token)
    held = known._known[digest]
    iam.end_session(ama.actor, ama.entered.session_id)
    known._known[digest] = held
    with db.connection() as conn:
        known.confirm(conn)
    assert digest not in known._known
    assert iam.who(ama.entered.token) is None


def test_the_poll_reads_only_what_changed(ama: world.Somebody, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ama.entered is not None
    kofi = world.activated()
    assert kofi.entered is not None
    known, read = presence.LIVE, []
    usual = known._read
    monkeypatch.setattr(known, "_read", lambda conn, digests: read.extend(digests) or usual(conn, digests))
    admin = world.activated(role="it-admin")
    for token in (ama.entered.token, kofi.entered.token):
        assert iam.who(token) is not None
    before = dict(known._known)
    iam.amend_person(admin.actor, kofi.id, family_name="Sossou")
    iam.lock_session(ama.actor, ama.entered.session_id)
    known._known.update(before)  # as another process has them in memory
    read.clear()
    with db.connection() as conn:
        known.confirm(conn)
        assert set(read) == {presence._digest(t) for t in (ama.entered.token, kofi.entered.token)}
        read.clear()
        known.confirm(conn)
    assert read == [], "nothing changed since"
    found = iam.who(kofi.entered.token)
    assert found is not None
    assert found.name.endswith("Sossou")
    locked = iam.who(ama.entered.token)
    assert locked is not None
    assert locked.locked_at is not None


def test_known_devices_can_be_forgotten(ama: world.Somebody, hands: Hands) -> None:
    assert ama.entered is not None
    (device,) = iam.my_account(ama.actor).devices
    iam.forget_device(ama.actor, device.id)
    assert iam.my_account(ama.actor).devices == []
    hands.forward(seconds=31)
    again = ama.sign_in(device=ama.entered.device)
    assert again.device is not None


def test_members_reach_their_own_account_by_any_role(ama: world.Somebody) -> None:
    fresh.refresh(force=True)
    kofi = world.activated()
    assert iam.my_account(kofi.actor).user_name == kofi.user_name
    assert iam.read_person(kofi.actor, kofi.id).name == kofi.name
    with pytest.raises(Denied):
        iam.read_person(kofi.actor, ama.id)


@pytest.mark.parametrize(
    ("end", "why"),
    [(iam.leave_person, "left"), (iam.suspend_person, "suspended"), (sessions.end_all_sessions, "ended everywhere")],
)
def test_whoever_holds_the_token_of_an_ended_session_learns_why(ama: world.Somebody, end, why: str) -> None:
    officer, kofi = world.person(role="security-officer"), world.activated(role="agent")
    assert kofi.entered is not None
    assert presence.ended_why(kofi.entered.token) == "", "while it lives"
    end(ama.actor if end is iam.leave_person else officer.actor, kofi.id)
    assert iam.who(kofi.entered.token) is None
    assert presence.ended_why(kofi.entered.token) == why
    assert presence.ended_why("x") == presence.ended_why("\0") == "", "a made-up token learns nothing"
