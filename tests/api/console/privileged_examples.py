"""Examples of the pages of access review, elevations and the break-glass."""

from dataclasses import replace

from api.console import certification as review
from api.console import elevations as elevation
from api.console.breakglass import STATES as GLASS
from api.console.pages import certification, elevations
from api.console.pages.frame import Choice, Form, State
from tests.api.console.house import HISTORY, before

DAY = 60 * 24
NAMES = ("Awa Dossou", "Kofi Mensah", "Mariam Traoré", "Jean-Pierre N'Guessan", "Zoé Adjovi", "Ibrahim Keita")
RIGHTS = ("Agent", "Supervisor", "IT administrator")
WHY = ("unused", "new", "moved", "changed", "due")


def right(number: int) -> certification.Right:
    why = WHY[number * len(WHY) // 12 % len(WHY)]
    return certification.Right(
        id=f"0198a0f0-0000-7000-8000-0000000001{number:02}",
        person=NAMES[number % len(NAMES)],
        job="Customer care" if number % 3 else "",
        right=RIGHTS[number % len(RIGHTS)],
        scope="Cotonou" if number % 2 else "the house",
        why=review.WHY[why],
        given=before(DAY * (200 + number)),
        giver="Fatou Diallo",
        given_for="joins the care team",
        ends=before(-DAY * 90) if number % 4 == 0 else None,
        used=None if why == "unused" else before(DAY * (3 + number)),
        from_whom="Mawuli Adjovi" if number == 5 else "",
    )


ROWS = tuple(right(number) for number in range(12))
DECIDED = (
    replace(ROWS[0], verdict=review.VERDICTS["kept"], may_undo=True),
    replace(ROWS[1], verdict=review.VERDICTS["withdrawn"], reason="works for another client now", may_undo=True),
    replace(ROWS[2], verdict=review.VERDICTS["suspended"], reason="nobody certified it in time"),
    replace(ROWS[3], verdict=review.VERDICTS["spared"]),
    replace(ROWS[4], verdict=review.VERDICTS["gone"]),
)
REVIEW = certification.Review(
    "0198a0f0-0000-7000-8000-000000000100",
    "Access review",
    ROWS,
    214,
    before(-DAY * 20),
    before(-DAY * 34),
    Form(),
    next="/certification/1?after=x",
)
CAMPAIGNS = (
    certification.Campaign("1", "Managers, for their people", "", "half-yearly", before(-DAY * 20), before(-DAY * 34), 214, 12, 260, 1740, review.STATES["open"]),
    certification.Campaign("2", "A person who moved", "Awa Dossou", "the person moved", before(-DAY * 6), before(-DAY * 20), 2, 0, 2, 0, review.STATES["open"]),
    certification.Campaign("3", "Accounts on a platform", "active-directory", "before the audit", before(-DAY * 29), before(-DAY * 43), 0, 0, 450, 0, review.STATES["drawing"]),
)  # fmt: skip
ELEVATIONS = (
    elevations.ElevationRow("1", "Awa Dossou", "Privileged operator, for a time", "the house", "change:CH-2026-014", "replace the directory's certificate", before(30), before(-90), elevation.STATES["granted"], may_take_up=True, may_end=True),
    elevations.ElevationRow("2", "Kofi Mensah", "IT administrator", "the house", "incident:IN-77", "nobody in Lomé can sign in", before(50), before(-10), elevation.STATES["active"], may_end=True, has_deeds=True),
    elevations.ElevationRow("3", "Kofi Mensah", "IT administrator", "the house", "change:CH-2026-009", "move the mail gateway", before(DAY), before(DAY - 90), elevation.STATES["ended"], has_deeds=True),
)  # fmt: skip
ASKING = elevations.Elevations(
    ELEVATIONS, Form({"hours": "2"}),
    (Choice("privileged-operator", "Privileged operator, for a time"), Choice("it-admin", "IT administrator")),
    (Choice("1", "1 hour"), Choice("2", "2 hours"), Choice("8", "8 hours")),
)  # fmt: skip
DEEDS = elevations.Deeds(
    "3", "Kofi Mensah", "IT administrator", "change:CH-2026-009", "move the mail gateway", before(DAY), before(DAY - 90),
    elevation.STATES["ended"], HISTORY, 231, Form(), "/elevations/3?after=9", may_review=True,
)  # fmt: skip
BROKEN = (
    elevations.GlassRow("1", "Awa Dossou", "Emergency operator, for a time", "incident:IN-78", "the directory is down and nobody can sign in", "Mawuli Adjovi", before(4), before(-11), GLASS["asked"], may_confirm=True, may_end=True),
    elevations.GlassRow("2", "Kofi Mensah", "Emergency operator, for a time", "incident:IN-70", "the mail gateway was lost", "Mawuli Adjovi, Zoé Adjovi", before(DAY), before(DAY - 200), GLASS["closed"], may_document=True, may_acknowledge=True),
    elevations.GlassRow("3", "Kofi Mensah", "Emergency operator, for a time", "incident:IN-51", "a factor was lost on a Sunday", "Mawuli Adjovi, plan:virtual-site", before(DAY * 40), before(DAY * 40 - 200), GLASS["documented"], document="Two accounts were suspended and let in again; the change CH-2026-003 follows."),
)  # fmt: skip
KEYS = (Choice("emergency-operator", "Emergency operator, for a time"),)
WRONG = Form({"to": "Kofi"}, {"to": "Nobody, or more than one person, has this name; write the user name."})

EXAMPLES = (
    ("certifications", "certification/campaigns.html", certification.Campaigns(CAMPAIGNS, Form({"kind": "manager"}), True, review.KINDS), "/certification"),
    ("certifications-none", "certification/campaigns.html", certification.Campaigns((), Form()), "/certification"),
    ("certification", "certification/review.html", REVIEW, "/certification"),
    ("certification-wrong", "certification/review.html", replace(REVIEW, form=WRONG, next=""), "/certification"),
    ("certification-decided", "certification/review.html", replace(REVIEW, rows=DECIDED, decided=True, next=""), "/certification"),
    ("certification-none", "certification/review.html", replace(REVIEW, rows=(), open=0, next=""), "/certification"),
    ("certification-row", "parts/right_row.html", certification.RightRow(DECIDED[0]), "/certification"),
    ("elevations", "elevations/elevations.html", ASKING, "/elevations"),
    ("elevations-wrong", "elevations/elevations.html", replace(ASKING, rows=(), form=Form({"bound_to": "because", "hours": "2"}, {"bound_to": "Such as change:CH-2026-014.", "": "The window lies ahead."})), "/elevations"),
    ("elevation-deeds", "elevations/deeds.html", DEEDS, "/elevations"),
    ("elevation-reviewed", "elevations/deeds.html", replace(DEEDS, rows=(), more="", may_review=False, verdict=elevation.VERDICTS["questioned"], reviewer="Zoé Adjovi", remark="Why was the second account touched?", state=State("Reviewed", "grey")), "/elevations"),
    ("break-glass", "elevations/break_glass.html", elevations.BreakGlass(BROKEN, Form(), KEYS, True, True), "/elevations"),
    ("break-glass-key", "elevations/break_glass.html", elevations.BreakGlass((), Form(), KEYS, True, False), "/elevations"),
)  # fmt: skip
