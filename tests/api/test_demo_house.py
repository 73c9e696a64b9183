"""The demonstration house is seeded by the real actions: what is worth a look is there, and a second start writes nothing."""

from pathlib import Path

import pytest
from sqlmodel import select

from api import demo_house
from changecontrol.models import Change, Freeze
from changecontrol.observed.models import ObservedChange
from iam.letters import transports
from kernel import db, gate
from kernel.actor import person as acting
from policy.models import Approval
from tests.iam.conftest import Hands, hands  # noqa: F401 - a fixture
from training.courses.models import CourseVersion
from training.learning.models import Assignment, CoursePass

STATES = {
    ("normal", "draft"),
    ("normal", "authorise"),
    ("normal", "scheduled"),
    ("normal", "closed"),
    ("emergency", "implementing"),
    ("unauthorised", "draft"),
}


def entries(url: str) -> int:
    with db.connect("none", url) as conn:
        found = conn.execute("select count(*) from ledger.entry").fetchone()
        assert found is not None
        return int(found[0])


def test_the_house_has_courses_and_changes_and_a_second_start_writes_nothing(
    database: str,
    hands: Hands,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = transports.settings.model_copy(update={"state_folder": tmp_path, "demo": True})
    monkeypatch.setattr(transports, "settings", own)
    demo_house.seed(lambda _: None)
    first = entries(database)
    with db.read_session() as session:
        changes = list(session.scalars(select(Change)))
        assert {(one.model, one.state) for one in changes} == STATES
        now = hands.now()
        assert [one.state for one in changes if one.documentation_due is not None and one.documentation_due > now]
        assert [one.title for one in session.scalars(select(Freeze))] == ["Month's end: nothing is changed"]
        assert [one.verdict for one in session.scalars(select(ObservedChange))] == ["unapproved"]
        assert {one.requirement for one in session.scalars(select(Approval).where(Approval.state == "open"))} == {
            "change.authorise",
            "change.client-consent",
        }
        assert len(list(session.scalars(select(CourseVersion).where(CourseVersion.state == "in-force")))) == 15
        passed = list(session.scalars(select(CoursePass)))
        assert len(passed) == 10, "eight of the first agent, two of the second"
        asked = select(Assignment).where(Assignment.course == "passwords", Assignment.state == "open")
        assert list(session.scalars(asked))
        (able,) = {one.person_id for one in passed if one.course == "passwords"}
        (other,) = {one.person_id for one in passed} - {able}
    demo_house.seed(lambda _: None)
    assert entries(database) == first
    hands.forward(days=31)
    assert gate.may(acting(able, "Ama"), "conversation.serve", gate.ANYWHERE).allowed
    assert not gate.may(acting(other, "Kofi"), "conversation.serve", gate.ANYWHERE).allowed
