"""Sites, clients, campaigns, skills, queues, dispositions and widgets: set up before the first customer comes."""

from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from sqlmodel import col, select

from contactcenter.models import CHANNELS, Campaign, Client, Disposition, Queue, Site, Skill, Widget
from contactcenter.texts import Language, Line, Slug
from kernel import gate
from kernel.access import Scope
from kernel.action import Work, action
from kernel.db import HOUSE, Answer, Record
from kernel.edition import add_scope
from kernel.errors import Conflict, NotFound
from kernel.reading import reading

Level = Annotated[int, Field(ge=1, le=10)]
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$", max_length=200)]


class Step(BaseModel):
    """After so many seconds of waiting, so many levels less are asked."""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(ge=1, le=86_400)
    by: int = Field(ge=1, le=10)


def _channel(value: str) -> str:
    if value not in CHANNELS:
        raise ValueError(f"a channel is one of {', '.join(CHANNELS)}")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("this is not a time zone such as Africa/Porto-Novo") from None
    return value


Channel = Annotated[str, AfterValidator(_channel)]
Zone = Annotated[str, StringConstraints(max_length=60), AfterValidator(_zone)]
Words = Annotated[dict[Language, Line], Field(min_length=1, max_length=12)]


@action("site.add", scope=HOUSE)
def add_site(work: Work, *, slug: Slug, label: Line, zone: Zone = "UTC") -> Site:
    """Add a site where agents sit, and its scope. [OC-2]"""
    return work.add(Site(slug=slug, label=label, zone=zone, scope=_scope(work, f"site:{slug}", HOUSE, label)))


@action("client.add", scope=HOUSE)
def add_client(work: Work, *, slug: Slug, label: Line) -> Client:
    """Add a client we answer for, and its scope. [OC-1]"""
    return work.add(Client(slug=slug, label=label, scope=_scope(work, f"client:{slug}", HOUSE, label)))


@action("campaign.add", scope=lambda fields: f"client:{fields.client}")
def add_campaign(work: Work, *, client: Slug, slug: Slug, label: Line) -> Campaign:
    """Add a campaign of a client, and its scope below the client's. [OC-1]"""
    owner = _by_slug(work, Client, client)
    scope = _scope(work, f"campaign:{slug}", owner.scope, label)
    return work.add(Campaign(slug=slug, client_id=owner.id, label=label, scope=scope))


@action("skill.add", scope=HOUSE)
def add_skill(work: Work, *, slug: Slug, label: Line) -> Skill:
    """Add a skill that queues may ask for. [OC-2]"""
    return work.add(Skill(slug=slug, label=label))


@action("queue.add", scope=lambda fields: f"campaign:{fields.campaign}")
def add_queue(
    work: Work,
    *,
    campaign: Slug,
    slug: Slug,
    label: Line,
    channels: Annotated[list[Channel], Field(min_length=1)],
    languages: Annotated[list[Language], Field(min_length=1, max_length=12)],
    skills: Annotated[dict[Slug, Level], Field(max_length=20)] | None = None,
    relaxing: Annotated[list[Step], Field(max_length=10)] | None = None,
    priority: Annotated[int, Field(ge=0, le=60)] = 0,
    target: Annotated[int, Field(ge=1, le=86_400)] = 20,
    offer_seconds: Annotated[int, Field(ge=5, le=600)] = 20,
    wrap_up_seconds: Annotated[int, Field(ge=1, le=3600)] = 60,
    auto_accept: bool = False,
) -> Queue:
    """Add a queue: channels, languages, skills and their relaxing, priority, service level. [OC-2]"""
    owner = _by_slug(work, Campaign, campaign)
    _known_skills(work, skills or {})
    return work.add(
        Queue(
            campaign_id=owner.id, scope=owner.scope, slug=slug, label=label, channels=channels, languages=languages,
            skills=skills or {}, relaxing=[step.model_dump() for step in relaxing or []], priority=priority,
            target=target, offer_seconds=offer_seconds, wrap_up_seconds=wrap_up_seconds, auto_accept=auto_accept,
        )
    )  # fmt: skip


@action("queue.amend", on=Queue)
def amend_queue(
    work: Work,
    queue: Queue,
    *,
    skills: Annotated[dict[Slug, Level], Field(max_length=20)] | None = None,
    relaxing: Annotated[list[Step], Field(max_length=10)] | None = None,
    priority: Annotated[int, Field(ge=0, le=60)] | None = None,
    target: Annotated[int, Field(ge=1, le=86_400)] | None = None,
    auto_accept: bool | None = None,
) -> Queue:
    """Change what a queue asks for; what is left out stays. [OC-2]"""
    _known_skills(work, skills or {})
    steps = None if relaxing is None else [step.model_dump() for step in relaxing]
    wanted: dict[str, Any] = {
        "skills": skills, "relaxing": steps, "priority": priority, "target": target, "auto_accept": auto_accept,
    }  # fmt: skip
    for name, value in wanted.items():
        if value is not None:
            setattr(queue, name, value)
    return queue


@action("disposition.add", scope=lambda fields: f"campaign:{fields.campaign}")
def add_disposition(work: Work, *, campaign: Slug, code: Slug, labels: Words) -> Disposition:
    """Add a way in which conversations of a campaign may end. [OC-2]"""
    owner = _by_slug(work, Campaign, campaign)
    return work.add(Disposition(campaign_id=owner.id, scope=owner.scope, code=code, labels=labels))


@action("disposition.retire", on=Disposition)
def retire_disposition(work: Work, disposition: Disposition) -> None:  # noqa: ARG001 - the form of an action
    """Take a disposition out of the choice; what carries it keeps it. [OC-2]"""
    if not disposition.active:
        raise Conflict("This disposition is retired already.")
    disposition.active = False


@action("widget.add", scope=lambda fields: f"campaign:{fields.campaign}")
def add_widget(
    work: Work,
    *,
    campaign: Slug,
    queue: Slug,
    slug: Slug,
    label: Line,
    greetings: Words,
    origins: Annotated[list[Origin], Field(max_length=20)] | None = None,
) -> Widget:
    """Add a place on a client's web site from which visitors write. [OC-1]"""
    line = _by_slug(work, Queue, queue)
    owner = _by_slug(work, Campaign, campaign)
    if line.campaign_id != owner.id:
        raise NotFound("There is no such queue in this campaign.")
    return work.add(
        Widget(slug=slug, queue_id=line.id, scope=line.scope, label=label, greetings=greetings, origins=origins or [])
    )


class QueueLine(Answer):
    """A queue as people choose it."""

    id: UUID
    slug: str
    label: str
    campaign_id: UUID
    channels: list[str]
    languages: list[str]


class Choice(Answer):
    """A disposition as people choose it."""

    id: UUID
    code: str
    labels: dict[str, str]


@reading("queue.list")
def list_queues(work: Work, *, channel: Channel | None = None) -> list[QueueLine]:
    """List the queues you work with. [OC-2]"""
    found = work.select(
        select(Queue).where(gate.visible(work.actor, "queue.list", Queue, work.now)).order_by(Queue.label)
    )
    return [
        QueueLine(**queue.model_dump(include=set(QueueLine.model_fields)))
        for queue in found
        if channel is None or channel in queue.channels
    ]


@reading("disposition.list")
def list_dispositions(work: Work, *, campaign_id: UUID) -> list[Choice]:
    """List the ways in which conversations of a campaign may end. [OC-2]"""
    found = work.select(
        select(Disposition)
        .where(Disposition.campaign_id == campaign_id, Disposition.active)
        .where(gate.visible(work.actor, "disposition.list", Disposition, work.now))
        .order_by(col(Disposition.code))
    )
    return [Choice(id=d.id, code=d.code, labels=d.labels) for d in found]


def _scope(work: Work, scope: str, parent: str, label: str) -> str:
    """Return a scope, made at need: another field may have made a site's before us, but never below another parent."""
    known = work.session.get(Scope, scope)
    if known is None:
        return add_scope(work, scope, parent, label).id
    if known.parent != parent:
        raise Conflict(f"The scope {scope} lies elsewhere already.")
    return scope


def _by_slug(work: Work, model: type[Any], slug: str) -> Any:
    found: Record | None = work.select(select(model).where(model.slug == slug)).first()
    if found is None:
        raise NotFound(f"There is no such {model.noun}.")
    return found


def _known_skills(work: Work, skills: dict[str, int]) -> None:
    known = set(work.select(select(Skill.slug).where(col(Skill.slug).in_(skills)))) if skills else set()
    missing = sorted(set(skills) - known)
    if missing:
        raise NotFound(f"There is no skill {missing[0]}.")
