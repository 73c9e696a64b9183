"""Juniper SRX and Junos: sessions, screens, attacks, content; who came in, ran what and committed which change. [FW-2, FW-3]"""

import re
from typing import Final

from firewall_audit.events import Event, Kind, Outcome, Verdict
from firewall_audit.formats.fields import address, clean, count, port, protocol, verdict
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.keyvalue import pairs
from firewall_audit.formats.masks import masked
from firewall_audit.formats.saying import say, total
from firewall_audit.formats.stamps import stamp

_LONGEST: Final = 8192
_DIGITS: Final = 3
"""Of a number in one byte."""
_STRUCTURED = re.compile(r"(?:\w{1,32} - )?(?P<tag>[A-Z][A-Z0-9]{1,20}_[A-Z0-9_]{1,60}) (?=\[junos@)")
_ELEMENT = re.compile(r"\[junos@[\w.]{1,64} ?")
_TAGGED = re.compile(
    r"(?P<tag>(?:RT|UI|SSHD|LOGIN|APPTRACK|SNMPD|CHASSISD|KMD|WEB|AUTH|IDP|AAMW|SECINTEL)_[A-Z0-9_]{2,60}): ?"
)
_SESSION = re.compile(
    r"session (?P<word>created|denied|closed)(?: [^:/]{0,80}:)? (?P<src>[0-9A-Fa-f.:]+)/(?P<src_port>\d+)->(?P<dst>[0-9A-Fa-f.:]+)/(?P<dst_port>\d+)"
    r"(?:,| )(?P<rest>.*)", re.DOTALL,
)  # fmt: skip
_DENIED_BY = re.compile(
    r".{0,100}?\b(?P<proto>\d{1,3})\(\d+\),? (?P<rule>[^\s,]+),? (?P<from>[^\s,]+),? (?P<to>[^\s,]+)"
)
_PASSED_BY = re.compile(
    r".{0,300}?->.{0,200}? (?P<proto>\d{1,3}),? (?P<rule>[^\s,]*[^\s\d,][^\s,]*|\d+),? (?P<from>[^\s,]+),? (?P<to>[^\s,]+),? (?P<id>\d+)\b(?P<more>.*)"
)
_VOLUMES = re.compile(r"[ ,]\d{1,12}\((?P<out>\d{1,15})\),? \d{1,12}\((?P<in>\d{1,15})\)")
_SCREEN = re.compile(
    r"(?P<name>.{1,120}?) source: (?P<src>[0-9A-Fa-f.:]+?)(?::(?P<src_port>\d+))?, destination: (?P<dst>[0-9A-Fa-f.:]+?)(?::(?P<dst_port>\d+))?,"
    r"(?: protocol-id: (?P<proto>\d+),)? zone name: (?P<zone>[^,]+), interface name: (?P<in>[^,]+), action: (?P<action>[\w-]+)"
)
_USER = re.compile(r"\b[Uu]ser '?(?P<user>[^\s',]{1,64})'?")
_CONNECTION = re.compile(
    r"ssh-connection '(?P<src>[0-9A-Fa-f.:]+) (?P<src_port>\d+) (?P<dst>[0-9A-Fa-f.:]+) (?P<dst_port>\d+)'"
)
_FROM = re.compile(r"\bfrom (?:host )?'?(?P<src>[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]+)'?")
_COMMAND = re.compile(r"\bcommand '(?P<command>.{0,600})'")
_REMOTE = re.compile(r"(?P<user>[^\s@]{1,64})@(?P<src>[0-9A-Fa-f.:]+) as \S{1,64}: cmd='(?P<command>.{0,500})'")
_HARMLESS: Final = frozenset(
    ["show", "ping", "traceroute", "exit", "quit", "monitor", "help", "file", "start", "configure", "edit", "run"]
)
_SAYS: Final[tuple[tuple[str, Kind, Verdict], ...]] = (
    ("RT_FLOW_SESSION_DENY", "traffic", "deny"), ("RT_FLOW_SESSION", "traffic", "allow"), ("APPTRACK_SESSION", "traffic", "allow"),
    ("RT_SCREEN", "threat", ""), ("RT_IDS", "threat", ""), ("IDP_", "threat", ""), ("AAMW_", "threat", ""), ("SRX_AAMW", "threat", ""),
    ("SECINTEL_", "threat", ""), ("WEBFILTER_URL_BLOCKED", "threat", "deny"), ("WEBFILTER_URL_PERMITTED", "threat", "allow"),
    ("WEBFILTER_", "threat", ""), ("AV_VIRUS_DETECTED", "threat", "deny"),   ("AV_", "threat", ""), ("CONTENT_FILTERING_BLOCKED", "threat", "deny"),
    ("ANTISPAM_SPAM_DETECTED", "threat", "deny"), ("FLOW_MCAST_RPF_FAIL", "traffic", "deny"), ("FLOW_", "traffic", ""),
    ("UI_LOGIN", "auth", ""), ("UI_LOGOUT", "auth", ""), ("UI_AUTH", "auth", ""), ("SSHD_LOGIN", "auth", ""), ("LOGIN_", "auth", ""),
    ("WEB_AUTH", "auth", ""), ("UI_COMMIT_PROGRESS", "health", ""), ("UI_COMMIT", "config", ""), ("UI_CFG_AUDIT", "config", ""),
    ("UI_LOAD_EVENT", "config", ""), ("UI_CMDLINE", "admin", ""), ("UI_JUNOSCRIPT", "admin", ""), ("UI_NETCONF", "admin", ""),
    ("UI_DBASE", "admin", ""), ("UI_REBOOT", "admin", ""), ("UI_", "other", ""), ("CHASSISD_", "health", ""), ("SNMPD_", "health", ""),
)  # fmt: skip
_NONE: Final = frozenset({"", "N/A", "None", "UNKNOWN"})
_SIGNED: Final[dict[str, Outcome]] = {
    "UI_LOGIN_EVENT": "success",
    "UI_AUTH_EVENT": "success",
    "LOGIN_INFORMATION": "success",
}


def parse(framed: Framed) -> Event | None:
    """Read one line, structured or not."""
    if framed.message_id and framed.structured.startswith("[junos@"):
        return _structured(framed, framed.message_id, _attributes(framed.structured))
    if found := _STRUCTURED.match(framed.body):
        return _structured(framed, found["tag"], _attributes(framed.body[found.end() :]))
    if found := _TAGGED.match(framed.body):
        body = framed.body[found.end() : found.end() + _LONGEST]
        # Where the program stands before the message: RT_FLOW: RT_FLOW_SESSION_DENY: …
        if again := _TAGGED.match(body):
            return _plain(framed, again["tag"], body[again.end() :])
        return _plain(framed, found["tag"], body)
    if framed.program.startswith("RT_") and framed.body.startswith("session "):
        return _plain(framed, framed.program, framed.body[:_LONGEST])
    if framed.program in {"rshd", "rlogind"} and (found := _REMOTE.match(framed.body)):
        return say(
            framed, "admin", src=address(found["src"]), message=framed.program.upper(), user=clean(found["user"], 128),
            detail=clean(masked(found["command"])),
        )  # fmt: skip
    return None


def _attributes(text: str) -> dict[str, str]:
    found = _ELEMENT.match(text)
    return pairs(text[found.end() : _LONGEST].rstrip("]")) if found else {}


def _class(tag: str) -> tuple[Kind, Verdict]:
    if tag.startswith("AV_") and "DROP" in tag:
        return "threat", "deny"
    return next(((kind, action) for beginning, kind, action in _SAYS if tag.startswith(beginning)), ("other", ""))


def _structured(framed: Framed, tag: str, fields: dict[str, str]) -> Event:
    get = fields.get
    kind, action = _class(tag)
    word = get("action", "").strip().lower()
    if word and kind == "threat":
        action = (
            ""
            if word in {"none", "alarm-without-drop", "no-action"}
            else verdict(word) or ("deny" if word.startswith(("close", "drop")) else "")
        )
    command = get("command")
    outcome: Outcome = _SIGNED.get(tag, "failure" if "FAIL" in tag and kind == "auth" else "")
    named = get("attack-name") or get("name") or get("url") or get("message") or get("filename") or ""
    when = stamp(get("timestamp", "")) if framed.at is None else None
    return say(
        framed, _acted(kind, tag, command), at=when.at if when else None, action=action,
        src=address(get("source-address") or get("client-ip") or get("client-address") or get("source-host") or ""),
        src_port=port(get("source-port", "")), dst=address(get("destination-address", "")), dst_port=port(get("destination-port", "")),
        protocol=protocol(get("protocol-id") or get("protocol-name") or ("" if tag.startswith("CONTENT") else get("protocol") or _screened(tag))),
        in_interface=_known(get("packet-incoming-interface") or get("interface-name") or get("source-interface-name")),
        out_interface=_known(get("destination-interface-name")), in_zone=_known(get("source-zone-name") or get("source-zone")),
        out_zone=_known(get("destination-zone-name") or get("destination-zone")), rule=_known(get("policy-name") or get("rule-name")), message=tag,
        user=_known(get("username") or get("user")), outcome=outcome,
        bytes=total(count(get("bytes-from-client", "")), count(get("bytes-from-server", ""))),
        times=max(1, (count(get("repeat-count", "")) or 0) + 1) if tag.startswith("IDP_ATTACK") else 1, flags=_icmp(fields),
        detail="" if kind == "traffic" else clean(masked(command or named or get("reason") or _audited(fields))),
    )  # fmt: skip


def _screened(tag: str) -> str:
    return next((name for name in ("TCP", "UDP", "ICMP") if tag.startswith(f"RT_SCREEN_{name}")), "")


def _audited(fields: dict[str, str]) -> str:
    """Return what a change of the configuration set, and to what; of a secret the vendor leaves the value out itself."""
    parts = (fields.get("action"), fields.get("pathname"), fields.get("statement"), fields.get("value"))
    return " ".join(filter(None, parts))


def _known(text: str | None) -> str:
    return "" if text is None or text in _NONE else clean(text, 128)


def _icmp(fields: dict[str, str]) -> str:
    kind = fields.get("icmp-type", "")
    return (
        f"{kind}/{fields.get('icmp-code', '0')}"
        if kind.isdigit() and len(kind) <= _DIGITS and fields.get("protocol-id") in {"1", "58"}
        else ""
    )


def _acted(kind: Kind, tag: str, command: str | None) -> Kind:
    if kind == "admin" and command and tag.startswith("UI_CMDLINE"):
        return "admin" if command.strip().partition(" ")[0] in _HARMLESS else "config"
    return kind


def _plain(framed: Framed, tag: str, text: str) -> Event:
    kind, action = _class(tag)
    if found := _SESSION.match(text):
        return _session(framed, tag, found)
    if kind == "threat" and (found := _SCREEN.match(text)):
        return say(
            framed, "threat", action=verdict(found["action"]), src=address(found["src"]), src_port=port(found["src_port"] or ""),
            dst=address(found["dst"]), dst_port=port(found["dst_port"] or ""), protocol=protocol(found["proto"] or ""), in_zone=clean(found["zone"], 64),
            in_interface=clean(found["in"], 64), message=tag, detail=clean(found["name"]),
        )  # fmt: skip
    user, link, peer, command = _USER.search(text), _CONNECTION.search(text), _FROM.search(text), _COMMAND.search(text)
    said = command["command"] if command else None
    failed = kind == "auth" and ("failed" in text.lower() or "FAIL" in tag)
    return say(
        framed, _acted(kind, tag, said), action=action if kind == "traffic" else "", src=address(link["src"]) if link else address(peer["src"]) if peer else "",
        src_port=port(link["src_port"]) if link else None, dst=address(link["dst"]) if link else "", dst_port=port(link["dst_port"]) if link else None,
        message=tag, user=clean(user["user"], 128) if user else "", outcome="failure" if failed else _SIGNED.get(tag, ""),
        detail=clean(masked(said if said is not None else text)),
    )  # fmt: skip


def _session(framed: Framed, tag: str, found: re.Match[str]) -> Event:
    denied = found["word"] == "denied"
    by = (_DENIED_BY if denied else _PASSED_BY).match(found["rest"][:1024])
    volumes = None if denied else _VOLUMES.search(found["rest"][:1024])
    return say(
        framed, "traffic", action="deny" if denied else "allow", src=address(found["src"]), src_port=port(found["src_port"]), dst=address(found["dst"]),
        dst_port=port(found["dst_port"]), protocol=protocol(by["proto"]) if by else "", rule=clean(by["rule"], 128) if by else "",
        in_zone=clean(by["from"], 64) if by else "", out_zone=clean(by["to"], 64) if by else "", message=tag,
        bytes=total(count(volumes["out"]), count(volumes["in"])) if volumes else None,
    )  # fmt: skip


FORMATS: Final = (
    Format(
        name="juniper_srx",
        title="Juniper SRX and Junos",
        version=1,
        marks=("junos@", "RT_", "UI_", "SSHD_", "LOGIN_", "APPTRACK_", "SNMPD_", "CHASSISD_", "KMD_", "rshd"),
        parse=parse,
    ),
)
