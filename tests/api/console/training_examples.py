"""Examples of the pages of training."""

from dataclasses import replace

from api.console import awareness as caring
from api.console import breaches
from api.console import training as mine
from api.console.pages import awareness, certificates, training
from api.console.pages.frame import Choice, Form
from api.lessons import lesson_html, line_html
from tests.api.console.house import HASH, before
from training.courses.folder import SHIPPED, read_course

DAY = 60 * 24
PASSWORDS = read_course(SHIPPED / "passwords")
ROW = training.CourseRow(
    "passwords", "Passwords", "How to choose one that holds, and what to do when somebody may know it.", 12, 4, 2, mine.ASKED,
    due=before(-DAY * 6), assignment="1", asked_for="TR-5", sleeping=("go ready", "take a conversation", "use the telephone"),
)  # fmt: skip
ROWS = (
    replace(ROW, slug="the-law", title="The law that binds you", state=mine.OVERDUE, due=before(DAY * 2), opened=0, asked_for="TR-7"),
    ROW,
    replace(ROW, slug="sanctions", title="Sanctions", due=before(-DAY * 9), asked_for="TR-4", sleeping=(), opened=4, attempt="1"),
)  # fmt: skip
OTHERS = (
    replace(ROW, slug="report-at-once", title="Report at once", state=mine.PASSED, due=None, until=before(-DAY * 200), sleeping=()),
    replace(ROW, slug="change-control-basics", title="Change control", state=mine.PASSED, due=None, for_ever=True, sleeping=()),
)  # fmt: skip
CODE = "7KQM-2XWD-9HTR-B4VN"
TAKEN = (
    training.Passed(
        "Report at once", CODE, before(DAY * 165), before(-DAY * 200), 90, holds=True, slug="report-at-once"
    ),
    training.Passed(
        "Passwords", "3FQM-2XWD-9HTR-B4VA", before(DAY * 400), before(DAY * 35), 80, holds=False, slug="passwords"
    ),
)
LESSONS = tuple(
    training.LessonRow(one.number, one.title["en"], one.number < 3, one.number == 1) for one in PASSWORDS.lessons
)
PROMISE = training.Promise("1", HASH, Form(), "Awa Dossou")
COURSE = training.Course(
    "passwords", "Passwords", ROW.summary, ("TR-5", "PW-1"), 12, 8, 80, "30 minutes", "1 year", LESSONS, Form(), ROW
)  # fmt: skip
LESSON = training.Lesson(
    "passwords", "Passwords", 1, LESSONS[0].title, lesson_html(PASSWORDS.lessons[0].text["en"], {}), LESSONS
)
POOL = PASSWORDS.questions
ASKED = training.Question(
    3,
    POOL[0].id,
    line_html(POOL[0].text["en"]),
    tuple(Choice(one.id, line_html(one.text["en"])) for one in POOL[0].answers),
    "a",
)
QUIZ = training.Quiz("1", "passwords", "Passwords", before(-21), (True, True) + (False,) * 6, ASKED)
RESULT = training.Result(
    "passwords", "Passwords", True, 87, 80,
    tuple(
        training.Answered(
            *map(line_html, (one.text["en"], one.right.text["en"] if n else one.answers[1].text["en"], one.right.text["en"])),
            n > 0, line_html("" if n else "A thief tries those first."), one.lesson,
        )
        for n, one in enumerate(POOL[:5])
    ),
    CODE,
)  # fmt: skip
REPORT = training.Report(
    Form(), breaches.KINDS,
    (
        training.Reported(breaches.NAMES["mail"], "A mail from “the bank” with a link.\nI did not follow it.", before(50), breaches.STATES["open"]),
        training.Reported(breaches.NAMES["lost"], "My badge.", before(DAY * 9), breaches.STATES["closed"], "The badge was blocked within the hour."),
    ),
)  # fmt: skip
REMINDER = awareness.Reminder(
    "1", "A caller who is in a hurry is not always who he says. Ask, and call back.", before(DAY * 3), None
)
TRIALS = (
    awareness.TrialRow(
        "1", "Your parcel waits at the gate", "the house", before(90), caring.TRIALS["draft"], 0, 0, 0, draft=True
    ),
    awareness.TrialRow(
        "2", "Your badge runs out today", "Porto Novo", before(DAY), caring.TRIALS["asked"], 0, 0, 0, waits=True
    ),
    awareness.TrialRow("3", "Your pay slip", "the house", before(DAY * 60), caring.TRIALS["sent"], 1240, 131, 402),
)
BREACHES = (
    awareness.BreachRow(
        "1",
        breaches.NAMES["mail"],
        "A mail from “the bank” with a link.\nI did not follow it.",
        "Awa Dossou",
        before(50),
        caring.BREACHES["open"],
        open=True,
    ),
    awareness.BreachRow(
        "2",
        breaches.NAMES["lost"],
        "My badge.",
        "Koffi Mensah",
        before(DAY * 9),
        caring.BREACHES["closed"],
        open=False,
        outcome="The badge was blocked within the hour.",
    ),
)
CARE = awareness.Awareness(
    Form(),
    replace(REMINDER, seen=before(DAY)),
    may_remind=True,
    may_plan=True,
    may_close=True,
    trials=TRIALS,
    breaches=BREACHES,
)
BOTH = (Choice("en", "English"), Choice("fr", "Français"))
NEW_TRIAL = awareness.NewTrial(
    Form({"place": "house"}), (Choice("house", "the house"), Choice("site:porto-novo", "Porto Novo")), BOTH
)

EXAMPLES = (
    ("awareness", "training/awareness.html", CARE, "/awareness"),
    ("awareness-none", "training/awareness.html", awareness.Awareness(Form(), trials=(), breaches=()), "/awareness"),
    ("awareness-wrong", "training/awareness.html", replace(CARE, form=Form({"outcome-1": "ok"}, {"outcome-1": "String should have at least 3 characters"})), "/awareness"),
    ("trial-new", "training/trial_new.html", NEW_TRIAL, "/awareness"),
    ("trial-new-wrong", "training/trial_new.html", replace(NEW_TRIAL, form=Form({"subject_en": "Hi"}, {"subject_en": "String should have at least 3 characters", "body_fr": "Field required"})), "/awareness"),
    ("courses-reminder", "training/courses.html", training.Courses(ROWS[:1], reminder=REMINDER), "/training"),
    ("courses", "training/courses.html", training.Courses(ROWS, OTHERS, TAKEN), "/training"),
    ("courses-none", "training/courses.html", training.Courses(()), "/training"),
    ("course", "training/course.html", COURSE, "/training"),
    ("course-wait", "training/course.html", replace(COURSE, mine=None, valid_for="", form=Form({}, {"": "2 attempts in a row failed; read again and come back after 15:10 UTC."})), "/training"),
    ("course-word", "training/course.html", replace(COURSE, promise=replace(PROMISE, form=Form({"typed_name": "Awa"}, {"": "Type your own name as the house knows it."}))), "/training"),
    ("course-word-given", "training/course.html", replace(COURSE, certificate=CODE, excused=mine.EXCUSES["asked"], excused_until=before(-DAY * 60), promise=replace(PROMISE, given=before(30))), "/training"),
    ("lesson", "training/lesson.html", LESSON, "/training"),
    ("lesson-last", "training/lesson.html", replace(LESSON, number=4), "/training"),
    ("quiz", "training/quiz.html", QUIZ, "/training"),
    ("quiz-answers", "training/quiz.html", replace(QUIZ, question=None), "/training"),
    ("quiz-over", "training/quiz.html", replace(QUIZ, question=None, over=True), "/training"),
    ("quiz-passed", "training/result.html", replace(RESULT, promise=PROMISE), "/training"),
    ("quiz-failed", "training/result.html", replace(RESULT, passed=False, score=40, code=""), "/training"),
    ("breach-report", "training/report.html", REPORT, "/report"),
    ("breach-report-wrong", "training/report.html", replace(REPORT, mine=(), form=Form({"kind": "data"}, {"told": "String should have at least 3 characters"})), "/report"),
)  # fmt: skip
PROOF = certificates.Proof(
    CODE, "Awa Dossou", "Choosing and keeping a password", before(DAY * 30), before(-DAY * 335), holds=True
)
OUTSIDE = (
    ("trial", "training/trial.html", awareness.Trial("x", "it-risks-refresher")),
    ("verify", "training/verify.html", certificates.Ask(Form())),
    ("verify-unknown", "training/verify.html", certificates.Ask(Form({"code": CODE}), CODE)),
    ("proof", "training/proof.html", PROOF),
    ("proof-lapsed", "training/proof.html", replace(PROOF, holds=False, until=before(DAY))),
    ("proof-for-ever", "training/proof.html", replace(PROOF, until=None)),
)
