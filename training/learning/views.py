"""What a learner sees of an attempt: never which answer is right before it is finished, and why afterwards. [TR-1]"""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from kernel.action import Work
from kernel.db import Answer
from training.courses.content import Question
from training.courses.models import CourseVersion
from training.learning.models import Attempt, AttemptAnswer, CoursePass
from training.learning.quiz import Drawn


class ChoiceView(Answer):
    """An answer one may choose; `right` and `feedback` are told once the attempt is finished."""

    id: str
    text: dict[str, str]
    right: bool | None = None
    feedback: dict[str, str] | None = None


class QuestionView(Answer):
    """A question as it was drawn, with what was chosen so far."""

    id: str
    lesson: int
    text: dict[str, str]
    answers: list[ChoiceView]
    chosen: str | None


class AttemptView(Answer):
    """An attempt with its questions; `number` is that of the version it stays with."""

    id: UUID
    course: str
    title: dict[str, str]
    number: int
    state: str
    started_at: datetime
    deadline: datetime
    finished_at: datetime | None
    pass_mark: int
    score: int | None
    code: str | None
    questions: list[QuestionView]


def drawn_of(attempt: Attempt) -> list[Drawn]:
    """Give the questions of an attempt in their order."""
    return [Drawn(question, tuple(answers)) for question, answers in attempt.drawn]


def given(work: Work, attempt: Attempt) -> dict[str, str]:
    """Give the answer that stands for each question: the last one given."""
    rows = select(AttemptAnswer).where(AttemptAnswer.attempt_id == attempt.id).order_by(col(AttemptAnswer.number))
    return {row.question: row.answer for row in work.select(rows)}


def shown(work: Work, attempt: Attempt) -> AttemptView:
    """Show an attempt to its learner."""
    version = work.get(CourseVersion, attempt.version_id)
    content, chosen = version.read(), given(work, attempt)
    code = work.select(select(CoursePass.code).where(CoursePass.attempt_id == attempt.id)).first()
    finished = attempt.state != "open"
    questions = [
        _question(found, one, chosen.get(one.question), finished=finished)
        for one in drawn_of(attempt)
        if (found := content.question(one.question)) is not None
    ]
    return AttemptView(
        id=attempt.id, course=attempt.course, title=content.title, number=version.number, state=attempt.state,
        started_at=attempt.started_at, deadline=attempt.deadline, finished_at=attempt.finished_at,
        pass_mark=content.pass_mark, score=attempt.score, code=code, questions=questions,
    )  # fmt: skip


def _question(found: Question, drawn: Drawn, chosen: str | None, *, finished: bool) -> QuestionView:
    answers = []
    for name in drawn.answers:
        one = found.answer(name)
        if one is not None:
            choice = ChoiceView(id=one.id, text=one.text)
            if finished:
                choice.right, choice.feedback = one.right, one.feedback
            answers.append(choice)
    return QuestionView(id=found.id, lesson=found.lesson, text=found.text, answers=answers, chosen=chosen)
