"""Where a collector goes and with what, and in which ways it comes back with nothing. Pure. [FW-2, SW-18]"""

import ipaddress
from dataclasses import dataclass, field
from typing import Final

from firewall_audit.collectors.recipes import Recipe
from firewall_audit.models.collectors import Fault

NEVER: Final = tuple(
    map(
        ipaddress.ip_network,
        ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/127", "fe80::/10", "ff00::/8"),
    )
)
"""Where no firewall is managed, but this machine, the metadata of clouds and groups of hosts are."""


class CollectionFault(Exception):
    """Nothing was collected; `offered`: the key that was shown. It carries no word of the device and no secret."""

    def __init__(self, outcome: Fault, *, offered: str = "", size: int = 0) -> None:
        super().__init__(outcome)
        self.outcome: Fault = outcome
        self.offered = offered
        self.size = size


@dataclass(frozen=True, slots=True)
class Door:
    """A device's registered address, whom we expect there, and what we show; `secret` stays out of every word about it."""

    address: str
    port: int
    recipe: Recipe
    trusted: str = ""
    authority: str = field(default="", repr=False)
    tls_name: str = ""
    user_name: str = ""
    kind: str = ""
    """Of the credential; empty: there is none."""
    secret: str = field(default="", repr=False)
    enable: str = field(default="", repr=False)
    seconds: float = 120
    most: int = 16 << 20


def address_of(text: str) -> str:
    """Return an address as it is registered. Raises ValueError for a name and for where no device may be."""
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        raise ValueError("The collector goes to an address, not to a name.") from None
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    if getattr(found, "scope_id", None) or any(found in one for one in NEVER if one.version == found.version):
        raise ValueError("No device is managed at such an address.")
    return str(found)
