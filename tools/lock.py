"""Write requirements.lock and requirements-dev.lock from pyproject.toml: pinned, hashed for every platform, no address."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = [
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
]
LOCKS = {
    "requirements.lock": ["--group", "setup"],
    "requirements-dev.lock": ["--group", "setup", "--group", "dev", "--constraint", "requirements.lock"],
}


def main() -> int:
    """Resolve both locks; `--upgrade` takes the newest versions, without it the pinned ones stay where they can."""
    # A developer's own index must not find its way into a lock that others will use.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    uv = str(Path(sys.executable).with_name("uv"))
    for lock, groups in LOCKS.items():
        command = [uv, "pip", "compile", "pyproject.toml", *groups, *OPTIONS, "--no-header", "--no-annotate", "--quiet"]
        done = subprocess.run([*command, *sys.argv[1:], "--output-file", lock], check=False, cwd=ROOT, env=environment)
        if done.returncode != 0:
            return done.returncode
        print(f"wrote {lock}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
