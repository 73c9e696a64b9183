"""What identity's tests share: a clock the test sets, and the ledger's entries as the auditor reads them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from kernel import clock, db


class Hands:
    """The hands of the clock: they move when the test moves them, and stand still otherwise."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def now(self) -> datetime:
        return self.time

    def forward(self, **span: float) -> datetime:
        self.time += timedelta(**span)
        return self.time

    def back(self, **span: float) -> datetime:
        self.time -= timedelta(**span)
        return self.time


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    hands = Hands()
    monkeypatch.setattr(clock, "now", hands.now)
    return hands


@pytest.fixture
def auditor(database: str) -> Iterator[Any]:
    """Asks for the entries of an action, oldest first, those of this test only."""
    with db.connect(db.AUDITOR, database) as conn:
        begun = conn.execute("select coalesce(max(id), 0) from ledger.entry").fetchone()[0]

        def entries(action: str) -> list[dict[str, Any]]:
            rows = conn.execute(
                "select body from ledger.entry where action = %s and id > %s order by id", [action, begun]
            )
            return [orjson.loads(row[0]) for row in rows]

        yield entries
