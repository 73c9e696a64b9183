"""Who sees what of a conversation, and that seeing is on record. [OC-1, OC-14]"""

from typing import Any

import pytest

from contactcenter import contacts, conversations, inbox, lines
from contactcenter.contacts import masked_email, masked_phone
from kernel.actor import NOBODY
from kernel.db import uuid7
from kernel.errors import Conflict, Denied, NotFound, NotSignedIn, Refused
from tests import world
from tests.contactcenter.house import Agent, House, arrives, conversation


@pytest.fixture
def talk(house: House) -> tuple[Agent, Any]:
    """An agent with an open chat."""
    ama = house.agent().ready()
    met = arrives(house.widget(house.queue()), "Mon numéro est le 01020304", name="Sena").conversation()
    conversations.accept(ama.actor, met.id)
    return ama, met


def test_reading_a_customers_words_is_on_record_before_they_are_shown(talk: Any, auditor: Any) -> None:
    ama, met = talk
    inbox.read_conversation(ama.actor, met.id)
    inbox.read_customer(ama.actor, met.id)
    entry = auditor("conversation.read")[-1]
    assert (entry["outcome"], entry["actor"], entry["target"]) == ("read", ama.actor.ref, met.ref)
    assert "OC-14" in entry["clauses"]
    assert auditor("conversation.customer")[-1]["target"] == met.ref


def test_a_colleague_reads_nothing_and_the_try_is_on_record(talk: Any, house: House, auditor: Any) -> None:
    _, met = talk
    kofi = house.agent()
    for attempt in (
        lambda: inbox.read_conversation(kofi.actor, met.id),
        lambda: inbox.read_customer(kofi.actor, met.id),
        lambda: conversations.reply(kofi.actor, met.id, text="x"),
        lambda: conversations.note(kofi.actor, met.id, text="x"),
        lambda: conversations.close(kofi.actor, met.id),
        lambda: conversations.set_disposition(kofi.actor, met.id, disposition_id=uuid7()),
    ):
        with pytest.raises(Denied, match="another agent") as told:
            attempt()
        assert told.value.hidden
    with pytest.raises(NotSignedIn):
        conversations.reply(NOBODY, met.id, text="x")
    assert [e["outcome"] for e in auditor("conversation.reply")] == ["denied", "denied"]


def test_an_agent_of_another_campaign_finds_nothing(talk: Any) -> None:
    _, met = talk
    stranger = House().agent()
    with pytest.raises(Denied):
        conversations.accept(stranger.actor, met.id)
    assert inbox.find_conversation(stranger.actor, reference=met.reference) == []


def test_the_list_names_only_who_is_in_ones_own_hands(house: House) -> None:
    line = house.widget(house.queue())
    ama = house.agent().ready()
    mine = arrives(line, "Bonjour", name="Sena").conversation()
    conversations.accept(ama.actor, mine.id)
    waiting = arrives(line, "Secret", name="Koku").conversation()
    (own,) = inbox.list_conversations(ama.actor, box="mine")
    assert (own.id, own.who, own.last, own.mine) == (mine.id, "Sena", "Bonjour", True)
    (other,) = inbox.list_conversations(ama.actor, box="waiting")
    assert (other.id, other.who, other.last) == (waiting.id, None, None)
    zoe = world.person(role="supervisor", scope=house.scope).actor
    rows = inbox.list_conversations(zoe, box="all")
    assert {row.id for row in rows} == {mine.id, waiting.id}
    assert all(row.who is None for row in rows)


def test_a_reference_said_on_the_telephone_is_found(talk: Any) -> None:
    ama, met = talk
    said = met.reference.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert [row.id for row in inbox.find_conversation(ama.actor, reference=said)] == [met.id]


def test_numbers_and_addresses_are_masked(house: House) -> None:
    assert masked_phone("+22901020342") == "+229 •• •• 42"
    assert masked_phone("1000") == "•• 00"
    assert masked_phone(None) == ""
    assert masked_email("ama@example.com") == "a••@example.com"
    assert contacts.DOTS in masked_phone("0022901020342")


def test_what_is_said_lies_in_the_ledger_as_commitments_only(talk: Any, auditor: Any) -> None:
    ama, met = talk
    conversations.note(ama.actor, met.id, text="Sena paie demain")
    told = str(auditor("webchat.open") + auditor("conversation.note"))
    assert "Sena" not in told
    assert "01020304" not in told
    assert "hmac-sha256:" in told


def test_a_conversation_goes_to_another_queue_of_the_same_client_only(talk: Any, house: House) -> None:
    ama, met = talk
    kofi = house.agent().ready()
    with pytest.raises(Refused, match="another client"):
        conversations.transfer(ama.actor, met.id, queue_id=House().queue().id)
    with pytest.raises(Refused, match="does not take"):
        conversations.transfer(ama.actor, met.id, queue_id=house.queue(channels=["voice"]).id)
    conversations.transfer(ama.actor, met.id, queue_id=house.queue().id)
    assert conversation(met.id).assignee_id == kofi.id
    assert ama.state().state == "ready"
    with pytest.raises(Denied):
        conversations.reply(ama.actor, met.id, text="x")


def test_a_disposition_of_the_campaign_closes_and_no_other(talk: Any, house: House) -> None:
    ama, met = talk
    with pytest.raises(NotFound):
        conversations.close(ama.actor, met.id, disposition_id=House().dispositions()["solved"])
    code = house.dispositions()["solved"]
    conversations.close(ama.actor, met.id, disposition_id=code)
    assert (conversation(met.id).status, conversation(met.id).disposition_id) == ("closed", code)
    with pytest.raises(Conflict, match="closed already"):
        conversations.close(ama.actor, met.id)
    with pytest.raises(Refused, match="ended"):
        conversations.reply(ama.actor, met.id, text="x")
    other = house.dispositions()["call-back"]
    conversations.set_disposition(ama.actor, met.id, disposition_id=other)
    assert conversation(met.id).disposition_id == other


def test_only_who_has_the_offer_accepts_or_declines(house: House) -> None:
    ama = house.agent().ready()
    met = arrives(house.widget(house.queue())).conversation()
    kofi = house.agent()
    with pytest.raises(Conflict, match="Another agent"):
        conversations.accept(kofi.actor, met.id)
    with pytest.raises(Denied):
        conversations.decline(kofi.actor, met.id)
    with pytest.raises(Refused, match="Accept the conversation first"):
        conversations.reply(ama.actor, met.id, text="x")


def test_full_hands_take_no_more(house: House) -> None:
    line = house.widget(house.queue())
    ama = house.agent(chats=1).ready()
    first = arrives(line).conversation()
    conversations.accept(ama.actor, first.id)
    second = arrives(line).conversation()
    with pytest.raises(Refused, match="full"):
        conversations.accept(ama.actor, second.id)


def test_a_long_conversation_is_read_in_parts(talk: Any) -> None:
    ama, met = talk
    for n in range(210):
        conversations.reply(ama.actor, met.id, text=str(n))
    seen = inbox.read_conversation(ama.actor, met.id)
    assert (len(seen.messages), seen.messages[-1].text, seen.earlier) == (200, "209", True)
    older = inbox.read_conversation(ama.actor, met.id, before=seen.messages[0].sequence)
    assert [m.sequence for m in older.messages] == list(range(1, 12))
    assert not older.earlier
    news = inbox.read_conversation(ama.actor, met.id, since=seen.last_sequence - 1)
    assert [m.text for m in news.messages] == ["209"]


def test_whoever_is_no_agent_has_no_standing(house: House) -> None:
    manager = world.person(role="agent", scope=house.scope)
    assert not inbox.my_standing(manager.actor).enrolled
    ama = house.agent().ready()
    assert inbox.my_standing(ama.actor).state == "ready"


def test_lists_of_queues_and_dispositions_stay_in_the_scope(house: House) -> None:
    queue, ama = house.queue(), house.agent()
    House().queue()
    assert [q.id for q in lines.list_queues(ama.actor)] == [queue.id]
    assert [d.code for d in lines.list_dispositions(ama.actor, campaign_id=queue.campaign_id)] == [
        "call-back",
        "solved",
    ]
    stranger = House().agent()
    assert lines.list_dispositions(stranger.actor, campaign_id=queue.campaign_id) == []
