"""Codes that go from hand to hand: another's opens nothing, one's own is used up at whichever door saw it first. [ID-1, ID-2]"""

import base64

import pytest

import iam
from iam.services import program_entry
from kernel import db
from kernel.errors import Refused, Unavailable
from kernel.sealing import seal
from tests import world
from tests.iam.conftest import Hands
from tests.rows import Worlds

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def ama(worlds: Worlds, hands: Hands) -> world.Somebody:
    return worlds.stand(world.activated)


def test_a_colleagues_code_opens_nothing(ama: world.Somebody, hands: Hands) -> None:
    kofi = world.activated()
    hands.forward(seconds=31)
    with pytest.raises(Refused, match="not right"):
        iam.sign_in(ama.user_name, ama.password, source=world.HERE, proof=kofi.proof())
    assert kofi.sign_in().person_id == kofi.id, "trying it elsewhere does not use it up for its owner"


def test_a_code_used_to_come_in_does_not_step_up(ama: world.Somebody, hands: Hands) -> None:
    hands.forward(seconds=31)
    proof = ama.proof()
    entered = ama.sign_in()
    with pytest.raises(Refused, match="used already"):
        iam.show_factor(ama.acting(entered), proof)
    hands.forward(seconds=30)
    iam.show_factor(ama.acting(entered), ama.proof())


def test_a_code_used_to_step_up_lets_nobody_else_in(ama: world.Somebody, hands: Hands) -> None:
    assert ama.entered is not None
    hands.forward(seconds=31)
    proof = ama.proof()
    iam.show_factor(ama.acting(ama.entered), proof)
    with pytest.raises(Refused, match="used already"):
        iam.sign_in(ama.user_name, ama.password, source=world.THERE, proof=proof)


def test_an_authenticator_copied_into_anothers_row_does_not_open(
    ama: world.Somebody, hands: Hands, database: str
) -> None:
    kofi = world.activated()
    with db.connect("none", database) as conn:
        conn.execute("set session_replication_role = replica; alter table totp disable trigger user")
        conn.execute(
            "update totp set sealed = (select sealed from totp where account_id = %s) where account_id = %s",
            [kofi.account_id, ama.account_id],
        )
        conn.execute(
            "alter table totp enable always trigger wall_stamp; alter table totp enable always trigger wall_entry"
        )
    hands.forward(seconds=31)
    with pytest.raises(Unavailable, match="cannot be opened"):
        iam.sign_in(ama.user_name, ama.password, source=world.HERE, proof=kofi.proof())


def test_a_secret_sealed_for_another_purpose_is_no_pass(ama: world.Somebody) -> None:
    forged = base64.urlsafe_b64encode(seal((2**40).to_bytes(8) + b"\0" * 32, "passkey-entry")).decode()
    assert program_entry.actor_of(program_entry.PASS + forged) is None
