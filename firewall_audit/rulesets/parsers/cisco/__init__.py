"""Cisco ASA, IOS, IOS-XE and NX-OS: `show running-config`. Pure. [FW-2, FW-5]

Sources: Cisco ASA Series command reference (access-list, object-group, access-group), Cisco IOS security command reference (ip access-list).
"""

import re

from firewall_audit.rulesets.model import Filter, NamedObject, Rule, Ruleset, Unmodelled, Unreadable, numbered
from firewall_audit.rulesets.parsers.cisco.entries import EntryReader
from firewall_audit.rulesets.parsers.cisco.lists import AccessList, Reader, Written
from firewall_audit.rulesets.parsers.cisco.objects import Objects
from firewall_audit.rulesets.parsers.parser import MOST_RULES, Parser

SHOWN = 12
_ASA = re.compile(
    r"^(?:ASA Version|PIX Version|access-list \S+ (?:line \d+ )?extended\b|access-list (?!\d+ )\S+ (?:line \d+ )?(?:remark|standard)\b|access-group \S+ (?:in|out) interface|access-group \S+ global|clear configure access-list|object network|:\s*Saved)",
    re.MULTILINE,
)
_IOS = re.compile(
    r"^(?:(?:no )?(?:ip|ipv6) access-list |access-list \d+ (?:permit|deny|remark)|object-group (?:network|service) |hostname \S+|interface \S+|version \d+\.\d+)",
    re.MULTILINE,
)


def is_asa(text: str) -> bool:
    """Tell whether a text is written as ASA writes."""
    return _ASA.search(text, 0, 400_000) is not None


def is_ios(text: str) -> bool:
    """Tell whether a text is written as IOS or NX-OS writes."""
    return _IOS.search(text, 0, 400_000) is not None and not is_asa(text)


def _parse_asa(text: str) -> Ruleset:
    return _parse(text, "cisco_asa", wildcards=False)


def _parse_ios(text: str) -> Ruleset:
    return _parse(text, "cisco_ios", wildcards=True)


def _parse(text: str, vendor: str, *, wildcards: bool) -> Ruleset:
    """Read the access lists. Raises Unreadable where there is not one line of this language."""
    if not (_ASA.search(text) or _IOS.search(text)):
        raise Unreadable(1, "nothing of a Cisco configuration stands here")
    written = Reader(text).written
    if sum(len(one.entries) for one in written.lists.values()) > MOST_RULES:
        raise Unreadable(1, f"more than {MOST_RULES} rules")
    objects = Objects(written)
    reader = EntryReader(objects, written.ends, wildcards=wildcards)
    filters = tuple(_filter(made, reader, written) for made in written.lists.values())
    unmodelled = [*written.unmodelled, *(_security_levels(written) if vendor == "cisco_asa" else ())]
    return Ruleset(vendor, filters, _named(written), tuple(unmodelled), written.host)


def _filter(made: AccessList, reader: EntryReader, written: Written) -> Filter:
    del written
    rules: list[Rule] = [reader.rule(made, entry, place) for place, entry in enumerate(made.entries, 1)]
    selects = bool(made.applied) and all(one == "class map" for one in made.applied)
    return Filter(
        made.name, numbered(rules), "deny", "" if selects else "input" if _to_device(made) else "forward",
        applied=tuple(made.applied), line=made.line,
    )  # fmt: skip


def _to_device(made: AccessList) -> bool:
    """Tell whether a list guards the device's own lines alone."""
    return bool(made.applied) and all(one.startswith("line ") for one in made.applied)


def _security_levels(written: Written) -> list[Unmodelled]:
    """Interfaces of an ASA without a list of their own: their security levels decide."""
    applied = {word for made in written.lists.values() for one in made.applied for word in one.split()}
    if "global" in applied:
        return []
    return [
        Unmodelled(line, f"no access list on the interface {name}: security levels decide, which are not modelled")
        for name, line in written.open_interfaces.items()
        if name not in applied
    ]


def _named(written: Written) -> tuple[NamedObject, ...]:
    return tuple(
        NamedObject(name, kind, _members(lines), written.object_lines.get((kind, name), 0))
        for (kind, name), lines in written.objects.items()
    )


def _members(lines: list[tuple[int, list[str]]]) -> str:
    shown = "; ".join(" ".join(words) for _, words in lines[:SHOWN])
    return shown + (f"; and {len(lines) - SHOWN} more" if len(lines) > SHOWN else "")


ASA = Parser("cisco_asa", "Cisco ASA", is_asa, _parse_asa)
IOS = Parser("cisco_ios", "Cisco IOS, NX-OS", is_ios, _parse_ios)
