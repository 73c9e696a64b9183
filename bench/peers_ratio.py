"""Reading the same log as fail2ban-regex, psad and syslog-ng do: lines in a second of processor time, ours over theirs.

Ours is `read_block` with the device's format declared: every column of every line. Theirs is the work for which people run them: fail2ban one
expression over each line, psad its offline analysis (it reads and detects at once), syslog-ng from a file through its key=value parser into
a file of JSON. Processor time of a child is taken from the system when it ends, so that what else the machine does is not counted.
"""

import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from bench.firewall_log import made
from bench.harness import Measured, MissingPart, Options, figure
from firewall_audit.formats import named, read_block

BARS = {"fail2ban-regex": 3.0, "psad": 30.0, "syslog-ng": 1.5}
LINES = {"ours": 400_000, "fail2ban-regex": 60_000, "psad": 5_000, "syslog-ng": 100_000}
BLOCK = 65_536
ROUNDS = 3
EXPRESSION = r"^\s*\S+ kernel: \[[^\]]*\] FW-DROP IN=\S+ OUT=\S* MAC=\S+ SRC=<HOST> DST="
CONFIGURATION = """@version: 3.38
options {{ stats-freq(0); }};
source s {{ file("{log}" flags(no-parse) follow-freq(1)); }};
parser p {{ kv-parser(prefix(".kv.") template("$MESSAGE")); }};
destination d {{ file("{out}" template("$(format-json --key .kv.*)\\n")); }};
log {{ source(s); parser(p); destination(d); }};
"""


@figure(
    "peers_ratio", unit="ratio over its bar, smallest", bar=">= 1", against="fail2ban-regex 3, psad 30, syslog-ng 1.5"
)
def measure(options: Options) -> Measured:
    """The smallest of the ratios, each over what is asked of it, of the peers that are installed."""
    peers = [name for name in BARS if shutil.which(name)]
    if not peers:
        raise MissingPart("at least one of the Debian packages fail2ban, psad, syslog-ng-core")
    sizes = {name: options.size(lines) for name, lines in LINES.items()}
    with made(max(sizes.values())) as log, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rates: dict[str, list[float]] = {"ours": [], **{peer: [] for peer in peers}}
        for _ in range(ROUNDS):
            for reader, found in rates.items():
                some = head(log.log, folder / "some.log", sizes[reader])
                found.append(sizes[reader] / READERS[reader](some, sizes[reader]))
    middle = {reader: statistics.median(found) for reader, found in rates.items()}
    ratios = {peer: middle["ours"] / middle[peer] for peer in peers}
    told = "; ".join(f"{peer} {ratios[peer]:.1f} x ({middle[peer]:,.0f}/s)" for peer in peers)
    absent = ", ".join(BARS.keys() - set(peers))
    note = f"ours {middle['ours']:,.0f} lines/CPU-s; {told}" + (f"; not installed: {absent}" if absent else "")
    return Measured(min(ratios[peer] / BARS[peer] for peer in peers), min(ratios.values()), rates["ours"], note)


def head(log: Path, some: Path, lines: int) -> Path:
    """Write the first lines of a log into a file of its own."""
    with log.open("rb") as source, some.open("wb") as target:
        target.writelines(islice(source, lines))
    return some


def ours(some: Path, lines: int) -> float:
    """Return the processor seconds of reading every line, from the file on."""
    formats, rows = named("netfilter"), 0
    begin = time.process_time()
    with some.open("rb") as source:
        while block := [line.rstrip(b"\n") for line in islice(source, BLOCK)]:
            rows += read_block(block, formats).rows
    seconds = time.process_time() - begin
    assert rows == lines, f"{lines - rows} lines were not read"
    return seconds


def of_children(run: Callable[[], None]) -> float:
    """Return the processor seconds of the programs that `run` starts and waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def fail2ban(some: Path, lines: int) -> float:
    command = ["fail2ban-regex", "--no-check-all", str(some), EXPRESSION]
    return of_children(lambda: _checked(command, f"{lines} lines"))


def psad(some: Path, lines: int) -> float:
    command = ["psad", "-A", "-m", str(some), "--no-whois", "--no-rdns"]
    return of_children(lambda: _checked(command, "Danger level"))


def _checked(command: list[str], expected: str) -> None:
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    assert expected.lower() in (told.stdout + told.stderr).lower(), f"{command[0]} did not say {expected!r}"


def syslog_ng(some: Path, lines: int) -> float:
    """Stop it once the last line is out: it follows its file and would wait for more."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        out, configuration = folder / "out.json", folder / "peer.conf"
        configuration.write_text(CONFIGURATION.format(log=some, out=out))
        places = ["-R", str(folder / "persist"), "-c", str(folder / "control"), "-p", str(folder / "pid")]

        def run() -> None:
            command = ["syslog-ng", "-F", "--no-caps", "-f", str(configuration), *places]
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
                deadline = time.monotonic() + 300
                while not out.exists() or out.read_bytes().count(b"\n") < lines:
                    assert process.poll() is None, "syslog-ng ended before the log did"
                    assert time.monotonic() < deadline, "syslog-ng did not come to the end"
                    time.sleep(0.5)
                process.terminate()

        return of_children(run)


READERS: dict[str, Callable[[Path, int], float]] = {
    "ours": ours,
    "fail2ban-regex": fail2ban,
    "psad": psad,
    "syslog-ng": syslog_ng,
}
