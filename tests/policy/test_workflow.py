"""Workflows: the table decides, the database decides again, and the picture is drawn from the same table."""

import pytest

from kernel.actor import Actor
from kernel.errors import Conflict, Refused
from policy import inbox
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


def in_state(worker: Actor, state: str) -> field.SampleOrder:
    """An order that came to a state by the steps of its workflow, approved where that is asked."""
    order = field.draft(worker, content={"plan": "x"})
    if state in ("running", "done"):
        approval = field.ask(worker, order.id)
        for voter in (someone("director"), someone("officer")):
            inbox.cast(voter, approval.id, yes=True, digest=approval.digest)
        field.move(worker, order.id, event="start")
    for event in {"dropped": ["drop"], "done": ["finish"]}.get(state, []):
        field.move(worker, order.id, event=event)
    return order


@pytest.mark.parametrize("source", ORDER.states)
def test_database_and_table_agree_on_every_pair_of_states(worker: Actor, source: str) -> None:
    someone("director")
    someone("officer")
    allowed = {(step.source, step.target) for step in ORDER.steps if not step.guards}
    for target in ORDER.states:
        order = in_state(worker, source)
        if target == source or (source, target) in allowed:
            assert field.force(worker, order.id, state=target).state == target
        else:
            with pytest.raises(Refused, match="does not go from"):
                field.force(worker, order.id, state=target)


def test_new_row_begins_at_the_beginning(worker: Actor) -> None:
    with pytest.raises(Refused, match="a new sample-order is draft, not done"):
        field.begin_at(worker, state="done")


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
