"""What a review rests on: lines that nobody may drop under it, countries that the house's own file tells. [FW-3]"""

from datetime import timedelta

from sqlmodel import select

from firewall_audit import place
from firewall_audit.intake import retention
from firewall_audit.intake.batches import CLERK
from firewall_audit.intake.taking import Counted, device_by_slug, reading_of, take
from firewall_audit.models import LogBatch
from firewall_audit.review import reviews
from kernel import clock, db
from tests.firewall_audit.review.house import House, fresh, week_of
from tests.firewall_audit.review.test_reviews import CONCLUSION, answered, pass_week

AFTER = timedelta(days=500)


def take_in(house: House) -> None:
    """Take the week's lines in as a file, with their record."""
    lines = week_of(house.monday)
    device = device_by_slug("edge")
    reading = reading_of(device, house.monday + timedelta(days=7, minutes=5))
    take(CLERK, device, [lines], reading, Counted(size=sum(map(len, lines))), source="file", name="edge.log")


def batches() -> list[LogBatch]:
    with db.read_session() as session:
        return list(session.scalars(select(LogBatch)))


def test_nothing_that_an_open_review_looks_at_is_dropped_before_it_is_signed(house: House, hands) -> None:
    take_in(house)
    pass_week(house, hands)
    retention.run(clock.now() + AFTER)
    assert [one.dropped for one in batches()] == [[]], "while the machine still looks"
    house.look()
    retention.run(clock.now() + AFTER)
    assert [one.dropped for one in batches()] == [[]], "while it waits to be signed"
    assert len(list(place.store().manifests())) == 1
    answered(house)
    reviews.sign_review(fresh(house.officer), house.review().id, name=house.officer.name, conclusion=CONCLUSION)
    retention.run(clock.now() + AFTER)
    assert [len(one.dropped) for one in batches()] == [7]
    assert list(place.store().manifests()) == []


def test_a_review_of_another_week_holds_nothing_back(house: House, hands) -> None:
    take_in(house)
    pass_week(house, hands)
    house.look()
    answered(house)
    reviews.sign_review(fresh(house.officer), house.review().id, name=house.officer.name, conclusion=CONCLUSION)
    house.monday += timedelta(days=7)
    pass_week(house, hands)
    retention.run(clock.now() + AFTER)
    assert [len(one.dropped) for one in batches()] == [7]
