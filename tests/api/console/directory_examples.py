"""Examples of the directories' pages, of the invented house: (name, template, page, path)."""

from dataclasses import replace

from api.console.deviations import STANDINGS
from api.console.directory_words import KINDS, REMEDIES, STEPS
from api.console.pages import directories
from api.console.pages.frame import Choice, Form
from tests.api.console.house import HISTORY, PROBLEMS, RULES, before

ID = "0198a0f0-0000-7000-8000-0000000000e1"
LABELS = tuple(STEPS.values())
GOOD = directories.Trial(
    STANDINGS["current"], "", "", tuple((label, True) for label in LABELS), "0.3 s", "200 users, 34 groups …", 3
)
WRONG = directories.Trial(
    STANDINGS["untrusted"], "Its certificate is not accepted: certificate has expired.", REMEDIES["untrusted"],
    ((LABELS[0], False),), "0.1 s",
)  # fmt: skip
ROWS = (
    directories.Row(
        f"{ID}1", "Head office", KINDS["active-directory"], "ldaps://dc1.example.org:636", STANDINGS["current"], "",
        before(1), before(22), 20_412, 6,
    ),
    directories.Row(
        f"{ID}2", "Call floor", KINDS["ldap"], "ldap://ldap.cotonou.example.org:389", STANDINGS["down"],
        "It cannot be reached, or ended the connection.", before(190), before(60 * 7), 812, 0,
    ),
    directories.Row(f"{ID}3", "Archive", KINDS["ldap"], "ldaps://old.example.org:636", STANDINGS["let-be"], "", None, None, 0, 0),
)  # fmt: skip
DIRECTORY = directories.Directory(
    id=ID, name="Head office", kind=KINDS["active-directory"], state=STANDINGS["current"], why="", remedy="",
    url="ldaps://dc1.example.org:636", bind_dn="CN=omniwarden,OU=Dienste,OU=Köln,DC=example,DC=org",
    people="OU=Menschen,OU=Köln,DC=example,DC=org", groups="OU=Gruppen,OU=Köln,DC=example,DC=org",
    pattern=r"[a-z]+(\.[a-z]+)?[0-9]*", authority="its own, given here", active=True, asked=before(1), answered=before(1),
    whole=before(22), entries=20_412, bound=20_377, unbound_accounts=4,
    deviations=(("extra-right", "Right nobody gave", 2), ("unknown-account", "Unknown account", 4)),
    group_rights=(
        directories.Group("1", "GG-Supervisors", "Supervisor", "the house"),
        directories.Group("2", "Domain Admins", "", "the house"),
    ),
    looks=(
        directories.Look(before(1), "What changed", "0.2 s", "3 entries compared, 1 differing, 0 settled", STANDINGS["current"], ""),
        directories.Look(before(22), "Everything", "3.1 s", "20,412 entries compared, 6 differing, 2 settled", STANDINGS["current"], ""),
        directories.Look(before(95), "What changed", "8.0 s", "0 entries compared", STANDINGS["slow"], "It did not answer in time."),
    ),
    history=HISTORY[:2], form=Form(), may_look=True, system="head-office", systems=(Choice("", "No system: nobody judges its groups"), Choice("head-office", "Directory of the head office")), may_change=True,
)  # fmt: skip
SURE = directories.Candidate("p1", "a1", "Awa Dossou", "awa.dossou", "mail, names, user id", is_sure=True)
MAYBE = directories.Candidate("p2", "", "Awa Dossou-Bio", "", "names", is_sure=False)
ENTRIES = (
    directories.Entry("k1", "awa.dossou", "Awa Dossou", "awa@example.org", True, (SURE, MAYBE)),
    directories.Entry("k2", "k.mensah2", "Kofi Mensah", "kofi.mensah@example.org", False, (replace(MAYBE, name="Kofi Mensah"),)),
    directories.Entry("k3", "svc.backup*)(uid=*", "", "", True, ()),
)  # fmt: skip
BINDINGS = directories.Bindings(
    ID, "Head office", ENTRIES, Form(), 35, f"/directories/{ID}/entries?after=x", may_import=True
)
GROUPS = directories.Groups(
    ID, "Head office", Form(), (Choice("k", "GG-Trainers"), Choice("l", "GG-Köln <Leitung>")),
    (Choice("trainer", "Trainer"), Choice("supervisor", "Supervisor")), (Choice("house", "the house"),),
)  # fmt: skip
NEW = directories.New(Form({"kind": "ldap", "security": "ldaps"}), (Choice("openldap", "Call floor"),))
EXAMPLES = (
    ("directories", "directories/directories.html", directories.Directories(ROWS, may_add=True), "/directories"),
    ("directories-empty", "directories/directories.html", directories.Directories((), needs_elevation=True), "/directories"),
    ("directory-new", "directories/new.html", NEW, "/directories/new"),
    (
        "directory-new-wrong",
        "directories/new.html",
        replace(
            NEW, trial=WRONG,
            form=Form(
                {"host": "ldap.example.org", "people": "people", "kind": "active-directory", "security": "starttls"},
                {"authority": "This is no certificate in PEM form: it begins with -----BEGIN CERTIFICATE-----.",
                 "people": "This is no name in a directory's tree, such as ou=people,dc=example,dc=org."},
            ),
        ),
        "/directories/new",
    ),
    ("directory-trial", "directories/trial.html", GOOD, "/directories/try"),
    ("directory", "directories/directory.html", DIRECTORY, f"/directories/{ID}"),
    (
        "directory-down",
        "directories/directory.html",
        replace(
            DIRECTORY, state=STANDINGS["down"], why="It cannot be reached, or ended the connection.", remedy=REMEDIES["down"],
            trial=WRONG, form=PROBLEMS, group_rights=(), looks=(), deviations=(), history=(),
        ),
        f"/directories/{ID}",
    ),
    (
        "directory-let-be",
        "directories/directory.html",
        replace(DIRECTORY, state=STANDINGS["let-be"], active=False, may_change=False, may_look=False, needs_elevation=True),
        f"/directories/{ID}",
    ),
    ("directory-groups", "directories/groups.html", GROUPS, f"/directories/{ID}/groups"),
    (
        "directory-groups-silent",
        "directories/groups.html",
        replace(GROUPS, groups=(), why="It did not answer in time."),
        f"/directories/{ID}/groups",
    ),
    ("directory-groups-none", "directories/groups.html", replace(GROUPS, groups=()), f"/directories/{ID}/groups"),
    ("directory-entries", "directories/entries.html", BINDINGS, f"/directories/{ID}/entries"),
    (
        "directory-entries-none",
        "directories/entries.html",
        replace(BINDINGS, rows=(), total=0, older="", is_first=False, may_import=False, form=PROBLEMS),
        f"/directories/{ID}/entries",
    ),
    (
        "directory-password",
        "account/directory_password.html",
        directories.OwnPassword(PROBLEMS, ID, "Head office", "awa.dossou", RULES),
        f"/account/directories/{ID}",
    ),
)  # fmt: skip
