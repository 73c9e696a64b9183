"""The courses that come with the house: whole, the same in both languages, fair to who answers, true to the console. [TR-1..TR-9]"""

import re
import struct
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from policy.loading import read_folder
from training.courses.content import CourseContent
from training.courses.folder import SHIPPED, read_course

LANGUAGES = ("en", "fr")
INDUCTION = (
    "activity-is-logged", "nothing-leaves", "sanctions", "passwords", "lock-your-screen", "the-law", "report-at-once",
    "it-risks-refresher",
)  # fmt: skip
TOOLS = ("tools-agent", "tools-supervisor", "tools-manager", "tools-it-administrator", "tools-security-officer")
CRAFTS = ("change-control-basics", "firewall-review")
SLUGS = INDUCTION + TOOLS + CRAFTS
WORDS_A_MINUTE = 200
LARGEST_PICTURE = 120_000
WORD = re.compile(r"[^\W_][\w\u2019'-]*")
PICTURE = re.compile(r"!\[[^\]]+\]\((pictures/[^)]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)]+)\)")
PAGES = {"/report", "/training"}
COMPANIES = re.compile(r"\b(MTN|Moov|Orange|Celtiis|Airtel|Sonatel|Expresso|Wave|Glo|Libtelco|Maroc Telecom)\b")
BUTTONS = (
    ("activity-is-logged", "My account"), ("activity-is-logged", "What you did lately"), ("activity-is-logged", "Lock everything"),
    ("activity-is-logged", "Lock the screen"), ("activity-is-logged", "Somebody may know my secrets"),
    ("passwords", "Somebody may know my secrets"), ("passwords", "Lock everything"), ("passwords", "Add a passkey"), ("passwords", "Sessions"),
    ("lock-your-screen", "Lock the screen"), ("report-at-once", "Lock everything"),
    ("tools-agent", "Go ready"), ("tools-agent", "Note for colleagues"), ("tools-agent", "Hand over"), ("tools-agent", "To the queue"),
    ("tools-agent", "Go offline"), ("tools-agent", "Technical problem"), ("tools-agent", "Keypad"), ("tools-agent", "Hold"),
    ("tools-supervisor", "Wall"), ("tools-supervisor", "Waiting"), ("tools-supervisor", "Oldest"), ("tools-supervisor", "Given up"),
    ("tools-supervisor", "Service level"),
    ("tools-manager", "Ask for something"), ("tools-manager", "Bring a person in"), ("tools-manager", "Ask for a list"),
    ("tools-manager", "Why it is needed"), ("tools-manager", "Access review"), ("tools-manager", "Look twice"),
    ("tools-it-administrator", "Elevations"), ("tools-it-administrator", "Service accounts"), ("tools-it-administrator", "Letters"),
    ("tools-it-administrator", "Put it right"), ("tools-it-administrator", "It was in order"), ("tools-it-administrator", "I question it"),
    ("tools-security-officer", "Disclosed secrets"), ("tools-security-officer", "Deviations"), ("tools-security-officer", "Reports"),
    ("tools-security-officer", "Verify it yourself"), ("tools-security-officer", "Who may, and why"),
)  # fmt: skip

# What a lesson says in figures, and the parameter of the book it repeats: another figure in the book needs another lesson.
FIGURES = (
    ("passwords", "at least **8 characters**", "au moins **8 caractères**", "PW-1", "house_min_length", 8),
    ("passwords", "**every 90 days**", "**tous les 90 jours**", "ID-4", "days", 90),
    ("passwords", "14, 7 and 1 days before", "14, 7 et 1 jours avant", "ID-4", "notice_days", [14, 7, 1]),
    ("lock-your-screen", "**15 minutes**", "**15 minutes**", "ID-1", "idle_minutes", 15),
    ("tools-it-administrator", "lives for 24 hours", "vit 24 heures", "ID-5", "code_hours", 24),
    ("tools-it-administrator", "a working day at most", "une journée de travail au plus", "AC-5", "longest_hours", 8),
    ("tools-it-administrator", "for four hours", "pour quatre heures", "AC-5", "emergency_hours", 4),
    ("tools-it-administrator", "within a quarter of an hour", "un quart d\u2019heure", "AC-5", "second_key_minutes", 15),
    ("tools-it-administrator", "within 24 hours", "dans les 24 heures", "AC-5", "documentation_hours", 24),
    ("tools-security-officer", "Within sixty seconds", "En soixante secondes", "PW-5", "lock_seconds", 60),
    ("change-control-basics", "**24 hours** for the documentation", "**24 heures** pour le compte rendu", "CC-6", "documentation_hours", 24),
    ("change-control-basics", "**within 30 days**", "**sous 30 jours**", "CC-9", "critical_days", 30),
)  # fmt: skip


@pytest.fixture(scope="module", params=SLUGS)
def course(request: pytest.FixtureRequest) -> CourseContent:
    """One course as it is read on publishing."""
    return read_course(SHIPPED / request.param)


def lessons(course: CourseContent, language: str) -> list[str]:
    return [lesson.text[language] for lesson in course.lessons]


def prose(text: str) -> str:
    """A lesson without the addresses of its pictures and links."""
    return re.sub(r"\]\([^)]*\)", "]", text)


def minutes(course: CourseContent, language: str) -> float:
    return sum(len(WORD.findall(prose(text))) for text in lessons(course, language)) / WORDS_A_MINUTE


def test_these_courses_are_shipped_and_no_other() -> None:
    assert {path.parent.name for path in SHIPPED.glob("*/course.yaml")} == set(SLUGS)


def test_induction_teaches_each_clause_of_awareness() -> None:
    taught = {clause for slug in INDUCTION for clause in read_course(SHIPPED / slug).teaches}
    assert taught >= {f"TR-{number}" for number in range(2, 10)}
    assert all("TR-1" in read_course(SHIPPED / slug).teaches for slug in TOOLS)


def test_what_a_course_teaches_stands_in_the_book(course: CourseContent) -> None:
    assert set(course.teaches) <= {clause.id for clause in read_folder().clauses}


def test_course_asks_for_eighty_percent_of_a_pool_that_is_larger_than_an_attempt(course: CourseContent) -> None:
    assert course.pass_mark == 80
    assert len(course.questions) >= 12
    assert course.draws < len(course.questions)
    assert 3 <= len(course.lessons) <= 5


def test_every_lesson_is_asked_about(course: CourseContent) -> None:
    assert {question.lesson for question in course.questions} == {lesson.number for lesson in course.lessons}


@pytest.mark.parametrize("language", LANGUAGES)
def test_course_takes_about_ten_minutes_with_its_questions(course: CourseContent, language: str) -> None:
    assert 6 <= minutes(course, language) <= 14
    assert 6 <= course.minutes <= 14


def test_languages_tell_the_same(course: CourseContent) -> None:
    for lesson in course.lessons:
        en, fr = lesson.text["en"], lesson.text["fr"]
        for mark in (r"^## ", r"^\| ", r"^- ", r"^\d\. ", r"^> \*\*", r"!\[", r"\]\(/", r"^```"):
            assert len(re.findall(mark, en, re.MULTILINE)) == len(re.findall(mark, fr, re.MULTILINE)), (
                lesson.name,
                mark,
            )
        assert 0.75 < len(en) / len(fr) < 1.25, lesson.name


def test_no_sentence_was_left_in_the_other_language(course: CourseContent) -> None:
    for lesson in course.lessons:
        both = set(lines(lesson.text["en"])) & set(lines(lesson.text["fr"]))
        assert both == set(), lesson.name
    for question in course.questions:
        assert question.text["en"] != question.text["fr"]


def lines(text: str) -> list[str]:
    """The lines of prose that are long enough to be sentences; commands are the same everywhere."""
    return [
        line for line in re.sub(r"```.*?```", "", text, flags=re.DOTALL).splitlines() if len(WORD.findall(line)) > 5
    ]


def test_pictures_are_there_small_and_of_the_reader_s_language(course: CourseContent) -> None:
    sizes = {picture.name: len(picture.data) for picture in course.pictures}
    for language in LANGUAGES:
        shown = [name.removeprefix("pictures/") for text in lessons(course, language) for name in PICTURE.findall(text)]
        assert all(name.endswith(f".{language}.png") for name in shown)
        assert set(shown) <= set(sizes)
    assert all(size <= LARGEST_PICTURE for size in sizes.values())
    for picture in course.pictures:
        assert picture.data.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack(">II", picture.data[16:24]) == (1366, 768), picture.name


def test_links_stay_in_the_house(course: CourseContent) -> None:
    for language in LANGUAGES:
        assert {link for text in lessons(course, language) for link in LINK.findall(text)} <= PAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_right_answer_is_not_known_by_its_length(course: CourseContent, language: str) -> None:
    right = [len(one.text[language]) for question in course.questions for one in question.answers if one.right]
    wrong = [len(one.text[language]) for question in course.questions for one in question.answers if not one.right]
    assert sum(right) / len(right) <= 1.2 * sum(wrong) / len(wrong)
    longest = sum(max(q.answers, key=lambda one: len(one.text[language])).right for q in course.questions)
    assert longest <= len(course.questions) / 2


def test_four_answers_and_a_word_to_each_wrong_one(course: CourseContent) -> None:
    for question in course.questions:
        assert len(question.answers) == 4, question.id
        assert [one.right for one in question.answers].count(True) == 1, question.id
        for one in question.answers:
            assert one.right or (one.feedback and one.feedback["en"] and one.feedback["fr"]), question.id


def test_right_answers_stand_at_every_place(course: CourseContent) -> None:
    places = Counter(next(n for n, one in enumerate(q.answers) if one.right) for q in course.questions)
    assert set(places) == {0, 1, 2, 3}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_question_is_asked_twice_in_the_house(language: str) -> None:
    asked = Counter(
        " ".join(WORD.findall(question.text[language].lower()))
        for slug in SLUGS
        for question in read_course(SHIPPED / slug).questions
    )
    assert [text for text, times in asked.items() if times > 1] == []


def test_no_real_company_is_named(course: CourseContent) -> None:
    texts = [text for language in LANGUAGES for text in lessons(course, language)]
    texts += [
        said
        for q in course.questions
        for said in (*q.text.values(), *(t for one in q.answers for t in one.text.values()))
    ]
    assert [found for text in texts for found in COMPANIES.findall(text)] == []


@pytest.fixture(scope="module")
def console() -> Catalog:
    """The console's words in French."""
    with Path("api/locale/fr/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file)


@pytest.mark.parametrize(("slug", "button"), BUTTONS)
def test_buttons_are_called_as_the_console_calls_them(slug: str, button: str, console: Catalog) -> None:
    french = [str(message.string) for message in console if message.id == button]
    assert french, f"the console has no {button!r} any more"
    course = read_course(SHIPPED / slug)
    assert button in "\n".join(lessons(course, "en"))
    assert any(word in "\n".join(lessons(course, "fr")) for word in french)


@pytest.mark.parametrize(("slug", "en", "fr", "clause", "parameter", "value"), FIGURES)
def test_figures_of_a_lesson_are_those_of_the_book(
    slug: str, en: str, fr: str, clause: str, parameter: str, value: object
) -> None:
    course = read_course(SHIPPED / slug)
    assert en in "\n".join(lessons(course, "en"))
    assert fr in "\n".join(lessons(course, "fr"))
    told = next(one.parameters for one in read_folder().clauses if one.id == clause)
    assert told[parameter] == value, f"the lesson says {en!r}: write it anew"
