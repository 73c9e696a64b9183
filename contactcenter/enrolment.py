"""Who is given a function that serves customers is enrolled with it, and follows to another site: nobody waits at a dead desk. [OC-2, AC-3]"""

from collections.abc import Iterable

from sqlmodel import select

from contactcenter.agents import enrol
from contactcenter.candidates import SERVE
from contactcenter.models import AgentProfile, AgentState, Site
from kernel import gate
from kernel.action import Fact, Work, on_fact


def serves(roles: Iterable[str]) -> bool:
    """Tell whether any of these roles lets somebody serve customers, as the book in force says."""
    index = gate.current()
    reach = {name for role in roles for name in index.closure(role)}
    return any(rule.role in reach and rule.effect == "allow" and rule.covers(SERVE) for rule in index.rules)


@on_fact("profile.given")
def enrol_newcomer(work: Work, fact: Fact) -> None:
    """Enrol somebody whose new function serves customers, at their site and in their language; a supervisor sets the rest."""
    known = select(AgentProfile.id).where(AgentProfile.person_id == fact.data["person_id"])
    place = work.select(select(Site).where(Site.scope == fact.data["site"])).first()
    if place is None or not serves(fact.data["roles"]) or work.select(known).first() is not None:
        return
    enrol(work, place, fact.data["person_id"], fact.data["name"], [fact.data["language"]])


@on_fact("person.moved")
def follow_to_site(work: Work, fact: Fact) -> None:
    """Have an agent be of the site they moved to."""
    held = work.select(select(AgentProfile).where(AgentProfile.person_id == fact.data["person_id"])).first()
    place = work.select(select(Site).where(Site.scope == fact.data["scope"])).first()
    if held is None or place is None or held.site_id == place.id:
        return
    held.site_id, held.scope = place.id, place.scope
    state = work.session.get(AgentState, held.person_id, with_for_update=True)
    if state is not None:
        state.scope = place.scope
