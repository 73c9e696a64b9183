"""Reports on training: who falls asleep, who is late and by whom they are led, how far courses are, how hard questions are. [TR-1]"""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from api.console import frame, readings
from api.console.pages.frame import Choice
from api.console.pages.reports import Cell
from api.console.report_tables import Asked, Asking, Kind, Table
from api.console.training_words import DEEDS
from api.words import N_, _, language
from kernel.actor import Actor
from training.courses import readings as courses
from training.learning import effectiveness
from training.learning import readings as learning
from training.learning.readings import Late

DAYS = tuple(Choice(number, label) for number, label in (("1", N_("tomorrow")), ("7", N_("within 7 days")), ("30", N_("within 30 days"))))  # fmt: skip


def names_of(actor: Actor, people: Iterable[UUID]) -> dict[UUID, str]:
    """Give the names of people, asked so many at a time."""
    refs, found = [f"person:{one}" for one in dict.fromkeys(people)], dict[str, str]()
    for at in range(0, len(refs), 1000):
        found |= readings.look_names_up(actor, refs=refs[at : at + 1000])
    return {UUID(ref.removeprefix("person:")): name for ref, name in found.items() if ref.startswith("person:")}


def leaders_of(actor: Actor, rows: Iterable[Late]) -> dict[UUID, str]:
    """Give who leads each person that is late."""
    return readings.look_leaders_up(actor, people=list(dict.fromkeys(one.person_id for one in rows))[:10_000])


def titles_of(actor: Actor) -> dict[str, str]:
    """Give the title of each course that is in force, in the reader's language."""
    return {slug: title[language()] for slug, title in courses.titles(actor).items()}


def deeds_of(actions: Iterable[str]) -> str:
    """Say what sleeps, in words."""
    return ", ".join(dict.fromkeys(_(DEEDS.get(action, action)) for action in actions))


def _person(person_id: UUID, names: dict[UUID, str]) -> Cell:
    return Cell(names.get(person_id, ""), f"/people/{person_id}", strong=True)


def _tomorrow(asked: Asked) -> Table:
    found = learning.falling_asleep(asked.actor, days=int(asked.values.get("days") or 1))
    names, titles = names_of(asked.actor, (one.person_id for one in found)), titles_of(asked.actor)
    rows = [
        (
            _person(one.person_id, names),
            Cell(frame.place_label(one.place)),
            Cell(titles.get(one.course, one.course), f"/training/{one.course}"),
            Cell(at=one.at, more=(_("asleep"),) if one.asleep else ()),
            Cell(deeds_of(one.actions)),
        )
        for one in found
    ]
    return Table(tuple(rows))


def _late(asked: Asked) -> Table:
    found = learning.overdue(asked.actor)
    names, leaders = names_of(asked.actor, (one.person_id for one in found)), leaders_of(asked.actor, found)
    titles = titles_of(asked.actor)
    rows = [
        (
            _person(one.person_id, names),
            Cell(frame.place_label(one.place)),
            Cell(leaders.get(one.person_id, "")),
            Cell(titles.get(one.course, one.course), f"/training/{one.course}"),
            Cell(at=one.due_at),
            Cell(one.clause, f"/policy#{one.clause}"),
        )
        for one in found
    ]
    return Table(tuple(rows))


def count_late(found: Iterable[Late], group: dict[UUID, str]) -> list[tuple[str, int, int]]:
    """Count people and courses that are late by the group of each person, the most first."""
    people, total = dict[str, set[UUID]](), Counter[str]()
    for one in found:
        name = group.get(one.person_id, "")
        people.setdefault(name, set()).add(one.person_id)
        total[name] += 1
    return [
        (name, len(people[name]), count) for name, count in sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def by_site(found: Iterable[Late]) -> list[tuple[str, int, int]]:
    """Count what is late by site."""
    rows = list(found)
    return count_late(rows, {one.person_id: frame.place_label(one.place) for one in rows})


def _groups(asked: Asked) -> Table:
    found = learning.overdue(asked.actor)
    rows = [(_("Site"), *one) for one in by_site(found)]
    rows += [(_("Led by"), *one) for one in count_late(found, leaders_of(asked.actor, found))]
    return Table(
        tuple((Cell(kind), Cell(name or _("nobody"), strong=True), Cell(str(people)), Cell(str(count))) for kind, name, people, count in rows)
    )  # fmt: skip


def _completion(asked: Asked) -> Table:
    titles = titles_of(asked.actor)
    rows = [
        (
            Cell(titles.get(one.course, one.course), strong=True),
            Cell(str(one.bound)),
            Cell(str(one.in_date)),
            Cell(f"{one.in_date * 100 // one.bound} %"),
            Cell(str(one.late)),
            Cell(str(one.passes)),
        )
        for one in learning.completion(asked.actor)
    ]
    return Table(tuple(rows))


def _difficulty(asked: Asked) -> Table:
    course = courses.find_course(asked.actor, slug=asked.values["course"].strip())
    rows = [
        (
            Cell(one.text[language()], strong=True),
            Cell(str(one.number)),
            Cell(str(one.drawn)),
            Cell(f"{one.percent} %"),
            Cell(
                ", ".join(f"{name}: {count}" for name, count in sorted(one.chosen.items(), key=lambda pair: -pair[1]))
            ),
        )
        for one in effectiveness.difficulty(asked.actor, course.id)
    ]
    return Table(tuple(rows))


KINDS: dict[str, Kind] = {
    "training-tomorrow": Kind(
        N_("Who falls asleep"), N_("Whose rights sleep, or will soon, for want of a course."), "moon", "training.tomorrow",
        (N_("Who"), N_("Site"), N_("Course"), N_("Asleep from"), N_("What sleeps")), (4, 3, 5, 3, 6),
        N_("Nobody's rights fall asleep in this time."), _tomorrow, (Asking("days", N_("When"), choices=DAYS),),
    ),
    "training-overdue": Kind(
        N_("Overdue courses"), N_("Who was to pass which course, and since when it is overdue."), "alert-triangle",
        "training.overdue",
        (N_("Who"), N_("Site"), N_("Led by"), N_("Course"), N_("Due"), N_("Clause")), (4, 3, 4, 4, 3, 1),
        N_("Nothing is overdue."), _late,
    ),
    "training-groups": Kind(
        N_("Overdue by site and manager"), N_("How many people and courses are overdue, by site and by who leads them."),
        "users", "training.overdue", (N_("By"), N_("Group"), N_("People"), N_("Courses overdue")), (2, 5, 2, 2),
        N_("Nothing is overdue."), _groups,
    ),
    "training-completion": Kind(
        N_("How far courses are"), N_("Of those whom the book binds, who has each course in date."), "school",
        "training.completion",
        (N_("Course"), N_("Bound"), N_("In date"), N_("Share"), N_("Overdue"), N_("Passes")), (6, 2, 2, 2, 2, 2),
        N_("The book binds nobody to a course."), _completion,
    ),
    "question-difficulty": Kind(
        N_("Difficulty of questions"), N_("How often each question of a course was answered rightly, the hardest first."),
        "help", "course.difficulty",
        (N_("Question"), N_("Version"), N_("Drawn"), N_("Answered rightly"), N_("Chosen answers")), (8, 1, 1, 2, 4),
        N_("Nobody has finished an attempt yet."), _difficulty, (Asking("course", N_("Course")),), wanted=("course",),
    ),
}  # fmt: skip
