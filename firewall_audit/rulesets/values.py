"""What stands in a rule, as numbers: addresses, ports, protocols, names of interfaces and zones, connection states, TCP flags. Pure. [FW-5]

Each reader raises ValueError with a sentence where the text is no such thing: the parser then says so with its line, and guesses nothing.
"""

import ipaddress
from hashlib import sha256

from firewall_audit.rulesets.intervals import Intervals, interval_set, points

V4, V6 = 4, 6
LAST_ADDRESS = {V4: 2**32 - 1, V6: 2**128 - 1}
LAST_PORT = 65535
LAST_PROTOCOL = 255
LAST_FLAGS = 255
LAST_MAC = 2**48 - 1
NAME_BYTES = 64
"""Names of interfaces and zones count as numbers of so many bytes, so that `eth*` is an interval and `not eth0` its complement."""
LAST_NAME = 256**NAME_BYTES - 1

PROTOCOLS = {
    "icmp": 1, "igmp": 2, "ipip": 4, "ipencap": 4, "ipinip": 4, "tcp": 6, "egp": 8, "igp": 9, "igrp": 9, "udp": 17, "dccp": 33, "ipv6": 41,
    "rsvp": 46, "gre": 47, "esp": 50, "ah": 51, "ahp": 51, "icmpv6": 58, "ipv6-icmp": 58, "icmp6": 58, "ipv6-nonxt": 59, "eigrp": 88, "ospf": 89, "nos": 94,
    "pim": 103, "pcp": 108, "ipcomp": 108, "comp": 108, "vrrp": 112, "carp": 112, "l2tp": 115, "sctp": 132, "mh": 135, "mobility-header": 135, "udplite": 136, "mpls-in-ip": 137,
    "hopopt": 0, "ipv6-route": 43, "ipv6-frag": 44, "ipv6-opts": 60,
}  # fmt: skip
PROTOCOL_NAMES = {1: "icmp", 2: "igmp", 4: "ipip", 6: "tcp", 17: "udp", 33: "dccp", 41: "ipv6", 47: "gre", 50: "esp", 51: "ah", 58: "icmpv6", 89: "ospf", 103: "pim", 112: "vrrp", 132: "sctp", 136: "udplite"}  # fmt: skip
WITH_PORTS = points((6, 17, 33, 132, 136))
"""Protocols that have ports: a rule which names a port matches these alone."""

STATES = ("new", "established", "related", "invalid", "untracked")
FLAGS = {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32, "ecn": 64, "ece": 64, "cwr": 128}

SERVICES = {
    "tcpmux": 1, "echo": 7, "discard": 9, "systat": 11, "daytime": 13, "netstat": 15, "qotd": 17, "chargen": 19, "ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25,
    "mail": 25, "time": 37, "tacacs": 49, "tacacs-ds": 49, "re-mail-ck": 50, "whois": 43, "nicname": 43, "domain": 53, "dns": 53, "bootps": 67, "bootpc": 68, "dhcp": 67,
    "tftp": 69, "gopher": 70, "finger": 79, "http": 80, "www": 80, "kerberos": 88, "kerberos-sec": 88, "hostname": 101, "hostnames": 101, "pop2": 109, "pop-2": 109, "pop3": 110,
    "pop-3": 110, "sunrpc": 111, "portmapper": 111, "rpc": 111, "ident": 113, "auth": 113, "nntp": 119, "ntp": 123, "epmap": 135, "msrpc": 135, "netbios-ns": 137,
    "netbios-dgm": 138, "netbios-ssn": 139, "imap": 143, "imap2": 143, "imap4": 143, "snmp": 161, "snmptrap": 162, "snmp-trap": 162, "xdmcp": 177, "bgp": 179, "irc": 194,
    "dnsix": 195, "mobile-ip": 434, "ldap": 389, "https": 443, "microsoft-ds": 445, "cifs": 3020, "pim-auto-rp": 496, "isakmp": 500, "ike": 500, "exec": 512, "biff": 512, "login": 513,
    "who": 513, "rlogin": 513, "cmd": 514, "shell": 514, "syslog": 514, "rsh": 514, "printer": 515, "lpd": 515, "lpr": 515, "talk": 517, "ntalk": 518, "rip": 520, "router": 520, "uucp": 540, "klogin": 543,
    "kshell": 544, "rtsp": 554, "submission": 587, "ipp": 631, "ldaps": 636, "ldp": 646, "rsync": 873, "imaps": 993, "pop3s": 995, "socks": 1080, "lotusnotes": 1352,
    "citrix-ica": 1494, "ms-sql-s": 1433, "ms-sql-m": 1434, "sqlnet": 1521, "radius": 1812, "radius-acct": 1813, "h323": 1720, "pptp": 1723, "nfs": 2049, "ctiqbe": 2748,
    "secureid-udp": 5510, "mysql": 3306, "ms-wbt-server": 3389, "non500-isakmp": 4500, "ipsec-nat-t": 4500, "sip": 5060, "sips": 5061, "aol": 5190, "postgresql": 5432, "pcanywhere-data": 5631,
    "pcanywhere-status": 5632, "vnc": 5900, "x11": 6000, "http-alt": 8080, "webcache": 8080, "imaps4": 993, "openvpn": 1194, "mdns": 5353, "ircd": 6667, "bfd": 3784,
}  # fmt: skip
"""Ports by the names that firewalls' configurations write; vendors' names which differ belong to their parser."""


def addresses(text: str) -> tuple[int, Intervals]:
    """Read `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `10.0.0.1`, `10.0.0.1-10.0.0.9`, the same of IPv6: the family (4 or 6) and the interval."""
    first, dash, last = text.partition("-")
    if dash:
        low, high = ipaddress.ip_address(first.strip()), ipaddress.ip_address(last.strip())
        if low.version != high.version or int(low) > int(high):
            raise ValueError(f"{text} is no range of addresses")
        return low.version, ((int(low), int(high)),)
    host, slash, mask = text.strip().partition("/")
    if slash and not mask.isdecimal():
        return masked(host, mask)
    network = ipaddress.ip_network(text.strip(), strict=False)
    return network.version, ((int(network.network_address), int(network.broadcast_address)),)


def masked(host: str, mask: str) -> tuple[int, Intervals]:
    """An address under a mask that need not be contiguous (`10.0.0.1/255.0.255.0`): at most 4096 intervals, else ValueError."""
    address, bits = ipaddress.ip_address(host), ipaddress.ip_address(mask)
    if address.version != bits.version:
        raise ValueError(f"{host} and {mask} are of two families")
    width = 32 if address.version == V4 else 128
    free = ~int(bits) & (2**width - 1)
    tail = (free + 1 & ~free).bit_length() - 1  # how many low bits are free without a gap
    holes = [bit for bit in range(tail, width) if free >> bit & 1]
    if len(holes) > 12:  # noqa: PLR2004 4096 intervals
        raise ValueError(f"the mask {mask} has too many holes")
    base = int(address) & int(bits)
    starts = [base]
    for bit in holes:
        starts += [start | 1 << bit for start in starts]
    return address.version, interval_set((start, start + (1 << tail) - 1) for start in starts)


def wildcard(host: str, wild: str) -> tuple[int, Intervals]:
    """An address with Cisco's inverted mask: `10.0.0.0 0.0.0.255`."""
    return masked(host, str(ipaddress.ip_address(int(ipaddress.ip_address(wild)) ^ LAST_ADDRESS[V4])))


def port(text: str) -> int:
    """Read a port, by number or by name."""
    word = text.strip().lower()
    value = int(word) if word.isdecimal() and len(word) < 6 else SERVICES.get(word, -1)  # noqa: PLR2004 five digits at most
    if not 0 <= value <= LAST_PORT:
        raise ValueError(f"{text} is no port")
    return value


def ports(text: str) -> Intervals:
    """Read `80`, `www`, `1024-65535`, `1024:65535`, `:1023`, `1024:`, and several of them with commas between."""
    pairs: list[tuple[int, int]] = []
    for part in text.split(","):
        word = part.strip()
        mark = ":" if ":" in word else "-"
        low, dash, high = word.partition(mark)
        if word.lower() in SERVICES or not dash:
            pairs.append((port(word), port(word)))
            continue
        pair = (port(low) if low.strip() else 0, port(high) if high.strip() else LAST_PORT)
        if pair[0] > pair[1]:
            raise ValueError(f"{word} is no range of ports")
        pairs.append(pair)
    return interval_set(pairs)


def protocol(text: str) -> int:
    """Read a protocol, by number or by IANA's keyword."""
    word = text.strip().lower()
    value = int(word) if word.isdecimal() and len(word) < 4 else PROTOCOLS.get(word, -1)  # noqa: PLR2004 three digits at most
    if not 0 <= value <= LAST_PROTOCOL:
        raise ValueError(f"{text} is no protocol")
    return value


def name(text: str, *, prefix: bool = False) -> Intervals:
    """The number of an interface's or a zone's name; with `prefix`, of all names that begin so."""
    raw = text.encode()
    if len(raw) > NAME_BYTES:  # two long names stay two
        raw = raw[: NAME_BYTES - 16] + sha256(raw).digest()[:16]
    low = int.from_bytes(raw.ljust(NAME_BYTES, b"\0"))
    return ((low, int.from_bytes(raw.ljust(NAME_BYTES, b"\xff")) if prefix else low),)


def states(*words: str) -> Intervals:
    """Connection states by name: new, established, related, invalid, untracked."""
    unknown = [word for word in words if word.lower() not in STATES]
    if unknown:
        raise ValueError(f"{unknown[0]} is no state of a connection")
    return points(STATES.index(word.lower()) for word in words)


def flags(mask: int, value: int) -> Intervals:
    """All flag octets of TCP of which the bits under the mask equal the value."""
    return points(octet for octet in range(LAST_FLAGS + 1) if octet & mask == value)


def icmp(kind: int, code: int | None = None) -> Intervals:
    """An ICMP type with one code or every code: type times 256 plus code."""
    if not 0 <= kind <= 255 or not 0 <= (code or 0) <= 255:  # noqa: PLR2004 octets
        raise ValueError(f"{kind}/{code} is no type of ICMP")
    return ((kind << 8 | (code or 0), kind << 8 | (255 if code is None else code)),)


def mac(text: str) -> Intervals:
    """A hardware address, `02:00:5e:00:53:01`."""
    octets = text.replace("-", ":").split(":")
    if len(octets) != 6 or not all(len(octet) in {1, 2} for octet in octets):  # noqa: PLR2004 octets of an address
        raise ValueError(f"{text} is no hardware address")
    value = int.from_bytes(bytes(int(octet, 16) for octet in octets))
    return ((value, value),)
