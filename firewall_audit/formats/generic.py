"""Whatever writes key=value with the usual names for source, target and user. The last of all: it reads only what says whom it is about. [FW-3]"""

from collections.abc import Mapping
from typing import Final

from firewall_audit.events import Event, Kind, Outcome
from firewall_audit.formats.fields import address, clean, count, port, protocol, verdict
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.keyvalue import pairs
from firewall_audit.formats.masks import masked
from firewall_audit.formats.saying import opens_with_pairs, say, total

_SOURCE: Final = (
    "src",
    "srcip",
    "src_ip",
    "source",
    "sourceip",
    "source_ip",
    "saddr",
    "source_address",
    "src_addr",
    "client_ip",
    "remote_ip",
    "ip",
)
_TARGET: Final = (
    "dst",
    "dstip",
    "dst_ip",
    "dest",
    "destip",
    "dest_ip",
    "destination",
    "destinationip",
    "destination_ip",
    "daddr",
    "dst_addr",
)
_SOURCE_PORT: Final = ("spt", "sport", "srcport", "src_port", "source_port", "s_port")
_TARGET_PORT: Final = ("dpt", "dport", "dstport", "dst_port", "dest_port", "destination_port", "d_port", "service_port")
_ACTION: Final = ("action", "act", "verdict", "disposition", "disp", "decision")
_USER: Final = ("user", "username", "user_name", "usr", "suser", "admin", "login", "account")


def parse(framed: Framed) -> Event | None:
    """Read a line that has a source and a target, or a user with an address or an outcome."""
    if not opens_with_pairs(framed.body):
        return None
    found = pairs(framed.body, r"\s,;", single=True)
    fields = {key.lower(): value for key, value in reversed(found.items())}  # of keys that differ in case the first
    source, target = address(_first(fields, _SOURCE)), address(_first(fields, _TARGET))
    user = clean(_first(fields, _USER), 128)
    status = f"{fields.get('status', '')} {fields.get('outcome', '')} {fields.get('result', '')}".lower()
    outcome: Outcome = "failure" if "fail" in status else "success" if "succe" in status else ""
    if not (source and target) and not (user and (source or outcome)):
        return None
    kind: Kind = "traffic" if source and target else "auth" if outcome else "other"
    return say(
        framed, kind, host="", action=verdict(_first(fields, _ACTION)) if kind == "traffic" else "", src=source, src_port=port(_first(fields, _SOURCE_PORT)),
        dst=target, dst_port=port(_first(fields, _TARGET_PORT)), protocol=protocol(_first(fields, ("proto", "protocol", "ipproto", "transport"))),
        in_interface=clean(_first(fields, ("in", "iif", "srcif", "in_interface", "srcintf")), 64) if kind == "traffic" else "",
        out_interface=clean(_first(fields, ("out", "oif", "dstif", "out_interface", "dstintf")), 64) if kind == "traffic" else "",
        rule=clean(_first(fields, ("rule", "ruleid", "rule_id", "policy", "policyid", "rule_name")), 128), message="", user=user,
        outcome=outcome if kind == "auth" else "", bytes=total(count(fields.get("sent", "")), count(fields.get("rcvd", ""))),
        detail="" if kind == "traffic" else clean(masked(fields.get("msg") or fields.get("message") or "")),
    )  # fmt: skip


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((fields[name] for name in names if fields.get(name)), "")


FORMATS: Final = (
    Format(name="keyvalue", title="key=value with the usual names", version=1, marks=("=",), parse=parse),
)
