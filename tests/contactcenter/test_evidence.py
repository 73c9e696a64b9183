"""What proves the clauses of the contact centre finds what it should, and what breaks them. [OC-1, OC-2, OC-14]"""

from contactcenter import conversations, evidence
from kernel import clock, db
from policy.evidence import Evidence
from tests.contactcenter.house import House, arrives

QUERIES = (
    evidence.histories_stay_with_their_client,
    evidence.answers_follow_offers,
    evidence.agents_spoke_only_where_they_were_given,
)


def asked() -> list[Evidence]:
    with db.read_session() as session:
        return [query(session, clock.now()) for query in QUERIES]


def test_a_day_of_work_is_proof_and_a_forged_answer_breaks_it(house: House, database: str) -> None:
    ama = house.agent().ready()
    met = arrives(house.widget(house.queue())).conversation()
    conversations.accept(ama.actor, met.id)
    sent = conversations.reply(ama.actor, met.id, text="Bonjour")
    histories, answers, words = asked()
    assert (histories.population, answers.population, words.population) == ([met.ref], [met.ref], [sent.ref])
    assert [a.violations for a in (histories, answers, words)] == [[], [], []]
    with db.connect("none", database) as conn:
        conn.execute("alter table reservation disable trigger user")
        conn.execute("update reservation set outcome = 'declined'")
        conn.execute("alter table reservation enable always trigger wall_stamp")
        conn.execute("alter table reservation enable always trigger wall_entry")
    _, answers, words = asked()
    assert (answers.violations, words.violations) == ([met.ref], [sent.ref])
