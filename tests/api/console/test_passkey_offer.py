"""The sign-in page offers passkeys in its first field (conditional mediation), in a real browser with a virtual authenticator. [ID-1]"""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.api.console.preview import CHROMIUM, served
from tests.plugins.parts import program

pytestmark = [pytest.mark.needs("chromium", "frontend", "node"), pytest.mark.xdist_group("console-browser")]
KIND = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
}  # fmt: skip
OPTIONS = {
    "challenge": "Y2hhbGxlbmdl",
    "rpId": "localhost",
    "userVerification": "required",
    "timeout": 60000,
    "allowCredentials": [],
}


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[str, Browser]]:
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM | {"executable_path": program("chromium")})
        yield address.replace("127.0.0.1", "localhost"), browser
        browser.close()


class Door:
    """The sign-in page, what the house answers to it, and what it sends in the end."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, f"{address}/en/light/signin"
        self.asked: list[int] = []
        self.entered: list[dict[str, Any]] = []
        page.route("**/signin/passkey/options", self._challenge)
        page.route("**/signin/passkey", self._enter)

    def _challenge(self, route: Route) -> None:
        self.asked.append(len(self.asked) + 1)
        route.fulfill(json={"ticket": f"ticket-{len(self.asked)}", "options": OPTIONS})

    def _enter(self, route: Route) -> None:
        sent = {name: values[0] for name, values in parse_qs(route.request.post_data or "").items()}
        self.entered.append({**sent, "credential": json.loads(sent["credential"])})
        route.fulfill(body="in", content_type="text/plain")

    def until(self, true: Callable[[], bool]) -> None:
        for _ in range(100):
            if true():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("waited in vain")


@pytest.fixture
def door(house: tuple[str, Browser]) -> Iterator[Door]:
    address, browser = house
    page = browser.new_page()
    yield Door(page, address)
    page.close()


def holds_passkey(page: Page, *, answers: bool) -> None:
    """The machine has a passkey of this house; `answers` tells whether its owner picks it."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    chosen = {"options": {**KIND, "automaticPresenceSimulation": answers}}
    made = devtools.send("WebAuthn.addVirtualAuthenticator", chosen)["authenticatorId"]
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    credential = {
        "credentialId": base64.b64encode(b"a passkey").decode(), "isResidentCredential": True, "rpId": "localhost", "signCount": 1,
        "privateKey": base64.b64encode(key).decode(), "userHandle": base64.b64encode(b"somebody").decode(),
    }  # fmt: skip
    devtools.send("WebAuthn.addCredential", {"authenticatorId": made, "credential": credential})


def test_a_passkey_is_picked_from_the_field_without_a_button(door: Door) -> None:
    holds_passkey(door.page, answers=True)
    door.page.goto(door.address)
    door.until(lambda: bool(door.entered))
    (sent,) = door.entered
    assert sent["ticket"] == "ticket-1"
    assert base64.urlsafe_b64decode(sent["credential"]["response"]["userHandle"] + "==") == b"somebody"


def test_the_field_says_that_it_takes_passkeys(door: Door) -> None:
    door.page.goto(door.address)
    assert door.page.get_attribute("#user_name", "autocomplete") == "username webauthn"


def test_who_picks_none_types_as_ever_and_the_button_asks_anew(door: Door) -> None:
    holds_passkey(door.page, answers=False)
    faults: list[str] = []
    door.page.on("pageerror", lambda fault: faults.append(str(fault)))
    door.page.goto(door.address)
    door.until(lambda: door.asked == [1])
    door.page.fill("#user_name", "afi.mensah")
    assert door.entered == [], "nothing goes by itself"
    door.page.click("form[action='/signin/passkey'] button")
    door.until(lambda: door.asked == [1, 2])
    assert door.page.input_value("#user_name") == "afi.mensah"
    assert faults == []


def test_a_browser_that_cannot_offer_asks_for_nothing(door: Door) -> None:
    door.page.add_init_script("self.PublicKeyCredential.isConditionalMediationAvailable = undefined")
    door.page.goto(door.address)
    door.page.wait_for_timeout(300)
    assert door.asked == []
    assert door.page.is_visible("form[action='/signin/passkey'] button")
