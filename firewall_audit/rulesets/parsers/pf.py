"""pfSense and OPNsense: config.xml. Pure. [FW-2, FW-5]

Sources: docs.netgate.com (firewall rule processing order, floating rules), docs.opnsense.org (firewall rules, processing order), pf.conf(5) (`quick`: the first
that matches ends the walk; without it the last one decides).
"""

import re
from collections.abc import Iterator

from firewall_audit.rulesets import values
from firewall_audit.rulesets.model import Filter, Rule, Ruleset, Unmodelled, Unreadable, numbered
from firewall_audit.rulesets.parsers.markup import Element, read_markup
from firewall_audit.rulesets.parsers.parser import MOST_RULES, Parser
from firewall_audit.rulesets.parsers.pf_objects import Objects
from firewall_audit.rulesets.parsers.pf_rules import RuleReader
from firewall_audit.rulesets.parsers.terms import (
    ANY_SERVICE,
    ANYWHERE,
    boxes_of,
    joined,
    some_addresses,
)

IN, OUT = "rules in", "rules out"
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "100.64.0.0/10", "fc00::/7")
ALWAYS = Unmodelled(
    0,
    "rules that the system adds by itself (anti-lockout, DHCP, its own traffic) do not stand in config.xml and are not modelled",
)


def is_pf(text: str) -> bool:
    """Tell whether a text is a config.xml."""
    return re.search(r"<(?:pfsense|opnsense)\b", text[:20_000]) is not None and text.lstrip("\ufeff \t\r\n").startswith(
        "<"
    )


def parse(text: str) -> Ruleset:
    """Read the rules. Raises Unreadable; hostile XML is refused by name."""
    root = read_markup(text)
    if root.tag not in {"pfsense", "opnsense"}:
        raise Unreadable(root.line, f"{root.tag[:40]} is no configuration of pfSense or OPNsense")
    objects = Objects(root)
    written = [*_rules(root), *_automation(root)]
    if len(written) > MOST_RULES:
        raise Unreadable(1, f"more than {MOST_RULES} rules")
    reader = RuleReader(objects, own_quick=root.tag == "pfsense")
    ordered = reader.order(list(enumerate(written, 1)))
    incoming = [
        *_blocked(objects),
        *(reader.rule(one, place, "in") for place, one in ordered if reader.direction(one) != "out"),
    ]
    outgoing = [reader.rule(one, place, "out") for place, one in ordered if reader.direction(one) != "in"]
    filters = [Filter(IN, numbered(incoming), "deny", "forward", default_logs=True, line=_line(incoming))]
    if outgoing:
        filters.append(Filter(OUT, numbered(outgoing), "allow", "forward", priority=1, line=_line(outgoing)))
    unmodelled = [ALWAYS, *_skipped(root)]
    host = ".".join(one for one in (root.said("system", "hostname"), root.said("system", "domain")) if one)
    return Ruleset(root.tag, tuple(filters), tuple(objects.named()), tuple(unmodelled), host)


def _line(rules: list[Rule]) -> int:
    return min((one.line for one in rules if one.line), default=0)


def _rules(root: Element) -> Iterator[Element]:
    place = root.first("filter")
    if place is not None:
        yield from place.all("rule")


def _automation(root: Element) -> Iterator[Element]:
    """OPNsense's newer rules, told as the older ones are."""
    place = root.first("OPNsense", "Firewall", "Filter", "rules")
    for one in sorted(
        place.all("rule") if place is not None else (),
        key=lambda x: int(x.said("sequence") or "0") if x.said("sequence").isdecimal() else 0,
    ):
        yield _told(one)


def _told(one: Element) -> Element:
    """Turn a rule of the newer form into the older."""
    made = Element("rule", dict(one.attributes), one.line)

    def put(tag: str, text: str) -> None:
        if text:
            made.children.append(Element(tag, {}, one.line, text))

    put("type", one.said("action"))
    for tag in ("interface", "direction", "ipprotocol", "quick", "sched", "statetype", "gateway"):
        put(tag, one.said(tag))
    put("protocol", one.said("protocol").lower() if one.said("protocol") not in {"", "any"} else "")
    put("descr", one.said("description"))
    if one.said("log") == "1":
        put("log", "1")
    if one.said("enabled") == "0":
        put("disabled", "1")
    put("floating", "yes" if "," in one.said("interface") or not one.said("interface") else "")
    for tag, key in (("source", "source"), ("destination", "destination")):
        end = Element(tag, {}, one.line)
        net = one.said(f"{key}_net") or "any"
        end.children.append(Element("any" if net == "any" else "network", {}, one.line, net))
        for extra, text in (("port", one.said(f"{key}_port")), ("not", "1" if one.said(f"{key}_not") == "1" else "")):
            if text:
                end.children.append(Element(extra, {}, one.line, text))
        made.children.append(end)
    return made


def _skipped(root: Element) -> list[Unmodelled]:
    told = []
    for path in (
        ("nat", "outbound"),
        ("nat",),
        ("OPNsense", "Firewall", "Filter", "snatrules"),
        ("OPNsense", "captiveportal"),
        ("shaper",),
    ):
        found = root.first(*path)
        if found is not None and (found.all("rule") or found.all("zones")):
            told.append(Unmodelled(found.line, f"{'/'.join(path)}: translation and shaping are not modelled"))
    return told


def _blocked(objects: Objects) -> list[Rule]:
    """Blocks of private and reserved networks that an interface switches on; they come before every rule of people."""
    told = []
    for name, interface in objects.interfaces.items():
        if interface.has("blockpriv") and interface.said("blockpriv") != "0":
            sources = joined(some_addresses(one) for one in _PRIVATE)
            boxes = boxes_of(sources, ANYWHERE, ANY_SERVICE, incoming=values.name(name))
            told.append(
                Rule(
                    f"{name}/blockpriv",
                    0,
                    interface.line,
                    f"block private networks on {name}",
                    "deny",
                    boxes,
                    logs=True,
                    name="blockpriv",
                )
            )
        if interface.has("blockbogons") and interface.said("blockbogons") != "0":
            boxes = boxes_of(ANYWHERE, ANYWHERE, ANY_SERVICE, incoming=values.name(name))
            told.append(
                Rule(
                    f"{name}/blockbogons",
                    0,
                    interface.line,
                    f"block networks that nobody was given on {name}",
                    "deny",
                    boxes,
                    unmodelled=("the list bogons",),
                    logs=True,
                    name="blockbogons",
                )
            )
    return told


PF = Parser("pf", "pfSense, OPNsense", is_pf, parse)
