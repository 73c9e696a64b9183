"""The columns of the store are large libraries: no web process and no command loads them before somebody asks for lines."""

import subprocess
import sys

import pytest

LARGE = ("asyncssh", "duckdb", "pyarrow", "maxminddb", "firewall_audit.store")


@pytest.mark.parametrize("entrance", ["api.app", "api.cli", "api.worker"])
def test_an_entrance_loads_no_columns(entrance: str) -> None:
    asked = f"import sys, {entrance}; print(*[name for name in {LARGE!r} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.split() == [], "a module loads it when imported: import it inside the function that needs it"
