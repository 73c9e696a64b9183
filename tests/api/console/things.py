"""The wall, an entry, the book and a person of the invented house."""

from api.console.pages import floor, ledger, people, policy
from api.console.pages.frame import (
    Chart,
    Column,
    State,
)
from tests.api.console.house import BUSY, HASH, HISTORY, PAUSED, READY, before

AGENTS = tuple(
    floor.Agent(f"a{number}", name, state, before(minutes), doing)
    for number, (name, state, minutes, doing) in enumerate(
        [
            ("Awa Dossou", BUSY, 4, "Web chat, Billing"),
            ("Kofi Mensah", READY, 1, ""),
            ("Chantal Hounkpatin", PAUSED, 17, "Break"),
            ("Yao Agbeko", State("Ringing", "purple"), 0.1, "Call, Technical help"),
            ("Salimata Koné", State("Wrap-up", "purple"), 0.6, "Call, Billing"),
            ("Moussa Diallo", BUSY, 11, "Call, Billing"),
        ]
    )
)
WALL = floor.Wall(
    figures=(
        floor.Figure("Waiting", "3"),
        floor.Figure("Oldest waiting", "1 min", "bad"),
        floor.Figure("Ready", "5", "good"),
        floor.Figure("Busy", "14"),
        floor.Figure("Service level today", "86 %", "good"),
        floor.Figure("Given up today", "2.1 %"),
    ),
    queues=(
        floor.Queue(
            "Billing", 2, before(1.2), late=True, offered=212, answered=197, abandoned=13, service_level="79 %"
        ),
        floor.Queue("Technical help", 0, None, late=False, offered=88, answered=86, abandoned=2, service_level="91 %"),
        floor.Queue(
            "Web chat", 1, before(0.3), late=False, offered=143, answered=140, abandoned=2, service_level="94 %"
        ),
    ),
    agents=AGENTS,
    chart=Chart(
        "load",
        "Conversations by hour",
        "Conversations that began in each hour of today, at most 48 at 10 h.",
        tuple(
            Column(f"{hour} h", value, str(value))
            for hour, value in zip(range(6, 19), [3, 9, 22, 41, 48, 44, 30, 26, 35, 39, 31, 18, 7], strict=True)
        ),
    ),
    alarms=("Nobody is ready in Billing, and 2 callers wait.",),
)
ENTRY = ledger.Entry(
    index=807,
    sentence="Awa Dossou answered conversation CV-4F2A91",
    icon="message",
    outcome=State("Done", "green"),
    at=before(26),
    actor="Awa Dossou",
    actor_href="/people/1",
    session="0198a0f0…",
    action="conversation.reply",
    target="conversation CV-4F2A91",
    target_href="/conversations/1",
    scope="campaign:telco-one-care",
    clauses=(
        (
            "OC-14",
            "Every agent session and every action on a customer's data is authorised and on record, reads included.",
        ),
    ),
    why="An agent may answer a conversation that is assigned to them.",
    edition=3,
    changes=(
        ledger.Change("message", "kind", "", "reply"),
        ledger.Change("message", "text", "", "hmac-sha256:" + HASH),
        ledger.Change("conversation", "last_at", "2026-11-23 14:02", "2026-11-23 14:06"),
    ),
    notes=(("channel", "webchat"),),
    facts=("conversation.replied",),
    body='{"action":"conversation.reply","action_id":"0198…","actor":"person:0198…","at":"2026-11-23T14:06:08.412000Z"}',
    proof=ledger.Proof(
        True,
        807,
        813,
        HASH,
        HASH[::-1],
        (HASH, HASH[::-1], HASH),
        "omniwarden.example/ledger\n813\nn4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=\n\n— omniwarden.example/ledger Az3grlgt...\n",
    ),
    action_id="0198a0f0-2222-7000-8000-000000000001",
    before="/ledger/806",
    after="/ledger/808",
)
CHAPTERS = (
    policy.Chapter(
        "PW",
        "Passwords",
        (
            policy.Clause(
                "PW-1",
                "Passwords have at least 8 characters, checked when chosen.",
                "rule",
                "security-officer",
                State("Holds", "green"),
                "password.change",
                "",
                "passwords_checked",
                (("min_length", "8"),),
                ("ISO 27001 A.5.17", "PCI DSS 8.3.6"),
                4,
            ),
            policy.Clause(
                "PW-3",
                "Secrets are never readable in batch files, login scripts, function keys or unattended computers.",
                "duty",
                "it-admin",
                State("Stale", "amber"),
                "",
                "Scan for readable secrets",
                "",
                (),
                ("ISO 27001 A.8.5",),
                0,
            ),
        ),
    ),
    policy.Chapter(
        "OC",
        "Contact centre",
        (
            policy.Clause(
                "OC-14",
                "Every agent session and every action on a customer's data is authorised and on record, reads included.",
                "rule",
                "security-officer",
                State("Violated", "red"),
                "conversation.read",
                "",
                "",
                (),
                (),
                1,
            ),
        ),
    ),
)
PERSON = people.Person(
    id="1",
    name="Awa Dossou",
    user_name="adossou",
    state=State("Active", "green"),
    email="awa.dossou@example.org",
    phone="+2290197001242",
    joined=before(60 * 24 * 300),
    site="site:cotonou",
    language="fr",
    rights=(
        people.Right(
            "r1", "Agent", "client:telco-one", before(60 * 24 * 200), None, "Mariam Traoré", "Joined the Telco One team"
        ),
    ),
    history=HISTORY,
    deeds=(
        people.Deed(
            "person.suspend",
            "Suspend",
            "/people/1/suspend",
            "Every session ends at once, and nobody can sign in with this account.",
            grave=True,
        ),
        people.Deed(
            "session.end-all",
            "End all sessions",
            "/people/1/sessions/end-all",
            "This person must sign in again everywhere.",
            why_not="Your step-up has lapsed.",
        ),
    ),
)
EMPTY_WALL = floor.Wall((), (), (), None)
