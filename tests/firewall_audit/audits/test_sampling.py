"""The sample: the same for the same seed and configuration, another for another, and every rule as likely as every other."""

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from firewall_audit.audits.sampling import draw, draw_days, draw_rules
from firewall_audit.configurations import texts
from tests.firewall_audit.audits.house import RULES

NAMES = st.sets(st.text(max_size=30), max_size=60)


@given(NAMES, st.text(max_size=20), st.integers(-3, 80), st.randoms())
def test_same_seed_draws_the_same_in_whatever_order_it_is_asked(
    names: set[str], seed: str, size: int, chance: object
) -> None:
    mixed = list(names)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    drawn = draw(mixed, seed, "digest", size)
    assert drawn == draw(sorted(names), seed, "digest", size)
    assert len(drawn) == len(set(drawn)) == max(0, min(size, len(names)))
    assert set(drawn) <= names


@given(NAMES, st.integers(0, 20))
def test_larger_sample_holds_the_smaller(names: set[str], size: int) -> None:
    assert draw(names, "seed", "digest", size + 5)[:size] == draw(names, "seed", "digest", size)


def test_every_rule_is_as_likely_as_every_other() -> None:
    names = [f"filter\t{place}\trule {place}" for place in range(20)]
    drawn = Counter(name for seed in range(2000) for name in draw(names, str(seed), "digest", 5))
    assert len(drawn) == 20
    assert all(420 < count < 580 for count in drawn.values()), "500 each are expected; the bound is four deviations"


def test_another_configuration_draws_others() -> None:
    names = [str(place) for place in range(100)]
    assert draw(names, "seed", "one", 10) != draw(names, "seed", "other", 10)
    assert draw(names, "seed", "one", 10) != draw(names, "another", "one", 10)


def test_rules_are_drawn_from_every_list() -> None:
    ruleset = texts.read(RULES)
    every = draw_rules(ruleset, "seed", "digest", 100)
    assert len(every) == ruleset.size
    assert {one.filter for one in every} == {"filter/INPUT", "filter/FORWARD"}
    assert [one.name for one in draw_rules(ruleset, "seed", "digest", 2)] == [one.name for one in every][:2]


def test_days_are_drawn_between_both_ends() -> None:
    first, last = date(2026, 1, 30), date(2026, 2, 2)
    assert draw_days("edge", first, last, "seed", 9) == [date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 1), last]
    assert draw_days("edge", first, last, "seed", 2) == draw_days("edge", first, last, "seed", 2)
    seen = {one for seed in range(60) for one in draw_days("edge", first, last, str(seed), 1)}
    assert len(seen) == 4
