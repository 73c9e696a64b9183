"""Applications of Junos: those that it brings, and those that a configuration describes. Pure. [FW-5]

Source of the table: Junos `show configuration groups junos-defaults applications` as Juniper documents it.
"""

from firewall_audit.rulesets import values
from firewall_audit.rulesets.boxes import ANY_PORT
from firewall_audit.rulesets.intervals import interval_set, points
from firewall_audit.rulesets.parsers.hierarchy import Node
from firewall_audit.rulesets.parsers.terms import Service, Services, icmp_service, port_service, unknown_services
from firewall_audit.rulesets.values import V4, V6

_PORTS = {
    "junos-ftp": ((6, "21"),), "junos-tftp": ((17, "69"),), "junos-ssh": ((6, "22"),), "junos-telnet": ((6, "23"),), "junos-smtp": ((6, "25"),), "junos-smtps": ((6, "465"),),
    "junos-http": ((6, "80"),), "junos-http-ext": ((6, "7001"),), "junos-https": ((6, "443"),), "junos-pop3": ((6, "110"),), "junos-imap": ((6, "143"),), "junos-imaps": ((6, "993"),),
    "junos-dns-udp": ((17, "53"),), "junos-dns-tcp": ((6, "53"),), "junos-ntp": ((17, "123"),), "junos-ldap": ((6, "389"),), "junos-ldp-tcp": ((6, "646"),), "junos-ldp-udp": ((17, "646"),),
    "junos-bgp": ((6, "179"),), "junos-syslog": ((17, "514"),), "junos-snmp": ((17, "161"),), "junos-snmp-agentx": ((6, "705"),), "junos-radius": ((17, "1812"),),
    "junos-radacct": ((17, "1813"),), "junos-tacacs": ((6, "49"),), "junos-tacacs-ds": ((6, "65"),), "junos-ike": ((17, "500"),), "junos-ike-nat": ((17, "4500"),),
    "junos-sip": ((17, "5060"), (6, "5060")), "junos-rtsp": ((6, "554"),), "junos-h323": ((6, "1720"), (6, "1503"), (6, "389"), (6, "522"), (6, "1731"), (17, "1719")),
    "junos-pptp": ((6, "1723"),), "junos-l2tp": ((17, "1701"),), "junos-ms-sql": ((6, "1433"),), "junos-sqlnet-v2": ((6, "1521"),), "junos-sqlnet-v1": ((6, "1525"),), "junos-nfs": ((17, "111"),),
    "junos-nfsd-tcp": ((6, "2049"),), "junos-nfsd-udp": ((17, "2049"),), "junos-rlogin": ((6, "513"),), "junos-rsh": ((6, "514"),), "junos-finger": ((6, "79"),), "junos-gopher": ((6, "70"),),
    "junos-ident": ((6, "113"),), "junos-irc": ((6, "6660-6669"),), "junos-lpr": ((6, "515"),), "junos-nntp": ((6, "119"),), "junos-whois": ((6, "43"),), "junos-wais": ((6, "210"),), "junos-vnc": ((6, "5800"), (6, "5900")),
    "junos-x-windows": ((6, "6000-6063"),), "junos-discard": ((17, "9"), (6, "9")), "junos-chargen": ((17, "19"),), "junos-echo": ((17, "7"),), "junos-biff": ((17, "512"),), "junos-bootpc": ((17, "68"),),
    "junos-bootps": ((17, "67"),), "junos-dhcp-client": ((17, "68"),), "junos-dhcp-server": ((17, "67"),), "junos-dhcp-relay": ((17, "67"),), "junos-nbname": ((17, "137"),), "junos-nbds": ((17, "138"),),
    "junos-netbios-session": ((6, "139"),), "junos-smb-session": ((6, "445"),), "junos-smb": ((6, "139"), (6, "445")), "junos-rip": ((17, "520"),), "junos-who": ((17, "513"),), "junos-talk": ((17, "517"), (6, "517")),
    "junos-ntalk": ((17, "518"), (6, "518")), "junos-aol": ((6, "5190-5193"),), "junos-msn": ((6, "1863"),), "junos-ymsg": ((6, "5000-5010"), (6, "5050")), "junos-printer": ((6, "515"),), "junos-rdp": ((6, "3389"),),
    "junos-sun-rpc-portmap-tcp": ((6, "111"),), "junos-sun-rpc-portmap-udp": ((17, "111"),), "junos-ms-rpc-tcp": ((6, "135"),), "junos-ms-rpc-udp": ((17, "135"),),
    "junos-r2cp": ((17, "28672"),), "junos-sccp": ((6, "2000"),), "junos-mgcp-ua": ((17, "2427"),), "junos-mgcp-ca": ((17, "2727"),), "junos-xnm-ssl": ((6, "3220"),),
    "junos-xnm-clear-text": ((6, "3221"),), "junos-stun": ((17, "3478-3479"), (6, "3478-3479")), "junos-tcp-any": ((6, "0-65535"),), "junos-udp-any": ((17, "0-65535"),), "junos-rtcp": ((17, "5005"),),
    "junos-cvspserver": ((6, "2401"),), "junos-http-proxy": ((6, "8080"),), "junos-sql-monitor": ((17, "1434"),),
}  # fmt: skip
PREDEFINED: dict[str, tuple[Service, ...]] = {
    **{name: tuple(port_service((number,), values.ports(ports)) for number, ports in told) for name, told in _PORTS.items()},
    "junos-icmp-all": (icmp_service(V4),), "junos-icmp-ping": (icmp_service(V4, 8),), "junos-ping": (icmp_service(V4, 8),), "junos-pingv6": (icmp_service(V6, 128),),
    "junos-icmp6-all": (icmp_service(V6),), "junos-icmp6-echo-request": (icmp_service(V6, 128),), "junos-icmp6-echo-reply": (icmp_service(V6, 129),), "junos-gre": (Service(points((47,))),), "junos-ospf": (Service(points((89,))),),
}  # fmt: skip
_TYPES = {
    "echo-reply": 0, "unreachable": 3, "source-quench": 4, "redirect": 5, "echo-request": 8, "router-advertisement": 9, "router-solicit": 10, "time-exceeded": 11,
    "parameter-problem": 12, "timestamp": 13, "timestamp-reply": 14, "info-request": 15, "info-reply": 16, "mask-request": 17, "mask-reply": 18,
}  # fmt: skip
_TYPES6 = {
    "destination-unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4, "echo-request": 128, "echo-reply": 129, "membership-query": 130,
    "membership-report": 131, "membership-termination": 132, "router-solicit": 133, "router-advertisement": 134, "neighbor-solicit": 135, "neighbor-advertisement": 136, "redirect": 137,
}  # fmt: skip


def icmp_type(word: str, family: int) -> int:
    """Read a type of ICMP by number or by Junos' name. Raises ValueError."""
    return int(word) if word.isdecimal() else _known(_TYPES6 if family == V6 else _TYPES, word)


def _known(table: dict[str, int], word: str) -> int:
    if word not in table:
        raise ValueError(f"{word} is no type of ICMP")
    return table[word]


def application(node: Node) -> Services:
    """Read an application with its terms; what it does not understand makes it unknown."""
    terms = list(node.under("term")) or [node]
    try:
        return Services(tuple(_term(one) for one in terms))
    except ValueError:
        return unknown_services(f"the application {node.name}")


def _term(node: Node) -> Service:
    said = node.anywhere("protocol")
    kinds, codes = (
        node.anywhere("icmp-type") + node.anywhere("icmp6-type"),
        node.anywhere("icmp-code") + node.anywhere("icmp6-code"),
    )
    target, source = node.anywhere("destination-port"), node.anywhere("source-port")
    if not said and not kinds:
        raise ValueError("no protocol")
    word = said[0] if said else "icmp6" if node.anywhere("icmp6-type") else "icmp"
    number = values.protocol("icmp6" if word == "icmpv6" else word)
    if number in {1, 58} and (kinds or codes):
        family = V6 if number == 58 else V4  # noqa: PLR2004 - ICMPv6
        return _typed(family, kinds, codes)
    ports = values.ports(",".join(target)) if target else ANY_PORT
    return port_service((number,), ports, values.ports(",".join(source)) if source else ANY_PORT)._replace(
        family={1: V4, 58: V6}.get(number, 0)
    )


def _typed(family: int, kinds: list[str], codes: list[str]) -> Service:
    code = int(codes[0]) if codes and codes[0].isdecimal() else None
    if codes and code is None:
        raise ValueError("a code by name")
    if not kinds:
        shown = interval_set((kind << 8 | (code or 0), kind << 8 | (code or 0)) for kind in range(256))
        return icmp_service(family)._replace(icmp=shown)
    return icmp_service(family)._replace(
        icmp=interval_set(pair for kind in kinds for pair in values.icmp(icmp_type(kind, family), code))
    )
