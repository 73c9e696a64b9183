"""Addresses that somebody warns of, and countries nobody expects: those let through first, those refused together. [FW-3]"""

import ipaddress
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import maxminddb

from firewall_audit.detections.finding import Finding, Selector, capped, several
from firewall_audit.detections.ground import counted, moment, prepare
from firewall_audit.detections.parameters import Parameters, ThreatList
from firewall_audit.detections.tallies import IN, Country
from firewall_audit.networks import Networks
from firewall_audit.store import Window

BY_ADDRESS: Final = """
SELECT address, verdict, sum(n)::BIGINT, min(first), max(last) FROM (
    SELECT src AS id, 'allow' AS verdict, n, first, last FROM accepted UNION ALL SELECT dst, 'allow', n, first, last FROM accepted
    UNION ALL SELECT src, 'refused', n, first, last FROM refused UNION ALL SELECT dst, 'refused', n, first, last FROM refused)
JOIN addresses USING (id) JOIN warned USING (address) GROUP BY ALL ORDER BY ALL"""
MOST_LINES: Final = 2_000_000


def read_list(name: str, lines: Iterable[str]) -> tuple[ThreatList, list[int]]:
    """Read a list of addresses and networks, one a line; what stands behind a space, comma, semicolon or # is not read.

    Returns the list and the numbers (from 1) of the lines that are neither. Raises ValueError beyond two million lines.
    """
    networks, unread = [], []
    for number, line in enumerate(lines, 1):
        if number > MOST_LINES:
            raise ValueError(f"The list {name} has more than {MOST_LINES:,} lines.")
        word = line.lstrip("\ufeff \t").partition("#")[0].replace(",", " ").replace(";", " ").replace('"', " ").split()
        if not word:
            continue
        try:
            networks.append(str(ipaddress.ip_network(word[0], strict=False)))
        except ValueError:
            unread.append(number)
    return ThreatList(name, tuple(networks)), unread


class Countries:
    """The countries of addresses, from a file in MaxMind's format that the house supplies."""

    def __init__(self, file: Path) -> None:
        self._reader = maxminddb.open_database(file)

    def __call__(self, address: str) -> str:
        """Return the two letters of a country, empty where the file does not know; one of IPv4 alone knows no IPv6."""
        if ":" in address and self._reader.metadata().ip_version == 4:  # noqa: PLR2004 - the protocol's own number
            return ""
        return letters_of(self._reader.get(address))


def letters_of(told: Any) -> str:
    """Return the two letters of the country that an entry tells, nested as MaxMind's are or flat as others'; empty where it tells none."""
    if not isinstance(told, dict):
        return ""
    for name in ("country", "registered_country", "country_code"):
        one = told.get(name)
        letters = one.get("iso_code") if isinstance(one, dict) else one
        if isinstance(letters, str) and len(letters) == 2 and letters.isalpha():  # noqa: PLR2004 - ISO 3166
            return letters.upper()
    return ""


def detect(window: Window, parameters: Parameters, country: Country | None = None) -> list[Finding]:
    """Return hits of the lists, and connections let in from countries that are not expected."""
    ground = prepare(window, parameters)
    found: list[Finding] = []
    strangers = [name for name, inside in zip(ground.names, ground.inside, strict=True) if not inside]
    for one in parameters.threats:
        networks = Networks(one.networks)
        found += _hits(window, parameters, one, [address for address in strangers if address in networks])
    if country is not None and parameters.expected_countries:
        found += _abroad(window, parameters, country)
    return found


def _hits(window: Window, parameters: Parameters, given: ThreatList, warned: list[str]) -> list[Finding]:
    if not warned:
        return []
    window.load("warned", {"address": warned})
    rows = window.ask(BY_ADDRESS)
    let_in = [_let_through(row, given) for row in rows if row[1] == "allow"]
    kept_out = [row for row in rows if row[1] == "refused"]
    more = (
        "{count} more addresses of the list " + given.name + " were let through",
        "Each is one that somebody warns of.",
    )
    return [*capped(let_in, parameters.most, *more), *_kept_out(kept_out, given)]


def _let_through(row: tuple[Any, ...], given: ThreatList) -> Finding:
    address, _, count, first, last = row
    return Finding(
        kind="threat.allowed", subject=f"{given.name} {address}", title=f"{address}, on the list {given.name}, was let through {count:,} times",
        reason="Somebody warns of this address, and the firewall talks to it.", danger="high", count=count, first=moment(first),
        last=moment(last), sources=(address,), selectors=(Selector(address, verdict="allow"), Selector(dst=address, verdict="allow")),
    )  # fmt: skip


def _kept_out(rows: list[tuple[Any, ...]], given: ThreatList) -> list[Finding]:
    if not rows:
        return []
    return [
        Finding(
            kind="threat.refused", subject=given.name, title=f"{counted(len(rows), 'address', 'addresses')} of the list {given.name} were refused",
            reason="The firewall did its work; the number is worth comparing with last week's.", danger="info",
            count=sum(row[2] for row in rows), first=moment(min(row[3] for row in rows)), last=moment(max(row[4] for row in rows)),
            sources=several(row[0] for row in rows), figures={"addresses": len(rows)},
            selectors=tuple(Selector(row[0], verdict="refused") for row in rows[:5]),
        )
    ]  # fmt: skip


def _abroad(window: Window, parameters: Parameters, country: Country) -> list[Finding]:
    """Return the countries that are not expected and from which connections were let in."""
    together: dict[str, list[tuple[Any, ...]]] = {}
    for row in window.ask(f"SELECT a.address, sum(n)::BIGINT, min(first), max(last) {IN} GROUP BY ALL ORDER BY ALL"):
        letters = country(row[0])
        if letters and letters not in parameters.expected_countries:
            together.setdefault(letters, []).append(row)
    found = [_from(letters, rows) for letters, rows in sorted(together.items())]
    return capped(
        found,
        parameters.most,
        "{count} more countries that are not expected were let in",
        "Nobody does business with the house from there.",
    )


def _from(letters: str, rows: list[tuple[Any, ...]]) -> Finding:
    figures: Mapping[str, int | str] = {"addresses": len(rows)}
    return Finding(
        kind="country.unexpected", subject=letters, title=f"{counted(len(rows), 'address', 'addresses')} of {letters} were let in",
        reason="Nobody is expected to come from there.", danger="low", count=sum(row[1] for row in rows),
        first=moment(min(row[2] for row in rows)), last=moment(max(row[3] for row in rows)), sources=several(row[0] for row in rows),
        figures=figures, selectors=tuple(Selector(row[0], verdict="allow") for row in rows[:5]),
    )  # fmt: skip
