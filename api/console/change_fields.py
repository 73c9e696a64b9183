"""From the fields of a form to what a change says, and back: lines to lists, times on the wall of the house to moments. [CC-1]"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from api.console import typed_times
from api.console.readings import find_names
from api.console.visit import Visit
from api.words import N_
from kernel.errors import Malformed, OmniError

PLAIN = (
    "title", "summary", "note", "kind", "reason", "risk", "plan", "rollback", "documentation", "no_training", "security",
    "recovery", "audit",
)  # fmt: skip
"""Fields that are said as they are typed."""
CHOSEN = ("kind", "risk")
"""Fields that are chosen of a list; a form without them leaves them as they are by themselves."""
LISTS = ("things", "texts")
"""Fields of short words, apart by lines, commas or spaces."""
COURSE = "course-"
"""How the names of fields begin that name a course."""
SLUG = r"[a-z][a-z0-9-]{0,59}"
DEVICE, RULES = "device-", "rules-"
"""How the names of fields begin that hold, row by row, a device and what is put in place on it."""
WINDOW = ("starts_at", "ends_at")
_BETWEEN = re.compile(r"[\s,;]+")
_PLACES = (
    ("A window", "starts_at"),
    ("The window", "starts_at"),
    ("Somebody who is to carry it out", "implementers"),
    ("A system that is named", "systems"),
    ("The template was authorised for other systems", "systems"),
    ("The template", "template"),
)
_FORMS: Mapping[str, str] = {
    "title": N_("A title has 5 to 160 signs."),
    "training": N_("A change names 20 courses at most."),
    "things": N_("Each is written as kind:name, such as device:edge-1."),
    "texts": N_("A SHA-256 has 64 hexadecimal digits in small letters."),
    "rules": N_("Each line begins with + or -, or none does; a change says the rules of 20 devices at most."),
    "open_source": N_("Each line says name; licence; what the review of the licence said."),
    "incident": N_("An incident goes by its reference, such as 2026-7."),
    "systems": N_("A change touches 500 systems at most."),
    "implementers": N_("A change is carried out by 50 people at most."),
    "kind": N_("Choose one of the list."),
    "risk": N_("Choose one of the list."),
    "reason_of_edit": N_("A reason has 3 to 500 signs."),
}
NO_DEVICE = N_("Choose the device that these rules are for.")
_LONG = N_("A text has 20,000 signs at most.")
_LACKING = "Still to be said: "


def said(visit: Visit, fields: frozenset[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Read these fields of a form: what they say, and what is wrong with those that cannot be read."""
    told: dict[str, Any] = {
        name: _text(visit, name) for name in PLAIN if name in fields and (name in visit.form or name not in CHOSEN)
    }
    told |= {name: [one for one in _BETWEEN.split(visit.field(name)) if one] for name in LISTS if name in fields}
    wrong: dict[str, str] = {}
    if "rules" in fields:
        told["rules"], devices = _rules(visit, wrong)
        told["things"] = list(dict.fromkeys([*told.get("things", []), *devices]))
    if "open_source" in fields:
        told["open_source"] = [_part(line) for line in visit.field("open_source").splitlines() if line.strip()]
    if "incident" in fields:
        name = visit.field("incident").strip()
        told["incident"] = name if not name or name.startswith("incident:") else f"incident:{name}"
    if "training" in fields:
        told["training"] = named_courses(visit.form)
    if "systems" in fields:
        told["systems"] = chosen(visit.form, "system-")
    if "implementers" in fields:
        told["implementers"] = chosen(visit.form, "person-")
        told["implementers"] += [one for one in _named(visit, wrong) if one not in told["implementers"]]
    for name in WINDOW:
        if name in fields:
            told[name] = time_of(visit.form, name, wrong)
    return told, wrong


def _text(visit: Visit, name: str) -> str:
    """Give a text as it is kept: browsers end lines in their own way, and no text holds NUL."""
    return visit.field(name).replace("\r\n", "\n").replace("\x00", "").strip()


def _rules(visit: Visit, wrong: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """Give what is put in place on each device that is chosen, and the devices that are touched without saying what."""
    rules: dict[str, str] = {}
    devices: list[str] = []
    for row in range(rows_of(visit.form)):
        device, text = visit.field(f"{DEVICE}{row}").strip(), _text(visit, f"{RULES}{row}")
        if text and not device:
            wrong["rules"] = NO_DEVICE
        elif text and device in rules:
            rules[device] = f"{rules[device]}\n{text}"
        elif text:
            rules[device] = text
        elif device:
            devices.append(device)
    return rules, devices


def rows_of(form: Mapping[str, str]) -> int:
    """How many rows of a device and its rules a form has."""
    numbers = [name.partition("-")[2] for name in form if name.startswith((DEVICE, RULES))]
    return max((int(one) + 1 for one in numbers if one.isdecimal() and len(one) <= 2), default=0)  # noqa: PLR2004 - 100 rows


def _part(line: str) -> dict[str, str]:
    name, licence, review = (*(part.strip() for part in line.split(";", 2)), "", "")[:3]
    return {"name": name, "licence": licence, "review": review}


def chosen(form: Mapping[str, str], start: str) -> list[str]:
    """Give the ids that are ticked under names that begin so; a name that holds no id ticks nothing."""
    found = []
    for name, value in form.items():
        if name.startswith(start) and value == "on":
            try:
                found.append(str(UUID(name.removeprefix(start))))
            except ValueError:
                continue
    return found


def named_courses(form: Mapping[str, str]) -> list[str]:
    """Give the names of the courses that are ticked; what names no course ticks none."""
    names = (name.removeprefix(COURSE) for name, value in form.items() if name.startswith(COURSE) and value == "on")
    return [one for one in names if re.fullmatch(SLUG, one)]


def _named(visit: Visit, wrong: dict[str, str]) -> list[str]:
    """Give the people who are written by name or user id, one a line; a name of nobody or of several is told."""
    found: list[str] = []
    for line in filter(None, (line.strip() for line in visit.field("implementers").splitlines())):
        refs = [ref for ref in find_names(visit.actor, words=line[:100], limit=20) if ref.startswith("person:")]
        if len(refs) == 1:
            found.append(refs[0].removeprefix("person:"))
        elif refs:
            wrong["implementers"] = "Several people are called so; write the user id."
        else:
            wrong["implementers"] = "Nobody is called so."
    return found


def time_of(form: Mapping[str, str], name: str, wrong: dict[str, str]) -> datetime | None:
    """Read a time on the house's clock; what is wrong is told under the name."""
    try:
        return typed_times.read_time(form, name)
    except Malformed as error:
        wrong[name] = error.why
    return None


def typed(content: Mapping[str, Any]) -> dict[str, str]:
    """Give what a content says as the fields of a form hold it."""
    told = {name: str(content[name]) for name in PLAIN} | {"incident": content["incident"]}
    told |= {name: "\n".join(content[name]) for name in LISTS}
    told["open_source"] = "\n".join("; ".join(filter(None, part.values())) for part in content["open_source"])
    bare = [one for one in content["things"] if one.startswith("device:") and one not in content.get("rules", {})]
    told["things"] = "\n".join(one for one in content["things"] if not one.startswith("device:"))
    for row, (device, text) in enumerate([*content.get("rules", {}).items(), *((one, "") for one in bare)]):
        told |= {f"{DEVICE}{row}": device, f"{RULES}{row}": text}
    told |= {f"system-{one}": "on" for one in content["systems"]}
    told |= {f"person-{one}": "on" for one in content["implementers"]}
    told |= {f"{COURSE}{one}": "on" for one in content["training"]}
    for name in WINDOW:
        if content[name] is not None:
            at = datetime.fromisoformat(content[name])
            told[name], told[f"{name}_which"] = typed_times.written(at), typed_times.which_of(at)
    return told


def untouched(form: Mapping[str, str], shown: Mapping[str, str], name: str) -> bool:
    """Tell whether a time of the form is the one that was shown."""
    which = f"{name}_which"
    return form.get(name, "") == shown.get(name, "") and form.get(which, "first") == shown.get(which, "first")


def placed(error: OmniError) -> dict[str, str]:
    """Give what is wrong by the field it stands beside; what concerns no field stands under the empty name."""
    if isinstance(error, Malformed) and error.faults:
        found = {_field(fault.field): fault.why for fault in error.faults}
        return {name: _FORMS.get(name, _LONG if name in PLAIN else why) for name, why in found.items()}
    if error.why.startswith(_LACKING):
        names = error.why.removeprefix(_LACKING).rstrip(".").split(", ")
        return {"starts_at" if name == "window" else name: N_("This is still to be said.") for name in names}
    return {next((field for start, field in _PLACES if error.why.startswith(start)), ""): error.why}


def _field(path: str) -> str:
    """The field of a form that a fault is about: `content.systems.0` is about the systems."""
    parts = [part for part in path.split(".") if part not in {"content", "fields"}]
    return parts[0] if parts else ""
