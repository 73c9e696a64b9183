"""What agents say of themselves: ready, pause, resume, offline; and who is an agent at all."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlmodel import select

from contactcenter import floor, offers, routing
from contactcenter.models import (
    OFFLINE,
    OPEN,
    PAUSED,
    READY,
    VOICE,
    WRAP_UP,
    AgentProfile,
    AgentSkill,
    AgentState,
    Conversation,
    Disposition,
    Site,
    Skill,
)
from contactcenter.texts import Language, Line
from kernel.action import Fact, Work, action, on_fact
from kernel.db import Answer
from kernel.errors import Conflict, NotFound, Refused

Pause = Literal["break", "lunch", "training", "meeting", "back-office", "technical"]


class Standing(Answer):
    """How an agent stands: the state and since when."""

    state: str
    reason: str | None
    since: str
    presence: str

    @classmethod
    def of(cls, held: AgentState) -> "Standing":
        """Return the answer for a row."""
        return cls(state=held.state, reason=held.reason, since=held.since.isoformat(), presence=held.presence)


@action("agent.enrol", scope=lambda fields: f"site:{fields.site}")
def enrol_agent(
    work: Work,
    *,
    person_id: UUID,
    name: Line,
    site: str,
    languages: Annotated[list[Language], Field(min_length=1, max_length=12)],
    voice: bool = True,
    chats: Annotated[int, Field(ge=0, le=20)] = 3,
    blended: bool = False,
) -> AgentProfile:
    """Enrol a person as an agent of a site, with languages and how much comes at once. [OC-2]"""
    place = work.select(select(Site).where(Site.slug == site)).first()
    if place is None:
        raise NotFound("There is no such site.")
    if work.select(select(AgentProfile).where(AgentProfile.person_id == person_id)).first():
        raise Conflict("This person is enrolled as an agent already.")
    return enrol(work, place, person_id, name, languages, voice=voice, chats=chats, blended=blended)


def enrol(
    work: Work,
    place: Site,
    person_id: UUID,
    name: str,
    languages: list[str],
    *,
    voice: bool = True,
    chats: int = 3,
    blended: bool = False,
) -> AgentProfile:
    """Make a person an agent of a site, inside any action."""
    profile = work.add(
        AgentProfile(
            person_id=person_id, name=name, site_id=place.id, scope=place.scope, languages=languages, voice=voice,
            chats=chats, blended=blended,
        )
    )  # fmt: skip
    work.session.flush()
    work.add(AgentState(id=person_id, profile_id=profile.id, scope=place.scope, since=work.now, idle_since=work.now))
    work.fact("agent.enrolled", person_id=person_id, profile_id=profile.id)
    return profile


@action("agent.amend", on=AgentProfile)
def amend_agent(
    work: Work,
    profile: AgentProfile,
    *,
    languages: Annotated[list[Language], Field(min_length=1, max_length=12)] | None = None,
    voice: bool | None = None,
    chats: Annotated[int, Field(ge=0, le=20)] | None = None,
    blended: bool | None = None,
    active: bool | None = None,
) -> AgentProfile:
    """Change an agent's languages or how much comes at once; what is left out stays. [OC-2]"""
    wanted: dict[str, Any] = {
        "languages": languages, "voice": voice, "chats": chats, "blended": blended, "active": active,
    }  # fmt: skip
    for name, value in wanted.items():
        if value is not None:
            setattr(profile, name, value)
    work.session.flush()
    held = floor.hold(work, profile.person_id)
    routing.attend(work, held)
    return profile


@action("agent.skill", on=AgentProfile)
def set_skill(work: Work, profile: AgentProfile, *, skill: str, level: Annotated[int, Field(ge=0, le=10)]) -> None:
    """Set an agent's level in a skill, 1 to 10; 0 takes the skill away. [OC-2]"""
    known = work.select(select(Skill).where(Skill.slug == skill)).first()
    if known is None:
        raise NotFound("There is no such skill.")
    has = work.select(
        select(AgentSkill).where(AgentSkill.profile_id == profile.id, AgentSkill.skill_id == known.id)
    ).first()
    if has is None and level:
        work.add(AgentSkill(profile_id=profile.id, skill_id=known.id, level=level))
    elif has is not None and level:
        has.level = level
    elif has is not None:
        work.session.delete(has)


@action("agent.ready", answer=Standing)
def go_ready(work: Work) -> AgentState:
    """Go ready: what waits and fits comes at once. [OC-2, OC-14]"""
    held = floor.hold(work, work.actor.id)
    if not floor.profile_of(work, held).active:
        raise Refused("OC-2", "You are no longer enrolled as an agent; your supervisor can enrol you.")
    held.session_id = work.actor.session
    routing.fill(work, held, floor.wish(work, held, READY))
    return held


@action("agent.pause", answer=Standing)
def pause(work: Work, *, reason: Pause) -> AgentState:
    """Take a pause: nothing new comes; what is in hand is finished first. [OC-2, OC-14]"""
    held = floor.hold(work, work.actor.id)
    floor.wish(work, held, PAUSED, reason)
    offers.withdraw_offers(work, held)
    return held


@action("agent.resume", answer=Standing)
def resume(work: Work) -> AgentState:
    """Come back from a pause. [OC-2, OC-14]"""
    held = floor.hold(work, work.actor.id)
    if held.presence != PAUSED:
        raise Refused("OC-2", "You are not on a pause.")
    routing.fill(work, held, floor.wish(work, held, READY))
    return held


@action("agent.offline", answer=Standing)
def go_offline(work: Work) -> AgentState:
    """End the shift. Open chats go to other agents after a moment; a call is finished first. [OC-2, OC-14]"""
    held = floor.hold(work, work.actor.id)
    if floor.load_of(work, held.id).calls:
        raise Refused("OC-2", "You are on a call; finish it first.")
    _leave(work, held)
    return held


@action("agent.wrapped-up", answer=Standing)
def end_wrap_up(work: Work) -> AgentState:
    """End the work after a call; where the campaign asks for a disposition it comes first. [OC-2]"""
    if work.actor.id is None:
        raise Refused("OC-2", "Only an agent has work after a call.")
    mine = select(Conversation).where(
        Conversation.assignee_id == work.actor.id, Conversation.status == WRAP_UP, Conversation.channel == VOICE
    )
    for conversation in work.select(mine.with_for_update()).all():
        if conversation.disposition_id is None and needs_disposition(work, conversation):
            raise Refused("OC-2", f"Choose a disposition for conversation {conversation.reference} first.")
        offers.close(work, conversation)
    return floor.hold(work, work.actor.id)


@action("agent.send-off", on=AgentProfile)
def send_off(work: Work, profile: AgentProfile) -> None:
    """Take an agent off the floor, such as one who left without a word; a call in progress is not cut. [OC-12]"""
    held = floor.hold(work, profile.person_id)
    if held.presence != OFFLINE:
        _leave(work, held)


@on_fact("session.ended")
def leave_with_session(work: Work, fact: Fact) -> None:
    """Whoever's session ends is off the floor; what he had goes to others. [OC-2, PW-5]"""
    session_id = UUID(str(fact.data["session_id"]))
    statement = select(AgentState).where(AgentState.session_id == session_id, AgentState.presence != OFFLINE)
    for held in work.select(statement.with_for_update()).all():
        _leave(work, held)


def needs_disposition(work: Work, conversation: Conversation) -> bool:
    """Tell whether the campaign of a conversation asks for a disposition."""
    asked = select(Disposition.id).where(Disposition.campaign_id == conversation.campaign_id, Disposition.active)
    return work.session.execute(asked.limit(1)).first() is not None


def _leave(work: Work, held: AgentState) -> None:
    floor.wish(work, held, OFFLINE)
    held.session_id = None
    offers.withdraw_offers(work, held)
    if work.session.execute(
        select(Conversation.id).where(Conversation.assignee_id == held.id, Conversation.status == OPEN).limit(1)
    ).first():
        work.fact("agent.left-work", agent_id=held.id)
