"""Workflows: the table decides, the database decides again, and the picture is drawn from the same table."""

import pytest

from kernel.actor import Actor
from kernel.errors import Conflict, Refused
from policy.approvals import APPROVAL_STEPS
from policy.workflow import Step, Workflow
from tests.policy import field
from tests.policy.field import ORDER, someone

pytestmark = pytest.mark.usefixtures("house")


@pytest.fixture
def worker(house: str) -> Actor:
    return someone()


def test_step_that_is_not_in_the_table_is_refused(worker: Actor) -> None:
    order = field.draft(worker, content={"plan": "x"})
    with pytest.raises(Refused, match="that is draft cannot finish"):
        field.move(worker, order.id, event="finish")
    assert field.move(worker, order.id, event="drop").state == "dropped"
    with pytest.raises(Refused, match="that is dropped cannot start"):
        field.move(worker, order.id, event="start")


def test_guard_is_asked_and_cites_its_clause(worker: Actor) -> None:
    order = field.draft(worker, content={"plan": "x"})
    with pytest.raises(Refused, match="Nobody has been asked") as no:
        field.move(worker, order.id, event="start")
    assert no.value.clause == "CC-1"


def test_stale_version_is_a_conflict(worker: Actor) -> None:
    order = field.draft(worker, content={"plan": "x"})
    field.edit(worker, order.id, content={"plan": "y"})
    with pytest.raises(Conflict, match="changed meanwhile"):
        field.move(worker, order.id, event="drop", version=order.version)


@pytest.mark.parametrize(
    ("state", "told"), [("done", "does not go from draft to done"), ("running", "does not go from draft to running")]
)
def test_database_refuses_the_forbidden_step_as_well(worker: Actor, state: str, told: str) -> None:
    order = field.draft(worker, content={"plan": "x"})
    with pytest.raises(Refused, match=told):
        field.force(worker, order.id, state=state)


def test_workflow_with_two_steps_for_one_event_is_an_error() -> None:
    with pytest.raises(ValueError, match="two steps for one event"):
        Workflow(field.SampleOrder, "a", [Step("a", "go", "b"), Step("a", "go", "c")])


def test_picture_shows_every_state_step_and_guard() -> None:
    assert ORDER.mermaid() == (
        "stateDiagram-v2\n"
        "    [*] --> draft\n"
        "    draft --> running: start [approval]\n"
        "    draft --> dropped: drop\n"
        "    running --> done: finish\n"
        "    dropped --> [*]\n"
        "    done --> [*]\n"
    )
    assert APPROVAL_STEPS.possible("granted") == ["reopen", "withdraw", "expire", "use"]
