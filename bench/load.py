"""A bounded load on loopback by wrk: what answers a second, and how many were no."""

import re
import shutil
import subprocess
from pathlib import Path

from bench.web import House

POST = """
local ids = { %(ids)s }
local n = 0
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer %(token)s"
wrk.headers["Content-Type"] = "application/json"
request = function()
  n = n + 1
  return wrk.format(nil, "/api/v1/conversation/" .. ids[(n * 7919) %% #ids + 1] .. "/note", nil, '{"text": "a note of the usual length, written while the customer looks for the bill"}')
end
"""
GET = """
local ids = { %(ids)s }
local n = 0
wrk.headers["Authorization"] = "Bearer %(token)s"
request = function()
  n = n + 1
  return wrk.format("GET", "/api/v1/conversation/" .. ids[(n * 7919) %% #ids + 1] .. "/%(reading)s")
end
"""


def per_second(address: str, made: House, script: str, *, seconds: int, clients: int = 16, **words: str) -> float:
    """Run wrk and return answers a second.

    Raises:
        RuntimeError: without wrk (Debian package wrk), or when an answer was not a 2xx.

    """
    if shutil.which("wrk") is None:
        raise RuntimeError("this figure needs wrk (apt-get install wrk)")
    file = made.folder / "load.lua"
    ids = ", ".join(f'"{i}"' for i in made.conversations)
    Path(file).write_text(script % {"ids": ids, "token": made.token, **words})
    out = subprocess.run(
        ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "-s", str(file), address],
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 60,
    ).stdout
    if "Non-2xx" in out:
        raise RuntimeError(f"some answers were a no:\n{out}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    if found is None:
        raise RuntimeError(f"wrk said nothing of use:\n{out}")
    return float(found[1])
