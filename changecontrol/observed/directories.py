"""The groups of a directory are watched as any other system: who came into one or left it behind our back. [CC-4, AC-7]"""

from uuid import UUID

from sqlmodel import select

from changecontrol.models import System
from changecontrol.observed.verdicts import Sighting, judge
from kernel.action import Fact, Work, on_fact

SOURCE = "directory"
IN, OUT = "member", "not a member"


@on_fact("directory.groups-changed")
def see_groups(work: Work, fact: Fact) -> None:
    """Hold what others changed in the groups of a directory against the windows on the system that it is."""
    asked = select(System).where(System.slug == fact.data["system"])
    system: System | None = work.select(asked).first()
    if system is None or system.retired_at is not None:
        return
    judge(work, system, SOURCE, [
        Sighting(
            "added" if one["joined"] else "removed", f"group {one['group']}: {one['who']}", *_ends(joined=one["joined"]),
            work.now, since=fact.data["since"], person_id=_person(one["person_id"]), account=one["account"],
        )
        for one in fact.data["changes"]
    ])  # fmt: skip


def _ends(*, joined: bool) -> tuple[str, str]:
    return (OUT, IN) if joined else (IN, OUT)


def _person(given: UUID | str | None) -> UUID | None:
    return UUID(str(given)) if given else None
