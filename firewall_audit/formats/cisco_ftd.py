"""Cisco Firepower: security events of FTD and NGIPS (430001 to 430005), and what administrators did in the management centre. [FW-2, FW-3]"""

import re
from typing import Final

from firewall_audit.events import Event, Kind, Outcome, Verdict
from firewall_audit.formats.fields import address, clean, count, port, protocol
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.masks import masked
from firewall_audit.formats.saying import shown

_MARK = re.compile(
    r"(?:[^\s%]{1,64} ?:? ?)??:? ?%(?:FTD|NGIPS|ASA)-(?:[a-z]\w*-)?(?P<severity>[0-7])-(?P<number>43000\d)(?::| ) ?"
)
# "Key: value, Key: value"; a value ends only where another key follows, so that commas may stand in it.
_KEY = re.compile(r"(?:^|, ?)(?P<key>[A-Z][A-Za-z0-9_]*(?: (?:Policy|Name|Rule|Category))?): ?")
_AUDIT = re.compile(
    r"(?P<manager>[^\s:,]{1,128}): (?P<user>[^\s@,]{1,128})@(?P<peer>[^,]{1,64}), (?P<path>[^,]{1,400}), (?P<what>.*)",
    re.DOTALL,
)
_LITERAL_ENDS = re.compile(r"(?:\\x00|\\x0a|x0a|x00|\s)+$")
_CHANGES: Final = re.compile(
    r"(?:save|modified|modify|create|add|delet|remov|edit|updat|import|deploy|policy deployment|install|enabl|disabl|renam|mov|apply|upload|restor|reset)",
    re.IGNORECASE,
)
_NOBODY: Final = frozenset({"", "No Authentication Required", "Unknown", "Not Found"})
_EVENTS: Final[dict[str, Kind]] = {
    "430001": "threat",
    "430002": "traffic",
    "430003": "traffic",
    "430004": "threat",
    "430005": "threat",
}
# Longest beginnings first: "Block with reset" is a block, "Malware Cloud Lookup" decides nothing.
_BLOCKED: Final = ("block", "malware block", "interactive block", "blocked", "drop", "reset", "deny", "would")
_LONGEST: Final = 8192


def parse(framed: Framed) -> Event | None:
    """Read a security event, or a line of the management centre's audit; other messages are ASA's."""
    if found := _MARK.match(framed.body):
        pairs = _pairs(framed.body[found.end() : found.end() + _LONGEST])
        return _security(framed, found["number"], int(found["severity"]), pairs) if pairs else None
    if framed.program == "ftd" and ("SrcIP: " in framed.body or "Message: " in framed.body):
        return _security(framed, "", None, _pairs(framed.body[:_LONGEST]))
    return _audit(framed)


def _pairs(text: str) -> dict[str, str]:
    """Return values by key, the first of duplicates; what the other side may write (URL, agent, file name) stands behind the addresses."""
    found: dict[str, str] = {}
    tokens = list(_KEY.finditer(text))
    for place, token in enumerate(tokens):
        end = tokens[place + 1].start() if place + 1 < len(tokens) else len(text)
        found.setdefault(token["key"], text[token.end() : end].strip(" ,\x00"))
    return found


def _security(framed: Framed, number: str, severity: int | None, pairs: dict[str, str]) -> Event:
    get = pairs.get
    user = get("User", "")
    sent, received = count(get("InitiatorBytes", "")), count(get("ResponderBytes", ""))
    signature = " ".join(
        filter(None, (get("SID", ""), get("Message", "") or get("ThreatName", "") or get("FileName", "")))
    )
    kind = _EVENTS.get(number, "threat")
    event = Event(
        kind=kind,
        at=framed.at,
        has_year=framed.has_year,
        host=framed.host,
        action=_action(number, pairs),
        src=address(get("SrcIP", "") or get("OriginalClientSrcIP", "")),
        src_port=port(get("SrcPort", "")),
        dst=address(get("DstIP", "")),
        dst_port=port(get("DstPort", "")),
        protocol=protocol(get("Protocol", "")),
        in_interface=get("IngressInterface", ""),
        out_interface=get("EgressInterface", ""),
        in_zone=get("IngressZone", ""),
        out_zone=get("EgressZone", ""),
        rule=clean(get("AccessControlRuleName", "") or get("IntrusionPolicy", ""), 128),
        message=number,
        user="" if user in _NOBODY else clean(user, 128),
        bytes=None if sent is None and received is None else (sent or 0) + (received or 0),
        severity=severity,
        detail=clean(signature or get("URL", "")) if kind == "threat" else "",
    )
    return shown(framed, event)


def _action(number: str, pairs: dict[str, str]) -> Verdict:
    said = (pairs.get("AccessControlRuleAction") or pairs.get("InlineResult") or pairs.get("FileAction") or "").lower()
    if said.startswith(_BLOCKED) and not said.startswith("would"):
        return "deny"
    return "allow" if said in {"allow", "trust", "fastpath", "monitor"} and number in {"430002", "430003"} else ""


def _audit(framed: Framed) -> Event | None:
    """Read `manager: user@address, where, what`, as the management centre writes of its users."""
    found = _AUDIT.fullmatch(_LITERAL_ENDS.sub("", framed.body[:_LONGEST]))
    if found is None or (
        " > " not in framed.body and found["path"] not in {"Login", "Logout", "Task Queue", "Session", "Cloud Services"}
    ):
        return None
    what = found["what"]
    signing = found["path"] in {"Login", "Logout", "Session"}
    kind: Kind = (
        "auth"
        if signing
        else "config"
        if _CHANGES.match(what.removeprefix("Successful task completion : "))
        else "admin"
    )
    outcome: Outcome = ""
    if signing:
        outcome = "success" if "Success" in what else "failure" if "Fail" in what or "Denied" in what else ""
    event = Event(
        kind=kind,
        at=framed.at,
        has_year=framed.has_year,
        host=found["manager"],
        src=address(found["peer"]),
        message="AUDIT",
        user=clean(found["user"], 128),
        outcome=outcome,
        severity=framed.priority & 7 if framed.priority is not None else None,
        detail=clean(masked(f"{found['path']}: {what}")),
    )
    return shown(framed, event)


FORMATS: Final = (
    Format(
        name="cisco_ftd",
        title="Cisco Firepower (FTD, NGIPS, management centre)",
        version=1,
        marks=("-43000", "SrcIP: ", "ftd[", "@"),
        parse=parse,
    ),
)
