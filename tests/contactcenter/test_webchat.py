"""Web chat from the visitor's first word to the agent's disposition, on lines that break. [OC-1, OC-2]"""

from uuid import uuid4

import pytest

from contactcenter import conversations, inbox
from contactcenter.channels import webchat
from kernel.errors import Busy, Malformed, NotFound
from tests.contactcenter.house import House, arrives, conversation

HOSTILE = ["", "   \n", "a\x00b", "\ud800", "x" * 4001, "y" * 65_536, "\x1b[31m", "\u2028"]
HARMLESS = [
    "<script>alert(1)</script>",
    "'; drop table message; --",
    "مرحبا 👋🏽",
    "a\nb\tc",
    "x" * 4000,
    "{{7*7}}",
    "%s%n",
]


def test_a_visitor_is_offered_accepted_answered_and_closed(house: House) -> None:
    line = house.queue()
    ama = house.agent().ready()
    visitor = arrives(house.widget(line), "Ma carte SIM ne marche pas", name="Sena")
    met = visitor.conversation()
    assert (met.status, met.assignee_id) == ("reserved", ama.id)
    assert ama.state().state == "reserved"
    conversations.accept(ama.actor, met.id)
    assert ama.state().state == "busy"
    conversations.reply(ama.actor, met.id, text="Bonjour Sena")
    seen = visitor.read()
    assert [(m.kind, m.text) for m in seen.messages] == [
        ("ours", "Ma carte SIM ne marche pas"), ("theirs", "Bonjour Sena"),
    ]  # fmt: skip
    assert (seen.state, seen.agent) == ("open", ama.profile.name.split()[0])
    conversations.close(ama.actor, met.id)
    assert conversation(met.id).status == "wrap-up"
    conversations.set_disposition(ama.actor, met.id, disposition_id=house.dispositions()["solved"])
    assert conversation(met.id).status == "closed"
    assert ama.state().state == "ready"
    assert visitor.read().state == "over"
    assert inbox.read_conversation(ama.actor, met.id).who == "Sena"


def test_a_visitor_who_was_away_gets_what_he_missed_once(house: House) -> None:
    ama = house.agent().ready()
    visitor = arrives(house.widget(house.queue()), "un")
    talk = visitor.conversation()
    conversations.accept(ama.actor, talk.id)
    seen = visitor.read()
    for word in ("deux", "trois"):
        conversations.reply(ama.actor, talk.id, text=word)
    missed = visitor.read(since=seen.last, conversation=seen.conversation)
    assert [m.text for m in missed.messages] == ["deux", "trois"]
    assert visitor.read(since=missed.last, conversation=missed.conversation).messages == []
    assert [m.sequence for m in visitor.read().messages] == [1, 2, 3]


def test_the_same_message_twice_is_one(house: House) -> None:
    visitor, once = arrives(house.widget(house.queue())), uuid4()
    assert visitor.write("encore", once).id == visitor.write("encore", once).id
    assert [m.text for m in visitor.read().messages] == ["Bonjour", "encore"]


def test_opening_twice_is_one_visit_and_the_lost_token_is_void(house: House) -> None:
    widget, once = house.widget(house.queue()), uuid4()
    asked = {"widget": widget, "language": "fr", "text": "Bonjour", "once": once}
    lost, kept = (webchat.open_visit(webchat.CLERK, **asked) for _ in range(2))
    assert lost.id == kept.id
    assert webchat.visit_of(lost.token) is None
    visit = webchat.visit_of(kept.token)
    assert visit is not None
    assert len(webchat.read(webchat.CLERK, visit).messages) == 1


def test_the_token_is_nowhere_in_the_house(house: House, database: str) -> None:
    from kernel import db

    visitor = arrives(house.widget(house.queue()))
    with db.connect("none", database) as conn:
        found = conn.execute("select visit::text from visit").fetchall()
        told = conn.execute("select convert_from(body, 'UTF8') from ledger.entry order by id desc limit 20").fetchall()
    assert visitor.token not in str(found) + str(told)


def test_after_the_end_the_next_word_opens_the_next_conversation(house: House) -> None:
    ama = house.agent().ready()
    visitor = arrives(house.widget(house.queue()))
    first = visitor.conversation()
    conversations.accept(ama.actor, first.id)
    conversations.close(ama.actor, first.id, disposition_id=house.dispositions()["solved"])
    visitor.write("Encore une question")
    second = visitor.conversation()
    assert second.id != first.id
    assert second.contact_id == first.contact_id
    seen = visitor.read(since=1, conversation=first.id)
    assert [m.text for m in seen.messages] == ["Encore une question"]
    conversations.accept(ama.actor, second.id)
    card = inbox.read_customer(ama.actor, second.id)
    assert {past.id for past in card.past} == {first.id, second.id}
    assert inbox.read_conversation(ama.actor, first.id).status == "closed"


def test_a_visitor_who_leaves_frees_the_agent(house: House) -> None:
    ama = house.agent().ready()
    visitor = arrives(house.widget(house.queue()))
    webchat.leave(webchat.CLERK, visitor.visit_id)
    webchat.leave(webchat.CLERK, visitor.visit_id)
    left = visitor.conversation()
    assert (left.status, left.ended_by) == ("closed", "customer")
    assert ama.state().state == "ready"


def test_whoever_writes_too_fast_is_asked_to_wait(house: House) -> None:
    visitor = arrives(house.widget(house.queue()))
    for n in range(webchat.BURST - 1):
        visitor.write(str(n))
    with pytest.raises(Busy):
        visitor.write("one too many")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_refused(house: House, text: str) -> None:
    visitor = arrives(house.widget(house.queue()))
    with pytest.raises(Malformed):
        visitor.write(text)
    assert visitor.conversation().last_sequence == 1


def test_strange_words_arrive_as_they_are(house: House) -> None:
    ama = house.agent().ready()
    visitor = arrives(house.widget(house.queue()))
    talk = visitor.conversation()
    conversations.accept(ama.actor, talk.id)
    for text in HARMLESS:
        visitor.write(text)
        conversations.note(ama.actor, talk.id, text=text)
    seen = inbox.read_conversation(ama.actor, talk.id)
    assert [m.text for m in seen.messages][1:] == HARMLESS
    assert [n.text for n in seen.notes] == HARMLESS


def test_there_is_no_chat_at_an_unknown_address(house: House) -> None:
    with pytest.raises(NotFound):
        arrives("nowhere")
    assert webchat.visit_of("guess") is None
    assert webchat.visit_of("\ud800") is None
