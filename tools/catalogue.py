"""Bring api/locale up to date with the sentences of the house: `python tools/catalogue.py`.

messages.po holds what pages say and is always complete; refusals.po holds what the fields' errors say, in English where nobody has
translated it yet. New sentences are left empty and named; `--check` only names what is missing and changes nothing.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "api" / "locale"


@dataclass(frozen=True)
class Domain:
    """A catalogue: where its sentences stand, and in which calls."""

    name: str
    mapping: str
    keywords: tuple[str, ...]
    complete: bool


ERRORS = (
    "Refused:2",
    "Denied:1",
    "NotFound:1",
    "Conflict:1",
    "Malformed:1",
    "Busy:1",
    "Unavailable:1",
    "NotSignedIn:1",
    "StepUpNeeded:1",
)
FIELDS = "[python: kernel/*.py]\n[python: policy/*.py]\n[python: iam/**.py]\n[python: contactcenter/**.py]\n[python: changecontrol/**.py]\n[python: training/**.py]\n[python: firewall_audit/**.py]\n[python: api/*.py]\n[python: api/console/*.py]\n"
DOMAINS = (
    Domain(
        "messages",
        (ROOT / "babel.cfg").read_text(),
        ("N_", "_", "plural:1,2", "P_:1c,2", "pgettext:1c,2"),
        complete=True,
    ),
    Domain("refusals", FIELDS, ERRORS, complete=False),
)


def main() -> int:
    """Update every language, or with --check say what is missing; 1 when anything is."""
    check = "--check" in sys.argv[1:]
    wrong = 0
    for domain in DOMAINS:
        template = extract(domain)
        for path in sorted(LOCALE.glob(f"*/LC_MESSAGES/{domain.name}.po")):
            wrong += update(path, template, domain, check=check)
    return 1 if wrong else 0


def update(path: Path, template: Catalog, domain: Domain, *, check: bool) -> int:
    """Bring one catalogue up to date; returns how much is missing in it."""
    catalog = load(path)
    before = ids(catalog)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    empty = [str(message.id) for message in catalog if message.id and not translated(message.string)]
    for text in empty if domain.complete or not check else []:
        print(f"{path.relative_to(ROOT)}: not translated: {text}")
    if not check:
        write(path, catalog)
    return (len(empty) + (check and before != ids(catalog))) if domain.complete else 0


def load(path: Path) -> Catalog:
    """Read a catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def ids(catalog: Catalog) -> set[object]:
    """The sentences of a catalogue."""
    return {(message.context, message.id) for message in catalog if message.id}


def extract(domain: Domain) -> Catalog:
    """Every sentence of a domain."""
    with tempfile.TemporaryDirectory() as folder:
        mapping, target = Path(folder) / "babel.cfg", Path(folder) / "all.pot"
        mapping.write_text(domain.mapping)
        keywords = [part for keyword in domain.keywords for part in ("-k", keyword)]
        command = [
            sys.executable,
            "-m",
            "babel.messages.frontend",
            "extract",
            "-F",
            str(mapping),
            "--no-default-keywords",
        ]
        command += [*keywords, "-k", "_", "-k", "ngettext:1,2", "-k", "gettext"] if domain.complete else keywords
        command += ["--no-location", "--sort-output", "-o", str(target), "."]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        with target.open("rb") as file:
            return read_po(file)


def translated(string: str | tuple[str, ...]) -> bool:
    """Whether a message, or each of its plural forms, has a text."""
    return bool(string) and (isinstance(string, str) or all(string))


def write(path: Path, catalog: Catalog) -> None:
    """Write a catalogue in a stable order."""
    with path.open("wb") as file:
        write_po(file, catalog, sort_output=True, no_location=True, width=0, ignore_obsolete=True)


if __name__ == "__main__":
    sys.exit(main())
