"""A passkey from its registration to its removal, in a real browser with an authenticator that the browser itself provides. [ID-1]"""

from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

pytestmark = [
    pytest.mark.needs("chromium", "asterisk", "frontend"), pytest.mark.xdist_group("journeys"), pytest.mark.slow, pytest.mark.timeout(180),
]  # fmt: skip
KIND = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip
ASKED_ONLY = "self.PublicKeyCredential.isConditionalMediationAvailable = undefined"
"""A browser that offers no passkey by itself."""
PASSKEY = "form[action='/signin/passkey'] button"


class Finger:
    """The authenticator built into this window's machine, and whether its owner's finger is on it."""

    def __init__(self, page: Page) -> None:
        self.devtools: CDPSession = page.context.new_cdp_session(page)
        self.devtools.send("WebAuthn.enable")
        self.id = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KIND})["authenticatorId"]

    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.devtools.send("WebAuthn.getCredentials", {"authenticatorId": self.id})[
            "credentials"
        ]
        return found

    def verifies(self, verified: bool) -> None:
        told = {"authenticatorId": self.id, "isUserVerified": verified}
        self.devtools.send("WebAuthn.setUserVerified", told)


@pytest.fixture
def mine(window):
    return window()


def sign_out(page: Page) -> None:
    page.click("#name-menu summary")
    page.click("form[action='/signout'] button")
    page.wait_for_selector("#user_name")


def test_a_passkey_from_its_registration_to_its_removal(house, mine):
    mawuli = house.people["manager:Mawuli"]
    mine.context.add_init_script(ASKED_ONLY)
    page = mine.sign_in(mawuli, "/account")
    finger = Finger(page)

    page.fill("#passkey-name", "My own computer")
    page.click("form[action='/account/passkeys'] button")
    mine.shows("#passkeys", "My own computer")
    (credential,) = finger.credentials()
    assert credential["isResidentCredential"], "it can be found without a user name"

    sign_out(page)
    mine.go("/signin?next=/account")
    page.click(PASSKEY)
    page.wait_for_selector("#name-menu")
    assert page.url.endswith("/account"), "in by the passkey alone, to where one wanted to go"
    assert house.rows("select count(*) from passkey where used_at is not null") == [(1,)]

    page.click("#name-menu summary")
    page.click("form[action='/lock'] button")
    page.wait_for_url("**/locked?next=/account")
    page.click("form[action='/unlock'][data-passkey] button")
    page.wait_for_selector("#name-menu")

    mine.go("/step-up?next=/account")
    page.click("form[action='/step-up'][data-passkey] button")
    page.wait_for_selector("#passkeys")

    finger.verifies(False)
    sign_out(page)
    page.click(PASSKEY)
    expect(page.locator("#toasts .bad"), "whose finger is not on it does not come in").to_be_visible()
    expect(page.locator("#user_name")).to_be_visible()
    finger.verifies(True)

    page.reload()
    page.click(PASSKEY)
    page.wait_for_selector("#name-menu")
    mine.go("/account")
    page.click("#passkeys .btn-bad")
    expect(page.locator("#passkeys")).not_to_contain_text("My own computer")
    sign_out(page)
    page.click(PASSKEY)
    mine.shows("#problems", "This passkey opens nothing here")
    rows = house.rows(
        "select outcome, count(*) from ledger.entry where action = 'sign-in.passkey' group by 1 order by 1"
    )
    assert dict(rows) == {"done": 2, "refused": 1}
