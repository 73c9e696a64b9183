"""Draw every workflow of the house into docs/workflows.md: `python tools/diagrams.py`; a test holds the file against the code."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from api import fields  # noqa: E402, F401 - registers every workflow
from policy.workflow import WORKFLOWS  # noqa: E402

DOCUMENT = ROOT / "docs" / "workflows.md"
HEAD = """# Workflows

Each kind of record that walks through states does so by a table: in this state, this event leads to that state, when what stands in
brackets holds. A step that is not drawn is refused, by the code and by a trigger of the database. Drawn by `tools/diagrams.py`.
"""


def drawn() -> str:
    """Return the document: one diagram for each workflow, by the name of its table."""
    parts = [
        f"## {table.replace('_', ' ').capitalize()}\n\n```mermaid\n{WORKFLOWS[table].mermaid()}```\n"
        for table in sorted(WORKFLOWS)
        if not table.startswith("sample_")
    ]
    return "\n".join([HEAD, *parts])


if __name__ == "__main__":
    DOCUMENT.write_text(drawn(), encoding="utf-8")
