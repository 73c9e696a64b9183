"""Examples of the pages of who leads and who teaches."""

from dataclasses import replace

from api.console import courses, learning_tables, team
from api.console.pages import learning
from api.console.pages.frame import Choice, Form
from api.lessons import lesson_html, line_html
from tests.api.console.house import before
from tests.api.console.training_examples import PASSWORDS

DAY = 60 * 24
TABS = tuple(one for one, _ in team.TABS)
DONE = (
    learning.DoneRow("Choosing and keeping a password", 1240, 1186, 21),
    learning.DoneRow("The law that binds you", 1240, 880, 214),
    learning.DoneRow("The desk and the telephone", 980, 980, 0),
)
FALLING = (
    learning.FallingRow("Awa Dossou", "/people/1", "Porto Novo", "The law that binds you", before(DAY), True, "go ready, take a conversation, use the telephone"),
    learning.FallingRow("Koffi Mensah", "/people/2", "Cotonou", "Choosing and keeping a password", before(-600), False, "go ready, take a conversation, use the telephone"),
)  # fmt: skip
LATE = (
    learning.LateRow("Awa Dossou", "/people/1", "Porto Novo", "Mariam Traoré", "The law that binds you", before(DAY * 3), "/training/excuses/1"),
    learning.LateRow("Ibrahim Keita", "/people/3", "Cotonou", "", "Report at once", before(DAY), "/training/excuses/2"),
)  # fmt: skip
SITES = (learning.GroupRow("Porto Novo", 18, 31), learning.GroupRow("Cotonou", 4, 4))
LEADERS = (learning.GroupRow("Mariam Traoré", 18, 31), learning.GroupRow("", 4, 4))
TEAM = learning.Team(TABS, "1", learning_tables.DAYS, FALLING, LATE, 240, SITES, LEADERS, DONE)
VERSIONS = (
    learning.VersionRow("3", 3, courses.STATES["draft"], before(90), "Sena Adjovi", "A scene about codes by telephone.", True, "/training/courses/passwords/3", ask=True, drop=True),
    learning.VersionRow("2", 2, courses.STATES["in-force"], before(DAY * 90), "this release", "the course as this release ships it", False, "/training/courses/passwords/2"),
)  # fmt: skip
ROWS = (
    learning.CourseRow("passwords", "Choosing and keeping a password", 2, VERSIONS[0], DONE[0]),
    learning.CourseRow("the-law", "The law that binds you", None, replace(VERSIONS[0], state=courses.STATES["asked"], number=1)),
    learning.CourseRow("tools-agent", "The desk and the telephone", 1, None, DONE[2]),
)  # fmt: skip
QUESTIONS = tuple(
    learning.QuestionRow(one.text["en"], 2, 340 - n * 20, 41 + n * 9) for n, one in enumerate(PASSWORDS.questions[:6])
)
REVIEW = learning.Review(
    "passwords", "Choosing and keeping a password", 3, courses.STATES["asked"],
    (("Takes", "about 12 min"), ("Passed from", "80 %"), ("Questions drawn", "8 of 16"), ("Clauses", "TR-5, PW-1")),
    tuple((one.number, one.title["en"], lesson_html(one.text["en"], {})) for one in PASSWORDS.lessons),
    tuple(
        learning.ReviewQuestion(
            line_html(one.text["en"]),
            tuple((line_html(a.text["en"]), a.right, line_html((a.feedback or {}).get("en", ""))) for a in one.answers),
            one.lesson,
        )
        for one in PASSWORDS.questions[:4]
    ),
)  # fmt: skip
EXCUSE = learning.Excuse(
    Form(), "1", "Awa Dossou", "The law that binds you", before(DAY * 3), "6 months", "/training/team"
)

EXAMPLES = (
    ("team", "training/team.html", TEAM, "/training/team"),
    ("team-none", "training/team.html", learning.Team(TABS[:1], "7", learning_tables.DAYS, (), (), 0), "/training/team"),
    ("team-director", "training/team.html", learning.Team(TABS, "1", learning_tables.DAYS, None, None, 0, done=DONE), "/training/team"),
    ("catalogue", "training/catalogue.html", learning.Courses(TABS, ROWS, 4, may_add=True), "/training/team"),
    ("catalogue-none", "training/catalogue.html", learning.Courses((Choice("/training/courses", "Courses"),), ()), "/training/team"),
    ("versions", "training/versions.html", learning.Course("passwords", ROWS[0].title, VERSIONS, QUESTIONS, DONE[0], may_begin=True, may_retire=True), "/training/team"),
    ("versions-none", "training/versions.html", learning.Course("passwords", ROWS[0].title, (replace(VERSIONS[1], review=""),), (), may_begin=True, written=True), "/training/team"),
    ("course-review", "training/review.html", REVIEW, "/training/team"),
    ("excuse", "training/excuse.html", EXCUSE, "/training/team"),
    ("excuse-own", "training/excuse.html", replace(EXCUSE, name="", form=Form({"reason": "ill"}, {"until": "Write a day as 2026-11-23.", "reason": "String should have at least 10 characters"})), "/training"),
)  # fmt: skip
