"""One bound connection to an operator: requests and their answers, receipts that come in, and the sign that the other side lives.

A thread reads; whoever sends waits for the answer to his own sequence number. After half a minute of silence the other side is
asked whether it is there (enquire_link); one that does not answer is given up, and the next message makes a new connection.
"""

import logging
import select
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue

from iam.letters.smpp import pdu
from iam.letters.smpp.pdu import Notice, Pdu
from kernel import clock

log = logging.getLogger("omniwarden.sms")
SILENCE, ANSWER, CONNECT = 30.0, 10.0, 5.0
"""Seconds: until the other side is asked whether it is there, until an answer must be there, to connect."""


class LineLost(Exception):
    """The connection is gone, or the other side does not answer."""


class NotBound(Exception):
    """The operator answered a bind with a refusal; `status` says which."""

    def __init__(self, status: int) -> None:
        super().__init__(f"bind refused, status {status:#x}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Line:
    """Where an operator is and who we are to him."""

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    tls: ssl.SSLContext | None = None
    command: int = pdu.TRANSCEIVER


class _Waiter:
    """Who waits for the answer to a request."""

    def __init__(self) -> None:
        self.ready, self.answer = threading.Event(), Pdu(pdu.NACK, 0)


class Session:
    """A bound connection."""

    def __init__(self, line: Line, heard: Callable[[Notice], int], *, silence: float = SILENCE) -> None:
        self._line, self._heard, self._silence = line, heard, silence
        self._socket = self._connected(line)
        self._touching, self._numbering, self._number = threading.Lock(), threading.Lock(), 0
        self._waiting: dict[int, _Waiter] = {}
        self._notices: SimpleQueue[Pdu | None] = SimpleQueue()
        self._asked_at, self.alive = 0.0, True
        for run, name in ((self._read, "sms-reader"), (self._hear, "sms-receipts")):
            threading.Thread(target=run, name=name, daemon=True).start()
        self._bind()

    @staticmethod
    def _connected(line: Line) -> socket.socket:
        try:
            plain = socket.create_connection((line.host, line.port), timeout=CONNECT)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return plain if line.tls is None else line.tls.wrap_socket(plain, server_hostname=line.host)
        except OSError as lost:
            raise LineLost(type(lost).__name__) from lost

    def _bind(self) -> None:
        line = self._line
        answer = self.ask(line.command, pdu.bind(line.system_id, line.password, line.system_type))
        if answer.status != pdu.OK:
            self.close()
            raise NotBound(answer.status)

    def ask(self, command: int, body: bytes = b"") -> Pdu:
        """Send a request and return its answer. Raises LineLost where none comes."""
        waiter = _Waiter()
        with self._numbering:
            self._number = self._number % 0x7FFF_FFFF + 1
            number = self._number
            self._waiting[number] = waiter
        self._send(Pdu(command, number, body))
        if not waiter.ready.wait(ANSWER) or not self.alive:
            self._waiting.pop(number, None)
            self._give_up("no answer")
            raise LineLost("no answer")
        return waiter.answer

    def close(self) -> None:
        """Say goodbye and hang up."""
        if self.alive:
            self._send_quietly(Pdu(pdu.UNBIND, 0x7FFF_FFFF))
            self._give_up("closed")

    def _send(self, unit: Pdu) -> None:
        try:
            with self._touching:
                self._socket.sendall(unit.packed())
        except OSError as lost:
            self._give_up(type(lost).__name__)
            raise LineLost(type(lost).__name__) from lost

    def _send_quietly(self, unit: Pdu) -> None:
        try:
            self._send(unit)
        except LineLost as lost:
            log.info("the line to the operator went while it was answered: %s", lost)

    def _give_up(self, why: str) -> None:
        if not self.alive:
            return
        self.alive = False
        log.info("the line to the operator is closed: %s", why)
        for waiter in list(self._waiting.values()):
            waiter.ready.set()
        self._notices.put(None)
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            log.debug("the line was down already")
        self._socket.close()

    def _read(self) -> None:
        heard_at, buffer = clock.monotonic(), bytearray()
        while self.alive:
            try:
                unit = pdu.cut(buffer)
                if unit is not None:
                    self._meet(unit)
                elif self._is_readable():
                    buffer += self._received()
                    heard_at, self._asked_at = clock.monotonic(), 0.0
                elif not self._lives(heard_at):
                    return
            except (OSError, ValueError, EOFError) as lost:
                self._give_up(str(lost) or type(lost).__name__)

    def _is_readable(self) -> bool:
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            return True
        poll = select.poll()
        poll.register(self._socket.fileno(), select.POLLIN)
        return bool(poll.poll(1000 * min(self._silence, 1.0)))

    def _received(self) -> bytes:
        """Return what has come, at times nothing: TLS talks to itself too. One thread at a time touches the socket: TLS does not bear two."""
        with self._touching:
            self._socket.settimeout(0)
            try:
                got = self._socket.recv(4096)
            except (BlockingIOError, ssl.SSLWantReadError):
                return b""
            finally:
                self._socket.settimeout(CONNECT)
        if not got:
            raise EOFError("the operator hung up")
        return got

    def _lives(self, heard_at: float) -> bool:
        """Ask a silent side whether it is there; False once it has not answered."""
        now = clock.monotonic()
        if self._asked_at and now - self._asked_at > min(self._silence, ANSWER):
            self._give_up("it does not answer whether it is there")
            return False
        if not self._asked_at and now - heard_at >= self._silence:
            self._asked_at = now
            self._send_quietly(Pdu(pdu.ENQUIRE, 0x7FFF_FFFE))
        return True

    def _meet(self, unit: Pdu) -> None:
        if unit.command & pdu.RESPONSE:
            waiter = self._waiting.pop(unit.sequence, None)
            if waiter is not None:
                waiter.answer = unit
                waiter.ready.set()
        elif unit.command == pdu.DELIVER:
            self._notices.put(unit)
        elif unit.command in {pdu.ENQUIRE, pdu.UNBIND}:
            self._send_quietly(Pdu(unit.command | pdu.RESPONSE, unit.sequence))
            if unit.command == pdu.UNBIND:
                self._give_up("the operator said goodbye")
        else:
            self._send_quietly(Pdu(pdu.NACK, unit.sequence, status=pdu.BAD_COMMAND))

    def _hear(self) -> None:
        """Hand on receipts, and tell the operator of each whether it was taken or should come again."""
        while (unit := self._notices.get()) is not None:
            status = pdu.OK
            try:
                found = pdu.notice_of(unit.body)
                status = self._heard(found) if found else pdu.OK
            except ValueError as wrong:
                log.warning("the operator sent a receipt that cannot be read: %s", wrong)
            except Exception:
                log.exception("a receipt could not be noted; the operator is asked to send it again")
                status = pdu.RETRY_LATER
            self._send_quietly(Pdu(pdu.DELIVER | pdu.RESPONSE, unit.sequence, b"\0", status))
