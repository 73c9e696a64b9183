"""Debian packages without being root: a private apt root beside the project, never the machine's own.

Plain Python 3.11, standard library only, because the set-up itself needs it before anything is installed.
The addresses of mirrors come from the machine's own apt sources, or from OMNIWARDEN_DEBIAN_MIRROR; none is written here.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
APT_SOURCES = Path("/etc/apt")
# Chooses the whole closure of a package, because the private root believes that nothing is installed.
EMPTY_STATUS = ""


class Unavailable(Exception):
    """A part that this machine cannot have; the message is the sentence shown to people."""


def run(*command: str, env: dict[str, str] | None = None, timeout: int = 600) -> str:
    """Run a command and return what it printed; raises Unavailable with its last lines when it fails."""
    try:
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=timeout, env=env, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError:
        raise Unavailable(f"the command {command[0]} is not on this machine") from None
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{command[0]} gave no answer within {timeout} seconds") from None
    if done.returncode != 0:
        last = " / ".join((done.stderr or done.stdout).strip().splitlines()[-3:])
        raise Unavailable(f"{Path(command[0]).name} {command[1] if len(command) > 1 else ''} failed: {last}")
    return done.stdout


def machine_sources(folder: Path = APT_SOURCES) -> list[str]:
    """Return the machine's apt sources as one-line entries, from both forms, disabled ones left out."""
    lists = [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*.list"))]
    lines = [line.strip() for file in lists if file.is_file() for line in file.read_text().splitlines()]
    entries = [line for line in lines if line.startswith("deb ")]
    for file in sorted((folder / "sources.list.d").glob("*.sources")):
        entries += [entry for paragraph in _paragraphs(file.read_text()) for entry in _one_lines(paragraph)]
    return entries


def _paragraphs(text: str) -> list[dict[str, str]]:
    """Split deb822 text into paragraphs of fields; continuation lines are joined."""
    found: list[dict[str, str]] = [{}]
    field = ""
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if not line.strip():
            found.append({})
        elif line[0].isspace():
            found[-1][field] += " " + line.strip()
        else:
            name, _, value = line.partition(":")
            field = name.strip().lower()
            found[-1][field] = value.strip()
    return [paragraph for paragraph in found if paragraph]


def _one_lines(paragraph: dict[str, str]) -> list[str]:
    """Write one deb822 paragraph as one-line entries. A key given inline cannot be, and is left to apt's own trust."""
    if paragraph.get("enabled", "yes").lower() == "no" or "deb" not in paragraph.get("types", "").split():
        return []
    options = []
    if architectures := paragraph.get("architectures"):
        options.append("arch=" + ",".join(architectures.split()))
    if (signed := paragraph.get("signed-by", "")).startswith("/"):
        options.append("signed-by=" + ",".join(signed.split()))
    shown = f"[{' '.join(options)}] " if options else ""
    return [
        f"deb {shown}{uri} {suite} {paragraph.get('components', '')}".strip()
        for uri in paragraph.get("uris", "").split()
        for suite in paragraph.get("suites", "").split()
    ]


@dataclass(frozen=True, slots=True)
class AptRoot:
    """A private apt root in `folder`; `sources` are one-line entries. Nothing outside the folder is written."""

    folder: Path
    sources: tuple[str, ...]

    def update(self) -> None:
        """Lay the folders and fetch the package lists (a few seconds)."""
        for name in ("state/lists/partial", "cache/archives/partial", "etc/preferences.d"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "state/status").write_text(EMPTY_STATUS)
        (self.folder / "etc/sources.list").write_text("\n".join(self.sources) + "\n")
        (self.folder / "etc/apt.conf").write_text(self._configuration())
        self._apt("apt-get", "update")

    def _configuration(self) -> str:
        places = {
            "Dir::State": "state",
            "Dir::State::status": "state/status",
            "Dir::Cache": "cache",
            "Dir::Etc::sourcelist": "etc/sources.list",
            "Dir::Etc::preferencesparts": "etc/preferences.d",
        }
        lines = [f'{name} "{self.folder / place}";' for name, place in places.items()]
        # Dir::Etc::parts stays the machine's own: its proxy and certificate settings are needed.
        lines += ['Dir::Etc::sourceparts "/dev/null";', 'Dir::Etc::preferences "/dev/null";']
        lines += ['APT::Install-Recommends "false";', 'APT::Sandbox::User "";', 'Debug::NoLocking "true";']
        return "\n".join(lines) + "\n"

    def _apt(self, *command: str) -> str:
        return run(*command, env={**os.environ, "APT_CONFIG": str(self.folder / "etc/apt.conf"), "LC_ALL": "C"})

    def version(self, package: str) -> str:
        """Return the version that would be installed; raises Unavailable when no source has the package."""
        shown = self._apt("apt-cache", "policy", package)
        found = re.search(r"Candidate: (\S+)", shown)
        if not found or found.group(1) == "(none)":
            raise Unavailable(f"this machine's package sources have no package {package}")
        return found.group(1)

    def fetch(self, packages: list[str], *, closure: bool) -> list[Path]:
        """Download packages (with all they need, when `closure`), signatures checked by apt; returns the archives."""
        archives = self.folder / "cache/archives"
        if closure:
            self._apt("apt-get", "-y", "--download-only", "install", *packages)
            return sorted(archives.glob("*.deb"))
        lines = self._apt("apt-get", "--print-uris", "download", *packages).splitlines()
        names = [line.split()[1] for line in lines if line.startswith("'")]
        here = Path.cwd()
        os.chdir(archives)  # apt-get download writes into the folder it stands in and has no option for another
        try:
            self._apt("apt-get", "download", *packages)
        finally:
            os.chdir(here)
        return [archives / name for name in names]


def machine_root(folder: Path) -> AptRoot:
    """A private root over the machine's own sources, for programs of the machine's own release."""
    sources = machine_sources()
    if not sources:
        raise Unavailable("this machine has no apt sources to fetch packages from")
    return AptRoot(folder, tuple(sources))


def unpack(archives: list[Path], tree: Path) -> None:
    """Unpack archives into one tree, with the links of a merged /usr laid first."""
    tree.mkdir(parents=True, exist_ok=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (tree / "usr" / name).mkdir(parents=True, exist_ok=True)
        if not (tree / name).is_symlink():
            (tree / name).symlink_to(f"usr/{name}")
    for archive in archives:
        unpack_one(archive, tree)


def unpack_one(archive: Path, tree: Path) -> None:
    """Unpack one archive; links to folders are kept, as in an installed system."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(archive)], stdout=subprocess.PIPE) as source:
        done = subprocess.run(
            ["tar", "-x", "--keep-directory-symlink", "--no-same-owner", "-C", str(tree)],
            stdin=source.stdout,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0 or source.returncode != 0:
        raise Unavailable(f"{archive.name} could not be unpacked: {done.stderr.strip()[-300:]}")


def debian_mirror(folder: Path) -> str:
    """Find a Debian mirror: the setting, else the machine's own, else the one that debootstrap's package names."""
    if given := os.environ.get("OMNIWARDEN_DEBIAN_MIRROR"):
        return given
    for entry in machine_sources():
        address = re.sub(r"\[[^]]*\]", "", entry).split()[1]
        if re.search(r"/debian/?$", address):
            return address
    tree = folder / "debootstrap"
    root = machine_root(folder / "machine")
    root.update()
    unpack(root.fetch(["debootstrap"], closure=False), tree)
    script = (tree / "usr/share/debootstrap/scripts/sid").read_text()
    if found := re.search(r"default_mirror (\S+)", script):
        return found.group(1)
    raise Unavailable("no Debian mirror is known here; name one in OMNIWARDEN_DEBIAN_MIRROR")


def debian_keyring(folder: Path) -> Path:
    """Return Debian's keyring: the machine's, else unpacked from the package debian-archive-keyring (as on Ubuntu)."""
    if KEYRING.is_file():
        return KEYRING
    tree = folder / "keyring"
    unpacked = tree / KEYRING.relative_to("/")
    if not unpacked.is_file():
        root = machine_root(folder / "machine")
        root.update()
        unpack(root.fetch(["debian-archive-keyring"], closure=False), tree)
    return unpacked


def keep(archives: list[Path], cache: Path) -> None:
    """Move archives into the cache and write their digests beside them, so that they can be used without a network."""
    cache.mkdir(parents=True, exist_ok=True)
    for old in cache.glob("*.deb"):
        old.unlink()
    for archive in archives:
        shutil.move(archive, cache / archive.name)
    digests = {file.name: _digest(file) for file in sorted(cache.glob("*.deb"))}
    (cache / "manifest.json").write_text(json.dumps(digests, indent=1) + "\n")


def kept(cache: Path) -> list[Path]:
    """Return the archives of the cache, or nothing when one is missing or changed."""
    manifest = cache / "manifest.json"
    if not manifest.is_file():
        return []
    digests: dict[str, str] = json.loads(manifest.read_text())
    files = [cache / name for name in digests]
    if not all(file.is_file() and _digest(file) == digests[file.name] for file in files):
        return []
    return files


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
