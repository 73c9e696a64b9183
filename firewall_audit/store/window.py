"""Events of some devices between two instants, asked by SQL. [FW-3]"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self
from uuid import uuid4

import duckdb
import pyarrow as pa

from firewall_audit.events import Verdict
from firewall_audit.store.columns import SCHEMA
from firewall_audit.store.layout import Manifest, events_file
from firewall_audit.store.shelf import Store
from kernel.errors import Conflict

MEMORY: Final = "700MB"
"""Of the queries themselves; what needs more goes to disk meanwhile."""
PLAIN: Final = tuple(name for name in SCHEMA.names if name != "action")
GONE: Final = "These lines are being read again, or were dropped, just now. Ask once more."


class Line(NamedTuple):
    """Where a line lies: its batch, and its place in it from 0."""

    batch: str
    place: int


class Window:
    """A week, or a minute, of events, as a table `events`.

    Its columns are those of an event but for `at` and `has_year`; and `moment` (UTC), `dated`, `device`, `place` and `file` (see `line`).
    `decided`: of each device the first words of a rule (netfilter's prefix) and what they mean. They hold when asked, not when written, so
    that a corrected map is true of all that was kept. Not for several threads at once.
    """

    def __init__(
        self,
        store: Store,
        since: datetime,
        until: datetime,
        *,
        devices: Collection[str] | None = None,
        decided: Mapping[str, Mapping[str, Verdict]] | None = None,
        threads: int = 2,
        memory: str = MEMORY,
    ) -> None:
        self.since, self.until = since, until
        self.start, self.end = (f"TIMESTAMP '{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'" for at in (since, until))
        self._made: set[str] = set()
        self.notes: dict[Any, Any] = {}
        """What was worked out of this window once and is asked for again."""
        self.manifests: list[Manifest] = []
        files: list[Path] = []
        for manifest in store.manifests():
            here = [
                events_file(store.batches / manifest.batch, manifest.edition, part, piece)
                for part, piece in manifest.pieces
                if piece.last >= since and piece.first < until and (devices is None or piece.device in devices)
            ]
            files += here
            if here:
                self.manifests.append(manifest)
        self._connection = _connect(store, threads, memory)
        self._show(files, decided or {})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def has(self, name: str) -> bool:
        """Tell whether a table of that name was made."""
        return name in self._made

    def ask(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query; `values` are bound to `$name`. Raises Conflict when lines are dropped meanwhile."""
        try:
            return self._connection.execute(sql, values or None).fetchall()
        except duckdb.IOException as error:
            raise Conflict(GONE) from error

    def table(self, name: str, sql: str, **values: Any) -> str:
        """Keep what a query says as a table of that name, once; return the name."""
        if name not in self._made:
            self.ask(f"CREATE TEMP TABLE {name} AS {sql}", **values)
            self._made.add(name)
        return name

    def load(self, name: str, columns: Mapping[str, list[Any]]) -> str:
        """Put a table of our own beside the events (lists of networks, services); an old one of that name goes."""
        self._connection.register(f"{name}_given", pa.table(dict(columns)))
        self.ask(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {name}_given")
        self._connection.unregister(f"{name}_given")
        self._made.add(name)
        return name

    @staticmethod
    def line(file: str, place: int) -> Line:
        """Return the line behind a row, from its `file` and `place`."""
        return Line(Path(file).parts[-4], place)

    def _show(self, files: list[Path], decided: Mapping[str, Mapping[str, Verdict]]) -> None:
        if files:
            listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
            source = f"SELECT * FROM read_parquet([{listed}], filename = 'file')"
        else:
            self._connection.register("nothing", SCHEMA.empty_table())
            source = "SELECT *, '' AS file FROM nothing"
        self.ask(f"CREATE TEMP VIEW stored AS {source}")
        known = [(device, one, prefixes[one]) for device, prefixes in decided.items() for one in prefixes]
        self.load("maps", _columns(("device", "prefix", "verdict"), known))
        self.table("decided", DECIDED)
        plain = ", ".join(f"stored.{name}" for name in PLAIN)
        action = "coalesce(decided.verdict, stored.action)" if known else "stored.action"
        joined = "LEFT JOIN decided ON decided.device = stored.device AND decided.rule = stored.rule" if known else ""
        self.ask(
            f"CREATE TEMP VIEW events AS SELECT {plain}, {action} AS action, stored.file FROM stored {joined} "
            f"WHERE stored.moment >= {self.start} AND stored.moment < {self.end}"
        )


DECIDED: Final = """
SELECT rules.device, rules.rule, max_by(maps.verdict, length(maps.prefix)) AS verdict
FROM (SELECT DISTINCT device, rule FROM stored WHERE (SELECT count(*) FROM maps) > 0) AS rules
JOIN maps ON maps.device = rules.device AND starts_with(rules.rule, maps.prefix)
GROUP BY ALL"""


def _connect(store: Store, threads: int, memory: str) -> duckdb.DuckDBPyConnection:
    """Return a connection of its own, which reads in the store's folder and nowhere else."""
    connection = duckdb.connect(":memory:")
    spill = store.work / f"spill-{uuid4().hex}"
    for setting, value in (
        ("threads", threads), ("memory_limit", f"'{memory}'"), ("temp_directory", f"'{spill}'"),
        ("TimeZone", "'UTC'"), ("preserve_insertion_order", "false"), ("enable_progress_bar", "false"),
        ("autoinstall_known_extensions", "false"), ("autoload_known_extensions", "false"),
        ("allowed_directories", f"['{store.folder.resolve()}', '{store.folder}']"), ("enable_external_access", "false"),
        ("lock_configuration", "true"),
    ):  # fmt: skip
        connection.execute(f"SET {setting} = {value}")
    return connection


def _columns(names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> dict[str, pa.Array]:
    return {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(names)}
