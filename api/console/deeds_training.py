"""What is done with courses, quizzes, awareness and breaches, in the ledger's sentences (see `deeds`)."""

from collections.abc import Mapping

from api.words import N_

TRAINING: Mapping[str, tuple[str, str, str]] = {
    "course.add": ("book", N_("%(who)s added a course"), N_("%(who)s tried to add a course")),
    "course.write": ("book", N_("%(who)s wrote a version of %(thing)s"), N_("%(who)s tried to write a version of %(thing)s")),
    "course.add-picture": ("book", N_("%(who)s kept a picture for lessons"), N_("%(who)s tried to keep a picture for lessons")),
    "course.ask": ("shield", N_("%(who)s asked for the approval of a course"), N_("%(who)s tried to ask for the approval of a course")),
    "course.ask-shipped": ("shield", N_("%(who)s asked for the approval of the shipped courses"), N_("%(who)s tried to ask for the approval of the shipped courses")),
    "course.ask-retirement": ("shield", N_("%(who)s asked that %(thing)s be retired"), N_("%(who)s tried to ask that %(thing)s be retired")),
    "course.bring-in": ("book", N_("%(who)s brought a shipped course in"), N_("%(who)s tried to bring a shipped course in")),
    "course.drop": ("book", N_("%(who)s took a version of a course back"), N_("%(who)s tried to take a version of a course back")),
    "course.publish": ("book", N_("%(who)s put a version of a course in force"), N_("%(who)s tried to put a version of a course in force")),
    "course.retire": ("book", N_("%(who)s retired %(thing)s"), N_("%(who)s tried to retire %(thing)s")),
    "course.note-unpublished": ("book", N_("%(who)s wrote down why a course was not put in force"), N_("%(who)s tried to write down why a course was not put in force")),
    "course.note-unretired": ("book", N_("%(who)s wrote down why %(thing)s was not retired"), N_("%(who)s tried to write down why %(thing)s was not retired")),
    "lesson.open": ("book", N_("%(who)s opened a lesson of %(thing)s"), N_("%(who)s tried to open a lesson of %(thing)s")),
    "attempt.start": ("book", N_("%(who)s began the quiz of %(thing)s"), N_("%(who)s tried to begin the quiz of %(thing)s")),
    "attempt.answer": ("book", N_("%(who)s answered a question of a quiz"), N_("%(who)s tried to answer a question of a quiz")),
    "attempt.finish": ("book", N_("%(who)s handed a quiz in"), N_("%(who)s tried to hand a quiz in")),
    "attempt.close-late": ("clock", N_("%(who)s closed a quiz whose time was over"), N_("%(who)s tried to close a quiz whose time was over")),
    "undertaking.give": ("book", N_("%(who)s gave their word on what they learnt"), N_("%(who)s tried to give their word on what they learnt")),
    "training.assign": ("book", N_("%(who)s asked somebody for the courses of their roles"), N_("%(who)s tried to ask somebody for the courses of their roles")),
    "training.call": ("book", N_("%(who)s asked somebody for courses after an event"), N_("%(who)s tried to ask somebody for courses after an event")),
    "training.call-done": ("book", N_("%(who)s noted that everybody concerned was asked for courses"), N_("%(who)s tried to note that everybody concerned was asked for courses")),
    "training.ask-excuse": ("shield", N_("%(who)s asked that somebody be excused from a course"), N_("%(who)s tried to ask that somebody be excused from a course")),
    "training.grant-excuse": ("shield", N_("%(who)s excused somebody from a course"), N_("%(who)s tried to excuse somebody from a course")),
    "training.note-unexcused": ("shield", N_("%(who)s wrote down why an excuse was not granted"), N_("%(who)s tried to write down why an excuse was not granted")),
    "training.statements": ("eye", N_("%(who)s took the statements of finished quizzes"), N_("%(who)s tried to take the statements of finished quizzes")),
    "awareness.remind": ("message", N_("%(who)s reminded the desks of a risk"), N_("%(who)s tried to remind the desks of a risk")),
    "awareness.seen": ("message", N_("%(who)s read a reminder"), N_("%(who)s tried to say that they read a reminder")),
    "breach.report": ("shield", N_("%(who)s reported a breach"), N_("%(who)s tried to report a breach")),
    "breach.close": ("shield", N_("%(who)s closed a report of a breach"), N_("%(who)s tried to close a report of a breach")),
    "breach.list": ("eye", N_("%(who)s read the reports of breaches"), N_("%(who)s tried to read the reports of breaches")),
    "phishing.plan": ("message", N_("%(who)s planned a trial by mail"), N_("%(who)s tried to plan a trial by mail")),
    "phishing.ask": ("shield", N_("%(who)s asked for the approval of a trial by mail"), N_("%(who)s tried to ask for the approval of a trial by mail")),
    "phishing.begin": ("message", N_("%(who)s began a trial by mail"), N_("%(who)s tried to begin a trial by mail")),
    "phishing.send": ("message", N_("%(who)s laid the mails of a trial"), N_("%(who)s tried to lay the mails of a trial")),
    "phishing.follow": ("message", N_("%(who)s noted that the link of a trial was followed"), N_("%(who)s tried to note that the link of a trial was followed")),
}  # fmt: skip
