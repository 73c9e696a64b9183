"""Whatever happens in whatever order, no change is being implemented without every yes, every test and its window. [CC-1, CC-2, CC-10]"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import NoResultFound

import changecontrol
from changecontrol import freezes, systems
from kernel import clock
from kernel.errors import OmniError
from tests import world
from tests.changecontrol.builders import House, client, fresh

WAY = ["submit", "test", "ask", "director", "operations", "acknowledge", "client", "into-window", "start"]
EVENTS = [*WAY, "fail-test", "no", "edit", "slip", "return", "cancel", "start-by-another", "out-of-window", "freeze", "finish", "roll-back", "stop", "sweep"]  # fmt: skip


@dataclass
class Walk:
    """A change that is pushed about, and what it has really been given, counted apart from the code under test."""

    house: House
    acme: str
    speaker: world.Somebody
    change: changecontrol.models.Change
    yes: set[str] = field(default_factory=set)
    tested: bool = False
    frozen: bool = False

    def do(self, event: str) -> None:
        {
            "submit": self._mine(changecontrol.submit_change),
            "test": self._test("passed"),
            "fail-test": self._test("failed"),
            "ask": self._mine(changecontrol.ask_authorisation),
            "director": self._vote(self.house.director, "change.authorise", "house"),
            "operations": self._vote(self.house.operations, "change.consent", "house"),
            "client": self._vote(self.speaker, "change.client-consent", self.acme),
            "acknowledge": self._acknowledge,
            "no": lambda: self.house.vote(self.house.director, self.change, yes=False),
            "edit": self._edit,
            "slip": lambda: changecontrol.revise_change(
                fresh(self.house.engineer), self.change.id, fields={"note": f"at {clock.now()}"}, reason="a slip"
            ),
            "return": self._return,
            "cancel": lambda: changecontrol.cancel_change(fresh(self.house.engineer), self.change.id, reason="no more"),
            "start": lambda: changecontrol.start_change(fresh(self.house.second), self.change.id),
            "start-by-another": lambda: changecontrol.start_change(fresh(self.house.director), self.change.id),
            "into-window": lambda: self.house.into(self.change),
            "out-of-window": self._out,
            "freeze": self._freeze,
            "finish": lambda: changecontrol.finish_change(
                fresh(self.house.second), self.change.id, report="It went as planned."
            ),
            "roll-back": lambda: changecontrol.roll_back(
                fresh(self.house.second), self.change.id, report="It is as it was before."
            ),
            "stop": lambda: changecontrol.stop_change(fresh(self.house.director), self.change.id, reason="calls lost"),
            "sweep": lambda: changecontrol.sweeping.run(clock.now()),
        }[event]()

    def _mine(self, act: Callable[..., object]) -> Callable[[], object]:
        return lambda: act(fresh(self.house.engineer), self.change.id)

    def _test(self, outcome: str) -> Callable[[], None]:
        def report() -> None:
            self.house.hands.forward(seconds=1)
            self.house.test(self.change, outcome=outcome)
            self.tested = outcome == "passed"

        return report

    def _vote(self, who: world.Somebody, requirement: str, scope: str) -> Callable[[], None]:
        def vote() -> None:
            self.house.vote(who, self.change, requirement, scope=scope)
            self.yes.add(requirement)

        return vote

    def _acknowledge(self) -> None:
        asked = self.house.asked_of(self.change, self.acme)
        changecontrol.acknowledge(fresh(self.speaker), asked.id, revision=asked.revision)
        self.yes.add("acknowledged")

    def _edit(self) -> None:
        changecontrol.revise_change(
            fresh(self.house.engineer), self.change.id, fields={"plan": f"Another way, of {clock.now()}."}
        )
        self.yes.clear()

    def _return(self) -> None:
        changecontrol.return_change(fresh(self.house.engineer), self.change.id, reason="not ready")
        self.yes.clear()

    def _out(self) -> None:
        assert self.change.ends_at is not None
        self.house.hands.time = self.change.ends_at + timedelta(minutes=1)

    def _freeze(self) -> None:
        assert self.change.starts_at is not None
        assert self.change.ends_at is not None
        freezes.declare_freeze(
            fresh(self.house.director), title="Nothing now", about=self.acme,
            starts_at=self.change.starts_at, ends_at=self.change.ends_at,
        )  # fmt: skip
        self.frozen = True


@pytest.fixture
def everybody(house: House) -> tuple[House, str, world.Somebody]:
    acme = client("acme")
    return house, acme, world.person(role="client-representative", scope=acme)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(EVENTS), min_size=3, max_size=14))
@example(WAY)
@example([*WAY[:6], "start", "into-window", "start"])
@example([*WAY[:-1], "edit", "start"])
@example([*WAY, "edit", "start", "director", "start"])
@example([*WAY[:-1], "freeze", "start"])
@example([*WAY[:-1], "out-of-window", "start", "sweep"])
@example([*WAY[:-1], "start-by-another"])
def test_no_way_leads_to_implementing_without_every_requirement(everybody, events: list[str]) -> None:
    house, acme, speaker = everybody
    switch = house.system()
    systems.serve(fresh(house.engineer), switch.id, user=acme)
    walk = Walk(house, acme, speaker, house.draft(switch, kind="maintenance"))
    for number, event in enumerate(events):
        before = house.now(walk.change).state
        try:
            walk.do(event)
        except (OmniError, NoResultFound):  # the question is not, or no longer, there to be answered
            assert house.now(walk.change).state == before
            continue
        now = house.now(walk.change)
        if now.state == "implementing" and before != "implementing":
            assert walk.yes == {"change.authorise", "change.consent", "change.client-consent", "acknowledged"}
            assert walk.tested
            assert not walk.frozen
            assert now.starts_at <= clock.now() < now.ends_at
            assert now.started_by == house.second.id
            assert event == "start"
        if now.state != "implementing":
            assert now.keys_until is None
        if events is WAY and number == len(WAY) - 1:
            assert now.state == "implementing", "the whole way does lead there"
    for freeze in freezes.list_freezes(fresh(house.director), past=True):
        if freeze.lifted_at is None and freeze.ends_at > clock.now():
            freezes.lift_freeze(fresh(house.director), freeze.id)
