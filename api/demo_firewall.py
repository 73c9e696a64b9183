"""The demonstration house's firewalls: on the register, with what they run, and their lines as syslog would have brought them. [FW-2, FW-3]"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlmodel import select

from api.demo_configurations import BRANCH, EDGE, GATE
from api.demo_lines import BRANCH_SLUG, DAYS, EDGE_SLUG, GATE_SLUG, week
from firewall_audit import devices
from firewall_audit.audits.gathering import latest
from firewall_audit.configurations.versions import approve_baseline, take_configuration
from firewall_audit.intake.batches import CLERK
from firewall_audit.intake.taking import Counted, device_by_slug, reading_of, take
from firewall_audit.models import NetworkDevice
from iam.people.models import Person
from kernel import clock
from kernel.actor import Actor, person
from kernel.db import read_session

WEEK: Final = timedelta(days=DAYS)
DEVICES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    EDGE_SLUG: (EDGE, {
        "name": "Edge of Cotonou", "vendor": "netfilter", "formats": ["netfilter"], "senders": ["192.0.2.1"], "site": "site:cotonou",
        "prefixes": {"FW-DROP": "deny", "FW-ACCEPT": "allow"},
        "zones": [
            devices.Zone(name="lan", side="inside", networks=["10.20.0.0/16"], interfaces=["eth1"]),
            devices.Zone(name="dmz", side="dmz", networks=["192.0.2.0/26"], interfaces=["eth2"]),
            devices.Zone(name="internet", side="outside", interfaces=["eth0"]),
        ],
    }),
    BRANCH_SLUG: (BRANCH, {
        "name": "Edge of Bohicon", "vendor": "cisco", "formats": ["cisco_asa"], "senders": ["198.51.100.130"], "site": "site:bohicon",
        "zones": [
            devices.Zone(name="lan", side="inside", networks=["10.30.0.0/16"], interfaces=["inside"]),
            devices.Zone(name="internet", side="outside", interfaces=["outside"]),
        ],
    }),
    GATE_SLUG: (GATE, {
        "name": "Gate of remote agents", "vendor": "fortinet", "formats": ["fortinet_fortigate"], "senders": ["192.0.2.66"], "site": "site:cotonou",
        "zones": [
            devices.Zone(name="remote", side="inside", networks=["10.40.0.0/16"], interfaces=["internal"]),
            devices.Zone(name="internet", side="outside", interfaces=["wan1"]),
        ],
    }),
}  # fmt: skip
"""By short name: what it runs, and what the register says of it."""


@dataclass(frozen=True, slots=True)
class Keepers:
    """Who runs the firewalls, who watches over them, who decides."""

    engineer: UUID
    officer: UUID
    director: UUID


def acting(who: UUID) -> Actor:
    """Give somebody who has just shown a second factor, by their own name: they sign with it."""
    with read_session() as session:
        name = session.get_one(Person, who).name
    return person(who, name, factor_at=clock.now())


def register(keepers: Keepers) -> None:
    """Put on the register what is missing, with what it runs, approved as it stands by the technical director."""
    with read_session() as session:
        known = set(session.scalars(select(NetworkDevice.slug)))
    for slug, (text, told) in DEVICES.items():
        if slug not in known:
            made = devices.add_device(
                acting(keepers.officer), slug=slug, kind="firewall", owner_id=keepers.engineer, time_zone="UTC", longest_silence=44_640, **told
            )  # fmt: skip
            taken = take_configuration(acting(keepers.engineer), made.id, text=text)
            approve_baseline(acting(keepers.director), taken.id)


def look_again(keepers: Keepers, now_runs: Mapping[str, str]) -> None:
    """Hand in what runs now; where nothing is told, the same as before: each was looked at lately."""
    for slug, (text, _told) in DEVICES.items():
        take_configuration(acting(keepers.engineer), device_by_slug(slug).id, text=now_runs.get(slug, text))


def approve_present(keepers: Keepers, slug: str) -> None:
    """Have the technical director approve what a firewall runs now."""
    with read_session() as session:
        version = latest(session, device_by_slug(slug).id)
    if version is not None and version.baseline_at is None:
        approve_baseline(acting(keepers.director), version.id)


def take_week(begin: datetime, *, quiet: bool = False) -> None:
    """Take in what the firewalls wrote in a week, as it would have come by its end."""
    for slug, told in week(begin, quiet=quiet).items():
        lines = [line.encode() for _at, line in sorted(told)]
        counted = Counted(size=sum(len(line) + 1 for line in lines))
        device = device_by_slug(slug)
        take(
            CLERK, device, [lines], reading_of(device, begin + WEEK), counted, source="file", name=f"{slug}-{begin:%Y-%m-%d}.log"
        )  # fmt: skip
