"""What careless and hostile programs send: always a clear no, written down where a use case was reached, and never a burst."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from api import bodies, door
from kernel import clock
from kernel.db import uuid7
from tests.api.conftest import NOTE, Book, TestClient, entered, is_problem, token_of


def deep(depth: int) -> bytes:
    return b'{"text":' + b"[" * depth + b"]" * depth + b"}"


BROKEN: dict[str, bytes] = {
    "not JSON": b"{",
    "two values": b"{}{}",
    "a list": b"[]",
    "a number": b"1",
    "nothing": b"null",
    "not UTF-8": b'{"text": "\xff"}',
    "UTF-16": '{"text": "a"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a lone surrogate": b'{"text": "\\ud800"}',
    "a surrogate in bytes": b'{"text": "\xed\xa0\x80"}',
    "the character NUL": b'{"text": "a\\u0000b"}',
    "NUL in a name": b'{"te\\u0000xt": "a"}',
    "a name twice": b'{"text": "a", "text": "b"}',
    "a name twice, written differently": b'{"text": "a", "\\u0074ext": "b"}',
    "deep": deep(500),
    "deeper": deep(5000),
    "deepest": deep(100_000),
    "infinite": b'{"text": 1e999}',
    "endless": b'{"text": ' + b"9" * 100_000 + b"}",
    "not a number": b'{"text": NaN}',
    "a comment": b'{"text": "a" /* b */}',
    "oversized": b'{"text": "' + b"x" * 300_000 + b'"}',
    "a wrong type": b'{"text": 7}',
    "an object for a text": b'{"text": {"a": 1}}',
    "too long": b'{"text": "' + b"x" * 200_000 + b'"}',
    "an unknown field": b'{"text": "a", "author": "b"}',
    "the frame's own names": b'{"text": "a", "actor": "nobody", "self": 1, "call": 2, "work": 3}',
    "the target's own name": b'{"text": "a", "target": 1, "conversation": 2, "target_id": 3, "args": 4, "kwargs": 5}',
    "empty": b"",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_body_is_refused_and_written_down(
    programs: TestClient, talk: tuple[str, dict[str, str]], written: Book, body: bytes
) -> None:
    path, mine = talk
    for more in ({}, {"Idempotency-Key": "a-key"}):
        written.turn()
        answer = programs.post(path, content=body, headers={**mine, **more, "content-type": "application/json"})
        assert answer.status_code == 422, answer.text
        assert is_problem(answer)
        assert "xxxxx" not in answer.text, "what was sent is not repeated"
        assert written.outcomes(NOTE) == ["malformed"]
    good = programs.post(path, json={"text": "still here"}, headers=mine)
    assert good.status_code == 200


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "ÿ",
    ],
)
def test_a_wrong_content_type_is_refused_and_written_down(
    programs: TestClient, talk: tuple[str, dict[str, str]], written: Book, kind: str
) -> None:
    path, mine = talk
    headers = {**mine, "content-type": kind.encode("latin-1")}
    answer = programs.post(path, content=b'{"text": "a"}', headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 422
    assert written.outcomes(NOTE) == ["malformed"]


def test_a_charset_beside_the_type_is_no_fault(programs: TestClient, talk: tuple[str, dict[str, str]]) -> None:
    path, mine = talk
    headers = {**mine, "content-type": "Application/JSON; charset=utf-8"}
    assert programs.post(path, content='{"text": "à rappeler 🙂"}'.encode(), headers=headers).status_code == 200


IDS = ["x", "1", "-1", "0" * 32, f"{{{uuid7()}}}", f"urn:uuid:{uuid7()}", "\uff11" * 32, "%00", "%ff", "a" * 5000, "null", "'; drop table", f"{uuid7()}%0a"]  # fmt: skip


@pytest.mark.parametrize("given", IDS, ids=range(len(IDS)))
def test_what_is_no_id_is_refused_and_written_down(
    programs: TestClient, talk: tuple[str, dict[str, str]], written: Book, given: str
) -> None:
    answer = programs.post(f"/api/v1/conversation/{given}/note", json={"text": "a"}, headers=talk[1])
    assert answer.status_code == 422
    assert is_problem(answer)
    assert written.outcomes(NOTE) == ["malformed"]
    read = programs.get(f"/api/v1/conversation/{given}/read", headers=talk[1])
    assert read.status_code == 422
    assert written.outcomes("conversation.read") == ["malformed"]


QUERIES = ["limit=x", "limit=99999999999999999999", "limit=-1", "limit=1&limit=2", "actor=x", "self=1", "a=%00", "%00=a",
           "box=mine&box=all", "before=%ff", "other=1", "limit=1e3", "before=0000-00-00T00:00:00Z", "limit=%EF%BC%91%00"]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_a_broken_question_is_refused_and_written_down(
    programs: TestClient, talk: tuple[str, dict[str, str]], written: Book, query: str
) -> None:
    answer = programs.get(f"/api/v1/conversation/list?{query}", headers=talk[1])
    assert answer.status_code == 422, answer.text
    assert is_problem(answer)
    assert written.outcomes("conversation.list") == ["malformed"]


def test_a_list_of_one_in_an_address_is_a_list(programs: TestClient) -> None:
    who = entered()
    one = programs.get(f"/api/v1/name/look-up?refs=person:{who.id}", headers=token_of(who))
    assert one.status_code == 200, one.text


def test_a_number_beyond_the_database_is_a_refusal(programs: TestClient, written: Book) -> None:
    """What the form of a field lets pass, and a column cannot hold."""
    auditor = entered("auditor")
    for index in (2**63, 2**200, 10**400):
        answer = programs.get(f"/api/v1/ledger/read?index={index}", headers=token_of(auditor))
        assert answer.status_code in {404, 422}, (index, answer.text)
    assert set(written.outcomes("ledger.read")) <= {"malformed", "not_found"}


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_wrong_methods_are_told_which_is_right(
    programs: TestClient, talk: tuple[str, dict[str, str]], method: str
) -> None:
    answer = programs.request(method, talk[0], headers=talk[1])
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert is_problem(answer)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/..%5capp.py",
        "/static/....//app.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/%00",
        "/static/app.css%00.js",
        "/static/manifest.json/../../app.py",
        "/static/" + "a" * 5000,
        "/static/" + "a/" * 2000,
        "/static/",
    ],
)
def test_nothing_beside_the_static_parts_is_served(programs: TestClient, path: str) -> None:
    answer = programs.get(path)
    assert answer.status_code in {400, 404, 405}, path
    assert "import " not in answer.text
    assert "root:" not in answer.text


TOKENS: list[dict[str, Any]] = [
    {"authorization": "Bearer"},
    {"authorization": "Bearer "},
    {"authorization": "Bearer guess"},
    {"authorization": "Bearer " + "x" * 8000},
    {"authorization": b"Bearer \xff\xfe\x80"},
    {"authorization": "Basic eDp5"},
    {"authorization": "bearer  x y z"},
    {"authorization": "Negotiate " + "A" * 4000},
    {"cookie": "__Host-sid=" + "x" * 8000},
    {"cookie": "__Host-sid="},
    {"cookie": b"__Host-sid=\xff\xfe"},
    {"cookie": "=; ;; __Host-sid; =="},
    {"cookie": '__Host-sid="a\\000b"'},
    {"cookie": "; ".join(f"c{n}=1" for n in range(1000))},
]


@pytest.mark.parametrize("headers", TOKENS, ids=range(len(TOKENS)))
def test_garbage_for_a_token_is_nobody(programs: TestClient, written: Book, headers: dict[str, Any]) -> None:
    api = programs.get("/api/v1/account/mine", headers=headers)
    assert api.status_code == 401
    assert is_problem(api)
    (entry,) = written.entries("account.mine")
    assert (entry["actor"], entry["outcome"]) == ("nobody", "denied")
    page = programs.get("/account", headers=headers)
    assert page.status_code == 303
    assert page.headers["location"].startswith("/signin")
    assert "signed-out" in programs.get("/live", headers=headers).text


def test_a_session_that_is_over_is_nobody(programs: TestClient, written: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    who = entered()
    assert who.entered is not None
    assert programs.get("/api/v1/account/mine", headers=token_of(who)).status_code == 200
    written.turn()
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=2))
    assert programs.get("/api/v1/account/mine", headers=token_of(who)).status_code == 401
    assert programs.get("/account", headers={"cookie": f"__Host-sid={who.entered.token}"}).status_code == 303
    assert [(e["actor"], e["outcome"]) for e in written.entries("account.mine")] == [("nobody", "denied")]


FORMS = {
    "oversized": b"a=" + b"x" * 300_000,
    "many": b"&".join(b"f%d=1" % n for n in range(5000)),
    "not UTF-8": b"user_name=%ff%fe&password=\xff",
    "NUL": b"user_name=a%00b&password=c%00d&next=%00",
    "surrogates": b"user_name=%ed%a0%80&password=%ed%a0%80",
    "an address that is none": b"user_name=a&password=b&next=http://[",
    "twice": b"user_name=a&user_name=b&password=c",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("path", ["/signin", "/signin/code", "/activate", "/unlock", "/signout", "/lock"])
def test_broken_forms_are_answered(programs: TestClient, path: str, form: bytes) -> None:
    headers = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}
    assert programs.post(path, content=form, headers=headers).status_code < 500


HOSTILE: list[dict[str, str | bytes]] = [
    {"accept-language": "x" * 5000},
    {"accept-language": b"\xff;q=\xff, fr;q=1e999"},
    {"accept-encoding": "br;q=" + "9" * 4000},
    {"hx-request": "true", "hx-current-url": "http://["},
    {"referer": "http://[", "hx-request": "true"},
    {"origin": "http://[", "sec-fetch-site": "same-origin"},
    {"last-event-id": b"\xb2"},
    {"last-event-id": "9" * 5000},
    {"user-agent": b"\xff" * 3000},
    {"if-none-match": "x" * 5000, "if-modified-since": "not a date", "range": "bytes=9-1"},
    {"cookie": "__Host-look=" + "x." * 3000},
    {"x-forwarded-for": "\t"},
]


@pytest.mark.parametrize("headers", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize(
    "path", ["/signin", "/account", "/desk/inbox", "/live", "/api/v1/account/mine", "/no/such/page"]
)
def test_hostile_headers_are_answered(programs: TestClient, path: str, headers: dict[str, str | bytes]) -> None:
    assert programs.get(path, headers=headers).status_code < 500  # type: ignore[arg-type]
    who = entered() if path == "/live" else None
    if who is not None and who.entered is not None and "cookie" not in headers:
        with_session = {**headers, "cookie": f"__Host-sid={who.entered.token}"}
        with programs.stream("GET", path, headers=with_session) as answer:  # type: ignore[arg-type]
            assert answer.status_code < 500


def test_an_origin_that_is_no_address_is_refused(programs: TestClient) -> None:
    assert programs.post("/signout", headers={"origin": "http://[", "cookie": "a=b"}).status_code == 403


def test_pages_want_no_address_that_is_none(programs: TestClient) -> None:
    assert programs.get("/signin?next=http://[").status_code == 200


def test_a_body_that_does_not_come_is_waited_for_no_longer(
    programs: TestClient, talk: tuple[str, dict[str, str]], written: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_: Any) -> bytearray:
        await asyncio.sleep(60)
        return bytearray()

    monkeypatch.setattr(door, "_read", never)
    monkeypatch.setattr(door, "BODY_SECONDS", 0.1)
    answer = programs.post(talk[0], json={"text": "a"}, headers=talk[1])
    assert answer.status_code == 422
    assert "did not arrive" in answer.json()["detail"]
    assert written.outcomes(NOTE) == ["malformed"]


def test_the_deepest_body_that_is_taken() -> None:
    assert bodies.parse(deep(bodies.MAX_DEPTH - 1))
    with pytest.raises(bodies.Malformed):
        bodies.parse(deep(bodies.MAX_DEPTH))
