"""One house for all journeys, one browser with a window for each person, one telephone network."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from kernel import db
from kernel.postgres import Cluster
from tests.conftest import RUN, STATE, WORKER
from tests.contactcenter.voice.telephone import Network
from tests.journeys.browsing import FLAGS, Window
from tests.journeys.house import House
from tests.plugins.parts import program

FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey's time is its own: the opening of the house for all of them does not count."""
    for item in items:
        limit = item.get_closest_marker("timeout")
        if limit is not None and item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.timeout(limit.args[0], func_only=True))


@pytest.fixture(scope="package")
def house(cluster: Cluster) -> Iterator[House]:
    name = f"journeys_{RUN}_{WORKER}"
    cluster.create_database(name)
    made = House(cluster.dsn(name), STATE / f"journeys-{WORKER}")
    try:
        made.open()
        yield made
    finally:
        made.close()
        with db.connect("none", cluster.dsn("postgres")) as conn:
            conn.execute(f'drop database if exists "{name}" with (force)')


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=program("chromium"), args=FLAGS)
        yield made
        made.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture
def window(house: House, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Window]]:
    """Opens a window of its own for somebody; what went wrong in any of them fails the journey, and is kept as a picture."""
    opened: list[Window] = []

    def open_window(**how: object) -> Window:
        opened.append(Window(house, browser, **how))
        return opened[-1]

    yield open_window
    for number, one in enumerate(opened):
        if request.node.stash.get(FAILED, False):
            one.picture(f"{request.node.name}-{number}", STATE / "pictures")
        one.close()
    assert [fault for one in opened for fault in one.faults] == []


@pytest.fixture
def network(house: House, tmp_path: Path) -> Iterator[Network]:
    site = house.voice()
    assert site is not None
    lines = Network(site["sip_port"], tmp_path)
    yield lines
    house.hang_up()
    lines.close()
