"""Reports to take away: as CSV that no spreadsheet mistakes for formulas, and as PDF whose text is the same each time. [AC-9]

The PDF is set by typst; what is on it comes in as data and is never read as markup.
"""

import csv
import io
import json
from dataclasses import asdict, dataclass

import typst

FORMULA = frozenset("=+-@|%\uff1d\uff0b\uff0d\uff20\t\r\n")
"""What makes a spreadsheet read a cell as a formula or a command, full-width forms among them."""
MOST_PDF_ROWS = 2000
SHEET = """
#let paper = json(bytes(sys.inputs.paper))
#set document(title: paper.title, date: none)
#set page(
  paper: "a4", flipped: true, margin: (x: 1.4cm, top: 1.4cm, bottom: 1.6cm),
  footer: context [#text(size: 7pt, fill: rgb("#5b6675"))[#paper.foot #h(1fr) #counter(page).display("1 / 1", both: true)]],
)
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"), size: 8.5pt, lang: paper.language)
#text(size: 15pt, weight: "bold", paper.title)
#for line in paper.lead [#parbreak() #text(fill: rgb("#3d4754"), line)]
#v(4pt)
#table(
  columns: paper.widths.map(n => n * 1fr), stroke: none, inset: (x: 4pt, y: 3.5pt), align: left,
  fill: (_, row) => if row == 0 { rgb("#e8ecf2") } else if calc.odd(row) { white } else { rgb("#f7f8fa") },
  table.header(..paper.columns.map(name => text(weight: "bold", name))),
  ..paper.rows.flatten().map(cell => text(cell)),
)
#if paper.rows.len() == 0 [#text(fill: rgb("#5b6675"), paper.none)]
"""


@dataclass(frozen=True)
class Paper:
    """A report as it is taken away: a title, what was asked, and a table of text. `none` is said of a table without rows."""

    title: str
    lead: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    foot: str = ""
    none: str = ""
    cut: str = ""
    language: str = "en"


def csv_of(paper: Paper) -> bytes:
    """Write the table as CSV (RFC 4180) in UTF-8 with its mark, each cell safe to open in a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow([harmless(name) for name in paper.columns])
    writer.writerows([harmless(cell) for cell in row] for row in paper.rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def harmless(cell: str) -> str:
    """Return a cell that stays text in a spreadsheet: what could begin a formula gets an apostrophe before it."""
    seen = cell.lstrip(" \u00a0\u3000\ufeff\u200b")
    return f"'{cell}" if seen and seen[0] in FORMULA else cell


def pdf_of(paper: Paper) -> bytes:
    """Set the table as PDF; of a very long one the first rows, with a sentence that the CSV holds all."""
    shown = asdict(paper) | {"rows": [list(row) for row in paper.rows[:MOST_PDF_ROWS]]}
    if len(paper.rows) > MOST_PDF_ROWS:
        shown["lead"] = [*paper.lead, paper.cut]
    made = typst.compile(
        SHEET.encode(), format="pdf", sys_inputs={"paper": json.dumps(shown)}, ignore_system_fonts=True
    )  # fmt: skip
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single document")
    return made
