"""Signs of life of a PostgreSQL server: told from its processes, because its notes outlive it."""

import os
import time
from pathlib import Path

from kernel.errors import Unavailable
from kernel.postgres_programs import Account, call

SOCKET_NAME = ".s.PGSQL.5432"
LINGER_SECONDS = 15


def running(data: Path) -> bool:
    """Tell whether this folder's server is up: its process is alive, stands in the folder and has said that it is ready."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, IndexError, ValueError):
        return False
    return pid in processes_in(data) and lines[-1].strip() == "ready"


def answers(programs: Path, socket: Path, account: Account | None) -> bool:
    """Ask the server itself: one that was killed a moment ago still looks alive from outside."""
    try:
        call(programs / "pg_isready", "-q", "-h", str(socket), account=account)
    except Unavailable:
        return False
    return True


def processes_in(data: Path) -> set[int]:
    """Return the processes that stand in the data folder: PostgreSQL's do, and so a number used again is not mistaken for one.

    Folders are compared by what they are, not by name: the same one has other names in another mount namespace.
    """
    if not data.is_dir():
        return set()
    place = data.stat()
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                stands_in = (entry / "cwd").stat()
            except OSError:
                continue  # ended meanwhile, or another user's
            if os.path.samestat(stands_in, place):
                found.add(int(entry.name))
    return found


def wait_for_leftovers(data: Path, socket: Path) -> None:
    """After a kill, wait for the old server's children to end; then its notes are stale, and in the way where its number is still known.

    That is so when the number was given again, and in a container whose first process collects no dead ones.

    Raises:
        Unavailable: they do not end.

    """
    deadline = time.monotonic() + LINGER_SECONDS
    while left := processes_in(data):
        if time.monotonic() > deadline:
            raise Unavailable(
                f"An earlier PostgreSQL still runs in {data} (processes {sorted(left)}) and does not answer."
            )
        time.sleep(0.1)
    for note in (data / "postmaster.pid", socket / SOCKET_NAME, socket / f"{SOCKET_NAME}.lock"):
        note.unlink(missing_ok=True)
