"""How a device's configuration is fetched, as people decide it: where, whose key is trusted, when it is wanted at once. [FW-2, SW-18]

A credential is for the address at which it was given: whoever sends the collector elsewhere, has it trust another authority, or trusts a
key that changed, gives the credential anew, so that nobody learns one by having it shown to a machine of his own.
"""

import ssl
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from sqlmodel import col, select

from firewall_audit.collectors.doors import address_of
from firewall_audit.collectors.recipes import RECIPES
from firewall_audit.devices import in_service
from firewall_audit.models import CollectorCredential, NetworkDevice
from firewall_audit.models.collectors import BROKEN_OFF, CollectionAttempt, Collector, Way
from kernel.action import Fact, Work, action, on_fact
from kernel.db import Answer
from kernel.errors import Conflict, Fault, Malformed, NotFound

Address = Annotated[str, StringConstraints(max_length=60), AfterValidator(address_of)]
Port = Annotated[int, Field(ge=1, le=65_535)]
TlsName = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)?$")
]
Authority = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]
Fingerprint = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=200)]
PORTS = {"ssh": 22, "api": 443}


class CollectorView(Answer):
    """How a device's configuration is fetched, and how that goes; never with what."""

    id: UUID
    device_id: UUID
    way: str
    recipe: str
    address: str
    port: int
    has_authority: bool
    tls_name: str
    trusted: str
    trusted_at: datetime | None
    offered: str
    offered_at: datetime | None
    asked: bool
    running: bool
    tried_at: datetime | None
    outcome: str
    failures: int
    failing_since: datetime | None

    @classmethod
    def of(cls, row: Collector) -> "CollectorView":
        """Show a row."""
        told = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        return cls(
            **told, has_authority=bool(row.authority), asked=bool(row.asked_by), running=row.running_id is not None
        )


class AttemptView(Answer):
    """One attempt to fetch a configuration."""

    id: UUID
    way: str
    asked: bool
    begun_at: datetime
    ended_at: datetime | None
    outcome: str
    size: int
    version_id: UUID | None
    number: int | None

    @classmethod
    def of(cls, row: CollectionAttempt) -> "AttemptView":
        """Show a row."""
        told = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        return cls(**told, asked=bool(row.asked_by))


@action("network-device.set-collector", on=NetworkDevice, answer=CollectorView)
def set_collector(
    work: Work,
    device: NetworkDevice,
    *,
    way: Way,
    recipe: Annotated[str, StringConstraints(max_length=40)],
    address: Address,
    port: Port | None = None,
    authority: Authority = "",
    tls_name: TlsName = "",
) -> Collector:
    """Say how the configuration of a device is fetched. At another address nothing is trusted and no credential is shown. [FW-2, SW-18]"""
    in_service(device)
    if recipe not in RECIPES[way]:
        why = "No device of this kind is asked in this way."
        raise Malformed(why, [Fault("recipe", why)])
    _check_authority(way, authority, tls_name)
    held = collector_of(work, device.id)
    where = {
        "way": way, "address": address, "port": port or PORTS[way], "authority": authority, "tls_name": tls_name,
    }  # fmt: skip
    if held is None:
        held = work.add(Collector(scope=device.scope, device_id=device.id, recipe=recipe, **where))  # type: ignore[arg-type]
        _drop_credentials(work, device.id)
    elif any(getattr(held, name) != value for name, value in where.items()):
        for name, value in where.items():
            setattr(held, name, value)
        held.trusted, held.trusted_by, held.trusted_at = "", None, None
        held.offered, held.offered_at = "", None
        _drop_credentials(work, device.id)
    held.recipe, held.scope = recipe, device.scope
    _abandon(work, held)
    held.failures, held.failing_since, held.tried_at, held.outcome = 0, None, None, ""
    return held


@action("network-device.drop-collector", on=NetworkDevice)
def drop_collector(work: Work, device: NetworkDevice) -> None:
    """Have the configuration of a device fetched no more; its credentials go too, its attempts stay on record. [FW-2, SW-18]"""
    _drop(work, _known(work, device))


@action("network-device.trust-key", on=NetworkDevice, answer=CollectorView)
def trust_key(work: Work, device: NetworkDevice, *, fingerprint: Fingerprint) -> Collector:
    """Trust the key or certificate that a device showed, having compared its fingerprint with the device itself. [SW-18, PW-4]"""
    in_service(device)
    held = _known(work, device)
    if not held.offered or held.offered != fingerprint:
        raise Conflict("This is not what the device showed last; look again.", "SW-18")
    if held.trusted:
        _drop_credentials(work, device.id)
    held.trusted, held.trusted_by, held.trusted_at = held.offered, work.actor.ref, work.now
    held.offered, held.offered_at = "", None
    if _has_credential(work, device.id):
        held.asked_by = work.actor.ref
    work.note("key", held.trusted)
    return held


@action("network-device.collect", on=NetworkDevice, answer=CollectorView)
def ask_collection(work: Work, device: NetworkDevice) -> Collector:
    """Have the configuration of a device fetched at once. [FW-2]"""
    in_service(device)
    held = _known(work, device)
    if held.asked_by:
        raise Conflict("It is asked for already.")
    held.asked_by = work.actor.ref
    return held


@on_fact("network-device.retired")
def stop_collecting(work: Work, fact: Fact) -> None:
    """Forget how a device that is out of service was reached, and with what. [SW-18]"""
    held = collector_of(work, UUID(str(fact.data["device_id"])))
    if held is not None:
        _drop(work, held)


def collector_of(work: Work, device_id: UUID) -> Collector | None:
    """Return how a device's configuration is fetched; None where nobody fetches it."""
    found: Collector | None = work.select(
        select(Collector).where(Collector.device_id == device_id).with_for_update()
    ).first()
    return found


def _known(work: Work, device: NetworkDevice) -> Collector:
    held = collector_of(work, device.id)
    if held is None:
        raise NotFound("Nobody fetches the configuration of this device.")
    return held


def _drop(work: Work, held: Collector) -> None:
    _abandon(work, held)
    _drop_credentials(work, held.device_id)
    work.session.delete(held)


def _drop_credentials(work: Work, device_id: UUID) -> None:
    rows: Any = work.select(select(CollectorCredential).where(col(CollectorCredential.device_id) == device_id))
    for row in rows:
        work.session.delete(row)


def _has_credential(work: Work, device_id: UUID) -> bool:
    rows: Any = work.select(select(CollectorCredential.id).where(col(CollectorCredential.device_id) == device_id))
    return rows.first() is not None


def _abandon(work: Work, held: Collector) -> None:
    """Let whatever runs come to nothing: it went to where the device was said to be before."""
    if held.running_id is not None:
        attempt = work.get(CollectionAttempt, held.running_id, lock=True)
        attempt.outcome, attempt.ended_at = BROKEN_OFF, work.now
        held.running_id = None


def _check_authority(way: str, authority: str, tls_name: str) -> None:
    if not authority:
        if tls_name:
            why = "A name is compared only where an authority is given."
            raise Malformed(why, [Fault("tls_name", why)])
        return
    why = "An authority is a certificate in PEM form, and for the API only."
    if way != "api":
        raise Malformed(why, [Fault("authority", why)])
    try:
        ssl.create_default_context(cadata=authority)
    except (ssl.SSLError, ValueError):
        raise Malformed(why, [Fault("authority", why)]) from None
