"""What is said of a rule when a ruleset is judged: its kind, how much it matters, and of which rules. Pure. [FW-1, FW-5]"""

from dataclasses import dataclass
from typing import Literal

from firewall_audit.rulesets.model import Filter, Rule

Kind = Literal[
    "open-outside", "any-any", "service-open", "expired", "shadowed-deny", "shadowed-allow", "loop", "not-logged", "correlated", "never-called", "redundant", "generalised",
    "wrong-owner", "wrong-ticket", "no-end", "no-ticket", "no-owner", "disabled", "unused", "not-modelled", "undecided",
]  # fmt: skip
Impact = Literal["security", "troubleshooting", "hygiene"]
IMPACTS: tuple[Impact, ...] = ("security", "troubleshooting", "hygiene")

KINDS: dict[Kind, tuple[Impact, str]] = {
    "open-outside": ("security", "From outside it opens services that the policy calls non-essential: {detail}."),
    "any-any": ("security", "Everything is allowed from anywhere to anywhere."),
    "service-open": ("security", "It opens services that the policy calls non-essential: {detail}."),
    "expired": ("security", "Its end was {detail}, and it is still in force."),
    "shadowed-deny": (
        "security",
        "It should refuse, but it is never reached: what it names is decided before by {by}, and some of it is allowed.",
    ),
    "loop": ("security", "The chain comes back to itself: {detail}."),
    "shadowed-allow": (
        "troubleshooting",
        "It should allow, but it is never reached: what it names is decided before by {by}, and some of it is refused.",
    ),
    "not-logged": ("troubleshooting", "It refuses without a line in the log."),
    "correlated": (
        "troubleshooting",
        "It overlaps {detail} earlier rules that decide otherwise: their order decides; among them {by}.",
    ),
    "never-called": ("hygiene", "Nothing calls this chain: its {detail} rules do nothing."),
    "redundant": ("hygiene", "Without it the same would be decided, by {by}."),
    "generalised": (
        "hygiene",
        "It decides otherwise of what {detail} earlier rules left over, which is often meant; among them {by}.",
    ),
    "wrong-owner": ("hygiene", "Its owner is not of the house any more: {detail}."),
    "wrong-ticket": ("hygiene", "Change control never authorised the change it names: {detail}."),
    "no-end": ("hygiene", "It allows without an end date."),
    "no-ticket": ("hygiene", "It allows without the number of a change."),
    "no-owner": ("hygiene", "It allows without an owner."),
    "disabled": ("hygiene", "It is switched off and still present."),
    "unused": ("hygiene", "Not used, and its counting was not reset: {detail}."),
    "not-modelled": (
        "hygiene",
        "Not all of its conditions are understood: {detail}. It counts as covering no other rule.",
    ),
    "undecided": ("hygiene", "Whether it is ever reached was too costly to find out."),
}
"""By weight: the first matters most."""
ORDER = {kind: place for place, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Place:
    """A rule as people find it."""

    filter: str
    rule: str
    """Its id; empty of a filter as a whole."""
    line: int
    text: str

    @classmethod
    def of(cls, filter_: str, rule: Rule) -> "Place":
        """Where the rule stands."""
        return cls(filter_, rule.id, rule.line, rule.text[:300])

    @classmethod
    def of_filter(cls, filter_: Filter) -> "Place":
        """The filter itself: its default."""
        return cls(filter_.name, "", filter_.line, filter_.name)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing said of one rule; its id stays the same while the rule and the kind do."""

    kind: Kind
    at: Place
    by: tuple[Place, ...] = ()
    """The rules because of which; at most five."""
    detail: str = ""
    count: int = 1
    """How many others it concerns, where `by` names only some."""
    weight: int = 0
    """More is worse, within its kind."""

    @property
    def id(self) -> str:
        """Stable: the kind, the filter, the rule."""
        return f"{self.kind}:{self.at.filter}:{self.at.rule}"

    @property
    def impact(self) -> Impact:
        """How much its kind matters."""
        return KINDS[self.kind][0]

    @property
    def sentence(self) -> str:
        """In plain words."""
        by = ", ".join(f"line {one.line}" if one.rule else "the default" for one in self.by) or "others"
        return KINDS[self.kind][1].format(by=by, detail=self.detail)


def ranked(findings: list[Finding]) -> list[Finding]:
    """By impact, by kind, by weight, by place."""
    return sorted(findings, key=lambda one: (IMPACTS.index(one.impact), ORDER[one.kind], -one.weight, one.at.line))
