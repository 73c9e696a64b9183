"""Lines become parts of a batch: read, put into columns and written, block by block, on as many cores as asked. [FW-3]"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import UTC
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from firewall_audit.formats import named, read_block
from firewall_audit.formats.format import Block
from firewall_audit.store.columns import Reading, by_day, table_of
from firewall_audit.store.layout import Part, Piece, events_file, lines_file, sync_folder

Lines = Sequence[bytes]
AHEAD: Final = 8
"""Lines before a part that are read once more, so that a repeat at its beginning knows what it repeats."""
LINES: Final = pa.schema([("line", pa.large_binary()), ("read", pa.bool_())])
"""`line`: as it came, with a line feed behind it."""
LINES_TOGETHER: Final = 8_192
"""Lines that are packed together: to show one, so many are unpacked."""
ROWS_TOGETHER: Final = 131_072
WAITING: Final = 2
"""Blocks that wait for each process; more would only fill the memory."""


def write_parts(
    folder: Path,
    edition: int,
    blocks: Iterable[Lines],
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
    ahead = () if before is None else kept_lines(folder, before)[-AHEAD:]
    return _write_events(folder, edition, part.number, part.place, kept_lines(folder, part), ahead, reading)[0]


def kept_lines(folder: Path, part: Part) -> list[bytes]:
    """Return the lines of a part as they came. Raises FileNotFoundError when they are dropped."""
    kept = pq.read_table(lines_file(folder, part.number), columns=["line"])["line"].to_pylist()
    return [line[:-1] for line in kept]


def _digested(blocks: Iterable[Lines], digest: Any) -> Iterator[Lines]:
    for block in blocks:
        if block:
            digest.update(b"\n".join(block) + b"\n")
            yield block


def _jobs(folder: Path, edition: int, blocks: Iterable[Lines], reading: Reading) -> Iterator[tuple[Any, ...]]:
    place, ahead = 0, cast("Lines", ())
    for number, block in enumerate(blocks):
        yield folder, edition, number, place, block, ahead, reading
        place += len(block)
        ahead = (*ahead, *block[-AHEAD:])[-AHEAD:]


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
    folder: Path, edition: int, number: int, place: int, lines: Lines, ahead: Lines, reading: Reading
) -> Part:
    """Write the lines of a part and what was read of them."""
    part, block = _write_events(folder, edition, number, place, lines, ahead, reading)
    unread = set(block.unparsed)
    table = pa.table(
        [
            _joined(lines),
            pa.array([one not in unread for one in range(len(lines))] if unread else pa.repeat(True, len(lines))),
        ],
        schema=LINES,
    )
    _write(lines_file(folder, number), table, LINES_TOGETHER, dictionary=False)
    return part


def _joined(lines: Lines) -> pa.Array:
    """Return the lines as one array, each with a line feed behind it: one copy of the bytes, instead of one for each line."""
    ends = pa.array(accumulate((len(line) + 1 for line in lines), initial=0), pa.int64())
    return pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(lines), [None, ends.buffers()[1], pa.py_buffer(b"\n".join(lines) + b"\n")]
    )


def _write_events(
    folder: Path, edition: int, number: int, place: int, lines: Lines, ahead: Lines, reading: Reading
) -> tuple[Part, Block]:
    formats = named(*reading.formats)
    before = read_block(ahead, formats).last if ahead else None
    block = read_block(lines, formats, before)
    told = table_of(block, reading, place, len(lines))
    pieces = []
    for device, day, rows in by_day(told.table):
        span = pc.min_max(rows["moment"]).as_py()
        piece = Piece(device, day, rows.num_rows, span["min"].replace(tzinfo=UTC), span["max"].replace(tzinfo=UTC))
        _write(events_file(folder, edition, number, piece), rows, ROWS_TOGETHER, dictionary=True)
        pieces.append(piece)
    part = Part(
        number, place, len(lines), len(block.unparsed), told.repeated, told.undated, told.jumps, tuple(pieces)
    )  # fmt: skip
    return part, block


def _write(path: Path, table: pa.Table, together: int, *, dictionary: bool) -> None:
    """Write a file and have it safe on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        pq.write_table(
            table, file, row_group_size=together, compression="zstd", compression_level=1,
            use_dictionary=dictionary, write_statistics=["moment", "place"] if dictionary else False,
        )  # fmt: skip
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
