"""What a parser of configurations is. Pure. [FW-2, FW-5]"""

from collections.abc import Callable
from dataclasses import dataclass

from firewall_audit.rulesets.model import Ruleset

LONGEST_LINE = 65_536
MOST_RULES = 100_000


@dataclass(frozen=True, slots=True)
class Parser:
    """One vendor's configurations."""

    name: str
    title: str
    recognises: Callable[[str], bool]
    """Whether a text looks like one of its configurations; it reads the beginning and never raises."""
    parse: Callable[[str], Ruleset]
    """Raises `Unreadable` with a line where the text is none, and nothing else."""
