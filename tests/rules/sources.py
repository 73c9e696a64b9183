"""The project's own files, as the rules read them."""

import ast
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("kernel", "policy", "iam", "contactcenter", "changecontrol", "training", "firewall_audit", "api")
NOT_OURS = {
    ".git",
    ".venv",
    "var",
    "node_modules",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
}


@cache
def tracked_files() -> list[Path]:
    """Files that are, or would be, in the repository."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listed = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached"]
        names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
        return [ROOT / name for name in names if name and (ROOT / name).is_file()]
    found = (path for path in ROOT.rglob("*") if not NOT_OURS & set(path.relative_to(ROOT).parts))
    return [path for path in found if path.is_file()]


def python_files(*folders: str) -> list[Path]:
    """Tracked Python files below the given top folders."""
    return [path for path in tracked_files() if path.suffix == ".py" and name(path).split("/")[0] in folders]


def name(path: Path) -> str:
    """Path as the repository names it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """Parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """Every call of a dotted name: line and `a.b.c`; what stands before a call or an index is a question mark."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node.lineno, dotted(node.func)


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return "?"


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every module that the file imports, wherever in the file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
