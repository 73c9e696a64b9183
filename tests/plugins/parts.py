"""Tests that need parts from outside: skipped where one is missing, failed in continuous integration, told in one table."""

import os
from collections import Counter
from pathlib import Path

import pytest

from tools.parts import PARTS
from tools.parts import program as found_program

MISSING = "missing part: "


def program(name: str) -> Path:
    """Return where a program is that the test has declared as needed."""
    found = found_program(name)
    assert found is not None, f"declare it: @pytest.mark.needs({name!r})"
    return found


def missing_parts(item: pytest.Item) -> list[str]:
    """Name the parts that the test declares and this machine has not. An unknown name is the test's mistake."""
    declared = {name for mark in item.iter_markers("needs") for name in mark.args}
    if unknown := declared - PARTS.keys():
        raise pytest.UsageError(f"{item.nodeid} needs {sorted(unknown)}, which tools/parts.py does not know")
    return sorted(name for name in declared if PARTS[name].find() is None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if missing := missing_parts(item):
            item.user_properties.append(("missing", ", ".join(missing)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for name, value in item.user_properties:
        if name == "missing":
            if os.environ.get("CI") == "true" and not all(PARTS[part].given for part in value.split(", ")):
                pytest.fail(f"{MISSING}{value}", pytrace=False)
            pytest.skip(f"{MISSING}{value}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lost: Counter[str] = Counter()
    for outcome in ("skipped", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in getattr(report, "user_properties", []):
                if name == "missing":
                    lost.update(value.split(", "))
    if lost:
        terminalreporter.section("parts that could not be had")
        for name, count in sorted(lost.items()):
            part = PARTS[name]
            terminalreporter.write_line(f"{name:<10} {count:>4} tests  {part.purpose}; get it: {part.remedy}")
