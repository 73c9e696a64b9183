"""The directive in force: approved by another, sealed, acknowledged by everybody in their time. [AC-8]"""

from datetime import timedelta
from typing import Any

import pytest

import iam
from iam.directives import acknowledgements
from iam.directives import versions as directives
from kernel import db
from kernel.db import read_session
from kernel.errors import Conflict, Denied, Refused
from policy import inbox
from policy.evidence import QUERIES
from tests import world
from tests.iam.conftest import Hands
from tests.rows import Worlds

pytestmark = pytest.mark.usefixtures("database")
TEXT = "1. Nobody lends a user id.\n2. Whoever leaves the desk locks it."


@pytest.fixture
def director(worlds: Worlds, hands: Hands) -> world.Somebody:
    return worlds.stand(lambda: world.activated(role="technical-director"))


@pytest.fixture
def officer(director: world.Somebody) -> world.Somebody:
    return world.activated(role="security-officer")


def publish(director: world.Somebody, officer: world.Somebody, document: Any, text: str = TEXT) -> Any:
    version = directives.write_text(officer.actor, document.id, text=text, summary="what the house asks of all")
    directives.ask_publication(officer.actor, version.id)
    (asked,) = [one for one in inbox.approvals_waiting(director.actor) if one.subject_ref == version.ref]
    inbox.cast(director.actor, asked.id, yes=True, digest=asked.digest)
    directives.publish_approved(version_id=str(version.id))
    return version


def directive(officer: world.Somebody, slug: str = "access") -> Any:
    return directives.add_directive(officer.actor, slug=slug, title="Access directive", kind="directive")


def waiting(officer: world.Somebody) -> set[str]:
    return {one.name for one in acknowledgements.unacknowledged(officer.actor)}


def test_everybody_is_asked_and_the_report_names_who_has_not(director, officer, hands: Hands) -> None:
    ama = world.activated(role="agent", given_name="Ama", family_name="Lawson")
    version = publish(director, officer, directive(officer))
    assert waiting(officer) == {director.name, officer.name, ama.name}
    acknowledgements.ask_everybody(hands.now())
    (mine,) = acknowledgements.list_directives(ama.actor)
    assert (mine.version.text, mine.acknowledged_at) == (TEXT, None)
    acknowledgements.acknowledge(ama.actor, version.id, digest=mine.version.digest)
    assert acknowledgements.list_directives(ama.actor)[0].acknowledged_at == hands.time
    assert waiting(officer) == {director.name, officer.name}
    assert open_duties(ama) == 0
    assert open_duties(officer) == 1


def open_duties(who: world.Somebody) -> int:
    from sqlmodel import select

    from policy.models import Duty

    with read_session() as session:
        rows = session.scalars(select(Duty).where(Duty.about_ref == f"person:{who.id}", Duty.state == "open"))
        return len([row for row in rows if row.rule == "directive.acknowledge"])


def test_asking_again_asks_nobody_twice(director, officer, hands: Hands) -> None:
    publish(director, officer, directive(officer))
    for _ in range(3):
        acknowledgements.ask_everybody(hands.now())
    assert (open_duties(director), open_duties(officer)) == (1, 1)


def test_a_new_version_asks_anew_and_an_old_one_cannot_be_acknowledged(director, officer, hands: Hands) -> None:
    document = directive(officer)
    first = publish(director, officer, document)
    acknowledgements.acknowledge(officer.actor, first.id, digest=first.digest)
    second = publish(director, officer, document, TEXT + "\n3. Badges are worn.")
    assert waiting(officer) == {director.name, officer.name}
    with pytest.raises(Refused):
        acknowledgements.acknowledge(director.actor, first.id, digest=first.digest)
    with pytest.raises(Conflict):
        acknowledgements.acknowledge(director.actor, second.id, digest=first.digest)
    acknowledgements.acknowledge(director.actor, second.id, digest=second.digest)
    with pytest.raises(Conflict):
        acknowledgements.acknowledge(director.actor, second.id, digest=second.digest)
    page = acknowledgements.read_directive(director.actor, document.id)
    assert [one.state for one in page.versions] == ["in-force", "retired"]


def test_a_duty_is_done_only_when_all_that_is_in_force_is_read(director, officer, hands: Hands) -> None:
    one, two = (publish(director, officer, directive(officer, slug)) for slug in ("access", "leaving"))
    acknowledgements.ask_everybody(hands.now())
    acknowledgements.acknowledge(director.actor, one.id, digest=one.digest)
    assert open_duties(director) == 1
    acknowledgements.acknowledge(director.actor, two.id, digest=two.digest)
    assert open_duties(director) == 0


def test_the_author_cannot_approve_and_a_member_cannot_write(director, officer) -> None:
    document = directive(officer)
    version = directives.write_text(officer.actor, document.id, text=TEXT, summary="what the house asks of all")
    directives.ask_publication(officer.actor, version.id)
    assert inbox.approvals_waiting(officer.actor) == []
    directives.publish_approved(version_id=str(version.id))
    assert acknowledgements.list_directives(officer.actor)[0].version is None
    with pytest.raises(Denied):
        directives.write_text(world.person(role="agent").actor, document.id, text=TEXT, summary="my own directive")


def test_a_draft_is_read_by_those_who_write_and_nobody_else(director, officer) -> None:
    document = directive(officer)
    directives.write_text(officer.actor, document.id, text=TEXT, summary="what the house asks of all")
    assert len(acknowledgements.read_directive(director.actor, document.id).versions) == 1
    assert acknowledgements.read_directive(world.person().actor, document.id).versions == []


def test_the_text_of_a_version_is_never_changed(director, officer, database: str) -> None:
    publish(director, officer, directive(officer))
    with db.connect("none", database) as conn:
        conn.execute("begin; select set_config('app.action_id', gen_random_uuid()::text, true)")
        with pytest.raises(Exception, match="never changed"):
            conn.execute("update directive_version set text = 'do as you like'")


def test_the_evidence_counts_who_is_late(director, officer, hands: Hands) -> None:
    ask = QUERIES["directive-is-acknowledged"].ask
    with read_session() as session:
        assert ask(session, hands.now()).population == []
    version = publish(director, officer, directive(officer))
    acknowledgements.ask_everybody(hands.now())
    acknowledgements.acknowledge(officer.actor, version.id, digest=version.digest)
    for days, late in ((0, []), (15, [f"person:{director.id}"])):
        with read_session() as session:
            assert ask(session, hands.now() + timedelta(days=days)).violations == late
    iam.leave_person(world.person(role="it-admin").actor, director.id)
    assert waiting(officer) == set()
