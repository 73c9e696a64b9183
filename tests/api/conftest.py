"""The composed house as programs meet it: real people, real sessions, the JSON surface, the ledger as the auditor reads it."""

import itertools
import warnings
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from kernel import db
from tests import world
from tests.contactcenter.house import House, arrives
from tests.world import Somebody

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have another client library than the one we hold
    from starlette.testclient import TestClient

NOTE = "conversation.note"
_places = itertools.count(1)


@pytest.fixture(scope="module")
def composed(worker_database: str, application: Any) -> Iterator[TestClient]:
    """The whole house, once for a file of tests. What breaks is answered, as it would be by the server, and not raised."""
    with TestClient(
        application, base_url="https://testserver", follow_redirects=False, raise_server_exceptions=False
    ) as client:
        yield client


@pytest.fixture
def programs(database: str, composed: TestClient) -> TestClient:
    """A program in which nobody is signed in."""
    composed.cookies.clear()
    return composed


def token_of(who: Somebody) -> dict[str, str]:
    assert who.entered is not None
    return {"Authorization": f"Bearer {who.entered.token}"}


def entered(role: str | None = None, **more: str) -> Somebody:
    """Somebody who is signed in, from a place of their own, so that no counter of tries is shared."""
    source = world.Source(address=f"192.0.2.{next(_places) % 250}", agent="a program")
    return world.activated(source=source, **({"role": role} if role else {}), **more)  # type: ignore[arg-type]


class Book:
    """The ledger, from the moment the test began."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._begun = self._last()

    def _last(self) -> int:
        with db.connect(db.AUDITOR, self._url) as conn:
            row = conn.execute("select coalesce(max(id), 0) from ledger.entry").fetchone()
            return int(row[0]) if row else 0

    def turn(self) -> None:
        """Begin anew from here."""
        self._begun = self._last()

    def entries(self, action: str) -> list[dict[str, Any]]:
        """The entries of an action since then, oldest first."""
        with db.connect(db.AUDITOR, self._url) as conn:
            rows = conn.execute(
                "select body from ledger.entry where action = %s and id > %s order by id", [action, self._begun]
            )
            return [orjson.loads(row[0]) for row in rows]

    def outcomes(self, action: str) -> list[str]:
        """How each of them ended."""
        return [entry["outcome"] for entry in self.entries(action)]


@pytest.fixture
def written(database: str) -> Book:
    """What the ledger says of an action since the test began."""
    return Book(database)


def is_problem(answer: Any) -> bool:
    """Whether an answer is a problem document that agrees with its own status."""
    if answer.headers.get("content-type") != "application/problem+json":
        return False
    body = orjson.loads(answer.content)
    return bool(body["status"] == answer.status_code and body["title"] and body["detail"] and body["type"])


@pytest.fixture
def talk(database: str) -> tuple[str, dict[str, str]]:
    """Where a supervisor's program writes notes, and the header by which it is known."""
    house = House()
    found = arrives(house.widget(house.queue())).conversation().id
    return f"/api/v1/conversation/{found}/note", token_of(entered("supervisor", scope=house.scope))
