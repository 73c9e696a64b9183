"""The supervisors' wall."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import Chart, State


@dataclass(frozen=True)
class Figure:
    """One figure with its label; `tone` is good, bad or empty."""

    label: str
    value: str
    tone: str = ""


@dataclass(frozen=True)
class Queue:
    """A queue now."""

    name: str
    waiting: int
    oldest: datetime | None
    late: bool
    offered: int
    answered: int
    abandoned: int
    service_level: str


@dataclass(frozen=True)
class Agent:
    """An agent now. `doing` says on what."""

    id: str
    name: str
    state: State
    since: datetime
    doing: str


@dataclass(frozen=True)
class Wall:
    """Queues and agents, live."""

    figures: tuple[Figure, ...]
    queues: tuple[Queue, ...]
    agents: tuple[Agent, ...]
    chart: Chart | None
    alarms: tuple[str, ...] = ()
