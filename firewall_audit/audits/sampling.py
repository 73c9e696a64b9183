"""What is drawn by chance, such that anybody with the seed and the configuration draws the same. Pure. [FW-5]

Each thing has a name; the first so many by the SHA-256 of seed, digest and name are the sample. Every thing is as likely as every other, and nobody
can choose: the seed is drawn by the machine when the audit opens, and the digest names the configuration that is drawn from.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from firewall_audit.rulesets.model import Rule, Ruleset


@dataclass(frozen=True, slots=True)
class Drawn:
    """A rule of the sample: its list, and the rule."""

    filter: str
    rule: Rule

    @property
    def name(self) -> str:
        """By which it is drawn: the list, the place, the words."""
        return name_of(self.filter, self.rule)


def name_of(filter_name: str, rule: Rule) -> str:
    """Name a rule: its list, its place in it, its words."""
    return f"{filter_name}\t{rule.place}\t{' '.join(rule.text.split())}"


def draw(names: Iterable[str], seed: str, digest: str, size: int) -> list[str]:
    """Give the first so many names by the SHA-256 of `seed digest name`; fewer where there are fewer, none twice."""
    return sorted(set(names), key=lambda name: (lot(seed, digest, name), name))[: max(0, size)]


def lot(seed: str, digest: str, name: str) -> str:
    """The lot of a name."""
    return hashlib.sha256(f"{seed} {digest} {name}".encode("utf-8", "surrogatepass")).hexdigest()


def draw_rules(ruleset: Ruleset, seed: str, digest: str, size: int) -> list[Drawn]:
    """Draw rules of a configuration, whatever they do; switched-off ones too."""
    every = {name_of(one.name, rule): Drawn(one.name, rule) for one in ruleset.filters for rule in one.rules}
    return [every[name] for name in draw(every, seed, digest, size)]


def draw_days(device: str, first: date, last: date, seed: str, size: int) -> list[date]:
    """Draw days of a device's log, both ends among them."""
    days: Sequence[str] = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
    return sorted(date.fromisoformat(one) for one in draw(days, seed, f"days of {device}", size))
