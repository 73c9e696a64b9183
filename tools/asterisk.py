"""Fetch Asterisk 22 into var/asterisk/tree, as root or not, on Debian and Ubuntu; starting it is the voice field's.

The tree is Debian's own packages, unpacked with all they need, and run with the tree's own loader.
Prints `tree` paths at the end; exit code 3 means that this machine cannot have it, with the reason in one sentence.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

from debian import AptRoot, Unavailable, debian_keyring, debian_mirror, keep, kept, run, unpack, unpack_one

ROOT = Path(__file__).resolve().parent.parent
TREE = ROOT / "var/asterisk/tree"
CACHE = ROOT / "var/cache/asterisk"
PACKAGES = ["asterisk", "asterisk-core-sounds-en"]
WANTED = "22.10."
UNAVAILABLE = 3


def packaged_version(archives: list[Path]) -> str:
    """Return the upstream version of the asterisk archive among `archives`, or an empty string."""
    for archive in archives:
        if found := re.match(r"asterisk_(?:\d+(?:%3a|:))?([0-9.]+)", archive.name):
            return found.group(1)
    return ""


def fetched() -> list[Path]:
    """Return archives to unpack: the cached ones while they are of the wanted version, else what the suite has now."""
    cached = kept(CACHE)
    if packaged_version(cached).startswith(WANTED):
        print(f"asterisk: {len(cached)} packages are in the cache", flush=True)
        return cached
    work = CACHE.parent / "apt-sid"
    mirror, keyring = debian_mirror(CACHE.parent), debian_keyring(CACHE.parent)
    print("asterisk: reading the package lists", flush=True)
    root = AptRoot(work, (f"deb [signed-by={keyring}] {mirror} sid main",))
    root.update()
    version = root.version("asterisk")
    print(f"asterisk: fetching {version} with all it needs (about 80 MB)", flush=True)
    archives = root.fetch(PACKAGES, closure=True)
    keep(archives, CACHE)
    shutil.rmtree(work)
    return kept(CACHE)


def lay(archives: list[Path]) -> None:
    """Unpack into a folder beside the tree and put it in place in one step, so that a killed set-up leaves no half tree."""
    fresh = TREE.with_name("tree.new")
    shutil.rmtree(fresh, ignore_errors=True)
    unpack([], fresh)
    for count, archive in enumerate(archives, start=1):
        unpack_one(archive, fresh)
        if count % 40 == 0 or count == len(archives):
            print(f"asterisk: unpacked {count} of {len(archives)}", flush=True)
    for ballast in ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/perl", "usr/lib/systemd"):
        shutil.rmtree(fresh / ballast, ignore_errors=True)
    shutil.rmtree(TREE, ignore_errors=True)
    fresh.rename(TREE)


def library_folder() -> Path:
    """Return the tree's folder of libraries, named by the machine's architecture."""
    found = sorted(TREE.glob("usr/lib/*-linux-gnu*/asterisk"))
    if not found:
        raise Unavailable("the unpacked tree holds no Asterisk")
    return found[0].parent


def loader() -> Path:
    """Return the tree's own dynamic loader: the machine's C library may be too old for these programs."""
    libraries = library_folder()
    found = sorted(libraries.glob("ld-linux-*.so.*"))
    if not found:
        raise Unavailable("the unpacked tree holds no loader")
    return found[0]


def answered_version() -> str:
    """Ask the unpacked program for its version."""
    libraries = library_folder()
    path = f"{libraries}:{libraries}/asterisk"
    said = run(str(loader()), "--library-path", path, "--argv0", "asterisk", str(TREE / "usr/sbin/asterisk"), "-V")
    found = re.search(r"[0-9]+(\.[0-9]+)+", said)
    if not found:
        raise Unavailable(f"the unpacked program did not tell its version: {said.strip()[:100]}")
    return found.group()


def main() -> int:
    """Bring the tree to the wanted version; a tree that is there and answers is left alone."""
    stamp = TREE / "omniwarden.json"
    try:
        if stamp.is_file():
            print(f"asterisk: {json.loads(stamp.read_text())['version']} is in var/asterisk/tree")
            return 0
        lay(fetched())
        version = answered_version()
        libraries = library_folder().relative_to(TREE)
        stamp.write_text(json.dumps({"version": version, "libraries": str(libraries)}) + "\n")
    except Unavailable as reason:
        print(f"asterisk: cannot be had here: {reason}", file=sys.stderr)
        return UNAVAILABLE
    print(f"asterisk: {version} is ready in var/asterisk/tree")
    if not version.startswith(WANTED):
        print(
            f"asterisk: WARNING: {version} is not {WANTED}x; from 22.11.0 on, a supervisor's whisper is known to fail"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
