"""The environment is made once for what the locks say, and again when they say otherwise."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.rules.sources import ROOT


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import environment

    for name, file in {"RUN_LOCK": "requirements.lock", "DEV_LOCK": "requirements-dev.lock"}.items():
        (tmp_path / file).write_text("a==1 --hash=sha256:00\n")
        monkeypatch.setattr(environment, name, tmp_path / file)
    (tmp_path / "pyproject.toml").write_text("[build-system]\nrequires = []\n[tool.ruff]\n[project]\nname = 'a'\n")
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "STAMP", tmp_path / "stamp")
    return environment


def test_environment_for_tests_does_for_running_too_but_not_the_other_way_round(environment) -> None:
    environment.STAMP.write_text(environment.stamp(environment.DEV_LOCK))
    assert environment.up_to_date(dev=True)
    assert environment.up_to_date(dev=False)
    environment.STAMP.write_text(environment.stamp(environment.RUN_LOCK))
    assert environment.up_to_date(dev=False)
    assert not environment.up_to_date(dev=True)


@pytest.mark.parametrize(
    ("file", "line", "fresh"),
    [
        ("requirements-dev.lock", "b==2\n", False),
        ("pyproject.toml", "version = '2'\n", False),
        ("pyproject.toml", "[tool.mypy]\n", True),
    ],
)
def test_changed_lock_or_packaging_makes_it_stale_and_a_tool_setting_does_not(environment, file, line, fresh) -> None:
    environment.STAMP.write_text(environment.stamp(environment.DEV_LOCK))
    with (environment.ROOT / file).open("a") as stream:
        stream.write(line)
    assert environment.up_to_date(dev=True) is fresh


def test_bootstrap_without_a_python_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", str(ROOT / "tools/bootstrap")],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": f"{tmp_path}:/nonexistent", "PYTHON": str(tmp_path / "python")},
    )
    assert done.returncode == 1
    assert "Python 3.11" in done.stderr


def test_second_bootstrap_is_quick_and_silent() -> None:
    done = subprocess.run(
        [sys.executable, "tools/environment.py", "--dev"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
