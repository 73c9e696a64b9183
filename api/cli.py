"""The command line: `omniwarden --help`."""

import asyncio
import logging
import os
import signal
from pathlib import Path
from types import ModuleType
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.markup import escape

from api import alarms, directories, intake, observed, plaintext, processes
from kernel.errors import OmniError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Security, identity and compliance for a contact centre, and its omnichannel core.",
)
ledger = typer.Typer(no_args_is_help=True, help="Verify and export the ledger.")
app.add_typer(ledger, name="ledger")
app.add_typer(plaintext.app, name="secrets")
app.add_typer(directories.app, name="directory")
app.add_typer(intake.app, name="firewall")
app.add_typer(alarms.app, name="alarm")
app.command()(observed.observe)
app.command()(intake.syslog)
app.command(intake.RECEIVE, hidden=True)(intake.receive)
app.command(intake.TAKE_IN, hidden=True)(intake.take_in)
app.command(intake.UPLOADS, hidden=True)(intake.take_uploads_in)
app.command(intake.WATCH, hidden=True)(intake.watch)
out = Console()


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; else the setting.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on; else the setting.")] = 0,
    workers: Annotated[int, typer.Option(help="Web processes; 0 means the setting, then one per core.")] = 0,
) -> None:
    """Serve the console and the JSON surface."""
    from api import logs  # noqa: PLC0415 - a command loads what it needs
    from api.serving import check_house, web_children  # noqa: PLC0415

    logs.set_up()
    processes.end_with_parent()
    check_house()
    supervisor = processes.Supervisor(web_children(host, port, workers))
    supervisor.start()
    supervisor.run()


@app.command(hidden=True)
def web(descriptor: int) -> None:
    """Run one web process on a socket that was opened for it."""
    from api.serving import run_web  # noqa: PLC0415

    processes.end_with_parent()
    run_web(descriptor)


@app.command()
def worker() -> None:
    """Run effects, deadlines and sweeps."""
    from api.worker import run  # noqa: PLC0415

    processes.end_with_parent()
    run()


@app.command()
def sequencer() -> None:
    """Put ledger entries into the tree and sign its head; the only process that holds the signing key."""
    from api.serving import run_sequencer  # noqa: PLC0415

    processes.end_with_parent()
    raise typer.Exit(run_sequencer(processes.stop_event()))


@app.command()
def voice() -> None:
    """Run the calls: hold Asterisk's application, greet, queue, ring agents."""
    from api import fields, logs  # noqa: F401, PLC0415 - registers every use case
    from contactcenter import voice as calls  # noqa: PLC0415

    logs.set_up()
    processes.end_with_parent()

    async def go() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        await calls.run(stop)

    asyncio.run(go())


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port on loopback.")] = 8080,
    fresh: Annotated[bool, typer.Option(help="Throw the demonstration house away and begin anew.")] = False,
    voice: Annotated[bool, typer.Option(help="Start Asterisk where it can be had.")] = True,
    syslog: Annotated[int, typer.Option(min=0, max=65535, help="Port on loopback for log lines; 0 receives none.")] = 0,
) -> None:
    """Set up and serve the demonstration house, on this machine only."""
    os.environ["OMNIWARDEN_DEMO"] = "true"
    os.environ["OMNIWARDEN_PORT"] = str(port)
    if syslog:
        os.environ["OMNIWARDEN_SYSLOG_UDP_PORT"] = os.environ["OMNIWARDEN_SYSLOG_TCP_PORT"] = str(syslog)
        os.environ.setdefault("OMNIWARDEN_SYSLOG_BATCH_SECONDS", "20")
    from api.demo import run  # noqa: PLC0415

    run(fresh=fresh, voice=voice, syslog=bool(syslog))


@app.command()
def migrate(
    zone: Annotated[
        str, typer.Option(help="Time zone of a house that is founded now, such as Africa/Porto-Novo.")
    ] = "",
) -> None:
    """Bring the database to this release and, at first, found the house on the shipped book."""
    from api import demo, schema  # noqa: PLC0415
    from api.house import found  # noqa: PLC0415
    from kernel import db  # noqa: PLC0415
    from kernel.settings import settings  # noqa: PLC0415

    url = settings.migrate_url or settings.database_url
    if not url:
        raise typer.BadParameter("Set OMNIWARDEN_DATABASE_URL (or DATABASE_URL) first.")
    if not settings.demo:
        demo.refuse_marked(db.dsn_of(url))
    schema.migrate(url)
    out.print(f"The database stands at revision {schema.current(url)}; edition {found(zone)} of the book is in force.")


@app.command("first-person")
def first_person(
    role: str,
    given_name: Annotated[str, typer.Option(help="Given name, as people say it.")],
    family_name: Annotated[str, typer.Option(help="Family name.")],
    email: Annotated[str, typer.Option(help="Address the user id goes to.")],
    phone: Annotated[str, typer.Option(help="Telephone the first code goes to, with its country code.")],
    language: Annotated[str, typer.Option(help="fr or en.")] = "fr",
) -> None:
    """Bring in the first person of a role that a house begins with; who comes later is asked for."""
    from api import fields  # noqa: F401, PLC0415 - registers every use case
    from api.house import SETUP  # noqa: PLC0415
    from iam.people.founders import bring_first_person  # noqa: PLC0415
    from kernel import frame  # noqa: PLC0415

    try:
        came = bring_first_person(
            SETUP, role=role, given_name=given_name, family_name=family_name, email=email, phone=phone,
            language=language,  # type: ignore[arg-type]  # checked by the action's own model
        )  # fmt: skip
    finally:
        frame.close_writer()
    told = "is the first" if came.is_new else "was named already and gets a new code as the"
    out.print(
        f"{came.ref} {told} {role}. The user id leaves by mail and the code by text message; the worker sends them."
    )


@app.command()
def courses() -> None:
    """Bring the courses of this release in as drafts; a trainer asks for their approval, and another person gives it."""
    from api import fields  # noqa: F401, PLC0415 - registers every use case
    from kernel import frame  # noqa: PLC0415
    from training.courses.shipped import bring_in_all  # noqa: PLC0415

    try:
        new = bring_in_all()
    finally:
        frame.close_writer()
    out.print(f"{len(new)} courses have a new draft: {', '.join(new)}." if new else "No course has a new text.")


@app.command("who-may")
def who_may(
    action: str, scope: Annotated[str, typer.Option(help="Where: house, site:x, client:x, campaign:x.")] = "house"
) -> None:
    """List who may do an action in a scope."""
    gate = _gate()
    for ref in gate.who_may(action, scope):
        out.print(ref, highlight=False)


@app.command()
def why(who: str, action: str, scope: Annotated[str, typer.Option(help="Where.")] = "house") -> None:
    """Explain why somebody (person:ID or clerk:NAME) may or may not do an action in a scope."""
    told = _gate().why(who, action, scope)
    out.print(
        f"{'allowed' if told.allowed else 'not allowed'} under edition {told.edition}"
        + (f", clause {told.clause}" if told.clause else "")
    )
    for title, lines in (("granted by", told.grants), ("forbidden by", told.denials), ("and needs", told.needs)):
        for line in lines:
            out.print(f"  {title} {line}", highlight=False)
    if not told.grants:
        out.print("  no rule of any role held there speaks of it")


def _gate() -> ModuleType:
    """Return the gate with every use case registered and the rights read."""
    from api import fields  # noqa: F401, PLC0415
    from kernel import fresh, gate  # noqa: PLC0415

    fresh.refresh(force=True)
    return gate


@ledger.command()
def verify(
    export: Annotated[Path | None, typer.Option(help="Verify an exported folder instead of the database.")] = None,
    vkey: Annotated[
        list[str] | None, typer.Option(help="Verifier key of the log; may be given more than once.")
    ] = None,
    since: Annotated[int, typer.Option(help="Only entries from this index on.")] = 0,
    trusted: Annotated[
        Path | None, typer.Option(help="A checkpoint kept elsewhere; the log must be consistent with it.")
    ] = None,
) -> None:
    """Check signatures, tree, tiles, columns and gaps; name the first bad entry. Exit code 1 when something is wrong."""
    from api.auditing import verify_database, verify_export  # noqa: PLC0415

    report = verify_export(export, vkey or [], trusted) if export else verify_database(vkey or [], since, trusted)
    for line in report.lines:
        out.print(line, highlight=False)
    raise typer.Exit(0 if report.sound else 1)


@ledger.command("export")
def export_ledger(folder: Path) -> None:
    """Write tiles, entries and the signed checkpoint as static files that anyone can verify offline."""
    from api.auditing import export  # noqa: PLC0415

    out.print(export(folder))


@app.command()
def bench(
    only: Annotated[str, typer.Option(help="Figures by id, with commas.")] = "",
    scale: Annotated[float, typer.Option(help="Share of the full size.")] = 1.0,
) -> None:
    """Measure the figures of this release."""
    arguments = [*(["--only", only] if only else []), "--scale", str(scale)]
    raise typer.Exit(processes.run_module("bench", arguments))


def main() -> None:
    """Run the command line; an error of the house is a sentence, not a trace."""
    logging.getLogger().setLevel(logging.WARNING)
    try:
        app()
    except OmniError as error:
        Console(stderr=True).print(f"[bold]{escape(error.why)}[/bold]")
        raise SystemExit(1) from None
    except psycopg.OperationalError as error:
        told = next(iter(str(error).splitlines()), "no word from it")
        Console(stderr=True).print(f"[bold]The database does not answer:[/bold] {escape(told)}")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
