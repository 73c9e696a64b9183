"""ArcSight's Common Event Format (CEF:0) of whatever product: the header, the extension, and what its standard keys mean. Pure. [FW-3]"""

import re
from typing import Final

from firewall_audit.events import Event, Kind, Outcome, Verdict
from firewall_audit.formats.fields import address, clean, count, port, protocol, verdict
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.masks import masked
from firewall_audit.formats.saying import say, total
from firewall_audit.formats.stamps import Stamp, leading, zone

# Some writers leave the word out, or put an empty part before their own name.
_HEADER = re.compile(r"(?:CEF: ?)?[01]\|{1,2}(?P<parts>(?:(?:[^|\\]|\\.){0,256}\|){6})")
_PART = re.compile(r"((?:[^|\\]|\\.){0,256})\|")
# A key stands behind a space and before "="; "=" inside a value is written "\=".
_KEY = re.compile(r"(?:^|(?<=\s))([A-Za-z][\w.\-\[\]]{0,127})=")
_ESCAPED = re.compile(r"\\([\\=|nr])")
_SECONDS = re.compile(r"\d{10}(?:\d{3})?$")
_LONGEST: Final = 16_384
_SIGNED: Final = ("login", "logon", "authentication", "logout")
_CHANGED: Final = ("config", "policy installed", "install policy", "commit")


def header(body: str) -> tuple[list[str], str] | None:
    """Return vendor, product, version, class, name and severity, and the extension; None where the body is no CEF."""
    found = _HEADER.match(body)
    if found is None:
        return None
    parts = [_plain(part) for part in _PART.findall(found["parts"])]
    return (parts, body[found.end() :]) if parts and parts[0] else None


def extension(text: str) -> dict[str, str]:
    """Return the values by key, the first of duplicates; a value reaches to the next key, so it may hold spaces."""
    text = text[:_LONGEST]
    keys = list(_KEY.finditer(text))
    found: dict[str, str] = {}
    for place, key in enumerate(keys):
        if key[1] not in found:
            end = keys[place + 1].start() if place + 1 < len(keys) else len(text)
            found[key[1]] = _plain(text[key.end() : end].strip().strip('"'))
    return found


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda sign: {"n": " ", "r": " "}.get(sign[1], sign[1]), text) if "\\" in text else text


def labelled(fields: dict[str, str]) -> dict[str, str]:
    """Return custom strings and addresses (cs1 … c6a3) by what their labels call them."""
    return {value: fields.get(key.removesuffix("Label"), "") for key, value in fields.items() if key.endswith("Label")}


def instant(fields: dict[str, str], *names: str) -> Stamp | None:
    """Read the first of the named times: seconds or thousandths since 1970, or a stamp, in the zone that `dtz` names."""
    for name in names:
        text = fields.get(name, "")
        if _SECONDS.fullmatch(text):
            return leading(f"{text[:10]}.{text[10:] or '0'} ")
        if found := leading(text):
            try:
                here = zone(fields.get("dtz", ""))
            except ValueError:
                here = None
            return found._replace(at=found.at.replace(tzinfo=here)) if here and found.at.tzinfo is None else found
    return None


def parse(framed: Framed) -> Event | None:
    """Read a line of any product; one that names neither an address nor a user says nothing that can be trusted."""
    found = header(framed.body)
    if found is None or not framed.body.startswith("CEF"):
        return None
    (_, _, _, number, name, _), fields = found[0], extension(found[1])
    event = said(framed, fields, name, number or name)
    return event if event.src or event.dst or event.user else None


def said(framed: Framed, fields: dict[str, str], name: str, message: str) -> Event:
    """Return what the standard keys say."""
    get = fields.get
    labels = labelled(fields)
    when = instant(fields, "rt", "start", "end")
    action: Verdict = verdict(get("act", "")) or verdict(get("outcome", "")) or verdict(get("deviceAction", ""))
    lowered = f"{name} {get('msg', '')} {get('cat', '')}".lower()
    kind: Kind = "other"
    outcome: Outcome = ""
    if any(word in lowered for word in _SIGNED) and not get("dpt"):
        kind = "auth"
        outcome = (
            "failure"
            if "fail" in lowered or "denied" in lowered or get("outcome", "").lower().startswith("fail")
            else "success"
            if "succe" in lowered
            else ""
        )
    elif any(word in lowered for word in _CHANGED) and not get("dst"):
        kind = "config"
    elif get("src") or get("dst") or labels:
        kind = "traffic" if action and not get("cs1Label", "").lower().startswith("virus") else "other"
    target = address(get("dst", "")) or address(labels.get("Destination IPv6 Address", ""))
    return say(
        framed, kind, at=when.at if when else None, has_year=when.has_year if when else True, host=get("dvchost", "") or address(get("dvc", "")),
        action=action, src=address(get("src", "")) or address(labels.get("Source IPv6 Address", "")), src_port=port(get("spt", "")),
        dst=target, dst_port=port(get("dpt", "")), protocol=protocol(get("proto", "").partition("/")[0]),
        in_interface=clean(get("deviceInboundInterface", ""), 64), out_interface=clean(get("deviceOutboundInterface", ""), 64),
        rule=clean(labels.get("Rule Name") or labels.get("RuleID") or labels.get("Rule") or "", 128), message=clean(message, 64),
        user=clean(get("suser", "") or get("duser", ""), 128), outcome=outcome, bytes=total(count(get("out", "")), count(get("in", ""))),
        times=max(1, count(get("cnt", "") or get("baseEventCount", "")) or 1) if kind == "threat" else 1,
        detail="" if kind == "traffic" else clean(masked(get("msg", "") or name)),
    )  # fmt: skip


FORMATS: Final = (
    Format(name="cef", title="Common Event Format (CEF), any product", version=1, marks=("CEF:",), parse=parse),
)
