"""Privilege for an hour: asked for an incident, approved, taken up, used, ended, reviewed by a third; and the break-glass of two keepers. [AC-5]"""

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.authenticator import Authenticator
from tests.journeys.browsing import Window
from tests.journeys.house import House
from tests.journeys.people import Arrival, Watch, arrive

pytestmark = [
    pytest.mark.needs("chromium", "frontend"), pytest.mark.xdist_group("journeys"), pytest.mark.slow, pytest.mark.timeout(240),
]  # fmt: skip
INCIDENT = "incident:IN-77"
REASON = "The night shift is two people short; one joins now."
DOCUMENT = "The directory did not answer. One account was suspended while it was checked and let in again by the operator on duty."
HEARD = 1500
"""Milliseconds. A process that vouches for a session from memory learns up to a second later that somebody changed it behind the house's back."""


def test_an_emergency_elevation_from_the_question_to_the_review(house: House, window) -> None:
    jean, sena = house.people["technical-director:Jean"], house.people["security-officer:Sena"]
    (bignon,) = arrive(house, Arrival("Bignon Dansou", {"it-admin": 0}, manager=jean.id, job="it administrator"))
    operators: Window = window()
    page = operators.sign_in(bignon, "/people")
    expect(page.locator("a[href='/people/new']")).to_have_count(0)
    ask(operators.go("/elevations"))
    approve(window(), jean, bignon)
    grow_stale(house, bignon)
    take_up(operators, bignon)
    newcomer = bring_somebody_in(operators)
    end(house, operators, bignon)
    review(house, window(), window(), jean, sena, bignon)
    assert [row[0] for row in house.rows("select status from person where id = %s", newcomer)] == ["joining"]


def ask(page: Page) -> None:
    page.select_option("#role", "privileged-operator")
    page.fill("#bound_to", INCIDENT)
    page.fill("#reason", REASON)
    page.select_option("#hours", "1")
    page.click("form[action='/elevations'] button[type=submit]")
    expect(page.locator("main")).to_contain_text("Waits for approval")


def approve(theirs: Window, jean: Authenticator, bignon: Authenticator) -> None:
    """The technical director finds it in his inbox, sees for whom, what and how long, and says yes."""
    page = theirs.sign_in(jean, "/approvals")
    page.click(f"tr:has-text('{bignon.name}') a")
    expect(page.locator("main")).to_contain_text(INCIDENT)
    expect(page.locator("main")).to_contain_text(REASON)
    page.click("#yes")
    page.wait_for_url("**done=answered*")


def grow_stale(house: House, who: Authenticator) -> None:
    """Let an hour pass since somebody showed the second factor, as far as their session tells."""
    with psycopg.connect(house.url) as owner:
        owner.execute("alter table session disable trigger user")
        owner.execute(
            "update session set factor_at = factor_at - interval '1 hour', version = version + 1 where person_id = %s and ended_at is null",
            [who.id],
        )
        for (name,) in owner.execute(
            "select tgname from pg_trigger where tgrelid = 'session'::regclass and not tgisinternal"
        ).fetchall():
            always = "always" if name in {"wall_stamp", "wall_entry"} else ""
            owner.execute(f"alter table session enable {always} trigger {name}")


def take_up(mine: Window, bignon: Authenticator) -> None:
    """The house wants the code again before the role begins."""
    page = mine.go("/elevations")
    expect(page.locator("main")).to_contain_text("Approved")
    page.wait_for_timeout(HEARD)
    page.click("form[action$='/take-up'] button")
    page.wait_for_selector("#code")
    page.fill("#code", bignon.code())
    page.click("#confirm")
    page.wait_for_url("**/elevations*")
    page.click("form[action$='/take-up'] button")
    expect(page.locator("main")).to_contain_text("Active")


def bring_somebody_in(mine: Window) -> str:
    """What nobody may for good: bring a person in. Returns their id."""
    page = mine.go("/people")
    for _ in range(20):  # another process hears of it up to a second later, and an open page keeps what it shows
        if page.locator("a[href='/people/new']").count():
            break
        page.wait_for_timeout(250)
        page.reload()
    page.click("a[href='/people/new']")
    fill_in(page, "Dossi", "dossi.agbo@people.example", "+2290195777001")
    page.click("main form button[type=submit]")
    page.wait_for_url("**done=added*")
    return page.url.rpartition("/")[2].partition("?")[0]


def fill_in(page: Page, given_name: str, email: str, phone: str) -> None:
    page.fill("#given_name", given_name)
    page.fill("#family_name", "Agbo")
    page.fill("#email", email)
    page.fill("#phone", phone)


def end(house: House, mine: Window, bignon: Authenticator) -> None:
    """Its end is at once: no request begun a second later is served, and a form that stands open says so by itself."""
    form = mine.context.new_page()
    form.goto("/people/new")
    fill_in(form, "Late", "late.comer@people.example", "+2290195777002")
    typed = form.evaluate("Object.fromEntries(new FormData(document.querySelector('main form')))")
    page = mine.go("/elevations")
    with Watch(house, mine, "/people", offers="/people/new") as watch:
        page.click("form[action$='/end'] button")
        watch.sees_the_end("select 1 from elevation where person_id = %s and state = 'ended'", bignon.id)
    expect(page.locator("main")).to_contain_text("To be reviewed")
    late = form.request.post(
        "/people/new", form=typed, headers={"sec-fetch-site": "same-origin", "origin": house.address}
    )
    assert late.status == 403
    assert "not open to you" in late.text()
    expect(form.locator("main")).to_contain_text("not open to you", timeout=30_000)
    assert house.rows("select 1 from person where given_name = 'Late'") == []
    form.close()


def review(
    house: House, approvers: Window, reviewers: Window, jean: Authenticator, sena: Authenticator, bignon: Authenticator
) -> None:
    """Who approved it cannot review it; another sees everything that was done and says what she thinks."""
    page = approvers.sign_in(jean, "/elevations")
    page.click(f"a[data-row]:has-text('{bignon.name}')")
    expect(page.locator(".story")).to_contain_text("Dossi Agbo")
    expect(page.locator(".notice")).to_be_visible()
    expect(page.locator("button[value=in-order]")).to_have_count(0)
    page = reviewers.sign_in(sena, "/elevations")
    page.click(f"a[data-row]:has-text('{bignon.name}')")
    expect(page.locator(".story")).to_contain_text("Dossi Agbo")
    page.fill("#remark", "Seen: one person brought in, as the incident asked.")
    page.click("button[value=in-order]")
    page.wait_for_url("**/elevations?done*")
    ((state, reviewer),) = house.rows("select state, reviewed_by from elevation where person_id = %s", bignon.id)
    assert (state, str(reviewer)) == ("reviewed", sena.id)


def test_the_break_glass_of_two_keepers_and_the_next_one_only_after_its_documentation(house: House, window) -> None:
    jean, sena = house.people["technical-director:Jean"], house.people["security-officer:Sena"]
    koffi, cica = arrive(
        house, Arrival("Koffi Houénou", {"it-admin": 0}, manager=jean.id, job="it administrator"),
        Arrival("Cica Dah", {"agent": 0}, comes_in=False),
    )  # fmt: skip
    first, second, mine = window(), window(), window()
    page = first.sign_in(jean, "/break-glass")
    turn_the_first_key(page, koffi)
    other = second.sign_in(sena, "/break-glass")
    expect(page.locator("form[action$='/confirm']")).to_have_count(0)
    other.click("form[action$='/confirm'] button")
    inside = mine.sign_in(koffi, "/break-glass")
    expect(inside.locator("main")).to_contain_text("Emergency operator")
    work_in_an_emergency(mine, cica)
    close(house, mine, koffi, cica)
    nobody_opens_the_next_one(house, page)
    inside.goto("/break-glass")
    inside.fill("#document", DOCUMENT)
    inside.click("form[action$='/document'] button")
    expect(inside.locator("main")).to_contain_text("Documented")
    page.goto("/break-glass")
    expect(page.locator("form[action='/break-glass']")).to_be_visible()


def turn_the_first_key(page: Page, koffi: Authenticator) -> None:
    page.fill("#who", koffi.user_name)
    page.fill("#bound_to", "incident:IN-78")
    page.fill("#reason", "The directory does not answer and nobody can be let in.")
    page.click("form[action='/break-glass'] button[type=submit]")
    page.wait_for_url("**/break-glass?done*")


def work_in_an_emergency(mine: Window, cica: Authenticator) -> None:
    """He lets somebody in again, which is nobody's for good, and suspends her anew."""
    page = mine.page
    for name in ("suspend", "reactivate", "suspend"):
        page.goto(f"/people/{cica.id}")
        page.click(
            f"#do-{1 + page.locator('dialog form').evaluate_all('(all, name) => all.findIndex((one) => one.action.endsWith(name))', f'/{name}')}"
        )
        page.click(f"dialog[open] form[action$='/{name}'] button[type=submit]")
        page.wait_for_url("**done=done*")


def close(house: House, mine: Window, koffi: Authenticator, cica: Authenticator) -> None:
    """Its end is at once too, and its documentation is due within a day."""
    page = mine.go("/break-glass")
    with Watch(house, mine, f"/people/{cica.id}", offers="/reactivate") as watch:
        page.click("form[action$='/end'] button")
        watch.sees_the_end("select 1 from break_glass where person_id = %s and state = 'closed'", koffi.id)
    expect(page.locator("main")).to_contain_text("Documentation is missing")
    ((due,),) = house.rows(
        "select d.due_at - g.opened_at < interval '24 hours 1 minute' from duty d join break_glass g on d.about_ref = 'break-glass:' || g.id "
        "where g.person_id = %s and d.rule = 'break-glass-documentation' and d.state = 'open'", koffi.id,
    )  # fmt: skip
    assert due


def nobody_opens_the_next_one(house: House, page: Page) -> None:
    """The page says so, and the house refuses who asks all the same."""
    page.goto("/break-glass")
    expect(page.locator("form[action='/break-glass']")).to_have_count(0)
    expect(page.locator("#blocked")).to_be_visible()
    again = {
        "who": "fatou.diallo",
        "role": "emergency-operator",
        "bound_to": "incident:IN-79",
        "reason": "Once more, and at once.",
    }
    answer = page.request.post("/break-glass", form=again, headers={"sec-fetch-site": "same-origin"})
    assert answer.status == 422
    assert house.rows("select 1 from break_glass where bound_to = 'incident:IN-79'") == []
