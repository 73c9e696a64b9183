"""An imported rule as it is asked of the events: SQL over our columns, and its values beside it. Pure. [FW-3]"""

from dataclasses import dataclass
from typing import Any

from firewall_audit.detections.finding import Danger


@dataclass(frozen=True, slots=True)
class Count:
    """What a correlation counts: within so many seconds at least so many events, or values of a column, of the same group."""

    group: tuple[str, ...]
    span: int
    least: int
    distinct: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """One imported rule. `where` holds names of our columns and places of values, nothing that somebody else wrote."""

    key: str
    title: str
    reason: str
    danger: Danger
    where: str
    values: tuple[tuple[str, Any], ...]
    networks: tuple[str, ...] = ()
    count: Count | None = None
