"""One small pure file per vendor, and the list of them. [FW-2, FW-5]"""

from firewall_audit.rulesets.parsers import iptables
from firewall_audit.rulesets.parsers.parser import Parser

PARSERS: tuple[Parser, ...] = (iptables.PARSER,)
"""Tried in this order when nobody says what a text is."""
