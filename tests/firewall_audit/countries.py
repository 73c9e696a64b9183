"""Writes a small database of countries in MaxMind's format, by its public description."""

import ipaddress
from collections.abc import Mapping
from typing import Any

MARK = b"\xab\xcd\xefMaxMind.com"
GAP = bytes(16)
"""Stands between the tree and the data."""
TEXT, WORD, LONG, MAP, HUGE, LIST = 2, 5, 6, 7, 9, 11
ROW = 6
"""Bytes of a node: two records of 24 bits."""


def database(countries: Mapping[str, Any], version: int = 4) -> bytes:
    """Write what networks are told: `{"192.0.2.0/24": {"country": {"iso_code": "BJ"}}}`."""
    nodes: list[list[Any]] = [[None, None]]
    data, places = b"", {}
    for network, told in countries.items():
        places[network] = len(data)
        data += written(told)
        _grow(nodes, ipaddress.ip_network(network), network)
    tree = b""
    for node in nodes:
        for record in node:
            value = len(nodes) if record is None else record
            if isinstance(record, str):
                value = len(nodes) + len(GAP) + places[record]
            tree += int(value).to_bytes(3, "big")
    about = {
        "node_count": (LONG, len(nodes)), "record_size": (WORD, 24), "ip_version": (WORD, version), "database_type": "Test-Country",
        "languages": ["en"], "binary_format_major_version": (WORD, 2), "binary_format_minor_version": (WORD, 0),
        "build_epoch": (HUGE, 1_780_000_000), "description": {"en": "countries of a test"},
    }  # fmt: skip
    return tree + GAP + data + MARK + written(about)


def _grow(nodes: list[list[Any]], network: "ipaddress.IPv4Network | ipaddress.IPv6Network", name: str) -> None:
    bits = f"{int(network.network_address):0{network.max_prefixlen}b}"[: network.prefixlen]
    at = 0
    for bit in bits[:-1]:
        if nodes[at][int(bit)] is None:
            nodes.append([None, None])
            nodes[at][int(bit)] = len(nodes) - 1
        at = nodes[at][int(bit)]
    nodes[at][int(bits[-1])] = name


def written(value: Any) -> bytes:
    """Write a value as the format has it: text, list, map; a number with the kind that it is."""
    if isinstance(value, str):
        text = value.encode()
        return _head(TEXT, len(text)) + text
    if isinstance(value, tuple):
        kind, number = value
        digits = number.to_bytes((number.bit_length() + 7) // 8, "big")
        return _head(kind, len(digits)) + digits
    if isinstance(value, list):
        return _head(LIST, len(value)) + b"".join(map(written, value))
    return _head(MAP, len(value)) + b"".join(written(key) + written(one) for key, one in value.items())


def _head(kind: int, size: int) -> bytes:
    assert size < 29, "longer ones are written in another way"
    return bytes([size, kind - 7]) if kind > 7 else bytes([kind << 5 | size])
