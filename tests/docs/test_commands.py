"""What the documents tell people to type exists, and what they point at is there."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.rules.sources import ROOT, name, tracked_files

DOCUMENTS = [path for path in tracked_files() if path.suffix == ".md"]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")
OMNIWARDEN = re.compile(r"^(?:\S*/)?omniwarden ((?:[a-z][a-z-]+ ?){1,2})", re.MULTILINE)
SPAN = re.compile(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)


def typed(path: Path) -> str:
    """Only what stands as code: prose may well say that we make sure of something."""
    return "\n".join(block or span for block, span in SPAN.findall(path.read_text(encoding="utf-8")))


@cache
def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@cache
def subcommands() -> set[str]:
    import typer.main

    from api.cli import app

    root = typer.main.get_command(app)
    found = set()
    for word, command in getattr(root, "commands", {}).items():
        found.add(word)
        found |= {f"{word} {inner}" for inner in getattr(command, "commands", {})}
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_make_targets_exist(document: Path) -> None:
    assert set(MAKE.findall(typed(document))) <= targets()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_commands_exist(document: Path) -> None:
    wanted = {match.strip() for match in OMNIWARDEN.findall(typed(document))}
    groups = {word.split()[0] for word in subcommands() if " " in word}
    unknown = {
        words for words in wanted if (words if words.split()[0] in groups else words.split()[0]) not in subcommands()
    }
    assert not unknown


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_lead_somewhere(document: Path) -> None:
    """A link from the root is a page of the console, as lessons have them; their own test holds those. Code is no link."""
    broken = [
        target
        for target in LINK.findall(re.sub(r"`[^`\n]*`", "", document.read_text(encoding="utf-8")))
        if "://" not in target and not target.startswith("/") and not (document.parent / target).exists()
    ]
    assert not broken


def test_every_setting_is_told_once_in_the_example() -> None:
    from kernel.settings import PREFIX, Settings

    example = (ROOT / "deploy/omniwarden.env").read_text(encoding="utf-8")
    told = re.findall(rf"^#?{PREFIX}([A-Z_]+)=", example, re.MULTILINE)
    known = {field.upper() for field in Settings.model_fields}
    assert known - set(told) == set(), "not told in deploy/omniwarden.env"
    assert set(told) - known == set(), "told, but no setting"
    assert len(told) == len(set(told)), "told twice"


def test_continuous_integration_runs_all_the_tests() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "make test" in script
    assert "||" not in script
