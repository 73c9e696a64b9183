"""Lines that fit a template become columns by the ten thousand: an automaton says which, a reader of separated fields cuts them. [FW-3]

Nothing here knows a vendor; which templates there are says the format. A line is taken only where it fits to the byte, and what it says is then
what the format's `parse` says of it; every other line is left.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from firewall_audit.formats.template import Cut, Template
from firewall_audit.store.columns import (
    DEFAULTS,
    NUMBERS,
    SCHEMA,
    STAMP,
    TEXTS,
    Reading,
    devices,
    numbers,
    read_once,
    same,
    shifted,
)

TemplateOf = Callable[[str], Template | None]
TOGETHER: Final = 16_384
"""Lines whose bytes still lie together in the processor's memory."""
SAMPLED: Final = 64
"""Lines of which the templates are learned, each time; a template of fewer than `WORTH` of them is not worth a pass."""
WORTH: Final = 3
FEWEST: Final = 512
"""Lines left over that are not worth more passes."""
MOST: Final = 16
"""Templates that the same lines are held against."""


@dataclass(slots=True)
class Fits:
    """Lines of one template: their places among all, and their fields as they were written; piece by piece."""

    template: Template
    places: list[pa.Array] = field(default_factory=list)
    fields: list[dict[int, pa.Array]] = field(default_factory=list)

    def cut(self, cut: Cut) -> pa.ChunkedArray:
        """Return what a cut says of each line."""
        return pa.chunked_array([pc.binary_slice(one[cut.field], cut.start, cut.stop) for one in self.fields])


def take(lines: pa.LargeBinaryArray, template_of: TemplateOf) -> list[Fits]:
    """Return the lines that fit templates; each line ends with a line feed."""
    taken: dict[str, Fits] = {}
    for start in range(0, len(lines), TOGETHER):
        piece = lines.slice(start, TOGETHER)
        places = _counted(start, len(piece))
        spent: set[str] = set()
        while len(piece) > FEWEST and (template := _likeliest(piece, template_of, spent)):
            spent.add(template.pattern)
            fits = pc.match_substring_regex(piece, template.pattern)
            found = pc.indices_nonzero(fits)
            if len(found):
                here = taken.setdefault(template.pattern, Fits(template))
                here.places.append(places.take(found))
                here.fields.append(_fields(piece.take(found), template))
                rest = pc.invert(fits)
                piece, places = piece.filter(rest), places.filter(rest)
    return list(taken.values())


def left(taken: Sequence[Fits], lines: int) -> pa.Array:
    """Return the places of the lines that were not taken."""
    places = pa.chunked_array([one for fits in taken for one in fits.places], pa.int64())
    return pc.indices_nonzero(pc.is_null(pc.inverse_permutation(places, max_index=lines - 1))).cast(pa.int64())


def table_of_fits(fits: Fits, reading: Reading, place: int) -> pa.Table:
    """Return the rows of lines of one template; `place` is that of the first of all lines in the batch."""
    template = fits.template
    places = pa.chunked_array(fits.places)
    rows = len(places)
    columns: dict[str, Any] = {name: same(template.same.get(name, getattr(DEFAULTS, name)), rows) for name in TEXTS}
    columns |= _words(fits)
    columns |= {name: numbers(None, name, kind, rows) for name, kind in NUMBERS.items()}
    columns |= {name: _digits(fits, cut, NUMBERS[name]) for name, cut in template.numbers.items()}
    if template.severity is not None:
        told = fits.cut(template.severity).combine_chunks().dictionary_encode()
        codes = pa.array([int(text) & 7 for text in told.dictionary.to_pylist()], NUMBERS["severity"])
        columns["severity"] = codes.take(told.indices)
    moment = _moments(fits, reading)
    arrived = pa.scalar(reading.arrived.astimezone(UTC).replace(tzinfo=None), STAMP)
    columns |= {"moment": moment.fill_null(arrived), "dated": moment.is_valid(), "place": pc.add(places, place)}
    columns["device"] = devices(columns["host"], reading)
    return pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def _words(fits: Fits) -> dict[str, pa.DictionaryArray]:
    """Return the columns of words, each different text read once."""
    encoded: dict[tuple[Cut, ...], pa.DictionaryArray] = {}
    for told in fits.template.words.values():
        if told.cuts not in encoded:
            cuts = [fits.cut(one).combine_chunks() for one in told.cuts]
            texts = cuts[0] if len(cuts) == 1 else pc.binary_join_element_wise(*cuts, b" ")
            encoded[told.cuts] = texts.cast(pa.string()).dictionary_encode()
    return {name: read_once(told.read, encoded[told.cuts]) for name, told in fits.template.words.items()}


def _digits(fits: Fits, cut: Cut, kind: pa.DataType) -> pa.Array:
    return fits.cut(cut).cast(pa.string()).cast(kind)


def _moments(fits: Fits, reading: Reading) -> pa.Array:
    template = fits.template
    minutes = fits.cut(template.minute).combine_chunks().cast(pa.string()).dictionary_encode()
    starts = pa.array([template.read_minute(text) for text in minutes.dictionary.to_pylist()], STAMP)
    seconds = _digits(fits, template.second, pa.int64()).combine_chunks()
    micros = pc.add(starts.cast(pa.int64()).take(minutes.indices), pc.multiply(seconds, 1_000_000))
    return shifted(micros.cast(STAMP), reading, has_year=False)


def _counted(start: int, rows: int) -> pa.Array:
    return pc.add(pc.cumulative_sum(pa.repeat(pa.scalar(1, pa.int64()), rows)), start - 1)


def _likeliest(lines: pa.Array, template_of: TemplateOf, spent: set[str]) -> Template | None:
    """Return the template that most lines of a sample look like, of those that are not spent."""
    if len(spent) == MOST:
        return None
    step = max(1, len(lines) // SAMPLED)
    sample = lines.take(pa.array(range(0, len(lines), step), pa.int64())).to_pylist()
    templates = [template_of(line[:-1].decode("latin-1")) for line in sample]
    known = {one.pattern: one for one in templates if one is not None and one.pattern not in spent}
    counts = Counter(one.pattern for one in templates if one is not None and one.pattern in known)
    return next((known[pattern] for pattern, count in counts.most_common(1) if count >= WORTH), None)


def _fields(lines: pa.LargeBinaryArray, template: Template) -> dict[int, pa.Array]:
    """Return those fields of lines of one template that are cut."""
    wanted = sorted({cut.field for cut in _cuts(template)})
    text = lines.buffers()[2].slice(0, pc.sum(pc.binary_length(lines)).as_py())
    table = pcsv.read_csv(
        pa.BufferReader(text),
        pcsv.ReadOptions(use_threads=False, block_size=text.size + 1, column_names=[str(one) for one in range(template.fields)]),
        pcsv.ParseOptions(delimiter=template.sign, quote_char=False, double_quote=False, escape_char=False, ignore_empty_lines=False),
        pcsv.ConvertOptions(
            check_utf8=False, strings_can_be_null=False, include_columns=[str(one) for one in wanted],
            column_types={str(one): pa.binary() for one in wanted},
        ),
    )  # fmt: skip
    return {one: table[str(one)].combine_chunks() for one in wanted}


def _cuts(template: Template) -> list[Cut]:
    words = [cut for one in template.words.values() for cut in one.cuts]
    return [*words, *template.numbers.values(), template.minute, template.second, *filter(None, [template.severity])]
