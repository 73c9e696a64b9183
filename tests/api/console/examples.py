"""An example of every page, as the tests and the preview show it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import segno
from markupsafe import Markup

from api.console.pages import account, desk, floor, ledger, people, plain, policy, signin
from api.console.pages.frame import (
    AgentState,
    Call,
    Chart,
    Choice,
    Column,
    Form,
    Frame,
    Group,
    HistoryRow,
    Link,
    Phone,
    State,
)

NOW = datetime(2026, 11, 23, 14, 32, 8, 412000, tzinfo=UTC)


def before(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


READY, BUSY, PAUSED = State("Ready", "green"), State("Busy", "blue"), State("Paused", "amber")
REASONS = (
    Choice("break", "Break"),
    Choice("training", "Training"),
    Choice("meeting", "Meeting"),
    Choice("technical", "Technical problem"),
)
DISPOSITIONS = (
    Choice("solved", "Solved"),
    Choice("call-back", "Call back"),
    Choice("complaint", "Complaint"),
    Choice("wrong-number", "Wrong number"),
)

WORK = Group(
    "Work",
    (
        Link("Desk", "/desk", "headset", 4, "g d"),
        Link("Wall", "/wall", "layout-dashboard", 0, "g w"),
        Link("Conversations", "/conversations", "messages", 0, "g c"),
    ),
)
HOUSE = Group(
    "House",
    (
        Link("People", "/people", "users", 0, "g p"),
        Link("Policy", "/policy", "book-2", 0, "g b"),
        Link("Ledger", "/ledger", "list-details", 0, "g l"),
    ),
)

NOBODY = Frame(language="en", now=NOW, path="/signin", demo=True)
AGENT = Frame(
    language="en",
    now=NOW,
    path="/desk",
    person_id="0198a0f0-0000-7000-8000-000000000001",
    name="Awa Dossou",
    user_name="adossou",
    role="Agent",
    groups=(WORK, HOUSE),
    agent=AgentState(READY, before(12), ready=True, offline=False, reasons=REASONS),
    phone=Phone(connected=True),
    live=812,
    demo=True,
    can_search=True,
)
AUDITOR = replace(
    AGENT, name="Ibrahim Keita", user_name="ikeita", role="Auditor", agent=None, phone=None, path="/ledger"
)

HISTORY = (
    HistoryRow(812, "Awa Dossou answered conversation CV-4F2A91", before(1), "message", State("Done", "green")),
    HistoryRow(811, "Awa Dossou read conversation CV-4F2A91", before(2), "eye", State("Read", "blue")),
    HistoryRow(
        807,
        "Kofi Mensah tried to read the recording of conversation CV-4F2A77",
        before(26),
        "eye",
        State("Refused", "red"),
        refused=True,
        why="Recordings are heard by supervisors of the campaign.",
        clauses=("OC-14",),
    ),
    HistoryRow(
        799, "The routing clerk gave conversation CV-4F2A91 to Awa Dossou", before(48), "cog", State("Done", "green")
    ),
    HistoryRow(790, "Awa Dossou signed in", before(190), "key", State("Done", "green")),
    HistoryRow(
        402,
        "Mariam Traoré gave Awa Dossou the role Agent at client:telco-one",
        before(60 * 26),
        "user",
        State("Done", "green"),
    ),
)

MESSAGES = (
    desk.Message("1", "day", "", before(30)),
    desk.Message("2", "event", "Web chat opened", before(14)),
    desk.Message(
        "3",
        "theirs",
        "Hello, my data bundle was charged twice this morning and I only have one of them.",
        before(13),
        "Kossi A.",
    ),
    desk.Message("4", "event", "Given to Awa Dossou", before(12)),
    desk.Message(
        "5",
        "ours",
        "Good afternoon Kossi. I am looking at your bundles now, one moment please.",
        before(11),
        "Awa Dossou",
        "read",
    ),
    desk.Message(
        "6",
        "theirs",
        "Thank you.\nThe number is the one I am writing about, the line of my shop.",
        before(9),
        "Kossi A.",
    ),
    desk.Message(
        "7",
        "note",
        "Two charges at 07:12 and 07:13, same bundle. Second one to be refunded by the client's desk.",
        before(6),
        "Awa Dossou",
    ),
    desk.Message(
        "8",
        "ours",
        "I see both charges. The second is a mistake: it will be back on your balance within the hour.",
        before(3),
        "Awa Dossou",
        "delivered",
    ),
    desk.Message("9", "theirs", "Perfect, thank you very much!", before(1), "Kossi A."),
)
CONVERSATION = desk.Conversation(
    id="0198a0f0-1111-7000-8000-000000000001",
    reference="CV-4F2A91",
    who="Kossi Amegan",
    channel="webchat",
    queue="Billing",
    language="French",
    state=State("With you", "blue"),
    since=before(14),
    messages=MESSAGES,
    may_reply=True,
    may_note=True,
    may_end=True,
    may_transfer=True,
    dispositions=DISPOSITIONS,
    queues=(Choice("1", "Technical help"), Choice("2", "Sales")),
    form=Form(once="f5e1"),
)
CUSTOMER = desk.Customer(
    name="Kossi Amegan",
    segment="Gold",
    language="French",
    number="+229 01 •• •• •• 42",
    email="k••••@example.org",
    client="Telco One",
    first_seen=before(60 * 24 * 200),
    past=(
        desk.Past("a", "voice", "Bundle not active", before(60 * 24 * 3)),
        desk.Past("b", "webchat", "Question about roaming", before(60 * 24 * 40)),
        desk.Past("c", "sms", "Satisfaction survey: 5", before(60 * 24 * 41)),
    ),
    facts=(("Line", "Prepaid"), ("Balance", "1 250 F CFA")),
)
INBOX = desk.Inbox(
    (
        desk.Section(
            "Yours",
            (
                desk.Ticket(
                    CONVERSATION.id,
                    "Kossi Amegan",
                    "webchat",
                    "Perfect, thank you very much!",
                    before(14),
                    current=True,
                ),
                desk.Ticket("t2", "Fatou N'Diaye", "webchat", "Is somebody there?", before(7), unread=True),
                desk.Ticket("t3", "+229 01 •• •• •• 17", "voice", "Call, to be finished", before(22), late=True),
            ),
        ),
        desk.Section(
            "Waiting in your queues",
            (desk.Ticket("t4", "K7QD-92MF", "webchat", "Billing, French", before(1), take=True),),
        ),
    )
)
CALL = Call(
    "ringing", "Fatou N'Diaye", "+229 01 •• •• •• 42", "Billing", before(0.2), CONVERSATION.id, "French", DISPOSITIONS
)

RULES = (
    "At least 8 characters",
    "Capital and small letters",
    "A digit or a sign",
    "No name of yours, no word everybody uses",
)
PROBLEMS = Form(
    {"user_name": "adossou"},
    {"user_name": "User name or password is wrong, or the account is locked for a moment."},
)
SESSIONS = (
    account.Session("s1", "Chromium on Linux", "10.2.0.14", before(190), before(0.1), current=True),
    account.Session(
        "s2", "Firefox on Windows", "10.2.0.61", before(60 * 30), before(60 * 3), current=False, locked=True
    ),
)
QR = Markup(  # noqa: S704 - ours
    segno.make("otpauth://totp/Omniwarden:adossou?secret=JBSWY3DPEHPK3PXP&issuer=Omniwarden").svg_inline(
        scale=4, border=0, omitsize=True
    )
)
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@dataclass(frozen=True)
class Example:
    name: str
    template: str
    page: object
    frame: Frame


def with_call(phase: str) -> Frame:
    wrap = NOW + timedelta(seconds=42) if phase == "wrap-up" else None
    return replace(AGENT, phone=Phone(connected=True, call=replace(CALL, phase=phase, wrap_until=wrap)), path="/desk")


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


def auditor_at(path: str) -> Frame:
    return replace(AUDITOR, path=path)


EXAMPLES = (
    Example(
        "signin",
        "signin/signin.html",
        signin.SignIn(
            Form(),
            "/",
            demo=(
                signin.DemoPerson("adossou", "Awa Dossou", "Agent"),
                signin.DemoPerson("mtraore", "Mariam Traoré", "Supervisor"),
                signin.DemoPerson("ikeita", "Ibrahim Keita", "Auditor"),
            ),
            demo_password="Harmattan-2026",
        ),
        NOBODY,
    ),
    Example("signin-wrong", "signin/signin.html", signin.SignIn(PROBLEMS, "/"), replace(NOBODY, demo=False)),
    Example(
        "code",
        "signin/second_factor.html",
        signin.SecondFactor(Form(), "/", demo=True, has_passkey=True, factors="otp.passkey.recovery"),
        NOBODY,
    ),
    Example("recovery", "signin/second_factor.html", signin.SecondFactor(Form(), "/", recovery=True), NOBODY),
    Example("activate", "signin/activate.html", signin.Activate(Form()), NOBODY),
    Example(
        "choose",
        "signin/choose.html",
        signin.ChooseFirst(Form(problems={"password": "It is a common password."}), RULES),
        NOBODY,
    ),
    Example(
        "enrol", "signin/enrol.html", signin.Enrol(Form(), QR, "JBSW Y3DP EHPK 3PXP", "/activate/authenticator"), NOBODY
    ),
    Example(
        "recovery-codes",
        "signin/recovery_codes.html",
        signin.RecoveryCodes(
            (
                "7f3k-9qmz",
                "b2xv-41tc",
                "m8sd-0plw",
                "q6yh-5rne",
                "c1ja-7ugo",
                "z9wt-3bxf",
                "k4vp-8hyd",
                "n0ee-2msk",
                "t5lr-6cqa",
                "g7uo-1jzi",
            ),
            "/",
        ),
        NOBODY,
    ),
    Example("locked", "signin/locked.html", signin.Locked(Form(), "Awa Dossou", "/desk", 10), NOBODY),
    Example(
        "step-up",
        "signin/step_up.html",
        signin.StepUp(
            Form(),
            "/people/1",
            "Suspending a person needs your second factor, fresh.",
            "AC-1",
            has_passkey=True,
            minutes=10,
            demo=True,
        ),
        NOBODY,
    ),
    Example(
        "account",
        "account/account.html",
        account.Account(
            "Awa Dossou",
            "adossou",
            "awa@example.org",
            ("Agent, Telco One", "Member"),
            before(60 * 24 * 12),
            True,
            8,
            (account.Passkey("p1", "Security key", before(6000), before(80)),),
            SESSIONS,
            HISTORY,
            "en",
            "system",
            "comfortable",
        ),
        replace(AGENT, path="/account", done="Saved."),
    ),
    Example(
        "account-bare",
        "account/account.html",
        account.Account(
            "Awa Dossou", "adossou", "", (), None, False, 0, (), SESSIONS[:1], (), "en", "system", "comfortable"
        ),
        replace(AGENT, path="/account"),
    ),
    Example(
        "password",
        "account/password.html",
        account.ChangePassword(replace(Form(), problems={"password": "Too short."}), "adossou", RULES),
        replace(AGENT, path="/account"),
    ),
    Example("desk", "desk/desk.html", desk.Desk(INBOX, CONVERSATION, CUSTOMER), AGENT),
    Example(
        "desk-empty",
        "desk/desk.html",
        desk.Desk(desk.Inbox(())),
        replace(
            AGENT,
            agent=AgentState(State("Offline", "grey"), before(90), ready=False, offline=True, reasons=REASONS),
            phone=Phone(connected=False),
        ),
    ),
    Example("desk-choose", "desk/desk.html", desk.Desk(INBOX), AGENT),
    Example("desk-ringing", "desk/desk.html", desk.Desk(INBOX, CONVERSATION, CUSTOMER), with_call("ringing")),
    Example(
        "desk-connected",
        "desk/desk.html",
        desk.Desk(INBOX, replace(CONVERSATION, channel="voice", messages=()), None),
        with_call("connected"),
    ),
    Example(
        "desk-wrap-up",
        "desk/desk.html",
        desk.Desk(INBOX, replace(CONVERSATION, may_reply=False, may_note=False, needs_disposition=True), CUSTOMER),
        with_call("wrap-up"),
    ),
    Example(
        "conversation",
        "desk/conversation.html",
        desk.ConversationPage(replace(CONVERSATION, may_reply=False, recording="/recordings/1.wav"), CUSTOMER, HISTORY),
        auditor_at("/conversations/1"),
    ),
    Example("wall", "wall.html", WALL, auditor_at("/wall")),
    Example("wall-empty", "wall.html", EMPTY_WALL, auditor_at("/wall")),
    Example(
        "ledger",
        "ledger/search.html",
        ledger.Search(
            Form(),
            HISTORY,
            813,
            before(0.05),
            (Choice("done", "Done"), Choice("denied", "Refused")),
            older="/ledger?before=402",
        ),
        AUDITOR,
    ),
    Example("verify", "ledger/verify.html", None, AUDITOR),
    Example(
        "ledger-none",
        "ledger/search.html",
        ledger.Search(Form({"actor": "nobody"}), (), 813, None, (), filtered=True),
        AUDITOR,
    ),
    Example("ledger-empty", "ledger/search.html", ledger.Search(Form(), (), 0, None, ()), AUDITOR),
    Example("entry", "ledger/entry.html", ENTRY, auditor_at("/ledger/807")),
    Example(
        "entry-fresh",
        "ledger/entry.html",
        replace(ENTRY, index=None, proof=None, changes=(), facts=(), outcome=State("Refused", "red")),
        auditor_at("/ledger/x"),
    ),
    Example(
        "people",
        "people/people.html",
        people.People(
            Form(),
            tuple(
                people.PersonRow(str(i), name, user, role, "site:cotonou", state)
                for i, (name, user, role, state) in enumerate(
                    [
                        ("Awa Dossou", "adossou", "Agent", State("Active", "green")),
                        ("Kofi Mensah", "kmensah", "Agent", State("Active", "green")),
                        ("Mariam Traoré", "mtraore", "Supervisor", State("Active", "green")),
                        ("Jean Bio", "jbio", "Agent", State("Suspended", "red")),
                    ]
                )
            ),
            4,
            may_add=True,
        ),
        auditor_at("/people"),
    ),
    Example("people-none", "people/people.html", people.People(Form(), (), 0), auditor_at("/people")),
    Example(
        "new-person",
        "people/new.html",
        people.NewPerson(Form(), (Choice("cotonou", "Cotonou"), Choice("lome", "Lomé"))),
        auditor_at("/people/new"),
    ),
    Example("person", "people/person.html", PERSON, auditor_at("/people/1")),
    Example(
        "person-bare", "people/person.html", replace(PERSON, rights=(), history=(), deeds=()), auditor_at("/people/1")
    ),
    Example("policy", "policy/book.html", policy.Book(3, before(900), HASH, CHAPTERS), auditor_at("/policy")),
    Example("policy-none", "policy/book.html", policy.Book(0, None, "", ()), auditor_at("/policy")),
    Example("said", "desk/said.html", MESSAGES[4], AGENT),
    Example(
        "refusal",
        "parts/refusal.html",
        plain.Problem(409, "Too late", "Another agent has taken this conversation.", "OC-2"),
        AGENT,
    ),
    Example(
        "search",
        "search.html",
        plain.Found(
            "dossou",
            (
                plain.Hit("Awa Dossou", "adossou", "/people/1", "user"),
                plain.Hit("PW-1", "Passwords have at least 8 characters", "/policy#PW-1", "book"),
            ),
        ),
        auditor_at("/search"),
    ),
    Example("search-none", "search.html", plain.Found("xyz", ()), auditor_at("/search")),
    Example(
        "welcome", "welcome.html", None, replace(AGENT, groups=(), agent=None, phone=None, path="/", can_search=False)
    ),
    Example(
        "denied",
        "problem.html",
        plain.Problem(
            403,
            "This is not open to you",
            "Recordings are heard by supervisors of the campaign.",
            "OC-14",
            "Every agent session and every action on a customer's data is authorised and on record, reads included.",
            "See what you may do",
            "/account",
            "0198a0f0-2222",
        ),
        auditor_at("/x"),
    ),
    Example(
        "not-found",
        "problem_solo.html",
        plain.Problem(404, "There is nothing here", "The address is wrong, or what was here is not for you to see."),
        NOBODY,
    ),
    Example(
        "demo-codes",
        "demo_codes.html",
        plain.Codes(
            "Harmattan-2026",
            tuple(
                plain.Code(name, user, role, code)
                for name, user, role, code in [
                    ("Awa Dossou", "adossou", "Agent", "492 031"),
                    ("Mariam Traoré", "mtraore", "Supervisor", "118 640"),
                    ("Ibrahim Keita", "ikeita", "Auditor", "903 277"),
                ]
            ),
            NOW + timedelta(seconds=17),
        ),
        NOBODY,
    ),
    Example(
        "webchat",
        "chat/chat.html",
        plain.Chat(
            "telco-one",
            "Telco One",
            "Hello! How can we help?",
            framed=False,
            languages=(("fr", "Français"), ("en", "English"), ("fon", "Fɔ̀ngbè")),
        ),
        NOBODY,
    ),
)
