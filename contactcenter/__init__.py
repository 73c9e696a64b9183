"""The contact centre: conversations on every channel, routed by skill and availability to agents in a plain browser."""

from contactcenter import agents, conversations, inbox, indicators, lines, models, sweeping
from contactcenter.channels import webchat

__all__ = ["agents", "conversations", "inbox", "indicators", "lines", "models", "sweeping", "webchat"]
