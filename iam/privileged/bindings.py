"""What an elevation serves: a change that it names is authorised, names the person, and its window holds the elevation's. [AC-5, CC-1]

Change control tells of its windows through `policy.changes`; when a window ends, so does what rests on it (`elevations.follow_binding`).
"""

from uuid import UUID

from iam.privileged.models import Elevation
from kernel.action import Fact, Work, on_fact
from kernel.errors import Refused
from policy import changes


@on_fact("elevation.asked")
@on_fact("elevation.begun")
def rest_on_change(work: Work, fact: Fact) -> None:
    """Refuse an elevation for a change that is not authorised for this person and this time, when it is asked and when it begins. [AC-5]"""
    elevation = work.get(Elevation, UUID(str(fact.data["elevation_id"])))
    if not elevation.bound_to.startswith(changes.BOUND):
        return
    why = changes.why_not(work.session, elevation.bound_to, elevation.person_id, elevation.starts_at, elevation.ends_at)
    if why is not None:
        raise Refused("AC-5", why)
    work.cite("CC-1")
