"""Cisco IOS, IOS XE and NX-OS: access lists, the zone firewall, sign-ins, and what changed the configuration. [FW-2, FW-3]"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from firewall_audit.events import Event, Kind, Outcome
from firewall_audit.formats.fields import address, clean, count, port, protocol
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.masks import masked
from firewall_audit.formats.saying import say
from firewall_audit.formats.stamps import leading

_LONGEST: Final = 2048
# The mark stands where the message begins, behind no more than the names of a device and of a part of it.
_MARK = re.compile(
    r"(?:[^\s%]{1,64} ?:? ?)??:? ?%(?P<facility>[A-Z][A-Z0-9_]{1,30})-(?:[A-Z0-9_]+-)?(?P<severity>[0-7])-(?P<name>[A-Z][A-Z0-9_]{1,40}): ?"
)
# IOS puts its own name before its own time, which the envelope leaves to us.
_ORIGIN = re.compile(r"([\w.\-]{1,64}): (?=[*.]?[A-Z][a-z]{2} )")
_SIDE: Final = r"(?P<{0}>[\w:.]+)(?:\((?P<{0}_port>\d+)\))?(?: \((?!\d+/\d+\))[^()]*\))?"
_LIST = re.compile(
    r"(?:access-list|list) (?P<rule>\S+) (?P<verdict>denied|permitted) (?:(?P<proto>[\w-]+) )?" + _SIDE.format("src")
    + r"(?: -> " + _SIDE.format("dst") + r")?(?: \((?P<type>\d+)/(?P<code>\d+)\))?(?:.{0,80}?[, ](?P<times>\d+) packets?)?"
)  # fmt: skip
_FLOW = re.compile(
    r"Src IP: (?P<src>[^\s,]+), Dst IP: (?P<dst>[^\s,]+), Src Port: (?P<src_port>\d+), Dst Port: (?P<dst_port>\d+), Src Intf: (?P<in>[^\s,]*), "
    r"Protocol: \"?(?P<proto>[\w-]+)\"?(?:\(\d+\))?, (?:ACL Name: (?P<rule>[^\s,]+), ACE Action: (?P<verdict>\w+).{0,80}?)?Hit-count = (?P<times>\d+)"
)
_SESSION = re.compile(
    r".{0,160}?(?P<word>Start|Stop|Dropping) (?P<proto>[\w-]+) session:? (?:initiator )?\(?(?P<src>[0-9A-Fa-f.:]+?):(?P<src_port>\d+)\)?"
    r"(?: sent (?P<sent>\d+) bytes)?(?: -- responder)? \(?(?P<dst>[0-9A-Fa-f.:]+?):(?P<dst_port>\d+)\)?(?: sent (?P<received>\d+) bytes)?"
    r"(?: on zone-pair (?P<rule>\S+))?"
)
_SIGNATURE = re.compile(
    r"Sig:(?P<rule>\d+) .{0,20}?Sev:\d+ (?P<detail>.{0,200}?) ?\[(?P<src>[0-9A-Fa-f.:]+?):(?P<src_port>\d+) -> (?P<dst>[0-9A-Fa-f.:]+?):(?P<dst_port>\d+)\]"
)
_USER = re.compile(r"(?:\buser ?[:=]? ?'?|\bby |\bUsername: ?)(?P<user>[^\s'\],:]{1,64})", re.IGNORECASE)
_BRACKET_USER = re.compile(r"\[user: ?(?P<user>[^\]]{0,64})\]")
_PEER = re.compile(
    r"(?:\[Source: ?|\bfrom (?:host )?|\bvty\d+ \(|\(|\bAddress: ?|Duplicate address )(?P<src>\d+\.\d+\.\d+\.\d+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+)(?::(?P<port>\d+)(?!\d*[:.]))?"
)
_LOCAL_PORT = re.compile(r"\[localport: ?(\d+)\]")
_COMMAND = re.compile(r"(?:logged command: ?|Command: ?|cmd:? ?)(?:!exec: ?)?(?P<command>.{0,600})")
_TARGET = re.compile(r"\bLogging to host (?P<dst>\S+) port (?P<dst_port>\d+)")
_KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(["SYS-CONFIG_I", "SYS-CONFIG_P", "SYS-CONFIG", "PARSER-CFGLOG_LOGGEDCMD", "SYS-CONFIG_NV_I", "VSHD-VSHD_SYSLOG_CONFIG_I", "DMI-CONFIG_I", "SYS-CONFIG_C"], "config"),
    **dict.fromkeys(["AAAA-ACCTLOCAL", "AAA-USER_RESET", "SYS-RELOAD", "SYS-RESTART", "HA_EM-LOG", "AAAA-CLI_DEPRECATED", "SYS-PRIV_AUTH_PASS", "AAA-ACCT"], "admin"),
    **dict.fromkeys(["SYS-PRIV_AUTH_FAIL", "SYS-LOGOUT", "SYS-LOGIN", "DMI-AUTH_PASSED", "DMI-AUTHENTICATION_FAILED", "AUTHPRIV-SYSTEM_MSG", "DAEMON-SYSTEM_MSG"], "auth"),
}  # fmt: skip
_FACILITIES: Final[dict[str, Kind]] = {
    **dict.fromkeys(["SEC_LOGIN", "SSH", "AAA", "AUTHMGR", "DOT1X", "MAB", "SEC_LOGOUT", "LOGIN", "WEBAUTH", "CRYPTO"], "auth"),
    **dict.fromkeys(["IPS", "FW_ATTACK", "PORT_SECURITY", "DHCP_SNOOPING", "SW_DAI", "ARP", "IP"], "threat"),
    **dict.fromkeys(["SYS", "LINK", "LINEPROTO", "SPANTREE", "PM", "SW_MATM", "ENVMON", "PLATFORM", "IOSXE", "REDUNDANCY", "STACKMGR", "HSRP", "OSPF", "BGP", "NTP"], "health"),
}  # fmt: skip
_FAILED: Final = ("FAIL", "DENIED", "REJECT", "BAD")
_PASSED: Final = ("SUCCESS", "PASS", "GRANTED")


def parse(framed: Framed) -> Event | None:
    """Read one line of `%FACILITY-severity-MNEMONIC: …`."""
    found = _MARK.match(framed.body)
    if found is None:
        inner = _inner(framed)
        return parse(inner) if inner else None
    text = framed.body[found.end() : found.end() + _LONGEST]
    message = f"{found['facility']}-{found['name']}"
    severity = int(found["severity"])
    for beginning, read in _READERS:
        if message.startswith(beginning) and (event := read(framed, message, severity, text)):
            return event
    return _told(framed, message, severity, text)


def _inner(framed: Framed) -> Framed | None:
    """Take `NAME: time zone: ` off, by which IOS begins a line where no relay put a header before it."""
    found = _ORIGIN.match(framed.body)
    stamped = leading(framed.body, found.end()) if found else None
    if found is None or stamped is None:
        return None
    body = framed.body[stamped.end :]
    mark = body.find("%")
    if not 0 <= mark <= 8 or not body[:mark].rstrip(" ").endswith(":"):  # noqa: PLR2004 - a zone's name and its signs
        return None
    return replace(framed, body=body[mark:], at=stamped.at, has_year=stamped.has_year, host=framed.host or found[1])


def _traffic(framed: Framed, message: str, severity: int, text: str) -> Event | None:
    found = _LIST.match(text) or _FLOW.match(text)
    if found is None:
        return None
    parts = found.groupdict()
    said = (parts.get("verdict") or "").lower()
    return say(
        framed, "traffic", severity=severity, message=message,
        action="deny" if said in {"denied", "deny"} else "allow" if said.startswith("permit") else "",
        src=address(parts["src"]), src_port=port(parts["src_port"] or ""), dst=address(parts["dst"] or ""), dst_port=port(parts["dst_port"] or ""),
        protocol=protocol(parts["proto"] or ""), in_interface=parts.get("in") or "", rule=(parts.get("rule") or "").partition("/")[0],
        flags=f"{parts['type']}/{parts['code']}" if parts.get("type") else "", times=max(1, count(parts["times"] or "1") or 1),
    )  # fmt: skip


def _session(framed: Framed, message: str, severity: int, text: str) -> Event | None:
    found = _SESSION.match(text)
    if found is None:
        return None
    sent, received = count(found["sent"] or ""), count(found["received"] or "")
    return say(
        framed, "traffic", severity=severity, message=message,
        action={"Start": "allow", "Dropping": "deny"}.get(found["word"], ""), src=address(found["src"]), src_port=port(found["src_port"]),
        dst=address(found["dst"]), dst_port=port(found["dst_port"]), protocol=protocol(found["proto"]), rule=found["rule"] or "",
        bytes=None if sent is None else sent + (received or 0),
    )  # fmt: skip


def _signature(framed: Framed, message: str, severity: int, text: str) -> Event | None:
    found = _SIGNATURE.match(text)
    if found is None:
        return None
    return say(
        framed, "threat", severity=severity, message=message, src=address(found["src"]), src_port=port(found["src_port"]),
        dst=address(found["dst"]), dst_port=port(found["dst_port"]), rule=found["rule"], detail=clean(found["detail"]),
    )  # fmt: skip


def _told(framed: Framed, message: str, severity: int, text: str) -> Event:
    """Say who did what, from where, as far as the sentence has it."""
    facility, _, name = message.partition("-")
    kind = _KINDS.get(message) or _FACILITIES.get(facility, "other")
    user, peer, command, local = (
        _BRACKET_USER.search(text) or _USER.search(text),
        _PEER.search(text),
        _COMMAND.search(text),
        _LOCAL_PORT.search(text),
    )
    outcome: Outcome = ""
    if kind == "auth":
        failed = (
            any(word in name for word in _FAILED)
            or text.rstrip(" .").endswith("Failed")
            or "Authentication failed" in text
        )
        passed = any(word in name for word in _PASSED) or text.rstrip(" .").endswith("Succeeded")
        outcome = "failure" if failed else "success" if passed else ""
    if (
        command
        and kind == "config"
        and command["command"].split(" ")[0] in {"enable", "exit", "end", "show", "configure"}
    ):
        kind = "admin"
    target = _TARGET.match(text)
    return say(
        framed, kind, severity=severity, message=message, outcome=outcome,
        src=address(peer["src"]) if peer and not target else "", src_port=port(peer["port"] or "") if peer else None,
        dst=address(target["dst"]) if target else "", dst_port=port(target["dst_port"]) if target else port(local[1]) if local else None,
        user=clean(user["user"], 128) if user and kind in {"auth", "admin", "config"} else "",
        detail=clean(masked(command["command"] if command else text)),
    )  # fmt: skip


_READERS: Final[tuple[tuple[str, Callable[[Framed, str, int, str], Event | None]], ...]] = (
    ("SEC-IPACCESSLOG", _traffic), ("IPV6_ACL-ACCESSLOG", _traffic), ("IPV6-ACCESSLOG", _traffic), ("ACLLOG-", _traffic), ("IPACCESS", _traffic),
    ("FMANFP-", _traffic), ("FW-", _session), ("IOSXE-PLATFORM", _session), ("IPS-", _signature),
)  # fmt: skip
FORMATS: Final = (Format(name="cisco_ios", title="Cisco IOS, IOS XE and NX-OS", version=1, marks=("%",), parse=parse),)
