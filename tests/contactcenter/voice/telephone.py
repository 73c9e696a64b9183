"""The telephone network of the tests: SIPp speaks SIP, a handset of ours speaks and hears RTP (A-law, 8 kHz)."""

from __future__ import annotations

import math
import socket
import struct
import subprocess
import threading
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Self

FRAME = 160
ALAW, EVENTS = 8, 101
DIGITS = "0123456789*#"


def alaw(sample: int) -> int:
    """One 16-bit sample as A-law (ITU-T G.711)."""
    sign = 0x80 if sample >= 0 else 0
    value = min(abs(sample), 32635)
    exponent = max(0, value.bit_length() - 8) if value >= 256 else 0
    mantissa = (value >> (exponent + 3)) & 0x0F if exponent else (value >> 4) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55


def linear(code: int) -> int:
    """One A-law byte as a 16-bit sample."""
    code ^= 0x55
    exponent, mantissa = (code >> 4) & 7, code & 0x0F
    value = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
    return value if code & 0x80 else -value


LINEAR = [linear(code) for code in range(256)]


@dataclass
class Handset:
    """A mouth and an ear: says a tone once it hears its peer, and notes how loud it hears, and how far."""

    ip: str
    tone: int = 400
    socket: socket.socket = field(init=False)
    heard: list[tuple[float, float]] = field(default_factory=list)
    tones: dict[int, float] = field(default_factory=dict)
    packets: int = 0

    def __post_init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((self.ip, 0))
        self.socket.settimeout(0.02)
        self.port = self.socket.getsockname()[1]
        self._peer: tuple[str, int] | None = None
        self._sequence, self._stamp = 1, 4000
        self._stop = threading.Event()
        self._lock = threading.Lock()
        wave = [int(9000 * math.sin(2 * math.pi * self.tone * n / 8000)) for n in range(8000)]
        self._wave = bytes(alaw(sample) for sample in wave)
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._listen, self._speak)]
        for thread in self._threads:
            thread.start()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                packet, peer = self.socket.recvfrom(2048)
            except TimeoutError:
                continue
            except OSError:
                return
            self._peer = peer
            if packet[1] & 0x7F != ALAW or len(packet) < 12 + FRAME:
                continue
            self.packets += 1
            samples = [LINEAR[code] for code in packet[12 : 12 + FRAME]]
            self.heard.append((time.monotonic(), math.sqrt(sum(s * s for s in samples) / FRAME)))

    def _send(self, kind: int, stamp: int, payload: bytes, mark: bool = False) -> None:
        with self._lock:
            self._sequence = (self._sequence + 1) & 0xFFFF
            head = struct.pack("!BBHII", 0x80, kind | (0x80 if mark else 0), self._sequence, stamp & 0xFFFFFFFF, 4711)
        if self._peer is not None:
            self.socket.sendto(head + payload, self._peer)

    def _speak(self) -> None:
        due = time.monotonic()
        place = 0
        while not self._stop.is_set():
            due += 0.02
            time.sleep(max(0.0, due - time.monotonic()))
            self._stamp += FRAME
            try:
                self._send(ALAW, self._stamp, self._wave[place : place + FRAME])
            except OSError:
                return
            place = (place + FRAME) % 8000

    def press(self, digit: str) -> None:
        """Press one key: an RFC 4733 event of 100 ms."""
        start, event = self._stamp, DIGITS.index(digit)
        for n in range(1, 9):
            end = n > 5
            self._send(EVENTS, start, struct.pack("!BBH", event, (0x80 if end else 0) | 10, min(n, 6) * FRAME), n == 1)
            time.sleep(0.02)

    def loudness(self, since: float, until: float | None = None) -> float:
        """The mean of what was heard between two times of `time.monotonic()`; 0.0 when nothing came."""
        levels = [level for at, level in self.heard if at >= since and (until is None or at < until)]
        return sum(levels) / len(levels) if levels else 0.0

    def longest_silence(self, since: float, until: float) -> float:
        """The longest stretch in seconds, within these times, in which nothing audible was heard."""
        loud = [since, *(at for at, level in list(self.heard) if since <= at < until and level > 60), until]
        return max(b - a for a, b in pairwise(loud))

    def close(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(1)
        self.socket.close()


def free_port(ip: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((ip, 0))
        return int(probe.getsockname()[1])


def sdp(ip: str, port: int) -> str:
    return "\n".join([
        "Content-Type: application/sdp", "Content-Length: [len]", "", "v=0", f"o=peer 1 1 IN IP4 {ip}", "s=-",
        f"c=IN IP4 {ip}", "t=0 0", f"m=audio {port} RTP/AVP 8 101", "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15", "a=sendrecv", ""])  # fmt: skip


VIA = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]"


def message(
    line: str, number: str, called: str, cseq: str, to_tag: bool, *more: str, body: str = "Content-Length: 0\n"
) -> str:
    to = f"To: <sip:{called}@[remote_ip]:[remote_port]>" + ("[peer_tag_param]" if to_tag else "")
    return "\n".join([line, VIA, f"From: <sip:{number}@[local_ip]:[local_port]>;tag=[pid]x[call_number]", to,
                      "Call-ID: [call_id]", f"CSeq: {cseq}", f"Contact: <sip:{number}@[local_ip]:[local_port]>",
                      "Max-Forwards: 70", *more, body])  # fmt: skip


def send(text: str, retrans: int = 500) -> str:
    return f'<send retrans="{retrans}"><![CDATA[\n{text}\n]]></send>\n'


def calling(number: str, called: str, handset: Handset, cancel_ms: int | None, hang_up_ms: int | None) -> str:
    """The caller's scenario: INVITE, and then CANCEL while it rings, or BYE after a time, or wait for the other's BYE."""
    request = f"sip:{called}@[remote_ip]:[remote_port] SIP/2.0"
    steps = [send(message(f"INVITE {request}", number, called, "1 INVITE", False, body=sdp(handset.ip, handset.port)))]
    if cancel_ms is not None:
        steps += ['<recv response="100" optional="true"/>', '<recv response="180" optional="true"/>',
                  '<recv response="183" optional="true"/>', f'<pause milliseconds="{cancel_ms}"/>',
                  send(message(f"CANCEL {request}", number, called, "1 CANCEL", False)), '<recv response="200"/>',
                  '<recv response="487"/>', send(message(f"ACK {request}", number, called, "1 ACK", True), 0)]  # fmt: skip
        return scenario("caller", steps)
    steps += [f'<recv response="{code}" optional="true"/>' for code in (100, 180, 183)]
    steps += ['<recv response="200" rrs="true"/>', send(message(f"ACK {request}", number, called, "1 ACK", True), 0)]
    if hang_up_ms is not None:
        steps += [f'<pause milliseconds="{hang_up_ms}"/>', send(message(f"BYE {request}", number, called, "2 BYE", True)),
                  '<recv response="200"/>']  # fmt: skip
    else:
        steps += ['<recv request="BYE"/>', reply("200 OK")]
    return scenario("caller", steps)


def reply(line: str, body: str = "Content-Length: 0\n") -> str:
    return send("\n".join([f"SIP/2.0 {line}", "[last_Via:]", "[last_From:]", "[last_To:];tag=[pid]y[call_number]", "[last_Call-ID:]",
                           "[last_CSeq:]", "Contact: <sip:[local_ip]:[local_port]>", body])).replace(' retrans="500"', "")  # fmt: skip


def answering(handset: Handset, ring_ms: int, mode: str, hang_up_ms: int | None) -> str:
    """The agent's phone: `answer`, `silent` (rings until the other gives up), `busy`, or `dead` (never says a word)."""
    invite = ('<recv request="INVITE" rrs="true"><action><ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="cseq"/>'
              '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/></action></recv><Reference variables="cseq,from"/>')  # fmt: skip
    if mode == "dead":
        return scenario("phone", [invite, '<pause milliseconds="60000"/>'])
    if mode == "busy":
        return scenario("phone", [invite, reply("486 Busy Here"), '<recv request="ACK"/>'])
    steps = [invite, reply("180 Ringing")]
    if mode == "silent":
        terminated = reply("487 Request Terminated").replace("[last_CSeq:]", "CSeq: [$cseq] INVITE")
        return scenario(
            "phone", [*steps, '<recv request="CANCEL"/>', reply("200 OK"), terminated, '<recv request="ACK"/>']
        )
    steps += [
        f'<pause milliseconds="{ring_ms}"/>',
        reply("200 OK", sdp(handset.ip, handset.port)),
        '<recv request="ACK"/>',
    ]
    if hang_up_ms is None:
        return scenario("phone", [*steps, '<recv request="BYE"/>', reply("200 OK")])
    bye = f"""BYE [next_url] SIP/2.0
{VIA}
From: <sip:agent@[local_ip]:[local_port]>;tag=[pid]y[call_number]
To: [$from]
[last_Call-ID:]
CSeq: 5 BYE
Max-Forwards: 70
Content-Length: 0
"""
    return scenario("phone", [*steps, f'<pause milliseconds="{hang_up_ms}"/>', send(bye), '<recv response="200"/>'])


def scenario(name: str, steps: list[str]) -> str:
    return (
        f'<?xml version="1.0" encoding="us-ascii"?>\n<scenario name="{name}">\n' + "\n".join(steps) + "\n</scenario>\n"
    )


@dataclass
class Peer:
    """One SIPp process with its handset."""

    process: subprocess.Popen[bytes]
    handset: Handset
    port: int
    folder: Path

    @property
    def over(self) -> bool:
        return self.process.poll() is not None

    def wait(self, seconds: float = 15) -> int:
        """Until SIPp's dialogue is complete; its exit status (0: exactly as the scenario says)."""
        return self.process.wait(seconds)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self.over:
            self.kill()
        self.handset.close()


@dataclass
class Network:
    """Callers at 127.0.0.2 and agents' phones at 127.0.0.3."""

    sip_port: int
    folder: Path
    peers: list[Peer] = field(default_factory=list)

    def call(self, number: str = "+33100000001", called: str = "1000", *, cancel_ms: int | None = None,
             hang_up_ms: int | None = None) -> Peer:  # fmt: skip
        handset = Handset("127.0.0.2", 400)
        return self._start(
            calling(number, called, handset, cancel_ms, hang_up_ms), handset, "127.0.0.2", to=self.sip_port
        )

    def phone(self, mode: str = "answer", *, ring_ms: int = 200, hang_up_ms: int | None = None, calls: int = 1) -> Peer:
        handset = Handset("127.0.0.3", 700)
        return self._start(answering(handset, ring_ms, mode, hang_up_ms), handset, "127.0.0.3", calls=calls)

    def _start(self, text: str, handset: Handset, ip: str, to: int | None = None, calls: int = 1) -> Peer:
        port = free_port(ip)
        name = f"{'caller' if to else 'phone'}-{port}"
        path = self.folder / f"{name}.xml"
        path.write_text(text)
        target = [f"127.0.0.1:{to}"] if to else []
        process = subprocess.Popen(
            ["sipp", *target, "-sf", str(path), "-i", ip, "-p", str(port), "-m", str(calls), "-nostdin", "-timeout", "60",
             "-trace_err", "-error_file", str(self.folder / f"{name}.err"), "-mp", str(free_port(ip))],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd=self.folder,
        )  # fmt: skip
        peer = Peer(process, handset, port, self.folder)
        self.peers.append(peer)
        return peer

    def close(self) -> None:
        for peer in self.peers:
            peer.__exit__()
