"""What a draft of a course still lacks, in words for who writes it."""

from collections.abc import Mapping

from api.words import N_, NAMES, _
from training.courses.sketches import Lack

LACKS: Mapping[tuple[str, str], str] = {
    ("", "title"): N_("The course has no title in this language: %(language)s."),
    ("", "summary"): N_("The course has no summary in this language: %(language)s."),
    ("", "teaches"): N_("Say which clauses it teaches."),
    ("", "lessons"): N_("It has no lesson yet."),
    ("", "pool"): N_("The pool has fewer than the %(number)s questions that are drawn."),
    ("", "else"): N_("Something is not in order: %(name)s"),
    ("lesson", "title"): N_("Lesson %(number)s has no title in this language: %(language)s."),
    ("lesson", "text"): N_("Lesson %(number)s has no text in this language: %(language)s."),
    ("lesson", "picture"): N_("Lesson %(number)s shows a picture that is not there: %(name)s."),
    ("lesson", "picture-words"): N_("Lesson %(number)s does not say what the picture %(name)s shows."),
    ("lesson", "link"): N_("Lesson %(number)s has a link that leads neither to https:// nor to a page of this house."),
    ("question", "text"): N_("Question %(number)s has no scene in this language: %(language)s."),
    ("question", "of-lesson"): N_("Question %(number)s is of a lesson that is not there."),
    ("question", "answers"): N_("Question %(number)s has fewer than two answers."),
    ("question", "right"): N_("Question %(number)s has not exactly one right answer."),
    ("question", "answer-words"): N_("Question %(number)s has an answer that is not said in both languages."),
    ("question", "feedback"): N_("Question %(number)s does not say in both languages why its wrong answers are wrong."),
}


def said(lack: Lack) -> str:
    """Say what is lacking, in the reader's language."""
    return _(LACKS[lack.part, lack.what], number=lack.number, language=NAMES.get(lack.language, ""), name=lack.name)


def place_of(slug: str, lack: Lack) -> str:
    """Give where it is put right: the page of its lesson or question, or the field on the page of the draft."""
    draft = f"/training/courses/{slug}/draft"
    if lack.part:
        return f"{draft}/{lack.part}s/{lack.number}"
    anchors = {"title": f"title_{lack.language}", "summary": f"summary_{lack.language}", "teaches": "teaches", "lessons": "lessons", "pool": "questions"}  # fmt: skip
    return f"{draft}#{anchors.get(lack.what, 'facts')}"
