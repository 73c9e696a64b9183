"""A firewall's configuration as it is against what was approved, and the alarms of its lines, seen at the officer's screen as they come. [FW-2, FW-6]"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.authenticator import Authenticator
from tests.journeys.browsing import TIMEOUT, Window
from tests.journeys.firewalls import Wire, accessible, let_pass, line, register, wired
from tests.journeys.house import House, until
from tests.journeys.newcomers import english
from tests.journeys.people import Arrival, arrive
from tests.journeys.test_change import press

pytestmark = [
    pytest.mark.needs("chromium", "frontend", "node"), pytest.mark.xdist_group("journeys"), pytest.mark.slow, pytest.mark.timeout(300),
]  # fmt: skip
OFFICER, DIRECTOR, OPERATIONS = "security-officer:Sena", "technical-director:Jean", "customer-operations-director:Afi"
ADDRESS = "127.0.1.28"
SLUG, NAME = "edge-natitingou8", "Edge of Natitingou"
APPROVED, WEB, DATABASE = (
    "-A FORWARD -i eth0 -p tcp -d 192.0.2.20/32 --dport 22 -j DROP", "-A FORWARD -i eth0 -p tcp -d 192.0.2.20/32 --dport 443 -j ACCEPT",
    "-A FORWARD -i eth0 -p tcp -d 10.20.0.5/32 --dport 3306 -j ACCEPT",
)  # fmt: skip
INTRUDER, INNER = "203.0.113.177", "10.20.0.5"


@pytest.fixture(scope="module")
def wire(house: House) -> Iterator[Wire]:
    with wired(house) as made:
        yield made


def saved(*rules: str) -> bytes:
    """A firewall's rules as `iptables-save` writes them."""
    lines = "\n".join(rules)
    return f"*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n{lines}\nCOMMIT\n".encode()


def test_a_rule_that_nobody_approved_rings_and_one_that_was_does_not(house: House, window) -> None:
    jean = house.people[DIRECTOR]
    (odile,) = arrive(
        house, Arrival("Odile Tossouy", {"network-engineer": 0, "it-admin": 0}, manager=jean.id, job="network engineer")
    )
    engineers, officers = english(window()), english(window())
    page = engineers.sign_in(odile, "/firewalls")
    device = register(page, SLUG, NAME, ADDRESS, odile.user_name)
    hand_in(page, device, APPROVED)
    approve_first(english(window()), jean, device)
    screen = officers.sign_in(house.people[OFFICER], "/firewalls/alarms")

    told = begun(house, odile, jean)
    hand_in(page, device, APPROVED, WEB)
    expect(page.locator("#applied")).to_contain_text(told["number"])
    expect(page.locator("#applied")).to_contain_text("--dport 443")
    accessible(page)
    page.goto(f"/firewalls/drift?show=changes&device={SLUG}")
    expect(page.locator("main tbody tr", has_text=told["number"])).to_contain_text("approved", ignore_case=True)
    assert alarms(house) == []
    row = screen.locator("#alarms tbody tr", has_text=SLUG)
    expect(row).to_have_count(0)

    finish(page, told["change"])
    hand_in(page, device, APPROVED, WEB, DATABASE)
    expect(row).to_contain_text("changed without approval", timeout=TIMEOUT)
    expect(screen.locator("#alarm-banner a")).to_be_visible()
    screen.goto("/firewalls/drift")
    unapproved = screen.locator("main tbody tr", has_text=NAME)
    expect(unapproved).to_contain_text("3306")
    accessible(screen)
    unapproved.locator("a", has_text="Difference").click()
    expect(screen.locator("main")).to_contain_text("10.20.0.5")
    accessible(screen)


def hand_in(page: Page, device: str, *rules: str) -> None:
    """Hand the configuration in as it is now."""
    page.goto(f"/firewalls/configurations/{device}")
    page.set_input_files("#file", {"name": "rules.v4", "mimeType": "text/plain", "buffer": saved(*rules)})
    page.click("#hand-in button[type=submit]")
    page.wait_for_url("**done=*")


def approve_first(directors: Window, jean: Authenticator, device: str) -> None:
    """The technical director says of the first version that it is as it should be."""
    page = directors.sign_in(jean, f"/firewalls/configurations/{device}")
    page.click("main tbody a[data-row]")
    page.click("button[commandfor=approve]")
    page.click("#approve button[type=submit]")
    page.wait_for_url("**done=*")


def begun(house: House, odile: Authenticator, jean: Authenticator) -> dict[str, str]:
    """A change of this firewall is authorised, and its window is open. Returns its id and number."""
    told = {
        "engineer": odile.id,
        "directors": [jean.id, house.people[OPERATIONS].id],
        "thing": f"device:{SLUG}",
        "rules": f"+ {WEB}",
    }
    said = house.command(sys.executable, "-m", "tests.journeys.firewall_changes", json.dumps(told)).stdout
    found: dict[str, str] = json.loads(said)
    return found


def finish(page: Page, change: str) -> None:
    """The engineer says that the change is done: what comes from now on is none of it."""
    page.goto(f"/changes/{change}")
    press(page, "finish", "The rule is in place, and the site answers.")


def alarms(house: House) -> list[tuple[str, str]]:
    """The alarms about this firewall: kind and state."""
    return house.rows("select kind, state from alarm where device = %s order by id", SLUG)


def test_a_line_on_the_wire_rings_is_passed_on_and_taken_on(house: House, wire: Wire, window) -> None:
    officers: Window = english(window())
    page = officers.sign_in(house.people[OFFICER], "/firewalls/alarms")
    known = {row[0] for row in house.rows("select id::text from alarm")}
    now = datetime.now(UTC)
    until(lambda: wired_up(house), "the receiver to know the firewall", 40)
    wire.send(ADDRESS, [line(now, INTRUDER, 3306, dst=INNER, prefix="FW-ACCEPT", out="eth1")])
    row = page.locator("#alarms tbody tr", has_text=INTRUDER)
    expect(row).to_contain_text("Dangerous", timeout=TIMEOUT)
    ((alarm,),) = house.rows(
        "select id::text from alarm where about like %s and not id::text = any(%s)", f"%{INTRUDER}%", list(known)
    )

    pass_on(house, alarm)
    row.locator("a").click()
    expect(page.locator("#lines")).to_contain_text(f"SRC={INTRUDER} DST={INNER}")
    expect(page.locator("#told tbody tr").nth(1)).to_be_visible(timeout=TIMEOUT)
    accessible(page)
    page.keyboard.press("a")
    page.wait_for_url("**done=*")
    expect(page.locator("main")).to_contain_text("Taken on by")
    page.check("#close input[value=benign]")
    page.fill("#words", "A test of the engineer, announced by telephone.")
    page.click("#do-close")
    page.wait_for_url("**done=*")
    assert house.rows("select state, disposition from alarm where id = %s", alarm) == [("closed", "benign")]
    steps = [one["action"] for one in house.entries(f"alarm:{alarm}") if one["outcome"] == "done"]
    assert {"alarm.escalate", "alarm.acknowledge", "alarm.close"} <= set(steps), steps


def wired_up(house: House) -> bool:
    """The receiver has the firewall's address from the register."""
    file = house.state / "firewall" / "spool" / "senders.json"
    return file.exists() and ADDRESS in file.read_text()


def pass_on(house: House, alarm: str) -> None:
    """Nobody has answered within the time that the book gives: the next are told."""
    ((step,),) = house.rows("select step from alarm where id = %s", alarm)
    let_pass(house, "alarm", "next_at", alarm)
    until(
        lambda: house.rows("select 1 from alarm where id = %s and step > %s", alarm, step) != [],
        "the next to be told",
        40,
    )
