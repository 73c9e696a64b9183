"""An example of every page, as the tests and the preview show it."""

from dataclasses import dataclass, replace
from datetime import timedelta

from api.console.pages import account, desk, ledger, people, plain, policy, signin
from api.console.pages.frame import (
    AgentState,
    Choice,
    Form,
    Frame,
    Phone,
    State,
)
from tests.api.console import (
    access_examples,
    alarm_examples,
    asked,
    calendar_examples,
    change_examples,
    change_review_examples,
    configuration_examples,
    credential_examples,
    detection_rule_examples,
    deviation_examples,
    directory_examples,
    firewall_audit_examples,
    firewall_examples,
    firewall_review_examples,
    learning_examples,
    privileged_examples,
    rule_examples,
    training_examples,
    upload_examples,
    writing_examples,
)
from tests.api.console.house import (
    AGENT,
    AUDITOR,
    CALL,
    CONVERSATION,
    CUSTOMER,
    HASH,
    HISTORY,
    INBOX,
    MESSAGES,
    NOBODY,
    NOW,
    PROBLEMS,
    QR,
    REASONS,
    RULES,
    SESSIONS,
    before,
)
from tests.api.console.things import CHAPTERS, EMPTY_WALL, ENTRY, PERSON, WALL


@dataclass(frozen=True)
class Example:
    name: str
    template: str
    page: object
    frame: Frame


def with_call(phase: str) -> Frame:
    wrap = NOW + timedelta(seconds=42) if phase == "wrap-up" else None
    return replace(AGENT, phone=Phone(connected=True, call=replace(CALL, phase=phase, wrap_until=wrap)), path="/desk")


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
        desk.Desk(desk.Inbox(()), reminder=training_examples.REMINDER),
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
        desk.Desk(INBOX, CONVERSATION, CUSTOMER),
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
        "refusal-course",
        "parts/refusal.html",
        plain.Problem(
            403,
            "This is not open to you",
            "You are asked to take the course “The desk at night” again: /training/night-desk",
            "TR-1",
            repair="To the course",
            repair_href="/training/night-desk",
        ),
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
    *(Example(name, template, page, NOBODY) for name, template, page in credential_examples.ON_THE_WAY),
    *(Example(name, template, page, auditor_at(path)) for name, template, page, path in credential_examples.INSIDE),
    *(Example(name, template, page, auditor_at(path)) for name, template, page, path in access_examples.EXAMPLES),
    *(Example(name, template, page, auditor_at(path)) for name, template, page, path in calendar_examples.EXAMPLES),
    *(Example(name, template, page, auditor_at(path)) for name, template, page, path in writing_examples.EXAMPLES),
    *(Example(name, template, page, auditor_at(path)) for name, template, page, path in change_examples.EXAMPLES),
    *(
        Example(name, template, page, auditor_at(path))
        for name, template, page, path in change_review_examples.EXAMPLES
    ),
    *(
        Example(name, template, page, auditor_at(path))
        for name, template, page, path in (*configuration_examples.EXAMPLES, *rule_examples.EXAMPLES)
    ),
    *(
        Example(name, template, page, auditor_at(path))
        for name, template, page, path in firewall_review_examples.EXAMPLES
    ),
    *(
        Example(name, template, page, auditor_at(path))
        for name, template, page, path in detection_rule_examples.EXAMPLES
    ),
    *(Example(name, template, page, auditor_at(path)) for name, template, page, path in alarm_examples.EXAMPLES),
    *(
        Example(name, template, page, auditor_at(path))
        for name, template, page, path in firewall_audit_examples.EXAMPLES
    ),
    *(Example(name, template, page, auditor_at(path)) for name, template, page, path in deviation_examples.EXAMPLES),
    *(Example(name, template, page, auditor_at(path)) for name, template, page, path in directory_examples.EXAMPLES),
    *(Example(name, template, page, auditor_at(path)) for name, template, page, path in firewall_examples.EXAMPLES),
    *(Example(name, template, page, auditor_at(path)) for name, template, page, path in upload_examples.EXAMPLES),
    *(Example(name, template, page, auditor_at(path)) for name, template, page, path in privileged_examples.EXAMPLES),
    *(
        Example(name, template, page, replace(AGENT, path=path))
        for name, template, page, path in training_examples.EXAMPLES
    ),
    *(Example(name, template, page, NOBODY) for name, template, page in training_examples.OUTSIDE),
    *(Example(name, template, page, auditor_at(path)) for name, template, page, path in learning_examples.EXAMPLES),
    *(Example(name, template, page, replace(AGENT, path=path)) for name, template, page, path in asked.EXAMPLES),
)
