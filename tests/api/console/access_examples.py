"""Examples of profiles, reports, the directive and a whole person, of the invented house: (name, template, page, path)."""

from dataclasses import replace

from api.console.pages import directives, people, profiles, reports
from api.console.pages.frame import Choice, Form, State
from tests.api.console.house import HASH, PROBLEMS, before
from tests.api.console.things import PERSON

IN_FORCE, ASKED, RETIRED = State("In force", "green"), State("Waits for approval", "amber"), State("Retired", "grey")
PREVIEW = profiles.Preview(
    says="This edit gives 12 people Trainer, takes Supervisor from 3 people.",
    holders=15,
    roles=(profiles.RoleChange("Trainer", 12, 0), profiles.RoleChange("Supervisor", 0, 3)),
    rights=(profiles.RoleChange("person.list", 12, 0), profiles.RoleChange("floor.watch", 0, 3)),
    people=(
        profiles.PersonRow("1", "Awa Dossou", "Cotonou", "Trainer", ""),
        profiles.PersonRow("2", "Kofi Mensah", "Porto Novo", "Trainer", "Supervisor"),
    ),
    blocked=("client-representative and agent: who accepts the service for the client does not deliver it [AC-6]",),
)
VERSIONS = (
    profiles.Version(
        "v3", 3, ASKED, ("Agent", "Trainer"), (("Client representative", "who accepts does not deliver"),),
        "Team leaders train newcomers at the desk.", "Mariam Traoré", before(30), may_drop=True, preview=PREVIEW,
    ),
    profiles.Version(
        "v2", 2, IN_FORCE, ("Supervisor",), (), "Leads a team on the floor.", "Mariam Traoré", before(60 * 24 * 90)
    ),
    profiles.Version("v1", 1, RETIRED, ("Agent",), (), "The first form.", "Yao Agbeko", before(60 * 24 * 300)),
    profiles.Version("v4", 4, State("Draft", "grey"), ("Agent",), (), "A thought.", "Yao Agbeko", before(3), may_ask=True),
)  # fmt: skip
HOLDERS = (
    profiles.HolderRow(
        "h1", "1", "Awa Dossou", "Cotonou", before(60 * 24 * 200), None, "Leads the evening team", 2, "", may_withdraw=True
    ),
    profiles.HolderRow(
        "h2", "2", "Kofi Mensah", "Porto Novo", before(60 * 24 * 20), before(-60 * 24 * 20), "Stands in", 2,
        "client-representative and agent: who accepts the service for the client does not deliver it [AC-6]",
    ),
)  # fmt: skip
SITES = (Choice("site:cotonou", "Cotonou"), Choice("site:porto-novo", "Porto Novo"))
PROFILE = profiles.Profile(
    "p1", "Team leader", "team-leader", "Team leader", "Site", IN_FORCE, VERSIONS, HOLDERS, Form(), SITES,
    may_write=True, may_give=True, may_retire=True,
)  # fmt: skip
ROWS = (
    profiles.ProfileRow("p1", "Team leader", "team-leader", "Team leader", "Site", "Supervisor", 15, IN_FORCE, asked=True),
    profiles.ProfileRow("p2", "Voice agent", "voice-agent", "Agent", "Campaign", "Agent", 212, IN_FORCE, asked=False),
    profiles.ProfileRow("p3", "Quality", "quality", "", "Client", "", 0, State("Nothing in force", "amber"), asked=False),
)  # fmt: skip
EDIT = profiles.Edit(
    "p1", "Team leader", 3, Form({"conflict-1": "auditor", "why-1": "who leads does not audit", "summary": "Trains too"}),
    (
        profiles.RoleChoice("agent", "Agent", chosen=False),
        profiles.RoleChoice("manager", "Manager", chosen=False),
        profiles.RoleChoice("supervisor", "Supervisor", chosen=True, includes="Agent"),
        profiles.RoleChoice("trainer", "Trainer", chosen=True),
    ),
    (Choice("auditor", "Auditor"), Choice("client-representative", "Client representative")),
)  # fmt: skip
KINDS = (Choice("site", "Site"), Choice("campaign", "Campaign"))
FILTERS = (
    reports.Filter("since", "From", "date"),
    reports.Filter("until", "To", "date"),
    reports.Filter("person", "Person"),
    reports.Filter("what", "What", choices=(Choice("granted", "Right granted"), Choice("created", "User name created")), every="All"),
)  # fmt: skip
LOG = reports.Report(
    "log", "Log of access", "User names and rights: created, granted, amended, withdrawn, at any date.",
    Form({"since": "2026-10-24", "until": "2026-11-23"}), FILTERS, (),
    ("When", "What", "Whose", "Thing", "Where", "By, and why"),
    (
        (
            reports.Cell(at=before(14)), reports.Cell("Right granted", strong=True), reports.Cell("Awa Dossou", "/people/1"),
            reports.Cell("supervisor", more=("until 2026-12-31 23:59",)), reports.Cell("Cotonou"),
            reports.Cell("Mariam Traoré", more=("Leads the evening team",)),
        ),
        (
            reports.Cell(at=before(60 * 30)), reports.Cell("User name created", strong=True),
            reports.Cell("Kofi Mensah", "/people/2"), reports.Cell("k.mensah (omniwarden)"), reports.Cell("the house"),
            reports.Cell("The set-up"),
        ),
    ),
    "Nothing of this kind happened in this time.", more=True, take="since=2026-10-24",
)  # fmt: skip
LINKS = (
    reports.ReportLink("/reports/log", "Log of access", "User names and rights at any date.", "list-details"),
    reports.ReportLink("/reports/who-may", "Who may, and why", "Everybody who can do a thing in a place.", "users"),
    reports.ReportLink("/reports/conflicts", "Conflicts held", "Both sides of a conflict of duties.", "ban"),
)
TEXT = (
    (True, "1. User ids"),
    (
        False,
        "Nobody lends a user id or a password, nobody works under another's.\nWhoever leaves the desk locks the screen.",
    ),
    (True, "2. Rights"),
    (False, "A right is asked for, approved by whoever leads the person and by the owner of the right, and ends."),
)
UNREAD, READ = State("To be acknowledged", "amber"), State("Acknowledged", "green")
DIRECTIVE = directives.Directive(
    "d1", "Access directive", "Directive", UNREAD, 2, "v2", HASH, TEXT, None, may_acknowledge=True, may_write=True,
    versions=(
        directives.Version("v3", 3, State("Draft", "grey"), "Badges are worn.", "Mariam Traoré", before(10), may_ask=True, may_drop=True),
        directives.Version("v2", 2, IN_FORCE, "Screens are locked.", "Mariam Traoré", before(60 * 24 * 3)),
        directives.Version("v1", 1, RETIRED, "The first directive.", "Yao Agbeko", before(60 * 24 * 200)),
    ),
    since=before(60 * 24 * 3),
)  # fmt: skip
DOCUMENTS = directives.Directives(
    (
        directives.DirectiveRow("d1", "Access directive", "Directive", 2, before(60 * 24 * 3), UNREAD),
        directives.DirectiveRow("d2", "When somebody leaves", "Procedure", 1, before(60 * 24 * 40), READ),
        directives.DirectiveRow("d3", "Keys of machines", "Procedure", None, None, State("Nothing in force", "grey")),
    ),
    Form(), (Choice("directive", "Directive"), Choice("procedure", "Procedure")), may_add=True, unread=1,
)  # fmt: skip
WHOLE = replace(
    PERSON,
    rights=(
        *(replace(one, rules=("agent may conversation.reply if assigned", "member may directive.read")) for one in PERSON.rights),
        people.Right(
            "r2", "Supervisor", "Cotonou", before(60 * 24 * 20), before(-60 * 24 * 9), "Mariam Traoré",
            "Profile team-leader, version 2: leads the evening team", "Team leader, 2", ("supervisor may person.list",),
        ),
    ),
    accounts=(
        people.AccountRow("omniwarden", "a.dossou", "Human", State("Active", "green"), before(60 * 24 * 300), before(3)),
        people.AccountRow("active-directory", "a.dossou", "Human", State("Suspended", "red"), before(60 * 24 * 300)),
        people.AccountRow(
            "omniwarden", "svc-crm-sync", "Service", State("Active", "green"), before(60 * 24 * 90), before(1),
            before(-60 * 24 * 60), "Carries contacts from the client's CRM",
        ),
    ),
    requests=(
        people.RequestRow("/requests/1", "Give a role: Trainer", "Trains newcomers at the desk", before(70), ASKED),
        people.RequestRow("/requests/2", "Give a role: Supervisor", "Leads a team", before(60 * 24 * 20), READ),
    ),
    kind="Employee", job="Team leader", manager="Mariam Traoré", manager_href="/people/2", end=before(-60 * 24 * 90),
)  # fmt: skip
EXAMPLES = (
    ("profiles", "profiles/profiles.html", profiles.Profiles(ROWS, Form(), KINDS, may_add=True), "/profiles"),
    ("profiles-none", "profiles/profiles.html", profiles.Profiles((), PROBLEMS, KINDS, may_add=True), "/profiles"),
    ("profile", "profiles/profile.html", PROFILE, "/profiles/p1"),
    ("profile-bare", "profiles/profile.html", replace(PROFILE, versions=(), holders=(), may_give=False), "/profiles/p1"),
    ("profile-edit", "profiles/edit.html", EDIT, "/profiles/p1/edit"),
    ("profile-preview", "profiles/preview.html", PREVIEW, "/profiles/p1/edit"),
    ("profile-preview-wrong", "profiles/preview.html", profiles.Preview(wrong="Choose at least one role."), "/profiles"),
    ("reports", "reports/reports.html", reports.Index(LINKS), "/reports"),
    ("reports-none", "reports/reports.html", reports.Index(()), "/reports"),
    ("report", "reports/report.html", LOG, "/reports/log"),
    ("report-none", "reports/report.html", replace(LOG, rows=(), more=False), "/reports/log"),
    ("report-wrong", "reports/report.html", replace(LOG, rows=(), asked=False, form=PROBLEMS), "/reports/log"),
    ("directives", "directives/directives.html", DOCUMENTS, "/directives"),
    ("directives-none", "directives/directives.html", directives.Directives((), Form()), "/directives"),
    ("directive", "directives/directive.html", DIRECTIVE, "/directives/d1"),
    (
        "directive-none", "directives/directive.html",
        replace(DIRECTIVE, state=None, number=None, paragraphs=(), versions=(), may_acknowledge=False), "/directives/d1",
    ),
    ("directive-write", "directives/write.html", directives.Writing("d1", "Access directive", 3, Form({"text": "# 1. User ids"})), "/directives/d1/write"),
    ("person-whole", "people/person.html", WHOLE, "/people/1"),
)  # fmt: skip
