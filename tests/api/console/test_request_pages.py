"""Asking, answering and following a request, as people do it in a browser. [AC-1, AC-2]"""

import html
import re

import pytest

from iam.requests import execution as request_execution
from kernel import gate
from tests import world
from tests.iam.requests import world as here
from tests.iam.requests.world import House, allocate, ask
from tests.rows import Worlds

pytestmark = pytest.mark.needs("frontend")


@pytest.fixture
def people(worlds: Worlds) -> House:
    return worlds.stand(here.settle)


def text_of(answer) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))


def test_from_a_form_to_a_right_by_four_pages(browser_of, people: House) -> None:
    boss = browser_of(people.boss)
    empty = boss.get("/requests")
    assert "You have asked for nothing yet" in empty.text, empty.text
    form = boss.get(f"/requests/new?person={people.ama.id}")
    assert people.ama.name in text_of(form)
    wish = {"deed": "allocate", "person": str(people.ama.id), "role": "trainer", "scope": "house"}
    short = boss.post("/requests/new", data=wish | {"reason": "short"})
    assert short.status_code == 422
    assert (
        boss.post("/requests/new", data=wish | {"reason": "she trains the new team"}).headers["location"]
        == "/requests?done=basket"
    )
    assert "Give a role: Trainer, the house" in text_of(boss.get("/requests"))
    assert boss.post("/requests/send").headers["location"] == "/requests?done=asked"
    (request,) = here.all_of(people.boss)
    assert "Waiting for the manager" in text_of(boss.get(f"/requests/{request.id}"))

    head = browser_of(people.head)
    inbox = head.get("/approvals")
    (path,) = re.findall(r'href="(/approvals/[0-9a-f-]{36})"', inbox.text)
    page = head.get(path)
    shown = text_of(page)
    for words in (
        people.ama.name,
        people.boss.name,
        "she trains the new team",
        "Brings people in and trains them",
        "Agent, the house",
    ):
        assert words in shown, words
    assert 'data-key="a"' in page.text
    assert 'data-key="r"' in page.text
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page.text)[1]
    voice = re.search(r'name="voice" value="([^"]*)"', page.text)[1]
    no = head.post(f"{path}/answer", data={"answer": "no", "digest": digest, "voice": voice})
    assert no.status_code == 422
    assert "Say why not" in no.text
    yes = head.post(f"{path}/answer", data={"answer": "yes", "digest": digest, "voice": voice})
    assert yes.headers["location"] == "/approvals?done=answered"

    owner = browser_of(people.owner)
    page = owner.get(path)
    assert "said yes" in page.text
    voice = re.search(r'name="voice" value="([^"]*)"', page.text)[1]
    owner.post(f"{path}/answer", data={"answer": "yes", "digest": digest, "voice": voice})
    request_execution.carry_out(request_id=str(request.id))
    assert gate.may(people.ama.actor, "request.for-others").allowed
    done = browser_of(people.boss).get(f"/requests/{request.id}")
    assert "Carried out" in done.text


def test_what_stands_against_a_draft_is_shown_and_it_stays_in_the_basket(browser_of, people: House) -> None:
    here.draft(people.boss.actor, allocate(people.ama.id, "agent"))
    boss = browser_of(people.boss)
    page = boss.get("/requests")
    assert "This cannot be sent" in page.text
    assert "holds this role there already" in page.text
    sent = boss.post("/requests/send")
    assert sent.status_code == 422
    assert "Line 1: This person holds this role there already." in sent.text


def test_a_stale_screen_cannot_approve_what_was_changed_meanwhile(browser_of, people: House) -> None:
    from iam.requests import requests

    request = ask(people.ama.actor, allocate(people.ama.id, "trainer"))
    boss = browser_of(people.boss)
    path = f"/approvals/{here.question(request).id}"
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', boss.get(path).text)[1]
    requests.amend_request(
        people.ama.actor, request.id, wishes=[allocate(people.ama.id, "supervisor")], reason=here.REASON
    )
    late = boss.post(f"{path}/answer", data={"answer": "yes", "digest": digest, "voice": " manager-of-subject"})
    assert late.status_code == 422
    assert "It was changed since you read it" in late.text
    assert "Changed after it was first asked" in late.text


def test_who_is_not_asked_finds_no_buttons(browser_of, people: House) -> None:
    request = ask(people.ama.actor, allocate(people.ama.id, "trainer"))
    path = f"/approvals/{here.question(request).id}"
    own = browser_of(people.ama).get(path)
    assert 'id="yes"' not in own.text
    assert "You may not answer this" in own.text
    stranger = here.here(world.person(role="agent"))
    assert browser_of(stranger).get(path).status_code in {403, 404}
    assert browser_of(stranger).get(f"/requests/{request.id}").status_code in {403, 404}


def test_a_list_is_looked_at_and_only_its_good_lines_are_taken(browser_of, people: House) -> None:
    boss = browser_of(people.boss)
    form = {"deed": "allocate", "role": "trainer", "scope": "house", "reason": "the whole team trains"}
    data = f"person\n{people.ama.user_name}\nno.body\n".encode()
    looked = boss.post("/requests/list", data=form, files={"file": ("team.csv", data, "text/csv")})
    assert looked.status_code == 200, looked.text
    assert "1 line is good." in looked.text
    assert "Nobody has the user id" in looked.text
    taken = boss.post("/requests/list", data=form | {"text": data.decode(), "take": "yes"})
    assert taken.headers["location"] == "/requests?done=basket"
    assert people.ama.name in text_of(boss.get("/requests"))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"person\nz\xe9\n", "is not written in UTF-8"),
        (b"", "The list is empty"),
        (b"person\n=cmd()\n", "begins like a formula"),
    ],
)
def test_a_file_that_is_wrong_is_told_in_words(browser_of, people: House, data: bytes, words: str) -> None:
    form = {"deed": "suspend", "reason": "they are on leave for long"}
    answer = browser_of(people.boss).post("/requests/list", data=form, files={"file": ("l.csv", data, "text/csv")})
    assert answer.status_code == 200, answer.text
    assert words in answer.text


def test_a_form_in_broken_parts_or_too_large_is_refused(browser_of, people: House) -> None:
    boss = browser_of(people.boss)
    kind = {"content-type": "multipart/form-data"}
    assert boss.post("/requests/list", content=b"--x\r\nnonsense", headers=kind).status_code == 422
    big = boss.post("/requests/list", data={"deed": "suspend"}, files={"file": ("l.csv", b"x" * 500_000)})
    assert big.status_code in {413, 422}


def test_nonsense_in_a_form_is_told_and_kept(browser_of, people: House) -> None:
    boss = browser_of(people.boss)
    wish = {"deed": "allocate", "role": "trainer", "scope": "house", "reason": "she trains the new team"}
    for more, words in (
        ({"person": "no.body.here"}, "Nobody is called so."),
        ({"person": str(people.ama.id), "ends": "soon"}, "Write a day as 2026-11-23."),
        ({"person": str(people.ama.id), "bound_to": "lunch:1", "ends": "2099-01-01"}, ""),
    ):
        answer = boss.post("/requests/new", data=wish | more)
        assert answer.status_code == 422
        assert words in answer.text
        assert "she trains the new team" in answer.text
    assert boss.get("/requests/not-an-id").status_code == 404
    assert boss.get("/approvals/not-an-id").status_code == 404


def test_a_right_is_taken_from_a_persons_page(browser_of, people: House) -> None:
    boss = browser_of(people.boss)
    link = re.search(r'href="(/requests/new\?deed=withdraw[^"]*)"', boss.get(f"/people/{people.ama.id}").text)
    assert link is not None
    form = boss.get(html.unescape(link[1]))
    assert "Agent, the house" in text_of(form)
    right = re.search(r'name="right" value="([^"]+)"', form.text)[1]
    wish = {"deed": "withdraw", "person": str(people.ama.id), "right": right}
    sent = boss.post("/requests/new", data=wish | {"reason": "she leaves the floor"})
    assert sent.headers["location"] == "/requests?done=basket"
    assert "Take a role back: Agent, the house" in text_of(boss.get("/requests"))


def test_pages_speak_french_where_the_reader_does(browser_of, people: House) -> None:
    ask(people.ama.actor, allocate(people.ama.id, "trainer"))
    boss = browser_of(people.boss)
    boss.cookies.set("__Host-look", "system.comfortable.fr")
    for path in ("/requests", "/approvals", "/requests/new", "/requests/list"):
        assert '<html lang="fr"' in boss.get(path).text
