"""Pages as people use them: the way in, my account, the desk, the ledger, and what the house refuses."""

import re
from datetime import timedelta

import pytest

import iam
from api.console import entry, readings
from contactcenter import agents
from kernel import clock
from kernel.settings import settings
from tests import world
from tests.contactcenter.house import SETUP, House, arrives


def test_start_leads_nobody_to_the_sign_in(visitor):
    answer = visitor.get("/desk?x=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/signin?next=/desk%3Fx%3D1"


def test_sign_in_by_password_and_code(visitor, monkeypatch):
    ama = world.activated(role="agent")
    answer = visitor.post("/signin", data={"user_name": ama.user_name, "password": ama.password, "next": "/account"})
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith("/signin/code?next=/account&with=otp")
    page = visitor.get(answer.headers["location"])
    assert 'autocomplete="one-time-code"' in page.text
    later = clock.now() + timedelta(seconds=30)
    wrong = visitor.post("/signin/code", data={"code": "000000", "next": "/account", "with": "otp.recovery"})
    assert wrong.status_code == 422
    assert "not right" in wrong.text
    right = visitor.post("/signin/code", data={"code": ama.code(later), "next": "/account"})
    assert right.status_code == 303, right.text
    assert right.headers["location"] == "/account"
    mine = visitor.get("/account")
    assert mine.status_code == 200
    assert ama.name.split()[0] in mine.text


def test_wrong_password_says_the_same_for_everybody(visitor):
    ama = world.activated()
    known = visitor.post("/signin", data={"user_name": ama.user_name, "password": "wrong"})
    unknown = visitor.post("/signin", data={"user_name": "nobody", "password": "wrong"})
    assert known.status_code == unknown.status_code == 422
    strip = re.compile(r'value="[^"]*"|data-now="[^"]*"')
    assert strip.sub("", known.text) == strip.sub("", unknown.text)


def test_the_sign_in_says_why_a_session_ended(visitor, browser_of):
    officer, kofi = world.person(role="security-officer"), world.activated(role="agent")
    page = browser_of(kofi)
    assert page.get("/account").status_code == 200
    iam.suspend_person(officer.actor, kofi.id)
    assert page.get("/account").headers["location"] == "/signin?next=/account"
    assert "Your account is suspended" in page.get("/signin").text
    visitor.cookies.clear()
    assert "suspended" not in visitor.get("/signin").text


def test_next_never_leads_out_of_the_house(visitor):
    for path in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        page = visitor.get("/signin", params={"next": path})
        assert 'name="next" value="/"' in page.text


def test_activation_by_two_messages(visitor):
    kofi = world.person()
    carrier = world.deliver()
    code = world.code_in(carrier.last_to(kofi.phone))
    opened = visitor.post("/activate", data={"user_name": kofi.user_name, "activation_code": code})
    assert opened.headers["location"] == "/activate/password", opened.text
    assert visitor.get("/activate/password").status_code == 200
    weak = visitor.post("/activate/password", data={"password": "password", "again": "password"})
    assert weak.status_code == 422
    other = visitor.post("/activate/password", data={"password": world.PASSWORD, "again": "x"})
    assert "not the same" in other.text
    chosen = visitor.post("/activate/password", data={"password": world.PASSWORD, "again": world.PASSWORD})
    assert chosen.headers["location"] == "/activate/authenticator"
    pairing = visitor.get("/activate/authenticator")
    assert "<svg" in pairing.text
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', pairing.text)[1].replace(" ", "")
    kofi.otp = secret
    codes = visitor.post("/activate/authenticator", data={"code": kofi.code()})
    assert codes.status_code == 200, codes.text
    assert codes.text.count("<li>") >= 10
    assert visitor.get("/account").status_code == 200


def test_my_account_pages(browser_of):
    ama = world.activated(role="agent")
    mine = browser_of(ama)
    assert mine.get("/").status_code == 303
    account = mine.get("/account")
    assert account.status_code == 200, account.text
    assert mine.get("/account/password").status_code == 200
    assert mine.get("/account/authenticator").status_code in {200, 303}
    french = mine.get("/language", params={"to": "fr", "next": "/account"})
    assert french.status_code == 303
    assert 'lang="fr"' in mine.get("/account").text


def test_locked_screen_opens_by_password(browser_of):
    ama = world.activated()
    mine = browser_of(ama)
    assert mine.post("/lock", data={"next": "/account"}).headers["location"] == "/locked?next=/account"
    assert mine.get("/account").headers["location"].startswith("/locked")
    assert mine.get("/locked").status_code == 200
    assert mine.post("/unlock", data={"password": "wrong"}).status_code == 422
    assert mine.post("/unlock", data={"password": ama.password, "next": "/account"}).headers["location"] == "/account"
    assert mine.get("/account").status_code == 200


def test_sign_out_ends_the_session(browser_of):
    ama = world.activated()
    mine = browser_of(ama)
    mine.post("/signout")
    assert mine.get("/account").headers["location"].startswith("/signin")


def test_sign_in_page_for_htmx_is_a_redirect_of_the_whole_page(visitor):
    answer = visitor.get("/desk/inbox", headers={"hx-request": "true", "hx-current-url": "https://testserver/desk"})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/signin?next=/desk"


@pytest.fixture
def house(database):
    return House()


def enrol(house, who):
    agents.enrol_agent(
        SETUP, person_id=who.id, name=who.name, site=house.mark, languages=["fr", "en"], voice=True, chats=2
    )


def writes(house, queue, text):
    return arrives(house.widget(queue), text).conversation().id


def test_agent_takes_answers_and_ends_a_chat(browser_of, house):
    queue = house.queue()
    ama = world.activated(role="agent", scope=house.scope)
    enrol(house, ama)
    mine = browser_of(ama)
    empty = mine.get("/desk")
    assert empty.status_code == 200, empty.text
    assert mine.post("/agent/ready", headers={"hx-request": "true"}).status_code == 200
    talk = writes(house, queue, "Bonjour, ma ligne est coupée")
    offered = mine.get("/desk")
    assert offered.headers["location"] == f"/desk/{talk}"
    page = mine.get(f"/desk/{talk}")
    assert "Bonjour, ma ligne est coupée" in page.text
    assert 'id="accept"' in page.text
    assert mine.post(f"/desk/{talk}/accept").status_code == 303
    page = mine.get(f"/desk/{talk}")
    once = re.search(r'name="once" value="([^"]+)"', page.text)[1]
    said = mine.post(
        f"/desk/{talk}/reply",
        data={"kind": "reply", "text": "Je <b>regarde</b>", "once": once},
        headers={"hx-request": "true"},
    )
    assert said.status_code == 200, said.text
    assert "Je &lt;b&gt;regarde&lt;/b&gt;" in said.text
    assert (
        mine.post(f"/desk/{talk}/reply", data={"kind": "note", "text": "à rappeler", "once": once}).status_code == 303
    )
    messages = mine.get(f"/desk/{talk}/messages")
    assert "Je &lt;b&gt;regarde" in messages.text
    assert "à rappeler" in messages.text
    page = mine.get(f"/desk/{talk}")
    disposition = re.search(r'name="disposition" value="([^"]+)"', page.text)[1]
    ended = mine.post(f"/desk/{talk}/end", data={"disposition": disposition})
    assert ended.headers["location"].startswith("/desk")
    for part in ("/desk/inbox", "/parts/navigation", "/parts/agent-state", "/desk/phone"):
        assert mine.get(part).status_code == 200, part


def test_stranger_sees_nothing_of_a_conversation(browser_of, house):
    talk = writes(house, house.queue(), "secret words")
    ama = world.activated(role="agent")
    answer = browser_of(ama).get(f"/desk/{talk}")
    assert answer.status_code == 404
    assert "secret words" not in answer.text


def test_refusal_of_a_button_is_a_notice(browser_of, house):
    ama = world.activated(role="agent", scope=house.scope)
    answer = browser_of(ama).post("/agent/ready", headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert 'hx-target="#toasts"' in answer.text
    assert "OC-2" in answer.text


def test_supervisor_sees_the_wall(browser_of, house):
    queue = house.queue()
    writes(house, queue, "hello")
    sena = world.activated(role="supervisor", scope=house.scope)
    answer = browser_of(sena).get("/wall")
    assert answer.status_code == 200, answer.text
    assert queue.label in answer.text


def test_auditor_reads_the_ledger(browser_of, sequenced):
    ama = world.activated(given_name="Zénabou")
    auditor = world.activated(role="auditor")
    sequenced()
    page = browser_of(auditor)
    found = page.get("/ledger", params={"actor": "", "action": "activation.*"})
    assert found.status_code == 200, found.text
    assert "Zénabou" in found.text
    entry = re.search(r'href="/ledger/(\d+)"', found.text)[1]
    opened = page.get(f"/ledger/{entry}")
    assert opened.status_code == 200, opened.text
    assert "This entry is in the signed ledger, unchanged." in opened.text
    proof = page.get(f"/ledger/{entry}/proof")
    assert proof.text.startswith("c2sp.org/tlog-proof@v1\nindex ")
    assert page.get("/ledger/verify").status_code == 200
    assert page.get("/ledger/999999999").status_code == 404
    assert page.get("/ledger/x").status_code == 404
    assert page.get("/ledger", params={"q": ama.name}).status_code == 200


def test_policy_and_search(browser_of):
    officer = browser_of(world.activated(role="security-officer"))
    assert "PW-1" in officer.get("/policy").text
    assert "PW-1" in officer.get("/search", params={"q": "PW-1"}).text
    assert officer.get("/search", params={"q": "50% _ \\"}).status_code == 200


def test_people_pages(browser_of):
    world.activated(given_name="Brice")
    chief = browser_of(world.activated(role="it-admin"))
    listing = chief.get("/people")
    assert listing.status_code == 200, listing.text
    link = re.search(r'href="(/people/[0-9a-f-]{36})"', listing.text)[1]
    assert chief.get(link).status_code == 200
    assert chief.get("/people", params={"q": "Brice"}).status_code == 200
    assert chief.get("/people/new").status_code in {200, 403}


def test_unknown_pages_and_ids_are_not_found(browser_of):
    ama = browser_of(world.activated(role="agent"))
    for path in ("/people/not-a-uuid", "/desk/not-a-uuid", "/conversations/0198a0f0-0000-7000-8000-00000000ffff"):
        assert ama.get(path).status_code == 404, path
    assert ama.get("/no/such/page").status_code == 404


def test_codes_are_shown_in_the_demonstration_house_only(visitor, monkeypatch):
    ama = world.activated()
    assert visitor.get("/demo/codes").status_code in {303, 403}
    for module in (readings, entry):
        monkeypatch.setattr(module, "settings", settings.model_copy(update={"demo": True}))
    before = ama.code()
    page = visitor.get("/demo/codes")
    assert page.status_code == 200, page.text
    shown = page.text.replace(" ", "")
    assert before in shown or ama.code() in shown, "neither the code before nor the one after"
    assert ama.user_name in visitor.get("/signin").text


def test_nobody_is_shown_a_form_that_would_be_refused(browser_of, database):
    ama = world.activated(role="agent")
    refused = browser_of(ama).get("/people/new")
    assert refused.status_code == 403
    assert "done in an elevation" in refused.text
