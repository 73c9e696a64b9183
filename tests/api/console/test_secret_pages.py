"""Pages on secrets as people use them: a passkey alone, a password that is due, lock everything, service accounts, letters."""

import base64
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import iam
from api.caller import cookie_name
from iam.credentials import disclosure, passkeys
from iam.entry import passkey as passkey_entry
from iam.services import accounts as service_accounts
from iam.services import keys as service_keys
from iam.services import program_entry
from kernel import clock
from tests import world
from tests.iam.authenticator import Authenticator
from tests.iam.conftest import Hands
from tests.iam.entry.test_passkey_entry import registered


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    hands = Hands()
    monkeypatch.setattr(clock, "now", hands.now)
    return hands


def answered(visitor, key: Authenticator, address: str) -> dict[str, str]:
    """Ask for a challenge at an address and answer it, as the browser's script does."""
    asked = visitor.post(address).json()
    return {"ticket": asked["ticket"], "credential": key.answer(json.dumps(asked["options"]))}


def test_a_passkey_alone_signs_in_and_unlocks(visitor, hands):
    ama = world.activated()
    key = registered(ama)
    page = visitor.get("/signin?next=/account").text
    assert 'data-options="/signin/passkey/options"' in page
    entered = visitor.post(
        "/signin/passkey", data=answered(visitor, key, "/signin/passkey/options") | {"next": "/account"}
    )
    assert (entered.status_code, entered.headers["location"]) == (303, "/account")
    visitor.post("/lock", data={"next": "/account"})
    assert 'data-options="/unlock/options"' in visitor.get("/locked").text
    back = visitor.post("/unlock", data=answered(visitor, key, "/unlock/options") | {"next": "/account"})
    assert back.headers["location"] == "/account"
    assert visitor.get("/account").status_code == 200


def test_a_passkey_of_nobody_is_told_so_and_keeps_the_page(visitor, hands):
    world.activated()
    stranger = Authenticator(origin=passkeys.origin(), holder=b"\1" * 16)
    answer = visitor.post("/signin/passkey", data=answered(visitor, stranger, "/signin/passkey/options"))
    assert answer.status_code == 422
    assert "opens nothing here" in answer.text
    for bad in ({}, {"ticket": "x", "credential": "{}"}, {"ticket": "x" * 50, "credential": "x" * 20_000}):
        assert visitor.post("/signin/passkey", data=bad).status_code == 422


def test_without_a_passkey_the_locked_screen_offers_none(visitor, browser_of, hands):
    browser = browser_of(world.activated())
    browser.post("/lock")
    assert "data-passkey" not in browser.get("/locked").text


def test_a_password_that_is_due_comes_before_everything(visitor, hands):
    ama = world.activated()
    key = registered(ama)
    iam.remove_otp(ama.actor, ama.account_id)
    hands.forward(days=91)
    sent = answered(visitor, key, "/signin/passkey/options") | {"next": "/account"}
    stopped = visitor.post("/signin/passkey", data=sent)
    assert stopped.headers["location"] == "/signin/password?next=/account"
    assert cookie_name() not in visitor.cookies
    assert visitor.get("/account").headers["location"].startswith("/signin")
    assert "before anything else" in visitor.get("/signin/password?next=/account").text
    weak = visitor.post("/signin/password", data={"password": "password", "again": "password"})
    assert weak.status_code == 422
    word = "Orange-Kettle4-Drizzle"
    done = visitor.post("/signin/password", data={"password": word, "again": word, "next": "/account"})
    assert done.headers["location"] == "/account"
    assert visitor.get("/account").status_code == 200


def test_my_account_tells_of_a_password_that_is_due(browser_of, hands):
    ama = world.activated()
    registered(ama)
    iam.remove_otp(ama.actor, ama.account_id)
    hands.forward(days=80)
    ama.entered = passkey_entry.enter(*_fresh(ama), source=world.HERE)
    assert "Your password is to be changed" in browser_of(ama).get("/account").text


def _fresh(ama: world.Somebody) -> tuple[str, str]:
    again = Authenticator(origin=passkeys.origin())
    begun = iam.registration(ama.account_id, ama.user_name, ama.name)
    iam.register_passkey(
        replace(ama.actor, factor_at=clock.now()), ama.account_id, ticket=begun.ticket, credential=again.register(begun.options), label="x"
    )  # fmt: skip
    asked = passkey_entry.ask()
    return asked.ticket, again.answer(asked.options)


def test_somebody_locks_everything_of_their_own(browser_of, hands):
    ama, officer = world.activated(), world.person(role="security-officer")
    browser = browser_of(ama)
    assert "Lock everything" in browser.get("/account").text
    done = browser.post("/account/disclosed", data={"note": "typed into a chat"})
    assert done.headers["location"].startswith("/activate")
    assert browser.get("/account").headers["location"].startswith("/signin")
    (case,) = disclosure.list_disclosures(officer.actor)
    assert case.person_id == ama.id


def test_the_officer_reads_and_closes_a_case(browser_of, hands):
    officer, ama = world.activated(role="security-officer"), world.activated()
    case = iam.report_disclosure(ama.actor, ama.account_id, disclosure="suspected", note="seen over my shoulder")
    browser = browser_of(officer)
    assert ama.name in browser.get("/disclosures").text.replace("&#39;", "'")
    page = browser.get(f"/disclosures/{case.id}").text
    assert "seen over my shoulder" in page
    early = browser.post(f"/disclosures/{case.id}/close", data={"finding": "Nobody had used it at all."})
    assert early.status_code == 422
    assert "no new secret" in early.text
    assert "Nobody had used it at all." in early.text


def test_a_service_account_from_its_opening_to_its_key(visitor, browser_of, hands):
    admin, owner = world.activated(role="it-admin"), world.activated(given_name="Zoé", family_name="Kpɔmasi")
    browser = browser_of(admin)
    assert browser.get("/services").status_code == 200
    form = {"name": "svc-wall", "purpose": "Shows duties on the wall", "owner": owner.user_name, "site": "house"}
    form["ends_on"] = f"{hands.time + timedelta(days=200):%Y-%m-%d}"
    wrong = browser.post("/services/new", data=form | {"owner": "nobody at all"})
    assert wrong.status_code == 422
    made = browser.post("/services/new", data=form)
    assert made.status_code == 303, made.text
    at = made.headers["location"].partition("?")[0]
    given = browser.post(f"{at}/role", data={"role": "program-monitor", "reason": "for the wall"})
    assert given.status_code == 303, given.text
    assert "Make a new key" not in browser.get(at).text, "only its owner sees a token"
    browser = browser_of(owner)
    assert at in browser.get("/account").text
    shown = browser.post(f"{at}/key", data={"label": "first"})
    assert shown.status_code == 200
    token = re.search(r'id="token">(ows\.[\w-]+)<', shown.text)[1]
    assert token not in browser.get(at).text
    browser.cookies.clear()
    told = browser.get("/api/v1/letter/waiting", headers={"Authorization": f"Bearer {token}"})
    assert told.status_code == 200
    assert browser.get("/api/v1/account/mine", headers={"Authorization": f"Bearer {token}"}).status_code == 403
    browser.cookies.set(cookie_name(), token)
    assert browser.get("/api/v1/letter/waiting").status_code == 401, "a program has no cookie"
    assert browser.get("/account").headers["location"].startswith("/signin"), "a program has no pages"


def test_a_program_with_a_key_pair_gets_its_pass_at_the_door(visitor, hands):
    admin, owner = world.person(role="it-admin"), world.activated()
    account = service_accounts.open_service(
        admin.actor, name="svc-pair", purpose="Shows duties on the wall", owner_id=owner.id, ends_at=hands.time + timedelta(days=9)
    )  # fmt: skip
    key = Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    made = service_keys.issue_key(owner.actor, account.id, label="pair", public_key=public)
    stamp, nonce = int(hands.time.timestamp()), "0123456789abcdef"
    signed = base64.urlsafe_b64encode(key.sign(program_entry.message(made.id, stamp, nonce))).decode().rstrip("=")
    sent = {"key_id": str(made.id), "stamp": stamp, "nonce": nonce, "signature": signed}
    answer = visitor.post("/api/v1/program-pass", json=sent)
    assert answer.status_code == 200, answer.text
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert visitor.get("/api/v1/letter/waiting", headers=headers).status_code == 403, "known, and without a right"
    assert visitor.post("/api/v1/program-pass", json=sent).status_code == 409, "a signature is good once"
    for bad in ({}, {"key_id": 5}, sent | {"nonce": "x"}, [], sent | {"stamp": "now"}):
        assert visitor.post("/api/v1/program-pass", json=bad).status_code == 422


def test_secrets_shown_once_have_fields_at_the_json_door(browser_of, hands):
    ama = world.activated()
    browser = browser_of(ama)
    made = browser.post(f"/api/v1/otp/{ama.account_id}/enrol", json={})
    assert set(made.json()) == {"secret", "address", "picture"}, made.text
    key = Authenticator(origin=passkeys.origin())
    begun = iam.registration(ama.account_id, ama.user_name, ama.name)
    sent = {"ticket": begun.ticket, "credential": key.register(begun.options), "label": "Laptop"}
    shown = browser.post(f"/api/v1/passkey/{ama.account_id}/register", json=sent).json()
    assert set(shown) == {"id", "label", "made_at", "used_at"}
    assert len(browser.post(f"/api/v1/recovery/{ama.account_id}/renew", json={}).json()) == 10


def test_letters_show_receipts_and_nothing_of_what_they_say(browser_of, hands):
    admin, ama = world.activated(role="it-admin"), world.person()
    carrier = world.deliver()
    page = browser_of(admin).get("/letters").text
    assert page.count("kept") >= 2, "what the carrier answered, for each channel"
    assert ama.email not in page
    assert ama.phone not in page
    assert world.code_in(carrier.last_to(ama.phone)) not in page
    assert browser_of(admin).get("/letters?before=nonsense").status_code == 200


@pytest.mark.parametrize("path", ["/disclosures", "/letters"])
def test_agents_do_not_read_what_is_not_theirs(browser_of, hands, path):
    assert browser_of(world.activated(role="agent")).get(path).status_code == 403
