"""nmap's report in XML: which ports of which hosts it found open. Read as a stream; hostile XML is refused by name. Pure. [FW-5, SW-10]"""

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DTDForbidden, EntitiesForbidden, ExternalReferenceForbidden
from defusedxml.ElementTree import DefusedXMLParser

DEEPEST: Final = 30
MOST_HOSTS: Final = 70_000
MOST_OPEN: Final = 50_000
PIECE: Final = 1 << 16
ROOT: Final = "nmaprun"
DOCTYPE: Final = re.compile(rb"<!DOCTYPE\s+nmaprun\s*>")
"""The one that nmap itself writes; it declares nothing. Every other document type is refused."""
HEAD: Final = 4096
PORTS: Final = 65_535


class NotNmap(ValueError):
    """It is no whole report of nmap; the sentence says why."""


@dataclass(frozen=True, slots=True, order=True)
class Port:
    """An open port: where, by which protocol, what nmap takes the service for."""

    host: str
    protocol: str
    number: int
    service: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """As people write it."""
        return f"{self.protocol}/{self.number}"


@dataclass(slots=True)
class Scan:
    """What nmap found."""

    hosts: list[str] = field(default_factory=list)
    """Addresses that were up, in their order."""
    ports: list[Port] = field(default_factory=list)
    arguments: str = ""
    started: int = 0
    """Seconds since 1970, as nmap says."""


def is_nmap(content: bytes) -> bool:
    """Tell whether this means to be a report of nmap in XML."""
    head = content[:HEAD]
    return b"<nmaprun" in head and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def read_nmap(content: bytes, *, most_bytes: int) -> Scan:
    """Read a report. Raises NotNmap for one that is too large, broken off, hostile, or no such report."""
    if len(content) > most_bytes:
        raise NotNmap(f"A report has {most_bytes >> 20} MiB at most.")
    reader = _Reader()
    parser = DefusedXMLParser(target=reader, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    head = DOCTYPE.sub(lambda found: b" " * len(found[0]), content[:HEAD], count=1)
    try:
        parser.feed(head)
        for at in range(HEAD, len(content), PIECE):
            parser.feed(content[at : at + PIECE])
        parser.close()
    except (DTDForbidden, EntitiesForbidden, ExternalReferenceForbidden):
        raise NotNmap("It declares a document type or entities; nmap writes none.") from None
    except (ParseError, LookupError, ValueError) as fault:
        if isinstance(fault, NotNmap):
            raise
        line = fault.position[0] if isinstance(fault, ParseError) else 0
        raise NotNmap(f"It is no whole XML; see line {line}.") from None
    if not reader.finished:
        raise NotNmap("The scan was broken off before its end: nmap wrote no last line.")
    return reader.scan


class _Reader:
    """What the parser tells, element by element; nothing but the open ports is kept."""

    def __init__(self) -> None:
        self.scan = Scan()
        self.finished = False
        self._path: list[str] = []
        self._address = ""
        self._up = True
        self._open: list[Port] = []
        self._port: tuple[str, int] | None = None
        self._is_open = False
        self._service = ""

    def start(self, tag: str, told: dict[str, str]) -> None:
        if not self._path and tag != ROOT:
            raise NotNmap("It is no report of nmap.")
        if len(self._path) >= DEEPEST:
            raise NotNmap(f"Its elements lie more than {DEEPEST} deep in one another.")
        self._path.append(tag)
        where = "/".join(self._path[1:])
        if where.startswith("host/ports/port"):
            self._port_told(where, told)
        elif where == "host" or where in {"host/status", "host/address"}:
            self._host_told(where, told)
        elif not where:
            self.scan.arguments = told.get("args", "")[:500]
            self.scan.started = _number(told.get("start", "0"), 1 << 40)
        elif where == "runstats/finished":
            self.finished = told.get("exit", "success") == "success"

    def _host_told(self, where: str, told: dict[str, str]) -> None:
        if where == "host":
            self._address, self._up, self._open = "", True, []
        elif where == "host/status":
            self._up = told.get("state", "up") == "up"
        elif told.get("addrtype", "ipv4") in {"ipv4", "ipv6"}:
            self._address = _address(told.get("addr", ""))

    def _port_told(self, where: str, told: dict[str, str]) -> None:
        if where == "host/ports/port":
            self._port = (told.get("protocol", ""), _number(told.get("portid", ""), PORTS))
            self._is_open, self._service = False, ""
        elif where == "host/ports/port/state":
            self._is_open = told.get("state") == "open"
        elif where == "host/ports/port/service":
            self._service = told.get("name", "")[:60]

    def end(self, tag: str) -> None:
        where = self._path[1:]
        self._path.pop()
        if where == ["host", "ports", "port"] and self._port is not None and self._is_open:
            protocol, number = self._port
            if protocol in {"tcp", "udp", "sctp"}:
                self._open.append(Port(self._address, protocol, number, self._service))
        elif where == ["host"] and tag == "host":
            self._host()

    def _host(self) -> None:
        if not self._address:
            raise NotNmap("A host in it has no address.")
        if self._up or self._open:
            self.scan.hosts.append(self._address)
            self.scan.ports += [Port(self._address, one.protocol, one.number, one.service) for one in self._open]
        if len(self.scan.hosts) > MOST_HOSTS or len(self.scan.ports) > MOST_OPEN:
            raise NotNmap(f"It has more than {MOST_HOSTS} hosts or {MOST_OPEN} open ports; scan in parts.")

    def close(self) -> None:
        """Give nothing: what was read stands in `scan`."""


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise NotNmap("An address in it is none.") from None


def _number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 15 and int(text) <= most):  # noqa: PLR2004 - longer than any
        raise NotNmap("A number in it is none.")
    return int(text)
