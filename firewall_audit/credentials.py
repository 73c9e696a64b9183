"""What collectors show to devices: sealed to its row under the house's key, given anew, dropped, never shown again. [SW-18, PW-4]"""

import re
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints
from sqlmodel import select

from firewall_audit.devices import in_service
from firewall_audit.models import CollectorCredential, NetworkDevice
from kernel.action import Work, action
from kernel.db import Answer
from kernel.errors import Malformed, NotFound
from kernel.sealing import seal, unseal

Purpose = Literal["ssh", "api", "enable"]
UserName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
_PEM = re.compile(
    r"(?P<begin>-----BEGIN (?P<label>[A-Z ]*PRIVATE KEY)-----)(?P<body>.+?)(?P<end>-----END (?P=label)-----)", re.DOTALL
)


class CredentialView(Answer):
    """That there is a credential, of what kind, since when and by whom; never what it is."""

    id: UUID
    device_id: UUID
    purpose: str
    kind: str
    user_name: str
    given_by: str
    given_at: datetime

    @classmethod
    def of(cls, row: CollectorCredential) -> "CredentialView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@action("network-device.credential", on=NetworkDevice, answer=CredentialView)
def give_credential(
    work: Work,
    device: NetworkDevice,
    *,
    purpose: Purpose,
    kind: Literal["password", "private-key", "token"],
    secret: Annotated[SecretStr, Field(min_length=1, max_length=20_000)],
    user_name: UserName = "",
) -> CollectorCredential:
    """Give a collector what it shows to this device, in place of what it had. It is sealed and never shown again. [SW-18, PW-4]"""
    in_service(device)
    told = secret.get_secret_value()
    if kind == "private-key":
        told = in_lines(told)
    held = credential_of(work, device.id, purpose)
    if held is not None:
        work.session.delete(held)
        work.session.flush()
    made = CollectorCredential(
        device_id=device.id, purpose=purpose, kind=kind, user_name=user_name, sealed=b"", given_by=work.actor.ref,
        given_at=work.now,
    )  # fmt: skip
    made.sealed = seal(told.encode(), made.ref)
    return work.add(made)


def in_lines(key: str) -> str:
    """Return a private key in PEM form (RFC 7468), its line ends put back where a field of one line took them. Raises Malformed."""
    found = _PEM.search(key)
    if found is None:
        raise Malformed("A private key is given in PEM form, from its first line to its last.")
    body = found["body"].strip()
    if "\n" in body:
        return f"{found['begin']}\n{body}\n{found['end']}\n".replace("\r", "")
    return "\n".join([found["begin"], *body.split(), found["end"], ""])


@action("network-device.drop-credential", on=NetworkDevice)
def drop_credential(work: Work, device: NetworkDevice, *, purpose: Purpose) -> None:
    """Take a collector's credential of this device away. [SW-18]"""
    held = credential_of(work, device.id, purpose)
    if held is None:
        raise NotFound("The collector has no such credential.")
    work.note("purpose", purpose)
    work.session.delete(held)


def credential_of(work: Work, device_id: UUID, purpose: str) -> CollectorCredential | None:
    """Return the credential of a device for a purpose, sealed as it is; None where there is none."""
    found: CollectorCredential | None = work.select(
        select(CollectorCredential).where(
            CollectorCredential.device_id == device_id, CollectorCredential.purpose == purpose
        )
    ).first()
    return found


def opened(credential: CollectorCredential) -> str:
    """Open a credential for the collector that shows it to the device; it stays in this process. Raises Unavailable."""
    return unseal(credential.sealed, credential.ref).decode()
