"""Make .venv from the hashed lock files. Needs Python 3.11 and nothing else; a second run finds its stamp and ends at once.

Debian and Ubuntu ship Python without the parts that make an environment. Then pip comes from their own package
python3-pip-whl, and the certificates from ca-certificates, unpacked beside the project and never installed: no root needed.
`--dev` adds what checks and tests need.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

from debian import Unavailable, machine_root, run, unpack

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CACHE = ROOT / "var/cache"
STAMP = VENV / "omniwarden.stamp"
RUN_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def stamp(lock: Path) -> str:
    """Digest of all that decides what the environment holds: the locks, our packaging, this Python, this place."""
    seen = hashlib.sha256(f"{sys.version}\n{ROOT}\n{lock.name}\n".encode())
    seen.update(lock.read_bytes())
    packaging = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for part in ("build-system", "project"):
        seen.update(json.dumps(packaging[part], sort_keys=True).encode())
    return f"{lock.name} {seen.hexdigest()}"


def up_to_date(*, dev: bool) -> bool:
    """Tell whether the environment is what the locks say; one with the tools for tests will do for running too."""
    if not STAMP.is_file():
        return False
    locks = [DEV_LOCK] if dev else [DEV_LOCK, RUN_LOCK]
    return STAMP.read_text() in {stamp(lock) for lock in locks}


def make_venv() -> list[str]:
    """Make .venv when it is missing or broken, and return the command that is pip for it."""
    python = VENV / "bin/python"
    if subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode if python.exists() else True:
        shutil.rmtree(VENV, ignore_errors=True)
        whole = importlib.util.find_spec("ensurepip") is not None
        print(f"environment: making .venv with Python {sys.version.split()[0]}", flush=True)
        run(sys.executable, "-m", "venv", str(VENV), *([] if whole else ["--without-pip"]))
    if subprocess.run([python, "-m", "pip", "--version"], check=False, capture_output=True).returncode == 0:
        return [str(python), "-m", "pip"]
    return [str(python), str(debian_wheel() / "pip")]


def debian_wheel() -> Path:
    """Return the pip wheel of Debian's package python3-pip-whl, which runs as it is."""
    wheels = CACHE / "pip/usr/share/python-wheels"
    if not list(wheels.glob("pip-*.whl")):
        print("environment: this Python has no pip; taking it from the system's package python3-pip-whl", flush=True)
        root = machine_root(CACHE / "apt")
        root.update()
        packages = ["python3-pip-whl"] if CERTIFICATES.is_file() else ["python3-pip-whl", "ca-certificates"]
        unpack(root.fetch(packages, closure=False), CACHE / "pip")
    return next(wheels.glob("pip-*.whl"))


def certificates() -> dict[str, str]:
    """Tell pip where certificates are, on a machine that has none of its own."""
    unpacked = CACHE / "pip/usr/share/ca-certificates"
    if CERTIFICATES.is_file() or os.environ.get("PIP_CERT") or not unpacked.is_dir():
        return {}
    bundle = CACHE / "certificates.pem"
    bundle.write_text("".join(file.read_text() for file in sorted(unpacked.rglob("*.crt"))))
    return {"PIP_CERT": str(bundle)}


def install(pip: list[str], lock: Path) -> None:
    """Install the lock, every file checked against its hash, and then the project itself in place."""
    environment = {**os.environ, **certificates(), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    wanted = sum(1 for line in lock.read_text().splitlines() if line and line[0].isalnum())
    print(f"environment: installing {wanted} packages, each checked against its hash", flush=True)
    quiet = ["install", "--quiet", "--no-input", "--no-warn-script-location"]
    locked = [*quiet, "--require-hashes", "--only-binary", ":all:", "--requirement", str(lock)]
    _pip([*pip, *locked], environment)
    here = [*quiet, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    _pip([str(VENV / "bin/python"), "-m", "pip", *here], environment)


def _pip(command: list[str], environment: dict[str, str]) -> None:
    if subprocess.run(command, check=False, env=environment, stdin=subprocess.DEVNULL).returncode != 0:
        raise Unavailable("pip could not install the packages; its words are above. Nothing else was changed")


def main() -> int:
    """Make the environment, or find it made."""
    dev = "--dev" in sys.argv[1:]
    if up_to_date(dev=dev):
        return 0
    started = time.monotonic()
    lock = DEV_LOCK if dev or (STAMP.is_file() and STAMP.read_text().startswith(DEV_LOCK.name)) else RUN_LOCK
    try:
        pip = make_venv()
        STAMP.unlink(missing_ok=True)
        install(pip, lock)
    except Unavailable as reason:
        print(f"environment: {reason}", file=sys.stderr)
        return 1
    STAMP.write_text(stamp(lock))
    print(f"environment: ready after {time.monotonic() - started:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
