"""A block of events as columns of Parquet, with times in UTC and the device each row is of. [FW-3]"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from firewall_audit.events import COLUMNS, Event
from firewall_audit.formats.coded import END, Coded, Numbers, Stamps, Words
from firewall_audit.formats.format import Block
from firewall_audit.formats.times import JITTER, instant

WORD: Final = pa.dictionary(pa.int32(), pa.string())
STAMP: Final = pa.timestamp("us")
MICRO: Final = timedelta(microseconds=1)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
QUARTER: Final = 900_000_000
"""Microseconds. No zone changes its offset within a quarter of an hour of its own clock."""
DAY: Final = 86_400_000_000
DEFAULTS: Final = Event("other")
NUMBERS: Final = {
    "src_port": pa.int32(), "dst_port": pa.int32(), "times": pa.int64(), "bytes": pa.int64(),
    "severity": pa.int16(), "sequence": pa.int64(),
}  # fmt: skip
TEXTS: Final = tuple(name for name in COLUMNS if name not in NUMBERS and name not in ("at", "has_year"))
SCHEMA: Final = pa.schema(
    [("device", WORD), ("moment", STAMP), ("dated", pa.bool_()), ("place", pa.int64())]
    + [(name, WORD) for name in TEXTS]
    + [(name, kind) for name, kind in NUMBERS.items()]
)
"""`place`: of the line in its batch, from 0. `moment`: in UTC. `dated`: the line said when; else it is when it came in."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the lines of one source are read. Picklable: other processes read parts of it."""

    device: str
    """The slug of the device whose lines these are, or of the one under which unknown senders are kept."""
    arrived: datetime
    """Aware: when the lines came in, or when their file was last written; by it years are found."""
    formats: tuple[str, ...] = ()
    """What the device is declared to write; empty: every format is tried."""
    zone: str = "UTC"
    sender: str = ""
    """Which of two partners of a cluster sent it; the same lines of both are two batches."""
    hosts: Mapping[str, str] | None = None
    """Devices by the names of hosts in the lines, where one source carries several; others are `device`."""


Known = dict[int, pa.DictionaryArray]
"""Texts that were already numbered, by which list they are."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be counted of the rows of a part."""

    undated: int
    jumps: int
    repeated: int


def table_of(block: Block, reading: Reading, places: pa.Array) -> pa.Table:
    """Return the rows of a block; `places`: of its lines in the batch."""
    rows = block.rows
    coded: Known = {}
    columns = {name: _words(block.columns.get(name), name, rows, coded) for name in TEXTS}
    columns |= {name: numbers(block.columns.get(name), name, kind, rows) for name, kind in NUMBERS.items()}
    moment, dated = _times(block, reading)
    columns |= {"moment": moment, "dated": dated, "device": devices(columns["host"], reading)}
    columns["place"] = _places(block, places)
    return pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def told(table: pa.Table) -> Told:
    """Return what is to be counted of rows, which stand in the order of their lines."""
    rows = table.num_rows
    undated = rows - (pc.sum(table["dated"]).as_py() or 0)
    return Told(undated, _jumps(table), (pc.sum(table["times"]).as_py() or 0) - rows)


def by_day(table: pa.Table) -> Iterator[tuple[str, date, pa.Table]]:
    """Yield the rows of each device and UTC day, in their order."""
    micros = table["moment"].cast(pa.int64())
    days = pc.divide(pc.subtract(micros, _remainder(micros, DAY)), DAY)
    keys = pa.table([table["device"].cast(pa.string()), days], names=["device", "day"])
    found = sorted(keys.group_by(["device", "day"]).aggregate([]).to_pylist(), key=lambda one: tuple(one.values()))
    for key in found:
        day = (EPOCH + timedelta(days=key["day"])).date()
        here = pc.and_(pc.equal(keys["device"], key["device"]), pc.equal(days, key["day"]))
        yield key["device"], day, table if len(found) == 1 else table.filter(here)


def _words(values: Sequence[str] | None, name: str, rows: int, known: Known) -> pa.Array:
    if values is None:
        return same(getattr(DEFAULTS, name), rows)
    if isinstance(values, Words):
        return read_once(values.value, _encoded(values, known))
    if rows and values[0] == values[rows // 2] == values[-1] and values.count(values[0]) == rows:
        return same(_text(values[0]), rows)
    return _texts(values).dictionary_encode()


def _encoded(column: Words, known: Known) -> pa.DictionaryArray:
    """Return the texts of a column with a number for each different one; those that several columns are read of, once."""
    key = id(column.text)
    if key not in known:
        known[key] = _apart(column).dictionary_encode()
    return known[key]


def _apart(column: Coded[Any]) -> pa.Array:
    """Return the text of each row, without an object for it."""
    return pc.split_pattern(pa.array([_text(column.text)], pa.large_string()), END).flatten()


def _texts(values: Sequence[str]) -> pa.Array:
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:  # bytes that were no text
        return pa.array([_text(one) for one in values], pa.string())


def read_once(read: Callable[[str], str], texts: pa.DictionaryArray) -> pa.DictionaryArray:
    """Return what texts mean, each different one read once."""
    meanings = [read(text) for text in texts.dictionary.to_pylist()]
    numbers = {meaning: number for number, meaning in enumerate(dict.fromkeys(meanings))}
    indices = texts.indices
    if len(numbers) < len(meanings):
        indices = pa.array([numbers[meaning] for meaning in meanings], pa.int32()).take(indices)
    return pa.DictionaryArray.from_arrays(indices, _texts(list(numbers)))


def _text(value: str) -> str:
    return value.encode("utf-8", "replace").decode()


def same(value: str, rows: int) -> pa.Array:
    """Return a column with one word."""
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), rows), pa.array([value], pa.string()))


def numbers(values: Sequence[int | None] | None, name: str, kind: pa.DataType, rows: int) -> pa.Array:
    """Return a column of numbers; None: all have the default."""
    default = getattr(DEFAULTS, name)
    if values is None:
        return pa.nulls(rows, kind) if default is None else pa.repeat(pa.scalar(default, kind), rows)
    if isinstance(values, Numbers):
        return _counted(values, kind)
    try:
        return pa.array(values, kind)
    except (OverflowError, pa.ArrowInvalid):  # a number that no device means
        most = 2 ** (kind.bit_width - 1)
        return pa.array([one if one is None or -most <= one < most else default for one in values], kind)


def _counted(values: Numbers, kind: pa.DataType) -> pa.Array:
    texts = _apart(values)
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, texts.type), texts).cast(kind)


def _places(block: Block, places: pa.Array) -> pa.Array:
    if not block.unparsed:
        return places
    missing = set(block.unparsed)
    return places.take(pa.array([one for one in range(len(places)) if one not in missing], pa.int64()))


def devices(hosts: pa.DictionaryArray, reading: Reading) -> pa.Array:
    """Return the device that each row is of, by the name of its host where one source carries several."""
    if not reading.hosts:
        return same(reading.device, len(hosts))
    names = pa.array([reading.hosts.get(host, reading.device) for host in hosts.dictionary.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(hosts.indices, names).cast(pa.string()).dictionary_encode()


def _times(block: Block, reading: Reading) -> tuple[pa.Array, pa.Array]:
    """Return when each row was, and whether it said so itself."""
    written: Any = block.columns.get("at")
    arrived = pa.scalar(reading.arrived.astimezone(UTC).replace(tzinfo=None), STAMP)
    if written is None:
        return pa.repeat(arrived, block.rows), pa.repeat(False, block.rows)
    years = block.columns.get("has_year")
    if isinstance(written, Stamps):
        stamps = shifted(_summed(written), reading, has_year=False)
        return stamps.fill_null(arrived), stamps.is_valid()
    zones = {None if at is None else at.tzinfo for at in written}
    if zones == {None} and (years is None or len(set(years)) == 1):
        stamps = shifted(pa.array(written, pa.timestamp("us")), reading, has_year=years is None or years[0])
    else:
        stamps = _one_by_one(written, years, reading)
    return stamps.fill_null(arrived), stamps.is_valid()


def _summed(stamps: Stamps) -> pa.Array:
    """Return the times of stamps whose minutes are read once each."""
    minutes = _apart(stamps).dictionary_encode()
    starts = pa.array([stamps.value(text) for text in minutes.dictionary.to_pylist()], STAMP)
    seconds = _counted(stamps.seconds, pa.int64())
    return pc.add(starts.cast(pa.int64()).take(minutes.indices), pc.multiply(seconds, 1_000_000)).cast(STAMP)


def shifted(stamps: pa.Array, reading: Reading, *, has_year: bool) -> pa.Array:
    """Move stamps of the device's own clock to UTC: all of one quarter of an hour go by the same way."""
    micros = stamps.cast(pa.int64())
    quarters = pc.subtract(micros, _remainder(micros, QUARTER)).dictionary_encode()
    zone = ZoneInfo(reading.zone)
    shifts: list[int | None] = []
    for quarter in quarters.dictionary.to_pylist():
        start = (EPOCH + quarter * MICRO).replace(tzinfo=None)
        found = instant(start, has_year=has_year, zone=zone, arrived=reading.arrived)
        shifts.append(None if found is None else (found - EPOCH) // MICRO - quarter)
    return pc.add(micros, pa.array(shifts, pa.int64()).take(quarters.indices)).cast(STAMP)


def _remainder(micros: pa.Array, unit: int) -> pa.Array:
    """Return what is left above the unit, also of times before 1970."""
    rest = pc.subtract(micros, pc.multiply(pc.divide(micros, unit), unit))
    return pc.if_else(pc.less(rest, 0), pc.add(rest, unit), rest)


def _one_by_one(written: Sequence[datetime | None], years: Sequence[bool] | None, reading: Reading) -> pa.Array:
    """Place stamps some of which name their zone or year and others do not."""
    zone = ZoneInfo(reading.zone)
    known: dict[tuple[datetime, Any, bool], datetime | None] = {}
    found: list[datetime | None] = []
    for row, at in enumerate(written):
        if at is None:
            found.append(None)
            continue
        has_year = years is None or years[row]
        key = (at, at.tzinfo, has_year)
        if key not in known:
            known[key] = instant(at, has_year=has_year, zone=zone, arrived=reading.arrived)
        found.append(known[key])
    return pa.array([None if one is None else one.replace(tzinfo=None) for one in found], STAMP)


def _jumps(table: pa.Table) -> int:
    """Return how often time went back by more than a minute, each sender's clock taken by itself."""
    count, back = 0, -(JITTER // MICRO)
    hosts = table["host"].combine_chunks()
    micros = table["moment"].cast(pa.int64())
    for host in hosts.dictionary.to_pylist()[:8]:
        steps = pc.pairwise_diff(micros.filter(pc.equal(hosts, host)).combine_chunks())
        count += pc.sum(pc.less(steps, back)).as_py() or 0
    return count
