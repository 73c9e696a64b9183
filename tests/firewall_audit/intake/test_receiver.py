"""The receiver on real sockets: every transport, strangers apart, exact counts, backpressure."""

import asyncio
import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from firewall_audit.intake import receiver as receivers
from firewall_audit.intake.directory import FILE, Directory
from firewall_audit.intake.receiver import Ports, Receiver, Tally, context_of
from firewall_audit.intake.segments import UNKNOWN, chunks, closed
from firewall_audit.intake.spool import Spool
from kernel.errors import Conflict, Refused

PATIENCE = 60


def run(
    folder: Path,
    talk: Callable[[Receiver], Awaitable[None]],
    *,
    known: str = '{"127.0.0.1": "edge-1"}',
    ports: Ports = Ports("127.0.0.1", -1, -1),  # noqa: B008 - frozen
    context: ssl.SSLContext | None = None,
    most: int = 1 << 30,
) -> Tally:
    """Run a receiver while somebody talks to it; return what it tallied."""
    folder.mkdir(exist_ok=True)
    (folder / FILE).write_text(known)

    async def go() -> Tally:
        with Spool(folder, most_bytes=most, age=timedelta(minutes=5)) as spool:
            receiver = Receiver(spool, Directory(folder), lambda: datetime.now(UTC))
            receiver.directory.refresh = lambda: None  # type: ignore[method-assign]
            await receiver.listen(ports, context)
            stop = asyncio.Event()
            running = asyncio.create_task(receiver.run(stop))
            await asyncio.wait_for(talk(receiver), PATIENCE)
            stop.set()
            await asyncio.wait_for(running, PATIENCE)
            return receiver.tally()

    return asyncio.run(go())


def lines_in(folder: Path, device: str) -> list[bytes]:
    return [
        line for path in closed(folder) if path.parent.name == device for chunk in chunks(path) for line in chunk.lines
    ]


async def say(port: int, data: bytes, context: ssl.SSLContext | None = None) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="" if context else None)
    writer.write(data)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def say_for_long(port: int, context: ssl.SSLContext) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="")
    for _ in range(500):
        writer.write(b"<30>not me\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - sockets tell nobody when they are read
        await asyncio.sleep(0.02)


def heard(receiver: Receiver) -> int:
    return sum(receiver._tally.lines.values())


def test_datagrams_and_both_framings_of_tcp_come_in(tmp_path: Path) -> None:
    async def talk(receiver: Receiver) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            for text in (b"<30>by datagram", b"<30>two\n<30>in one", b""):
                out.sendto(text, ("127.0.0.1", receiver.listening["udp"]))
        await say(receiver.listening["tcp"], b"<30>by line\n15 <30>by counting")
        await until(lambda: heard(receiver) == 5)

    tally = run(tmp_path, talk)
    assert sorted(lines_in(tmp_path, "edge-1")) == sorted(
        [b"<30>by datagram", b"<30>two", b"<30>in one", b"<30>by line", b"<30>by counting"]
    )
    assert tally.lines == {"edge-1": 5}
    assert tally.dropped == {}


def test_strangers_are_kept_apart_and_shown(tmp_path: Path) -> None:
    async def talk(receiver: Receiver) -> None:
        await say(receiver.listening["tcp"], b"<30>who am I\n<30>me again\n")
        await until(lambda: heard(receiver) == 2)

    tally = run(tmp_path, talk, known="{}")
    assert lines_in(tmp_path, UNKNOWN) == [b"<30>who am I", b"<30>me again"]
    (stranger,) = tally.strangers.items()
    assert (stranger[0], stranger[1].lines, stranger[1].sample) == ("127.0.0.1", 2, b"<30>who am I")


def test_behind_a_relay_the_host_in_the_line_tells_the_device(tmp_path: Path) -> None:
    lines = [b"<30>Mar  2 11:59:01 EDGE-7 kernel: one", b"<30>Mar  2 11:59:01 other kernel: two"]

    async def talk(receiver: Receiver) -> None:
        await say(receiver.listening["tcp"], b"\n".join(lines) + b"\n")
        await until(lambda: heard(receiver) == 2)

    run(tmp_path, talk, known='{"edge-7": "edge-7"}')
    assert lines_in(tmp_path, "edge-7") == lines[:1]
    assert lines_in(tmp_path, UNKNOWN) == lines[1:]


def test_fifty_thousand_datagrams_at_once_are_received_or_counted_exactly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receivers, "UDP_BUFFER", 1 << 18)
    count = 50_000

    async def talk(receiver: Receiver) -> None:
        def send() -> None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
                for number in range(count):
                    out.sendto(b"<30>line %d" % number, ("127.0.0.1", receiver.listening["udp"]))

        await asyncio.to_thread(send)

    tally = run(tmp_path, talk)
    found = lines_in(tmp_path, "edge-1")
    assert len(found) == len(set(found)) == tally.lines["edge-1"]
    assert tally.lines["edge-1"] + tally.dropped[""] == count


LINES = 20_000
"""More than the buffers between the two ends can hold, so that whoever sends has to wait."""


def test_when_the_spool_is_full_tcp_waits_and_nothing_is_lost(tmp_path: Path) -> None:
    sent = b"".join(b"<30>%d %s\n" % (number, b"x" * 1000) for number in range(LINES))

    async def talk(receiver: Receiver) -> None:
        talking = asyncio.create_task(say(receiver.listening["tcp"], sent))
        await until(lambda: receiver.spool.is_full)
        before = heard(receiver)
        await asyncio.sleep(0.3)
        assert heard(receiver) - before <= 200
        assert heard(receiver) < LINES
        receiver.spool.most_bytes = 1 << 30
        await talking
        await until(lambda: heard(receiver) == LINES)

    tally = run(tmp_path, talk, most=50_000)
    assert tally.dropped == {}
    assert len(lines_in(tmp_path, "edge-1")) == LINES


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        ports = Ports("127.0.0.1", tcp=other.getsockname()[1])

        async def talk(_: Receiver) -> None:
            raise AssertionError

        with pytest.raises(Conflict, match="cannot listen"):
            run(tmp_path, talk, ports=ports)


def certificate(folder: Path, name: str) -> tuple[Path, str]:
    """A certificate that signs itself, with its key in one file; and its fingerprint."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / f"{name}.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return file, made.fingerprint(hashes.SHA256()).hex()


def test_by_tls_a_device_is_known_by_its_certificate_and_without_one_it_is_not_heard(tmp_path: Path) -> None:
    server, _ = certificate(tmp_path, "receiver")
    device, fingerprint = certificate(tmp_path, "device")
    client = ssl.create_default_context(cafile=str(server))
    client.load_cert_chain(device)
    client.check_hostname = False
    nobody = ssl.create_default_context(cafile=str(server))
    nobody.check_hostname = False

    async def talk(receiver: Receiver) -> None:
        await say(receiver.listening["tls"], b"12 <30>securely<30>and by line\n", client)
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await say_for_long(receiver.listening["tls"], nobody)
        await until(lambda: heard(receiver) == 2)

    run(
        tmp_path / "spool", talk, known=f'{{"{fingerprint}": "edge-9"}}', ports=Ports("127.0.0.1", tls=-1),
        context=context_of(server, device),
    )  # fmt: skip
    assert lines_in(tmp_path / "spool", "edge-9") == [b"<30>securely", b"<30>and by line"]
    assert lines_in(tmp_path / "spool", UNKNOWN) == []


def test_tls_without_a_certificate_is_refused(tmp_path: Path) -> None:
    async def talk(_: Receiver) -> None:
        raise AssertionError

    with pytest.raises(Refused, match="certificate"):
        run(tmp_path, talk, ports=Ports("127.0.0.1", tls=-1))
    with pytest.raises(Refused, match="cannot be used"):
        context_of(tmp_path / "nowhere.pem", Path())
