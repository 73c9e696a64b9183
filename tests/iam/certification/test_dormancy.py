"""Dormant accounts: their people are told, and then the accounts suspend by themselves, never the last guardian's. [AC-10]"""

import pytest

import iam
from iam.certification import dormancy
from iam.certification.evidence import unused_accounts_are_suspended
from iam.certification.models import DormancyNotice
from iam.letters.models import Letter
from iam.people.models import Account
from kernel import clock, db
from kernel.actor import person as acting
from kernel.errors import Denied, OmniError, Refused
from tests import world
from tests.iam.conftest import Hands

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def officer(database: str, hands: Hands) -> world.Somebody:
    return world.settled(role="security-officer")


def fresh(who: world.Somebody):
    return acting(who.id, who.name, factor_at=clock.now())


def status(who: world.Somebody) -> str:
    with db.read_session() as session:
        return session.get(Account, who.account_id).status


def told(who: world.Somebody) -> list[str]:
    with db.read_session() as session:
        return [one.state for one in session.query(DormancyNotice).filter_by(account_id=who.account_id)]


def test_an_account_nobody_uses_is_told_of_and_then_suspended(officer, hands: Hands) -> None:
    ama = world.settled(role="agent")
    hands.forward(days=75, hours=23)
    dormancy.look(clock.now())
    assert told(ama) == []
    hands.forward(hours=2)
    dormancy.look(clock.now())
    assert (status(ama), told(ama)) == ("active", ["open"])
    with db.read_session() as session:
        assert [one.address for one in session.query(Letter).filter_by(purpose="dormant", person_id=ama.id)] == [
            ama.email
        ]
    hands.forward(days=13)
    dormancy.look(clock.now())
    assert status(ama) == "active", "the days of notice are not over"
    hands.forward(days=1)
    dormancy.look(clock.now())
    assert (status(ama), told(ama)) == ("suspended", ["suspended"])
    with db.read_session() as session:
        assert f"account:{ama.account_id}" not in unused_accounts_are_suspended(session, clock.now()).violations


def test_whoever_signs_in_meanwhile_keeps_the_account(officer, hands: Hands) -> None:
    ama = world.activated(role="agent")
    hands.forward(days=77)
    dormancy.look(clock.now())
    assert told(ama) == ["open"]
    hands.forward(days=1)
    ama.sign_in()
    hands.forward(days=14)
    dormancy.look(clock.now())
    assert (status(ama), told(ama)) == ("active", ["ended"])


def test_the_last_guardians_are_never_suspended(officer, hands: Hands) -> None:
    director, second = world.settled(role="technical-director"), world.settled(role="technical-director")
    iam.suspend_person(fresh(world.settled(role="it-admin")), second.id)
    hands.forward(days=120)
    dormancy.look(clock.now())
    hands.forward(days=15)
    dormancy.look(clock.now())
    assert (status(officer), told(officer)) == ("active", ["spared"])
    assert (status(director), told(director)) == ("active", ["spared"]), "one who is suspended guards nothing"


def test_of_two_guardians_one_is_left(officer, hands: Hands) -> None:
    other = world.settled(role="security-officer")
    hands.forward(days=120)
    dormancy.look(clock.now())
    hands.forward(days=15)
    dormancy.look(clock.now())
    assert sorted((status(officer), status(other))) == ["active", "suspended"]


def test_a_suspended_account_is_let_work_again_by_another(officer, hands: Hands) -> None:
    admin, ama = world.settled(role="it-admin"), world.activated(role="agent")
    hands.forward(days=120)
    dormancy.look(clock.now())
    hands.forward(days=15)
    dormancy.look(clock.now())
    with pytest.raises(OmniError):
        ama.sign_in()
    with pytest.raises((Denied, OmniError)):
        dormancy.restore(fresh(ama), ama.account_id)
    dormancy.restore(fresh(admin), ama.account_id)
    assert status(ama) == "active"
    with pytest.raises(Refused):
        dormancy.restore(fresh(admin), ama.account_id)
    hands.forward(days=1)
    dormancy.look(clock.now())
    assert told(ama) == ["suspended"], "it was let work again today; its time begins anew"
    ama.sign_in()


def test_looking_twice_does_nothing_twice(officer, hands: Hands) -> None:
    ama = world.settled(role="agent")
    hands.forward(days=77)
    assert dormancy.look(clock.now()) == 2
    assert dormancy.look(clock.now()) == 0
    assert told(ama) == ["open"]
