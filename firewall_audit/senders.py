"""By what the lines of a device are known: addresses, host names, certificates; each written in one form. Pure. [FW-3]"""

import ipaddress
import re
from typing import Literal

Kind = Literal["address", "hostname", "certificate"]
_CERTIFICATE = re.compile(r"^(?:sha-?256[:=])?([0-9a-f]{2}(?::?[0-9a-f]{2}){31})$", re.IGNORECASE)
_HOST = re.compile(r"^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$")


def written(sender: str) -> tuple[Kind, str]:
    """Return what kind of sender this is, and its one form.

    An IPv4 address inside IPv6 (`::ffff:192.0.2.1`) is that IPv4 address; a name of digits and dots that is no address is refused.

    Raises:
        ValueError: it is neither address nor host name nor the SHA-256 of a certificate.

    """
    plain = sender.strip()
    digest = _CERTIFICATE.match(plain)
    if digest:
        return "certificate", digest[1].replace(":", "").lower()
    try:
        return "address", address_of(plain)
    except ValueError:
        name = plain.lower().rstrip(".")
    if _HOST.match(name) and not re.fullmatch(r"[0-9.]+", name):
        return "hostname", name
    raise ValueError("This is no address, no host name and no SHA-256 of a certificate.")


def address_of(text: str) -> str:
    """Return an address in its one form, its zone (`%eth0`) left out. Raises ValueError."""
    found = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)
