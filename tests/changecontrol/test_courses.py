"""The courses that a change names: nobody begins it while an implementer has not got one of them in date. [CC-3, TR-1]"""

from datetime import timedelta

import pytest

import changecontrol
from changecontrol.models import Change
from kernel import clock
from kernel.errors import Refused
from policy import courses
from tests.changecontrol.builders import House, fresh
from tests.training.conftest import School, school  # noqa: F401 - a fixture


def into(house: House, *named: str) -> Change:
    """An authorised change in its window that asks for courses, carried out by two."""
    people = [house.second.id, house.engineer.id]
    change = house.scheduled(training=list(named), no_training="", implementers=people)
    house.into(change)
    return change


def test_who_begins_and_who_helps_have_the_course_that_the_change_names(house: House, school: School) -> None:  # noqa: F811
    course = school.publish("passwords")
    change = into(house, "passwords")
    school.take(house.second, course)
    with pytest.raises(Refused, match=r"About passwords.*/training/passwords") as no:
        changecontrol.start_change(fresh(house.second), change.id)
    assert no.value.clause == "CC-3"
    assert house.second.name.split()[0] not in no.value.why, "the ledger holds no names"
    school.take(house.engineer, course)
    assert changecontrol.start_change(fresh(house.second), change.id).state == "implementing"


def test_a_course_that_lapsed_before_the_window_stops_the_change(house: House, school: School) -> None:  # noqa: F811
    course = school.publish("passwords")
    school.take(house.second, course)
    school.take(house.engineer, course)
    later = clock.now() + timedelta(days=364)
    house.hands.time = later
    change = house.scheduled(
        training=["passwords"], no_training="",
        starts_at=later + timedelta(days=2), ends_at=later + timedelta(days=2, hours=2),
    )  # fmt: skip
    house.into(change)
    with pytest.raises(Refused, match="About passwords") as no:
        changecontrol.start_change(fresh(house.second), change.id)
    assert no.value.clause == "CC-3"
    school.take(house.second, course)
    assert changecontrol.start_change(fresh(house.second), change.id).state == "implementing"


def test_a_course_that_is_not_in_force_is_had_by_nobody(house: House) -> None:
    change = into(house, "no-such-course")
    with pytest.raises(Refused, match=r"no-such-course.*not in force") as no:
        changecontrol.start_change(fresh(house.second), change.id)
    assert no.value.clause == "CC-3"


def test_a_change_that_names_no_course_asks_for_none(house: House, school: School) -> None:  # noqa: F811
    school.publish("passwords")
    change = house.scheduled()
    house.into(change)
    assert changecontrol.start_change(fresh(house.second), change.id).state == "implementing"


def test_a_house_where_nobody_teaches_vouches_for_nobody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courses, "_answers", [])
    people = [house.second.id]
    assert courses.lacking(None, people, ["switching"], clock.now()) == [courses.Lacking(house.second.id, "switching")]
    assert courses.lacking(None, [], ["switching"], clock.now()) == []
    assert courses.answered_by(courses.lacking)
    with pytest.raises(RuntimeError):
        courses.answered_by(courses.lacking)
