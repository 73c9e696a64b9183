"""Files handed in on a change's page: bounded as they come, judged by their bytes, saved and never shown. [CC-2, SW-10]"""

import re
from typing import Any

import pytest

from api.caller import cookie_name
from api.console import sent
from api.console.visit import LOOK
from changecontrol.models import Attachment, TestResult
from kernel import db
from policy import book
from tests import world
from tests.api.console.test_change_form import wall
from tests.api.console.test_change_pages import house  # noqa: F401 - a fixture
from tests.changecontrol.builders import REPORT, House
from tests.iam.conftest import hands  # noqa: F401 - a fixture

pytestmark = pytest.mark.needs("frontend")
GIGABYTE, CHUNK = 1 << 30, 1 << 16
HEAD = b'--cut\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nevidence\r\n--cut\r\nContent-Disposition: form-data; name="file"; filename="big.txt"\r\n\r\n'


def kept(model: Any) -> int:
    with db.read_session() as session:
        return session.query(model).count()


def test_a_file_larger_than_any_form_is_attached_and_read_back(browser_of, house: House) -> None:  # noqa: F811
    change, content = house.draft(), b"all as expected\n" * 131_072
    browser = browser_of(house.engineer)
    page = browser.get(f"/changes/{change.id}").text
    assert "Attach a file" in page
    assert f'data-most="{book.number("SW-10", "most_kilobytes") * 1024}"' in page
    answer = browser.post(
        f"/changes/{change.id}/attach", data={"purpose": "evidence"}, files={"file": ("l'été.txt", content)}
    )
    assert answer.status_code == 303
    page = browser.get(f"/changes/{change.id}").text
    assert "l&#39;été.txt" in page
    link = re.search(r"/changes/files/[0-9a-f-]+", page)
    assert link
    got = browser.get(link[0])
    assert got.content == content
    exact = "filename*=UTF-8''l%27%C3%A9t%C3%A9.txt"
    assert got.headers["content-disposition"] == f'attachment; filename="l__t_.txt"; {exact}'
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(("name", "content", "why"), [
    ("empty.txt", b"", "The file is empty."), ("run.exe", b"MZ\x90\x00", "Files of this kind"),
    ("../../etc/passwd.txt", b"text", "signs that no name needs"), (".hidden.txt", b"text", "no name for a file"),
    ("report.pdf", b"just text", "another kind"), ("turned\u202etxt.pdf", b"%PDF-1.7", "signs that no name needs"),
    ("x" * 200 + ".txt", b"text", "1 to 120"),
])  # fmt: skip
def test_what_is_not_taken_is_told_beside_the_file(
    browser_of,
    house: House,  # noqa: F811
    name: str,
    content: bytes,
    why: str,
) -> None:
    change, before = house.draft(), kept(Attachment)
    answer = browser_of(house.engineer).post(
        f"/changes/{change.id}/attach", data={"purpose": "evidence"}, files={"file": (name, content)}
    )
    assert answer.status_code == 422
    assert 'id="attach-file-problem"' in answer.text
    assert why in answer.text
    assert '<option value="evidence" selected>' in answer.text, "what was chosen stays"
    assert kept(Attachment) == before


def test_a_form_without_a_file_and_two_files_attach_nothing(browser_of, house: House) -> None:  # noqa: F811
    change, before = house.draft(), kept(Attachment)
    browser = browser_of(house.engineer)
    answer = browser.post(f"/changes/{change.id}/attach", data={"purpose": "document"})
    assert answer.status_code == 422
    assert "Choose a file." in answer.text
    two = [("file", ("a.txt", b"a")), ("file", ("b.txt", b"b"))]
    assert browser.post(f"/changes/{change.id}/attach", files=two).status_code == 422
    broken = {"content-type": "multipart/form-data; boundary=cut"}
    assert browser.post(f"/changes/{change.id}/attach", content=b"--cut\r\nnothing", headers=broken).status_code == 422
    assert kept(Attachment) == before


def test_a_result_is_reported_with_where_when_and_outcome(browser_of, house: House) -> None:  # noqa: F811
    change, system, live = house.draft(), house.system("test", label="Test switch"), house.system(label="Live switch")
    browser = browser_of(house.second)
    page = browser.get(f"/changes/{change.id}").text
    form = page[page.index('id="report-test"') : page.index('id="test-outcome"')]
    assert system.slug in form
    assert live.slug not in form, "production is no place to test in"
    told = {"on": system.slug, "outcome": "passed", "tested_at": wall(house.hands.now()), "what": "the whole list"}
    path, file = f"/changes/{change.id}/test", {"file": ("report.pdf", REPORT)}
    for wrong, field in (
        ({"on": live.slug}, "on"), ({"on": "nowhere"}, "on"), ({"on": "No Slug"}, "on"), ({"tested_at": "soon"}, "tested_at"),
        ({"tested_at": "2999-01-01T00:00"}, "tested_at"), ({"tested_at": ""}, "tested_at"), ({"what": "x"}, "what"), ({"outcome": "maybe"}, "outcome"),
    ):  # fmt: skip
        answer = browser.post(path, data=told | wrong, files=file)
        assert answer.status_code == 422, wrong
        assert f'id="test-{field}-problem"' in answer.text, wrong
        assert told["what"] in answer.text or "what" in wrong
    assert kept(TestResult) == 0
    assert browser.post(path, data=told, files=file).status_code == 303
    page = browser.get(f"/changes/{change.id}").text
    assert "the whole list" in page
    assert "Passed" in page


def test_once_the_tests_are_sealed_nothing_is_reported_and_the_form_is_gone(browser_of, house: House) -> None:  # noqa: F811
    change, system = house.asked(), house.system("test")
    browser = browser_of(house.second)
    page = browser.get(f"/changes/{change.id}").text
    assert "report-test" not in page
    assert "attach-here" in page
    told = {"on": system.slug, "outcome": "passed", "tested_at": wall(house.hands.now()), "what": "once more"}
    answer = browser.post(f"/changes/{change.id}/test", data=told, files={"file": ("report.pdf", REPORT)})
    assert answer.status_code == 422
    assert "sealed" in answer.text


def test_who_may_not_sees_no_form_and_sends_nothing(browser_of, house: House) -> None:  # noqa: F811
    change, before = house.draft(), kept(Attachment)
    path, file = f"/changes/{change.id}/attach", {"file": ("report.pdf", REPORT)}
    officer = browser_of(house.officer)
    assert "attach-here" not in officer.get(f"/changes/{change.id}").text
    assert officer.post(path, files=file).status_code in {403, 404}
    agent = browser_of(world.activated(role="agent"))
    assert agent.post(path, files=file).status_code in {403, 404}
    assert kept(Attachment) == before


class Stream:
    """A browser that sends and sends; it counts what was taken from it."""

    def __init__(self, path: str, cookie: str, length: int | None) -> None:
        self.taken, self.status, self.body = 0, 0, b""
        headers = [(b"host", b"testserver"), (b"content-type", b"multipart/form-data; boundary=cut"), (b"sec-fetch-site", b"same-origin"), (b"cookie", cookie.encode())]  # fmt: skip
        if length is not None:
            headers.append((b"content-length", str(length).encode()))
        self.scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "https", "path": path,
            "raw_path": path.encode(), "root_path": "", "query_string": b"", "headers": headers, "client": ("192.0.2.77", 1), "server": ("testserver", 443),
        }  # fmt: skip

    async def receive(self) -> dict[str, Any]:
        body = HEAD if not self.taken else b"x" * CHUNK
        self.taken += len(body)
        return {"type": "http.request", "body": body, "more_body": self.taken < GIGABYTE}

    async def send(self, message: dict[str, Any]) -> None:
        self.status = message.get("status", self.status)
        self.body += message.get("body", b"")


@pytest.mark.parametrize("declared", [True, False])
def test_a_gigabyte_is_refused_without_being_read(visitor, house: House, declared: bool) -> None:  # noqa: F811
    change, before = house.draft(), kept(Attachment)
    most = book.number("SW-10", "most_kilobytes") * 1024
    assert house.engineer.entered is not None
    cookie = f"{cookie_name()}={house.engineer.entered.token}; {LOOK}=system.comfortable.en"
    stream = Stream(f"/changes/{change.id}/attach", cookie, GIGABYTE if declared else None)
    visitor.portal.call(visitor.app, stream.scope, stream.receive, stream.send)
    assert stream.status == 422
    assert stream.taken < (4 * CHUNK if declared else most + 8 * CHUNK)
    assert b"This file is too large." in stream.body
    assert b'<option value="evidence" selected>' in stream.body, "what came before the file is kept"
    assert kept(Attachment) == before


def test_nobody_is_not_even_listened_to(visitor, house: House) -> None:  # noqa: F811
    stream = Stream(f"/changes/{house.draft().id}/attach", "", None)
    visitor.portal.call(visitor.app, stream.scope, stream.receive, stream.send)
    assert (stream.status, stream.taken) == (303, 0)


def test_an_ordinary_form_stays_as_small_as_it_was(visitor, house: House) -> None:  # noqa: F811
    assert house.engineer.entered is not None
    cookie = f"{cookie_name()}={house.engineer.entered.token}"
    stream = Stream(f"/changes/{house.draft().id}/submit", cookie, None)
    visitor.portal.call(visitor.app, stream.scope, stream.receive, stream.send)
    assert stream.status in {400, 413, 422}
    assert stream.taken < sent.MAX_FILES + 2 * CHUNK
