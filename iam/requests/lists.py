"""Lists of people as CSV: read without a database, every bad line named, nothing guessed. [AC-1, AC-2]

The first line names the columns. Existing people are named by their user id; newcomers by their particulars.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import MAXYEAR, datetime, timedelta

from kernel.errors import Malformed
from policy import local_time

PERSON = ("person", "role", "profile", "scope", "starts", "ends", "bound_to", "site", "job", "manager")
NEWCOMER = (
    "given_name", "family_name", "email", "phone", "language", "kind", "job", "manager", "site", "ends", "profile", "place",
)  # fmt: skip
NEEDED = {"person": {"person"}, "newcomer": {"given_name", "family_name", "email", "phone"}}
MOST_BYTES, MOST_LINES, MOST_SIGNS = 262_144, 500, 200
FORMULA = re.compile(r"^[=@+\-\t\r]")
TELEPHONE = re.compile(r"^\+[0-9][0-9 .()/-]{5,30}$")
MARKS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that cannot be taken, and why; line 0 is the list as a whole, line 1 its heading."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line that was read: its number in the file, and its cells by column; an empty cell is left out."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a list says: of existing people (`person`) or of `newcomer`s, with its good and its bad lines."""

    kind: str = ""
    rows: list[Row] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)


def read_sheet(data: bytes) -> Sheet:
    """Read a list; whatever it holds, the answer is rows and named bad lines, never an error."""
    text, fault = _decoded(data)
    if fault is not None:
        return Sheet(bad=[fault])
    lines = text.splitlines()
    if not any(line.strip() for line in lines):
        return Sheet(bad=[Bad(0, "The list is empty.")])
    heading = next(line for line in lines if line.strip())
    delimiter = max(";,\t", key=heading.count)
    records = _records(text, delimiter)
    number, names = next(records, (1, None))
    if names is None:
        return Sheet(bad=[Bad(number, "The heading cannot be read.")])
    columns = [name.strip().lower().replace(" ", "_") for name in names]
    kind, wrong = _kind(columns)
    if wrong is not None:
        return Sheet(bad=[Bad(number, wrong)])
    return _filled(Sheet(kind), columns, records)


def _decoded(data: bytes) -> tuple[str, Bad | None]:
    """Read the bytes as UTF-8, with or without its mark; anything else is named, not guessed."""
    if len(data) > MOST_BYTES:
        return "", Bad(0, f"The list is larger than {MOST_BYTES // 1024} KiB.")
    for mark, name in MARKS:
        if data.startswith(mark):
            return "", Bad(0, f"The list is written in {name}; save it as UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = data[: wrong.start].count(b"\n") + 1
        return "", Bad(line, "This line is not written in UTF-8; save the list as UTF-8.")
    if "\0" in text:
        return "", Bad(text[: text.index("\0")].count("\n") + 1, "This line holds signs that are no text.")
    return text, None


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """Yield each record with the line it begins on; one that cannot be read comes as None and ends the list."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield begins, None
            return
        if any(cell.strip() for cell in record):
            yield begins, record


def _kind(columns: list[str]) -> tuple[str, str | None]:
    kind = "newcomer" if "family_name" in columns else "person"
    known = NEWCOMER if kind == "newcomer" else PERSON
    twice = sorted({name for name in columns if columns.count(name) > 1})
    unknown = [name for name in columns if name not in known]
    missing = sorted(NEEDED[kind] - set(columns))
    if unknown:
        return kind, f"The heading names a column that is not known. Known are: {', '.join(known)}."
    if twice:
        return kind, f"The heading names a column twice: {', '.join(twice)}."
    if missing:
        return kind, f"The heading lacks a column: {', '.join(missing)}."
    return kind, None


def _filled(sheet: Sheet, columns: list[str], records: Iterator[tuple[int, list[str] | None]]) -> Sheet:
    seen: set[tuple[str, ...]] = set()
    for line, record in records:
        if len(sheet.rows) + len(sheet.bad) >= MOST_LINES:
            sheet.bad.append(Bad(line, f"A list has {MOST_LINES} lines at most; from this line on nothing was read."))
            break
        why = "A quotation mark is not closed; from this line on nothing was read." if record is None else None
        cells: dict[str, str] = {}
        if record is not None:
            why = _shape(columns, record)
            cells = {name: cell.strip() for name, cell in zip(columns, record, strict=False) if cell.strip()}
            why = why or _fault(sheet.kind, cells)
        key = _same(sheet.kind, cells)
        if why is None and key in seen:
            why = "Another line above says the same."
        if why is None:
            seen.add(key)
            sheet.rows.append(Row(line, cells))
        else:
            sheet.bad.append(Bad(line, why))
    if not sheet.rows and not sheet.bad:
        sheet.bad.append(Bad(0, "The list holds a heading and no lines."))
    return sheet


def _shape(columns: list[str], record: list[str]) -> str | None:
    if len(record) > len(columns) and any(cell.strip() for cell in record[len(columns) :]):
        return f"This line has {len(record)} cells; the heading has {len(columns)}."
    if len(record) < len(columns):
        return f"This line has {len(record)} cells; the heading has {len(columns)}."
    return None


def _fault(kind: str, cells: dict[str, str]) -> str | None:
    for name, cell in cells.items():
        if len(cell) > MOST_SIGNS:
            return f"The cell {name} is longer than {MOST_SIGNS} signs."
        if not cell.isprintable():
            return f"The cell {name} holds a line break or a sign that cannot be seen."
        if FORMULA.match(cell) and not (name == "phone" and TELEPHONE.match(cell)):
            return f"The cell {name} begins like a formula of a spreadsheet."
        if name in {"starts", "ends"} and moment(cell) is None:
            return f"The cell {name} is no date; write 2026-12-31, or 2026-12-31 18:00."
    missing = sorted(NEEDED[kind] - cells.keys())
    return f"This cell is empty: {', '.join(missing)}." if missing else None


def _same(kind: str, cells: dict[str, str]) -> tuple[str, ...]:
    names = ("email",) if kind == "newcomer" else ("person", "role", "profile", "scope")
    return tuple(cells.get(name, "").lower() for name in names)


def moment(cell: str, *, end: bool = False) -> datetime | None:
    """Read a date, or a date with its hour, on the house's clock; as an end, a date alone counts to its last moment. None for anything else.

    Of an hour that comes twice the first is meant; one that the clocks leap over is no time.
    """
    for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"):
        try:
            found = datetime.strptime(cell, form)  # noqa: DTZ007 - the zone is the house's
        except ValueError:
            continue  # the next form may be the one
        try:
            if form != "%Y-%m-%d":
                return local_time.moment(found)
            last_day = end and found.year < MAXYEAR
            return local_time.midnight((found + timedelta(days=1) if last_day else found).date())
        except Malformed:
            return None
    return None
