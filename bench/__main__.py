"""Measure the figures and write them down: python -m bench [--only a,b] [--scale 0.1] [--entries N]."""

import argparse
import importlib
import pkgutil
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.harness import FIGURES, MissingPart, Options, record

HERE = Path(__file__).parent


def main() -> int:
    """Return 1 when a figure misses its bar."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", help="ids of figures, separated by commas")
    parser.add_argument("--scale", type=float, default=1.0, help="factor on every default size")
    parser.add_argument("--entries", type=int, help="the number of entries, for figures that have one")
    parser.add_argument("--keep", action="store_true", help="print only, leave results.json as it is")
    asked = parser.parse_args()
    for module in pkgutil.iter_modules([str(HERE)]):
        if module.name not in ("harness", "__main__"):
            importlib.import_module(f"bench.{module.name}")
    ids = asked.only.split(",") if asked.only else list(FIGURES)
    if unknown := set(ids) - FIGURES.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(FIGURES)}")
    table, missed = Table("figure", "value", "unit", "bar", "ratio", "against", "note"), 0
    for one in (FIGURES[name] for name in ids):
        try:
            measured = one.measure(Options(asked.scale, asked.entries))
        except MissingPart as part:
            table.add_row(one.id, "not measured", one.unit, one.bar, "", one.against, f"needs {part}")
            continue
        missed += not one.holds(measured.value)
        if not asked.keep:
            record(one, measured, " ".join(["python -m bench", *sys.argv[1:]]))
        ratio = "" if measured.ratio is None else f"{measured.ratio:.2f}"
        bar = one.bar if one.holds(measured.value) else f"[bold]missed {one.bar}[/]"
        table.add_row(one.id, f"{measured.value:,.6g}", one.unit, bar, ratio, one.against, measured.note)
    Console().print(table)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
