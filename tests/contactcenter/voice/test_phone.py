"""The browser telephone, in a real Chromium: registers through our own door, rings, speaks both ways, ends with its session. [OC-3]"""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Page, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from api import phone as door
from api.errors import answer_error
from contactcenter import agents
from contactcenter.voice import recordings
from kernel.actor import NOBODY, Actor
from kernel.errors import OmniError
from tests.contactcenter.voice.house import ROOT, House, until
from tests.plugins.parts import program

pytestmark = [
    pytest.mark.needs("asterisk", "sipp", "chromium", "node"), pytest.mark.xdist_group("voice"), pytest.mark.timeout(90),
]  # fmt: skip
PAGE = """<!doctype html><title>Desk</title>
<section id="phone" data-state="off" data-credential="/phone/credential" data-socket="/phone" data-words-broken="trying">
<span data-phone="caller"></span><span data-phone="timer"></span><span data-phone="note"></span>
<button type="button" data-do="answer">Answer</button><button type="button" data-do="mute" aria-pressed="false">Mute</button>
<button type="button" data-do="hang-up">Hang up</button>
<audio id="phone-audio" autoplay></audio></section><script src="/phone.js"></script>"""
POLICY = "default-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"


class Desk:
    """A small web server with the phone's door; who is signed in is told by the test."""

    def __init__(self, script: Path) -> None:
        self.who: Actor = NOBODY

        async def page(_: Request) -> Response:
            return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY})

        async def code(_: Request) -> Response:
            return FileResponse(script, media_type="text/javascript")

        app = Starlette(
            routes=[Route("/", page), Route("/phone.js", code), *door.ROUTES],
            exception_handlers={OmniError: answer_error},
        )
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]}, daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("script") / "phone.js"
    bundler = ROOT / "node_modules" / ".bin" / "esbuild"
    subprocess.run(
        [bundler, "frontend/src/phone.js", "--bundle", f"--outfile={made}", "--log-level=error"], cwd=ROOT, check=True
    )
    return made


@pytest.fixture
def desk(house: House, script: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(script)
    monkeypatch.setattr(door, "caller_of", lambda _: made.who)
    yield made
    made.server.should_exit = True
    made.thread.join(5)


@pytest.fixture
def page(desk: Desk) -> Iterator[Page]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program("chromium"), args=[
            "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
            "--autoplay-policy=no-user-gesture-required",
        ])  # fmt: skip
        made = browser.new_context(permissions=["microphone"]).new_page()
        yield made
        browser.close()


def stands(page: Page, state: str, seconds: float = 15) -> None:
    page.wait_for_selector(f'#phone[data-state="{state}"]', timeout=seconds * 1000)


def test_browser_phone_rings_speaks_and_goes_with_its_session(house: House, desk: Desk, page: Page) -> None:
    agent = house.agent()
    desk.who = agent.actor
    faults: list[Any] = []
    page.on("dialog", lambda question: question.accept())
    page.on("pageerror", lambda fault: faults.append(fault))  # noqa: PLW0108 - playwright wants a function
    page.goto(desk.address)
    stands(page, "idle")
    page.evaluate("document.addEventListener('phone:ringing', (event) => (window.rang = event.detail.conversation))")
    agent.ready()
    caller = house.caller(number="+22997123456")
    stands(page, "ringing")
    assert page.evaluate("window.rang") == str(house.conversation().id), "the conversation is told, not the number"
    page.click('[data-do="answer"]')
    stands(page, "connected")
    house.reaches("connected")
    began = time.monotonic()
    time.sleep(2)
    assert caller.handset.loudness(began) > 100, "the caller hears the microphone"
    heard = page.evaluate("document.getElementById('phone-audio').srcObject.getAudioTracks()[0].muted")
    assert heard is False
    page.click('[data-do="mute"]')
    assert page.get_attribute('[data-do="mute"]', "aria-pressed") == "true"

    # The page is loaded anew in mid-call: the caller is kept, with music, and rings here again.
    began = time.monotonic()
    page.reload()
    stands(page, "ringing", 25)
    page.click('[data-do="answer"]')
    stands(page, "connected")
    assert caller.handset.longest_silence(began, time.monotonic()) < 12

    # The session ends: the phone is off, and what it was saying is hung up.
    desk.who = NOBODY
    stands(page, "off")
    assert faults == []


def test_phone_hangs_up_for_both(house: House, desk: Desk, page: Page) -> None:
    agent = house.agent()
    desk.who = agent.actor
    page.goto(desk.address)
    stands(page, "idle")
    agents.go_ready(agent.actor)
    caller = house.caller()
    stands(page, "ringing")
    page.click('[data-do="answer"]')
    house.reaches("connected")
    page.click('[data-do="hang-up"]')
    stands(page, "wrap-up")
    assert house.reaches("ended").outcome == "ended"
    assert caller.wait() == 0


@pytest.mark.parametrize("answered", [False, True])
def test_closed_laptop_gives_the_caller_to_another(house: House, desk: Desk, page: Page, *, answered: bool) -> None:
    agent, other = house.agent(), house.agent()
    desk.who = agent.actor
    page.goto(desk.address)
    stands(page, "idle")
    agent.ready()
    caller = house.caller()
    stands(page, "ringing")
    if answered:
        page.click('[data-do="answer"]')
        house.reaches("connected")
    other.plug(ring_ms=100)
    other.ready()
    began = time.monotonic()
    page.close()
    until(lambda: house.call().agent_id == other.actor.id and house.call().phase == "connected", "the other agent", 15)
    time.sleep(1)
    assert caller.handset.longest_silence(began, time.monotonic()) < 5
    assert caller.handset.loudness(time.monotonic() - 0.5) > 2000
    agent.stands("ready" if answered else "paused")


def test_door_refuses_foreign_pages_strangers_and_large_frames(house: House, desk: Desk) -> None:
    address = f"ws://127.0.0.1:{desk.port}/phone"
    with pytest.raises(InvalidStatus):
        connect(address, origin="http://evil.example", subprotocols=["sip"], proxy=None)
    with pytest.raises(InvalidStatus):
        connect(address, origin=desk.address, proxy=None)
    with (
        connect(address, origin=desk.address, subprotocols=["sip"], proxy=None) as stranger,
        pytest.raises(ConnectionClosed) as over,
    ):
        stranger.recv(5)
    assert over.value.rcvd is not None
    assert over.value.rcvd.code == 4401
    desk.who = house.agent().actor
    with (
        connect(address, origin=desk.address, subprotocols=["sip"], proxy=None) as known,
        pytest.raises(ConnectionClosed) as over,
    ):
        converse(known, "x" * 70_000)
    assert over.value.rcvd is not None
    assert over.value.rcvd.code == 1009


def converse(line: ClientConnection, frame: str) -> None:
    line.send(frame)
    line.recv(5)


def test_full_disk_is_seen_before_a_recording_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil.disk_usage(".")._replace(free=recordings.LEAST_FREE - 1)
    assert recordings.free_enough()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    assert not recordings.free_enough()
