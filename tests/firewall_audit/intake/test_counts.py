"""Senders that number their lines: what is missing is told exactly, what is late is not missing, and a reboot loses nothing."""

import random

from hypothesis import given
from hypothesis import strategies as st

from firewall_audit.intake.counts import LATE, Count, told


def follow(*batches: list[int]) -> Count:
    count = Count()
    for batch in batches:
        count.follow(batch)
    return count


def test_missing_numbers_are_told_exactly() -> None:
    count = follow([*range(1, 10), *range(12, 50), *range(51, 200)])
    assert count.missing == [[10, 11], [50, 50]]
    assert count.lost == 3
    assert told(count.missing) == "10-11, 50"


def test_a_gap_between_two_batches_is_noticed() -> None:
    assert follow(list(range(1, 100)), list(range(150, 300))).missing == [[100, 149]]


def test_lines_that_overtake_one_another_are_not_missing() -> None:
    assert follow([1, 3, 2, 5, 4, 8, 7, 6, *range(9, 200)]).lost == 0


def test_a_line_that_comes_late_in_the_next_batch_is_not_missing() -> None:
    first = follow([*range(1, 100), 101])
    assert first.missing == []
    assert first.waited == [[100, 100]]
    first.follow([100, *range(102, 300)])
    assert (first.lost, first.twice, first.restarts) == (0, 0, 0)


def test_a_line_twice_is_counted_and_nothing_else() -> None:
    count = follow([1, 2, 2, 3, 4, 4, *range(5, 100)])
    assert (count.twice, count.lost, count.restarts) == (2, 0, 0)


def test_a_device_that_reboots_begins_anew_and_loses_nothing() -> None:
    count = follow([*range(50_000, 50_100)], [*range(1, 200)])
    assert (count.restarts, count.lost, count.twice, count.highest) == (1, 0, 0, 199)


def test_a_reboot_is_recognised_over_the_end_of_a_batch() -> None:
    count = follow([*range(50_000, 50_100), 1], [2, 3, 4, 6, *range(7, 200)])
    assert (count.restarts, count.missing) == (1, [[5, 5]])


def test_a_single_old_line_is_no_reboot() -> None:
    count = follow([*range(1000, 1100), 3, *range(1100, 1300)])
    assert (count.restarts, count.twice, count.lost) == (0, 1, 0)


def test_a_jump_beyond_all_measure_is_another_count() -> None:
    count = follow([1, 2, 3], [5_000_000_000, 5_000_000_001])
    assert (count.restarts, count.lost) == (1, 0)


def test_of_very_many_gaps_the_first_are_told() -> None:
    text = told([[place * 10, place * 10] for place in range(1, 500)])
    assert text.startswith("10, 20, 30")
    assert text.endswith("…")
    assert len(text) < 300


@given(st.sets(st.integers(min_value=2, max_value=400)), st.integers(min_value=0, max_value=9), st.data())
def test_what_was_taken_out_is_what_is_missing_however_it_was_mixed(
    gone: set[int], seed: int, data: st.DataObject
) -> None:
    numbers = [number for number in range(1, 500) if number not in gone]
    chance = random.Random(seed)  # noqa: S311 - no secret
    mixed = sorted(numbers, key=lambda number: number + chance.random() * 20)
    mixed.sort(key=lambda number: 0 if number == 1 else 1)
    cut = data.draw(st.integers(min_value=1, max_value=len(mixed)))
    count = follow(mixed[:cut], [*mixed[cut:], *range(500, 500 + 2 * LATE)])
    found = {number for first, last in count.missing for number in range(first, last + 1)}
    assert found == gone
    assert (count.twice, count.restarts) == (0, 0)
