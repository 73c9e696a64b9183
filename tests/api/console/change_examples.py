"""Examples of the pages of change control, of the invented house: (name, template, page, path)."""

from dataclasses import replace
from datetime import timedelta

from api.console.change_words import DEEDS, ENVIRONMENTS, KINDS, MODELS, QUESTIONS, RISKS, STANDINGS, STATES, TESTS
from api.console.observed import VERDICTS
from api.console.pages import change_form, changes, observed
from api.console.pages.applied import Row as AppliedRow
from api.console.pages.applied import Said, Seen
from api.console.pages.frame import Choice, Form, State
from api.console.pages.urgency import Urgency, Word
from api.console.urgency import CHANNELS, CONFIRMED, NO_PERSON, UNACKNOWLEDGED, WAITS
from tests.api.console.house import HASH, HISTORY, NOW, PROBLEMS, before

DIRECTORS = (Choice("1", "Adjoa Hounkpatin"), Choice("2", "Jean-Pierre Ọbásanjọ́"))
CHANNELS_OF = tuple(Choice(name, label) for name, label in CHANNELS.items())
ID = "0198a0f0-0000-7000-8000-0000000000c1"
FOUND = (
    ("CHG-2026-0042", "Another version of the telephone switch", "normal", "authorise", "medium", 20),
    ("CHG-2026-0041", "Rotate the certificates of the web chat", "standard", "scheduled", "low", 4),
    ("CHG-2026-0040", "Seen on Mail gate: 2 that nobody authorised", "unauthorised", "draft", "medium", 0),
    ("CHG-2026-0039", "Patch of the directory against a remote execution of code that is used already", "emergency", "implementing", "high", -1),
    ("CHG-2026-0038", "Move the recordings to the new storage", "normal", "closed", "high", -72),
)  # fmt: skip
ROWS = tuple(
    changes.Row(
        f"{ID[:-1]}{place}", number, title, MODELS[model], STATES[state], RISKS[risk],
        NOW + timedelta(hours=hours) if hours else None, NOW + timedelta(hours=hours + 3) if hours else None,
        {"authorise": "those who must say yes", "draft": "Kofi Mensah, to hand it in"}.get(state, ""),
    )
    for place, (number, title, model, state, risk, hours) in enumerate(FOUND)
)  # fmt: skip
LIST = changes.List(
    Form(), tuple(Choice(name, one.word) for name, one in STATES.items()),
    tuple(Choice(name, label) for name, label in MODELS.items()), ROWS, older="/changes?before=x", may_see_observed=True, may_draft=True,
)  # fmt: skip
DIFFERS = (
    changes.Differs("Way back", "Install the version before.", "Install the version before, from the kept image; ten minutes."),
    changes.Differs("Window closes", "tomorrow 23:00", "tomorrow 23:30"),
)  # fmt: skip
CHANGE = changes.Change(
    id=ID,
    number="CHG-2026-0042",
    title="Another version of the telephone switch",
    model=MODELS["normal"],
    kind="Maintenance",
    state=STATES["authorise"],
    risk=RISKS["medium"],
    requester="Kofi Mensah",
    opened=before(60 * 30),
    starts=NOW + timedelta(hours=20),
    ends=NOW + timedelta(hours=23),
    rules=(Said("device:edge-1", "+ access-list IN extended permit tcp any host 192.0.2.10 eq 443", ("0f" * 32,)),),
    seen=(
        Seen(
            "Edge", State("Partly approved", "red"), NOW, "/firewalls/versions/1/difference",
            (
                AppliedRow(State("Same meaning, other words", "green"), "+", "permit tcp any host 192.0.2.10 eq https", "permit tcp any host 192.0.2.10 eq 443", "IN"),
                AppliedRow(State("Applied, not approved", "red"), "+", "", "permit ip any any", "IN"),
                AppliedRow(State("Approved, not applied", "amber"), "-", "permit tcp any any eq 23", "", ""),
            ),
        ),
    ),
    texts=(
        ("What", "The telephone switch gets the version of this month."),
        ("Why", "The vendor ends the one we run at the end of the year."),
        ("Plan", "1. Stop new calls.\n2. Install.\n3. Start, and call each queue once."),
        ("Way back", "Install the version before, from the kept image; ten minutes."),
    ),
    systems=(("Telephone switch", "production"), ("Recorder", "production")),
    clients=("Telco One", "Harbour Bank"),
    implementers=("Yao Agbeko",),
    asked=(
        changes.Asked(QUESTIONS["change.authorise"], "the house", STANDINGS["open"], "", ("Technical director",), "/approvals/1"),
        changes.Asked(QUESTIONS["change.consent"], "the house", STANDINGS["granted"]),
        changes.Asked(QUESTIONS["change.client-consent"], "Telco One", STANDINGS["open"], "", ("Client representative",), "", UNACKNOWLEDGED, "/changes/1/acknowledge/2", 2),
    ),
    tests=(changes.Test("The whole list of cases", TESTS["passed"], "test", "Yao Agbeko", before(60 * 5), "report.pdf", HASH, "/changes/files/1"),),
    papers=(changes.Paper("plan.pdf", 48_213, HASH, "Kofi Mensah", before(60 * 29), "/changes/files/2"),),
    hindrances=(changes.Hindrance("End of the year", True, NOW + timedelta(days=20), NOW + timedelta(days=40)),),
    work=(),
    revisions=(
        changes.Revision(2, "material", "Kofi Mensah", before(60 * 6), "", HASH, DIFFERS),
        changes.Revision(1, "first", "Kofi Mensah", before(60 * 30), "", HASH),
    ),
    deeds=(DEEDS["return"], DEEDS["cancel"]),
    history=HISTORY[:2],
    approved=1,
    since=DIFFERS,
    may_edit=True,
    intake=changes.Intake(
        True, True, (Choice("test-switch", "Test switch (test)"),), 26_214_400, 25, ".pdf,.txt", "Africa/Porto-Novo", "2026-05-04T10:00"
    ),
)  # fmt: skip
SYSTEMS = tuple(
    change_form.SystemChoice(
        f"0198a0f0-0000-7000-8000-{place:012d}", label, slug, ENVIRONMENTS["production"], function, place < 2
    )
    for place, (label, slug, function) in enumerate((
        ("Telephone switch", "switch", "answers calls"), ("Recorder", "recorder", "keeps recordings"), ("Mail gate", "mail-gate", "takes mail in and out"),
        ("Directory", "directory", "knows everybody"), ("Web chat", "web-chat", "answers visitors"), ("Firewall of the edge", "edge-1", "lets in and out"),
        ("Wall of figures", "wall", "shows the floor"), ("Back-up", "backup", "keeps what is kept twice"), ("Payroll", "payroll", "pays people"),
        ("A system with a name that goes on for very much longer than anybody would like", "long-name", "is there to be wrapped"),
    ))
)  # fmt: skip
TYPED = Form({
    "title": "Another version of the telephone switch", "summary": "The switch gets the version of this month.", "kind": "maintenance", "risk": "medium",
    "reason": "The vendor ends the one we run.", "plan": "1. Stop new calls.\n2. Install.\n3. Start, and call each queue once.",
    "rollback": "Install the version before, from the kept image; ten minutes.", "starts_at": "2026-05-04T22:00", "ends_at": "2026-05-05T01:00",
})  # fmt: skip
COURSES = tuple(
    change_form.CourseChoice(slug, title, place < 2)
    for place, (slug, title) in enumerate((
        ("old-switch", ""), ("change-control-basics", "Change control: the basics"), ("the-law", "The law that binds us"), ("passwords", "Passwords that hold"),
        ("lock-your-screen", "Lock your screen"), ("nothing-leaves", "Nothing leaves the house unprotected"), ("report-at-once", "Report at once"),
        ("sanctions", "What follows a breach of the rules"), ("tools-agent", "Your desk: the tools of an agent"), ("activity-is-logged", "Everything is on record"),
    ))
)  # fmt: skip
DRAFT = change_form.Edit(
    title=MODELS["normal"], above="Draft a change",
    lead="It is a draft until you hand it in; then it is assessed, tested and put before those who decide.", action="/changes/new", back="/changes",
    model="normal", form=TYPED, kinds=tuple(Choice(name, label) for name, label in KINDS.items()),
    risks=tuple(Choice(name, one.word) for name, one in RISKS.items()), systems=SYSTEMS,
    people=(change_form.PersonChoice(ID, "Yao Agbeko"),), zone="Africa/Porto-Novo", courses=COURSES,
    models=tuple(Choice(name, MODELS[name]) for name in ("normal", "standard", "emergency")),
    wanted=frozenset({"summary", "reason", "plan", "rollback", "systems", "implementers", "starts_at"}), submit="Keep as draft",
)  # fmt: skip
WRONG = replace(
    DRAFT, form=Form(
        dict(TYPED.values) | {"title": "Gate", "implementers": "Kofi"},
        {"title": "A title has 5 to 160 signs.", "implementers": "Several people are called so; write the user id.", "systems": "A system that is named is out of use.", "starts_at": "A window has a start and an end after it, and is not over."},
    ), step_up=True,
)  # fmt: skip
EDIT = replace(
    DRAFT, title="Another version of the telephone switch", above="CHG-2026-0042", lead="", action=f"/changes/{ID}/edit", back=f"/changes/{ID}",
    models=(), clerical=frozenset({"title", "summary", "note", "incident"}), wants_reason=True, meanwhile=DIFFERS, submit="Save",
    warning="Whatever you edit here beyond the marked fields voids the approvals and puts the change before everybody again.",
    hidden=(("revision", "2"), ("base", "1")),
)  # fmt: skip
FROZEN = replace(
    EDIT,
    submit="",
    frozen=frozenset({*TYPED.values, "systems", "implementers", "note", "documentation"}),
    frozen_why="What this change says stands as it is.",
    meanwhile=(),
    warning="",
)
STANDARD = replace(
    DRAFT, model="standard", title=MODELS["standard"], templates=(Choice(ID, "Rotate the certificates of the web chat"),),
    frozen=frozenset({"plan", "rollback", "kind", "risk", "reason"}), standing=(("Plan", "Replace, restart, look."), ("Way back", "Put the old ones back.")),
    systems=SYSTEMS[4:5], hidden=(("model", "standard"), ("template", ID)),
)  # fmt: skip
SEEN = tuple(
    observed.Row(
        f"{ID[:-1]}{place}", system, source, what, old, new, before(90), before(12), None, count, by, VERDICTS[verdict], bound,
        found, STATES["draft"] if found else None,
    )
    for place, (system, source, what, old, new, count, by, verdict, bound, found) in enumerate((
        ("mail-gate", "Packages", "package openssl", "3.0.1", "3.0.2", 1, "", "unapproved", "", "CHG-2026-0040"),
        ("recorder", "Files", "file /etc/recorder/" + "a-long-name-" * 6 + ".conf", HASH, HASH, 4, "Yao Agbeko", "outside-window", "CHG-2026-0038", "CHG-2026-0040"),
        ("switch", "Reconciliation", "CHG-2026-0038", "", "", 1, "", "never-seen", "CHG-2026-0038", ""),
    ))
)  # fmt: skip
OBSERVED = observed.List(
    Form({"verdict": "unmatched"}), tuple(Choice(name, one.word) for name, one in VERDICTS.items()), SEEN, unmatched=True,
    older="/changes/observed?before=x", may_see_reviews=True,
)  # fmt: skip
EXAMPLES = (
    ("changes", "changes/changes.html", LIST, "/changes"),
    ("changes-none", "changes/changes.html", replace(LIST, rows=(), older="", may_see_observed=False), "/changes"),
    ("changes-none-such", "changes/changes.html", replace(LIST, rows=(), older="", filtered=True, form=Form({"search": "<x>"})), "/changes"),
    ("change", "changes/change.html", CHANGE, "/changes"),
    (
        "change-bare", "changes/change.html",
        replace(
            CHANGE, state=STATES["draft"], starts=None, ends=None, texts=(), systems=(), clients=(), implementers=(), asked=(),
            tests=(), papers=(), hindrances=(), revisions=CHANGE.revisions[1:], history=(), deeds=(DEEDS["submit"], DEEDS["cancel"]),
            approved=0, since=(), intake=replace(CHANGE.intake, tested_on=()),
        ),
        "/changes",
    ),
    (
        "change-over", "changes/change.html",
        replace(
            CHANGE, state=STATES["implementing"], form=PROBLEMS, deeds=(DEEDS["finish"], DEEDS["close"], DEEDS["stop"]),
            work=(changes.Worked(before(3), "Telephone switch", "Yao Agbeko", "Stopped new calls, installed."),),
            works_on=(Choice("1", "Telephone switch"), Choice("2", "Web chat")),
            notice="nobody answered in time", facts=(("Incident", "incident:2026-7"),),
        ),
        "/changes",
    ),
    ("change-form", "changes/form.html", DRAFT, "/changes"),
    ("change-form-wrong", "changes/form.html", WRONG, "/changes"),
    ("change-form-edit", "changes/form.html", EDIT, "/changes"),
    ("change-form-frozen", "changes/form.html", FROZEN, "/changes"),
    ("change-form-standard", "changes/form.html", STANDARD, "/changes"),
    ("change-form-no-template", "changes/form.html", replace(STANDARD, templates=(), standing=(), systems=(), people=(), submit="", form=Form()), "/changes"),
    (
        "change-emergency", "changes/change.html",
        replace(
            CHANGE, model=MODELS["emergency"], urgency=Urgency(may_record=True, directors=DIRECTORS, channels=CHANNELS_OF, now="2026-11-23T14:32", zone="UTC"),
            form=Form({"witness_id": "Zo", "said_at": "2026-11-23T14:20"}, {"witness_id": NO_PERSON}),
        ),
        "/changes",
    ),
    (
        "change-emergency-begun", "changes/change.html",
        replace(
            CHANGE, model=MODELS["emergency"], state=STATES["implementing"], deeds=(DEEDS["finish"], DEEDS["stop"]),
            urgency=Urgency(
                Word("Adjoa Hounkpatin", CHANNELS["telephone"], before(95), "Ibrahim Keita", NOW + timedelta(hours=2), WAITS, answer="/approvals/1"),
                due=NOW + timedelta(hours=22), suspended=before(4), may_document=True, may_see=True,
            ),
        ),
        "/changes",
    ),
    (
        "change-emergency-late", "changes/change.html",
        replace(
            CHANGE, model=MODELS["emergency"], state=STATES["review"],
            urgency=Urgency(
                Word("Adjoa Hounkpatin", CHANNELS["radio"], before(3000), "Ibrahim Keita", before(2800), CONFIRMED, before(2900)),
                due=before(1500), documented=before(60), is_late=True, may_record=True,
            ),
        ),
        "/changes",
    ),
    ("observed", "changes/observed.html", OBSERVED, "/changes/observed"),
    ("observed-none", "changes/observed.html", replace(OBSERVED, rows=(), older=""), "/changes/observed"),
    ("observed-none-such", "changes/observed.html", replace(OBSERVED, rows=(), older="", unmatched=False), "/changes/observed"),
)  # fmt: skip
