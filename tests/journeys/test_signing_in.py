"""Ways in that must not open, those that must, and what is closed to somebody. [ID-1, ID-7, AC-1]"""

import time

import pytest
from playwright.sync_api import expect

from tests.journeys.authenticator import STEP

pytestmark = [
    pytest.mark.needs("chromium", "asterisk", "sipp", "frontend"), pytest.mark.xdist_group("journeys"), pytest.mark.slow, pytest.mark.timeout(120),
]  # fmt: skip
POST = "path => { const form = document.createElement('form'); form.method = 'post'; form.action = path; document.body.append(form); form.submit(); }"


def test_a_wrong_an_old_and_a_used_code_open_nothing(house, window):
    kofi, mine = house.people["agent:Kofi"], window()
    mine.give_password(kofi, "/account")
    good, now = kofi.code(), int(time.time()) // STEP
    for bad in ("12345", kofi.at(now - 3), f"{(int(good) + 1) % 1_000_000:06d}"):
        mine.page.fill("#code", bad)
        mine.page.keyboard.press("Enter")
        mine.shows("#problems", "This code is not right")
    mine.page.fill("#code", good)
    mine.page.keyboard.press("Enter")
    mine.page.wait_for_selector("#name-menu")

    thief = window()
    thief.give_password(kofi)
    thief.page.fill("#code", good)
    thief.page.keyboard.press("Enter")
    thief.shows("#problems", "used already")


def test_the_screen_locks_and_comes_back_with_the_password(house, window):
    mawuli, mine = house.people["manager:Mawuli"], window()
    page = mine.sign_in(mawuli, "/account")
    page.click("#name-menu summary")
    page.click("form[action='/lock'] button")
    mine.shows("h1", mawuli.name)
    mine.go("/wall")
    expect(page.locator("#password"), "nothing opens while it is locked").to_be_visible()
    page.fill("#password", "not-my-password")
    page.keyboard.press("Enter")
    expect(page.locator("#problems")).to_be_visible()
    page.fill("#password", mawuli.password)
    page.keyboard.press("Enter")
    page.wait_for_selector("#wall")
    assert page.url.endswith("/wall"), "back to where one wanted to go"


def test_a_refusal_names_the_clause_and_the_way_out(house, window):
    fatou, mine = house.people["it-admin:Fatou"], window()
    page = mine.sign_in(fatou, "/account")
    assert page.goto("/ledger").status == 403
    page.evaluate(POST, f"/people/{fatou.id}/suspend")  # what no page offers: to suspend oneself
    clause = page.locator("main .notice a[href^='/policy#']")
    expect(clause).to_have_text("AC-1")
    clause.click()
    expect(page.locator("main")).to_contain_text("AC-1")


def test_the_house_speaks_french_and_english(house, window):
    mine = window(language="fr-FR")
    page = mine.go("/signin")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    french = page.inner_text("h1")
    page.click("nav >> text=English")
    expect(page.locator("h1")).to_have_text("Sign in")
    page.click("nav >> text=Français")
    expect(page.locator("h1")).to_have_text(french)
    page = mine.sign_in(house.people["trainer:Yao"], "/account")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.select_option("#language", "en")
    page.click("#look button[type=submit]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    mine.shows("#side", "Policy")
