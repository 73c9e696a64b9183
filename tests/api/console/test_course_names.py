"""Names that no course takes, held against the addresses there are: a course called so could not be reached. [TR-1]"""

import re

import pytest

from api.console import ROUTES
from kernel.errors import Refused
from tests.training.conftest import School, hands, school  # noqa: F401 - fixtures
from training.courses import versions
from training.courses.content import RESERVED
from training.courses.folder import read_courses

HEADS = ("/training/", "/training/courses/")
"""Where the name of a course stands in an address."""


def literal() -> set[str]:
    """Words that stand in the table of routes where elsewhere the name of a course stands."""
    found = set()
    for route in ROUTES:
        path = getattr(route, "path", "")
        for head in HEADS:
            word = re.match(r"[a-z][a-z0-9-]*(?=/|$)", path.removeprefix(head)) if path.startswith(head) else None
            found |= {word[0]} if word else set()
    return found


def test_every_word_that_an_address_needs_is_reserved_and_no_other():
    assert {"team", "courses", "pictures"} <= literal(), "the table is walked"
    assert literal() - RESERVED == set(), "a course of this name would hide a page, or be hidden by one"
    assert literal() == RESERVED, "nothing is reserved for a page that is no more"


def test_no_shipped_course_has_a_reserved_name():
    assert {one.slug for one in read_courses()} & RESERVED == set()


def test_a_course_with_the_name_of_a_page_is_refused(school: School):  # noqa: F811
    for slug in sorted(RESERVED):
        with pytest.raises(Refused, match="address of the house") as no:
            versions.add_course(school.trainer.actor, slug=slug)
        assert no.value.clause == "TR-1"
