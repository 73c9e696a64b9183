"""What the house refuses it refuses in the reader's language: every sentence of a refusal stands in the French catalogue. [AC-10]"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import words
from api.console import said_guards, said_rules
from api.words import told
from tests.conftest import ROOT

PLACE = "\x00"
WHERE = {
    "Refused": 1, "Denied": 0, "NotFound": 0, "Conflict": 0, "Malformed": 0, "Busy": 0, "NotSignedIn": 0, "StepUpNeeded": 0, "Missing": 0,
}  # fmt: skip
"""Which argument of each error is its sentence."""
FIELDS = ("kernel", "policy", "iam", "contactcenter", "changecontrol", "training", "firewall_audit", "api")
OPERATORS = {
    "kernel/postgres": "told on the command line to whoever starts the house",
    "kernel/ledger/": "told on the command line to whoever verifies the ledger, and in logs",
    "kernel/sealing.py": "a key file that is broken: told to whoever starts the house",
    "kernel/once.py": "told to programs that send a header",
    "kernel/edition.py": "faults of a book are told in the book's own words",
    "kernel/conditions.py": "a fault of the release, told in logs",
    "policy/lint.py": "faults of a book are told in the book's own words",
    "policy/status.py": "status is told in its own words beside the clause",
    "policy/trials.py": "told by the command that tries guards",
    "policy/workflow.py": "SQL of the walls, not a sentence",
    "iam/letters/": "told in logs and in the delivery receipts of the officer",
    "contactcenter/voice/site.py": "Asterisk's own configuration, not a sentence",
    "contactcenter/contacts.py": "a telephone number, not a sentence",
    "firewall_audit/intake/receiver.py": "told to whoever starts the receiver",
    "changecontrol/observed/reports.py": "told to collectors on the command line",
    "training/courses/folder.py": "told on the command line to whoever loads courses",
    "training/courses/content.py": "faults of a course's files, told with their names",
    "api/auditing.py": "command line", "api/house.py": "command line", "api/observed.py": "command line", "api/plaintext.py": "command line",
    "api/processes.py": "command line", "api/schema.py": "command line", "api/serving.py": "command line",
    "api/routes.py": "a thing that cannot be, never told",
}  # fmt: skip
"""Files whose sentences no page shows, each with its reason."""


def written(node: ast.expr) -> Iterator[str]:
    """The sentences that an expression can be, with a sign where a word will stand."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from written(node.body)
        yield from written(node.orelse)
    elif isinstance(node, ast.JoinedStr) and not isinstance(
        getattr(node.values[0], "value", None), ast.IfExp | ast.Name
    ):
        yield "".join(part.value if isinstance(part, ast.Constant) else PLACE for part in node.values)  # type: ignore[misc]  # a text


def said(path: Path) -> Iterator[str]:
    """Every sentence with which a file says no: of its errors, its conditions, and what tells a reason or nothing."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in WHERE and len(node.args) > WHERE[name]:
                yield from written(node.args[WHERE[name]])
        elif (
            isinstance(node, ast.FunctionDef) and node.returns is not None and ast.unparse(node.returns) == "str | None"
        ):
            for one in ast.walk(node):
                if isinstance(one, ast.Return) and one.value is not None:
                    yield from (text for text in written(one.value) if text.count(" ") > 2)


def in_french(sentence: str) -> bool:
    """Whether a French reader is told something else than the English: with a figure, or with a word, at each place."""
    with words.speaking("fr"):
        return any(
            told(text) != text for text in (sentence.replace(PLACE, filled) for filled in ("7", "quelque-chose"))
        )


@pytest.mark.parametrize("field", FIELDS)
def test_every_refusal_is_told_in_french(field: str) -> None:
    files = [(str(path.relative_to(ROOT)), path) for path in _files() if path.is_relative_to(ROOT / field)]
    mute = {
        (name, sentence.replace(PLACE, "…"))
        for name, path in files
        if not name.startswith(tuple(OPERATORS))
        for sentence in said(path)
        if not in_french(sentence)
    }
    assert mute == set()


def test_every_exception_is_there_for_something() -> None:
    gone = [name for name in OPERATORS if not any(str(path.relative_to(ROOT)).startswith(name) for path in _files())]
    assert gone == []


def test_what_nobody_says_any_more_leaves_the_catalogue() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in _files() if not path.name.startswith("said"))
    marked = (*said_guards.SENTENCES, *said_rules.SENTENCES)
    unsaid = [
        one for one in marked if max((part.rpartition("}")[2] for part in one.split("{")), key=len) not in sources
    ]
    assert unsaid == []


def _files() -> list[Path]:
    return [path for field in FIELDS for path in sorted((ROOT / field).rglob("*.py"))]
