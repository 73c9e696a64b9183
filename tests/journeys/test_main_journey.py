"""The main job, from the first letter to the auditor's proof, as it is seen in browsers and heard on the telephone.

[ID-1, ID-5, OC-1, OC-2, OC-3, OC-5, OC-13, OC-14]
"""

import re
import time
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import expect

from tests.contactcenter.voice.test_ari import loudness
from tests.journeys.authenticator import Authenticator
from tests.journeys.browsing import Window
from tests.journeys.house import House, until

pytestmark = [
    pytest.mark.needs("chromium", "asterisk", "sipp", "frontend"), pytest.mark.xdist_group("journeys"), pytest.mark.slow, pytest.mark.timeout(240),
]  # fmt: skip
PASSWORD = "Baobab-Lagune-42-Zem"
CALLER = "+22997001122"


def test_from_the_first_letter_to_the_auditors_proof(house: House, window, network, tmp_path: Path) -> None:
    abla = house.people["newcomer:Abla"]
    mine: Window = window()
    activate(house, mine, abla)
    sign_out_and_in_again(mine, abla)
    chat = answer_a_chat(mine, window())
    call = answer_a_call(house, mine, network)
    find_it_all_on_the_ledger(house, window(), abla, chat, call)
    verify_offline(house, tmp_path)
    change_one_byte(house, chat)


def activate(house: House, mine: Window, abla: Authenticator) -> None:
    """From the two letters to a password, a paired authenticator, recovery codes and the desk."""
    until(lambda: len(house.letters(abla.email)) == len(house.letters(abla.phone)) == 1, "the two letters")
    (mail,), (text,) = house.letters(abla.email), house.letters(abla.phone)
    (user_name,) = re.findall(r"user id is: (\S+)", mail)
    (code,) = re.findall(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", text)
    assert code not in mail
    assert user_name not in text

    page = mine.go("/activate")
    page.fill("#user_name", user_name)
    page.fill("#activation_code", code)
    page.keyboard.press("Enter")
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.keyboard.press("Enter")
    page.click("text=I cannot scan it")
    abla.user_name, abla.password = user_name, PASSWORD
    abla.secret = page.inner_text("#secret").replace(" ", "")
    page.fill("#code", abla.code())
    page.click("#confirm")
    expect(page.locator("#codes li")).to_have_count(10)
    page.click("#kept")
    page.wait_for_selector("#name-menu")


def sign_out_and_in_again(mine: Window, abla: Authenticator) -> None:
    mine.page.click("#name-menu summary")
    mine.page.click("text=Sign out")
    mine.page.wait_for_selector("#user_name")
    mine.sign_in(abla, "/desk")


def answer_a_chat(mine: Window, theirs: Window) -> str:
    """The agent goes ready, a visitor writes; both see what the other says at once. Returns the conversation's id."""
    page, visitor = mine.page, theirs.go("/chat")
    page.click("#desk-ready")
    mine.shows("#agent-state", "Ready")
    visitor.fill("#name", "Sènan")
    visitor.fill("#text", "Hello, my line has been down since this morning.")
    visitor.press("#text", "Enter")
    page.click("#accept")
    mine.shows("#messages", "down since this morning")
    page.fill("#text", "Hello Sènan, I am looking at your line now.")
    page.press("#text", "Enter")
    asked = time.monotonic()
    theirs.shows("#log", "I am looking at your line")
    visitor.fill("#text", "Thank you!")
    visitor.press("#text", "Enter")
    mine.shows("#messages", "Thank you!")
    assert time.monotonic() - asked < 8, "both see what the other writes at once"
    theirs.shows("#presence", "Abla")
    talk = page.url.rpartition("/")[2].partition("?")[0]

    page.click("#end")
    page.check("#ending label:has-text('Solved') input")
    page.click("#end-confirm")
    theirs.shows("#presence", "over")
    expect(page.locator("#end")).to_have_count(0)
    page.click("#side a[href='/desk']")
    page.wait_for_selector("#idle")
    return talk


def answer_a_call(house: House, mine: Window, network) -> str:
    """A caller dials, chooses his language, waits with music, is answered by one key, heard and recorded."""
    page = mine.page
    mine.stands("idle")
    caller = network.call(number=CALLER, called="1000")
    until(lambda: caller.handset.packets > 50, "the greeting")
    choose(house, caller, "2")
    mine.stands("ringing")
    mine.shows("#phone-facts", "Care calls")
    assert CALLER[4:] not in page.inner_text("#phone"), "the number stays masked"
    page.keyboard.press("a")
    mine.stands("connected")
    began, before = time.monotonic(), mine.heard()
    time.sleep(3)
    after = mine.heard()
    assert after["bytes"] - before["bytes"] > 10_000, "the agent hears the caller"
    assert after["energy"] > before["energy"]
    assert caller.handset.loudness(began) > 100, "the caller hears the agent"
    assert caller.handset.longest_silence(began, time.monotonic()) < 2.0

    page.keyboard.press("h")
    mine.stands("wrap-up")
    mine.shows("#agent-state", "Wrap-up")
    assert caller.wait() == 0
    page.select_option("#phone-disposition", label="To be called back")
    page.click("#phone-finish")
    mine.shows("#agent-state", "Ready")
    ((talk, recording),) = house.rows("select conversation_id, recording from call order by arrived_at desc limit 1")
    until((house.state / "recordings" / f"{recording}.wav").exists, "the recording")
    assert loudness(house.state / "recordings" / f"{recording}.wav") > 500, "the recording is not silence"
    return str(talk)


def choose(house: House, caller, digit: str) -> None:
    """Press a key until the language is chosen and the caller waits."""

    def chosen() -> bool:
        caller.handset.press(digit)
        return house.rows("select 1 from call where phase <> 'greeting' and phase <> 'ended'") != []

    until(chosen, "the caller to wait in the queue", 20)


def find_it_all_on_the_ledger(house: House, auditors: Window, abla: Authenticator, chat: str, call: str) -> None:
    """The auditor finds each step, opens one, and sees its proof."""
    page = auditors.sign_in(house.people["auditor:Edem"], "/ledger")
    (account,) = house.rows("select id from account where name = %s", abla.user_name)[0]
    steps = {
        f"account:{account}": ["activation.password", "activation.finish", "sign-in.factor"],
        f"conversation:{chat}": ["conversation.accept", "conversation.reply", "conversation.close"],
        f"conversation:{call}": ["call.choose-language", "call.queue", "call.connect", "call.record-start",
                                 "call.record-stop", "call.end", "disposition.set"],
    }  # fmt: skip
    for thing, wanted in steps.items():
        for action in wanted:
            page.goto(f"/ledger?q={thing}&action={action}")
            expect(page.locator(".story-link").first).to_be_visible()
    page.goto("/ledger")
    page.fill("#actor", abla.name)
    page.fill("#action", "agent.ready")
    page.click("main button[type=submit]")
    expect(page.locator(".story-link").first).to_be_visible()
    page.goto(f"/ledger?q=conversation:{chat}&action=conversation.close")
    page.locator(".story-link").first.click()
    page.wait_for_selector("#proof .proof-ok")
    auditors.shows("main", abla.name)
    with page.expect_download() as taken:
        page.click("#proof a[download]")
    assert "c2sp.org/tlog-proof" in Path(taken.value.path()).read_text()


def verify_offline(house: House, folder: Path) -> None:
    """The ledger is taken away and verified where nothing is known but the log's public key."""
    vkey = (house.state / "keys" / "ledger.vkey").read_text().strip()
    house.omniwarden("ledger", "export", str(folder / "ledger"))
    told = house.omniwarden("ledger", "verify", "--export", str(folder / "ledger"), "--vkey", vkey, offline=True)
    assert "everything is as it was signed" in told.stdout
    assert "everything is as it was signed" in house.omniwarden("ledger", "verify").stdout


def change_one_byte(house: House, chat: str) -> None:
    """Whoever owns the database changes one byte of an entry: its guards have to be taken down, and still it is found and named."""
    entry = next(one for one in house.entries(f"conversation:{chat}") if one["action"] == "conversation.close")
    flip = "update ledger.entry set body = set_byte(body, 200, get_byte(body, 200) # 1) where id = %s"
    ((table,),) = house.rows("select tableoid::regclass::text from ledger.entry where id = %s", entry["entry"])
    with psycopg.connect(house.url, autocommit=True) as owner:
        with pytest.raises(psycopg.DatabaseError, match="the ledger only grows"):
            owner.execute(flip, [entry["entry"]])
        owner.execute(f"alter table {table} disable trigger all")
        owner.execute(flip, [entry["entry"]])
        told = house.omniwarden("ledger", "verify", check=False)
        owner.execute(flip, [entry["entry"]])
    assert told.returncode == 1, told.stdout
    assert f"(entry {entry['entry']})" in told.stdout.splitlines()[0]
