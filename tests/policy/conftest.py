"""A database of the policy's own, founded on its little book; and a clock that the test sets."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from kernel import clock, db, founding, frame, fresh
from kernel.actor import clerk
from kernel.postgres import Cluster
from policy import book
from tests.conftest import RUN, WORKER, _empty, leave, use
from tests.policy import field


@pytest.fixture(scope="module")
def little_house(cluster: Cluster) -> Iterator[str]:
    """A database founded on the little book."""
    from api.schema import migrate

    name = f"policy_{RUN}_{WORKER}"
    before = db.settings
    with db.connect("none", cluster.dsn("postgres")) as conn:
        conn.execute(f'drop database if exists "{name}" with (force)')
        conn.execute(f'create database "{name}"')
    url = cluster.dsn(name)
    migrate(url)
    leave()
    book.forget_editions()
    use(url)
    fresh.refresh(force=True)
    founding.found_house(clerk("setup"), document=field.DOCUMENT)
    yield url
    leave()
    book.forget_editions()
    db.settings = before
    with db.connect("none", cluster.dsn("postgres")) as conn:
        conn.execute(f'drop database if exists "{name}" with (force)')


@pytest.fixture
def house(little_house: str) -> Iterator[str]:
    """The little house, emptied after each test of all but its book (the ledger grows on)."""
    fresh.refresh(force=True)
    yield little_house
    frame.close_writer()
    _empty(little_house)


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
