"""The six-monthly audit of the firewalls in a browser: the method and its approval, each device answered, a scan, the sample, a finding, the signature, the report. [FW-5]"""

import pytest
from playwright.sync_api import Page, expect

from tests.firewall_audit.audits.house import nmap
from tests.journeys.authenticator import Authenticator
from tests.journeys.browsing import TIMEOUT, Window
from tests.journeys.firewalls import accessible
from tests.journeys.house import House
from tests.journeys.newcomers import approve, english

pytestmark = [
    pytest.mark.needs("chromium", "frontend", "node"), pytest.mark.xdist_group("journeys"), pytest.mark.slow, pytest.mark.timeout(300),
]  # fmt: skip
OFFICER, DIRECTOR, AUDITOR = "security-officer:Sena", "technical-director:Jean", "auditor:Edem"
ASKED = "Tunnels that nobody uses are taken down."
CABINET = "The cabinet of the edge stands open."
CONCLUSION = "Every device was audited by the approved method; what is not in order has its owner and its day."


def test_a_half_year_s_audit_from_its_method_to_its_report(house: House, window) -> None:
    sena = house.people[OFFICER]
    officers: Window = english(window())
    page = officers.sign_in(sena, "/firewalls/audit-method")
    write_a_method(page)
    approve(
        english(window()).sign_in(house.people[DIRECTOR], "/approvals"), "method of the firewall audit", "vpn-", ASKED
    )
    page.goto("/firewalls/audit-method")
    expect(page.locator("#versions li").first).to_contain_text("approved")

    page.goto("/firewalls/audits")
    page.locator("main tr", has_text="Open").locator("a[data-row]").click()
    audit = page.url
    accessible(page)
    expect(page.locator("#missing")).to_be_visible()
    devices = [one.get_attribute("href") or "" for one in page.locator("#devices a[data-row]").all()]
    assert len(devices) > 1
    for place, device in enumerate(devices):
        page.goto(device)
        answer_every_point(page)
        judge_the_sample(page)
        if not place:
            attach_a_scan(page)
            raise_a_finding(page)
            accessible(page)
    page.goto(audit)
    expect(page.locator("#missing")).to_have_count(0)
    sign(page, sena)
    expect(page.locator("#signed")).to_contain_text(CONCLUSION)
    accessible(page)
    signed = house.rows(
        "select count(*) from firewall_audit where id::text = %s and state = 'signed'", audit.rpartition("/")[2]
    )
    assert signed == [(1,)]

    auditors = english(window())
    theirs = auditors.sign_in(house.people[AUDITOR], audit.removeprefix(house.address))
    expect(theirs.locator("#sign")).to_have_count(0)
    expect(theirs.locator("#findings")).to_contain_text(CABINET)
    paper = theirs.request.get(f"{audit}/paper.pdf")
    assert paper.body().startswith(b"%PDF")
    assert CABINET in theirs.request.get(f"{audit}/paper.csv").text()


def write_a_method(page: Page) -> None:
    """A version with one more point is written and put before the technical director."""
    page.click("#do-begin")
    page.wait_for_url("**/audit-method/*")
    page.fill("textarea[name=ask-new-0]", ASKED)
    page.fill("textarea[name=how-new-0]", "Read when each was last up.")
    page.click("#do-write")
    page.wait_for_url("**done=*")
    expect(page.locator("#differences")).to_contain_text(ASKED)
    accessible(page)
    page.click("#do-ask")
    page.wait_for_url("**done=*")


def answer_every_point(page: Page) -> None:
    """Say of every point that waits that it is so."""
    for area in [one.get_attribute("id") or "" for one in page.locator("section[id^=area-]").all()]:
        left = page.locator(f"#{area} li[id^=point-]:not(:has(input:checked))")
        if not left.count():
            continue
        while left.count():
            left.first.locator("input[value=yes]").check()
        page.click(f"#{area} button[id^=save-]")
        page.wait_for_url(f"**done=saved**#{area}")


def judge_the_sample(page: Page) -> None:
    """Say by what each drawn rule and day is justified."""
    for place in range(page.locator("#sample li[id^=drawn-]").count()):
        drawn = page.locator(f"#drawn-{place}")
        if drawn.locator("input:checked").count():
            continue
        drawn.locator("input[value=justified]").check()
        drawn.locator(f"#why-{place}").fill("Its change is named, and its owner wants it.")
        drawn.locator(f"#judge-{place}").click()
        page.wait_for_url(f"**done=saved**#drawn-{place}")


def attach_a_scan(page: Page) -> None:
    """A scan from outside is attached and held against the configuration."""
    page.set_input_files("#file", {"name": "outside.xml", "mimeType": "text/xml", "buffer": nmap(("tcp", 443))})
    page.click("#do-attach")
    page.wait_for_url("**done=attached*")
    expect(page.locator("#files")).to_contain_text("outside.xml", timeout=TIMEOUT)


def raise_a_finding(page: Page) -> None:
    """What no point asks for becomes a finding too."""
    page.fill("#title", CABINET)
    page.select_option("#danger", "high")
    page.click("#do-find")
    page.wait_for_url("**done=*#findings")
    expect(page.locator("#findings")).to_contain_text(CABINET)


def sign(page: Page, sena: Authenticator) -> None:
    """Typed name, and the second factor where it was shown too long ago."""
    page.fill("#conclusion", CONCLUSION)
    page.fill("#sign #name", sena.name)
    page.click("#do-sign")
    page.wait_for_url(lambda url: "done=" in url or "step" in url)
    if page.locator("#code").count():
        page.fill("#code", sena.code())
        page.click("#confirm")
        page.wait_for_url("**done=*")
