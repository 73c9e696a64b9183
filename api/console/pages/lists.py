"""Lists that the house supplies, and the services that strangers may reach on purpose."""

from dataclasses import dataclass, field
from datetime import datetime

from api.console.pages.frame import Form, State


@dataclass(frozen=True)
class Given:
    """A list in force, or one whose day is over."""

    id: str
    name: str
    kind: str
    source: str
    digest: str
    entries: int
    unread: int
    ends: datetime
    by: str
    given: datetime
    state: State


@dataclass(frozen=True)
class Service:
    """A published service."""

    id: str
    name: str
    where: str
    destination: str
    source: str
    owner: str
    reason: str
    ends: datetime
    state: State


@dataclass(frozen=True)
class Lists:
    """Both, with their forms."""

    given: tuple[Given, ...]
    services: tuple[Service, ...]
    form: Form = field(default_factory=Form)
    may_load: bool = False
    may_retire: bool = False
    may_publish: bool = False
    may_withdraw: bool = False
