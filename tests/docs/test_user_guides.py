"""What the guides for people say of pages and commands is so."""

import re
import shlex
from pathlib import Path

import pytest
from starlette.routing import Route
from typer.testing import CliRunner

from api.app import build
from api.cli import app
from tests.rules.sources import ROOT

GUIDES = sorted((ROOT / "docs/user").glob("*.md"))
PAGE = re.compile(r"`(/[a-z-]+(?:/[a-z-]+)*)`")
COMMAND = re.compile(r"^\s*(omniwarden .+)$", re.MULTILINE)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_every_page_named_is_there(guide: Path) -> None:
    pages = {route.path for route in build().routes if isinstance(route, Route)}
    named = set(PAGE.findall(guide.read_text(encoding="utf-8")))
    assert named
    assert named <= pages


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_every_command_is_understood(guide: Path, database: str, tmp_path: Path) -> None:
    for line in COMMAND.findall(guide.read_text(encoding="utf-8")):
        words = [word.replace("/srv", str(tmp_path)).replace("/etc", str(tmp_path)) for word in shlex.split(line)[1:]]
        done = CliRunner().invoke(app, words)
        assert done.exit_code in (0, 1, 2), line
        assert "Usage:" not in done.output, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit), line
