"""Recovery codes: ten, good once each, also when two use one at the same moment. [ID-1, PW-4]"""

from concurrent.futures import ThreadPoolExecutor

import pytest

import iam
from iam.credentials.code_words import new_code, shown, typed
from iam.entry.entering import Entered
from kernel import db
from kernel.errors import Busy, Conflict, OmniError, Refused
from tests import world
from tests.iam.conftest import Hands


def test_codes_have_no_look_alikes_and_survive_typing() -> None:
    code = new_code(16)
    assert not set(code) & set("01OILU")
    assert typed(f"  {shown(code).lower().replace('-', ' ')} ") == code
    assert len({new_code(16) for _ in range(1000)}) == 1000


@pytest.fixture
def ama(database: str, hands: Hands) -> world.Somebody:
    return world.activated()


def enter(somebody: world.Somebody, code: str, address: str = "192.0.2.1") -> Entered | OmniError:
    try:
        found = iam.sign_in(
            somebody.user_name, somebody.password, source=iam.Source(address=address), proof=iam.Proof(recovery=code)
        )
    except (Refused, Busy, Conflict) as error:
        return error
    assert isinstance(found, Entered)
    return found


def test_ten_codes_open_ten_sessions_and_no_more(ama: world.Somebody) -> None:
    assert len(set(ama.codes)) == 10
    for left, code in zip(range(9, -1, -1), ama.codes, strict=True):
        entered = enter(ama, code)
        assert isinstance(entered, Entered)
        assert iam.my_account(ama.acting(entered)).recovery_codes_left == left
    assert isinstance(enter(ama, ama.codes[0]), Refused)


def test_a_code_is_good_once_under_concurrency(ama: world.Somebody) -> None:
    for code in ama.codes[:4]:
        with ThreadPoolExecutor(3) as pool:
            outcomes = list(pool.map(lambda n, c=code: enter(ama, c, f"192.0.2.{n}"), range(3)))
        assert sorted(type(o).__name__ for o in outcomes) == ["Entered", "Refused", "Refused"]


def test_new_codes_end_the_former_ones(ama: world.Somebody) -> None:
    fresh = iam.renew_recovery(ama.actor, ama.account_id)
    assert not set(fresh) & set(ama.codes)
    assert isinstance(enter(ama, ama.codes[3]), Refused)
    assert isinstance(enter(ama, fresh[3]), Entered)


def test_anothers_code_opens_nothing(ama: world.Somebody) -> None:
    kofi = world.activated()
    assert isinstance(enter(ama, kofi.codes[0]), Refused)


def test_codes_are_kept_as_fingerprints_only(ama: world.Somebody, database: str) -> None:
    with db.connect(db.APP, database) as conn:
        kept = repr(conn.execute("select digest from recovery_code").fetchall())
    for code in ama.codes:
        assert typed(code) not in kept
