"""`omniwarden observe`: tell what a collector sees of a system, from a file or from what another host prints. [CC-4]"""

import sys
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kernel.errors import Malformed, NotFound

out = Console()


class Source(StrEnum):
    """What is told: two kinds of lists, two kinds of events."""

    packages = "packages"
    files = "files"
    deployments = "deployments"
    database = "database"


class Exit(IntEnum):
    """What the exit code tells."""

    as_authorised = 0
    unauthorised = 1


def observe(
    system: Annotated[str, typer.Argument(help="The system's short name on the register.")],
    source: Annotated[Source, typer.Argument(help="What the report is a list of.")],
    report: Annotated[
        Path, typer.Argument(help="The report; - reads what is piped in, such as an ssh command's output.")
    ] = Path("-"),
) -> None:
    """Tell what a collector sees of a system; whatever nobody authorised opens an unauthorised change with an owner.

    Exit code 0: nothing changed, or all of it was authorised. 1: something was not.
    """
    from sqlmodel import select  # noqa: PLC0415 - a command loads what it needs

    from api import fields  # noqa: F401, PLC0415
    from changecontrol.models import System  # noqa: PLC0415
    from changecontrol.observed import observations, reconciliation  # noqa: PLC0415
    from kernel import fresh  # noqa: PLC0415
    from kernel.db import read_session  # noqa: PLC0415

    text = _read(report)
    fresh.refresh(force=True)
    with read_session() as session:
        found = session.scalars(select(System).where(System.slug == system)).first()
    if found is None:
        raise NotFound(f"There is no system {system} on the register.")
    told = observations.report_system(reconciliation.CLERK, found.id, source=source.value, text=text)
    if told.first_look:
        out.print("First look: kept, nothing to compare it with yet.")
    else:
        out.print(f"{told.differences} differences, {told.matched} authorised, {told.unmatched} not.", highlight=False)
    raise typer.Exit(Exit.unauthorised if told.unmatched else Exit.as_authorised)


def _read(report: Path) -> str:
    raw = sys.stdin.buffer.read() if str(report) == "-" else report.read_bytes()
    try:
        return raw.decode()
    except UnicodeDecodeError as fault:
        raise Malformed(f"The report is not UTF-8: byte {fault.start} is {raw[fault.start]:#04x}.") from None
