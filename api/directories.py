"""`omniwarden directory list|look|test`: the governed directories from the command line. [AC-7]"""

from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kernel.errors import NotFound

if TYPE_CHECKING:
    from iam.directory.models import Directory

app = typer.Typer(no_args_is_help=True, help="Look at the directories the house governs, and try whether they answer.")
out = Console()
Name = Annotated[str, typer.Argument(help="The directory's short name, as `omniwarden directory list` shows it.")]


class Exit(IntEnum):
    """What the exit code tells."""

    fine = 0
    differs = 1
    fault = 2
    busy = 3


@app.callback()
def directory() -> None:
    """Look at the directories the house governs, and try whether they answer."""


@app.command("list")
def list_directories() -> None:
    """List the directories and how each stood when it was last asked. Exit code 2 when one in use does not answer."""
    from iam.directory import mirror  # noqa: PLC0415 - a command loads what it needs
    from kernel.db import read_session  # noqa: PLC0415

    table = Table("Name", "Kind", "Address", "State", "Last answer (UTC)", "Compared whole (UTC)")
    worst = Exit.fine
    with read_session() as session:
        for row in _all(session):
            now = mirror.standing(session, row.id)
            state = now.state if row.active else "left alone"
            if row.active and now.state not in {"current", "new"}:
                worst = Exit.fault
            times = [f"{at:%Y-%m-%d %H:%M}" if at else "never" for at in (now.answered_at, now.full_at)]
            table.add_row(row.platform, row.kind, row.url, state, *times)
    if table.row_count:
        out.print(table)
    else:
        out.print("No directory is governed yet. Add one on the page /directories.")
    raise typer.Exit(worst)


@app.command("look")
def look(
    name: Name, *, whole: Annotated[bool, typer.Option("--whole", help="Compare everything, not what changed.")] = False
) -> None:
    """Look at a directory now and open a case for each difference.

    Exit code 0: nothing differs. 1: something does. 2: it does not answer or is not to be trusted. 3: somebody looks already.
    """
    from iam.directory import cycle  # noqa: PLC0415
    from kernel import clock  # noqa: PLC0415

    row = _named(name)
    begun = clock.monotonic()
    with out.status(f"Looking at {escape(name)}..."):
        done = cycle.look(row.id, clock.now(), whole=True if whole else None)
    if done is None:
        out.print("Somebody looks at it already.")
        raise typer.Exit(Exit.busy)
    if done.state != "current":
        out.print(f"{done.state}: {_why(row)}", highlight=False)
        raise typer.Exit(Exit.fault)
    table = Table("Looked at", "Compared", "Read", "Differing", "Settled", "Seconds")
    counts = (done.compared, done.read, done.found, done.settled)
    table.add_row("everything" if done.whole else "what changed", *map(str, counts), f"{clock.monotonic() - begun:.1f}")
    out.print(table)
    raise typer.Exit(Exit.differs if done.found else Exit.fine)


@app.command("test")
def test(name: Name) -> None:
    """Try a directory step by step, and change nothing. Exit code 0: it answers well. 2: it does not, and the step is named."""
    from api.console.directory_words import STEPS  # noqa: PLC0415
    from iam.directory import trials  # noqa: PLC0415
    from iam.directory.registry import door_of  # noqa: PLC0415

    row = _named(name)
    with out.status(f"Asking {escape(name)}..."):
        found = trials.tried(door_of(row), None)
    for step, label in STEPS.items():
        out.print(f"  {'yes' if step in found.steps else 'no ':3}  {label}")
        if step not in found.steps:
            break
    if found.why:
        out.print(f"{found.state}: {found.why}", highlight=False)
    more = " and more" if found.more else ""
    out.print(
        f"{found.users} users, {found.groups} groups on the first page{more}; {found.seconds:.1f} s", highlight=False
    )
    raise typer.Exit(Exit.fine if found.state == "current" else Exit.fault)


def _all(session: Any) -> "list[Directory]":
    from sqlmodel import col, select  # noqa: PLC0415

    from api import fields  # noqa: F401, PLC0415 - the use cases a look reports by
    from iam.directory.models import Directory  # noqa: PLC0415
    from kernel import fresh  # noqa: PLC0415

    fresh.refresh(force=True)
    return list(session.scalars(select(Directory).order_by(col(Directory.platform))))


def _named(name: str) -> "Directory":
    """Return the directory of a name. Raises NotFound."""
    from kernel.db import read_session  # noqa: PLC0415

    with read_session() as session:
        found = next((row for row in _all(session) if row.platform == name), None)
    if found is None:
        raise NotFound("There is no directory of this name. `omniwarden directory list` shows their names.")
    return found


def _why(row: "Directory") -> str:
    from iam.directory import mirror  # noqa: PLC0415
    from kernel.db import read_session  # noqa: PLC0415

    with read_session() as session:
        return mirror.standing(session, row.id).why
