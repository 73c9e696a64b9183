"""A little contact centre for tests, made by the real actions: one client, one campaign, queues, agents on the floor."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import select

from contactcenter import agents, lines
from contactcenter.channels import webchat
from contactcenter.models import (
    AgentProfile,
    AgentState,
    Conversation,
    Disposition,
    Message,
    Queue,
    Reservation,
    Skill,
    Visit,
)
from kernel import db
from kernel.actor import Actor, clerk
from tests import world

SETUP = clerk("setup")
_numbers = count(1)


@dataclass
class Agent:
    """Someone on the floor."""

    actor: Actor
    profile: AgentProfile

    @property
    def id(self) -> UUID:
        assert self.actor.id is not None
        return self.actor.id

    def state(self) -> AgentState:
        with db.read_session() as session:
            found = session.get(AgentState, self.id)
            assert found is not None
            return found

    def ready(self) -> "Agent":
        agents.go_ready(self.actor)
        return self


@dataclass
class House:
    """A client with a campaign and its people."""

    mark: str = field(default_factory=lambda: f"t{next(_numbers)}-{uuid4().hex[:6]}")
    manager: Actor = SETUP

    def __post_init__(self) -> None:
        lines.add_site(SETUP, slug=self.mark, label="Cotonou", zone="Africa/Porto-Novo")
        lines.add_client(SETUP, slug=self.mark, label="Operator")
        lines.add_campaign(SETUP, client=self.mark, slug=self.mark, label="Care")
        for code, label in (("solved", "Resolved"), ("call-back", "To be called back")):
            lines.add_disposition(SETUP, campaign=self.mark, code=code, labels={"en": label})

    @property
    def scope(self) -> str:
        return f"campaign:{self.mark}"

    def skill(self, slug: str) -> str:
        with db.read_session() as session:
            known = session.scalars(select(Skill).where(Skill.slug == slug)).first()
        if known is None:
            lines.add_skill(SETUP, slug=slug, label=slug.title())
        return slug

    def queue(self, **more: Any) -> Queue:
        slug = more.pop("slug", f"q-{next(_numbers)}-{self.mark}"[:40])
        given = {"channels": ["webchat", "voice"], "languages": ["fr", "en"], "label": slug} | more
        for skill in given.get("skills", {}):
            self.skill(skill)
        return lines.add_queue(SETUP, campaign=more.pop("campaign", self.mark), slug=slug, **given)

    def agent(self, *, role: str | None = "agent", skills: dict[str, int] | None = None, **more: Any) -> Agent:
        who = world.person(role=role, scope=self.scope)
        given = {"languages": ["fr", "en"], "voice": False, "chats": 1} | more
        profile = agents.enrol_agent(SETUP, person_id=who.id, name=who.name, site=self.mark, **given)
        for skill, level in (skills or {}).items():
            agents.set_skill(SETUP, profile.id, skill=self.skill(skill), level=level)
        return Agent(who.actor, profile)

    def widget(self, queue: Queue) -> str:
        slug = f"w-{next(_numbers)}-{self.mark}"[:40]
        lines.add_widget(
            SETUP, campaign=self.mark, queue=queue.slug, slug=slug, label="Chat", greetings={"en": "Hello"}
        )
        return slug

    def dispositions(self) -> dict[str, UUID]:
        with db.read_session() as session:
            return {d.code: d.id for d in session.scalars(select(Disposition).where(Disposition.scope == self.scope))}


@dataclass
class Visitor:
    """Someone who writes from a web site."""

    token: str
    visit_id: UUID

    def write(self, text: str, once: UUID | None = None) -> Message:
        return webchat.post(webchat.CLERK, self.visit_id, text=text, once=once or uuid4())

    def read(self, **more: Any) -> webchat.Transcript:
        return webchat.read(webchat.CLERK, self.visit_id, **more)

    def conversation(self) -> Conversation:
        with db.read_session() as session:
            visit = session.get(Visit, self.visit_id)
            assert visit is not None
            found = session.get(Conversation, visit.conversation_id)
            assert found is not None
            return found


def arrives(widget: str, text: str = "Bonjour", language: str = "fr", name: str | None = None) -> Visitor:
    """A visitor writes his first words."""
    opened = webchat.open_visit(webchat.CLERK, widget=widget, language=language, text=text, once=uuid4(), name=name)
    visit = webchat.visit_of(opened.token)
    assert visit is not None
    return Visitor(opened.token, visit)


def conversation(conversation_id: UUID) -> Conversation:
    with db.read_session() as session:
        found = session.get(Conversation, conversation_id)
        assert found is not None
        return found


def offers_of(conversation_id: UUID) -> list[Reservation]:
    with db.read_session() as session:
        return list(
            session.scalars(
                select(Reservation).where(Reservation.conversation_id == conversation_id).order_by(Reservation.id)
            )
        )
