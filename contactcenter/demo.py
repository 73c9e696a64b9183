"""The demonstration's contact centre: two sites, one client with two campaigns. Each step is an action; what is there stays."""

from typing import Any
from uuid import UUID

from sqlmodel import SQLModel, col, select

from contactcenter import agents, lines
from contactcenter.models import (
    AgentProfile,
    AgentSkill,
    Campaign,
    Client,
    Disposition,
    Queue,
    Site,
    Skill,
    Widget,
)
from contactcenter.voice.models import Number
from contactcenter.voice.numbers import assign_number
from kernel.action import Action
from kernel.actor import clerk
from kernel.db import read_session

SETUP = clerk("setup")
SITES = {"cotonou": "Cotonou", "bohicon": "Bohicon"}
CLIENT = ("soleil", "Soleil Télécom")
CAMPAIGNS = {"care": "Customer care", "sales": "Sales"}
SKILLS = {"billing": "Billing", "network": "Network", "selling": "Selling"}
QUEUES: dict[str, dict[str, Any]] = {
    "care-chat": {"campaign": "care", "label": "Care chat", "channels": ["webchat"], "target": 30, "offer_seconds": 30},
    "care-voice": {"campaign": "care", "label": "Care calls", "channels": ["voice"], "priority": 1},
    "network-help": {
        "campaign": "care", "label": "Network help", "channels": ["webchat", "voice"], "skills": {"network": 5},
        "relaxing": [{"after": 30, "by": 3}, {"after": 90, "by": 7}],
    },
    "sales-chat": {
        "campaign": "sales", "label": "Sales chat", "channels": ["webchat"], "skills": {"selling": 3},
        "relaxing": [{"after": 60, "by": 3}], "target": 45, "offer_seconds": 30,
    },
    "sales-voice": {"campaign": "sales", "label": "Sales calls", "channels": ["voice"]},
}  # fmt: skip
DISPOSITIONS: dict[str, dict[str, dict[str, str]]] = {
    "care": {
        "solved": {"en": "Solved", "fr": "Résolu"},
        "call-back": {"en": "To be called back", "fr": "À rappeler"},
        "passed-on": {"en": "Passed on to the operator", "fr": "Transmis à l'opérateur"},
        "no-customer": {"en": "Nobody there", "fr": "Personne au bout du fil"},
    },
    "sales": {
        "sold": {"en": "Sold", "fr": "Vendu"},
        "thinks-about-it": {"en": "Thinks about it", "fr": "Réfléchit"},
        "not-interested": {"en": "Not interested", "fr": "Pas intéressé"},
    },
}
WIDGETS = {
    "care": ("care", "care-chat", "Soleil Télécom", {"en": "Hello! How can we help?", "fr": "Bonjour ! Comment vous aider ?"}),
    "sales": ("sales", "sales-chat", "Soleil Télécom", {"en": "Hello! What may we offer you?", "fr": "Bonjour ! Que cherchez-vous ?"}),
}  # fmt: skip
NUMBERS = {"1000": "care"}
LEVELS = {"billing": 6, "network": 6, "selling": 5}


def seed_lines() -> None:
    """Make what is missing of sites, client, campaigns, skills, queues, dispositions, widgets and numbers. [OC-2]"""
    for slug, label in SITES.items():
        _once(Site, col(Site.slug) == slug, lines.add_site, slug=slug, label=label, zone="Africa/Porto-Novo")
    _once(Client, col(Client.slug) == CLIENT[0], lines.add_client, slug=CLIENT[0], label=CLIENT[1])
    for slug, label in CAMPAIGNS.items():
        _once(Campaign, col(Campaign.slug) == slug, lines.add_campaign, client=CLIENT[0], slug=slug, label=label)
    for slug, label in SKILLS.items():
        _once(Skill, col(Skill.slug) == slug, lines.add_skill, slug=slug, label=label)
    for slug, given in QUEUES.items():
        _once(Queue, col(Queue.slug) == slug, lines.add_queue, slug=slug, languages=["fr", "en"], **given)
    _seed_dispositions()
    for slug, (campaign, queue, label, words) in WIDGETS.items():
        told = {"slug": slug, "campaign": campaign, "queue": queue, "label": label, "greetings": words}
        _once(Widget, col(Widget.slug) == slug, lines.add_widget, **told)
    for digits, campaign in NUMBERS.items():
        found = _first(Campaign, col(Campaign.slug) == campaign)
        _once(Number, col(Number.digits) == digits, assign_number, digits=digits, campaign_id=found.id)


def _seed_dispositions() -> None:
    for campaign, codes in DISPOSITIONS.items():
        for code, labels in codes.items():
            there = (col(Disposition.scope) == f"campaign:{campaign}") & (col(Disposition.code) == code)
            _once(Disposition, there, lines.add_disposition, campaign=campaign, code=code, labels=labels)


def seed_agent(person_id: UUID, name: str, site_slug: str) -> None:
    """Enrol a person as an agent with the demonstration's skills, in French and English. [OC-2]"""
    mine = col(AgentProfile.person_id) == person_id
    told: dict[str, Any] = {"person_id": person_id, "name": name, "site": site_slug, "languages": ["fr", "en"]}
    _once(AgentProfile, mine, agents.enrol_agent, **told, voice=True, chats=3, blended=True)
    profile = _first(AgentProfile, mine)
    for slug, level in LEVELS.items():
        skill = _first(Skill, col(Skill.slug) == slug)
        there = (col(AgentSkill.profile_id) == profile.id) & (col(AgentSkill.skill_id) == skill.id)
        if _first(AgentSkill, there) is None:
            agents.set_skill(SETUP, profile.id, skill=slug, level=level)


def _once(model: type[SQLModel], where: Any, make: Action[..., Any], **fields: Any) -> None:
    if _first(model, where) is None:
        make(SETUP, **fields)


def _first(model: type[SQLModel], where: Any) -> Any:
    with read_session() as session:
        return session.scalars(select(model).where(where)).first()
