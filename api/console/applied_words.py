"""What was approved beside what was applied: verdicts, and rules side by side, in words. [FW-2]"""

from collections.abc import Mapping, Sequence

from api.console.pages import applied as pages
from api.console.pages.frame import State
from api.words import N_

VERDICTS: Mapping[str, State] = {
    "matched": State(N_("Approved"), "green"),
    "late": State(N_("Emergency, authorised afterwards"), "amber"),
    "partly": State(N_("Partly approved"), "red"),
    "less": State(N_("Less than approved"), "amber"),
    "other-text": State(N_("Another text than authorised"), "red"),
    "other-person": State(N_("By another person"), "red"),
    "not-begun": State(N_("Before it was begun"), "amber"),
    "afterwards": State(N_("Authorised afterwards"), "red"),
    "outside-window": State(N_("Outside the window"), "red"),
    "unapproved": State(N_("Nobody approved it"), "red"),
    "never-seen": State(N_("Done, never seen"), "amber"),
}
HOWS: Mapping[str, State] = {
    "same": State(N_("As approved"), "green"),
    "meaning": State(N_("Same meaning, other words"), "green"),
    "line": State(N_("As approved, a line that is no rule"), "green"),
    "follows": State(N_("Follows from approved lines"), "green"),
    "missing": State(N_("Approved, not applied"), "amber"),
    "more": State(N_("Applied, not approved"), "red"),
    "moved": State(N_("Moved, not approved"), "red"),
    "altered": State(N_("Same words, other meaning"), "red"),
    "unread": State(N_("The approved text could not be read"), "red"),
}


def rows_of(compared: Sequence[Mapping[str, str]]) -> tuple[pages.Row, ...]:
    """The rules side by side."""
    return tuple(
        pages.Row(HOWS[one["how"]], one["sign"].replace("~", ""), one["approved"], one["applied"], one["filter"])
        for one in compared
    )
