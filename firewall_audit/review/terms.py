"""What a review goes by: thresholds and lists of the book, what the register says of the devices, what was accepted. [FW-1, FW-3]"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from firewall_audit.collectors.noticed import noticed
from firewall_audit.detections.parameters import PRIVATE, Known, Parameters, Service
from firewall_audit.events import Verdict
from firewall_audit.formats import FORMATS
from firewall_audit.lists import lists_in_force, services_in_force
from firewall_audit.models import GivenList, NetworkDevice
from firewall_audit.models.devices import IN_SERVICE
from firewall_audit.review.models import AcceptedNoise, LogFinding, LogReview
from firewall_audit.rulesets import terms as rules
from firewall_audit.rulesets.values import PROTOCOL_NAMES
from firewall_audit.sigma.library import products_of, rules_on
from policy import book

NUMBERS = frozenset(one.name for one in dataclasses.fields(Parameters) if one.type in {int, "int"})
HOUSE_SIDES = frozenset({"inside", "dmz"})


@dataclass(frozen=True, slots=True)
class Terms:
    """What the lines of a period are held against."""

    parameters: Parameters
    decided: Mapping[str, Mapping[str, Verdict]]
    """Of each device what the prefixes of its lines mean."""
    devices: tuple[str, ...]
    given: tuple[GivenList, ...] = ()
    """Lists of threats and countries; their content is read by whoever looks."""

    def pack(self) -> str:
        """Give the SHA-256 of formats, thresholds and lists: reviews with the same pack judged alike."""
        told = {
            "formats": sorted(f"{one.name} {one.version}" for one in FORMATS),
            "parameters": dataclasses.asdict(self.parameters),
            "decided": self.decided,
            "given": [f"{one.kind} {one.name} {one.digest}" for one in self.given],
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, (set, frozenset)) else str(value)


def terms_of(session: Any, review: LogReview) -> Terms:
    """Give the terms in force for a review; what is accepted in this very review stays on its page."""
    devices = list(session.scalars(select(NetworkDevice).order_by(col(NetworkDevice.slug))))
    standing = [one for one in devices if one.state == IN_SERVICE]
    networks = [
        network
        for one in standing
        for zone in one.zones
        if zone.get("side") in HOUSE_SIDES
        for network in zone.get("networks", ())
    ]
    told: Any = numbers()
    imported, unreadable = rules_on(session, review.until)
    parameters = dataclasses.replace(
        Parameters(),
        **told,
        inside=tuple(sorted({*PRIVATE, *networks})),
        outside_interfaces={one.slug: _outside(one.zones) for one in standing if _outside(one.zones)},
        non_essential=non_essential(),
        silences={one.slug: one.longest_silence for one in standing},
        devices=tuple(one.slug for one in standing),
        known=accepted(session, review),
        imported=imported,
        unreadable=unreadable,
        noticed=noticed(session, review.since, review.until),
        products=products_of(session) if imported else {},
        published=tuple(
            Service(one.protocol, one.port, one.destination, one.source)
            for one in services_in_force(session, review.until)
        ),
        expected_countries=expected_countries(),
    )  # fmt: skip
    decided = {one.slug: _verdicts(one.prefixes) for one in devices if one.prefixes}
    return Terms(parameters, decided, parameters.devices, tuple(lists_in_force(session, review.since)))


def numbers() -> dict[str, int]:
    """Give the thresholds that the book names; the others stand as they are shipped."""
    told = book.clause("FW-3").parameters
    return {name: value for name, value in told.items() if name in NUMBERS and isinstance(value, int)}


def expected_countries() -> frozenset[str]:
    """Give the countries from which people are expected to come, by the letters of ISO 3166; none named: countries are not judged."""
    told = book.parameter("FW-3", "expected_countries")
    return frozenset(str(one).upper() for one in told) if isinstance(told, list) else frozenset()


def non_essential() -> dict[str, str]:
    """Give the services that nobody outside may reach, `tcp/23`, and their names; the book writes `Telnet tcp/23`. [FW-1]"""
    return {
        f"{PROTOCOL_NAMES[one.protocol]}/{port}": one.name
        for one in rules.non_essential()
        for first, last in one.ports
        for port in range(first, last + 1)
    }


def accepted(session: Any, review: LogReview) -> tuple[Known, ...]:
    """Give what was accepted in other reviews until a day that lies within this one's period or after it."""
    live = (
        select(AcceptedNoise)
        .join(LogFinding, col(LogFinding.id) == AcceptedNoise.finding_id)
        .where(
            col(AcceptedNoise.ended_at).is_(None),
            AcceptedNoise.until > review.since,
            LogFinding.review_id != review.id,
        )
    )
    rows: Sequence[AcceptedNoise] = session.scalars(live.order_by(col(AcceptedNoise.key))).all()
    return tuple(Known(reason="accepted", until=row.until.date(), finding=row.key) for row in rows)


def _outside(zones: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(name for zone in zones if zone.get("side") == "outside" for name in zone.get("interfaces", ()))


def _verdicts(prefixes: Mapping[str, str]) -> dict[str, Verdict]:
    return {prefix: "deny" if verdict == "deny" else "allow" for prefix, verdict in prefixes.items()}
