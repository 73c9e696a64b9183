"""`omniwarden syslog`: the log receiver and who takes its lines in; `omniwarden firewall read`: files of lines. [FW-3]"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from api import processes
from kernel.errors import OmniError

app = typer.Typer(no_args_is_help=True, help="Take in what firewalls and other network devices wrote.")
out = Console()
RECEIVE, TAKE_IN = "syslog-receive", "syslog-take-in"
UPLOADS, WATCH = "uploads-take-in", "syslog-watch"


def children() -> list[processes.Child]:
    """Return the processes of the intake; none where no port is set."""
    from firewall_audit.intake.running import ports  # noqa: PLC0415 - a command loads what it needs

    told = ports()
    if not (told.udp or told.tcp or told.tls):
        return []
    return [processes.Child("log receiver", [RECEIVE]), *watchers()]


def watchers() -> list[processes.Child]:
    """Return the processes that work on the spool, whoever fills it: the house's own tests of the alarms do, where nothing is received."""
    return [processes.Child("log intake", [TAKE_IN]), processes.Child("alarms", [WATCH])]


def syslog() -> None:
    """Receive log lines by syslog (UDP, TCP, TLS) and take them in; the ports are settings."""
    from api import logs  # noqa: PLC0415

    logs.set_up()
    processes.end_with_parent()
    found = children()
    if not found:
        raise typer.BadParameter("Set OMNIWARDEN_SYSLOG_UDP_PORT, _TCP_PORT or _TLS_PORT first.")
    supervisor = processes.Supervisor(found)
    supervisor.start()
    supervisor.run()


def receive() -> None:
    """Run the receiver: whatever comes goes into the spool."""
    from api import fields, logs  # noqa: F401, PLC0415
    from firewall_audit.intake import running  # noqa: PLC0415
    from kernel import fresh  # noqa: PLC0415

    logs.set_up()
    processes.end_with_parent()
    poll = fresh.Poll(lambda _: None)
    poll.start()
    try:
        asyncio.run(running.receive())
    except OmniError as error:
        out.print(error.why, highlight=False)
        raise typer.Exit(processes.REFUSED) from None
    finally:
        poll.stop()


def take_in() -> None:
    """Run who takes segments of the spool in."""
    from api import fields, logs  # noqa: F401, PLC0415
    from firewall_audit.intake import running  # noqa: PLC0415
    from kernel import frame, fresh  # noqa: PLC0415

    logs.set_up()
    processes.end_with_parent()
    poll = fresh.Poll(lambda _: None)
    poll.start()
    running.take_in(processes.stop_event())
    frame.close_writer()
    poll.stop()


def take_uploads_in() -> None:
    """Take files that were sent by a browser in, and end."""
    from api import fields, logs  # noqa: F401, PLC0415
    from firewall_audit.intake import uploading  # noqa: PLC0415
    from kernel import frame, fresh  # noqa: PLC0415

    logs.set_up()
    processes.end_with_parent()
    fresh.refresh(force=True)
    poll = fresh.Poll(lambda _: None)
    poll.start()
    try:
        uploading.take_waiting()
    finally:
        frame.close_writer()
        poll.stop()


def watch() -> None:
    """Run the evaluator of the alarms, beside the intake."""
    from api import fields, logs  # noqa: F401, PLC0415
    from firewall_audit.alarms import watching  # noqa: PLC0415
    from kernel import frame, fresh  # noqa: PLC0415

    logs.set_up()
    processes.end_with_parent()
    poll = fresh.Poll(lambda _: None)
    poll.start()
    watching.watch(processes.stop_event())
    frame.close_writer()
    poll.stop()


def _shower(progress: Progress, shown: TaskID) -> Callable[[int], None]:
    """Return what moves a bar to so many bytes."""
    return lambda done: progress.update(shown, completed=done)


@app.callback()
def firewall() -> None:
    """Take in what firewalls and other network devices wrote."""


@app.command("read")
def read(
    files: Annotated[list[Path], typer.Argument(help="Files or folders: plain, gzip, zstd, or journal exports.")],
    device: Annotated[str, typer.Option(help="The device's short name on the register.")],
    zone: Annotated[str, typer.Option(help="Time zone the file was written in; else the device's own.")] = "",
    partial: Annotated[
        bool, typer.Option("--partial", help="Keep what is readable of a file that was broken off.")
    ] = False,
    workers: Annotated[
        int, typer.Option(min=0, max=16, help="Processes that read; worth it from a million lines.")
    ] = 0,
) -> None:
    """Take files of a device's log lines in; each is a batch with its digest and counts on the ledger.

    Exit code 0: all were taken in. 1: one was not, and what it says why; the others were.
    """
    from api import fields  # noqa: F401, PLC0415
    from firewall_audit.intake import files as intake  # noqa: PLC0415
    from firewall_audit.intake.taking import device_by_slug  # noqa: PLC0415
    from kernel import frame, fresh  # noqa: PLC0415

    fresh.refresh(force=True)
    row = device_by_slug(device)
    refused = 0
    bars = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    try:
        for path in intake.listed(files):
            fresh.refresh(force=True)
            with Progress(*bars, console=out, transient=True) as progress:
                shown = progress.add_task(path.name, total=path.stat().st_size)
                try:
                    told = intake.take_file(
                        row, path, zone=zone, partial=partial, workers=workers,
                        seen=_shower(progress, shown),
                    )  # fmt: skip
                except OmniError as error:
                    refused += 1
                    out.print(f"{path.name}: {error.why}", highlight=False)
                    continue
            out.print(
                f"{path.name}: {told.lines:,} lines, {told.events:,} read, {told.unparsed:,} not; batch {told.batch[:12]}.",
                highlight=False,
            )
    finally:
        frame.close_writer()
    raise typer.Exit(1 if refused else 0)
