"""Bring what the tests need besides Python: system programs, the browser parts, Asterisk. Only what is missing.

As root the programs are installed. Otherwise the packages are unpacked under var/programs, each program behind a small
script that tells it where its libraries and data lie. What cannot be had is no error here: the tests' closing table tells it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from debian import AptRoot, Unavailable, machine_root, run, unpack
from parts import OWN_PROGRAMS, PARTS

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "deploy/apt-packages.txt"
TREE = ROOT / "var/programs/tree"
PROGRAMS = ("chromium", "sipp", "sox", "espeak-ng", "oathtool", "go", "slapd")
POLICY = Path("/usr/sbin/policy-rc.d")
# The machine's own C library must serve these programs: two of them in one process cannot work.
NOT_UNPACKED = ("libc6_", "libc-bin_", "base-files_")
LAUNCHER = """#!/bin/sh
tree="{tree}"
export LD_LIBRARY_PATH="{libraries}"
export ESPEAK_DATA_PATH="{libraries_first}" GOROOT="$tree/usr/lib/go" GOPATH="${{GOPATH:-$tree/usr/share/gocode}}"
export FONTCONFIG_PATH="$tree/etc/fonts" XDG_DATA_DIRS="$tree/usr/share:/usr/share"
exec "{program}" "$@"
"""


def wanted_packages() -> list[str]:
    """Return the packages of deploy/apt-packages.txt."""
    lines = (line.strip() for line in LIST.read_text().splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def installed(package: str) -> bool:
    """Tell whether the machine has the package."""
    asked = ["dpkg-query", "-W", "-f", "${db:Status-Status}", package]
    return subprocess.run(asked, check=False, capture_output=True, text=True).stdout == "installed"


def install_programs() -> None:
    """As root: install the missing packages, one by one when together they do not go, so that one loss is not all."""
    missing = [package for package in wanted_packages() if not installed(package)]
    if not missing:
        return
    print(f"tests: installing {', '.join(missing)}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", env=quiet)
    install = ("apt-get", "install", "-y", "--no-install-recommends")
    with services_asleep():
        try:
            run(*install, *missing, env=quiet, timeout=900)
        except Unavailable:
            for package in missing:
                try:
                    run(*install, package, env=quiet, timeout=900)
                except Unavailable as reason:
                    print(f"tests: {package} cannot be had here: {reason}", flush=True)


@contextmanager
def services_asleep() -> Iterator[None]:
    """Keep packages from starting services of the machine: the tests start their own directories, on their own ports."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def unpack_programs() -> None:
    """Not root: unpack the packages and what they need, and write the launchers."""
    if not any(part.find() is None for name, part in PARTS.items() if name in PROGRAMS):
        return
    if not TREE.is_dir():
        print("tests: fetching a browser, telephones and measuring tools (about 400 MB, kept in var/)", flush=True)
        root = machine_root(ROOT / "var/cache/apt-programs")
        root.update()
        # A domain controller must be installed to run at all, so it is not fetched here.
        wanted = [name for name in wanted_packages() if not name.startswith("samba") and _offered(root, name)]
        fetched = root.fetch(wanted, closure=True)
        chosen = [archive for archive in fetched if not archive.name.startswith(NOT_UNPACKED)]
        fresh = TREE.with_name("tree.new")
        shutil.rmtree(fresh, ignore_errors=True)
        print(f"tests: unpacking {len(chosen)} packages", flush=True)
        unpack(chosen, fresh)
        fresh.rename(TREE)
        shutil.rmtree(root.folder)
    write_launchers()


def write_launchers() -> None:
    """Put one script per program into var/programs/bin."""
    OWN_PROGRAMS.mkdir(parents=True, exist_ok=True)
    folders = [folder for folder in sorted(TREE.glob("usr/lib/*-linux-gnu*")) if folder.is_dir()]
    inner = [folder / name for folder in folders for name in ("pulseaudio", "blas", "lapack")]
    libraries = ":".join(str(folder) for folder in [*folders, *inner])
    places = {"chromium": "usr/lib/chromium/chromium", "go": "usr/lib/go/bin/go", "slapd": "usr/sbin/slapd"}
    for name in PROGRAMS:
        program = TREE / places.get(name, f"usr/bin/{name}")
        if program.exists():
            text = LAUNCHER.format(tree=TREE, libraries=libraries, libraries_first=folders[0], program=program)
            (OWN_PROGRAMS / name).write_text(text)
            (OWN_PROGRAMS / name).chmod(0o755)


def _offered(root: AptRoot, package: str) -> bool:
    try:
        root.version(package)
    except Unavailable as reason:
        print(f"tests: {reason}", flush=True)
        return False
    return True


def main() -> int:
    """Bring everything; each part on its own, so that one that fails takes no other with it."""
    try:
        (install_programs if os.geteuid() == 0 else unpack_programs)()
    except Unavailable as reason:
        print(f"tests: some programs cannot be had here: {reason}", flush=True)
    for tool in ("frontend.py", "asterisk.py"):
        if subprocess.run([sys.executable, str(ROOT / "tools" / tool)], check=False).returncode != 0:
            print(f"tests: {tool} did not finish; see above", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
