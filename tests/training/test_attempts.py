"""Attempts: resumable, shuffled by their seed, scored by the server, every answer kept; limits, pauses, clocks that go back."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from kernel import db
from kernel.db import read_session
from kernel.errors import Conflict, Denied, NotFound, OmniError, Refused
from tests import world
from tests.journeys.house import until
from tests.training.conftest import School
from tests.training.folders import course_yaml, quiz
from training.courses.content import CourseContent
from training.learning import attempts, effectiveness, passes
from training.learning.models import Attempt, AttemptAnswer, CoursePass
from training.learning.quiz import draw, score


def log_of(attempt_id: Any) -> list[tuple[str, str]]:
    with read_session() as session:
        rows = session.scalars(
            select(AttemptAnswer).where(AttemptAnswer.attempt_id == attempt_id).order_by(AttemptAnswer.number)  # type: ignore[arg-type]
        )
        return [(row.question, row.answer) for row in rows]


def test_who_opens_a_lesson_keeps_nobody_from_being_asked_for_its_course(school: School) -> None:
    """An assignment names its course; were the course locked against that, it and the lesson would wait for one another."""
    ama, course = world.person(), school.publish("passwords")
    attempts.open_lesson(ama.actor, course.id, number=1)
    waiting = "select 1 from pg_locks where locktype = 'transactionid' and not granted"
    with db.connect(db.APP) as assigning, db.connect(db.APP) as beside:
        assigning.execute("begin")
        assigning.execute("select 1 from learner where id = %s for update", [ama.id])
        reader = threading.Thread(target=attempts.open_lesson, args=(ama.actor, course.id), kwargs={"number": 2})
        reader.start()
        until(lambda: beside.execute(waiting).fetchone() is not None, "the lesson to wait for the learner")
        assigning.execute("select 1 from course where id = %s for key share nowait", [course.id])
        assigning.execute("commit")
        reader.join(20)
    assert attempts.start_attempt(ama.actor, course.id).questions, "the second lesson was opened"


def test_the_quiz_begins_once_every_lesson_was_opened(school: School) -> None:
    ama, course = world.person(), school.publish("passwords")
    with pytest.raises(Refused, match="2 of 2 are still"):
        attempts.start_attempt(ama.actor, course.id)
    attempts.open_lesson(ama.actor, course.id, number=1)
    with pytest.raises(Refused, match="1 of 2 are still"):
        attempts.start_attempt(ama.actor, course.id)
    with pytest.raises(NotFound):
        attempts.open_lesson(ama.actor, course.id, number=3)
    attempts.open_lesson(ama.actor, course.id, number=1)
    attempts.open_lesson(ama.actor, course.id, number=2)
    assert len(attempts.start_attempt(ama.actor, course.id).questions) == 4


def test_an_attempt_is_resumed_with_its_order_and_answers(school: School) -> None:
    ama, course = world.person(), school.publish("passwords")
    school.read(ama, course)
    first = attempts.start_attempt(ama.actor, course.id)
    attempts.give_answer(ama.actor, first.id, question=first.questions[2].id, answer="c")
    again = attempts.start_attempt(ama.actor, course.id)
    assert (again.id, [q.id for q in again.questions]) == (first.id, [q.id for q in first.questions])
    assert [q.chosen for q in again.questions] == [None, None, "c", None]


def test_what_is_right_is_told_only_after_the_end(school: School) -> None:
    ama, course = world.person(), school.publish("passwords")
    school.read(ama, course)
    begun = attempts.start_attempt(ama.actor, course.id)
    assert all(a.right is None and a.feedback is None for q in begun.questions for a in q.answers)
    ended = attempts.finish_attempt(ama.actor, begun.id)
    assert (ended.state, ended.score) == ("failed", 0)
    assert {a.id for q in ended.questions for a in q.answers if a.right} == {"b"}
    assert all(a.feedback for q in ended.questions for a in q.answers if not a.right)


def test_an_answer_sent_twice_is_one_and_a_second_thought_is_kept_beside_the_first(school: School) -> None:
    ama, course = world.person(), school.publish("passwords")
    school.read(ama, course)
    begun = attempts.start_attempt(ama.actor, course.id)
    asked = begun.questions[0].id
    for answer in ("a", "a", "b", "b"):
        attempts.give_answer(ama.actor, begun.id, question=asked, answer=answer)
    assert log_of(begun.id) == [(asked, "a"), (asked, "b")]
    assert attempts.finish_attempt(ama.actor, begun.id).score == 25


def test_finishing_twice_is_once_and_no_answer_comes_after_the_end(school: School) -> None:
    ama, course = world.person(), school.publish("passwords")
    ended = school.take(ama, course)
    again = attempts.finish_attempt(ama.actor, ended.id)
    assert (ended.state, ended.score, again.code) == ("passed", 100, ended.code)
    with pytest.raises(Conflict):
        attempts.give_answer(ama.actor, ended.id, question=ended.questions[0].id, answer="a")
    attempts.give_answer(ama.actor, ended.id, question=ended.questions[0].id, answer="b")
    assert len(log_of(ended.id)) == 4


def test_foreign_questions_answers_and_attempts_are_refused(school: School) -> None:
    ama, kofi, course = world.person(), world.person(), school.publish("passwords")
    school.read(ama, course)
    begun = attempts.start_attempt(ama.actor, course.id)
    left_out = ({f"q{n}" for n in range(6)} - {q.id for q in begun.questions}).pop()
    for question, answer in ((left_out, "b"), (begun.questions[0].id, "z"), ("", ""), ("x" * 10_000, "b")):
        with pytest.raises(NotFound):
            attempts.give_answer(ama.actor, begun.id, question=question, answer=answer)
    for door in (attempts.finish_attempt, effectiveness.read_attempt):
        with pytest.raises(Denied):
            door(kofi.actor, begun.id)


def test_after_the_limit_nothing_is_taken_and_what_was_answered_counts(school: School) -> None:
    ama, course = world.person(), school.publish("passwords")
    school.read(ama, course)
    begun = attempts.start_attempt(ama.actor, course.id)
    for question in begun.questions[:3]:
        attempts.give_answer(ama.actor, begun.id, question=question.id, answer="b")
    school.hands.forward(minutes=30)
    with pytest.raises(Refused, match="time of this attempt is over"):
        attempts.give_answer(ama.actor, begun.id, question=begun.questions[3].id, answer="b")
    attempts.close_all_late(school.hands.now())
    ended = effectiveness.read_attempt(ama.actor, begun.id)
    assert (ended.state, ended.score, ended.finished_at) == ("passed", 75, begun.deadline)


def test_a_clock_that_goes_back_gives_no_more_time(school: School) -> None:
    ama, course = world.person(), school.publish("passwords")
    school.read(ama, course)
    begun = attempts.start_attempt(ama.actor, course.id)
    school.hands.forward(minutes=29)
    attempts.give_answer(ama.actor, begun.id, question=begun.questions[0].id, answer="b")
    school.hands.back(hours=5)
    attempts.give_answer(ama.actor, begun.id, question=begun.questions[1].id, answer="b")
    with read_session() as session:
        times = session.scalars(select(AttemptAnswer.at).order_by(AttemptAnswer.number)).all()  # type: ignore[arg-type]
    assert times[1] == times[0] == begun.started_at + timedelta(minutes=29)
    ended = attempts.finish_attempt(ama.actor, begun.id)
    assert ended.finished_at == times[0]
    again = attempts.start_attempt(ama.actor, course.id)
    assert again.started_at == times[0]


def test_two_failures_in_a_row_are_followed_by_a_pause(school: School) -> None:
    ama, course = world.person(), school.publish("passwords")
    for _ in range(2):
        assert school.take(ama, course, wrong=2).state == "failed"
    with pytest.raises(Refused, match="2 attempts in a row failed"):
        attempts.start_attempt(ama.actor, course.id)
    school.hands.forward(minutes=59)
    with pytest.raises(Refused):
        attempts.start_attempt(ama.actor, course.id)
    school.hands.forward(minutes=1)
    assert school.take(ama, course).state == "passed"
    assert school.take(ama, course, wrong=2).state == "failed"
    assert school.take(ama, course).state == "passed"


def test_an_attempt_stays_with_its_version_when_another_is_published(school: School) -> None:
    ama, course = world.person(), school.publish("passwords")
    school.read(ama, course)
    begun = attempts.start_attempt(ama.actor, course.id)
    school.publish("passwords", pass_mark=100)
    for question in begun.questions[:3]:
        attempts.give_answer(ama.actor, begun.id, question=question.id, answer="b")
    ended = attempts.finish_attempt(ama.actor, begun.id)
    assert (ended.number, ended.pass_mark, ended.state) == (1, 75, "passed")
    with pytest.raises(Refused, match="Read the lessons first"):
        attempts.start_attempt(ama.actor, course.id)


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run calls in threads at once; gives what each returned or raised."""
    found: list[object] = []

    def run(call: Callable[[], object]) -> None:
        try:
            found.append(call())
        except OmniError as error:
            found.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_a_quiz_begun_and_handed_in_from_two_windows_at_once_is_one(school: School) -> None:
    ama, course = world.person(), school.publish("passwords")
    school.read(ama, course)
    begun = at_once(*[lambda: attempts.start_attempt(ama.actor, course.id)] * 4)
    assert len({one.id for one in begun}) == 1  # type: ignore[attr-defined]
    attempt = begun[0]
    for question in attempt.questions:  # type: ignore[attr-defined]
        at_once(*[lambda q=question.id: attempts.give_answer(ama.actor, attempt.id, question=q, answer="b")] * 2)  # type: ignore[misc]
    ended = at_once(*[lambda: attempts.finish_attempt(ama.actor, attempt.id)] * 4)  # type: ignore[attr-defined]
    assert {one.state for one in ended} == {"passed"}  # type: ignore[attr-defined]
    assert len(log_of(attempt.id)) == 4  # type: ignore[attr-defined]
    with read_session() as session:
        assert len(session.scalars(select(CoursePass)).all()) == 1


def test_training_again_adds_a_record_and_takes_none_away(school: School, database: str) -> None:
    ama, course = world.person(), school.publish("passwords")
    first = school.take(ama, course)
    school.hands.forward(days=300)
    second = school.take(ama, course)
    mine = passes.my_certificates(ama.actor)
    assert [one.code for one in mine] == [second.code, first.code]
    for table in ("course_pass", "attempt_answer", "lesson_read"):
        with db.connect("none", database) as conn:
            conn.execute("begin; select set_config('app.action_id', gen_random_uuid()::text, true)")
            with pytest.raises(Exception, match="never changed"):
                conn.execute(f"delete from {table}")


def test_a_code_tells_who_passed_what_and_whether_it_holds(school: School) -> None:
    from kernel.actor import clerk

    ama, course = world.person(), school.publish("passwords")
    code = school.take(ama, course).code
    told = passes.verify_certificate(clerk("certificates"), code=f" {code.lower()} ")
    assert (told.person_id, told.course, told.number, told.score, told.holds) == (ama.id, "passwords", 1, 100, True)
    school.hands.forward(days=366)
    assert not passes.verify_certificate(clerk("certificates"), code=code).holds
    for wrong in ("", "AAAA-AAAA-AAAA-AAAA", "%", code[:-1]):
        with pytest.raises(NotFound):
            passes.verify_certificate(clerk("certificates"), code=wrong)


def test_an_undertaking_is_given_by_ones_own_name_on_what_one_passed(school: School) -> None:
    ama, course = world.person(given_name="Zoé", family_name="N'Guessan"), school.publish("passwords")
    from training.courses.readings import read_course

    seen = read_course(ama.actor, course.id)
    give = lambda name, digest=seen.digest: passes.give_undertaking(  # noqa: E731
        ama.actor, seen.version_id, digest=digest, typed_name=name
    )
    with pytest.raises(Refused, match="Pass the course first"):
        give("Zoé N'Guessan")
    school.take(ama, course)
    with pytest.raises(Refused, match="your own name"):
        give("Ama Mensah")
    with pytest.raises(Conflict, match="another than the one"):
        give("Zoé N'Guessan", "0" * 64)
    give("zoe  n\u2019guessan")
    with pytest.raises(Conflict, match="already"):
        give("Zoé N'Guessan")


def test_question_difficulty_and_statements_tell_how_attempts_went(school: School) -> None:
    import json

    ama, kofi, course = world.person(), world.person(), school.publish("passwords", draws=6)
    school.take(ama, course)
    failed = school.take(kofi, course, wrong=3)
    hard = effectiveness.difficulty(school.trainer.actor, course.id)
    assert [(one.drawn, one.percent) for one in hard] == [(2, 50)] * 3 + [(2, 100)] * 3
    assert hard[0].chosen == {"a": 1, "b": 1}
    lines = [json.loads(line) for line in effectiveness.statements(school.trainer.actor).splitlines()]
    assert [line["verb"]["id"].rpartition("/")[2] for line in lines] == ["passed", "failed"]
    assert (lines[1]["id"], lines[1]["result"]["score"]["scaled"]) == (str(failed.id), 0.5)
    assert kofi.name not in json.dumps(lines)


POOL = CourseContent.model_validate(
    course_yaml()
    | quiz(20)
    | {
        "draws": 9,
        "lessons": [
            {"number": n, "name": "a", "title": {"en": "T", "fr": "T"}, "text": {"en": "# T\n", "fr": "# T\n"}}
            for n in (1, 2)
        ],
    }
)


@settings(deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_a_seed_draws_the_same_quiz_again_and_each_question_once(seed: str, other: str) -> None:
    drawn = draw(POOL, seed)
    assert drawn == draw(POOL, seed)
    assert len({one.question for one in drawn}) == POOL.draws
    assert all(sorted(one.answers) == ["a", "b", "c", "d"] for one in drawn)
    assert seed == other or drawn != draw(POOL, other)


@settings(deadline=None)
@given(st.lists(st.sampled_from("abcd"), min_size=9, max_size=9))
def test_the_score_is_the_share_of_right_answers_rounded_down(answers: list[str]) -> None:
    names = [one.question for one in draw(POOL, "seed")]
    points, passed = score(POOL, names, dict(zip(names, answers, strict=True)))
    right = answers.count("b")
    assert points == right * 100 // 9
    assert passed == (right >= 7)


def test_an_attempt_of_a_person_who_left_stays_on_record(school: School) -> None:
    import iam

    ama, course = world.person(), school.publish("passwords")
    school.take(ama, course)
    iam.leave_person(world.person(role="it-admin").actor, ama.id)
    with read_session() as session:
        assert session.scalars(select(Attempt.state).where(Attempt.person_id == ama.id)).all() == ["passed"]
