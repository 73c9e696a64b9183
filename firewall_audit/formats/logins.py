"""Other programs of a device that say who tried to get in, who got in and who was shut out: web consoles, tunnels, PAM, and guards. [FW-2, FW-3]

Which program a line is from is asked first; what a client typed stands only where the expression expects it, and reaches to the last address.
"""

import re
from typing import Final, NamedTuple

from firewall_audit.events import Event, Kind, Outcome, Verdict
from firewall_audit.formats.fields import address, clean, port
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.stamps import leading

_SRC: Final = r"(?P<src>[0-9A-Fa-f:.]{2,46})"


class _Shape(NamedTuple):
    programs: tuple[str, ...]
    """What the program's name begins with; empty text stands for a line without a program."""
    words: str
    """What must stand in the line, so that the expression is tried at all."""
    pattern: re.Pattern[str]
    kind: Kind
    outcome: Outcome = ""
    action: Verdict = ""


def _of(programs: str, words: str, pattern: str, kind: Kind, outcome: Outcome = "", action: Verdict = "") -> _Shape:
    return _Shape(tuple(programs.split("|")), words, re.compile(pattern, re.DOTALL), kind, outcome, action)


_CONSOLE: Final = "php-fpm|php|audit|lighttpd|configd.py|opnsense|api"
_PAM: Final = (
    r"(?:authentication failure;.{0,200}? rhost=(?:" + _SRC + r"|[\w.-]{1,255})(?:.{0,80}? user=(?P<user>\S{1,128}))?)"
)
_SHAPES: Final = (
    _of(_CONSOLE, "authentication error for", rf"(?:/\S{{0,100}}: )?(?:webConfigurator|Web GUI) authentication error for (?:user )?'(?P<user>.{{0,256}})' from:? {_SRC}", "auth", "failure"),
    _of(_CONSOLE, "Successful login for user", rf"(?:/\S{{0,100}}: )?Successful login for user '(?P<user>.{{0,256}})' from:? {_SRC}", "auth", "success"),
    _of(_CONSOLE, "logged out for user", rf"(?:/\S{{0,100}}: )?User logged out for user '(?P<user>.{{0,256}})' from:? {_SRC}", "admin"),
    _of(_CONSOLE, "authenticated successfully for", r"(?:/\S{0,100}: )?user (?P<user>.{1,256}) authenticated successfully for (?P<detail>\w{1,40})", "auth", "success"),
    _of(_CONSOLE, "Configuration Change:", rf"(?:/\S{{0,100}}: )?Configuration Change: (?P<user>[^@\s]{{1,128}})@{_SRC}(?: \([^)]{{0,60}}\))?: (?P<detail>.{{0,1000}})", "config"),
    _of(_CONSOLE, "changed configuration to", rf"user (?P<user>[^@\s]{{1,128}})@{_SRC} changed configuration to (?P<detail>.{{0,1000}})", "config"),
    _of("ovpn|openvpn", "SIGUSR1[soft,connection-reset]", rf"{_SRC}:(?P<port>\d{{1,5}}) SIGUSR1\[soft,connection-reset\]", "auth", "failure"),
    _of("ovpn|openvpn", "VERIFY ERROR", rf"{_SRC}:(?P<port>\d{{1,5}}) (?P<detail>VERIFY ERROR.{{0,300}})", "auth", "failure"),
    _of("ovpn|openvpn", "TLS Error", rf"(?:{_SRC}:(?P<port>\d{{1,5}}) )?(?P<detail>TLS Error: .{{0,200}}?)(?: from \[AF_INET6?\](?P<peer>[0-9A-Fa-f:.]{{2,46}}):\d{{1,5}})?$", "auth", "failure"),
    _of("ovpn|openvpn", "TLS Auth Error", rf"{_SRC}:(?P<port>\d{{1,5}}) (?P<detail>TLS Auth Error.{{0,200}})", "auth", "failure"),
    _of("ovpn|openvpn", "Peer Connection Initiated", rf"{_SRC}:(?P<port>\d{{1,5}}) \[(?P<user>[^\]]{{1,128}})\] (?P<detail>Peer Connection Initiated)", "auth", "success"),
    _of("webmin", "nvalid login as", rf"Invalid login as (?P<user>.{{0,256}}) from {_SRC} ?$", "auth", "failure"),
    _of("webmin", "Non-existent login as", rf"Non-existent login as (?P<user>.{{0,256}}) from {_SRC} ?$", "auth", "failure"),
    _of("webmin", "uccessful login as", rf"Successful login as (?P<user>.{{0,256}}) from {_SRC} ?$", "auth", "success"),
    _of("screensharingd", "Authentication: FAILED", rf"Authentication: FAILED :: User Name: (?P<user>.{{0,256}}) :: Viewer Address: {_SRC} :: Type: ", "auth", "failure"),
    _of("screensharingd", "Authentication: SUCCEEDED", rf"Authentication: SUCCEEDED :: User Name: (?P<user>.{{0,256}}) :: Viewer Address: {_SRC} :: Type: ", "auth", "success"),
    _of("", "User authentication failed.", rf"Connection \"CID-\d{{1,10}}\": User authentication failed\. The user name that has been provided was \"(?P<user>.{{0,256}})\", from {_SRC}\.$", "auth", "failure"),
    _of("xinetd", "FAIL: ", rf"FAIL: (?P<detail>\S{{1,60}} \S{{1,40}}) from={_SRC}$", "auth", "failure"),
    _of("scanlogd", " ports ", rf"{_SRC}(?::\d{{1,5}})? to (?P<dst>[0-9A-Fa-f:.]{{2,46}}) (?P<detail>ports .{{0,300}})", "threat", "failure"),
    _of("fail2ban", "] Ban ", rf"(?:NOTICE +)?\[(?P<rule>[^\]]{{1,100}})\] (?P<detail>Ban) {_SRC}$", "threat", "failure", "deny"),
    _of("fail2ban", "] Unban ", rf"(?:NOTICE +)?\[(?P<rule>[^\]]{{1,100}})\] (?P<detail>Unban) {_SRC}$", "other"),
    _of("", " Port: ", rf"(?P<epoch>\d{{10}}) - \S{{10}} \S{{8}} Host: [^/\s]{{1,255}}/{_SRC} Port: (?P<dport>\d{{1,5}}) (?P<protocol>TCP|UDP) Blocked", "threat", "failure", "deny"),
)  # fmt: skip
# PAM speaks inside whatever program asks it; OpenSSH's newer form repeats what its own line says.
_PAM_SPEAKS: Final = re.compile(r"(?:\(?pam_unix(?:\([\w:-]{0,60}\))?\)?(?:\[\d{1,10}\])?: ?|\(pam_unix\) )?" + _PAM)


def parse(framed: Framed) -> Event | None:
    """Read one line of a program that is known to tell of sign-ins."""
    body = framed.body[:4000].rstrip()
    for shape in _SHAPES:
        if shape.words in body and _is_of(framed.program, shape.programs) and (found := shape.pattern.match(body)):
            return _event(framed, found, shape)
    if (
        "authentication failure;" in body
        and not body.startswith("pam_unix(sshd:")
        and (found := _PAM_SPEAKS.match(body))
    ):
        return _event(framed, found, _of("", "", "", "auth", "failure"))
    return None


def _is_of(program: str, programs: tuple[str, ...]) -> bool:
    return program.startswith(programs) if programs != ("",) else not program


def _event(framed: Framed, found: re.Match[str], shape: _Shape) -> Event:
    parts = {name: text or "" for name, text in found.groupdict().items()}
    epoch = leading(f"{parts['epoch']}.0 ") if parts.get("epoch") else None
    return Event(
        shape.kind,
        framed.at if epoch is None else epoch.at,
        framed.has_year if epoch is None else True,
        framed.host,
        shape.action,
        address(parts.get("src") or parts.get("peer", "")),
        port(parts.get("port", "")),
        address(parts.get("dst", "")),
        port(parts.get("dport", "")),
        parts.get("protocol", "").lower(),
        rule=clean(parts.get("rule", ""), 100),
        message=clean(framed.program, 40),
        user=clean(parts.get("user", "").removesuffix(" ::"), 100),
        outcome=shape.outcome,
        severity=None if framed.priority is None else framed.priority & 7,
        sequence=framed.sequence,
        detail=clean(parts.get("detail", "")),
    )


FORMATS = (
    Format(
        "logins",
        "Sign-ins of consoles, tunnels and PAM; guards that shut out",
        1,
        tuple(sorted({shape.words for shape in _SHAPES} | {"authentication failure;"})),
        parse,
    ),
)
