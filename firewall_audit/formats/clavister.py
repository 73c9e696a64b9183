"""Clavister cOS Core: id=… event=… with nested brackets. [FW-2, FW-3]"""

from typing import Final

from firewall_audit.events import Event, Kind, Outcome
from firewall_audit.formats.fields import address, clean, port, protocol, verdict
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.keyvalue import pairs
from firewall_audit.formats.masks import masked
from firewall_audit.formats.saying import opens_with_pairs, say

_AUTH: Final = (
    "user_login",
    "user_logout",
    "radius_auth",
    "admin_login",
    "admin_logout",
    "login_failed",
    "userauth",
    "oneconnect",
    "user_disconnected",
    "admin_auth",
)
_CONFIG: Final = ("config_", "reconf", "new_configuration", "configuration", "commit")
_PASSED: Final = frozenset({"conn_open", "conn_open_natsat", "conn_close", "conn_close_natsat", "accept", "allow"})


def parse(framed: Framed) -> Event | None:
    """Read one line; of a connection the addresses before translation speak."""
    if not opens_with_pairs(framed.body):
        return None
    fields = pairs(framed.body, r"\s\[\]")
    if "event" not in fields or not fields.get("id", "").isdigit():
        return None
    get, event = fields.get, fields["event"]
    word = get("action", "")
    action = verdict(word)
    kind: Kind = "other"
    outcome: Outcome = ""
    if event.startswith(_AUTH):
        kind = "auth"
        outcome = (
            "failure"
            if any(sign in event for sign in ("fail", "timeout", "denied", "bad"))
            else "success"
            if event.endswith("login")
            else ""
        )
    elif event.startswith(_CONFIG):
        kind = "config"
    elif "connsrcip" in fields or "srcip" in fields or action:
        kind = "traffic"
    if not action and event in {"conn_open", "conn_open_natsat"}:
        action = "allow"
    # A handshake that cannot be read is closed by the firewall itself.
    if not action and event.startswith("invalid_"):
        action = "deny"
    connected = "connsrcip" in fields
    return say(
        framed, kind, action=action if kind == "traffic" else "",
        src=address(get("connsrcip") or get("srcip") or get("local_ip") or get("ipaddr") or get("client_ip", "") if "user" not in fields else ""),
        src_port=port(get("connsrcport") or get("srcport") or ""), dst=address(get("conndestip") or get("destip") or get("remote_ip") or ""),
        dst_port=port(get("conndestport") or get("destport") or ""), protocol=protocol(get("connipproto", "") if connected else _inner(framed.body)),
        in_interface=clean(get("connrecvif") or get("recvif") or get("iface") or "", 64), out_interface=clean(get("conndestif", ""), 64),
        in_zone=clean(get("connrecvzone") or get("recvzone") or "", 64), out_zone=clean(get("conndestzone", ""), 64), rule=clean(get("rule", ""), 128),
        message=clean(event, 64), user=clean(get("username", ""), 128), outcome=outcome,
        detail="" if kind == "traffic" else clean(masked(framed.body.partition("message=")[2] or event)),
    )  # fmt: skip


def _inner(body: str) -> str:
    """Return the protocol within the IP header; the one of the frame around it has the same key."""
    return pairs(body.partition("[ippacket ")[2][:1024], r"\s\[\]").get("ipproto", "")


FORMATS: Final = (Format(name="clavister", title="Clavister cOS Core", version=1, marks=(" event=",), parse=parse),)
