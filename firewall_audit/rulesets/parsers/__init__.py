"""One small pure file per vendor, and the list of them. [FW-2, FW-5]"""

from firewall_audit.rulesets.parsers import cisco, fortios, iptables, junos, nftables, nftables_json, paloalto, pf
from firewall_audit.rulesets.parsers.parser import Parser

PARSERS: tuple[Parser, ...] = (
    iptables.PARSER, nftables.PARSER, nftables_json.PARSER, pf.PF, fortios.FORTIOS, paloalto.PANOS, junos.JUNOS, cisco.ASA, cisco.IOS,
)  # fmt: skip
"""Tried in this order when nobody says what a text is."""
