"""Two hundred rights answered by keyboard alone in a real browser, and what the house has afterwards. [AC-10]"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from sqlmodel import select

from api.caller import cookie_name
from api.console.visit import LOOK
from iam.certification import campaigns as certification
from iam.certification.models import CertificationItem
from kernel import db, frame
from tests import world
from tests.api.processes import answers, environment, free_port, running, until
from tests.plugins.parts import program

pytestmark = [
    pytest.mark.needs("chromium", "frontend"), pytest.mark.xdist_group("processes"), pytest.mark.slow, pytest.mark.timeout(400),
]  # fmt: skip
RIGHTS = 200


@pytest.fixture
def officer(database: str) -> world.Somebody:
    return world.activated(role="security-officer")


@pytest.fixture
def page(officer: world.Somebody, database: str, tmp_path: Path) -> Iterator[Page]:
    """The officer's browser, at a real server."""
    port = free_port()
    with (
        running(["serve", "--port", str(port)], environment(database, tmp_path), tmp_path / "log"),
        sync_playwright() as play,
    ):
        until(lambda: answers(port), 60)
        browser = play.chromium.launch(executable_path=program("chromium"), args=["--no-sandbox"])
        context = browser.new_context(base_url=f"http://localhost:{port}", viewport={"width": 1366, "height": 768})
        for name, value in ((cookie_name(), officer.entered.token), (LOOK, "light.comfortable.en")):
            context.add_cookies([
                {"name": name, "value": value, "url": f"https://localhost:{port}", "secure": True, "httpOnly": True}
            ])  # fmt: skip
        yield context.new_page()
        browser.close()


def states(made) -> dict[str, int]:
    with db.read_session() as session:
        found = session.scalars(
            select(CertificationItem.state).where(CertificationItem.certification_id == made.id)
        ).all()
    return {state: found.count(state) for state in set(found)}


def test_two_hundred_rights_by_keyboard(officer, page: Page) -> None:
    for _ in range(RIGHTS):
        world.settled(role="agent")
    made = certification.open_certification(officer.actor, kind="manager", reason="half-yearly")
    certification.draw_all(certification_id=str(made.id))
    with db.read_session() as session:
        assert session.query(CertificationItem).count() == RIGHTS + 1, "and the officer's own, which another answers"
    frame.close_writer()
    page.goto(f"/certification/{made.id}")
    left = page.locator("#certify-left")
    expect(left).to_have_text(str(RIGHTS))
    keys = page.keyboard
    began = time.monotonic()
    keys.press("?")
    expect(page.locator("#certify-keys")).to_be_visible()
    keys.press("Escape")
    keys.press("j")
    expect(page.locator("tr[data-item]").first).to_be_focused()
    keys.press("y")
    expect(page.locator("tr[data-item]").nth(1)).to_be_focused()
    expect(page.locator("tr[data-item]").first).to_contain_text("Kept")
    keys.press("n")
    keys.type("works for another client")
    keys.press("Enter")
    expect(page.locator("tr[data-item]").nth(1)).to_contain_text("works for another client")
    keys.press("n")
    keys.press("Escape")
    expect(page.locator("tr[data-item]").nth(2)).to_be_focused()
    expect(left).to_have_text(str(RIGHTS - 2))
    keys.press("u")
    expect(left).to_have_text(str(RIGHTS - 1))
    expect(page.locator("tr[data-item]").nth(1)).to_contain_text("Keep")
    for number in range(1, RIGHTS):
        page.locator("tr[data-item=open]:not([data-pending])").first.focus()
        if number % 20:
            keys.press("y")
        else:
            keys.press("n")
            keys.press("Enter")
    expect(left).to_have_text("0", timeout=60_000)
    took = time.monotonic() - began
    assert took < 180, f"{took:.0f} s for {RIGHTS} rights"
    assert states(made) == {"kept": RIGHTS - 9, "withdrawn": 9, "open": 1}
    page.reload()
    expect(page.locator("main")).to_contain_text("Nothing waits for you here")


def test_a_refusal_puts_the_row_back(officer, page: Page) -> None:
    world.settled(role="agent")
    made = certification.open_certification(officer.actor, kind="manager", reason="half-yearly")
    certification.draw_all(certification_id=str(made.id))
    page.goto(f"/certification/{made.id}")
    row = page.locator("tr[data-item]").first
    expect(row).to_have_attribute("data-item", "open")
    from iam.certification import decisions as certification_decisions

    with db.read_session() as session:
        (item,) = session.scalars(select(CertificationItem.id).where(CertificationItem.person_id != officer.id))
    certification_decisions.keep_right(officer.actor, item)  # in another window, a moment before
    page.keyboard.press("n")
    page.keyboard.type("not needed")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("quicker")
    expect(row).not_to_have_attribute("data-pending", "withdraw")
    assert states(made) == {"kept": 1, "open": 1}
