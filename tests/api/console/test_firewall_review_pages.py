"""The weekly review through the door: findings answered, the sample checked, signed; the director answers a report. [FW-3, FW-4]"""

import re
from typing import Any

import pytest

from firewall_audit.review import readings
from tests import world
from tests.changecontrol.builders import fresh
from tests.firewall_audit.conftest import state  # noqa: F401 - a fixture
from tests.firewall_audit.review.conftest import house  # noqa: F401 - a fixture
from tests.firewall_audit.review.house import SCANNER, House
from tests.firewall_audit.review.test_reviews import CONCLUSION, drawn  # noqa: F401 - a fixture
from tests.iam.conftest import auditor, hands  # noqa: F401 - fixtures

pytestmark = pytest.mark.needs("frontend")
PART = {"hx-request": "true"}


@pytest.fixture
def officer(browser_of: Any, drawn: House) -> Any:  # noqa: F811
    """The officer's browser."""
    drawn.officer = world.activated(role="security-officer")
    return browser_of(drawn.officer)


def test_review_is_answered_and_signed_in_pages(officer: Any, drawn: House) -> None:  # noqa: F811
    path = f"/firewalls/reviews/{drawn.review().id}"
    assert path in officer.get("/firewalls/reviews").text
    page = officer.get(path).text
    assert SCANNER in page
    assert 'data-do="keep"' in page
    early = officer.post(f"{path}/sign", data={"name": drawn.officer.name, "conclusion": CONCLUSION})
    assert early.status_code == 422
    assert CONCLUSION in early.text, "what was typed stays"
    for one in drawn.findings():
        if one.needs_answer:
            shown = officer.get(f"/firewalls/findings/{one.id}")
            assert shown.text.count("SRC=") >= 1, "the lines that show it"
            said = officer.post(
                f"/firewalls/findings/{one.id}", data={"disposition": "explained", "remark": "A known <b>scanner</b>."}
            )
            assert said.status_code == 303
            assert "A known &lt;b&gt;scanner&lt;/b&gt;." in officer.get(f"/firewalls/findings/{one.id}").text
    for place in range(len(drawn.review().sample)):
        row = officer.post(f"{path}/sample/{place}/right", headers=PART)
        assert 'data-item="decided"' in row.text
    assert officer.post(f"{path}/sign", data={"name": drawn.officer.name, "conclusion": CONCLUSION}).status_code == 303
    signed = officer.get(path).text
    assert CONCLUSION in signed
    assert 'id="do-sign"' not in signed


def test_wrong_line_is_said_and_answered_anew(officer: Any, drawn: House) -> None:  # noqa: F811
    path = f"/firewalls/reviews/{drawn.review().id}/sample"
    assert officer.post(f"{path}/0/wrong", data={"reason": ""}, headers=PART).headers["hx-reswap"] == "none"
    assert (
        "It was let through."
        in officer.post(f"{path}/0/wrong", data={"reason": "It was let through."}, headers=PART).text
    )
    assert 'data-item="open"' in officer.get(f"{path}/0", headers=PART).text
    for place in ("99", "-1", "٣", "99999999999"):
        assert "data-item" not in officer.get(f"{path}/{place}", headers=PART).text


@pytest.mark.parametrize("until", ["", "tomorrow", "2020-01-01", "9999-12-31"])
def test_day_of_an_acceptance_is_checked(officer: Any, drawn: House, until: str) -> None:  # noqa: F811
    sent = {"disposition": "accepted", "remark": "Our own scanner.", "until": until}
    answer = officer.post(f"/firewalls/findings/{drawn.findings()[0].id}", data=sent)
    assert answer.status_code == 422
    assert "Our own scanner." in answer.text, "what was typed stays"


def test_paper_holds_the_findings_and_the_digest(officer: Any, drawn: House) -> None:  # noqa: F811
    path = f"/firewalls/reviews/{drawn.review().id}/paper"
    csv = officer.get(f"{path}.csv")
    assert SCANNER in csv.text
    assert csv.headers["content-disposition"].endswith('.csv"')
    pdf = officer.get(f"{path}.pdf")
    assert pdf.content.startswith(b"%PDF")


def test_director_answers_a_report_in_pages(officer: Any, drawn: House, browser_of: Any) -> None:  # noqa: F811
    sent = {"disposition": "escalated", "remark": "Look at this, please."}
    assert officer.post(f"/firewalls/findings/{drawn.findings()[-1].id}", data=sent).status_code == 303
    drawn.director = world.activated(role="technical-director")
    (path, *_) = re.findall(r'href="(/firewalls/reports/[^"]+)"', officer.get("/firewalls/reports").text)
    assert officer.post(path, data={"answer": "I answer it myself."}).status_code in {403, 404}
    director = browser_of(drawn.director)
    assert director.post(path, data={"answer": "no"}).status_code == 422
    assert director.post(path, data={"answer": "It is blocked at the provider."}).status_code == 303
    assert "It is blocked at the provider." in director.get(path).text
    assert readings.list_reports(fresh(drawn.director), state="open") == []
