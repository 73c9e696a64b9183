"""Rules for the text of the code itself: one clock, one commit, small files, no trace of the machine it was written on."""

import ast
import re
import sys
import tomllib
from importlib import metadata

import pytest

from tests.rules.sources import PRODUCT, ROOT, calls, imports, name, python_files, tracked_files, tree

CLOCKS = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime))$")
MOST_LINES_IN_FILE = {"tests": 400}  # elsewhere 300
MOST_LINES_IN_FUNCTION = 60
# Written in halves, so that this file does not break its own rule.
ADDRESSES = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npm" + "js", "deb." + "debian", "archive." + "ubuntu")
MACHINE_PATHS = re.compile(r"(?<![\w.$}/-])/(" + "work|tm" + r"p|root|home)/\w")
ROMANCE = re.compile(r"\b(" + "simul" + r"at(e|ed|es|ing|ion))\b", re.IGNORECASE)
PROMISES = re.compile(r"\b(" + "TO" + "DO|FIX" + "ME|X" + "XX)\\b")
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".sql",
    ".html",
    ".js",
    ".cjs",
    ".css",
    ".txt",
    ".lock",
    ".json",
    ".sh",
    ".service",
    ".env",
    "",
}


def test_one_clock() -> None:
    readers = [
        f"{name(path)}:{line} {called}"
        for path in python_files(*PRODUCT)
        if name(path) != "kernel/clock.py"
        for line, called in calls(path)
        if CLOCKS.search(called)
    ]
    assert not readers


def test_one_commit() -> None:
    writers = [
        f"{name(path)}:{line} {called}"
        for path in python_files(*PRODUCT)
        if name(path) != "kernel/action.py" and not name(path).startswith("kernel/ledger/")
        for line, called in calls(path)
        if called.endswith(".commit")
    ]
    assert not writers


def test_errors_are_not_swallowed() -> None:
    silent = [
        f"{name(path)}:{node.lineno}"
        for path in python_files(*PRODUCT)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
        and all(isinstance(step, ast.Pass | ast.Continue) for step in node.body)
    ]
    assert not silent


@pytest.mark.parametrize("folder", [*PRODUCT, "tools", "bench", "tests"])
def test_files_and_functions_are_small(folder: str) -> None:
    large = []
    for path in python_files(folder):
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES_IN_FILE.get(folder, 300):
            large.append(f"{name(path)} has {lines} lines")
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > MOST_LINES_IN_FUNCTION:
                    large.append(f"{name(path)}:{node.lineno} {node.name} has {length} lines")
    assert not large


def test_files_are_named_by_nouns() -> None:
    vague = {"service", "services", "util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"}
    assert not [name(path) for path in python_files(*PRODUCT) if path.stem in vague]


def test_no_trace_of_the_machine_or_of_a_registry() -> None:
    found = []
    for path in tracked_files():
        if path.suffix in TEXT and name(path) != "package-lock.json":
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if MACHINE_PATHS.search(line) or any(address in line for address in ADDRESSES):
                    found.append(f"{name(path)}:{number} {line.strip()[:80]}")
    assert not found


def test_front_end_lock_names_no_address() -> None:
    lock = ROOT / "package-lock.json"
    assert '"resolved"' not in lock.read_text(encoding="utf-8")


def test_product_makes_no_promises() -> None:
    found = [
        f"{name(path)}:{number} {line.strip()[:80]}"
        for path in python_files(*PRODUCT)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if PROMISES.search(line) or ROMANCE.search(line)
    ]
    assert not found


def test_stale_casbin_is_absent() -> None:
    with pytest.raises(metadata.PackageNotFoundError):
        metadata.distribution("casbin")
    assert metadata.distribution("pycasbin").version >= "2.8"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_are_pinned_hashed_and_without_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\w)", text.strip())
    assert len(entries) > 50
    for entry in entries:
        assert re.match(r"^[a-z0-9][a-z0-9._-]*==\S+", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]
    assert "://" not in text
    assert not re.search(r"^casbin==", text, re.MULTILINE)


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[\[=>;<\s]", text)[0].lower() for text in project["dependencies"]}


def test_everything_declared_is_locked() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert declared() - set(re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE)) == set()


def test_everything_imported_is_declared() -> None:
    bringers = metadata.packages_distributions()
    ours = {*PRODUCT, "bench", "tools"}
    imported = {module.split(".")[0] for path in python_files(*PRODUCT) for _, module in imports(path)}
    foreign = imported - ours - sys.stdlib_module_names
    undeclared = {
        module
        for module in foreign
        if not {name.lower().replace("_", "-") for name in bringers.get(module, [])} & declared()
    }
    assert not undeclared
