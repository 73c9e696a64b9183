"""Networks as sorted spans of numbers, and addresses as numbers. Pure. [FW-3, FW-6]"""

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache


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
    """Return first and last numbers of what the networks cover, sorted and merged; a list of a million is read in seconds."""
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(_span(one, version) for one in networks if (":" in one) == (version == 6)):  # noqa: PLR2004 - of the protocol
        if starts and start <= ends[-1] + 1:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return starts, ends


def _span(network: str, version: int) -> tuple[int, int]:
    address, _, length = network.partition("/")
    bits = 32 if version == 4 else 128  # noqa: PLR2004 - of the protocol
    if not length.isdecimal() and length:
        found = ipaddress.ip_network(network, strict=False)
        return int(found.network_address), int(found.broadcast_address)
    told = _plain(address)
    rest = bits - int(length or bits)
    start = told >> rest << rest
    return start, start | (1 << rest) - 1


def _plain(address: str) -> int:
    if ":" in address:
        return int(ipaddress.IPv6Address(address))
    one, two, three, four = map(int, address.split("."))
    return one << 24 | two << 16 | three << 8 | four


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
