"""Services of FortiOS: those that the device brings, and those that a configuration describes. Pure. [FW-5]"""

from firewall_audit.rulesets import values
from firewall_audit.rulesets.boxes import ANY_PORT
from firewall_audit.rulesets.intervals import Intervals, union
from firewall_audit.rulesets.parsers.fortios_tables import Entry
from firewall_audit.rulesets.parsers.terms import (
    ANY_SERVICE,
    Services,
    icmp_service,
    port_service,
    protocol_service,
    unknown_services,
)
from firewall_audit.rulesets.values import V4, V6

_TCP_UDP = {
    "HTTP": "80", "HTTPS": "443", "SSH": "22", "TELNET": "23", "SMTP": "25", "SMTPS": "465", "POP3": "110", "POP3S": "995", "IMAP": "143", "IMAPS": "993", "FTP": "21", "FTP_GET": "21", "FTP_PUT": "21",
    "RDP": "3389", "MYSQL": "3306", "MS-SQL": "1433,1434", "LDAP": "389", "BGP": "179", "VNC": "5900", "SMB": "445", "SAMBA": "139", "PPTP": "1723", "WHOIS": "43", "IRC": "6660-6669", "RLOGIN": "512-1023", "X-WINDOWS": "6000-6063",
    "FINGER": "79", "GOPHER": "70", "NNTP": "119", "SQUID": "3128", "RTSP": "554,7070,8554",
}  # fmt: skip
_UDP = {
    "NTP": "123",
    "TFTP": "69",
    "SYSLOG": "514",
    "RIP": "520",
    "DHCP": "67-68",
    "DHCP6": "546,547",
    "RADIUS": "1812,1813",
    "QUAKE": "26000,27000,27910,27960",
    "TALK": "517-518",
    "L2TP": "1701",
}
_BOTH = {
    "DNS": "53",
    "KERBEROS": "88,464",
    "SNMP": "161-162",
    "SIP": "5060",
    "NFS": "111,2049",
    "ONC-RPC": "111",
    "SOCKS": "1080",
    "AFS3": "7000-7009",
}


def custom_service(one: Entry) -> Services:
    """Read a service that the configuration describes; what it does not understand makes it unknown."""
    kind = one.value("protocol", "TCP/UDP/SCTP")
    try:
        if kind == "IP":
            number = one.value("protocol-number", "0")
            return ANY_SERVICE if number == "0" else Services((protocol_service(number),))
        if kind in {"ICMP", "ICMP6"}:
            code = one.value("icmpcode")
            shown = one.value("icmptype")
            return Services(
                (
                    icmp_service(
                        V6 if kind == "ICMP6" else V4, int(shown) if shown else None, int(code) if code else None
                    ),
                )
            )
        told = [
            port_service((number,), target, source)
            for key, number in (("tcp-portrange", 6), ("udp-portrange", 17), ("sctp-portrange", 132))
            for word in one.all(key) for target, source in (_range(word),)
        ]  # fmt: skip
    except ValueError:
        return unknown_services(f"the service {one.name}")
    if kind == "ALL" or not told:
        return ANY_SERVICE if kind == "ALL" else unknown_services(f"the service {one.name}")
    if one.value("fqdn") or one.value("iprange", "0.0.0.0") != "0.0.0.0":  # noqa: S104 - FortiOS writes no address so
        return Services(tuple(told), (f"the service {one.name} is of some hosts only",))
    return Services(tuple(told))


def _range(word: str) -> tuple[Intervals, Intervals]:
    """Read `80`, `80-90`, `53:1024-65535`: destination, then source."""
    target, colon, source = word.partition(":")
    return values.ports(target), values.ports(source) if colon else ANY_PORT


def known_service(name: str) -> Services:
    """The services that the device brings."""
    word = name.upper()
    fixed = {
        "ALL": ANY_SERVICE, "ANY": ANY_SERVICE, "ALL_TCP": Services((port_service((6,)),)), "ALL_UDP": Services((port_service((17,)),)), "ALL_ICMP": Services((icmp_service(V4),)),
        "ALL_ICMP6": Services((icmp_service(V6),)), "PING": Services((icmp_service(V4, 8),)), "PING6": Services((icmp_service(V6, 128),)), "GRE": Services((protocol_service("gre"),)),
        "ESP": Services((protocol_service("esp"),)), "AH": Services((protocol_service("ah"),)), "OSPF": Services((protocol_service("ospf"),)),
        "IKE": Services((port_service((17,), union(values.ports("500"), values.ports("4500"))),)), "NONE": Services(()),
    }  # fmt: skip
    if word in fixed:
        return fixed[word]
    for table, protocols in ((_TCP_UDP, (6,)), (_UDP, (17,)), (_BOTH, (6, 17))):
        if word in table:
            return Services((port_service(protocols, values.ports(table[word])),))
    return unknown_services(f"the service {name}")
