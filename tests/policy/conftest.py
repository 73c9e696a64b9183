"""A database of the policy's own, founded on its little book; and a clock that the test sets."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from kernel import clock, db, frame, fresh
from kernel.actor import Actor
from kernel.db import read_session
from kernel.postgres import Cluster
from policy import inbox
from policy.models import Approval, ApprovalVote
from tests import rows
from tests.conftest import founded
from tests.policy import field
from tests.policy.field import someone


@pytest.fixture(scope="module")
def little_house(cluster: Cluster) -> Iterator[str]:
    """A database founded on the little book."""
    with founded(cluster, "policy", field.DOCUMENT) as url:
        yield url


@pytest.fixture
def house(little_house: str) -> Iterator[str]:
    """The little house, emptied after each test of all but its book (the ledger grows on)."""
    fresh.refresh(force=True)
    yield little_house
    frame.close_writer()
    with db.connect("none", little_house) as conn:
        rows.empty(conn)


class Hands:
    """The hands of the clock."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def now(self) -> datetime:
        return self.time

    def on(self, **span: float) -> datetime:
        self.time += timedelta(**span)
        return self.time


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """A clock that stands until the test moves it."""
    made = Hands()
    monkeypatch.setattr(clock, "now", made.now)
    return made


def entries_of(url: str, action: str) -> list[dict[str, Any]]:
    """The bodies of the entries of an action, oldest first."""
    with db.connect(db.AUDITOR, url) as conn:
        rows = conn.execute("select body from ledger.entry where action = %s order by id", [action])
        return [orjson.loads(row[0]) for row in rows]


class Question:
    """An order that was put before its approvers."""

    def __init__(self, requester: Actor, content: dict[str, object], implementers: list[Actor] | None = None) -> None:
        self.requester = requester
        self.order = field.draft(requester, content=content, implementers=[who.id for who in implementers or []])
        self.approval = field.ask(requester, self.order.id)

    def now(self) -> Approval:
        with read_session() as session:
            return session.get(Approval, self.approval.id)

    def vote(self, who: Actor, yes: bool = True, **more: object) -> ApprovalVote:
        return inbox.cast(who, self.approval.id, yes=yes, digest=more.pop("digest", self.now().digest), **more)

    def edit(
        self, by: Actor, content: dict[str, object], reason: str | None = None, implementers: list[Actor] | None = None
    ) -> Approval:
        field.edit(
            by,
            self.order.id,
            content=content,
            implementers=None if implementers is None else [who.id for who in implementers],
        )
        return field.ask(by, self.order.id, reason=reason)

    def votes(self) -> list[ApprovalVote]:
        with read_session() as session:
            return list(session.query(ApprovalVote).filter_by(approval_id=self.approval.id).order_by(ApprovalVote.id))


@pytest.fixture
def director(house: str) -> Actor:
    return someone("director")


@pytest.fixture
def officer(house: str) -> Actor:
    return someone("officer")


@pytest.fixture
def question(director: Actor, officer: Actor) -> Question:
    return Question(someone(), {"title": "New switch", "plan": "swap it"})
