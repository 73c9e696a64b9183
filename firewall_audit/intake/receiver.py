"""The syslog receiver: UDP, TCP with both framings on one port, TLS (RFC 5425); everything goes into the spool first. [FW-3]

It makes nothing of a line, so that it keeps up; it asks those that can wait to wait when the spool is full; and of those that
cannot wait it counts what was lost, in the kernel's buffer too.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from firewall_audit.intake.directory import Directory
from firewall_audit.intake.framing import Line, Stream, lines_of_datagram
from firewall_audit.intake.segments import UNKNOWN
from firewall_audit.intake.spool import Spool
from firewall_audit.senders import address_of
from kernel import clock
from kernel.errors import Conflict, Refused

log = logging.getLogger("omniwarden.intake")
FLUSH_SECONDS: Final = 0.05
SYNC_SECONDS: Final = 0.2
ASK_SECONDS: Final = 5.0
READ_BYTES: Final = 65_536
AT_ONCE: Final = 512
"""Datagrams that are read before other connections have their turn."""
UDP_BUFFER: Final = 64 << 20
IDLE_SECONDS: Final = 1.0
MOST_CONNECTIONS: Final = 2_000
_SO_MEMINFO, _DROPS, _MEMINFO = 55, 8, struct.Struct("=9I")


@dataclass(slots=True)
class Stranger:
    """Somebody whom the register does not know, since it was last asked."""

    transport: str
    lines: int = 0
    sample: bytes = b""


@dataclass(slots=True)
class Tally:
    """What came in since it was last asked; whoever asks begins a new one."""

    lines: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    """Lines that had no room, by device; under the empty name those that the kernel's buffer could not hold."""
    strangers: dict[str, Stranger] = field(default_factory=dict)
    wrong_counts: int = 0


@dataclass(frozen=True, slots=True)
class Ports:
    """Where to listen; 0 is off, and a port below 0 takes any that is free."""

    host: str
    udp: int = 0
    tcp: int = 0
    tls: int = 0


class Receiver:
    """One receiver on one loop."""

    def __init__(self, spool: Spool, directory: Directory, now: Callable[[], datetime] = clock.now) -> None:
        self.spool, self.directory = spool, directory
        self.listening: dict[str, int] = {}
        """The ports in use, by transport."""
        self._now = now
        self._tally = Tally()
        self._udp: socket.socket | None = None
        self._udp_lost = self._udp_told = 0
        self._servers: list[asyncio.Server] = []
        self._connections: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()
        self._room.set()

    def tally(self) -> Tally:
        """Return what came in since this was last asked."""
        found, self._tally = self._tally, Tally()
        found.dropped += self.spool.take_dropped()
        self._count_lost()
        if self._udp_lost > self._udp_told:
            found.dropped[""] += self._udp_lost - self._udp_told
            self._udp_told = self._udp_lost
        return found

    async def listen(self, ports: Ports, context: ssl.SSLContext | None = None) -> None:
        """Open what is to be listened on. Raises Conflict where a port is taken, Refused for TLS without a certificate."""
        if ports.tls and context is None:
            raise Refused(
                "FW-3", "To listen by TLS the receiver needs its certificate: set OMNIWARDEN_SYSLOG_CERTIFICATE."
            )
        try:
            if ports.udp:
                self._listen_udp(ports.host, max(0, ports.udp))
            for name, port, secured in (("tcp", ports.tcp, None), ("tls", ports.tls, context)):
                if port:
                    server = await asyncio.start_server(self._connected, ports.host, max(0, port), ssl=secured)
                    self._servers.append(server)
                    self.listening[name] = server.sockets[0].getsockname()[1]
        except OSError as error:
            raise Conflict(f"The log receiver cannot listen on {ports.host}: {error.strerror}.") from None

    async def run(self, stop: asyncio.Event) -> None:
        """Receive until told to stop; what came by then is safe on disk."""
        synced = asked = clock.monotonic()
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), FLUSH_SECONDS)
            self._flush()
            at = clock.monotonic()
            if at - synced >= SYNC_SECONDS:
                await asyncio.to_thread(self.spool.sync)
                synced = clock.monotonic()
            if at - asked >= ASK_SECONDS:
                asked = at
                await asyncio.to_thread(self.directory.refresh)
                self.spool.measure()
        await self._end()

    def _flush(self) -> None:
        self.spool.flush(self._now())
        if self.spool.is_full:
            self._room.clear()
        else:
            self._room.set()

    async def _end(self) -> None:
        if self._udp is not None:
            asyncio.get_running_loop().remove_reader(self._udp)
            while self._read_udp():
                self.spool.flush(self._now())
            self._count_lost()
            self._udp.close()
            self._udp = None
        for server in self._servers:
            server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        self.spool.flush(self._now())
        await asyncio.to_thread(self.spool.sync)

    def _listen_udp(self, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        made = socket.socket(family, socket.SOCK_DGRAM)
        made.setblocking(False)
        with contextlib.suppress(PermissionError):  # a larger buffer than the machine allows is root's to ask for
            made.setsockopt(socket.SOL_SOCKET, 33, UDP_BUFFER)
        if made.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) < UDP_BUFFER:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, UDP_BUFFER)
        made.bind((host, port))
        self._udp = made
        self.listening["udp"] = made.getsockname()[1]
        asyncio.get_running_loop().add_reader(made, self._read_udp)

    def _count_lost(self) -> None:
        """Ask how many datagrams the kernel had no room for; a kernel that does not tell has lost none that are known."""
        if self._udp is None:
            return
        with contextlib.suppress(OSError):
            raw = self._udp.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
            if len(raw) == _MEMINFO.size:
                self._udp_lost = int(_MEMINFO.unpack(raw)[_DROPS])

    def _read_udp(self) -> int:
        """Read what has come, up to a bound; return how many datagrams that were."""
        found: dict[str, list[Line]] = {}
        count = 0
        while self._udp is not None and count < AT_ONCE:
            try:
                datagram, source = self._udp.recvfrom(READ_BYTES)
            except (BlockingIOError, InterruptedError):
                break
            count += 1
            lines = found.setdefault(source[0], [])
            if b"\n" in datagram or b"\x00" in datagram[-1:]:
                lines += lines_of_datagram(datagram)
            elif datagram:
                lines.append(Line(datagram.rstrip(b"\r")))
        for address, lines in found.items():
            self._take("udp", address_of(address), "", lines)
        return count

    def _take(self, transport: str, address: str, certificate: str, lines: list[Line]) -> None:
        """Put lines into the spool, each to its device."""
        device = self.directory.of_connection(address, certificate)
        if device:
            self._add(device, address, lines)
            return
        parted: dict[str, list[Line]] = {}
        for line in lines:
            parted.setdefault(self.directory.of_line(line.text), []).append(line)
        strange = parted.get(UNKNOWN)
        if strange:
            self._note(transport, certificate or address, strange)
        for name, some in parted.items():
            self._add(name, (certificate or address) if name == UNKNOWN else address, some)

    def _add(self, device: str, sender: str, lines: list[Line]) -> None:
        cut = sum(line.cut for line in lines)
        self._tally.lines[device] += self.spool.add(device, sender, [line.text for line in lines], cut=cut)

    def _note(self, transport: str, sender: str, lines: list[Line]) -> None:
        known = self._tally.strangers.get(sender)
        if known is None:
            if len(self._tally.strangers) >= MOST_CONNECTIONS:
                return
            known = self._tally.strangers[sender] = Stranger(transport, 0, lines[0].text[:500])
        known.lines += len(lines)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._connections) >= MOST_CONNECTIONS:
            writer.close()
            return
        self._connections.add(task)
        try:
            await self._read_connection(reader, writer)
        finally:
            self._connections.discard(task)
            writer.close()

    async def _read_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = address_of(writer.get_extra_info("peername")[0])
        certificate = _fingerprint(writer.get_extra_info("ssl_object"))
        transport = "tls" if writer.get_extra_info("ssl_object") else "tcp"
        stream = Stream()
        try:
            while True:
                await self._room.wait()
                try:
                    data = await asyncio.wait_for(reader.read(READ_BYTES), IDLE_SECONDS)
                except TimeoutError:
                    self._take(transport, address, certificate, stream.settle())
                    continue
                if not data:
                    break
                self._take(transport, address, certificate, stream.feed(data))
        except (ConnectionError, ssl.SSLError) as lost:
            log.info("a connection of a sender broke: %s", type(lost).__name__)
        finally:
            self._take(transport, address, certificate, stream.close())
            self._tally.wrong_counts += stream.wrong_counts


def _fingerprint(secured: ssl.SSLObject | None) -> str:
    """Return the SHA-256 of the certificate that a sender has shown; empty where it showed none."""
    raw = secured.getpeercert(binary_form=True) if secured is not None else None
    return x509.load_der_x509_certificate(raw).fingerprint(SHA256()).hex() if raw else ""


def context_of(certificate: Path, authority: Path) -> ssl.SSLContext | None:
    """Return how the receiver proves who it is, and whether senders must: None without a certificate.

    Raises Refused where the files hold no certificate and key.
    """
    if certificate == Path():
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate)
        if authority != Path():
            context.load_verify_locations(authority)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        raise Refused(
            "FW-3", f"The receiver's certificate cannot be used: {error.strerror or type(error).__name__}."
        ) from None
    return context
