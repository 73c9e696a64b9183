"""Lines become rows: those that fit a template all at once, the rest one by one; in the order in which they came. [FW-3]"""

from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from firewall_audit.events import Event
from firewall_audit.formats import read_block
from firewall_audit.formats.format import Format
from firewall_audit.store.bulk import left, table_of_fits, take
from firewall_audit.store.columns import Reading, table_of
from firewall_audit.store.joined import Joined

REPEAT: Final = b"last message"


def read_lines(
    lines: Joined, formats: Sequence[Format], reading: Reading, place: int, before: Event | None
) -> tuple[pa.Table, list[int]]:
    """Return the rows of lines, and the places among them of those that were not read.

    `place` is that of the first line in the batch, `before` what the line before it said. What is taken at once is exactly what it would be
    one by one.
    """
    template_of = formats[0].template_of if formats else None
    taken = take(lines.lines, template_of) if template_of else []
    rest = left(taken, len(lines)).to_pylist()
    again = _repeated(rest, lines) - set(rest)
    if again:
        rest = sorted({*rest, *again})
    block = read_block(lines.at(rest), formats, before)
    table = table_of(block, reading, pa.array([place + one for one in rest], pa.int64()))
    if again:
        table = table.filter(pc.invert(pc.is_in(table["place"], pa.array([place + one for one in again], pa.int64()))))
    if taken:
        table = _in_order([table, *(table_of_fits(fits, reading, place) for fits in taken)], place, len(lines))
    return table, [rest[one] for one in block.unparsed]


def _repeated(rest: Sequence[int], lines: Joined) -> set[int]:
    """Return the places of the lines before those that may say they repeat them."""
    return {
        one - 1 for one, line in zip(rest, lines.at(rest), strict=True) if one and REPEAT in line.replace(b"\x00", b"")
    }


def _in_order(tables: list[pa.Table], place: int, lines: int) -> pa.Table:
    """Return rows of several tables in the order of their lines; of each column its words are numbered as one list."""
    table = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    order = pc.inverse_permutation(pc.subtract(table["place"], place), max_index=lines - 1).drop_null()
    return pa.table([one if _alike(one) else one.take(order) for one in table.columns], schema=table.schema)


def _alike(column: pa.ChunkedArray) -> bool:
    """Whether all rows of a column say the same, so that their order does not matter."""
    if pa.types.is_dictionary(column.type):
        return column.num_chunks == 1 and len(column.chunk(0).dictionary) == 1
    return bool(column.null_count == len(column))
