"""A letter on its way to a carrier."""

from dataclasses import dataclass
from uuid import UUID

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Envelope:
    """A letter on its way; the body does not show in a log."""

    id: UUID
    channel: str
    address: str
    subject: str
    body: SecretStr
