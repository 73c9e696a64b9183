"""A Samba domain controller of the tests' own: Active Directory on a loopback address that nobody else uses.

Its ports are fixed, so one machine runs one at a time, and the tests that need it stand in one file. It needs root.
"""

import fcntl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from tests.iam.directory.certificates import Signed, signed
from tests.iam.directory.slapd import answers
from tests.plugins.parts import program

ADDRESS = "127.0.0.77"
TOP = "DC=ad,DC=house,DC=test"
USERS = f"CN=Users,{TOP}"
ADMIN, PASSWORD = f"CN=Administrator,{USERS}", "Violet-Tractor9"


@dataclass
class Controller:
    """A running domain controller."""

    own: Signed
    ldaps: str = f"ldaps://{ADDRESS}:636"
    ldap: str = f"ldap://{ADDRESS}:389"


@contextmanager
def running(folder: Path, lock: Path) -> Iterator[Controller]:
    """Provision and run one (about ten seconds); another run on this machine waits its turn."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        own = signed(folder / "tls", ADDRESS)
        _provision(folder)
        log = (folder / "samba.log").open("ab")
        options = {
            "server services": "ldap, cldap", "interfaces": f"{ADDRESS}/8", "tls keyfile": own.key,
            "tls certfile": own.certificate, "tls cafile": own.authority, "pid directory": folder,
        }  # fmt: skip
        started = subprocess.Popen(
            [program("samba"), "-i", "-M", "single", "--debug-stdout", "-s", folder / "dc/etc/smb.conf",
             *(f"--option={name}={value}" for name, value in options.items())],
            stdin=subprocess.PIPE,  # it ends when its input does
            stdout=log,
            stderr=log,
        )  # fmt: skip
        try:
            _wait(started, folder)
            yield Controller(own)
        finally:
            started.terminate()
            started.wait(timeout=20)


def _provision(folder: Path) -> None:
    (folder / "dc/etc").mkdir(parents=True)
    done = subprocess.run(
        [program("samba-tool"), "domain", "provision", "--realm=AD.HOUSE.TEST", "--domain=HOUSE", "--server-role=dc",
         "--dns-backend=NONE", f"--adminpass={PASSWORD}", f"--targetdir={folder}/dc", "--host-name=dc1",
         "--option=interfaces=lo", "--option=bind interfaces only=yes",
         f"--option=posix:eadb={folder}/eadb.tdb", f"--option=xattr_tdb:file={folder}/xattr.tdb"],
        check=False, capture_output=True, text=True, timeout=400,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def _wait(started: "subprocess.Popen[bytes]", folder: Path) -> None:
    end = monotonic() + 240
    while monotonic() < end and started.poll() is None:
        if answers(ADDRESS, 636):
            return
        sleep(0.1)
    raise RuntimeError((folder / "samba.log").read_text()[-2000:])
