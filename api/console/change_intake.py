"""What may be handed in on a change's page: files up to the book's limit, results of tests from systems that are not production. [CC-2, SW-10]"""

from api.console import change_words as words
from api.console import frame, typed_times
from api.console.pages.changes import Intake
from api.console.pages.frame import Choice
from api.console.visit import Visit
from api.words import _
from changecontrol import systems
from changecontrol.readings import ChangePage
from policy import book

ACCEPT = ".pdf,.png,.jpg,.jpeg,.json,.txt,.log,.csv,.md,.xml,.diff,.patch"
"""What the browser offers first; what is taken is judged by its bytes."""


def most_bytes() -> int:
    """Bytes of a file, by the book in force."""
    return book.number("SW-10", "most_kilobytes") * 1024


def intake(visit: Visit, found: ChangePage) -> Intake:
    """What may be handed in here, and where it may have been tested."""
    tested: list[systems.SystemView] = []
    if "test" in found.edits and frame.is_open(visit.actor, "system.list"):
        tested = [
            one
            for place in ("test", "development")
            for one in systems.list_systems(visit.actor, environment=place, limit=500)
        ]
    most = most_bytes()
    return Intake(
        "attach" in found.edits, "test" in found.edits,
        tuple(Choice(one.slug, f"{one.label} ({_(words.ENVIRONMENTS[one.environment])})") for one in tested),
        most, most // 1_048_576, ACCEPT, typed_times.zone_name(), typed_times.written(visit.now),
        typed_times.which_of(visit.now),
    )  # fmt: skip
