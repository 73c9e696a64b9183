"""Web chat from the visitor's first word to the agent's disposition."""

from contactcenter import agents, conversations, inbox
from tests.contactcenter.house import House, arrives, conversation


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
    assert [m.text for m in seen.messages] == ["Ma carte SIM ne marche pas", "Bonjour Sena"]
    assert seen.state == "open"
    conversations.close(ama.actor, met.id)
    assert conversation(met.id).status == "wrap-up"
    conversations.set_disposition(ama.actor, met.id, disposition_id=house.dispositions()["solved"])
    assert conversation(met.id).status == "closed"
    assert ama.state().state == "ready"
    assert visitor.read().state == "over"
    card = inbox.read_conversation(ama.actor, met.id)
    assert card.who == "Sena"
