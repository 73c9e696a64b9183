"""Pages are visited as a browser would: the whole application, real people, real cookies."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.caller import cookie_name
from api.console.visit import LOOK
from kernel import db, frame
from kernel.db import SEQUENCER
from kernel.ledger.sequencer import Sequencer
from kernel.ledger.signer import Signer
from tests.world import Somebody

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have another client library than the one we hold
    from starlette.testclient import TestClient

FROM_HERE = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def served(worker_database: str, application: Any) -> Iterator[TestClient]:
    """The whole application, opened once for a file of tests: its end waits a second for those who follow the ledger."""
    with TestClient(application, base_url="https://testserver", headers=FROM_HERE, follow_redirects=False) as client:
        yield client


@pytest.fixture
def visitor(database: str, served: TestClient) -> TestClient:
    """A browser in which nobody is signed in."""
    served.cookies.clear()
    served.headers.update(FROM_HERE)
    return served


@pytest.fixture
def browser_of(visitor: TestClient) -> Callable[[Somebody], TestClient]:
    """The browser of somebody who is signed in."""

    def enter(who: Somebody) -> TestClient:
        assert who.entered is not None
        visitor.cookies.set(cookie_name(), who.entered.token)
        visitor.cookies.set(LOOK, "system.comfortable.en")
        return visitor

    return enter


@pytest.fixture
def sequenced(database: str, tmp_path: Path) -> Callable[[], None]:
    """Put everything written so far into the tree and have it signed."""

    def run() -> None:
        frame.close_writer()
        signer = Signer.create("test.example/house", tmp_path / "ledger.key", tmp_path / "ledger.state")
        sequencer = Sequencer(lambda: db.connect(SEQUENCER), signer, checkpoint_seconds=0)
        while sequencer.step():
            pass
        sequencer.close()

    return run
