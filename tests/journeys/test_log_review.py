"""The weekly review of the firewall logs, whole: lines by wire and by file, every finding answered, the sample, the signature, the director, the auditor. [FW-3, FW-4]"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsing import TIMEOUT, Window
from tests.journeys.firewalls import INSIDE, WEB, Wire, accessible, last_week, let_pass, line, register, wired
from tests.journeys.house import House, until
from tests.journeys.newcomers import english
from tests.journeys.test_elevation import grow_stale

pytestmark = [
    pytest.mark.needs("chromium", "frontend", "node"), pytest.mark.xdist_group("journeys"), pytest.mark.slow, pytest.mark.timeout(300),
]  # fmt: skip
OFFICER, DIRECTOR, AUDITOR = "security-officer:Sena", "technical-director:Jean", "auditor:Edem"
ADDRESS = "127.0.1.11"
SLUG, NAME = "edge-parakou", "Edge of Parakou"
SCANNER, COMMAND = "203.0.113.211", "198.51.100.11"
VISITS = 40_000
"""Lines of the file, most of them visitors; enough to be sent in several parts and to be watched while it is read."""
REASON = "The house's own test of its edge, ordered from outside"
CONCLUSION = (
    "Looked at all findings of the week and at the sample. One scan and one host that calls out; both are dealt with."
)
ANSWER = "The host is taken off the network today; the engineer looks at what it ran."
FINDINGS = "#findings tbody tr"


@pytest.fixture(scope="module")
def wire(house: House) -> Iterator[Wire]:
    with wired(house) as made:
        yield made


def test_a_week_of_lines_is_reviewed_signed_answered_and_read(house: House, wire: Wire, window, tmp_path: Path) -> None:
    officers: Window = english(window())
    page = officers.sign_in(house.people[OFFICER], "/firewalls")
    review = opened_by_itself(house)
    by_wire(wire)
    device = out_of_the_strangers(house, page)
    by_file(house, page, device, tmp_path)
    missed(house, review)

    page.goto(f"/firewalls/reviews/{review}")
    until(lambda: rests_on(house, review) == VISITS + 300, "the review to rest on the new lines", 150)
    the_page_says_what_there_is(page)
    dispose_of_all(house, page, review)
    check_the_sample(page)
    sign(house, officers, review)
    the_director_answers(house, english(window()))
    the_auditor_takes_it_along(house, english(window()), review)


def opened_by_itself(house: House) -> str:
    """The duty of the week that began opened the review of the week before."""
    found: list[tuple[str]] = []

    def there() -> bool:
        found[:] = house.rows(
            "select r.id::text from log_review r join duty d on d.id = r.duty_id where d.rule = 'firewall-log-review' and r.since = %s",
            last_week(),
        )
        return bool(found)

    until(there, "the review of last week", 60)
    return found[0][0]


def by_wire(wire: Wire) -> None:
    """A scan of last Tuesday comes late by syslog, from a firewall whose line was down, and which is not on the register."""
    scan = last_week() + timedelta(days=1, hours=3)
    sent = [line(scan + timedelta(seconds=n // 6), SCANNER, 1 + n, n=n) for n in range(300)]
    assert wire.send(ADDRESS, sent) == 300


def out_of_the_strangers(house: House, page: Page) -> str:
    """The officer finds the sender among the strangers and puts the firewall on the register: its lines are taken in. Returns its id."""
    until(
        lambda: house.rows("select 1 from unknown_sender where sender = %s and lines = 300", ADDRESS) != [],
        "the stranger to be counted",
        30,
    )
    page.goto("/firewalls")
    expect(page.locator("#strangers")).to_contain_text(ADDRESS)
    device = register(page, SLUG, NAME, ADDRESS, house.people["it-admin:Fatou"].user_name)
    until(lambda: taken(house, device) == 300, "the lines to be taken in", 90)
    page.goto("/firewalls")
    expect(page.locator("#strangers")).not_to_contain_text(ADDRESS)
    return device


def taken(house: House, device: str) -> int:
    """Tell how many lines of a device came by syslog and are on record."""
    ((lines,),) = house.rows(
        "select coalesce(sum(lines), 0) from log_batch where device_id = %s and source = 'syslog'", device
    )
    return int(lines)


def by_file(house: House, page: Page, device: str, folder: Path) -> None:
    """The rest of the week comes as a file, in parts; the page tells how far it is, and what came of it."""
    path = folder / "parakou.log"
    path.write_bytes(b"".join(row + b"\n" for row in week()))
    page.goto(f"/firewalls/{device}/uploads")
    page.set_input_files("#file", path)
    expect(page.locator("#upload-preview")).to_contain_text("reads", timeout=TIMEOUT)
    page.click("#upload-send")
    page.wait_for_url("**/firewalls/uploads/*")
    expect(page.locator("#standing")).to_contain_text("40,000", timeout=90_000)
    expect(page.locator("#standing progress")).to_have_count(0, timeout=90_000)
    accessible(page)


def week() -> Iterator[bytes]:
    """A host inside that calls out every five minutes; visitors of the web site."""
    begin = last_week()
    knocks = 7 * 288
    for n in range(VISITS):
        at = begin + timedelta(seconds=n * 7 * 86_400 / VISITS)
        if n < knocks:
            yield line(begin + timedelta(minutes=5 * n), INSIDE, 8443, n=n, dst=COMMAND, into="eth1", out="eth0")
        else:
            yield line(at, f"198.51.100.{20 + n % 200}", 443, n=n, dst=WEB, prefix="FW-ACCEPT", out="eth2")


def missed(house: House, review: str) -> None:
    """The day by which it is due goes by: the technical director finds it in his list."""
    ((duty,),) = house.rows("select duty_id::text from log_review where id = %s", review)
    let_pass(house, "duty", "due_at", duty)
    until(lambda: house.rows("select 1 from duty d join log_review r on r.duty_id = d.id where r.id = %s and d.fired_at is not null", review) != [],
          "the duty to be marked late", 60)  # fmt: skip


def rests_on(house: House, review: str) -> int:
    ((inputs,),) = house.rows("select inputs from log_review where id = %s", review)
    return sum(one["rows"] for one in inputs if one["device"] == SLUG)


def the_page_says_what_there_is(page: Page) -> None:
    """Everything of the week on one page: what came from which device, what was found in it, what nobody has answered."""
    page.reload()
    expect(page.locator("#inputs")).to_contain_text(SLUG)
    for words in (f"{SCANNER} tried", f"{INSIDE} calls {COMMAND}"):
        expect(page.locator(FINDINGS, has_text=words)).to_contain_text("needs an answer")
    expect(page.locator("#missing")).to_contain_text("have no answer yet")
    accessible(page)


def dispose_of_all(house: House, page: Page, review: str) -> None:
    """By keyboard to the gravest one; each kind of answer once; what needs one has one in the end."""
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/firewalls/findings/*")
    expect(page.locator("#lines li").first).to_contain_text("SRC=")
    accessible(page)
    incident = reported(house, page)
    page.goto(f"/firewalls/reviews/{review}")
    answer(page, f"{INSIDE} calls {COMMAND}", "incident", "The host is in strange hands", incident=incident)
    answer(page, "203.0.113.66 tried", "escalated", "It looked at everything that stands open")
    until_day = f"{last_week() + timedelta(days=60):%Y-%m-%d}"
    answer(page, f"{SCANNER} tried", "accepted", REASON, until=until_day)
    open_rows = page.locator(FINDINGS, has_text="needs an answer")
    for _ in range(20):
        if open_rows.count() == 0:
            break
        answer(page, open_rows.first.locator("a").inner_text(), "explained", "Known to the engineer, and without harm")
    expect(page.locator("#missing")).to_contain_text("lines of the sample")


def reported(house: House, page: Page) -> str:
    """The officer reports a breach, which is a case that stands open. Returns its reference."""
    page.goto("/report")
    page.fill("#told", f"A host of {NAME} calls out every five minutes.")
    page.click("main form button[type=submit]")
    page.wait_for_url("**done=reported*")
    ((number,),) = house.rows(
        "select id::text from breach_report where told like %s order by id desc limit 1", f"%{NAME}%"
    )
    return f"breach-report:{number}"


def answer(page: Page, title: str, kind: str, remark: str, **more: str) -> None:
    """Open a finding from the review, say what it is, and be back on the review with the answer beside it."""
    row = page.locator(FINDINGS, has_text=title)
    number = str(row.first.get_attribute("id"))
    row.first.locator("a").click()
    page.check(f"#answer input[value={kind}]")
    page.fill("#remark", remark)
    for field, words in more.items():
        page.fill(f"#{field}", words)
    page.click("#do-answer")
    page.wait_for_url("**/firewalls/reviews/*done=done*")
    expect(page.locator(f"#{number}")).not_to_contain_text("needs an answer")


def check_the_sample(page: Page) -> None:
    """By keyboard: every line was read rightly, but for the first, of which the officer says what was wrong."""
    rows = page.locator("#sample tr[data-item]")
    expect(rows).to_have_count(8)
    rows.first.focus()
    page.keyboard.press("n")
    page.keyboard.type("The port was read wrongly, or so it seems")
    page.keyboard.press("Enter")
    expect(rows.first).to_contain_text("Read wrongly", timeout=TIMEOUT)
    for _ in range(7):
        page.keyboard.press("y")
    expect(page.locator("#sample tr[data-item=decided]")).to_have_count(8, timeout=TIMEOUT)
    page.reload()
    expect(page.locator("#missing")).to_have_count(0)


def sign(house: House, officers: Window, review: str) -> None:
    """Her second factor is an hour old, so it is asked for again; another name is refused; then the review stays as it is."""
    sena, page = house.people[OFFICER], officers.page
    page.fill("#conclusion", CONCLUSION)
    page.fill("#name", "Somebody Else")
    page.click("#do-sign")
    expect(page.locator("main")).to_contain_text("signed with one's own name")
    expect(page.locator("#conclusion")).to_have_value(CONCLUSION)
    grow_stale(house, sena)
    page.fill("#name", sena.name)
    page.click("#do-sign")
    page.fill("#code", sena.code())
    page.click("#confirm")
    page.wait_for_url(f"**/firewalls/reviews/{review}*")
    page.fill("#conclusion", CONCLUSION)
    page.fill("#name", sena.name)
    page.click("#do-sign")
    expect(page.locator("#signed")).to_contain_text(CONCLUSION, timeout=TIMEOUT)
    expect(page.locator("#do-sign")).to_have_count(0)
    ((signer, late),) = house.rows(
        "select r.signed_by::text, r.signed_at > d.due_at from log_review r join duty d on d.id = r.duty_id where r.id = %s and d.state = 'fulfilled'",
        review,
    )
    assert (signer, late) == (sena.id, True)


def the_director_answers(house: House, directors: Window) -> None:
    """What she put upwards has its day; he finds it, reads the lines, and answers."""
    page = directors.sign_in(house.people[DIRECTOR], "/firewalls/reports")
    row = page.locator("tbody tr", has_text="203.0.113.66 tried")
    expect(row).to_contain_text("Waits for an answer")
    ((days,),) = house.rows(
        "select extract(day from d.due_at - r.reported_at)::int from finding_report r join duty d on d.about_ref = 'finding-report:' || r.id where r.why = 'escalated' and r.state = 'open'"
    )
    assert days == 3
    row.locator("a").click()
    expect(page.locator("#lines li").first).to_contain_text("SRC=203.0.113.66")
    accessible(page)
    page.fill("#answer", ANSWER)
    page.click("#do-answer")
    page.wait_for_url("**done=answered*")
    expect(page.locator("tbody tr", has_text="203.0.113.66 tried")).to_contain_text("Answered")


def the_auditor_takes_it_along(house: House, auditors: Window, review: str) -> None:
    """He reads it and changes nothing; the PDF and the CSV hold findings, words and signature."""
    page = auditors.sign_in(house.people[AUDITOR], "/firewalls/reviews")
    page.click(f"#review-{review} a")
    expect(page.locator("#signed")).to_contain_text(house.people[OFFICER].name)
    expect(page.locator("#do-sign")).to_have_count(0)
    with page.expect_download() as pdf:
        page.click("a[href$='paper.pdf']")
    assert Path(pdf.value.path()).read_bytes().startswith(b"%PDF-")
    with page.expect_download() as csv:
        page.click("a[href$='paper.csv']")
    told = Path(csv.value.path()).read_text("utf-8-sig")
    assert all(words in told for words in (REASON, SCANNER, "Reported upwards", "Incident")), told
    told = "\n".join(house.letters(house.people[DIRECTOR].email))
    assert "FW-3" in told, "the director was told that the week's review was late"
