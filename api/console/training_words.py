"""What an approval of training is about, in words: a trial mail, a course, an excuse. [TR-1, TR-9]"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.console import frame
from api.console.readings import look_names_up
from api.console.visit import Visit
from api.formats import day
from api.words import N_, NAMES, _
from kernel.errors import Denied, NotFound
from training.courses import readings as courses
from training.learning import excuses

DEEDS = {
    "agent.ready": N_("go ready"),
    "agent.resume": N_("come back from a pause"),
    "agent.send-off": N_("send an agent off"),
    "agent.enrol": N_("enrol agents"),
    "agent.amend": N_("change an agent's queues"),
    "conversation.serve": N_("take a conversation"),
    "conversation.accept": N_("take a conversation"),
    "phone.credential": N_("use the telephone"),
    "queue.add": N_("add a queue"),
    "queue.amend": N_("change a queue"),
    "person.join": N_("bring a person in"),
    "person.move": N_("move a person"),
    "role.give": N_("give a role"),
    "platform.add": N_("add a platform"),
    "platform.amend": N_("change a platform"),
}
"""What a person cannot do while a course is missing, by the action that sleeps."""
Facts = tuple[tuple[str, str], ...]


def facts(visit: Visit, requirement: str, content: Mapping[str, Any], subject_ref: str) -> Facts | None:
    """Say what is sealed in an approval; None for what is none of training's."""
    if requirement == "phishing.run":
        return _trial(content)
    if requirement == "course.publish":
        return _course(content)
    if requirement == "training.excuse":
        return _excuse(visit, UUID(subject_ref.partition(":")[2]))
    return None


def href(requirement: str, content: Mapping[str, Any]) -> str:
    """Give the page that shows the whole of what an approval of training is about; empty where the approval shows it all."""
    return f"/training/courses/{content['course']}/{content['number']}" if requirement == "course.publish" else ""


def _excuse(visit: Visit, excuse_id: UUID) -> Facts | None:
    try:
        found = excuses.read_excuse(visit.actor, excuse_id)
    except (Denied, NotFound):
        return None
    ref = f"person:{found.person_id}"
    return (
        (_("Who"), look_names_up(visit.actor, refs=[ref]).get(ref, "")),
        (_("Course"), courses.titles(visit.actor).get(found.course, {}).get(visit.language, found.course)),
        (_("Excused until"), day(found.ends_at)),
        (_("Why"), found.reason),
    )


def _trial(content: Mapping[str, Any]) -> Facts:
    told = [(_("To everybody of"), frame.place_label(str(content["place"])))]
    for code, mail in content["lure"].items():
        name = NAMES.get(code, code)
        told += [
            (f"{_('Subject')}, {name}", str(mail["subject"])),
            (f"{_('Text of the mail')}, {name}", str(mail["body"])),
        ]
    return tuple(told)


def _course(content: Mapping[str, Any]) -> Facts:
    return (
        (_("Course"), str(content["course"])),
        (_("Version"), str(content["number"])),
        (_("What changes, and why"), str(content["summary"])),
        (_("Who passed before"), _("takes it again") if content["retake"] else _("keeps their pass")),
    )
