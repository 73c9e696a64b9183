"""A real Asterisk for this folder's tests, on ports of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from contactcenter import sweeping
from contactcenter.voice import server
from contactcenter.voice.ari import Address, AriRefusedError
from contactcenter.voice.server import Asterisk, install
from contactcenter.voice.site import Site
from kernel import clock, db
from kernel.errors import Conflict, Denied
from tests.contactcenter.voice.house import House, Process, until
from tests.contactcenter.voice.telephone import Network

TREE = Path(os.environ.get("OMNIWARDEN_ASTERISK_TREE", Path(__file__).parents[3] / "var" / "asterisk" / "tree"))


@pytest.fixture(scope="session")
def asterisk() -> Iterator[Asterisk]:
    if not TREE.exists():
        pytest.skip(f"no Asterisk in {TREE}: run `python tools/asterisk.py`")
    folder = TREE.parents[1] / "test" / f"voice-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    server = Asterisk(install(folder / "site", TREE, folder / "recordings", sip_port=0, silence=6))
    server.stop()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def site(asterisk: Asterisk) -> Site:
    asterisk.start()
    return asterisk.site


@pytest.fixture
def network(site: Site, tmp_path: Path) -> Iterator[Network]:
    lines = Network(site.sip_port, tmp_path)
    yield lines
    lines.close()


@pytest.fixture(scope="session")
def process(worker_database: str, asterisk: Asterisk) -> Iterator[Process]:
    made = Process(worker_database, asterisk.site)
    yield made
    made.stop()


@contextmanager
def sweeping_rounds() -> Iterator[None]:
    """The routing clerk's rounds, as the worker takes them."""
    over = threading.Event()

    def rounds() -> None:
        while not over.wait(0.2):
            with suppress(Conflict, Denied):
                sweeping.look(clock.now())

    thread = threading.Thread(target=rounds, daemon=True)
    thread.start()
    yield
    over.set()
    thread.join(5)


@pytest.fixture
def house(
    database: str,
    process: Process,
    site: Site,
    network: Network,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[House]:
    """A house whose calls are served by a process of its own; its parameter is how long a phone rings, in seconds."""
    monkeypatch.setattr(server, "settings", db.settings.model_copy(update={"asterisk_url": site.url}))
    process.start()
    made = House(database, process, network, monkeypatch, getattr(request, "param", 30))
    with sweeping_rounds():
        yield made
        network.close()
    for channel in made.channels():
        with suppress(AriRefusedError):
            Address.of(site.url).ask("DELETE", f"channels/{channel['id']}")
    until(lambda: made.channels() == [] and all(call.phase == "ended" for call in made.calls()), "the end of all calls")
