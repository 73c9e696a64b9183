"""Who has files sent by a browser taken in: a process of its own, so that neither the worker's sweeps nor its memory wait for five gigabytes. [FW-3]"""

import subprocess
from datetime import datetime

from api import processes
from api.intake import UPLOADS
from firewall_audit.intake import uploading
from kernel.sweeps import sweep

_running: "list[subprocess.Popen[bytes]]" = []


@sweep("log-uploads-take-in", seconds=2)
def start(now: datetime) -> None:  # noqa: ARG001 - the frame's own form
    """Start the process when files wait and none is at it; killed, it is started again."""
    _running[:] = [one for one in _running if one.poll() is None]
    if not _running and uploading.are_waiting():
        _running.append(processes.start_beside(UPLOADS))
