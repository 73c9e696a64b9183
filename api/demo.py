"""The demonstration house: everything on this machine, made and served by one command, thrown away by another.

It never shares a database with a real house: its own database bears a mark, and a database without it is refused (and the other way round).
"""

import os
import shutil
import threading
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table

from api.demo_words import PASSWORD, ZONE
from kernel import postgres
from kernel.errors import Refused

__all__ = ["PASSWORD", "run"]

STATE = Path(os.environ.get("OMNIWARDEN_STATE_FOLDER", "var")).resolve() / "demo"
DATABASE = "omniwarden_demo"
MARK = "omniwarden demonstration house"
out = Console()


def run(*, fresh: bool, voice: bool, syslog: bool = False) -> None:
    """Set up and serve until Ctrl-C. A second start beside a running one is told so.

    Raises:
        Refused: a database that is a real house's, or an address beyond loopback. Conflict: the house runs already.

    """
    STATE.mkdir(parents=True, exist_ok=True)
    port = os.environ["OMNIWARDEN_PORT"]
    with postgres.hold(STATE, f"the demonstration house, http://localhost:{port}"):
        if fresh:
            throw_away()
        cluster, url = database()
        try:
            prepare(url)
            serve(voice=voice, syslog=syslog)
        finally:
            if cluster is not None:
                cluster.stop()


def throw_away() -> None:
    """Forget the demonstration house: database, keys, recordings, letters."""
    postgres.discard(STATE / "postgres")
    for name in ("keys", "recordings", "spool", "firewall"):
        shutil.rmtree(STATE / name, ignore_errors=True)


def database() -> tuple[postgres.Cluster | None, str]:
    """Return the server (None where the operator's is used) and the address of the demonstration database.

    Raises:
        Refused: when the operator's database holds anything but a demonstration house.

    """
    given = os.environ.get("OMNIWARDEN_DATABASE_URL") or os.environ.get("DATABASE_URL", "")
    if given:
        check_mark(given)
        return None, given
    with out.status("Starting PostgreSQL…"):
        cluster = postgres.start(STATE / "postgres")
        cluster.create_database(DATABASE)
    url = cluster.dsn(DATABASE)
    check_mark(url)
    return cluster, url


def check_mark(url: str) -> None:
    """Mark an empty database as the demonstration's; refuse one that holds something else.

    Raises:
        Refused: it is not empty and bears no mark.

    """
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as conn:
        if marked(conn):
            return
        row = conn.execute(
            "select count(*) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
        ).fetchone()
        if row is not None and row[0]:
            raise Refused(
                None,
                "This database holds something already, so the demonstration house will not use it. Give it an empty one.",
            )
        name = conn.execute("select current_database()").fetchone()
        conn.execute(
            psycopg.sql.SQL("comment on database {} is {}").format(
                psycopg.sql.Identifier(str(name[0] if name else "")), psycopg.sql.Literal(MARK)
            )
        )


def marked(conn: "psycopg.Connection[tuple[object, ...]]") -> bool:
    """Tell whether a database is the demonstration's."""
    found = conn.execute(
        "select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()"
    ).fetchone()
    return found is not None and found[0] == MARK


def refuse_marked(url: str) -> None:
    """Refuse to run a real house on the demonstration's database.

    Raises:
        Refused: it bears the demonstration's mark.

    """
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as conn:
        if marked(conn):
            raise Refused(None, "This database is the demonstration house's; a real house needs its own.")


def require_mark(url: str) -> None:
    """Refuse to run the demonstration on any database but its own: its pages would show a real house's secrets.

    Raises:
        Refused: it bears no mark.

    """
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as conn:
        if not marked(conn):
            raise Refused(None, "This database is not the demonstration house's, so OMNIWARDEN_DEMO must not be set.")


def prepare(url: str) -> None:
    """Bring the database to this release, found the house, seed it."""
    os.environ["OMNIWARDEN_DATABASE_URL"] = url
    os.environ.setdefault("OMNIWARDEN_KEY_FOLDER", str(STATE / "keys"))
    os.environ["OMNIWARDEN_STATE_FOLDER"] = str(STATE)
    os.environ.setdefault("OMNIWARDEN_LEDGER_NAME", "omniwarden.example/demonstration")
    os.environ.setdefault("OMNIWARDEN_LOG_JSON", "false")
    os.environ.setdefault("OMNIWARDEN_LOG_LEVEL", "WARNING")
    from api import demo_house, house, schema  # noqa: PLC0415 - the settings are read at their import
    from kernel import db, frame  # noqa: PLC0415

    with out.status("Preparing the database…"):
        schema.migrate(url)
        house.found(ZONE)
    with out.status("Seeding the demonstration house…") as status:
        demo_house.seed(lambda told: status.update(f"Seeding the demonstration house: {told}…"))
    frame.close_writer()
    db.forget_engines()


def serve(*, voice: bool, syslog: bool = False) -> None:
    """Start the processes, say how to sign in, and wait for Ctrl-C."""
    from api import intake, processes, serving  # noqa: PLC0415
    from api.processes import Child  # noqa: PLC0415

    children = [Child("sequencer", ["sequencer"]), Child("worker", ["worker"])]
    if voice:
        children.append(Child("voice", ["voice"]))
    children += serving.web_children("127.0.0.1")
    children += intake.children() if syslog else intake.watchers()
    supervisor = processes.Supervisor(children)
    supervisor.start()
    threading.Thread(target=announce, name="announce", daemon=True).start()
    supervisor.run()
    out.print("The demonstration house is closed; its data is kept for the next start.")


def announce() -> None:
    """Say where it is and how to sign in, once it answers."""
    import httpx  # noqa: PLC0415

    from api import demo_house  # noqa: PLC0415
    from kernel.settings import settings  # noqa: PLC0415

    base = f"http://localhost:{settings.port}"
    pause = threading.Event()
    for _ in range(300):
        try:
            if httpx.get(f"http://127.0.0.1:{settings.port}/readyz", timeout=2).status_code == 200:  # noqa: PLR2004
                break
        except httpx.HTTPError:
            pause.wait(0.2)
    else:
        out.print("[bold]The house does not answer yet; the log above says why.[/bold]")
        return
    table = Table(
        title=f"The demonstration house: {base}",
        caption=f"Current OTP codes: {base}/demo   ·   web chat: {base}/chat   ·   stop with Ctrl-C",
    )
    for column in ("role", "user id", "password"):
        table.add_column(column)
    for row in demo_house.people():
        table.add_row(row.role, row.user_id, row.password)
    out.print(table)
