"""Builders that speak: changes made by the real actions, so that every test's change is one the house could have made."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import changecontrol
from changecontrol import systems
from changecontrol.models import Change, ChangeAuthorisation, System
from kernel import clock, db
from kernel.action import ACTIONS
from kernel.actor import Actor
from kernel.actor import person as acting
from policy import inbox
from policy.models import Approval
from tests import world
from tests.iam.conftest import Hands

REPORT = b"%PDF-1.7\nforty-two cases, all as expected\n"
_numbers = count(1)


def fresh(who: world.Somebody) -> Actor:
    """The actor, who has just shown a second factor."""
    return acting(who.id, who.name, factor_at=clock.now())


def client(slug: str) -> str:
    """A client of our own, and its scope."""
    return ACTIONS["client.add"](world.SETUP, slug=_own(slug), label=slug.title()).scope


def campaign(of: str, slug: str) -> str:
    """A campaign of a client, and its scope."""
    name = of.partition(":")[2]
    return ACTIONS["campaign.add"](world.SETUP, client=name, slug=_own(slug), label=slug.title()).scope


def _own(slug: str) -> str:
    """A name that no test before took: scopes outlive a test."""
    return f"{slug}-{next(_numbers)}-{clock.milliseconds() % 10**8}"


@dataclass
class House:
    """The people of a change, and how each does their part."""

    hands: Hands
    engineer: world.Somebody
    second: world.Somebody
    director: world.Somebody
    deputy: world.Somebody
    operations: world.Somebody
    officer: world.Somebody

    def system(self, environment: str = "production", **fields: Any) -> System:
        number = next(_numbers)
        return systems.add_system(
            fresh(self.engineer),
            **{
                "slug": _own(environment[:4]),
                "label": f"System {number}",
                "environment": environment,
                "function": "answers calls",
                "owner_id": self.engineer.id,
            }
            | fields,
        )

    def content(self, *on: System, **fields: Any) -> dict[str, Any]:
        return {
            "title": "Another version of the switch",
            "summary": "The switch gets the version of this month.",
            "reason": "The vendor ends the one we run.",
            "risk": "low",
            "plan": "Stop, install, start, look.",
            "rollback": "Install the version before.",
            "documentation": "The page of the switch says the new version.",
            "no_training": "Nothing looks different to anybody.",
            "systems": [one.id for one in on],
            "implementers": [self.second.id],
            "starts_at": clock.now() + timedelta(hours=1),
            "ends_at": clock.now() + timedelta(hours=3),
        } | fields

    def draft(self, *on: System, by: world.Somebody | None = None, **fields: Any) -> Change:
        content = self.content(*(on or (self.system(),)), **fields)
        return changecontrol.draft_change(fresh(by or self.engineer), content=content)

    def test(self, change: Change, *, by: world.Somebody | None = None, outcome: str = "passed", **more: Any) -> Any:
        fields = {"on": self.system("test").slug, "tested_at": clock.now(), "what": "the whole list of cases"}
        return changecontrol.report_test(
            fresh(by or self.second), change.id, outcome=outcome, name="report.pdf", content=REPORT, **fields | more
        )

    def asked(self, *on: System, **fields: Any) -> Change:
        """A change that is assessed, tested, and before those who decide."""
        change = self.draft(*on, **fields)
        changecontrol.submit_change(fresh(self.engineer), change.id)
        self.test(change)
        return changecontrol.ask_authorisation(fresh(self.engineer), change.id)

    def scheduled(self, *on: System, **fields: Any) -> Change:
        """A change that the technical director authorised (and that asks nobody else)."""
        change = self.asked(*on, **fields)
        self.vote(self.director, change)
        return self.now(change)

    def started(self, *on: System, **fields: Any) -> Change:
        """A change that is being implemented, a minute into its window."""
        change = self.scheduled(*on, **fields)
        self.into(change)
        return changecontrol.start_change(fresh(self.second), change.id)

    def into(self, change: Change, minutes: float = 1) -> datetime:
        """Move the clock into the window."""
        assert change.starts_at is not None
        self.hands.time = change.starts_at + timedelta(minutes=minutes)
        return self.hands.time

    def question(self, change: Change, requirement: str = "change.authorise", scope: str = "house") -> Approval:
        with db.read_session() as session:
            return (
                session.query(Approval)
                .join(ChangeAuthorisation, ChangeAuthorisation.approval_id == Approval.id)
                .filter(
                    ChangeAuthorisation.change_id == change.id,
                    ChangeAuthorisation.requirement == requirement,
                    ChangeAuthorisation.scope == scope,
                    ChangeAuthorisation.dropped_at.is_(None),
                )
                .one()
            )

    def vote(self, voter: world.Somebody, change: Change, requirement: str = "change.authorise", *, yes: bool = True, scope: str = "house", on_behalf_of: UUID | None = None, digest: str | None = None) -> Any:  # fmt: skip
        approval = self.question(change, requirement, scope)
        return inbox.cast(
            fresh(voter), approval.id, yes=yes, digest=digest or approval.digest, on_behalf_of=on_behalf_of
        )

    def asked_of(self, change: Change, scope: str) -> ChangeAuthorisation:
        with db.read_session() as session:
            return session.query(ChangeAuthorisation).filter_by(change_id=change.id, scope=scope, dropped_at=None).one()

    def now(self, change: Change) -> Change:
        with db.read_session() as session:
            return session.get(Change, change.id)
