"""Figures: how each is measured, against what, and where it is written down.

A figure is a function from options to what was measured, in a file of its own named like it:

    @figure("verify_1m", unit="entries/s", bar=">= 250000", against="bare SHA-256")
    def verify(options: Options) -> Measured: ...
"""

import contextlib
import json
import operator
import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from kernel import postgres
from kernel.clock import monotonic, now
from kernel.ledger.sequencer import Sequencer
from kernel.ledger.signer import Signer

RESULTS = Path(__file__).parent / "results.json"
SCHEMA = Path(__file__).parents[1] / "kernel" / "ledger" / "schema.sql"
ORIGIN = "omniwarden.example/bench"
ROLES = ("owner", "app", "sequencer", "auditor")
COMPARE = {">=": operator.ge, "<=": operator.le, "==": operator.eq, ">": operator.gt, "<": operator.lt}


class MissingPart(Exception):
    """What a figure needs and this machine has not; the figure is told as not measured, and what was measured before stays."""


@dataclass(frozen=True, slots=True)
class Options:
    """How large to measure: a factor on every default size, or the number of entries itself."""

    scale: float = 1.0
    entries: int | None = None

    def size(self, default: int) -> int:
        return self.entries if self.entries is not None else max(1, round(default * self.scale))


@dataclass(frozen=True, slots=True)
class Measured:
    """The figure (the median of `runs`), its ratio to what it is measured against, and what else is worth telling."""

    value: float
    ratio: float | None = None
    runs: list[float] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    id: str
    unit: str
    bar: str
    against: str
    measure: Callable[[Options], Measured]

    def holds(self, value: float) -> bool:
        if not self.bar:
            return True
        word, number = self.bar.split()
        return bool(COMPARE[word](value, float(number)))


FIGURES: dict[str, Figure] = {}


def figure(
    name: str, *, unit: str, bar: str = "", against: str = ""
) -> Callable[[Callable[[Options], Measured]], Figure]:
    """Register a figure; `bar` is what it must reach, for example ">= 250000"."""

    def register(measure: Callable[[Options], Measured]) -> Figure:
        FIGURES[name] = Figure(name, unit, bar, against, measure)
        return FIGURES[name]

    return register


def record(one: Figure, measured: Measured, command: str) -> None:
    """Write a figure into results.json, beside the others."""
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    known[one.id] = {
        "value": round(measured.value, 3),
        "unit": one.unit,
        "bar": one.bar,
        "ratio": None if measured.ratio is None else round(measured.ratio, 3),
        "against": one.against,
        "runs": [round(run, 3) for run in measured.runs],
        "note": measured.note,
        "command": command,
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at the end",
        "date": now().date().isoformat(),
    }
    RESULTS.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")


@contextlib.contextmanager
def timed() -> Iterator[Callable[[], float]]:
    """Seconds since the beginning of the block, or of the whole block once it has ended."""
    begin, end = monotonic(), None

    def seconds() -> float:
        return (end if end is not None else monotonic()) - begin

    yield seconds
    end = monotonic()


class Ledger:
    """An empty ledger on a PostgreSQL of its own, with fsync on."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address = address
        self.files = (folder / "key", folder / "state")
        self.signer = Signer.create(ORIGIN, *self.files)

    def dsn(self, role: str) -> str:
        return make_conninfo(self.address, options=f"-c role=omniwarden_{role}")

    def connect(self, role: str) -> psycopg.Connection[Any]:
        return psycopg.connect(self.dsn(role), autocommit=True)

    def sequencer(self) -> Sequencer:
        return Sequencer(lambda: self.connect("sequencer"), Signer.open(ORIGIN, *self.files))

    def load(self, count: int) -> None:
        """Put `count` entries of about 450 bytes in place, as fast as the server can write them; none is in the tree yet."""
        with psycopg.connect(self.address, autocommit=True) as superuser:
            for start in range(0, count, 100_000):
                superuser.execute(LOAD, [min(100_000, count - start)])

    def settle(self) -> int:
        """Sequence everything there is; returns the size of the tree."""
        sequencer, taken = self.sequencer(), 1
        while taken:
            taken = sequencer.step()
        sequencer.close()
        with self.connect("sequencer") as connection:
            row = connection.execute("SELECT size FROM ledger.log_state").fetchone()
        assert row is not None
        return int(row[0])


LOAD = """
INSERT INTO ledger.entry (action_id, actor, session, action, target, scope, outcome, rows, body)
SELECT id, actor, session, 'conversation.reply', target, 'house', 'done', 1, convert_to(concat(
    '{"action":"conversation.reply","action_id":"', id, '","actor":"', actor, '","at":"', at, '","changes":{"', target,
    '":{"text":[null,"hmac-sha256:', encode(sha256(uuid_send(id)), 'hex'), '"]}},"clauses":["OC-2"],"edition":1,"facts":[],"notes":{},',
    '"outcome":"done","rows":1,"scope":"house","session":"', session, '","target":"', target, '","v":1}'), 'UTF8')
FROM (SELECT gen_random_uuid() AS id, 'person:' || gen_random_uuid() AS actor, gen_random_uuid() AS session,
             'conversation:' || gen_random_uuid() AS target,
             to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
      FROM generate_series(1, %s)) AS drafts"""


@contextlib.contextmanager
def fresh_ledger() -> Iterator[Ledger]:
    """A new PostgreSQL in a temporary folder, with nothing but the ledger in it; both are gone afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        cluster = postgres.start(folder / "cluster")
        try:
            cluster.create_database("bench")
            address = cluster.dsn("bench")
            with psycopg.connect(address, autocommit=True) as superuser:
                for role in ROLES:
                    superuser.execute(f"CREATE ROLE omniwarden_{role} NOLOGIN")
                superuser.execute("GRANT CREATE ON DATABASE bench TO omniwarden_owner")
                superuser.execute("SET ROLE omniwarden_owner")
                superuser.execute(SCHEMA.read_bytes())
            (folder / "signer").mkdir()
            yield Ledger(address, folder / "signer")
        finally:
            cluster.stop()
