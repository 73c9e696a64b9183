"""The requests and approvals of the invented house, as their pages show them."""

from dataclasses import replace
from datetime import timedelta

from api.console.pages import approvals, requests
from api.console.pages.frame import Choice, Form, State
from tests.api.console.house import HASH, HISTORY, NOW, before

ID = "0198a0f0-0000-7000-8000-0000000000a1"
DEEDS = (
    Choice("allocate", "Give a role"),
    Choice("suspend", "Suspend"),
    Choice("create", "Bring a person in"),
    Choice("move", "Move"),
)
ROLES = (Choice("agent", "Agent"), Choice("supervisor", "Supervisor"), Choice("trainer", "Trainer"))
PROFILES = (Choice("profile:p1", "Voice agent (Agent)"), Choice("profile:p2", "Team leader (Supervisor, Trainer)"))
SCOPES = (Choice("house", "the house"), Choice("site:cotonou", "Cotonou"), Choice("client:telco-one", "Telco One"))
LINE = requests.Line(
    1, "Give a role: Supervisor, Cotonou", "Awa Dossou", f"/people/{ID}", None, NOW + timedelta(days=30), ""
)
LINES = (
    LINE,
    requests.Line(
        2, "Give a role: Supervisor, Cotonou", "Yao Agbeko", f"/people/{ID}", NOW, NOW + timedelta(days=2),
        "shift:2026-48", State("Not done", "red"), "This person is left and is given no role.",
    ),
)  # fmt: skip
MOVED = requests.Line(
    3, "Move: Team leader", "Awa Dossou", f"/people/{ID}", None, None, "", gives=("Supervisor, Cotonou", "Trainer, Cotonou"),
    ends=("Agent, Porto Novo",), facts=(("Site", "Cotonou"), ("New function", "Team leader")),
)  # fmt: skip
STOP = requests.Found(
    1, True, "These duties conflict: auditor and it-admin: who audits the systems does not run them [AC-6]"
)
WARN = requests.Found(1, False, "The contract of this person ends before this right; the right ends with it.")
DRAFTS = (
    requests.Draft(ID, "Give a role: Supervisor, Cotonou", "The night shift needs a second one.", LINES, "Customer operations director", (WARN,)),
    requests.Draft(ID[:-1] + "3", "Move: Team leader", "She leads the evening team from now on.", (MOVED,), "Customer operations director", ()),
    requests.Draft(ID[:-1] + "2", "Give a role: IT administrator, the house", "She stands in for Kofi.", (LINE,), "Technical director", (STOP,)),
)  # fmt: skip
ROWS = tuple(
    requests.Row(ID[:-2] + f"{number:02}", title, whom, "Mariam Traoré", state, before(60 * number), why)
    for number, (title, whom, state, why) in enumerate(
        [
            ("Give a role: Trainer, the house", "Awa Dossou", State("Asked", "blue"), ""),
            ("Bring a person in", "Afi Kponton and 11 more", State("Carried out", "green"), ""),
            ("Take a role back: Agent, Telco One", "Yao Agbeko", State("Refused", "red"), "One of those who were asked said no."),
        ]
    )
)  # fmt: skip
ANSWERS = (
    requests.Answered("Mariam Traoré", "Kofi Mensah", "the manager", True, before(60), "She has done it before."),
    requests.Answered("Ibrahim Keita", "", "the owner of the right", True, before(90), "", "the content was edited"),
)
REQUEST = requests.Request(
    id=ID, title="Give a role: Supervisor, Cotonou", state=State("Asked", "blue"), reason="The night shift needs a second one.",
    why="Line 2: This person is left and is given no role.", asker="Mariam Traoré", drafted=before(200), asked=before(190),
    settled=before(20), executed=before(19), lines=LINES, answers=ANSWERS, missing=("the owner of the right",),
    history=HISTORY[:2], may_withdraw=True, question=f"/approvals/{ID}",
)  # fmt: skip
SUBJECT = approvals.Subject(
    number=1, title="Give a role: Supervisor, Cotonou", name="Awa Dossou", href=f"/people/{ID}",
    facts=(("Function", "Agent, Billing"), ("Led by", "Mariam Traoré")), joined=before(60 * 24 * 200), start=None,
    end=NOW + timedelta(days=30), ends_now=None, bound="", held=(approvals.Right("Agent", "Cotonou", None),),
    meaning="Does what an agent does, sees the wall, and looks after the agents of a team.",
    gains=("List the people one may read, by family name.", "Listen to a call.", "See the wall.", "Send an agent a word."), found=(WARN,),
)  # fmt: skip
DECISION = approvals.Decision(
    id=ID, digest="9f" * 32, title="Give a role: Supervisor, Cotonou", kind="A right", state=State("Waiting", "blue"),
    asker="Mariam Traoré", asked=before(190), answer_by=NOW + timedelta(days=5),
    reason="The night shift needs a second supervisor until Kofi is back; Awa has stood in twice.", subjects=(SUBJECT,),
    facts=(), revisions=1, answers=ANSWERS[:1], missing=("the owner of the right",),
    voices=(Choice(" owner-of-right", "As the owner of the right"),), why_not="", whole=f"/requests/{ID}",
)  # fmt: skip
MANY = tuple(
    approvals.Subject(
        number, SUBJECT.title, f"Person {number}", f"/people/{ID}", (), None, None, None, None, "change:2026-0042", (), "", (),
        (STOP,) if number == 5 else (),
    )
    for number in range(1, 8)
)  # fmt: skip
WAITING = tuple(
    approvals.Waiting(ID[:-2] + f"{n:02}", title, whom, "Mariam Traoré", before(60 * n), NOW + timedelta(days=n), late)
    for n, (title, whom, late) in enumerate(
        [
            ("Give a role: Supervisor, Cotonou", "Awa Dossou", True),
            ("Let go", "Yao Agbeko", False),
            ("An edition of the policy book", "", False),
        ],
        start=1,
    )
)
ASK = requests.Ask(
    Form({"person": ID}), "allocate", DEEDS, "Give a role", "Awa Dossou", "", PROFILES, ROLES, SCOPES, SCOPES[:2]
)  # fmt: skip
FORESEEN = requests.Foreseen("Team leader", MOVED.gives, (SUBJECT.meaning,), SUBJECT.gains, MOVED.ends, "")
MOVER = replace(
    SUBJECT, title=MOVED.title, gives=MOVED.gives, ends=MOVED.ends, found=(),
    facts=(*SUBJECT.facts, ("Site", "Cotonou"), ("New function", "Team leader"), ("New manager", "Kofi Mensah")),
)  # fmt: skip
BAD = (
    requests.BadLine(0, "The list is larger than 256 KiB."),
    requests.BadLine(7, "Nobody has the user id in the cell person."),
)

EXAMPLES = (
    ("requests", "requests/basket.html", requests.Basket(DRAFTS, ROWS, "/requests?before=1", all_of_them=True), "/requests"),
    ("requests-none", "requests/basket.html", requests.Basket((), ()), "/requests"),
    ("requests-new", "requests/new.html", ASK, "/requests/new"),
    ("requests-new-wrong", "requests/new.html", replace(ASK, person="", form=Form({"ends": "2020-01-01"}, {"person": "Nobody is called so.", "reason": "Too short."})), "/requests/new"),
    ("requests-joiner", "requests/new.html", replace(ASK, deed="create", title="Bring a person in"), "/requests/new"),
    ("requests-mover", "requests/new.html", replace(ASK, deed="move", title="Move"), "/requests/new"),
    ("requests-foreseen", "requests/foreseen.html", FORESEEN, "/requests/new"),
    ("requests-foreseen-not", "requests/foreseen.html", requests.Foreseen(stop=STOP.why), "/requests/new"),
    ("requests-amend", "requests/new.html", replace(ASK, deed="amend", title="Give a role another end", right="Agent, Cotonou"), "/requests/new"),
    ("requests-list", "requests/list.html", requests.List(Form({"text": "person;role"}), DEEDS, PROFILES, ROLES, SCOPES, looked=True, good=12, bad=BAD), "/requests/list"),
    ("request", "requests/request.html", REQUEST, "/requests"),
    ("request-bare", "requests/request.html", replace(REQUEST, answers=(), missing=(), why="", may_withdraw=False, question="", history=()), "/requests"),
    ("approvals", "approvals/inbox.html", approvals.Inbox(WAITING), "/approvals"),
    ("approvals-none", "approvals/inbox.html", approvals.Inbox(()), "/approvals"),
    ("approval", "approvals/decision.html", DECISION, "/approvals"),
    ("approval-mover", "approvals/decision.html", replace(DECISION, title=MOVED.title, subjects=(MOVER,)), "/approvals"),
    ("approval-list", "approvals/decision.html", replace(DECISION, subjects=MANY, revisions=2, voices=(*DECISION.voices, Choice(f"{ID} manager-of-subject", "For Kofi Mensah, as the manager"))), "/approvals"),
    ("approval-other", "approvals/decision.html", replace(DECISION, subjects=(), facts=(("Summary", "Longer passwords"), ("Digest", HASH)), voices=(), why_not="It is not asked of you now."), "/approvals"),
)  # fmt: skip
