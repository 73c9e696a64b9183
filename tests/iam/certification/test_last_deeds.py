"""When a right was last used: from the ledger's own entries, gathered once, and only what the role itself allows. [AC-10]"""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

import iam
from iam.certification import campaigns, last_deeds
from iam.certification.models import CertificationItem
from iam.privileged import elevations
from kernel import clock, db, frame
from kernel.db import SEQUENCER
from kernel.errors import Denied
from kernel.ledger.sequencer import Sequencer
from kernel.ledger.signer import Signer
from kernel.postgres import Cluster
from tests import world
from tests.conftest import founded

pytestmark = pytest.mark.usefixtures("house")


@pytest.fixture(scope="module")
def house(cluster: Cluster) -> Iterator[str]:
    """A house of its own: its ledger is signed here, and by nobody else."""
    from api.house import shipped

    with founded(cluster, "deeds", shipped()) as url:
        yield url


@pytest.fixture(scope="module")
def sequence(house: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], None]:
    """Put everything written so far into the ledger's tree, as the sequencer does: it waits while another database of the cluster writes."""
    folder = tmp_path_factory.mktemp("ledger")
    signer = Signer.create("test.example/deeds", folder / "ledger.key", folder / "ledger.state")

    def run() -> None:
        frame.close_writer()
        sequencer = Sequencer(lambda: db.connect(SEQUENCER), signer, checkpoint_seconds=0)
        wanted = time.monotonic() + 60
        while sequencer.step() or waiting():
            assert time.monotonic() < wanted, "an entry never came into the tree"
        sequencer.close()

    return run


def waiting() -> bool:
    """Whether an entry is not in the tree yet."""
    asked = "select exists (select from ledger.entry e where not exists (select from ledger.leaf l where l.entry_id = e.id))"
    with db.ledger_session() as session:
        return bool(session.execute(text(asked)).scalar_one())


def uses(*held: tuple[world.Somebody, str]) -> dict[tuple[str, str], object]:
    with db.read_session() as session:
        return last_deeds.last_uses(session, [(who.actor.ref, role) for who, role in held])


def test_a_role_is_used_by_what_it_alone_allows(sequence) -> None:
    admin, ama = world.person(role="it-admin"), world.person(role="supervisor")
    elevations.list_elevations(ama.actor)
    iam.read_person(admin.actor, ama.id)
    sequence()
    last_deeds.gather(clock.now())
    found = uses((admin, "it-admin"), (ama, "supervisor"), (admin, "auditor"))
    assert clock.now() - found[admin.actor.ref, "it-admin"] < timedelta(minutes=5)
    assert (ama.actor.ref, "supervisor") not in found, "what everybody may do is no use of a role"
    assert (admin.actor.ref, "auditor") in found, "the same deed speaks for every role that allows it"


def test_a_refused_try_is_no_use(sequence) -> None:
    ama, kofi = world.person(role="agent"), world.person()
    with pytest.raises(Denied):
        iam.read_person(ama.actor, kofi.id)
    sequence()
    last_deeds.gather(clock.now())
    assert uses((ama, "supervisor")) == {}


def test_gathering_goes_on_where_it_stopped_and_may_run_twice(sequence, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_deeds, "CHUNK", 3)
    admin, ama = world.person(role="it-admin"), world.person()
    iam.read_person(admin.actor, ama.id)
    sequence()
    assert last_deeds.gather(clock.now()) >= 1
    first = uses((admin, "it-admin"))
    assert last_deeds.gather(clock.now()) == 0
    iam.read_person(admin.actor, ama.id)
    sequence()
    assert last_deeds.gather(clock.now()) == 1
    assert uses((admin, "it-admin"))[admin.actor.ref, "it-admin"] > first[admin.actor.ref, "it-admin"]
    assert uses() == {}


def test_a_campaign_counts_what_was_used_a_moment_before(sequence) -> None:
    officer = world.person(role="security-officer")
    admin = world.person(role="it-admin")
    iam.read_person(admin.actor, officer.id)
    sequence()
    made = campaigns.open_certification(officer.actor, kind="role", about="it-admin", reason="before the audit")
    campaigns.draw_all(certification_id=str(made.id))
    with db.read_session() as session:
        asked = select(CertificationItem).where(CertificationItem.person_id == admin.id)
        assert session.scalars(asked).one().used_at is not None
