"""An invented house whose pages are shown: its people, a conversation, its ledger."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import segno
from markupsafe import Markup

from api.console.pages import account, desk
from api.console.pages.frame import (
    AgentState,
    Call,
    Choice,
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
