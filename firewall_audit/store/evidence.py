"""The lines themselves, as they came: those a finding rests on, and those that nobody could read. [FW-3]"""

from collections.abc import Iterable
from typing import NamedTuple

import pyarrow.parquet as pq

from firewall_audit.store.layout import Manifest, lines_file
from firewall_audit.store.shelf import Store
from firewall_audit.store.window import Line
from kernel.errors import NotFound


class Shown(NamedTuple):
    """One line, as it came; None: it was dropped with its day."""

    line: Line
    raw: bytes | None


def show(store: Store, lines: Iterable[Line]) -> list[Shown]:
    """Return lines in the order asked. One that was dropped, or whose batch is gone, is None: a finding outlives its lines."""
    wanted = list(lines)
    raws: dict[Line, bytes] = {}
    for batch in sorted({line.batch for line in wanted}):
        try:
            manifest = store.find(batch)
        except NotFound:
            continue
        raws |= _raws(store, manifest, sorted(line.place for line in wanted if line.batch == batch))
    return [Shown(line, raws.get(line)) for line in wanted]


def unparsed(store: Store, batch: str, most: int = 100) -> list[Shown]:
    """Return the first lines of a batch that no format could read. Raises NotFound."""
    manifest = store.find(batch)
    found: list[Shown] = []
    for part in manifest.parts:
        file = lines_file(store.batches / batch, part.number)
        if len(found) >= most or not part.unparsed or not file.exists():
            continue
        table = pq.read_table(file)
        read = table["read"].to_pylist()
        places = [place for place, one in enumerate(read) if not one][: most - len(found)]
        raws = [line[:-1] for line in table["line"].take(places).to_pylist()]
        found += [Shown(Line(batch, part.place + place), raw) for place, raw in zip(places, raws, strict=True)]
    return found


def _raws(store: Store, manifest: Manifest, places: list[int]) -> dict[Line, bytes]:
    found: dict[Line, bytes] = {}
    for part in manifest.parts:
        here = [place - part.place for place in places if part.place <= place < part.place + part.lines]
        file = lines_file(store.batches / manifest.batch, part.number)
        if not here or not file.exists():
            continue
        parquet = pq.ParquetFile(file)
        start = 0
        for group in range(parquet.num_row_groups):
            rows = parquet.metadata.row_group(group).num_rows
            inside = [place - start for place in here if start <= place < start + rows]
            if inside:
                lines = [line[:-1] for line in parquet.read_row_group(group, ["line"])["line"].take(inside).to_pylist()]
                found |= {
                    Line(manifest.batch, part.place + start + place): raw
                    for place, raw in zip(inside, lines, strict=True)
                }
            start += rows
        parquet.close()
    return found
