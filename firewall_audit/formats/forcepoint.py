"""Forcepoint NGFW, which writes CEF or LEEF. [FW-3]"""

from typing import Final

from firewall_audit.events import Event
from firewall_audit.formats import cef, leef
from firewall_audit.formats.format import Format, Framed

_VENDORS: Final = frozenset({"FORCEPOINT", "Forcepoint", "Stonesoft"})


def parse(framed: Framed) -> Event | None:
    """Read either shape; the situation's name is the message."""
    if (found := cef.header(framed.body)) and found[0][0] in _VENDORS:
        name = found[0][4]
        event = cef.said(framed, cef.extension(found[1]), name, name)
        return event._replace(kind="traffic") if name.startswith("Connection_") else event
    if (head := leef.header(framed.body)) and head.vendor in _VENDORS:
        return leef.said(framed, head, leef.attributes(head))
    return None


FORMATS: Final = (
    Format(
        name="forcepoint_cef",
        title="Forcepoint NGFW",
        version=1,
        marks=("|FORCEPOINT|", "|Forcepoint|", "|Stonesoft|"),
        parse=parse,
    ),
)
