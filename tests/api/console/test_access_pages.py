"""Profiles, reports, the directive and the person page, as people reach them through the door. [AC-6, AC-8, AC-9]"""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from api import papers
from iam.directives import acknowledgements
from iam.directives import versions as directives
from iam.profiles import profiles, readings
from iam.requests import requests
from kernel import clock
from policy import inbox
from tests import world
from tests.rows import Worlds

pytestmark = pytest.mark.needs("frontend")


def approve(voter: world.Somebody) -> None:
    for asked in inbox.approvals_waiting(voter.actor):
        inbox.cast(voter.actor, asked.id, yes=True, digest=asked.digest)


def id_in(answer: Any, noun: str) -> str:
    found = re.search(rf"/{noun}/([0-9a-f-]{{36}})", answer.headers["location"])
    assert found is not None, answer.text
    return found[1]


def staff() -> dict[str, world.Somebody]:
    return {
        "admin": world.activated(role="it-admin"),
        "officer": world.activated(role="security-officer"),
        "ama": world.activated(role="agent", given_name="Ama", family_name="Lawson"),
    }


@pytest.fixture
def people(worlds: Worlds) -> dict[str, world.Somebody]:
    return worlds.stand(staff)


def test_a_profile_from_its_name_to_its_holder(browser_of, people):
    site = world.site("cotonou")
    admin = browser_of(people["admin"])
    wrong = admin.post("/profiles", data={"slug": "Voice Agent", "label": "Voice agent", "scope_kind": "site"})
    assert wrong.status_code == 422
    assert 'value="Voice agent"' in wrong.text
    made = admin.post("/profiles", data={"slug": "team", "label": "Team leader", "scope_kind": "site", "job": "Leader"})
    profile = id_in(made, "profiles")
    assert "Team leader" in admin.get(f"/profiles/{profile}/edit").text
    short = admin.post(f"/profiles/{profile}/edit", data={"role-supervisor": "on", "summary": "x", "then": "ask"})
    assert short.status_code == 422
    assert re.search(r'name="role-supervisor" value="on" checked', short.text)
    form = {"role-supervisor": "on", "summary": "Leads a team on the floor", "then": "ask"}
    assert admin.post(f"/profiles/{profile}/edit", data=form).status_code == 303
    assert "Waits for approval" in admin.get("/profiles").text
    approve(people["officer"])
    (version,) = readings.read_profile(people["admin"].actor, uuid(profile)).versions
    profiles.publish_approved(version_id=str(version.id))
    nobody = admin.post(f"/profiles/{profile}/give", data={"person": "Zorro", "scope": site, "reason": "leads"})
    assert nobody.status_code == 422
    assert "Nobody is called like this" in nobody.text
    given_to = {"person": people["ama"].user_name, "scope": site, "reason": "leads the evening team", "end": ""}
    assert admin.post(f"/profiles/{profile}/give", data=given_to).status_code == 303
    page = admin.get(f"/profiles/{profile}").text
    assert "Ama Lawson" in page
    assert "leads the evening team" in page
    seen = admin.post(f"/profiles/{profile}/preview", data={"role-trainer": "on"}).text
    assert "gives 1 person Trainer" in seen
    assert "takes Supervisor from 1 person" in seen
    assert "Choose at least one role" in admin.post(f"/profiles/{profile}/preview", data={}).text
    toxic = admin.post(f"/profiles/{profile}/preview", data={"role-agent": "on", "role-client-representative": "on"})
    assert "conflict" in toxic.text
    wish = {"deed": "allocate", "person_id": people["ama"].id, "role": "trainer"}
    requests.draft_request(people["admin"].actor, wishes=[wish], reason="needed for the new campaign")
    person = admin.get(f"/people/{people['ama'].id}").text
    assert "Give a role: Trainer" in person
    assert "Profile Team leader, 1" in person
    assert "supervisor may person.list" in person
    holder = re.search(rf"/profiles/{profile}/holders/([0-9a-f-]{{36}})/withdraw", page)
    assert holder is not None
    assert admin.post(holder[0]).status_code == 303
    assert "Nobody holds it" in admin.get(f"/profiles/{profile}").text


def uuid(text: str) -> Any:
    from uuid import UUID

    return UUID(text)


def test_an_agent_sees_no_profiles_and_no_reports(browser_of, people):
    agent = browser_of(people["ama"])
    assert agent.get("/profiles").status_code == 403
    assert agent.get("/reports/log").status_code == 403
    assert agent.get("/reports/log/csv").status_code == 403
    assert "No report is open to you" in agent.get("/reports").text
    own = agent.get(f"/people/{people['ama'].id}")
    assert own.status_code == 200
    assert people["ama"].user_name in own.text


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/reports/log", "Ama Lawson"),
        ("/reports/who-may?right=person.list&scope=house", "security-officer may person.list"),
        ("/reports/person-day?person=Ama+Lawson", "member may directive.read"),
        ("/reports/conflicts", "Nobody holds both sides"),
        ("/reports/orphans", "Everything has its person"),
        ("/reports/monitoring", "Right granted"),
        ("/reports/unacknowledged", "Everybody has acknowledged"),
    ],
)
def test_each_report_as_page_and_csv_and_pdf(browser_of, people, path, wanted):
    officer = browser_of(people["officer"])
    page = officer.get(path)
    assert page.status_code == 200, page.text
    assert wanted in page.text
    bare, _mark, asked = path.partition("?")
    sheet = officer.get(f"{bare}/csv?{asked}")
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert len({len(row) for row in rows}) == 1
    told = " ".join(
        page.extract_text() for page in pypdf.PdfReader(io.BytesIO(officer.get(f"{bare}/pdf?{asked}").content)).pages
    )
    for words in (wanted,) if len(rows) == 1 else (rows[0][0], rows[-1][-1].split()[0]):
        assert words.split()[0] in told


@pytest.mark.parametrize(
    "path",
    [
        "/reports/log?since=yesterday",
        "/reports/log?since=0001-01-01&until=9999-12-31",
        "/reports/log?since=2026-11-20&until=2026-11-01",
        "/reports/log?person=Zorro",
        "/reports/who-may?right=person.fly",
        "/reports/who-may?right=%3Cscript%3E",
        "/reports/who-may?right=person.list&on=2999-01-01",
        "/reports/person-day?person=Ama&day=2999-01-01",
        "/reports/conflicts?on=x",
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_breaks(browser_of, people, path):
    officer = browser_of(people["officer"])
    answer = officer.get(path)
    assert answer.status_code == 422, answer.text[:300]
    assert "<script>" not in answer.text
    assert 'role="alert"' in answer.text


def test_reports_that_are_none(browser_of, people):
    officer = browser_of(people["officer"])
    for path in ("/reports/none", "/reports/none/csv", "/reports/none/pdf"):
        assert officer.get(path).status_code == 404
    assert "Say what the report is about" in officer.get("/reports/who-may").text
    assert officer.get("/reports/who-may/csv").status_code == 422


def test_the_directive_is_read_and_acknowledged_with_one_button(browser_of, people):
    director = world.activated(role="technical-director")
    officer = browser_of(people["officer"])
    made = officer.post("/directives", data={"slug": "access", "title": "Access directive", "kind": "directive"})
    document = id_in(made, "directives")
    text = "# 1. User ids\n\nNobody lends a user id. <b>Never.</b>"
    sent = officer.post(f"/directives/{document}/write", data={"text": text, "summary": "what we ask", "then": "ask"})
    assert sent.status_code == 303, sent.text
    approve(director)
    (version,) = acknowledgements.read_directive(people["officer"].actor, uuid(document)).versions
    directives.publish_approved(version_id=str(version.id))
    ama = browser_of(people["ama"])
    assert "1 document waits for you" in ama.get("/directives").text
    page = ama.get(f"/directives/{document}").text
    assert "<h2>1. User ids</h2>" in page
    assert "&lt;b&gt;Never.&lt;/b&gt;" in page
    button = f"/directives/{document}/versions/{version.id}/acknowledge"
    assert ama.post(button, data={"digest": "0" * 64}).status_code == 409
    assert ama.post(button, data={"digest": version.digest}).status_code == 303
    assert "You acknowledged this version" in ama.get(f"/directives/{document}").text
    waiting = browser_of(people["officer"]).get("/reports/unacknowledged").text
    assert str(escape(people["admin"].name)) in waiting
    assert "Ama Lawson" not in waiting


@given(st.text(max_size=30))
def test_no_cell_of_a_sheet_begins_a_formula(text):
    shown = papers.harmless(text)
    assert shown.endswith(text)
    assert not shown.strip(" \u00a0\u3000\ufeff\u200b") or shown.lstrip()[:1] not in papers.FORMULA


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=5))
def test_a_sheet_reads_back_as_it_was_written(rows):
    paper = papers.Paper("t", (), ("=a", "b"), tuple(rows), (1, 1))
    text = papers.csv_of(paper).decode("utf-8-sig")
    back = list(csv.reader(io.StringIO(text, newline="")))
    assert back[0] == ["'=a", "b"]
    assert back[1:] == [[papers.harmless(cell) for cell in row] for row in rows]


def test_a_pdf_is_the_same_each_time_and_takes_data_as_data():
    rows = tuple((f"{n}", "#eval(1) $x$ *b* `c` \\ <l> @ref", "Ọlúṣẹ́gun Kpɔmasi") for n in range(60))
    paper = papers.Paper("Who *may*", ('#import "x"',), ("N", "Data", "Name"), rows, (1, 4, 3), "foot", "none")
    made = papers.pdf_of(paper)
    assert made == papers.pdf_of(paper)
    told = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages]
    assert len(told) > 1
    assert "#eval(1) $x$ *b* `c` \\ <l> @ref" in told[0]
    assert all("Data" in page for page in told), "each page has its head"
    long = papers.Paper(
        "t", (), ("N",), tuple((str(n),) for n in range(papers.MOST_PDF_ROWS + 1)), (1,), cut="cut short"
    )
    assert "cut short" in pypdf.PdfReader(io.BytesIO(papers.pdf_of(long))).pages[0].extract_text()
    assert (
        "none"
        in pypdf.PdfReader(io.BytesIO(papers.pdf_of(papers.Paper("t", (), ("N",), (), (1,), none="none"))))
        .pages[0]
        .extract_text()
    )


def test_a_day_of_the_past_is_asked_by_its_end(browser_of, people):
    officer = browser_of(people["officer"])
    day = (clock.now() - timedelta(days=3)).date()
    answer = officer.get(f"/reports/who-may?right=person.list&scope=house&on={day}")
    assert "Nobody may do this here" in answer.text
