"""Lines become parts of a batch: read, put into columns and written, block by block, on as many cores as asked. [FW-3]"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import UTC
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from firewall_audit.formats import named, read_block
from firewall_audit.store.columns import TEXTS, Reading, by_day, told
from firewall_audit.store.joined import Joined
from firewall_audit.store.layout import Part, Piece, events_file, lines_file, sync_folder
from firewall_audit.store.rows import read_lines

Lines = Sequence[bytes]
Blocks = Iterable[bytes | Lines]
"""Lines without their ends; or one text of them, each with its line feed."""
AHEAD: Final = 8
"""Lines before a part that are read once more, so that a repeat at its beginning knows what it repeats."""
LINES: Final = pa.schema([("line", pa.large_binary()), ("read", pa.bool_())])
"""`line`: as it came, with a line feed behind it."""
LINES_TOGETHER: Final = 8_192
"""Lines that are packed together: to show one, so many are unpacked."""
ROWS_TOGETHER: Final = 131_072
SPANS: Final = ("moment", "place")
"""Columns of events that mostly grow: kept as steps, and each group of rows says from where to where they go."""
WAITING: Final = 2
"""Blocks that wait for each process; more would only fill the memory."""


def write_parts(
    folder: Path,
    edition: int,
    blocks: Blocks,
    reading: Reading,
    workers: int,
    seen: Callable[[int, int], None],
) -> tuple[list[Part], str]:
    """Write every block as a part; return the parts and the digest of the lines. `seen` is told how many lines are done, and unread.

    With `workers` other processes do the reading: it is worth it from about a million lines. Raises OSError when the disk is full.
    """
    digest = hashlib.sha256()
    parts: list[Part] = []
    unread = 0
    for part in _done(_jobs(folder, edition, _digested(blocks, digest), reading), workers):
        parts.append(part)
        unread += part.unparsed
        seen(part.place + part.lines, unread)
    return parts, digest.hexdigest()


def read_part(folder: Path, edition: int, part: Part, reading: Reading, before: Part | None) -> Part:
    """Read the kept lines of a part once more, into another edition of its events."""
    ahead = () if before is None else _kept(folder, before).last(AHEAD)
    return _write_events(folder, edition, part.number, part.place, _kept(folder, part), ahead, reading)[0]


def _kept(folder: Path, part: Part) -> Joined:
    """Return the lines of a part as they came. Raises FileNotFoundError when they are dropped."""
    return Joined(pq.read_table(lines_file(folder, part.number), columns=["line"])["line"].combine_chunks())


def _digested(blocks: Blocks, digest: Any) -> Iterator[Joined]:
    for block in blocks:
        if block:
            lines = Joined.cut(block) if isinstance(block, bytes) else Joined.of(block)
            digest.update(lines.text)
            yield lines


def _jobs(folder: Path, edition: int, blocks: Iterable[Joined], reading: Reading) -> Iterator[tuple[Any, ...]]:
    place, ahead = 0, cast("Lines", ())
    for number, block in enumerate(blocks):
        yield folder, edition, number, place, block, ahead, reading
        place += len(block)
        ahead = (*ahead, *block.last(AHEAD))[-AHEAD:]


def _done(jobs: Iterable[tuple[Any, ...]], workers: int) -> Iterator[Part]:
    if workers < 1:
        yield from (_write_part(*job) for job in jobs)
        return
    # Never by fork: whoever calls may have threads and connections.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: list[Future[Part]] = []
        try:
            for job in jobs:
                waiting.append(pool.submit(_write_part, *job))
                if len(waiting) > workers + WAITING:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            for one in waiting:
                one.cancel()


def _write_part(
    folder: Path, edition: int, number: int, place: int, lines: Joined, ahead: Lines, reading: Reading
) -> Part:
    """Write the lines of a part and what was read of them."""
    part, unread = _write_events(folder, edition, number, place, lines, ahead, reading)
    read = pa.repeat(pa.scalar(True), len(lines))
    if unread:
        gone = set(unread)
        read = pa.array([one not in gone for one in range(len(lines))])
    _write(lines_file(folder, number), pa.table([lines.lines, read], schema=LINES), LINES_TOGETHER, events=False)
    return part


def _write_events(
    folder: Path, edition: int, number: int, place: int, lines: Joined, ahead: Lines, reading: Reading
) -> tuple[Part, list[int]]:
    """Write what was read of the lines of a part; return the part, and the places in it of the lines that were not read."""
    formats = named(*reading.formats)
    before = read_block(ahead, formats).last if ahead else None
    table, unread = read_lines(lines, formats, reading, place, before)
    counted = told(table)
    pieces = []
    for device, day, rows in by_day(table):
        span = pc.min_max(rows["moment"]).as_py()
        piece = Piece(device, day, rows.num_rows, span["min"].replace(tzinfo=UTC), span["max"].replace(tzinfo=UTC))
        _write(events_file(folder, edition, number, piece), rows, ROWS_TOGETHER, events=True)
        pieces.append(piece)
    part = Part(
        number, place, len(lines), len(unread), counted.repeated, counted.undated, counted.jumps, tuple(pieces)
    )  # fmt: skip
    return part, unread


def _write(path: Path, table: pa.Table, together: int, *, events: bool) -> None:
    """Write a file and have it safe on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    how: dict[str, Any] = {"use_dictionary": False, "write_statistics": False}
    if events:
        how = {
            "use_dictionary": ["device", *TEXTS],
            "column_encoding": dict.fromkeys(SPANS, "DELTA_BINARY_PACKED"),
            "write_statistics": list(SPANS),
        }
    with path.open("wb") as file:
        pq.write_table(table, file, row_group_size=together, compression="zstd", compression_level=1, **how)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
