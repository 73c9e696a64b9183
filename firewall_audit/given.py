"""Lists that the house supplies itself: addresses that somebody warns of, and a file that tells the countries of addresses. [FW-3]

What is kept lies on disk by its digest, which the ledger knows: networks in their one form and order, or MaxMind's file as it came.
"""

import hashlib
import ipaddress
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from firewall_audit import place
from firewall_audit.models.lists import COUNTRIES, THREATS
from kernel.errors import Malformed, NotFound

if TYPE_CHECKING:
    from firewall_audit.detections.parameters import ThreatList
    from firewall_audit.detections.tallies import Country
    from firewall_audit.models import GivenList

MOST: Final = 1_000_000
"""Networks of one list."""
MOST_BYTES: Final = 64 << 20
SHOWN: Final = 5
WIDEST: Final = {4: 8, 6: 19}
"""Shorter prefixes than these warn of half the world: a slip, or a list made to make everything look alike."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A list that was looked at and lies on disk."""

    kind: str
    digest: str
    entries: int
    unread: int


def lists_folder() -> Path:
    """Return where given lists lie."""
    return place.folder() / "lists"


def keep_threats(content: bytes) -> Kept:
    """Keep a list of addresses and networks, one a line; what stands behind a space, comma, semicolon or # is not read.

    A heading may come first. Raises Malformed, with the numbers of the first lines that are neither, where more than a tenth of them are not.
    """
    found: set[str] = set()
    wrong: list[int] = []
    for number, line in enumerate(_lines(content), 1):
        word = line.partition("#")[0].replace(",", " ").replace(";", " ").replace('"', " ").split()
        if not word:
            continue
        network = _network(word[0])
        if network is None:
            wrong.append(number)
            continue
        found.add(network)
        if len(found) > MOST:
            raise Malformed(f"A list has {MOST} networks at most.")
    if not found or len(wrong) > 1 + len(found) // 9:
        raise Malformed(f"This is no list of addresses: look at line {', '.join(map(str, wrong[:SHOWN])) or '1'}.")
    text = "\n".join(sorted(found)).encode() + b"\n"
    return Kept(THREATS, _keep(text), len(found), len(wrong))


def keep_countries(content: bytes) -> Kept:
    """Keep a file in MaxMind's format that tells countries. Raises Malformed for what is none, or tells none."""
    import maxminddb  # noqa: PLC0415 - a library for those who give such a file

    from firewall_audit.detections.threats import letters_of  # noqa: PLC0415

    if not content or len(content) > MOST_BYTES:
        raise Malformed(f"A list has {MOST_BYTES >> 20} MB at most, and is not empty.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "countries.mmdb"
        path.write_bytes(content)
        try:
            with maxminddb.open_database(path, maxminddb.MODE_FILE) as reader:
                told = reader.metadata()
                tried = [reader.get(one) for one in ("1.1.1.1", "8.8.8.8", "41.79.217.1", "2.16.0.1", "193.0.0.1")]
        except Exception as fault:  # whatever a hostile file makes the library do
            raise Malformed("This is no database of countries in MaxMind's format.") from fault
    if not any(letters_of(one) for one in tried):
        raise Malformed("This database tells no countries of addresses.")
    return Kept(COUNTRIES, _keep(content), int(told.node_count), 0)


def _lines(content: bytes) -> Iterable[str]:
    if len(content) > MOST_BYTES:
        raise Malformed(f"A list has {MOST_BYTES >> 20} MB at most, and is not empty.")
    if b"\x00" in content[:4096]:
        raise Malformed("This is no text: save the list as UTF-8.")
    return content.decode("utf-8-sig", "replace").splitlines()


def _network(word: str) -> str | None:
    try:
        found = ipaddress.ip_network(word, strict=False)
    except ValueError:
        return None
    return str(found) if found.prefixlen >= WIDEST[found.version] else None


def _keep(content: bytes) -> str:
    """Put content on disk by its digest; the same content is there once."""
    digest = hashlib.sha256(content).hexdigest()
    folder = lists_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (folder / digest).exists():
        draft = folder / f".{digest}.{os.getpid()}"
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / digest)
    return digest


def kept_file(digest: str) -> Path:
    """Return where a list lies. Raises NotFound where it is not here."""
    path = lists_folder() / digest
    if not path.is_file():
        raise NotFound("The content of this list is not on this machine.")
    return path


def threats_of(rows: "Iterable[GivenList]") -> "tuple[ThreatList, ...]":
    """Read the lists of threats. Raises NotFound where the content of one is not here."""
    from firewall_audit.detections.parameters import ThreatList  # noqa: PLC0415

    return tuple(
        ThreatList(row.name, tuple(kept_file(row.digest).read_text("ascii").split()))
        for row in rows
        if row.kind == THREATS
    )


def country_of(rows: "Iterable[GivenList]") -> "Country | None":
    """Return what tells countries by the newest file that is in force; None where there is none."""
    given: Any = max((row for row in rows if row.kind == COUNTRIES), key=lambda row: row.given_at, default=None)
    if given is None:
        return None
    from firewall_audit.detections.threats import Countries  # noqa: PLC0415

    return Countries(kept_file(given.digest))
