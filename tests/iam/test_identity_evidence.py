"""What proves the clauses on identity, and that each proof notices when its clause is broken. [ID-1 to ID-5, PW-1 to PW-5]"""

from typing import Any

import pytest

import iam.evidence  # noqa: F401 - registers the queries
from kernel import clock, db
from kernel.errors import Refused
from policy.evidence import PROBES, QUERIES
from tests import world
from tests.iam.conftest import Hands

MINE = [
    "second-factor-everywhere",
    "accounts-have-one-person",
    "names-follow-convention",
    "secrets-travelled-apart",
    "passwords-are-hashed",
]


def asked(name: str) -> Any:
    with db.read_session() as session:
        return QUERIES[name].ask(session, clock.now())


def spoil(url: str, statement: str) -> None:
    """Change a row behind the house's back, as a superuser could."""
    with db.connect("none", url) as conn:
        conn.execute("set session_replication_role = replica")
        for table in ("account", "receipt", "password", "passkey", "totp", "session"):
            conn.execute(f"alter table {table} disable trigger user")
        conn.execute(statement)
        for table in ("account", "receipt", "password", "passkey", "totp", "session"):
            conn.execute(f"alter table {table} enable always trigger wall_stamp")
            conn.execute(f"alter table {table} enable always trigger wall_entry")


@pytest.mark.parametrize("name", MINE)
def test_a_house_in_order_has_no_violation(database: str, hands: Hands, name: str) -> None:
    world.activated()
    answer = asked(name)
    assert answer.population
    assert answer.violations == []


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("second-factor-everywhere", "update totp set ended_at = now()"),
        ("accounts-have-one-person", "update person set status = 'left'"),
        ("names-follow-convention", "update account set name = 'super star'"),
        ("secrets-travelled-apart", "update receipt set channel = 'sms'"),
        ("secrets-travelled-apart", "delete from receipt where purpose = 'code'"),
        ("passwords-are-hashed", "update password set hash = 'plain'"),
    ],
)
def test_each_proof_notices_its_breach(database: str, hands: Hands, name: str, damage: str) -> None:
    world.activated()
    if "person" in damage.split()[1]:
        with db.connect("none", database) as conn:
            conn.execute("set session_replication_role = replica; alter table person disable trigger user")
            conn.execute(damage)
            conn.execute(
                "alter table person enable always trigger wall_stamp; alter table person enable always trigger wall_entry"
            )
    else:
        spoil(database, damage)
    assert len(asked(name).violations) == 1


def test_rotation_leaves_accounts_with_otp_out_and_finds_those_without(database: str, hands: Hands) -> None:
    world.activated()
    assert len(asked("rotation-is-kept").left_out) == 1
    spoil(database, "update totp set ended_at = now()")
    answer = asked("rotation-is-kept")
    assert (len(answer.population), answer.violations, answer.left_out) == (1, [], [])


@pytest.mark.parametrize(
    "guard", ["password-length", "password-strength", "user-id-convention", "no-shared-id", "two-channels"]
)
def test_each_guard_refuses_its_probe(database: str, guard: str) -> None:
    class Bare:
        now = clock.now()
        session: object = None

    with db.read_session() as Bare.session, pytest.raises(Refused) as caught:
        PROBES[guard].attempt(Bare())  # type: ignore[arg-type]
    assert caught.value.clause in {PROBES[guard].clause, "ID-2", "PW-1", "PW-2"}
