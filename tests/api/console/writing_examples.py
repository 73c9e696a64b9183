"""Examples of the pages on which a course is written, of the invented house: (name, template, page, path)."""

from dataclasses import replace

from api.console import writing_words
from api.console.pages import writing as pages
from api.console.pages.frame import Choice, Form
from api.lessons import lesson_html
from tests.api.console.house import before
from training.courses.sketches import Lack

TEXT = (
    "A caller says he is the new technician. **He needs your code.**\n\n- Nobody asks for a code.\n- You report it.\n"
)
TEXT_FR = "Un appelant se dit le nouveau technicien. **Il lui faut votre code.**\n\n- Personne ne demande un code.\n"
LACKING = tuple(
    pages.LackRow(writing_words.said(one), writing_words.place_of("codes-by-telephone", one))
    for one in (
        Lack("summary", language="fr"), Lack("picture", "lesson", 2, "en", "pictures/door.png"), Lack("pool", number=5),
        Lack("feedback", "question", 1),
    )
)  # fmt: skip
PICTURES = (
    pages.PictureRow("telephone.png", "0" * 64, "![What it shows](pictures/telephone.png)", used=True),
    pages.PictureRow("an-old-picture-with-a-name-that-goes-on.jpg", "1" * 64, "![What it shows](pictures/an-old-picture-with-a-name-that-goes-on.jpg)", used=False),
)  # fmt: skip
FORM = Form({
    "title_en": "Codes by telephone", "title_fr": "Les codes au téléphone", "summary_en": "What one does when somebody asks for a code.",
    "minutes": "10", "pass_mark": "80", "draws": "5", "attempts": "3", "pause": "1 hour", "time_limit": "30 minutes", "valid_for": "1 year",
})  # fmt: skip
SPANS = (
    ("time_limit", "Time for the quiz", (Choice("30 minutes", "30 minutes"), Choice("1 hour", "1 hour"))),
    ("pause", "Wait after a failed attempt", (Choice("1 hour", "1 hour"),)),
    ("valid_for", "A pass is good", (Choice("1 year", "1 year"), Choice("", "for ever"))),
)
DRAFT = pages.Draft(
    "codes-by-telephone", "Codes by telephone", 4, "Sena Adjovi", before(12), FORM, LACKING,
    (pages.PartRow(1, "The new technician", "", whole=True), pages.PartRow(2, "Who asks for a code?", "", whole=False)),
    (pages.PartRow(1, "A caller says that he is the new technician and needs the code on your telephone. What do you do?", "Lesson 1", whole=False),),
    PICTURES, (pages.Taught("TR-5", "Users know how to choose and keep a password.", chosen=True), pages.Taught("TR-1", "Users master the tools they use.", chosen=False)),
    SPANS, 512, (pages.FilmRow("the-caller.mp4", "2" * 64, "![What it shows](films/the-caller.mp4)", True, ("Français",)),),
    (Choice("the-caller.mp4", "the-caller.mp4"),), (Choice("en", "English"), Choice("fr", "Français")), 64,
)  # fmt: skip
LESSON = pages.Lesson(
    "codes-by-telephone", "Codes by telephone", 2, 2, 4,
    Form({"title_en": "Who asks for a code?", "title_fr": "Qui demande un code ?", "text_en": TEXT, "text_fr": TEXT_FR}),
    (("en", "Who asks for a code?", lesson_html(TEXT, {})), ("fr", "Qui demande un code ?", lesson_html(TEXT_FR, {}))),
    PICTURES,
)  # fmt: skip
QUESTION = pages.Question(
    "codes-by-telephone", "Codes by telephone", 1, 1, 4,
    Form({"text_en": "A caller needs the code on your telephone. What do you do?", "lesson": "1", "answer_0_en": "I read it to him.", "why_0_en": "A code is yours alone.", "answer_1_en": "I hang up and report it.", "right": "1"}),
    (Choice("1", "1. The new technician"), Choice("2", "2. Who asks for a code?")), tuple(range(6)),
)  # fmt: skip
RETIRE = pages.Retire(
    "passwords",
    "Choosing and keeping a password",
    Form(),
    (pages.Rule("TR-5", "go ready, take a conversation, use the telephone"), pages.Rule("TR-9", "")),
    1240,
    1186,
)
PATH = "/training/team"
EXAMPLES = (
    ("course-new", "training/write_new.html", pages.New(Form()), PATH),
    ("course-retire", "training/retire.html", RETIRE, PATH),
    ("course-retire-free", "training/retire.html", replace(RETIRE, rules=(), form=Form({"reason": "old"}, {"reason": "Say why in 10 to 500 signs."})), PATH),
    ("course-new-wrong", "training/write_new.html", pages.New(Form({"slug": "team", "title_en": "The team"}, {"slug": "This name is an address of the house; choose another for the course."})), PATH),
    ("course-draft", "training/write.html", DRAFT, PATH),
    ("course-draft-empty", "training/write.html", replace(DRAFT, lessons=(), questions=(), pictures=(), films=()), PATH),
    ("course-draft-whole", "training/write.html", replace(DRAFT, lacking=(), form=Form(dict(FORM.values), {"picture": "A picture is a PNG or a JPEG."})), PATH),
    ("course-lesson", "training/write_lesson.html", LESSON, PATH),
    ("course-lesson-new", "training/write_lesson.html", replace(LESSON, number=3, form=Form({}, {"": "Somebody else saved this draft meanwhile. Copy your words, open it again, and save them there."}), shown=(), pictures=(), is_new=True), PATH),
    ("course-question", "training/write_question.html", QUESTION, PATH),
)  # fmt: skip
