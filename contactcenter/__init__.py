"""The contact centre: conversations on every channel, routed by skill and availability to agents in a plain browser."""

from contactcenter import agents, conversations, lines, models, sweeping

__all__ = ["agents", "conversations", "lines", "models", "sweeping"]
