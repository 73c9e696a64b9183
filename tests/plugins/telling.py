"""A run of many minutes names each test that failed as soon as it has, not only at its end."""

import pytest


class Teller:
    """Writes a line for each failure as it comes."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self.terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.terminal.ensure_newline()
            self.terminal.write_line(f"failed at its {report.when}: {report.nodeid} ({report.duration:.1f} s)")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        config.pluginmanager.register(Teller(terminal), "failures-as-they-come")
