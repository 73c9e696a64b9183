"""A rule while it is read: its dimensions are narrowed one by one, and what cannot be modelled is noted. Pure. [FW-5]

For languages in which a rule is one product of conditions (netfilter, access lists); where groups make unions, read several.
"""

from dataclasses import dataclass, field

from firewall_audit.rulesets.boxes import DIMENSIONS, Box, all_of
from firewall_audit.rulesets.intervals import Intervals, difference, intersection
from firewall_audit.rulesets.values import V4, V6

FULL = {family: dict(zip(DIMENSIONS, all_of(family), strict=True)) for family in (V4, V6)}
CONDITIONS_AT_MOST = 64
"""Words on one rule: more would not be read by anybody."""
LONGEST_NOTE = 200


@dataclass(slots=True)
class Reading:
    """What has been read of a rule so far, for each family it may match."""

    boxes: dict[int, dict[str, Intervals]]
    unmodelled: list[str] = field(default_factory=list)
    comment: str = ""

    @classmethod
    def begin(cls, *families: int) -> "Reading":
        """Everything of these families (4, 6)."""
        return cls({family: dict(FULL[family]) for family in families})

    def narrow(self, dimension: str, values: Intervals, *, negated: bool = False) -> None:
        """Only packets of which this dimension is in the set, or with `negated` outside it."""
        for family, dimensions in self.boxes.items():
            kept = difference(FULL[family][dimension], values) if negated else values
            dimensions[dimension] = intersection(dimensions[dimension], kept)

    def narrow_addresses(self, dimension: str, found: list[tuple[int, Intervals]], *, negated: bool = False) -> None:
        """Only packets with one of these addresses, or with `negated` none of them; the other family's packets match neither way."""
        families = {family for family, _ in found}
        self.boxes = {family: dimensions for family, dimensions in self.boxes.items() if family in families}
        for family, dimensions in self.boxes.items():
            rest = FULL[family][dimension]
            for _, values in (one for one in found if one[0] == family):
                rest = difference(rest, values)
            kept = rest if negated else difference(FULL[family][dimension], rest)
            dimensions[dimension] = intersection(dimensions[dimension], kept)

    def note(self, what: str, of: str = "") -> None:
        """Something makes the rule match fewer packets, and is not modelled; what is `of` one thing is told together."""
        if of and self.unmodelled and self.unmodelled[-1].startswith(of):
            self.unmodelled[-1] = f"{self.unmodelled[-1]} {what}"[:LONGEST_NOTE]
        elif len(self.unmodelled) < CONDITIONS_AT_MOST:
            self.unmodelled.append(f"{of} {what}".strip()[:LONGEST_NOTE])

    def done(self) -> tuple[Box, ...]:
        """The boxes; empty ones are left out."""
        made = (Box(**dimensions) for dimensions in self.boxes.values())
        return tuple(box for box in made if all(box))
