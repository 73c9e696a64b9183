"""Random rulesets over a world so small that every packet can be tried, and a walk over the rules as written that knows nothing of boxes' algebra."""

from itertools import product
from random import Random

from hypothesis import strategies as st

from firewall_audit.rulesets.boxes import ALL_V4
from firewall_audit.rulesets.intervals import interval_set
from firewall_audit.rulesets.model import Filter, Rule, Ruleset, content_id, numbered

ROOM = 4
WHOLE = ((0, ROOM - 1),)
world = ALL_V4._replace(sources=WHOLE, destinations=WHOLE, destination_ports=WHOLE)


def some(chance):
    """Half of the time all of them."""
    if chance.random() < 0.5:
        return WHOLE
    pairs = [sorted((chance.randrange(ROOM), chance.randrange(ROOM))) for _ in range(chance.choice((1, 1, 2)))]
    return interval_set((low, high) for low, high in pairs)


def box(chance):
    """One box of the small world."""
    return world._replace(sources=some(chance), destinations=some(chance), destination_ports=some(chance))


PACKETS = list(product(range(ROOM), repeat=3))


def spread(packet):
    """The packet with a number for every dimension."""
    source, destination, port = packet
    values = {"sources": source, "destinations": destination, "destination_ports": port, "family": 4}
    return [values.get(name, 0) for name in ALL_V4._fields]


def matches(rule, packet):
    return any(
        all(
            within(value, one)
            for value, one in zip(packet, (box.sources, box.destinations, box.destination_ports), strict=True)
        )
        for box in rule.boxes
    )


def within(value, one):
    return any(low <= value <= high for low, high in one)


def house(seed, *, exact=False):
    """Three chains; each calls only later ones."""
    chance, filters = Random(seed), []  # noqa: S311
    for number, name in enumerate(("base", "one", "two")):
        later = ("one", "two")[number:]
        actions = ["allow", "deny", "reject", "return", "log", *(["jump", "goto"] if later else [])]
        rules = []
        for place in range(chance.randrange(7)):
            action = chance.choice(actions)
            target = chance.choice(later) if action in {"jump", "goto"} else ""
            made = tuple(box(chance) for _ in range(chance.choice((1, 1, 2))))
            unmodelled = () if exact or chance.random() < 0.8 else ("by the moon",)
            text = f"{action} {target} {made} {unmodelled}"
            rules.append(
                Rule(
                    content_id(text),
                    place + 1,
                    place + 1,
                    text,
                    action,
                    made,
                    target,
                    enabled=chance.random() < 0.9,
                    unmodelled=unmodelled,
                )
            )
        filters.append(
            Filter(
                name,
                numbered(rules),
                chance.choice(["allow", "deny"]) if not number else "return",
                "forward" if not number else "",
            )
        )
    return Ruleset("random", tuple(filters))


seeds = st.integers(0, 2**32)


def rulesets(*, exact=False):
    """Made from a number, which is much quicker than drawing every part."""
    return seeds.map(lambda seed: house(seed, exact=exact))


boxes = seeds.map(lambda seed: box(Random(seed)))  # noqa: S311


def decide(ruleset, packet, moon=lambda _: False, seen=None):
    """What becomes of a packet, rule by rule; `moon`: whether a condition that is not modelled is met; `seen`: gathers the rules that matched."""
    chains = {one.name: one for one in ruleset.filters}

    def walk(chain):
        for rule in chain.rules:
            if not rule.enabled or not matches(rule, packet) or (rule.unmodelled and not moon(rule)):
                continue
            if seen is not None:
                seen.add((chain.name, rule.id))
            if rule.action in {"allow", "deny", "reject"}:
                return rule.action
            if rule.action == "return":
                return None
            if rule.action in {"jump", "goto"}:
                said = walk(chains[rule.target])
                if said or rule.action == "goto":
                    return said
        return None

    base = ruleset.filters[0]
    return walk(base) or base.default
