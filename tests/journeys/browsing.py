"""A person's browser: a context of its own, the things anybody does in the console, and what went wrong in it."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.journeys.authenticator import Authenticator
from tests.journeys.house import House

FLAGS = [
    "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
SIZE = {"width": 1366, "height": 768}
# The page's own connections are kept where a test can ask them for their figures.
LISTEN = """(() => { const Own = RTCPeerConnection; self.connections = [];
self.RTCPeerConnection = class extends Own { constructor(...given) { super(...given); self.connections.push(this); } }; })()"""
HEARD = """async () => { let bytes = 0, energy = 0; for (const one of self.connections) for (const part of (await one.getStats()).values())
if (part.type === 'inbound-rtp') { bytes += part.bytesReceived; energy += part.totalAudioEnergy ?? 0; } return {bytes, energy}; }"""
TIMEOUT = 30_000
"""Milliseconds for which a busy machine is waited for."""


class Window:
    """One person's window."""

    def __init__(
        self,
        house: House,
        browser: Browser,
        *,
        language: str = "en-GB",
        size: dict[str, int] | None = None,
        **more: Any,
    ) -> None:
        self.house = house
        self.faults: list[str] = []
        self.context = browser.new_context(
            locale=language, viewport=size or SIZE, permissions=["microphone"], color_scheme="light", base_url=house.address, **more
        )  # fmt: skip
        self.context.set_default_timeout(TIMEOUT)
        self.context.add_init_script(LISTEN)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        self.page.on("console", self._hear)
        self.page.on(
            "response", lambda answer: answer.status >= 500 and self.faults.append(f"{answer.status} {answer.url}")
        )
        self.page.on("dialog", lambda question: question.accept())

    def _hear(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "TrustedHTML" in message.text:
            self.faults.append(message.text)

    def close(self) -> None:
        """Close the page, and sign out where somebody is signed in: nothing waits for this person any more."""
        self.page.close()
        if any(cookie.get("name") == "__Host-sid" for cookie in self.context.cookies()):
            self.context.request.post(
                "/signout", headers={"sec-fetch-site": "same-origin"}, timeout=5000, max_redirects=0
            )
        self.context.close()

    def tab_to(self, name: str) -> None:
        """Move by the Tab key until a control has the focus."""
        for _ in range(60):
            if self.page.evaluate("document.activeElement.id") == name:
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not reach {name}")

    # --- what everybody does ---

    def go(self, path: str) -> Page:
        self.page.goto(path)
        return self.page

    def sign_in(self, who: Authenticator, path: str = "/") -> Page:
        """With password and code, on to a page."""
        self.give_password(who, path)
        self.page.fill("#code", who.code())
        self.page.press("#code", "Enter")
        self.page.wait_for_selector("#name-menu")
        return self.page

    def give_password(self, who: Authenticator, path: str = "/") -> None:
        self.page.goto(f"/signin?next={path}")
        self.page.fill("#user_name", who.user_name)
        self.page.fill("#password", who.password)
        self.page.click("#signin")
        self.page.wait_for_selector("#code")

    def heard(self) -> dict[str, float]:
        """The bytes and the energy of sound that this page's telephone has received."""
        found: dict[str, float] = self.page.evaluate(HEARD)
        return found

    def stands(self, state: str) -> None:
        """Wait until the telephone's bar shows a state."""
        expect(self.page.locator("#phone")).to_have_attribute("data-state", state, timeout=20_000)

    def shows(self, selector: str, text: str) -> None:
        expect(self.page.locator(selector)).to_contain_text(text, timeout=TIMEOUT)

    def picture(self, name: str, folder: Path) -> None:
        self.page.screenshot(path=folder / f"{name}.png")
