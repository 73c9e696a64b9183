"""The contact centre: conversations on every channel, routed by skill and availability to agents in a plain browser."""

from contactcenter import agents, conversations, demo, enrolment, evidence, inbox, indicators, lines, models, sweeping
from contactcenter.channels import webchat
from contactcenter.voice import calls, numbers, phones

__all__ = [
    "agents",
    "calls",
    "conversations",
    "demo",
    "enrolment",
    "evidence",
    "inbox",
    "indicators",
    "lines",
    "models",
    "numbers",
    "phones",
    "sweeping",
    "webchat",
]
