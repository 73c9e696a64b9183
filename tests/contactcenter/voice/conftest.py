"""A real Asterisk for this folder's tests, on ports of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from contactcenter.voice.server import Asterisk, install
from contactcenter.voice.site import Site
from tests.contactcenter.voice.telephone import Network

TREE = Path(os.environ.get("OMNIWARDEN_ASTERISK_TREE", Path(__file__).parents[3] / "var" / "asterisk" / "tree"))


@pytest.fixture(scope="session")
def asterisk() -> Iterator[Asterisk]:
    if not TREE.exists():
        pytest.skip(f"no Asterisk in {TREE}: run `python tools/asterisk.py`")
    folder = TREE.parents[1] / "test" / f"voice-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    server = Asterisk(install(folder / "site", TREE, folder / "recordings", sip_port=0))
    server.stop()
    server.start()
    yield server
    server.stop()


@pytest.fixture()
def site(asterisk: Asterisk) -> Site:
    asterisk.start()
    return asterisk.site


@pytest.fixture()
def network(site: Site, tmp_path: Path) -> Iterator[Network]:
    lines = Network(site.sip_port, tmp_path)
    yield lines
    lines.close()
