"""Lists and published services in the console: given, replaced, retired, published, withdrawn; and what a review makes of them."""

from datetime import timedelta
from pathlib import Path

import pytest

from firewall_audit import lists, place
from firewall_audit.review.models import LogReview
from firewall_audit.review.terms import terms_of
from kernel import clock, db
from kernel.db import uuid7
from tests import world

pytestmark = pytest.mark.needs("frontend")
ENDS = f"{clock.now() + timedelta(days=30):%Y-%m-%d}"
LIST = {"list_kind": "threats", "list_name": "Scanners", "list_source": "the national CERT", "list_ends": ENDS}
SERVICE = {
    "name": "Old RDP", "protocol": "tcp", "port": "3389", "destination": "192.0.2.10", "source": "", "reason": "a partner",
    "ends_at": ENDS,
}  # fmt: skip


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "settings", place.settings.model_copy(update={"state_folder": tmp_path}))


def terms():
    now = clock.now()
    with db.read_session() as session:
        return terms_of(
            session, LogReview(id=uuid7(), duty_id=uuid7(), since=now, until=now + timedelta(days=7), opened_at=now)
        )


def test_a_list_is_given_replaced_and_retired_and_reviews_go_by_it(browser_of):
    officer = world.activated(role="security-officer")
    browser = browser_of(officer)

    def give(raw: bytes):
        return browser.post("/firewalls/lists", data=LIST, files={"file": ("list.csv", raw)})

    wrong = give(b"<html>\nno list\n")
    assert wrong.status_code == 422
    assert "look at line 1, 2" in wrong.text
    before = terms().pack()
    assert give(b"198.51.100.7\n").status_code == 303
    assert give(b"198.51.100.7\n").status_code == 422
    assert give(b"203.0.113.0/24\n203.0.113.9\n").status_code == 303
    (one,) = lists.list_given(officer.actor)
    assert (one.name, one.entries) == ("Scanners", 2)
    assert [row.digest for row in terms().given] == [one.digest]
    assert terms().pack() != before
    assert "Scanners" in browser.get("/firewalls/lists").text
    assert browser.post("/firewalls/lists/services", data=SERVICE).status_code in {403, 422}
    assert browser.post(f"/firewalls/lists/{one.id}/retire").status_code == 303
    assert terms().pack() == before


def test_a_service_is_published_by_the_director_for_its_time_and_withdrawn(browser_of):
    who = world.activated(role="technical-director")
    browser = browser_of(who)
    wrong = browser.post("/firewalls/lists/services", data=SERVICE | {"owner": who.user_name, "port": "70000"})
    assert wrong.status_code == 422
    assert browser.post("/firewalls/lists/services", data=SERVICE | {"owner": who.user_name}).status_code == 303
    (one,) = lists.list_services(who.actor)
    assert (one.destination, one.source) == ("192.0.2.10/32", "0.0.0.0/0")
    assert [(each.protocol, each.port) for each in terms().parameters.published] == [("tcp", 3389)]
    assert browser.post("/firewalls/lists", data=LIST, files={"file": ("x", b"198.51.100.7")}).status_code == 403
    assert browser.post(f"/firewalls/lists/services/{one.id}/withdraw").status_code == 303
    assert terms().parameters.published == ()


def test_whoever_may_not_see_them_does_not(browser_of):
    assert browser_of(world.activated(role="agent")).get("/firewalls/lists").status_code == 403
