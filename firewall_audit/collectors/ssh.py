"""The way to a device by SSH: its key is known before anything is shown to it, and all waiting has an end. [FW-2, SW-18]

The only file that speaks SSH. The machine's own SSH configuration, agents and known hosts have no say. What the library tells of a fault
may repeat what a device said; it goes no further than here.
"""

import asyncio
import hmac
import logging
import re
from typing import Any, Final

import asyncssh

from firewall_audit.collectors.doors import CollectionFault, Door
from firewall_audit.collectors.recipes import PAGER_WAITS

logging.getLogger("asyncssh").setLevel(logging.CRITICAL)
CONNECT_SECONDS: Final = 15
QUIET: Final = 0.4
"""Seconds without a word after which what looks like a prompt is one."""
CHUNK: Final = 1 << 16
_PROMPT: Final = re.compile(rb"(?:^|[\r\n])([^\s#>$%][^\r\n#>$%]{0,80})([#>$%]) ?$")
_PASSWORD: Final = re.compile(rb"(?i)password: ?$")
_RSA: Final = ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"]


def fetch(door: Door) -> bytes:
    """Return what a device answers to its recipe's command. Raises CollectionFault."""
    return asyncio.run(_fetch(door))


async def _fetch(door: Door) -> bytes:
    guard = _Guard(door)
    came = bytearray()
    try:
        async with asyncio.timeout(door.seconds), _connected(door, guard) as link:
            await (_in_terminal if door.recipe.terminal else _by_command)(link, door, came)
    except TimeoutError:
        raise CollectionFault("slow", size=len(came)) from None
    except asyncssh.HostKeyNotVerifiable:
        raise CollectionFault("changed-key" if door.trusted else "untrusted", offered=guard.offered) from None
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        raise CollectionFault("credential") from None
    except asyncssh.PermissionDenied:
        raise CollectionFault("sign-in") from None
    except asyncssh.ChannelOpenError:
        raise CollectionFault("not-allowed") from None
    except asyncssh.Error:
        raise CollectionFault("truncated" if came or guard.signed_in else "answer", size=len(came)) from None
    except OSError:
        raise CollectionFault("truncated" if came or guard.signed_in else "unreachable", size=len(came)) from None
    return bytes(came)


class _Guard(asyncssh.SSHClient):
    """Knows the key that is expected, and shows the password once: a second try could lock the account."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._left = 1 if door.kind == "password" else 0
        self.offered = ""
        self.signed_in = False

    def auth_completed(self) -> None:
        """Note that the device let us in: a line that breaks from here on was cut, not out of reach."""
        self.signed_in = True

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002 - the library's form
        """Tell whether this is the key that a person has trusted."""
        self.offered = f"{key.get_algorithm()} {key.get_fingerprint('sha256')}"
        return hmac.compare_digest(self.offered, self._door.trusted)

    def password_auth_requested(self) -> str | None:
        """Give the password, once."""
        return self._secret()

    def kbdint_auth_requested(self) -> str | None:
        """Take part in a dialogue, as long as the password was not shown yet."""
        return "" if self._left else None

    def kbdint_challenge_received(self, name: str, instructions: str, lang: str, prompts: Any) -> list[str] | None:  # noqa: ARG002 - the library's form
        """Answer the one question for the password; a device that asks for more is not answered."""
        if not prompts:
            return []
        secret = self._secret() if len(prompts) == 1 else None
        return None if secret is None else [secret]

    def _secret(self) -> str | None:
        self._left, left = 0, self._left
        return self._door.secret if left else None


def _connected(door: Door, guard: _Guard) -> Any:
    algorithm = door.trusted.partition(" ")[0]
    own = {} if not algorithm else {"server_host_key_algs": _RSA if algorithm == "ssh-rsa" else [algorithm]}
    keys = [asyncssh.import_private_key(door.secret)] if door.kind == "private-key" else None
    return asyncssh.connect(
        door.address, door.port, username=door.user_name, client_factory=lambda: guard, known_hosts=b"", config=None, agent_path=None,
        client_keys=keys, preferred_auth="publickey" if keys else "password,keyboard-interactive", connect_timeout=CONNECT_SECONDS,
        gss_host=None, x509_trusted_certs=None, **own,
    )  # fmt: skip


async def _by_command(link: Any, door: Door, came: bytearray) -> None:
    """Run one command; only an answer that the device itself calls done is one."""
    process = await link.create_process(
        door.recipe.command, encoding=None, stdin=asyncssh.DEVNULL, stderr=asyncssh.DEVNULL
    )
    while said := await process.stdout.read(CHUNK):
        _take(came, said, door)
    await process.wait_closed()
    if process.exit_status is None:
        raise CollectionFault("truncated", size=len(came))
    if process.exit_status != 0:
        raise CollectionFault("not-allowed", size=len(came))


async def _in_terminal(link: Any, door: Door, came: bytearray) -> None:
    """Sign in as a person does: the pager off for this connection, the command, and what it says until the prompt is back."""
    process = await link.create_process(term_type="vt100", term_size=(511, 24), encoding=None, stderr=asyncssh.STDOUT)
    stem, sign = await _prompted(process, door, came)
    if sign == b">" and door.recipe.enables:
        sign = await _enabled(process, door, came, stem)
    back = re.compile(rb"[\r\n]" + re.escape(stem) + rb"[#>$%] ?$")
    for line in (*door.recipe.prepare, door.recipe.command):
        came.clear()
        process.stdin.write(line.encode() + b"\n")
        await _until(process, door, came, back)
    found = back.search(came[-200:])
    del came[len(came) - 200 + found.start() if len(came) > 200 and found else found.start() if found else len(came) :]  # noqa: PLR2004
    process.stdin.write(b"exit\n")


async def _prompted(process: Any, door: Door, came: bytearray) -> tuple[bytes, bytes]:
    """Wait for the first prompt and return what it says and how it ends; a greeting may look like one, so silence decides."""
    while True:
        found = await _until(process, door, came, _PROMPT)
        try:
            async with asyncio.timeout(QUIET):
                more = await process.stdout.read(CHUNK)
        except TimeoutError:
            return found[1], found[2]
        _take(came, more, door)


async def _enabled(process: Any, door: Door, came: bytearray, stem: bytes) -> bytes:
    """Ask for the right to read everything. Raises CollectionFault where it is not given."""
    came.clear()
    process.stdin.write(b"enable\n")
    back = re.compile(rb"[\r\n]" + re.escape(stem) + rb"([#>]) ?$")
    either = re.compile(_PASSWORD.pattern + rb"|" + back.pattern)
    found = await _until(process, door, came, either)
    if found[1] is None:
        came.clear()
        process.stdin.write(door.enable.encode() + b"\n")
        found = await _until(process, door, came, either)
    came.clear()
    if found[1] != b"#":
        raise CollectionFault("not-allowed" if door.enable else "credential")
    return found[1]


async def _until(process: Any, door: Door, came: bytearray, wanted: re.Pattern[bytes]) -> re.Match[bytes]:
    """Read until the end of what came looks as wanted; a pager that waits is told to go on."""
    while True:
        tail = bytes(came[-200:])
        found = wanted.search(tail)
        if found is not None:
            return found
        if PAGER_WAITS.search(tail):
            process.stdin.write(b" ")
            came += b"\r"
        said = await process.stdout.read(CHUNK)
        if not said:
            raise CollectionFault("truncated", size=len(came))
        _take(came, said, door)


def _take(came: bytearray, said: bytes, door: Door) -> None:
    came += said
    if len(came) > door.most:
        raise CollectionFault("too-large", size=len(came))
