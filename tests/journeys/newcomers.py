"""People who come for one journey: asked for in the pages, or in the house already; their codes come from oathtool, not from our own library."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from playwright.sync_api import Page, expect

from tests.journeys.authenticator import STEP, Authenticator
from tests.journeys.browsing import Window
from tests.journeys.house import House, until
from tests.plugins.parts import program

PASSWORD = "Baobab-Lagune-42-Zem"


@dataclass
class Arrival(Authenticator):
    """Somebody whose telephone is an independent generator of codes."""

    def at(self, step: int) -> str:
        when = f"@{step * STEP}"
        told = subprocess.run(
            [program("oathtool"), "--totp", "--base32", "--now", when, self.secret],
            capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
        return told.stdout.strip()


def english(one: Window) -> Window:
    """Have a window speak English to whoever signs in there."""
    one.page.goto("/language?to=en&next=/signin")
    return one


def activate(house: House, mine: Window, who: Arrival) -> Page:
    """From the two letters to a password, a paired authenticator, recovery codes and the first page."""
    until(lambda: bool(house.letters(who.email) and house.letters(who.phone)), "the two letters", 20)
    (mail,), (text,) = house.letters(who.email), house.letters(who.phone)
    (who.user_name,) = re.findall(r"user id is: (\S+)", mail)
    (code,) = re.findall(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", text)
    assert code not in mail, "the secret travels by the other channel"
    assert who.user_name not in text
    page = mine.go("/activate")
    page.fill("#user_name", who.user_name)
    page.fill("#activation_code", code)
    page.keyboard.press("Enter")
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.keyboard.press("Enter")
    page.click("text=I cannot scan it")
    who.password, who.secret = PASSWORD, page.inner_text("#secret").replace(" ", "")
    page.fill("#code", who.code())
    page.click("#confirm")
    expect(page.locator("#codes li")).to_have_count(10)
    page.click("#kept")
    page.wait_for_selector("#name-menu")
    return page


def send(page: Page, reason: str) -> str:
    """Put what stands in the form into the basket and send it; returns the request's id."""
    page.fill("#reason", reason)
    page.click("#asking button[type=submit]")
    page.wait_for_selector("#basket")
    draft = page.locator("#basket article").first.get_attribute("id")
    assert draft is not None
    page.click("#send")
    page.wait_for_selector("#basket", state="detached")
    return draft.removeprefix("draft-")


def approve(page: Page, name: str, *shows: str) -> None:
    """Find a question in the approvals inbox, see what it means, and say yes."""
    page.goto("/approvals")
    page.locator("main a[data-row]", has_text=name).or_(
        page.locator("main tr", has_text=name).locator("a")
    ).first.click()
    for words in shows:
        expect(page.locator("main")).to_contain_text(words)
    page.click("#yes")
    page.wait_for_url(re.compile(r"/approvals"))


def arrive(house: House, given_name: str, family_name: str, kind: str = "employee", **more: str) -> Arrival:
    """Have somebody be in the house already, with a profile and activated: asked for and approved by its people, beside the browser."""
    number = f"{crc32(family_name.encode()) % 1_000_000:06d}"
    told = {
        "given_name": given_name, "family_name": family_name, "email": f"{given_name.lower()}@people.example",
        "phone": f"+2290197{number}", "kind": kind, **more,
    }  # fmt: skip
    return Arrival(**_run(house, told))


def ends(house: House, who: Arrival, what: str, seconds: int) -> datetime:
    """Have somebody's `profile` or `contract` end in so many seconds, by request; returns the moment."""
    told = _run(house, {"end": what, "person": who.id, "seconds": seconds})
    return datetime.fromisoformat(told["ends_at"])


def _run(house: House, told: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        house.command(sys.executable, "-m", "tests.journeys.arriving", json.dumps(told)).stdout
    )
    return found
