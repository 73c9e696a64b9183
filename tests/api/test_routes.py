"""Wall four, at the doors: the real router is walked, and whatever is open to nobody stands here by hand with its reason."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from api import operations
from api.app import build
from api.routes import PREFIX
from kernel import db
from kernel.db import uuid7
from tests.api.conftest import Book, TestClient, entered, is_problem, token_of
from tests.contactcenter.house import House, arrives

OPEN_JSON = {f"{PREFIX}/program-pass": "a program shows by a signature which account it is, and gets a pass"}
"""JSON routes that answer nobody."""
OPEN_PAGES = {
    "/signin": "the way in",
    "/signin/code": "the second step of the way in; it takes a ticket",
    "/signin/password": "a due password is changed on the way in; it takes a ticket",
    "/signin/passkey": "in by a passkey alone",
    "/signin/passkey/options": "its challenge, sealed and bound to nobody",
    "/unlock/options": "sends nobody to the sign-in",
    "/signin/code/options": "a passkey's challenge in the second step; it takes a ticket",
    "/signout": "leaving twice is no problem",
    "/lock": "who is not in has nothing to lock; sends to the lock's page",
    "/locked": "sends nobody to the sign-in",
    "/unlock": "sends nobody to the sign-in",
    "/activate": "the first way in, by two letters",
    "/activate/password": "its second step; it takes a ticket",
    "/activate/authenticator": "its third step; it takes a ticket",
    "/demo": "the demonstration's codes; not there in a real house",
    "/demo/codes": "the demonstration's codes; not there in a real house",
    "/language": "a choice of this browser",
    "/chat": "web chat is for visitors",
    "/chat/{widget}": "web chat is for visitors",
    "/chat/{widget}/frame": "web chat is for visitors",
    "/certificates": "anybody may verify a certificate by its code",
    "/certificates/{code}": "anybody may verify a certificate by its code",
    "/changes/calendar.ics": "a calendar program shows a token of its own",
    "/trial/{token}": "where a trial mail leads whoever opened it; the same for every token",
}
OPEN_ELSEWHERE = {
    "/healthz": "says that the process lives",
    "/readyz": "says that the process can do its work",
    "/metrics": "for this machine only",
    "/openapi.json": "the surface is no secret",
    "/csp": "browsers report without cookies",
    "/live": "tells nobody that they are signed out, and ends",
    "/chat/{widget}/open": "a visitor's first words; bounded by address",
    "/static": "parts of the pages, nothing of the house",
}
TOKEN_OF_A_VISIT = {"/chat/{widget}/messages", "/chat/{widget}/leave", "/chat/{widget}/live"}
SESSION_BY_HAND = {"/phone/credential", "/check"}
HEADERS = (
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "permissions-policy",
    "cache-control",
)
SAFE = {"GET", "HEAD", "OPTIONS"}


def walk() -> Iterator[tuple[str, str]]:
    """Every method and path of the router, as it stands."""
    for route in _flat(build().routes):
        if isinstance(route, Route):
            yield from ((method, route.path) for method in sorted(route.methods or ()) if method != "HEAD")
        elif isinstance(route, Mount):
            yield "GET", route.path
        else:
            assert isinstance(route, WebSocketRoute)
            assert route.path == "/phone", "a new socket needs its own test"


def _flat(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        yield from _flat(route.routes) if isinstance(route, Mount) and route.routes else [route]


WALKED = sorted(set(walk()))
JSON = [(m, p) for m, p in WALKED if p.startswith(PREFIX)]
OTHERS = [(m, p) for m, p in WALKED if not p.startswith(PREFIX)]
NOT_PAGES = OPEN_ELSEWHERE.keys() | TOKEN_OF_A_VISIT | SESSION_BY_HAND
PAGES = [(m, p) for m, p in OTHERS if p not in NOT_PAGES]


def filled(path: str) -> str:
    return (
        path.replace("{id}", str(uuid7()))
        .replace("{index}", "1")
        .replace("{number:int}", "1")
        .replace("{widget}", "nowhere")
    )


def test_every_json_route_asks_nobody_to_sign_in(programs: TestClient) -> None:
    open_to_nobody = []
    for method, path in JSON:
        answer = programs.request(method, filled(path))
        if path not in OPEN_JSON and (answer.status_code != 401 or not is_problem(answer)):
            open_to_nobody.append((method, path, answer.status_code, answer.text[:200]))
    assert not open_to_nobody


def test_every_page_leads_nobody_to_the_sign_in(programs: TestClient) -> None:
    wrong = []
    for method, path in PAGES:
        answer = programs.request(method, filled(path), headers={"sec-fetch-site": "same-origin"})
        led = answer.status_code == 303 and answer.headers["location"].startswith("/signin?next=")
        if (path not in OPEN_PAGES) != led and path not in OPEN_PAGES:
            wrong.append((method, path, answer.status_code, answer.headers.get("location")))
        if answer.status_code >= 500:
            wrong.append((method, path, answer.status_code, answer.text[:200]))
    assert not wrong


def test_no_exception_is_stale() -> None:
    paths = {path for _, path in WALKED}
    assert set(OPEN_PAGES) <= paths
    assert set(OPEN_ELSEWHERE) | TOKEN_OF_A_VISIT | SESSION_BY_HAND <= paths
    assert set(OPEN_JSON) <= paths


def test_what_takes_a_session_or_a_visit_by_itself_wants_it(programs: TestClient) -> None:
    for method, path in OTHERS:
        if path in TOKEN_OF_A_VISIT:
            assert programs.request(method, filled(path)).status_code == 401, path
    for answer in (programs.post("/phone/credential"), programs.get("/check?action=person.list")):
        assert answer.status_code == 401
        assert is_problem(answer)
    assert "signed-out" in programs.get("/live").text


def test_the_demonstrations_codes_are_not_there_in_a_real_house(programs: TestClient) -> None:
    for path in ("/demo", "/demo/codes"):
        assert programs.get(path).status_code in {303, 404}, path
    assert programs.get(f"{PREFIX}/demo/codes").status_code == 401
    admin = entered("it-admin")
    assert programs.get(f"{PREFIX}/demo/codes", headers=token_of(admin)).status_code in {403, 404}


FOREIGN: list[dict[str, str]] = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": "https://testserver"},
    {"sec-fetch-site": "nonsense"},
    {"origin": "https://evil.example"},
    {"origin": "https://testserver.evil.example"},
    {"origin": "https://testserver:444"},
    {"origin": "null"},
    {},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_every_writing_route_refuses_what_another_origins_page_sends(
    programs: TestClient, written: Book, headers: dict[str, str]
) -> None:
    who = entered("it-admin")
    assert who.entered is not None
    passed = []
    written.turn()
    for method, path in WALKED:
        if method not in SAFE:
            sent = {"cookie": f"__Host-sid={who.entered.token}", **headers}
            answer = programs.request(method, filled(path), headers=sent)
            if answer.status_code != 403 or "not made by a page of this house" not in answer.text:
                passed.append((method, path, answer.status_code))
    assert not passed
    assert not written.entries("session.end-all")


def test_headers_stand_on_every_answer(programs: TestClient) -> None:
    """On pages, on data, on refusals, on what is not there, on methods that are not taken."""
    without = []
    asked = [(m, filled(p)) for m, p in WALKED]
    asked += [("DELETE", filled(p)) for _, p in WALKED] + [
        ("PATCH", "/"),
        ("GET", "/no/such/page"),
        ("GET", "/api/v1/no"),
    ]
    asked += [("GET", "/static/no.css"), ("GET", "/static/../app.py"), ("OPTIONS", "/signin"), ("HEAD", "/signin")]
    for method, path in dict.fromkeys(asked):
        answer = programs.request(method, path)
        missing = [name for name in HEADERS if name not in answer.headers]
        if missing or answer.status_code >= 500:
            without.append((method, path, answer.status_code, missing))
    assert not without


def test_headers_stand_on_a_burst(programs: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """What should not happen is answered without a word of its inside, with every header, and counted."""

    def burst(*_: Any) -> None:
        raise ZeroDivisionError("a secret of the inside")

    monkeypatch.setattr(operations, "generate_latest", burst)
    answer = programs.get("/metrics")
    assert answer.status_code == 500
    assert is_problem(answer)
    assert "secret" not in answer.text
    assert all(name in answer.headers for name in HEADERS)
    monkeypatch.undo()
    assert 'route="/metrics",status="500"' in programs.get("/metrics").text


def test_a_burst_inside_an_action_is_written_down(
    programs: TestClient, written: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kernel.action import ACTIONS

    def burst(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("a secret of the inside")

    monkeypatch.setattr(ACTIONS["session.end-all"], "body", burst)
    who = entered()
    answer = programs.post(f"{PREFIX}/session/{who.id}/end-all", headers=token_of(who), json={})
    assert answer.status_code == 500
    assert is_problem(answer)
    assert "secret" not in answer.text
    assert written.outcomes("session.end-all") == ["failed"]
    assert "secret" not in str(written.entries("session.end-all"))


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("127.0.0.1", 200),
        ("::1", 200),
        ("192.0.2.7", 403),
        ("10.0.0.1", 403),
        ("2001:db8::1", 403),
        ("127.0.0.1.x", 403),
    ],
)
def test_metrics_are_for_this_machine(database: str, address: str, status: int) -> None:
    with TestClient(build(), client=(address, 4000)) as client:
        told = client.get("/metrics", headers={"x-forwarded-for": "127.0.0.1", "forwarded": "for=127.0.0.1"})
        assert told.status_code == status
        assert ("omniwarden_requests" in told.text) == (status == 200)


@pytest.fixture
def note(programs: TestClient, database: str) -> Callable[..., Any]:
    """Write a note on a conversation as its supervisor's program does."""
    house = House()
    talk = arrives(house.widget(house.queue())).conversation().id
    who = entered("supervisor", scope=house.scope)

    def send(key: str, text: str = "call back", by: Any = None) -> Any:
        return programs.post(
            f"{PREFIX}/conversation/{talk}/note",
            json={"text": text},
            headers={**token_of(by or who), "Idempotency-Key": key},
        )

    send.house = house  # type: ignore[attr-defined]
    return send


def test_the_same_key_twice_is_done_once(note: Callable[..., Any], written: Book) -> None:
    first, second = note("a-key"), note("a-key")
    assert first.status_code == second.status_code == 200, first.text
    assert first.json() == second.json()
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert written.outcomes("conversation.note") == ["done", "conflict"]
    assert note("a-key", "something else").status_code == 422
    other = note("another-key")
    assert other.status_code == 200
    assert other.json() != first.json()


def test_a_key_is_its_senders_own(note: Callable[..., Any], written: Book) -> None:
    colleague = entered("supervisor", scope=note.house.scope)  # type: ignore[attr-defined]
    first, second = note("shared-key"), note("shared-key", by=colleague)
    assert first.json() != second.json()
    assert written.outcomes("conversation.note") == ["done", "done"]


def test_a_refused_request_keeps_no_key(note: Callable[..., Any]) -> None:
    assert note("kept-key", "").status_code == 422
    assert note("kept-key", "now right").status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 201, "x" * 8000])
def test_a_key_has_its_bounds(note: Callable[..., Any], written: Book, key: str) -> None:
    assert note(key).status_code == 422
    assert written.outcomes("conversation.note") == ["malformed"]


def test_what_is_shown_once_lies_nowhere_in_the_clear(programs: TestClient, database: str) -> None:
    """The answer is kept for a repeat, and only who knows the key can read it."""
    who = entered()
    headers = {**token_of(who), "Idempotency-Key": "known to its sender"}
    path = f"{PREFIX}/recovery/{who.account_id}/renew"
    first, second = (programs.post(path, headers=headers, json={}) for _ in range(2))
    assert first.status_code == 200, first.text
    assert first.json() == second.json()
    with db.connect("none", database) as conn:
        kept = str(conn.execute("select * from once_key").fetchall())
    assert not [code for code in first.json() if code in kept]
