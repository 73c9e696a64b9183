"""Log lines by UDP, sustained on one machine, none lost: the sender in a process of its own, the receiver with its spool on disk.

The rate is raised step by step; the figure is the highest at which every datagram was in the spool, synced, and none was dropped.
"""

import asyncio
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.harness import Measured, figure
from firewall_audit.intake.directory import FILE, Directory
from firewall_audit.intake.receiver import Ports, Receiver
from firewall_audit.intake.segments import chunks, closed
from firewall_audit.intake.spool import Spool

RATES = (20_000, 30_000, 40_000, 60_000, 80_000)
SECONDS = 5
SENDER = """
import socket, sys, time
port, rate, seconds = map(int, sys.argv[1:])
line = b"<4>Mar  2 11:59:01 edge-1 kernel: FW-DROP IN=eth0 OUT= MAC=00:00:5e:00:53:01 SRC=198.51.100.7 DST=192.0.2.10 LEN=60 TOS=0x00 PREC=0x00 TTL=51 ID=%d DF PROTO=TCP SPT=4000 DPT=22 WINDOW=1024 RES=0x00 SYN URGP=0"
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
out.connect(("127.0.0.1", port))
begin, sent, tick = time.monotonic(), 0, max(1, rate // 200)
while sent < rate * seconds:
    for _ in range(tick):
        out.send(line % sent)
        sent += 1
    ahead = sent / rate - (time.monotonic() - begin)
    if ahead > 0:
        time.sleep(ahead)
print(sent, time.monotonic() - begin)
"""


@figure("syslog_intake", unit="lines/s", bar=">= 20000")
def measure(options: Any) -> Measured:
    """Lines a second, 0 lost; the note tells what the next step lost."""
    best, runs, note = 0.0, [], ""
    for rate in RATES:
        with tempfile.TemporaryDirectory() as folder:
            sent, spent, kept, dropped = asyncio.run(one(Path(folder), rate, max(1, round(SECONDS * options.scale))))
        if kept != sent or dropped:
            note = f"at {rate:,}/s {sent - kept:,} of {sent:,} lost, {dropped:,} of them counted"
            break
        best = max(best, sent / spent)
        runs.append(sent / spent)
    return Measured(best, None, runs, note)


async def one(folder: Path, rate: int, seconds: int) -> tuple[int, float, int, int]:
    """Receive at one rate; returns lines sent, seconds spent, lines in the spool, lines counted as lost."""
    (folder / FILE).write_text('{"127.0.0.1": "edge-1"}')
    with Spool(folder, most_bytes=4 << 30, age=timedelta(minutes=15)) as spool:
        receiver = Receiver(spool, Directory(folder))
        receiver.directory.refresh = lambda: None  # type: ignore[method-assign]
        await receiver.listen(Ports("127.0.0.1", udp=-1))
        stop = asyncio.Event()
        running = asyncio.create_task(receiver.run(stop))
        port = str(receiver.listening["udp"])
        sender = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SENDER, port, str(rate), str(seconds), stdout=subprocess.PIPE
        )
        told, _ = await sender.communicate()
        stop.set()
        await running
        dropped = sum(receiver.tally().dropped.values())
    sent, spent = told.split()
    kept = sum(len(chunk.lines) for path in closed(folder) for chunk in chunks(path))
    return int(sent), float(spent), kept, dropped
