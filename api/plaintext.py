"""`omniwarden secrets scan`: look for readable secrets in files and folders, show what was found, report it as deviations. [PW-3]"""

import platform
import re
from collections.abc import Iterable
from dataclasses import asdict
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kernel.errors import Refused

if TYPE_CHECKING:
    from iam.plaintext.report import Reported
    from iam.plaintext.scan import Scan

app = typer.Typer(no_args_is_help=True, help="Find secrets that lie readable in scripts, folders and exports.")
out, aside = Console(), Console(stderr=True)


class Format(StrEnum):
    """How the findings are shown."""

    table = "table"
    json = "json"


class Exit(IntEnum):
    """What the exit code tells."""

    clean = 0
    found = 1
    unread = 2


@app.callback()
def secrets() -> None:
    """Find secrets that lie readable in scripts, folders and exports."""


@app.command("scan")
def scan_paths(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders; links in them are not followed.")],
    form: Annotated[Format, typer.Option("--format", help="A table to read, or JSON.")] = Format.table,
    leave_out: Annotated[list[str] | None, typer.Option(help="Pattern of paths to leave out; may be repeated.")] = None,
    report: Annotated[bool, typer.Option("--report", help="Open and close deviations by what was found.")] = False,
    place: Annotated[str, typer.Option(help="Name of the machine or share in the report; else this machine's.")] = "",
    whole: Annotated[
        bool, typer.Option("--whole", help="With --report: this completes the week's scan of all places.")
    ] = False,
) -> None:
    """Look for readable secrets; the secrets themselves are never shown.

    Exit code 0: nothing found, all read. 1: secrets found. 2: nothing found, but something could not be read.
    """
    from iam.plaintext.scan import scan  # noqa: PLC0415 - a command loads what it needs

    with aside.status("Looking through files...") as status:
        seen = scan(paths, leave_out=leave_out or (), told=lambda name: status.update(escape(name)))
    told = _report(seen, place or _here(), whole=whole) if report else None
    if form is Format.json:
        print(_json(seen, told).decode())  # noqa: T201 - for programs, without colour or wrapping
    else:
        _show(seen, told)
    raise typer.Exit(Exit.found if seen.findings else Exit.unread if seen.unread else Exit.clean)


def _report(seen: "Scan", place: str, *, whole: bool) -> "Reported":
    """Report to the house. Raises Refused where there is more than one report can hold."""
    from api import fields  # noqa: F401, PLC0415
    from iam.plaintext import report as reports  # noqa: PLC0415
    from kernel import fresh  # noqa: PLC0415

    if max(len(seen.findings), len(seen.unread)) > reports.MOST:
        raise Refused("PW-3", f"More than {reports.MOST} findings: scan fewer folders at once.")
    fresh.refresh(force=True)
    return reports.report_secrets(
        reports.CLERK,
        place=place,
        roots=seen.roots,
        findings=[reports.FoundSecret(**asdict(one)) for one in seen.findings],
        unread=[path for path, _ in seen.unread],
        whole=whole,
    )


def _here() -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", platform.node()).strip("-._")[:80] or "here"


def _json(seen: "Scan", told: "Reported | None") -> bytes:
    document = {
        "roots": seen.roots,
        "findings": [asdict(one) for one in seen.findings],
        "unread": [{"path": path, "why": why} for path, why in seen.unread],
        "files": seen.files,
        "bytes": seen.read_bytes,
        "not_text": seen.not_text,
        "links_not_followed": seen.links,
        "report": told.model_dump() if told is not None else None,
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def _show(seen: "Scan", told: "Reported | None") -> None:
    if seen.findings:
        table = Table("file", "line", "kind", "fingerprint", title="Readable secrets")
        for one in seen.findings:
            table.add_row(escape(one.path), str(one.line), one.kind, one.fingerprint)
        out.print(table)
    for line in _summary(seen):
        out.print(line, highlight=False)
    if told is not None:
        out.print(f"Reported: {told.opened} new deviations, {told.known} known, {told.closed} closed.", highlight=False)


def _summary(seen: "Scan") -> Iterable[str]:
    yield (
        f"{seen.files} files read ({seen.read_bytes / 1e6:.1f} MB): {len(seen.findings)} readable secrets; "
        f"{seen.not_text} files are no text, {seen.links} links were not followed."
    )
    for path, why in seen.unread:
        yield f"[bold]Not read:[/bold] {escape(path)} ({escape(why)})"
