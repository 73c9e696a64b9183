"""The door of web chat as a visitor's browser knocks at it: pages, words, tokens, limits. [OC-1]"""

import asyncio
import warnings
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from api import webchat as door
from api.live import Hint
from api.throttles import Throttle
from contactcenter import conversations, demo
from iam.entry.rates import Rate
from tests.contactcenter.house import House, arrives

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have another client library than the one we hold
    from starlette.testclient import TestClient


@pytest.fixture
def browser(database: str, application: Any) -> Iterator[TestClient]:
    """A visitor's browser."""
    door.throttle = Throttle("webchat")
    with TestClient(application, base_url="https://testserver", follow_redirects=False) as client:
        client.headers["sec-fetch-site"] = "same-origin"
        yield client


@pytest.fixture
def house(database: str) -> House:
    return House()


def opened(browser: TestClient, widget: str, **more: Any) -> dict[str, str]:
    """Write the first words; returns the header that carries the token."""
    answer = browser.post(
        f"/chat/{widget}/open", json={"language": "fr", "text": "Bonjour", "once": str(uuid4()), "name": "", **more}
    )
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def test_a_visitor_writes_reads_and_leaves(house: House, browser: TestClient) -> None:
    ama, widget = house.agent().ready(), house.widget(house.queue())
    mine = opened(browser, widget, name="Sena")
    seen = browser.get(f"/chat/{widget}/messages", headers=mine).json()
    assert seen["state"] == "waiting"
    conversations.accept(ama.actor, UUID(seen["conversation"]))
    sent = browser.post(f"/chat/{widget}/messages", json={"text": "Encore", "once": str(uuid4())}, headers=mine)
    assert sent.json()["sequence"] == 2
    asked = {"since": 1, "conversation": seen["conversation"]}
    news = browser.get(f"/chat/{widget}/messages", params=asked, headers=mine).json()
    assert [(m["kind"], m["text"]) for m in news["messages"]] == [("ours", "Encore")]
    assert news["agent"]
    assert browser.post(f"/chat/{widget}/leave", json={}, headers=mine).status_code == 200
    assert browser.get(f"/chat/{widget}/messages", headers=mine).json()["state"] == "over"


def test_without_the_token_nothing_is_read_or_written(house: House, browser: TestClient) -> None:
    widget = house.widget(house.queue())
    opened(browser, widget)
    for headers in (
        {},
        {"Authorization": "Bearer guess"},
        {"Authorization": "Basic eDp5"},
        {"Authorization": "Bearer "},
    ):
        assert browser.get(f"/chat/{widget}/messages", headers=headers).status_code == 401
        assert (
            browser.post(
                f"/chat/{widget}/messages", json={"text": "x", "once": str(uuid4())}, headers=headers
            ).status_code
            == 401
        )
        assert browser.get(f"/chat/{widget}/live", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[1]", 422),
        (b'{"text": 3, "once": "x"}', 422),
        (b'{"text": "a", "once": "not a uuid"}', 422),
        (b'{"text": "a\\u0000b", "once": "01a2068a-6aff-72c1-8aae-7254804ce628"}', 422),
        (b'{"text": "\\ud800", "once": "01a2068a-6aff-72c1-8aae-7254804ce628"}', 422),
        (b'{"text": "a", "once": "01a2068a-6aff-72c1-8aae-7254804ce628", "author": "agent"}', 422),
        (b'{"text": "' + b"x" * 65_536 + b'", "once": "01a2068a-6aff-72c1-8aae-7254804ce628"}', 422),
        (b'{"text": "' + b"x" * 300_000 + b'"}', 422),
    ],
)
def test_broken_bodies_are_refused(house: House, browser: TestClient, body: bytes, status: int) -> None:
    widget = house.widget(house.queue())
    mine = {**opened(browser, widget), "content-type": "application/json"}
    assert browser.post(f"/chat/{widget}/messages", content=body, headers=mine).status_code == status


@pytest.mark.parametrize("query", ["since=-1", "since=x", "conversation=x", "other=1"])
def test_broken_questions_are_refused(house: House, browser: TestClient, query: str) -> None:
    widget = house.widget(house.queue())
    assert browser.get(f"/chat/{widget}/messages?{query}", headers=opened(browser, widget)).status_code == 422


@pytest.mark.parametrize("widget", ["nowhere", "Not a slug", "x" * 500, "..%2f..%2fetc", "%00"])
def test_an_unknown_chat_is_not_there(database: str, browser: TestClient, widget: str) -> None:
    assert browser.get(f"/chat/{widget}").status_code == 404
    body = {"language": "fr", "text": "Bonjour", "once": str(uuid4())}
    assert browser.post(f"/chat/{widget}/open", json=body).status_code in {404, 422}


def test_one_address_opens_no_more_than_its_share(
    house: House, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget = house.widget(house.queue())
    monkeypatch.setattr(door, "throttle", Throttle("webchat", Rate(burst=2, per_second=0.001)))
    body = {"language": "fr", "text": "Bonjour"}
    answers = [browser.post(f"/chat/{widget}/open", json=body | {"once": str(uuid4())}) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert int(answers[2].headers["retry-after"]) > 900


def test_the_demonstrations_chat_greets_in_the_visitors_language(database: str, browser: TestClient) -> None:
    demo.seed_lines()
    assert browser.get("/chat").headers["location"] == "/chat/care"
    page = browser.get("/chat/care", headers={"accept-language": "fr-BJ"})
    assert page.status_code == 200
    assert "Bonjour ! Comment vous aider" in page.text
    assert "Hello! How can we help?" in browser.get("/chat/care/frame", headers={"accept-language": "en"}).text


def test_a_visitors_stream_tells_of_his_own_changes_only(house: House) -> None:
    widget = house.widget(house.queue())
    mine, other = arrives(widget), arrives(widget)

    def told(topic: str) -> Hint:
        return Hint(door.hub.position, house.scope, frozenset({topic}))

    async def story() -> list[str]:
        heard = []
        stream = door._stream(mine.visit_id)
        heard.append(await anext(stream))
        for topic in (
            f"conversation:{other.conversation().id}",
            f"conversation:{mine.conversation().id}",
            f"visit:{mine.visit_id}",
        ):
            waiting = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0.05)
            door.hub.hints.append(told(topic))
            door.hub.position += 1
            door.hub._wake()
            heard.append(await asyncio.wait_for(waiting, 5))
        door.hub.open = False
        await stream.aclose()
        return heard

    door.hub.open = True
    try:
        heard = asyncio.run(story())
    finally:
        door.hub.open = False
        door.hub.hints.clear()
        door.hub.position = 0
    assert ["data: {}" in line for line in heard] == [True, False, True, True]
    assert not door._streams
