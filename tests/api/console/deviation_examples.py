"""Examples of the deviations' pages, of the invented house: (name, template, page, path)."""

from dataclasses import replace
from datetime import timedelta

from api.console.deviation_words import CORRECTIONS, KINDS, MEANINGS
from api.console.deviations import CHOICES, STANDINGS, STATES
from api.console.pages import deviations
from api.console.pages.frame import Choice, Form
from tests.api.console.house import HISTORY, NOW, PROBLEMS, before

ID = "0198a0f0-0000-7000-8000-0000000000d1"
FOUND = (
    ("extra-right", "k.mensah", "Active Directory", "Yao Agbeko", 60 * 26, -2, "open"),
    ("re-enabled-leaver", "m.traore", "Active Directory", "", 60 * 3, 21, "open"),
    ("plaintext-secret", "backup/nightly.bat", "files", "Yao Agbeko", 60 * 5, 19, "open"),
    ("missing-right", "a.dossou", "OpenLDAP", "", 60 * 24 * 2, 24 * 5, "open"),
    ("attributes-differ", "s.kone", "OpenLDAP", "", 60 * 24 * 3, 24 * 4, "open"),
    ("bad-name", "PRINTER_2", "Active Directory", "Yao Agbeko", 60 * 24 * 6, 24 * 6, "accepted"),
)
ROWS = tuple(
    deviations.Row(
        f"{ID[:-1]}{number}", KINDS[kind], name, platform, owner, before(minutes), NOW + timedelta(hours=hours),
        state == "open" and hours <= 0, STATES[state],
    )
    for number, (kind, name, platform, owner, minutes, hours, state) in enumerate(FOUND)
)  # fmt: skip
DIRECTORIES = (
    deviations.Standing("Active Directory", STANDINGS["current"], "", before(12)),
    deviations.Standing("OpenLDAP", STANDINGS["untrusted"], "Its certificate is not accepted: certificate has expired.", before(190)),
)  # fmt: skip
BOARD = deviations.Board(
    form=Form({"state": "live"}),
    kinds=tuple(Choice(name, label) for name, label in KINDS.items()),
    states=CHOICES,
    rows=ROWS,
    late=1,
    directories=DIRECTORIES,
    older="/deviations?after=x",
)
CASE = deviations.Case(
    id=ID,
    kind=KINDS["extra-right"],
    meaning=MEANINGS["extra-right"],
    name="k.mensah",
    state=STATES["open"],
    platform="Active Directory",
    clause="AC-2",
    facts=(("Account", "k.mensah"), ("Group", "Domain Admins")),
    person_href="/people/1",
    owner="Yao Agbeko",
    found=before(60 * 26),
    due=before(120),
    late=True,
    history=HISTORY[:2],
    form=Form(),
    correction=CORRECTIONS["extra-right"],
    may_accept=True,
    may_close=True,
)
EXAMPLES = (
    ("deviations", "deviations/deviations.html", BOARD, "/deviations"),
    ("deviations-empty", "deviations/deviations.html", replace(BOARD, rows=(), late=0, older=""), "/deviations"),
    (
        "deviations-none-such",
        "deviations/deviations.html",
        replace(BOARD, rows=(), late=0, directories=(), filtered=True, older=""),
        "/deviations",
    ),
    ("deviation", "deviations/deviation.html", CASE, f"/deviations/{ID}"),
    (
        "deviation-wrong",
        "deviations/deviation.html",
        replace(CASE, form=PROBLEMS, fault="It does not let us in (insufficientAccessRights).", asked=before(9)),
        f"/deviations/{ID}",
    ),
    (
        "deviation-settled",
        "deviations/deviation.html",
        replace(
            CASE, state=STATES["corrected"], correction="", may_accept=False, may_close=False, late=False, owner="",
            settled=before(3), how="A later look at the directory found it in order.", history=(),
        ),
        f"/deviations/{ID}",
    ),
)  # fmt: skip
