"""What an approval of training is about, in words: a trial mail, a course, an excuse. [TR-1, TR-9]"""

from collections.abc import Mapping
from typing import Any

from api.console import frame
from api.console.visit import Visit
from api.words import NAMES, _

Facts = tuple[tuple[str, str], ...]


def facts(visit: Visit, requirement: str, content: Mapping[str, Any], subject_ref: str) -> Facts | None:  # noqa: ARG001 - one form for all
    """Say what is sealed in an approval; None for what is none of training's."""
    if requirement == "phishing.run":
        return _trial(content)
    if requirement == "course.publish":
        return _course(content)
    return None


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
