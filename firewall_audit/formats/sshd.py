"""OpenSSH and Dropbear: who tried to get into a device, who got in. Every attempt is counted once, by the line that ends it. [FW-3]

What a client sends (a name, a banner) stands in these lines: expressions reach to the last `from ADDRESS port N`, which the server wrote.
A refused key is no failure of its own: clients offer several, one after the other, until one is taken. `authenticating user … closed` is.
"""

import re
from typing import Final

from firewall_audit.events import Event, Outcome
from firewall_audit.formats.fields import address, clean, port
from firewall_audit.formats.format import Format, Framed

_ADDRESS: Final = r"(?P<src>(?=[0-9A-Fa-f]{0,4}[.:])[0-9A-Fa-f:.]{2,46})(?:%\w{1,32})?"
_PORT: Final = r"(?: port (?P<port>\d{1,5}))?"
_FROM: Final = rf" from {_ADDRESS}{_PORT}"
_SENT: Final = rf" from {_ADDRESS} port (?P<port>\d{{1,5}})(?: ssh[12])?"
_PRE: Final = r"(?: \[preauth\])? ?$"
_NOISE = re.compile(r"\[ID \d{1,10} \w{1,16}\.\w{1,16}\] |(?:error|fatal|info|debug\d): ", re.ASCII)
_TAG = re.compile(r"\[?(?:sshd|dropbear)\]?:? ", re.ASCII)


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL | re.IGNORECASE)


# The name of nobody is whatever was sent, and reaches to the last address; the name of somebody has no space in it.
_NAMED: Final = r"(?:<invalid username>|(?:invalid|illegal) user (?P<invalid>.{0,256})|(?P<user>\S{1,128}))"
# What a line means, by the words it begins with; the first shape that fits.
_SHAPES: Final[dict[str, tuple[tuple[Outcome, re.Pattern[str]], ...]]] = {
    "Accepted": (("success", _shape(rf"Accepted (?P<how>[\w/-]{{1,40}}) for (?P<user>\S{{1,128}}){_SENT}(?:: .*)?$")),),
    "Failed": (
        ("", _shape(rf"Failed (?P<how>publickey|none) for (?P<user>(?!<invalid)\S{{1,128}}){_SENT}(?:: .*)?$")),
        ("failure", _shape(rf"Failed (?P<how>[\w/-]{{1,40}}) for {_NAMED}{_SENT}(?:: ruser .*)?{_PRE}")),
        ("failure", _shape(rf"Failed (?P<how>[\w/-]{{1,40}}) for {_NAMED}{_SENT}: .*$")),
    ),
    "Postponed": (("", _shape(rf"Postponed .{{1,300}}{_FROM} ssh2")),),
    "Invalid": (("failure", _shape(rf"Invalid user (?P<user>.{{0,256}}){_FROM}{_PRE}")),),
    "Illegal": (("failure", _shape(rf"Illegal user (?P<user>.{{0,256}}){_FROM}{_PRE}")),),
    "ROOT": (("failure", _shape(rf"(?P<user>ROOT) LOGIN REFUSED{_FROM}{_PRE}")),),
    "User": (
        (
            "failure",
            _shape(rf"User (?P<user>.{{0,256}}) from (?:{_ADDRESS}|[\w.-]{{1,255}}) not allowed because .{{0,200}}$"),
        ),
        ("", _shape(r"User (?P<user>.{0,256}) not allowed because account is locked")),
    ),
    "PAM": (
        (
            "failure",
            _shape(
                rf"PAM: .{{0,120}}(?:failure|error|not known to the underlying authentication module) for (?:(?:illegal|invalid) user )?(?P<user>.{{0,256}}?) from (?:{_ADDRESS}|[\w.-]{{1,255}})(?: via [0-9A-Fa-f:.]{{2,46}})? ?$"
            ),
        ),
    ),
    "pam_unix": (
        (
            "",
            _shape(
                r"pam_unix\(sshd:auth\): authentication failure;.{0,200}? rhost=(?P<src>[0-9A-Fa-f:.]{2,46})(?: +user=(?P<user>\S{1,128}))?"
            ),
        ),
    ),
    "maximum": (
        (
            "failure",
            _shape(
                rf"maximum authentication attempts exceeded for (?:invalid user )?(?P<user>.{{0,256}}) from (?:{_ADDRESS}|\S{{1,64}}){_PORT}(?: ssh2)?{_PRE}"
            ),
        ),
    ),
    "refused": (("failure", _shape(r"refused connect from .{0,300}\((?P<src>[0-9A-Fa-f:.]{2,46})\)$")),),
    "Received": (
        ("failure", _shape(rf"Received disconnect{_FROM}: ?(?:3|11|14): .{{0,300}}\[preauth\] ?$")),
        ("", _shape(rf"Received disconnect{_FROM}:")),
    ),
    "Connection": (
        (
            "failure",
            _shape(
                rf"Connection (?:closed|reset) by (?:authenticating|invalid) user (?P<user>.{{0,256}}) {_ADDRESS}{_PORT} \[preauth\] ?$"
            ),
        ),
        ("failure", _shape(rf"Connection (?:closed|reset) by {_ADDRESS}{_PORT} \[preauth\] ?$")),
        ("", _shape(rf"Connection (?:closed|reset) by (?:user (?P<user>.{{0,256}}) )?{_ADDRESS}{_PORT} ?$")),
        ("", _shape(rf"Connection{_FROM} on ")),
        ("", _shape(rf"Connection{_FROM} ?$")),
    ),
    "Disconnected": (
        (
            "failure",
            _shape(
                rf"Disconnected from (?:authenticating|invalid) user (?P<user>.{{0,256}}) {_ADDRESS}{_PORT} \[preauth\] ?$"
            ),
        ),
        ("", _shape(rf"Disconnected from (?:user (?P<user>.{{0,256}}) )?{_ADDRESS}{_PORT}{_PRE}")),
    ),
    "Disconnecting": (
        (
            "",
            _shape(
                rf"Disconnecting (?:authenticating|invalid) user (?P<user>.{{0,256}}) {_ADDRESS}{_PORT}: Too many authentication failures{_PRE}"
            ),
        ),
        (
            "failure",
            _shape(
                rf"Disconnecting (?:authenticating|invalid) user (?P<user>.{{0,256}}) {_ADDRESS}{_PORT}(?:: .{{0,300}})?$"
            ),
        ),
        ("failure", _shape(rf"Disconnecting: Too many authentication failures(?: for (?P<user>.{{0,256}}?))?{_PRE}")),
    ),
    "Did": (("failure", _shape(rf"Did not receive identification string{_FROM}{_PRE}")),),
    "Bad": (
        ("failure", _shape(rf"Bad protocol version identification .{{0,400}}{_FROM}{_PRE}")),
        (
            "failure",
            _shape(
                r"Bad password attempt for '(?P<user>.{0,256})' from (?P<src>[0-9A-Fa-f:.]{2,46}?):(?P<port>\d{1,5})$"
            ),
        ),
    ),
    "kex_exchange_identification": (
        ("failure", _shape(r"kex_exchange_identification: client sent invalid protocol identifier ")),
    ),
    "ssh_dispatch_run_fatal": (
        ("failure", _shape(rf"ssh_dispatch_run_fatal: Connection{_FROM}: message authentication code incorrect{_PRE}")),
    ),
    "Timeout": (("failure", _shape(rf"Timeout before authentication for (?:connection from )?{_ADDRESS}{_PORT}")),),
    "Unable": (
        ("failure", _shape(rf"Unable to negotiate with {_ADDRESS}{_PORT}: no matching .{{0,1000}}$")),
        ("failure", _shape(r"Unable to negotiate a key exchange method")),
    ),
    "no": (("failure", _shape(r"no matching (?:mac|cipher|host key type|key exchange method|comp) found")),),
    "Login": (
        (
            "failure",
            _shape(
                r"Login attempt for nonexistent user(?: '(?P<user>.{0,256})')? from (?P<src>[0-9A-Fa-f:.]{2,46}?):(?P<port>\d{1,5})$"
            ),
        ),
    ),
    "Exit": (
        (
            "failure",
            _shape(
                r"Exit before auth from <(?P<src>[0-9A-Fa-f:.]{2,46}?):(?P<port>\d{1,5})>: \((?:user '(?P<user>.{0,256})', )?\d{1,4} fails\): Max auth tries"
            ),
        ),
    ),
    "Password": (
        (
            "success",
            _shape(
                r"Password auth succeeded for '(?P<user>.{0,256})' from (?P<src>[0-9A-Fa-f:.]{2,46}?):(?P<port>\d{1,5})$"
            ),
        ),
    ),
    "Pubkey": (
        (
            "success",
            _shape(
                r"Pubkey auth succeeded for '(?P<user>.{0,256})' with .{0,300} from (?P<src>[0-9A-Fa-f:.]{2,46}?):(?P<port>\d{1,5})$"
            ),
        ),
    ),
}
_SHAPES["bad"] = _SHAPES["Bad"]


def parse(framed: Framed) -> Event | None:
    """Read one line of a daemon; lines that say nothing of an attempt stay unread by this format."""
    body = _spoken(framed)
    if body is None:
        return None
    first = re.split(r"[ :;(]", body, maxsplit=1)[0]
    for outcome, shape in _SHAPES.get(first, ()):
        if found := shape.match(body):
            parts = found.groupdict()
            user = parts.get("user") or parts.get("invalid") or ""
            return Event(
                "auth",
                framed.at,
                framed.has_year,
                framed.host,
                src=address(parts.get("src") or ""),
                src_port=port(parts.get("port") or ""),
                message="sshd",
                user=clean(user, 100),
                outcome=outcome,
                severity=None if framed.priority is None else framed.priority & 7,
                sequence=framed.sequence,
                detail=clean(parts.get("how") or first),
            )
    return None


def _spoken(framed: Framed) -> str | None:
    """Return what the daemon said, without marks of Solaris and of levels; None where another program speaks."""
    body = framed.body[:4000]
    if not framed.program.startswith(("sshd", "dropbear")):
        if framed.program or not (tagged := _TAG.match(body)):
            return None
        body = body[tagged.end() :]
    for _ in range(3):
        if noise := _NOISE.match(body):
            body = body[noise.end() :]
    if framed.program == "dropbear" and (again := re.match(r"\[\d{1,10}\] \w{3} +\d{1,2} [\d:]{8} ", body)):
        body = body[again.end() :]
    return body


FORMATS = (Format("sshd", "OpenSSH and Dropbear", 1, ("sshd", "dropbear"), parse),)
