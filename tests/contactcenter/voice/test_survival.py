"""Killed processes and cut wires: the caller is never lost nor left in silence, the agent never stuck. [OC-2]"""

import os
import subprocess
import sys
import time

import pytest

from contactcenter.voice.server import Asterisk, install
from tests.contactcenter.voice.house import ROOT, House, until

pytestmark = [pytest.mark.needs("asterisk", "sipp"), pytest.mark.xdist_group("voice"), pytest.mark.timeout(240)]

AUDIBLE = 1.4
"""Seconds without sound that are a busy machine's; a process takes longer to come back, so a real silence is longer."""


def test_voice_process_killed_while_a_caller_waits(house: House) -> None:
    caller = house.caller()
    house.reaches("queued")
    house.kill()
    began = time.monotonic()
    time.sleep(1.5)
    house.start()
    assert caller.handset.longest_silence(began, time.monotonic()) < AUDIBLE
    agent = house.agent()
    agent.plug(ring_ms=100)
    agent.ready()
    house.reaches("connected")


def test_voice_process_killed_in_mid_ring(house: House) -> None:
    agent = house.agent()
    phone = agent.plug(ring_ms=3500, calls=2)  # an answer that nobody heard rings again
    agent.ready()
    caller = house.caller()
    house.reaches("ringing")
    time.sleep(0.3)
    house.kill()
    began = time.monotonic()
    house.start()
    house.reaches("connected")
    time.sleep(1)
    assert caller.handset.longest_silence(began, time.monotonic()) < AUDIBLE
    assert phone.handset.loudness(time.monotonic() - 0.5) > 2000
    agent.stands("busy")


def test_voice_process_killed_in_mid_call(house: House) -> None:
    agent = house.agent()
    phone = agent.plug(ring_ms=100)
    agent.ready()
    caller = house.caller(hang_up_ms=25000)  # after the process is back, on a busy machine too
    house.reaches("connected")
    time.sleep(0.5)
    house.kill()
    began = time.monotonic()
    time.sleep(0.5)
    assert phone.handset.loudness(began) > 2000, "they talk on while nobody serves them"
    house.start()
    time.sleep(1)
    assert phone.handset.longest_silence(began, time.monotonic()) < AUDIBLE
    call = house.reaches("ended", 40)
    assert call.outcome == "ended"
    assert house.facts(call.conversation_id).count("call.record-start") == 2, "the recording is taken up again"
    agent.stands("wrap-up")
    assert caller.wait() == 0


def test_caller_who_hangs_up_while_nobody_serves_is_found_gone(house: House) -> None:
    agent = house.agent()
    agent.plug("silent")
    agent.ready()
    house.caller(hang_up_ms=2500)
    house.reaches("ringing")
    house.kill()
    time.sleep(3)
    house.start()
    assert house.reaches("ended").outcome == "abandoned"
    agent.stands("ready")
    until(lambda: house.channels() == [], "every channel to be gone")


def test_calls_that_come_while_nobody_serves_are_taken_afterwards(house: House) -> None:
    house.kill()
    caller = house.network.call()
    time.sleep(1)
    began = time.monotonic()
    time.sleep(3)
    assert caller.handset.longest_silence(began, time.monotonic()) < AUDIBLE
    house.start()
    house.reaches("greeting", 12)


def test_wire_to_asterisk_cut_in_every_phase(house: House) -> None:
    agent = house.agent()
    phone = agent.plug(ring_ms=2500)
    caller = house.caller()
    house.reaches("queued")
    began = time.monotonic()
    cut(house)
    agent.ready()
    house.reaches("ringing")
    cut(house)
    house.reaches("connected")
    time.sleep(0.5)
    cut(house)
    time.sleep(1)
    assert caller.handset.longest_silence(began, time.monotonic()) < AUDIBLE
    assert phone.handset.loudness(time.monotonic() - 0.5) > 2000
    assert house.call().phase == "connected"


def test_caller_who_vanishes_without_a_word_frees_the_agent(house: House) -> None:
    agent = house.agent()
    agent.plug(ring_ms=100)
    agent.ready()
    caller = house.caller()
    house.reaches("connected")
    caller.kill()
    caller.handset.close()
    house.reaches("ended", 20)
    agent.stands("wrap-up")


def test_asterisk_killed_in_mid_call_frees_the_agent(house: House, asterisk) -> None:
    agent = house.agent()
    agent.plug(ring_ms=100)
    agent.ready()
    house.caller()
    house.reaches("connected")
    asterisk.stop(timeout=0)
    asterisk.start()
    house.reaches("ended", 20)
    agent.stands("wrap-up")


def test_voice_process_brings_its_own_asterisk_and_takes_it_along(house: House) -> None:
    house.kill()
    folder = house.site.folder.parent / "own"
    environment = os.environ | {
        "OMNIWARDEN_DATABASE_URL": house.url, "OMNIWARDEN_STATE_FOLDER": str(folder), "OMNIWARDEN_ASTERISK_TREE": str(house.site.tree),
    }  # fmt: skip
    said = folder.parent / "own.log"
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "voice"], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
    try:
        until(lambda: b"asterisk is connected" in said.read_bytes(), "its own Asterisk", 90)
        own = Asterisk(install(folder / "voice", house.site.tree, folder / "recordings"))
        pid = own.pid()
        assert pid
        os.kill(pid, 9)
        until(
            lambda: own.pid() not in {None, pid} and said.read_bytes().count(b"asterisk is connected") == 2,
            "another one",
            60,
        )
    finally:
        process.terminate()
        process.wait(60)
    assert own.pid() is None


def cut(house: House) -> None:
    known = house.process.connections()
    house.process.wire.cut()
    until(lambda: house.process.connections() > known, "the voice process to be back")
