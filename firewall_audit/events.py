"""What one line of a log says, whoever wrote it: the columns that every format fills and every detection reads. Pure. [FW-3, FW-6]"""

from datetime import datetime
from typing import Literal, NamedTuple

Kind = Literal["traffic", "threat", "auth", "admin", "config", "health", "other"]
"""`traffic`: a packet or a connection and what was decided of it; `threat`: what a detection engine says of it; `auth`: somebody tried
to get in; `admin`: what somebody who got in did; `config`: the configuration changed; `health`: of the device itself."""
Verdict = Literal["allow", "deny", ""]
Outcome = Literal["success", "failure", ""]
LONGEST_DETAIL = 500


class Event(NamedTuple):
    """One event. Empty text and None: the line does not say. `times`: one line may stand for many."""

    kind: Kind
    at: datetime | None = None
    """Aware where the line says its zone; naive where the device's own zone must be known."""
    has_year: bool = True
    """False: the year in `at` is 1904 (a leap year) and must be found from when the line came in."""
    host: str = ""
    """As the line names its sender."""
    action: Verdict = ""
    """Of netfilter this is guessed from the words of `rule`; the device's own map of prefixes speaks last."""
    src: str = ""
    """An address as `ipaddress` writes it; never a name."""
    src_port: int | None = None
    dst: str = ""
    dst_port: int | None = None
    protocol: str = ""
    """Lower case, by IANA's keyword (`tcp`, `udp`, `icmp`, `ipv6-icmp`, `esp`), else its number."""
    in_interface: str = ""
    out_interface: str = ""
    in_zone: str = ""
    out_zone: str = ""
    rule: str = ""
    """What is most stable of the rule that spoke: tracker, rid, policy id, access list; netfilter's prefix."""
    message: str = ""
    """The vendor's number or name of the message: `106023`, `TRAFFIC/deny`, `RT_FLOW_SESSION_DENY`."""
    user: str = ""
    outcome: Outcome = ""
    times: int = 1
    bytes: int | None = None
    flags: str = ""
    """TCP flags in capital words, one space between; of ICMP the type and code, `8/0`."""
    severity: int | None = None
    """By syslog: 0 emergency to 7 debugging."""
    sequence: int | None = None
    """The sender's own number of the line, by which a gap shows."""
    detail: str = ""
    """A signature's name, a command, an object changed: at most 500 characters, control characters taken out."""


COLUMNS = Event._fields
