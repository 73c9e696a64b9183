"""Examples of the pages on secrets: a password that is due, service accounts, disclosed secrets, letters."""

from datetime import timedelta

from api.console.pages import account, credentials, programs, signin
from api.console.pages.frame import Choice, Form, State
from tests.api.console.house import HISTORY, NOW, RULES, SESSIONS, before

GOOD, OFF, OPEN, CLOSED = State("Good", "green"), State("Off", "red"), State("Open", "amber"), State("Closed", "green")
IN_USE = State("In use", "green")
LATER = NOW + timedelta(days=80)
LONG = "Fetches the recordings of the night, seals them, and carries them to the archive of the second site before the morning"
ROWS = (
    programs.ServiceRow("1", "svc-archive-carrier", LONG, "Fatou Diallo", True, "the house", before(3), LATER, IN_USE),
    programs.ServiceRow("2", "svc-hr", "Reads who joined", "Kofi Mensah", False, "Cotonou", None, LATER, OFF),
)
SERVICE = programs.Service(
    "1", "svc-archive-carrier", "omniwarden", LONG, "Fatou Diallo", False, "the house", before(60 * 24 * 90), LATER, before(3), IN_USE,
    (
        programs.Key("k1", "second", "Token", before(600), LATER, before(3), GOOD, may_end=True),
        programs.Key("k2", "first", "Key pair (Ed25519)", before(60 * 24 * 80), before(60), None, State("Over", "grey")),
    ),
    (programs.Role("Archive program", "the house", LATER, "for the nightly run"),), HISTORY, Form({}, {"": "Nobody of this name is here."}),
    (Choice("program-archive", "Archive program"), Choice("program-monitor", "Monitoring program")),
    may_issue=True, may_give=True, may_transfer=True, may_close=True, overlap_hours=72,
)  # fmt: skip
BARE = programs.Service(
    "2", "svc-new", "omniwarden", "Reads who joined", "Kofi Mensah", True, "Cotonou", before(5), LATER, None, IN_USE, (), (), (), Form()
)  # fmt: skip
CASE = credentials.Case(
    "1", "Awa Dossou", "suspected", "Ibrahim Keita", before(90), "0.4", True,
    (("Sessions", 2), ("Passwords", 1), ("Recovery codes", 8)), OPEN, True,
)  # fmt: skip
LATE = credentials.Case("2", "Kofi Mensah", "known", "Kofi Mensah", before(9000), "7,200.0", False, (), CLOSED, False)
LETTERS = (
    credentials.LetterRow("Awa Dossou", "1", "User id", "Mail", "aw•••@example.org", before(30), before(29), "accepted", State("Left", "green")),
    credentials.LetterRow("Awa Dossou", "1", "Code", "SMS", "+229 ••• 42", before(30), None, "", State("Waiting", "amber")),
)  # fmt: skip
DUE = account.Account(
    "Awa Dossou", "adossou", "", (), before(60 * 24 * 80), False, 0, (account.Passkey("p1", "Laptop", before(6000), None),), SESSIONS[:1], (),
    "en", "system", "comfortable", NOW + timedelta(days=6), True, (("1", "svc-archive-carrier"),),
)  # fmt: skip
ON_THE_WAY = (
    ("due-password", "signin/due.html", signin.DuePassword(Form(), "/", RULES, 90)),
    ("locked-passkey", "signin/locked.html", signin.Locked(Form(), "Awa Dossou", "/desk", 10, has_passkey=True)),
)
INSIDE = (
    ("account-due", "account/account.html", DUE, "/account"),
    ("services", "services/services.html", programs.Services(ROWS, may_open=True), "/services"),
    ("services-none", "services/services.html", programs.Services(()), "/services"),
    ("service", "services/service.html", SERVICE, "/services"),
    ("service-bare", "services/service.html", BARE, "/services"),
    ("service-new", "services/new.html", programs.NewService(Form({}, {"name": "Not so."}), (Choice("house", "the house"),), 366), "/services"),
    ("service-key", "services/key.html", programs.NewKey("1", "svc-hr", "ows.Zk3v9m1Qx0aHc7uT5sLr2pWdYb8nGf4eJi6oKt3M", LATER), "/services"),
    ("disclosures", "disclosures/disclosures.html", credentials.Cases((CASE, LATE), 60), "/disclosures"),
    ("disclosures-none", "disclosures/disclosures.html", credentials.Cases((), 60), "/disclosures"),
    ("disclosure", "disclosures/disclosure.html", credentials.CasePage(CASE, "Typed into a chat.", "", None, "", Form(), may_close=True), "/disclosures"),
    ("disclosure-closed", "disclosures/disclosure.html", credentials.CasePage(LATE, "", "Nobody had it.", before(5), "Ibrahim Keita", Form()), "/disclosures"),
    ("letters", "letters/letters.html", credentials.Letters(LETTERS, 1, "/letters?before=x", may_resend=True), "/letters"),
    ("letters-none", "letters/letters.html", credentials.Letters((), 0), "/letters"),
)  # fmt: skip
