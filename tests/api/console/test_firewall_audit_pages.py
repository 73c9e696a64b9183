"""The six-monthly audit through the door: the method written and approved, a device answered and scanned, signed; a finding mended. [FW-5]"""

import re
from typing import Any
from uuid import UUID

import pytest

from firewall_audit.audits import findings, gathering, readings
from kernel import clock
from policy import deadlines
from tests import world
from tests.changecontrol.builders import fresh
from tests.firewall_audit.audits.conftest import house  # noqa: F401 - a fixture
from tests.firewall_audit.audits.house import CONCLUSION, House, nmap
from tests.iam.conftest import auditor, hands  # noqa: F401 - fixtures

pytestmark = pytest.mark.needs("frontend")


def test_method_is_written_diffed_and_put_before_the_director(house: House, browser_of: Any) -> None:  # noqa: F811
    house.begin()
    house.officer = world.activated(role="security-officer")
    officer = browser_of(house.officer)
    path = officer.post("/firewalls/audit-method").headers["location"].partition("?")[0]
    page = officer.get(path).text
    sent = dict(re.findall(r'<textarea[^>]* name="((?:ask|how)-[a-z]+-\d+)"[^>]*>([^<]*)</textarea>', page))
    sent |= {
        "text": "A <b>shorter</b> method: each device, each point, a sample, and a scan from outside.", "tools": "nmap", "sample_rules": "3",
        "sample_days": "1", "ask-time-1": "", "area-new-0": "vpn", "ask-new-0": "Tunnels end by themselves.", "how-new-0": "Read the lifetime.",
    }  # fmt: skip
    assert officer.post(path, data=sent | {"sample_rules": "ten"}).status_code == 422
    assert officer.post(path, data=sent).status_code == 303
    page = officer.get(path).text
    assert "vpn-3 · Tunnels end by themselves." in page
    assert "A &lt;b&gt;shorter&lt;/b&gt; method" in page
    assert re.search(r'aria-label="went">-</span><div class="grow breaks">time-1', page)
    assert officer.post(f"{path}/ask").status_code == 303
    assert officer.post(path, data=sent).status_code == 422
    house.vote(f"audit-method:{path.rpartition('/')[2]}")
    assert readings.list_audits(fresh(house.officer)).method == 2


def test_audit_is_answered_scanned_and_signed_in_pages(house: House, browser_of: Any) -> None:  # noqa: F811
    officer = browser_of(world.activated(role="security-officer"))
    deadlines.sweep()
    assert 'id="waiting"' in officer.get("/firewalls/audits").text
    house.approve()
    gathering.run(clock.now())
    path = f"/firewalls/audits/{house.audit().id}"
    assert path in officer.get("/firewalls/audits").text
    device = f"/firewalls/audited/{house.audited().id}"
    assert device in officer.get(path).text
    early = officer.post(f"{path}/sign", data={"name": "Somebody", "conclusion": CONCLUSION})
    assert early.status_code == 422
    assert CONCLUSION in early.text, "what was typed stays"
    sent = {"answer-rules-1": "no", "words-rules-1": "", "answer-rules-2": "yes"}
    wrong = officer.post(f"{device}/answers/rules", data=sent)
    assert wrong.status_code == 422
    assert 'name="answer-rules-1" value="no" checked' in wrong.text, "what was chosen stays"
    assert officer.post(f"{device}/answers/rules", data=sent | {"words-rules-1": "No <i>owner</i>."}).status_code == 303
    assert "No &lt;i&gt;owner&lt;/i&gt;." in officer.get(device).text
    judged = {"answer": "justified", "words": "CHG-2026-0007"}
    assert officer.post(f"{device}/sample/0", data=judged | {"words": ""}).status_code == 422
    assert officer.post(f"{device}/sample/0", data=judged).status_code == 303
    for place in ("99", "-1", "٣"):
        assert officer.post(f"{device}/sample/{place}", data=judged).status_code in {404, 422}
    assert "Drawn again: the same rules" in officer.get(f"{device}/draw").text
    scan = {"file": ("dehors.xml", nmap(("tcp", 3306)), "text/xml")}
    assert officer.post(f"{device}/files", data={"zone": "internet"}, files=scan).status_code == 303
    assert "tcp/3306 MySQL" in officer.get(device).text
    broken = {"file": ("cut.xml", nmap(("tcp", 1))[:-30], "text/xml")}
    assert "no whole XML" in officer.post(f"{device}/files", files=broken).text
    (kept,) = re.findall(r'href="(/firewalls/audit-files/[^"]+)"', officer.get(device).text)
    assert officer.get(kept).headers["content-disposition"] == 'attachment; filename="dehors.xml"'
    csv = officer.get(f"{path}/paper.csv")
    assert "rules-1" in csv.text
    assert officer.get(f"{path}/paper.pdf").content.startswith(b"%PDF")


def test_audit_is_of_the_sites_that_the_method_names(house: House, browser_of: Any) -> None:  # noqa: F811
    here, there = world.site("natitingou"), world.site("kandi")
    house.begin()
    house.officer = world.activated(role="security-officer")
    officer = browser_of(house.officer)
    path = officer.post("/firewalls/audit-method").headers["location"].partition("?")[0]
    page = officer.get(path).text
    sent = dict(re.findall(r'<textarea[^>]* name="([a-z]+-[a-z]+-\d+|text|tools)"[^>]*>([^<]*)</textarea>', page))
    sent |= {"sample_rules": "3", "sample_days": "1", f"site-{here.removeprefix('site:')}": "on"}
    assert officer.post(path, data=sent | {"site-nowhere": "on"}).status_code == 404
    assert officer.post(path, data=sent).status_code == 303
    page = officer.get(path).text
    assert 'name="site-natitingou" value="on" checked' in page
    assert 'name="site-kandi" value="on">' in page
    made = readings.read_method(fresh(house.officer), UUID(path.rpartition("/")[2]))
    assert (made.sites, there in made.sites) == ([here], False)
    assert "→ Natitingou" in page


def test_finding_is_handed_to_another_owner_in_its_page(house: House, browser_of: Any) -> None:  # noqa: F811
    house.begin()
    officer, owner = world.activated(role="security-officer"), world.activated(role="network-engineer")
    findings.find(fresh(officer), house.audited().id, title="The cabinet stands open.", danger="high")
    (one,) = house.findings()
    path = f"/firewalls/audit-findings/{one.id}"
    browser = browser_of(officer)
    assert 'id="do-assign"' in browser.get(path).text
    wrong = browser.post(f"{path}/assign", data={"owner": "Nobody at all"})
    assert wrong.status_code == 422
    assert "Nobody at all" in wrong.text, "what was typed stays"
    assert browser.post(f"{path}/assign", data={"owner": owner.user_name}).status_code == 303
    assert house.findings()[0].owner_id == owner.id
    engineer = browser_of(owner)
    assert 'id="do-assign"' not in engineer.get(path).text
    assert engineer.post(f"{path}/assign", data={"owner": owner.user_name}).status_code in {403, 404}
    assert (
        browser_of(world.activated(role="auditor")).post(f"{path}/assign", data={"owner": owner.user_name}).status_code
        == 403
    )


def test_owner_answers_in_pages_and_the_auditor_verifies(house: House, browser_of: Any) -> None:  # noqa: F811
    house.begin()
    owner, second = world.activated(role="network-engineer"), world.activated(role="security-officer")
    device = f"/firewalls/audited/{house.audited().id}"
    officer = browser_of(second)
    assert officer.post(f"{device}/find", data={"title": "no", "danger": "high"}).status_code == 422
    sent = {"title": "The cabinet stands open.", "danger": "high"}
    assert officer.post(f"{device}/find", data=sent).status_code == 303
    (one,) = house.findings()
    path = f"/firewalls/audit-findings/{one.id}"
    engineer = browser_of(owner)
    assert engineer.get(device).status_code in {403, 404}
    assert engineer.get(path).status_code in {403, 404}, "it is another's"
    findings.assign(fresh(house.officer), one.id, owner_id=owner.id)
    assert path in engineer.get("/firewalls/audit-findings").text
    sent = {"response": "accepted", "words": "Until the new lock has come.", "until": "tomorrow"}
    again = engineer.post(f"{path}/answer", data=sent)
    assert again.status_code == 422
    assert sent["words"] in again.text, "what was typed stays"
    mended = {"response": "mended", "words": "It is locked since this morning.", "change": ""}
    assert engineer.post(f"{path}/answer", data=mended).status_code == 303
    assert engineer.post(f"{path}/verify", data={"words": "I verify it myself."}).status_code in {403, 404}
    officer = browser_of(second)
    assert officer.post(f"{path}/verify", data={"words": "I went there; it is locked."}).status_code == 303
    assert "I went there; it is locked." in officer.get(path).text
