"""Lines drawn by chance: the same with the same seed, of one device where asked, and the review's own sample by its own seed. [FW-3]"""

from datetime import UTC, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from firewall_audit.review import drawing, sampling
from firewall_audit.review.sampling import draw_sample
from kernel.errors import Denied, Malformed, NotFound
from policy import deadlines
from tests import world
from tests.changecontrol.builders import fresh
from tests.firewall_audit.review.house import House, week_of
from tests.iam.conftest import Hands


def drawn(house: House, who: Any, seed: str, **more: Any) -> list[tuple[str, int]]:
    until = house.monday + timedelta(days=7)
    told = draw_sample(fresh(who), **{"since": house.monday, "until": until, "seed": seed, "size": 8} | more)
    return [(one.batch, one.place) for one in told]


def test_same_seed_draws_the_same_lines_and_another_draws_others(house: House) -> None:
    house.take(week_of(house.monday))
    auditor = world.person(role="auditor")
    first = drawn(house, auditor, "a-seed-of-somebody")
    assert len(first) == 8
    assert first == drawn(house, house.officer, "a-seed-of-somebody")
    assert first[:3] == drawn(house, auditor, "a-seed-of-somebody", size=3)
    assert first != drawn(house, auditor, "another-seed")
    (one,) = draw_sample(
        fresh(auditor), since=house.monday, until=house.monday + timedelta(days=7), seed="a-seed-of-somebody", size=1
    )
    assert one.text is not None
    assert one.read["src"] in one.text


def test_reviews_own_seed_draws_its_own_sample(house: House, hands: Hands) -> None:
    house.take(week_of(house.monday))
    hands.time = house.monday + timedelta(days=7, hours=1)
    deadlines.sweep()
    house.look()
    review = house.review()
    week = sampling.week_of((house.monday + timedelta(days=1)).astimezone(UTC).date())
    assert (week.start, sampling.recorded_seed(week)) == (review.since, review.seed)
    assert drawn(house, house.officer, review.seed) == [(one["batch"], one["place"]) for one in review.sample]


def test_only_who_may_draws_and_it_is_on_record(house: House, auditor: Any) -> None:
    house.take(week_of(house.monday))
    with pytest.raises(Denied):
        drawn(house, world.person(role="agent"), "a-seed-of-somebody")
    drawn(house, house.officer, "a-seed-of-somebody")
    assert [one["outcome"] for one in auditor("log-sample.draw")] == ["denied", "read"]


def test_what_is_no_seed_no_device_and_no_time_is_refused(house: House) -> None:
    with pytest.raises((Malformed, ValidationError)):
        drawn(house, house.officer, "'; drop table events --")
    with pytest.raises(NotFound):
        drawn(house, house.officer, "a-seed-of-somebody", device="elsewhere")
    with pytest.raises(Malformed):
        drawn(house, house.officer, "a-seed-of-somebody", until=house.monday)
    assert drawn(house, house.officer, "a-seed-of-somebody", device="edge") == [], "there are no lines yet"


def test_clerk_of_the_command_line_may_draw(house: House) -> None:
    house.take(week_of(house.monday))
    until = house.monday + timedelta(days=7)
    assert draw_sample(drawing.CLERK, since=house.monday, until=until, seed="a-seed-of-somebody", device="edge", size=2)
