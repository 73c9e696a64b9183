"""What the detections go by. The book fills it; these are the values that stand where it says nothing. Pure. [FW-1, FW-3]"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final, Literal

from firewall_audit.detections.asked import Imported
from firewall_audit.detections.finding import Finding

PRIVATE: Final = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10",
)  # fmt: skip
LOGIN_PORTS: Final = (21, 22, 23, 1433, 3306, 3389, 5432, 5900, 5985, 5986)
NON_ESSENTIAL: Final[Mapping[str, str]] = {
    "tcp/21": "FTP", "tcp/23": "Telnet", "udp/69": "TFTP", "tcp/111": "RPC", "tcp/135": "Windows RPC", "tcp/139": "NetBIOS",
    "udp/161": "SNMP", "tcp/389": "LDAP", "tcp/445": "SMB", "tcp/512": "rexec", "tcp/513": "rlogin", "tcp/514": "rsh",
    "tcp/1433": "SQL Server", "tcp/1521": "Oracle", "tcp/2049": "NFS", "tcp/2375": "Docker", "tcp/3306": "MySQL", "tcp/3389": "RDP",
    "tcp/5432": "PostgreSQL", "tcp/5900": "VNC", "tcp/5985": "WinRM", "tcp/6379": "Redis", "tcp/9200": "Elasticsearch",
    "udp/11211": "memcached", "tcp/11211": "memcached", "tcp/27017": "MongoDB",
}  # fmt: skip
ANSWERING: Final = (20, 21, 22, 25, 53, 80, 110, 123, 143, 443, 465, 587, 993, 995, 3478, 4500, 8080, 8443)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known to be good, or accepted as noise, until a day. At least one of the first three is said."""

    reason: str
    until: date
    """The last day on which it holds."""
    network: str = ""
    """All sources of the finding lie in it."""
    kind: str = ""
    """The kind, or its beginning: `scan` is every scan."""
    finding: str = ""
    """The id of one finding."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service that is published on purpose; `dst` and `src` are networks."""

    protocol: str
    port: int
    dst: str = "0.0.0.0/0"
    src: str = "0.0.0.0/0"


@dataclass(frozen=True, slots=True)
class ThreatList:
    """Addresses and networks that somebody warns of."""

    name: str
    networks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Thresholds and lists. Numbers are of events unless said otherwise."""

    inside: tuple[str, ...] = PRIVATE
    """The networks of the house, its public ones too."""
    outside_interfaces: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each device the interfaces towards strangers."""
    most: int = 10
    """Findings of one kind that are told one by one; the rest are told together."""

    scan_ports: int = 15
    """Different ports of one host that make a vertical scan."""
    scan_hosts: int = 15
    """Different hosts on one port that make a horizontal scan."""
    block_hosts: int = 5
    block_ports: int = 5
    block_tries: int = 50
    """Different hosts and ports together, with at least as many of each as above, that make a sweep of everything."""
    block_burst: int = 300
    """Tries of a sweep within one hour that make it more than what the internet does all day."""
    stands_out: float = 3.0
    """How many times the others of the same source one host, one port or one hour must be."""
    few: int = 4
    """So many hosts or ports are always looked at by themselves."""
    prefix_sources: int = 3
    """Addresses of one /24 or /64 that are added up."""
    answering: tuple[int, ...] = ANSWERING
    """Source ports of servers: what comes from them to a high port is a late answer, no attempt."""

    persistent_days: int = 5
    persistent_daily: int = 10
    persistent_share: float = 0.5
    """Part of what a source does that goes to one service, for it to be called bent on it."""
    blocked: Mapping[str, datetime] = field(default_factory=dict)
    """Addresses that were blocked, and when (aware)."""

    login_ports: tuple[int, ...] = LOGIN_PORTS
    login_connections: int = 30
    """Connections let through to a login within `login_minutes`."""
    login_minutes: int = 10
    login_weekly: int = 300
    failures: int = 5
    """Failed sign-ins from one address within `login_minutes`."""
    failures_slow: int = 30
    """Failed sign-ins from one address in the whole window."""
    failures_regular: int = 4
    """Failed sign-ins as different users at regular intervals."""
    spray_users: int = 5
    """Different users tried from one address; and different addresses for one user."""
    failures_before: int = 3
    """Failures within a day before a success that make the success dangerous."""

    beacon_least: int = 20
    beacon_hours: float = 6.0
    beacon_share: float = 0.8
    """Part of the pauses that are alike, within a tenth or two seconds."""
    beacon_sources: int = 3
    """Destinations that more inside hosts than that go to are taken for a service of the house."""
    beacon_quiet: tuple[str, ...] = ("udp/53", "tcp/53", "udp/123")
    outbound_hosts: int = 1
    outbound_least: int = 10

    non_essential: Mapping[str, str] = field(default_factory=lambda: dict(NON_ESSENTIAL))
    """Services that nobody outside may reach [FW-1], `protocol/port` and a name."""
    published: tuple[Service, ...] = ()

    threats: tuple[ThreatList, ...] = ()
    expected_countries: frozenset[str] = frozenset()
    """ISO 3166 letters; empty: countries are not judged."""

    silence_minutes: int = 60
    silences: Mapping[str, int] = field(default_factory=dict)
    """Longest silence of a device, in minutes, where it differs."""
    devices: tuple[str, ...] = ()
    """Devices from which lines are expected, so that one which never spoke is found."""
    missing_least: int = 5
    """Numbers missing in a sender's own count of lines."""
    ahead_minutes: int = 5
    spike: float = 3.0
    drop: float = 0.4
    """Times the usual volume of the same weekday."""
    volume_least: int = 1000

    hours: tuple[time, time] = (time(7), time(20))
    """When administrators work, in `zone`."""
    workdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    zone: str = "UTC"
    weeks: int = 1
    """Weeks behind that must be known before anything is called new."""
    known: tuple[Known, ...] = ()
    imported: tuple[Imported, ...] = ()
    """Imported rules that are switched on."""
    unreadable: tuple[str, ...] = ()
    """Titles of those that this release cannot read any more."""
    noticed: tuple[Finding, ...] = ()
    """What the house itself noticed of its devices in this time, beside their lines."""
    products: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Of each product that imported rules name, the devices."""


Category = Literal["network", "service", "outbound", "country", "rule", "administrator", "volume"]
