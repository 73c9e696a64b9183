"""Calls from the trunk to the agent and back: greeted, queued, rung, connected, recorded, ended. [OC-2, OC-5, OC-14]"""

import time

import pytest

from contactcenter.voice import phones
from tests.contactcenter.voice.house import House, until
from tests.contactcenter.voice.test_ari import loudness

pytestmark = [pytest.mark.needs("asterisk", "sipp"), pytest.mark.xdist_group("voice"), pytest.mark.timeout(60)]


def test_caller_chooses_language_talks_and_is_recorded(house: House) -> None:
    agent = house.agent()
    phone = agent.plug(ring_ms=300)
    caller = house.network.call(number="+22997000001", hang_up_ms=9000)
    house.reaches("greeting")
    time.sleep(2.5)
    caller.handset.press("2")
    call = house.reaches("queued")
    assert call.language == "en"
    began = time.monotonic()
    time.sleep(1)
    assert caller.handset.longest_silence(began, time.monotonic()) < 0.7
    agent.ready()
    call = house.reaches("connected")
    agent.stands("busy")
    began = time.monotonic()
    time.sleep(1.5)
    assert caller.handset.loudness(began + 0.5) > 2000
    assert phone.handset.loudness(began + 0.5) > 2000
    call = house.reaches("ended")
    assert call.outcome == "ended"
    agent.stands("wrap-up")
    assert [caller.wait(), phone.wait()] == [0, 0]
    done = house.facts(call.conversation_id)
    assert done == [
        "call.choose-language",
        "call.queue",
        "call.connect",
        "call.record-start",
        "call.record-stop",
        "call.end",
    ]
    assert loudness(house.site.recordings / f"{call.recording}.wav") > 1000
    until(lambda: house.channels() == [], "every channel to be gone")


def test_number_that_called_before_is_not_asked_again(house: House) -> None:
    house.caller(hang_up_ms=1500).wait()
    house.reaches("ended")
    house.network.call(number="+22997000001", hang_up_ms=4000)
    until(lambda: [c.phase for c in house.calls()] == ["ended", "queued"], "the second call to wait", 4)
    assert house.calls()[1].language == "fr"


def test_agent_hangs_up_and_the_caller_too_is_released(house: House) -> None:
    agent = house.agent()
    agent.plug(ring_ms=100, hang_up_ms=1000)
    agent.ready()
    caller = house.caller()
    call = house.reaches("ended")
    assert (call.outcome, caller.wait()) == ("ended", 0)
    assert house.conversation().ended_by == "agent"


@pytest.mark.parametrize(("state", "after"), [("greeting", 300), ("queued", 1800), ("ringing", 1800)])
def test_caller_who_hangs_up_before_an_answer_leaves_nothing_behind(house: House, state: str, after: int) -> None:
    agent = house.agent()
    if state == "ringing":
        agent.plug("silent")
        agent.ready()
    caller = house.network.call(hang_up_ms=after)
    if state != "greeting":
        until(lambda: caller.handset.packets > 10, "music")
        caller.handset.press("1")
        house.reaches(state, 3)
    call = house.reaches("ended")
    assert call.outcome == "abandoned"
    assert house.conversation().status == "closed"
    until(lambda: house.channels() == [], "every channel to be gone")
    if state == "ringing":
        agent.stands("ready")


def test_caller_who_cancels_at_once_leaves_nothing_behind(house: House) -> None:
    house.network.call(cancel_ms=0)
    until(lambda: all(c.phase == "ended" for c in house.calls()) and house.channels() == [], "the end")


@pytest.mark.parametrize(("house", "mode"), [(5, "silent"), (5, "busy")], indirect=["house"])
def test_agent_who_does_not_answer_is_paused_and_another_is_rung(house: House, mode: str) -> None:
    first, second = house.agent(), house.agent()
    first.plug(mode)
    first.ready()
    caller = house.caller()
    began = time.monotonic()
    place = house.conversation().queued_at
    second.plug(ring_ms=100)
    until(lambda: first.state() == ("paused", "no-answer"), "the pause", 10)
    second.ready()
    call = house.reaches("connected")
    assert call.agent_id == second.actor.id
    assert house.conversation().queued_at == place, "the caller kept his place"
    assert caller.handset.longest_silence(began, time.monotonic()) < 0.7
    second.stands("busy")


def test_no_call_is_offered_to_an_agent_without_a_phone(house: House) -> None:
    agent = house.agent()
    agent.ready()
    house.caller()
    time.sleep(1)
    assert house.call().phase == "queued"
    assert agent.state()[0] == "ready"
    agent.plug(ring_ms=100)
    house.reaches("connected")


def test_session_that_ends_in_mid_call_loses_its_phone_and_the_caller_is_kept(house: House) -> None:
    agent, other = house.agent(), house.agent()
    agent.plug(ring_ms=100)
    agent.ready()
    caller = house.caller()
    house.reaches("connected")
    assert agent.ticket
    phones.revoke_credential(agent.actor, agent.ticket.id, reason="session ended")
    house.reaches("queued", 5)
    began = time.monotonic()
    time.sleep(1.5)
    assert caller.handset.longest_silence(began, time.monotonic()) < 0.7
    other.plug(ring_ms=100)
    other.ready()
    assert house.reaches("connected").agent_id == other.actor.id


def test_recording_that_cannot_be_written_is_told_and_the_call_goes_on(house: House) -> None:
    folder = house.site.recordings
    folder.chmod(0o500)
    folder.parent.joinpath("recordings").chmod(0o500)
    try:
        for month in folder.iterdir():
            month.rename(folder.parent / f"kept-{time.time_ns()}")
        agent = house.agent()
        agent.plug(ring_ms=100)
        agent.ready()
        caller = house.caller()
        call = house.reaches("connected")
        until(lambda: "call.record-fail" in house.facts(call.conversation_id), "the deviation")
        began = time.monotonic()
        time.sleep(1)
        assert caller.handset.loudness(began) > 2000
    finally:
        folder.chmod(0o755)
