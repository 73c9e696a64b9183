"""Which tests share a process: those of one file, and those of one house (a started Asterisk, a house of processes).

pytest-xdist's own `loadgroup` reads the group from a name that pytest 9.2 no longer lets it write.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

HOUSES = ("tests/journeys", "tests/contactcenter/voice")


class ByHouse(LoadScopeScheduling):
    """Hands out whole files, and whole houses."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split("::", 1)[0]
        return next((house for house in HOUSES if path.startswith(house)), path)

    def _assign_work_unit(self, node: Any) -> None:
        """Give out the houses first: what takes a quarter of an hour on one process must not begin when the rest is over."""
        for house in reversed(HOUSES):
            if house in self.workqueue:
                self.workqueue.move_to_end(house, last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByHouse:
    return ByHouse(config, log)
