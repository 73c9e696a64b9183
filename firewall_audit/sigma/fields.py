"""Which column of an event a field of a Sigma rule speaks of; which of its log sources are of firewalls. Pure. [FW-3]"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["text", "word", "address", "number", "verdict", "outcome"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `events`, and how values are held against it."""

    name: str
    kind: Kind

    @property
    def sql(self) -> str:
        """Its name in a query."""
        return f'"{self.name}"'


SRC, DST = Column("src", "address"), Column("dst", "address")
SRC_PORT, DST_PORT = Column("src_port", "number"), Column("dst_port", "number")
USER, PROTOCOL, RULE = Column("user", "text"), Column("protocol", "word"), Column("rule", "text")
COLUMNS: Final = {
    "src": SRC, "dst": DST, "src_port": SRC_PORT, "dst_port": DST_PORT, "user": USER, "protocol": PROTOCOL, "rule": RULE,
    "action": Column("action", "verdict"), "outcome": Column("outcome", "outcome"), "device": Column("device", "text"),
    "host": Column("host", "text"), "kind": Column("kind", "text"), "message": Column("message", "text"), "detail": Column("detail", "text"),
    "flags": Column("flags", "text"), "in_interface": Column("in_interface", "text"), "out_interface": Column("out_interface", "text"),
    "in_zone": Column("in_zone", "text"), "out_zone": Column("out_zone", "text"), "bytes": Column("bytes", "number"),
    "severity": Column("severity", "number"),
}  # fmt: skip
"""By the names of our own events."""
ALSO: Final[Mapping[str, str]] = {
    "src_ip": "src", "srcip": "src", "source_ip": "src", "sourceip": "src", "source.ip": "src", "source.address": "src", "c-ip": "src", "client_ip": "src",
    "src_addr": "src", "sourceaddress": "src", "ipaddress": "src",
    "dst_ip": "dst", "dstip": "dst", "dest_ip": "dst", "destination_ip": "dst", "destinationip": "dst", "destination.ip": "dst",
    "destination.address": "dst", "dst_addr": "dst", "destinationaddress": "dst",
    "srcport": "src_port", "source_port": "src_port", "sourceport": "src_port", "source.port": "src_port", "spt": "src_port",
    "dstport": "dst_port", "dest_port": "dst_port", "destination_port": "dst_port", "destinationport": "dst_port",
    "destination.port": "dst_port", "dpt": "dst_port",
    "username": "user", "user_name": "user", "user.name": "user", "srcuser": "user", "src_user": "user",
    "proto": "protocol", "network.transport": "protocol", "ip_protocol": "protocol", "transport": "protocol",
    "rule_id": "rule", "ruleid": "rule", "rule.id": "rule", "rule_name": "rule", "rule.name": "rule", "policyid": "rule", "policy_id": "rule", "acl": "rule",
    "event.action": "action", "firewall_action": "action", "event.outcome": "outcome", "status": "outcome",
    "hostname": "host", "computer": "host", "devname": "host", "observer.name": "host", "host.name": "host",
    "message_id": "message", "event.code": "message", "eventid": "message", "logid": "message",
    "msg": "detail", "command": "detail", "cmd": "detail", "signature": "detail", "alert.signature": "detail", "cfgpath": "detail", "cfgobj": "detail",
    "tcp_flags": "flags", "tcpflags": "flags",
    "srcintf": "in_interface", "ininterface": "in_interface", "dstintf": "out_interface", "outinterface": "out_interface",
    "srczone": "in_zone", "src_zone": "in_zone", "dstzone": "out_zone", "dst_zone": "out_zone",
    "network.bytes": "bytes", "event.severity": "severity",
}  # fmt: skip
"""By the names of Sigma's taxonomy, of ECS and of vendors, in small letters."""
KEYWORDS: Final = ("detail", "message", "rule", "user")
"""Where a value without a field is looked for: the whole line is not among the columns."""
VERDICTS: Final[Mapping[str, str]] = dict.fromkeys(("allow", "allowed", "accept", "accepted", "pass", "passed", "permit", "permitted", "forward", "2"), "allow") | dict.fromkeys(
    ("deny", "denied", "drop", "dropped", "block", "blocked", "reject", "rejected", "discard", "refused"), "deny"
)  # fmt: skip
OUTCOMES: Final[Mapping[str, str]] = dict.fromkeys(("success", "successful", "succeeded", "ok"), "success") | dict.fromkeys(
    ("failure", "fail", "failed", "error"), "failure"
)  # fmt: skip
PROTOCOLS: Final[Mapping[str, str]] = {
    "6": "tcp",
    "17": "udp",
    "1": "icmp",
    "58": "ipv6-icmp",
    "icmp6": "ipv6-icmp",
    "icmpv6": "ipv6-icmp",
    "50": "esp",
    "47": "gre",
}
CATEGORIES: Final[Mapping[str, tuple[str, ...]]] = {
    "firewall": ("traffic", "threat"), "ids": ("threat",), "authentication": ("auth",), "configuration": ("config", "admin"),
}  # fmt: skip
"""The kinds of events that a category is about."""
SERVICES: Final[Mapping[str, tuple[str, ...]]] = {
    "firewall": ("traffic", "threat"), "traffic": ("traffic", "threat"), "aaa": ("auth", "admin", "config"), "auth": ("auth",), "event": ("auth", "admin", "config", "health"),
    "system": ("auth", "admin", "config", "health"),
}  # fmt: skip
PRODUCTS: Final[Mapping[str, tuple[str, ...]]] = {
    "cisco": ("cisco_asa", "cisco_ftd", "cisco_ios", "cisco_meraki"), "asa": ("cisco_asa",), "fortinet": ("fortinet_fortigate",), "fortigate": ("fortinet_fortigate",),
    "fortios": ("fortinet_fortigate",), "paloalto": ("paloalto",), "panos": ("paloalto",), "juniper": ("juniper_srx", "netscreen"), "junos": ("juniper_srx",),
    "checkpoint": ("checkpoint",), "sonicwall": ("sonicwall",), "sophos": ("sophos_xg",), "suricata": ("suricata",), "huawei": ("huawei_usg",),
    "mikrotik": ("mikrotik",), "pfsense": ("pf",), "opnsense": ("pf",), "netfilter": ("netfilter",), "iptables": ("netfilter",), "meraki": ("cisco_meraki",),
    "watchguard": ("watchguard",), "stormshield": ("stormshield",), "forcepoint": ("forcepoint_cef",), "barracuda": ("barracuda",), "unifi": ("unifi",),
}  # fmt: skip
"""The formats of lines that a product writes; None of a rule: every device."""


def column_of(field: str) -> Column | None:
    """Return the column that a field speaks of; None where no line has such a field."""
    name = field.lower()
    return COLUMNS.get(name) or COLUMNS.get(ALSO.get(name, ""))
