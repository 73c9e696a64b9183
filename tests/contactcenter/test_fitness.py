"""The pure rules of distribution: levels that relax, scores that grow, room that is left."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.fitness import Capacity, Load, fits_after, score
from contactcenter.floor import load_of_counts

LEVELS = st.dictionaries(st.sampled_from("abc"), st.integers(1, 10), max_size=3)
STEPS = st.lists(st.fixed_dictionaries({"after": st.integers(1, 300), "by": st.integers(1, 10)}), max_size=4)


@given(LEVELS, STEPS, LEVELS)
def test_levels_relax_by_steps(needed, relaxing, held) -> None:
    def enough(waited: int) -> bool:
        lowered = sum(step["by"] for step in relaxing if step["after"] <= waited)
        return all(held.get(skill, 0) >= level - lowered for skill, level in needed.items())

    after = fits_after(needed, relaxing, held)
    moments = [0, *sorted(step["after"] for step in relaxing)]
    assert after == next((moment for moment in moments if enough(moment)), None)


@given(st.floats(0, 10_000), st.floats(0, 10_000), st.integers(0, 60), st.integers(1, 600))
def test_who_waits_longer_is_never_less_urgent(a: float, b: float, priority: int, target: int) -> None:
    sooner, later = sorted((a, b))
    assert score(sooner, priority, target) <= score(later, priority, target)


def test_a_point_of_priority_is_a_minute_of_waiting() -> None:
    assert score(0, 3, 20) == 180
    assert score(20, 0, 20) == 40
    assert score(40, 0, 20) == 120


@pytest.mark.parametrize(
    ("capacity", "load", "room"),
    [
        (Capacity(voice=True, chats=2), Load(), {"voice", "text"}),
        (Capacity(voice=True, chats=2), Load(chats=1), {"text"}),
        (Capacity(voice=True, chats=2, blended=True), Load(chats=2), {"voice"}),
        (Capacity(voice=True, chats=2), Load(calls=1), set()),
        (Capacity(voice=True, chats=2), Load(wrapping=1), set()),
        (Capacity(voice=True, chats=2), Load(offered=1, chats=1), set()),
        (Capacity(voice=False, chats=0), Load(), set()),
    ],
)
def test_a_call_is_exclusive_and_one_offer_stands_at_a_time(capacity: Capacity, load: Load, room: set[str]) -> None:
    assert capacity.room(load) == room


@given(
    st.lists(st.tuples(st.sampled_from(["voice", "webchat"]), st.sampled_from(["reserved", "open"])), max_size=6),
    st.sampled_from(["voice", "webchat"]),
    st.sampled_from(["reserved", "open"]),
)
def test_one_more_is_what_counting_again_would_find(hands: list[tuple[str, str]], channel: str, status: str) -> None:
    before, after = Counter(hands), Counter([*hands, (channel, status)])
    assert load_of_counts(before).and_one(channel == "voice", status == "reserved") == load_of_counts(after)
