"""An operator of a mobile network, as far as its SMPP door goes: a real socket, and a reading of the specification that is not ours."""

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

NAMES = {
    1: "bind_receiver",
    2: "bind_transmitter",
    4: "submit_sm",
    6: "unbind",
    9: "bind_transceiver",
    0x15: "enquire_link",
}


@dataclass
class Message:
    """What a submit_sm said."""

    sender: tuple[int, int, str]
    to: tuple[int, int, str]
    esm_class: int
    registered: int
    coding: int
    octets: bytes
    at: float


def strings(body: bytes, at: int) -> tuple[str, int]:
    end = body.index(0, at)
    return body[at:end].decode("ascii"), end + 1


def submitted(body: bytes) -> Message:
    _, at = strings(body, 0)
    sender = (body[at], body[at + 1])
    source, at = strings(body, at + 2)
    to = (body[at], body[at + 1])
    number, at = strings(body, at + 2)
    esm_class = body[at]
    _, at = strings(body, at + 3)
    _, at = strings(body, at)
    registered, _, coding, _, length = body[at : at + 5]
    octets = body[at + 5 :]
    assert len(octets) == length, "the length told is the length sent"
    assert length <= 160
    return Message((*sender, source), (*to, number), esm_class, registered, coding, octets, time.monotonic())


@dataclass
class Peer:
    """The operator: whom it lets in, what it answers, what it was sent."""

    password: str = "s3cret"
    answers: list[int] = field(default_factory=list)  # statuses of the next submits; then all are taken
    mute: bool = False
    names: Callable[[int], str] = lambda number: f"{number:08X}"
    bound: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    replies: list[tuple[int, int]] = field(default_factory=list)  # to our deliver_sm: sequence, status
    lines: list[socket.socket] = field(default_factory=list)
    port: int = 0

    def serve(self, door: socket.socket, tls: ssl.SSLContext | None) -> None:
        while True:
            try:
                line, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(line, tls), daemon=True).start()

    def _talk(self, line: socket.socket, tls: ssl.SSLContext | None) -> None:
        with suppress(OSError, struct.error):
            if tls is not None:
                line = tls.wrap_socket(line, server_side=True)
            self.lines.append(line)
            while True:
                head = self._exactly(line, 16)
                length, command, status, sequence = struct.unpack(">4I", head)
                self._meet(line, command, status, sequence, self._exactly(line, length - 16))
        line.close()

    @staticmethod
    def _exactly(line: socket.socket, count: int) -> bytes:
        got = b""
        while len(got) < count:
            more = line.recv(count - len(got))
            if not more:
                raise OSError
            got += more
        return got

    def _meet(self, line: socket.socket, command: int, status: int, sequence: int, body: bytes) -> None:
        self.seen.append(NAMES.get(command, hex(command)))
        if self.mute:
            return
        if command in {1, 2, 9}:
            system_id, at = strings(body, 0)
            password, at = strings(body, at)
            system_type, at = strings(body, at)
            assert body[at] == 0x34, "version 3.4"
            self.bound.append(f"{system_id}/{system_type}/{command}")
            self._say(line, command | 1 << 31, sequence, b"SMSC\0", 0 if password == self.password else 0x0E)
        elif command == 4:
            answer = self.answers.pop(0) if self.answers else 0
            if answer == 0:
                self.messages.append(submitted(body))
            name = self.names(len(self.messages)).encode() + b"\0" if answer == 0 else b""
            self._say(line, command | 1 << 31, sequence, name, answer)
        elif command == 0x80000005:
            self.replies.append((sequence, status))
        elif command in {6, 0x15}:
            self._say(line, command | 1 << 31, sequence)

    @staticmethod
    def _say(line: socket.socket, command: int, sequence: int, body: bytes = b"", status: int = 0) -> None:
        line.sendall(struct.pack(">4I", 16 + len(body), command, status, sequence) + body)

    def reports(
        self, text: str, *, options: bytes = b"", esm_class: int = 4, sequence: int = 7, split: bool = False
    ) -> None:
        """Send a deliver_sm on the last line."""
        raw = text.encode("latin-1")
        body = (
            b"\0\1\1"
            b"22901\0"
            b"\5\0House\0" + bytes([esm_class, 0, 0]) + b"\0\0" + bytes([0, 0, 0, 0, len(raw)]) + raw + options
        )
        whole = struct.pack(">4I", 16 + len(body), 5, 0, sequence) + body
        if not split:
            self.lines[-1].sendall(whole)
            return
        for octet in range(0, len(whole), 7):
            self.lines[-1].sendall(whole[octet : octet + 7])
            time.sleep(0.005)

    def asks(self, command: int, sequence: int = 1) -> None:
        self._say(self.lines[-1], command, sequence)

    def hangs_up(self) -> None:
        for line in self.lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


@contextmanager
def operator(tls: ssl.SSLContext | None = None, port: int = 0) -> Iterator[Peer]:
    """Open an operator's door on this machine."""
    peer = Peer()
    with socket.create_server(("127.0.0.1", port)) as door:
        peer.port = door.getsockname()[1]
        threading.Thread(target=peer.serve, args=(door, tls), daemon=True).start()
        yield peer
        peer.hangs_up()
        door.shutdown(socket.SHUT_RDWR)


def until(true: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
