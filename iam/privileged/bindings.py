"""What a privileged role serves: a change that is authorised for the person and the time, or an incident that is open. [AC-5, CC-1]

Change control tells of its windows through `policy.changes`, whoever keeps cases of them through `policy.incidents`; when a window or
a case ends, so does what rests on it (`elevations.follow_binding`). An incident that another system keeps is named by its number
there, in a series that the book names: what that number stands for is for the approver to judge.
"""

import re
from uuid import UUID

from iam.privileged import standing
from iam.privileged.models import Elevation
from kernel.action import Fact, Work, on_fact
from kernel.errors import Refused
from policy import changes, incidents

OUTSIDE = re.compile(r"incident:([A-Za-z][A-Za-z0-9_.]{0,19})-[0-9]{1,12}")


@on_fact("elevation.asked")
@on_fact("elevation.begun")
def rest_on_it(work: Work, fact: Fact) -> None:
    """Refuse an elevation for what is not authorised for this person and this time, or not open, when asked and when begun. [AC-5]"""
    elevation = work.get(Elevation, UUID(str(fact.data["elevation_id"])))
    if not elevation.bound_to.startswith(changes.BOUND):
        serve(work, elevation.bound_to)
        return
    why = changes.why_not(work.session, elevation.bound_to, elevation.person_id, elevation.starts_at, elevation.ends_at)
    if why is not None:
        raise Refused("AC-5", why)
    work.cite("CC-1")


def serve(work: Work, bound_to: str) -> None:
    """See that what a reference names, other than a change, is an incident open here or one of a series kept elsewhere.

    Raises Refused where no field keeps it, it is over, or the book does not name its series.
    """
    if bound_to.startswith(changes.BOUND):
        return
    if bound_to.startswith("incident:"):
        elsewhere = OUTSIDE.fullmatch(bound_to)
        if elsewhere is None or elsewhere[1] not in standing.names("AC-5", "outside_incidents"):
            raise Refused("AC-5", "The book names no such series of incidents that are kept elsewhere.")
        return
    why = incidents.why_not(work, bound_to)
    if why is not None:
        raise Refused("AC-5", why)
