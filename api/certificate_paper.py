"""A certificate on paper: one page, set by typst, with its code, the address that verifies it and the same as a picture to scan. [TR-1]"""

import io
import json
from dataclasses import asdict, dataclass

import segno
import typst

SHEET = """
#let paper = json(bytes(sys.inputs.paper))
#let quiet = rgb("#5b6675")
#let ink = rgb("#1d2733")
#let accent = rgb("#1f4fa3")
#set document(title: paper.heading + ", " + paper.course, date: none)
#set page(
  paper: "a4", flipped: true, margin: (x: 3.2cm, top: 2.9cm, bottom: 2.6cm),
  background: place(center + horizon, rect(width: 100% - 2.2cm, height: 100% - 2.2cm, stroke: 0.8pt + rgb("#c5ccd6"))),
)
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"), size: 12pt, lang: paper.language, fill: ink, hyphenate: false)
#set par(leading: 0.6em)
#align(center)[
  #text(size: 13pt, fill: accent, tracking: 3pt, upper(paper.heading))
  #v(1fr)
  #text(size: if paper.name.len() > 45 { 22pt } else { 30pt }, paper.name)
  #v(4pt)
  #text(fill: quiet, paper.said)
  #v(4pt)
  #text(size: if paper.course.len() > 60 { 16pt } else { 21pt }, weight: "bold", paper.course)
  #v(10pt)
  #paper.when \\
  #paper.until
  #v(1fr)
]
#grid(
  columns: (1fr, 2.5cm), gutter: 14pt, align: (left + bottom, right + bottom),
  [
    #text(size: 10pt, fill: quiet, paper.verify) \\
    #text(size: 10pt, paper.address)
    #v(2pt)
    #text(font: "DejaVu Sans Mono", size: 13pt, paper.code)
    #v(2pt)
    #text(size: 8pt, fill: quiet, paper.foot)
  ],
  image(bytes(sys.inputs.scan), format: "svg", width: 2.5cm),
)
"""


@dataclass(frozen=True)
class CertificatePaper:
    """What stands on a certificate, each part in the reader's words."""

    heading: str
    name: str
    said: str
    course: str
    when: str
    until: str
    code: str
    address: str
    verify: str
    foot: str
    language: str = "en"


def pdf_of(paper: CertificatePaper) -> bytes:
    """Set a certificate as PDF; what stands on it comes in as data and is never read as markup."""
    scan = io.BytesIO()
    segno.make(paper.address, error="m", micro=False).save(scan, kind="svg", border=0, dark="#1d2733")
    made = typst.compile(
        SHEET.encode(), format="pdf", ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(asdict(paper)), "scan": scan.getvalue().decode()},
    )  # fmt: skip
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single document")
    return made
