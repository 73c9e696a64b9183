"""An OpenLDAP server of the tests' own: on free ports, with certificates of our authority and the password policy overlay."""

import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from tests.iam.directory.certificates import Signed, signed
from tests.plugins.parts import program

SUFFIX = "dc=house,dc=test"
PEOPLE, GROUPS = f"ou=people,{SUFFIX}", f"ou=groups,{SUFFIX}"
ROOT_FOLDER = Path(__file__).resolve().parents[3]
ROOT, PASSWORD = f"cn=omniwarden,{SUFFIX}", "Violet-Tractor9"
CONFIGURATION = """
include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/inetorgperson.schema
modulepath {modules}
moduleload back_mdb
moduleload ppolicy
pidfile {folder}/slapd.pid
TLSCertificateFile {own.certificate}
TLSCertificateKeyFile {own.key}
sizelimit unlimited
database mdb
maxsize 1073741824
suffix "{suffix}"
rootdn "{root}"
rootpw {password}
directory {folder}/db
dbnosync
index objectClass,entryUUID,uid,member,modifyTimestamp eq
overlay ppolicy
ppolicy_default "cn=policy,{suffix}"
"""
TREE = f"""dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
o: house
dc: house

dn: {PEOPLE}
objectClass: organizationalUnit
ou: people

dn: {GROUPS}
objectClass: organizationalUnit
ou: groups

dn: cn=policy,{SUFFIX}
objectClass: device
objectClass: pwdPolicy
cn: policy
pwdAttribute: userPassword
pwdMaxAge: 315360000

"""


@dataclass
class Slapd:
    """A running server."""

    folder: Path
    own: Signed
    ldap_port: int
    ldaps_port: int
    running: "subprocess.Popen[bytes] | None" = None

    @property
    def program(self) -> Path:
        """A copy of the program: a machine's confinement of the installed one knows only the machine's folders."""
        return self.folder / "slapd"

    @property
    def ldaps(self) -> str:
        return f"ldaps://127.0.0.1:{self.ldaps_port}"

    @property
    def ldap(self) -> str:
        return f"ldap://127.0.0.1:{self.ldap_port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.running = subprocess.Popen(
            [self.program, "-d", "0", "-h", f"{self.ldap} {self.ldaps}", "-f", self.folder / "slapd.conf"],
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "slapd.log").open("ab"),
        )
        end = monotonic() + 20
        while monotonic() < end and self.running.poll() is None:
            if answers("127.0.0.1", self.ldaps_port):
                return
            sleep(0.05)
        raise RuntimeError((self.folder / "slapd.log").read_text())

    def stop(self) -> None:
        if self.running is not None:
            self.running.terminate()
            self.running.wait(timeout=20)
            self.running = None


def answers(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), timeout=1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def made(folder: Path, ldif: str = "") -> Slapd:
    """Make a server with the tree and what else is wanted in it; it is not started yet."""
    (folder / "db").mkdir(parents=True)
    server = Slapd(folder, signed(folder / "tls", "127.0.0.1"), free_port(), free_port())
    text = CONFIGURATION.format(
        schema=_found("etc/ldap/schema"),
        modules=_found("usr/lib/ldap"),
        folder=folder,
        own=server.own,
        suffix=SUFFIX,
        root=ROOT,
        password=PASSWORD,
    )
    (folder / "slapd.conf").write_text(text)
    (folder / "tree.ldif").write_text(TREE + ldif)
    shutil.copy2(program("slapd").resolve(), server.program)
    filling = [server.program, "-Ta", "-q", "-f", folder / "slapd.conf", "-l", folder / "tree.ldif"]
    subprocess.run(filling, check=True)
    return server


def user(number: int, name: str = "", **more: str) -> str:
    """A user as LDIF."""
    uid = name or f"user{number:05d}"
    told = {"cn": f"Given{number} Family{number}", "sn": f"Family{number}", "givenName": f"Given{number}",
            "mail": f"{uid}@example.com", **more}  # fmt: skip
    lines = [f"dn: uid={uid},{PEOPLE}", "objectClass: inetOrgPerson", f"uid: {uid}"]
    return "\n".join([*lines, *(f"{key}: {value}" for key, value in told.items()), "", ""])


def group(name: str, *members: str) -> str:
    """A group as LDIF; the bind name keeps it from being empty, which the schema forbids."""
    lines = [f"dn: cn={name},{GROUPS}", "objectClass: groupOfNames", f"cn: {name}", f"member: {ROOT}"]
    return "\n".join([*lines, *(f"member: uid={one},{PEOPLE}" for one in members), "", ""])


def _found(place: str) -> Path:
    """The machine's folder, or that beside a program which was fetched without root."""
    for top in (Path("/"), ROOT_FOLDER / "var/programs/tree"):
        if (top / place).is_dir():
            return top / place
    raise FileNotFoundError(place)
