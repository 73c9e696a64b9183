"""Networks as sorted spans of numbers, and addresses as numbers. Pure. [FW-3, FW-6]"""

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from typing import Any


class Networks:
    """Networks as sorted spans of numbers: asked by bisection, however many there are."""

    def __init__(self, networks: Iterable[str]) -> None:
        given = list(networks)
        self._spans = {4: _spans(given, 4), 6: _spans(given, 6)}

    def __contains__(self, address: str) -> bool:
        found = number(address)
        if found is None:
            return False
        starts, ends = self._spans[found[0]]
        place = bisect_right(starts, found[1]) - 1
        return place >= 0 and found[1] <= ends[place]


def _spans(networks: Iterable[str], version: int) -> tuple[list[int], list[int]]:
    given = (ipaddress.ip_network(one, strict=False) for one in networks)
    same: list[Any] = [one for one in given if one.version == version]
    merged = sorted(ipaddress.collapse_addresses(same), key=lambda one: int(one.network_address))
    return [int(one.network_address) for one in merged], [int(one.broadcast_address) for one in merged]


@lru_cache(maxsize=65_536)
def number(address: str) -> tuple[int, int] | None:
    """Return the version and the number of an address; None for what is none."""
    if "." in address and ":" not in address:
        try:
            one, two, three, four = map(int, address.split("."))
        except ValueError:
            return None
        return 4, one << 24 | two << 16 | three << 8 | four
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    return found.version, int(found)
